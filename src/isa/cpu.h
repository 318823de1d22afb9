// cpu.h: the architectural state of one A64 thread, and what the executor keeps beside it.
#ifndef ISA_CPU_H
#define ISA_CPU_H

#include "isa/regs.h"

struct insn;
struct record;

struct cpu {
    // Everything user code can see: c->x, and c->regs for all of it.
    union {
        struct regs regs;
        struct regs;
    };

    // Kept by exec/: host addresses of the guest window and of the decoded shadow.
    u8 *mem;   // host address of guest address 0
    u64 window;   // bytes; guest addresses at or past it fault
    struct insn *shadow;   // decoded instruction of guest address 0; pc's is shadow + pc / 4
    const struct insn *at;   // the instruction that last began a memory access
    u64 left;   // see exec/interp/engine.c
    const struct insn *bad;   // where a branch to an impossible target, bad_pc, goes
    u64 bad_pc;
    struct record *rec;   // next record to fill (recording variant)
    struct exec *exec;   // the engine's own state
    u32 host_fp;   // the simulator's floating-point environment (exec/fp/fpenv.h)
    u8 fp_soft;   // FPCR asks for what the host's FPU cannot do

    // Kept by exec/jit/ while inside generated code.
    u32 host_nzcv;   // NZCV as `lahf; seto al` give it, C = CF
    u32 jit_exit;    // why generated code was left
    u8 *jit_code;    // executable code memory
    u32 *jit_entries;   // offset in it of the block at each instruction of the window
};

static inline u32 cpu_nzcv(const struct cpu *c)
{
    return regs_nzcv(&c->regs);
}

static inline void cpu_set_nzcv(struct cpu *c, u32 nzcv)
{
    regs_set_nzcv(&c->regs, nzcv);
}

#endif
