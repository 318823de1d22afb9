// cpu.h: the architectural state of one A64 thread, laid out for the executor.
//
// Everything user code can see is here; how it came to be (decode caches,
// timing) is not, except for the few fields at the end that exec/ keeps at hand.
#ifndef ISA_CPU_H
#define ISA_CPU_H

#include "base/types.h"

struct insn;
struct record;

// Indices of x[] beside X0 to X30: the decoder resolves register 31 to one of
// these, so that no instruction tests for it while it runs.
enum { REG_SP = 31, REG_ZERO = 32, REG_SINK = 33, REG_COUNT = 34 };

typedef u8 u8x16 __attribute__((vector_size(16)));
typedef u16 u16x8 __attribute__((vector_size(16)));
typedef u32 u32x4 __attribute__((vector_size(16)));
typedef u64 u64x2 __attribute__((vector_size(16)));
typedef i8 i8x16 __attribute__((vector_size(16)));
typedef i16 i16x8 __attribute__((vector_size(16)));
typedef i32 i32x4 __attribute__((vector_size(16)));
typedef i64 i64x2 __attribute__((vector_size(16)));
typedef float f32x4 __attribute__((vector_size(16)));
typedef double f64x2 __attribute__((vector_size(16)));

// A SIMD and floating-point register. Little-endian hosts only.
union vreg {
    u8 b[16];
    u16 h[8];
    u32 s[4];
    u64 d[2];
    i8 sb[16];
    i16 sh[8];
    i32 ss[4];
    i64 sd[2];
    float f32[4];
    double f64[2];
    unsigned __int128 q;
    u8x16 vb;
    u16x8 vh;
    u32x4 vs;
    u64x2 vd;
    i8x16 vsb;
    i16x8 vsh;
    i32x4 vss;
    i64x2 vsd;
    f32x4 vf32;
    f64x2 vf64;
};

// PSTATE.NZCV is kept as the values that decide it, written by one store each:
//   N = bit 63 of nf, Z = (zf == 0), C = cf (0 or 1), V = bit 63 of vf.
struct cpu {
    u64 x[REG_COUNT];   // X0 to X30, SP, constant zero, sink of writes to XZR
    u64 nf, zf, cf, vf;
    u64 pc;             // valid whenever exec_run() is not inside
    u32 fpcr;           // as MRS reads it
    u32 fpsr;   // as MRS reads it, valid outside exec_run(); see exec/fpenv.h for inside
    union vreg v[32];
    u64 tpidr, tpidrro;   // TPIDR_EL0, TPIDRRO_EL0
    u64 pac_key[5][2];   // IA, IB, DA, DB, GA: {low, high}
    u8 btype;   // PSTATE.BTYPE is not modelled beyond this; always 0
    u8 ssbs, dit;   // PSTATE bits user code can read and write

    // The exclusive monitor: valid when monitor_size is not 0.
    u64 monitor_addr;
    u64 monitor_value[2];
    u32 monitor_size;

    // Kept by exec/: host addresses of the guest window and of the decoded shadow.
    u8 *mem;   // host address of guest address 0
    u64 window;   // bytes; guest addresses at or past it fault
    struct insn *shadow;   // decoded instruction of guest address 0; pc's is shadow + pc / 4
    const struct insn *at;   // the instruction that last began a memory access
    u64 left;   // see exec/engine.c
    const struct insn *bad;   // where a branch to an impossible target, bad_pc, goes
    u64 bad_pc;
    struct record *rec;   // next record to fill (recording variant)
    struct exec *exec;   // the engine's own state
    u32 host_fp;   // the simulator's floating-point environment (exec/fpenv.h)
    u8 fp_soft;   // FPCR asks for what the host's FPU cannot do

    // Kept by exec/jit/ while inside generated code.
    u32 host_nzcv;   // NZCV as `lahf; seto al` give it, C = CF
    u32 jit_exit;    // why generated code was left
    u8 *jit_code;    // executable code memory
    u32 *jit_entries;   // offset in it of the block at each instruction of the window
};

static inline u32 cpu_nzcv(const struct cpu *c)
{
    return (u32)(c->nf >> 63) << 31 | (u32)(c->zf == 0) << 30 | (u32)c->cf << 29 |
           (u32)(c->vf >> 63) << 28;
}

static inline void cpu_set_nzcv(struct cpu *c, u32 nzcv)
{
    c->nf = (u64)(nzcv >> 31 & 1) << 63;
    c->zf = !(nzcv >> 30 & 1);
    c->cf = nzcv >> 29 & 1;
    c->vf = (u64)(nzcv >> 28 & 1) << 63;
}

#endif
