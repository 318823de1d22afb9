// stencil.h: instructions as machine code cut from the compiler's own output.
//
// A stencil is the semantic function of one run (exec/sem/sem_*.h), compiled so that it can be
// copied and patched. It is straight code: control enters at its first byte and goes on
// after its last. It knows nothing of blocks, pinned registers or memory.
//
//   in     rbp = struct cpu; rsp = 8 mod 16, the 128 bytes below it free; MXCSR = the guest's;
//          slots d, n, m, a in rdi, rsi, rdx, rcx (general) or xmm0 to xmm3 (vector), as far as
//          the row reads them (d only with D_R or D_RW); NZCV in the cpu if the row reads it;
//          cpu.fp_soft is 0
//   out    the new value of d in rdi or xmm0; NZCV in the cpu if the row writes it
//   loses  rax, rcx, rdx, rsi, rdi, xmm0 to xmm3 (with their upper halves), host flags
//
// A stencil of a64_fp.def may decline instead: it jumps to an address of the caller's choice,
// having changed nothing but what it loses and host floating-point flags, which FPSR may have
// already; there fp_slow() must do the instruction from the operands as they were.
#ifndef EXEC_JIT_STENCIL_H
#define EXEC_JIT_STENCIL_H

#include "base/types.h"
#include "isa/insn.h"

enum { STENCIL_BYTES = 512, STENCIL_SLOWS = 4 };   // the longest; its jumps to the slow path

struct stencil_use {
    u16 size;    // bytes written
    u8 slow_count;
    u16 slow[STENCIL_SLOWS];   // where the rel32 of each jump to the slow path is
};

// Whether the run has a stencil; with v3, for hosts that have AVX2 and FMA.
bool stencil_exists(u16 run, bool v3);

// Writes the stencil of `i`, an instruction at `pc`, to `to`, where it will run at `at`, which is
// within 2 GiB of this program's text. False when there is none or an operand does not fit.
bool stencil_copy(const struct insn *i, u64 pc, bool v3, u8 *to, const u8 *at,
                  struct stencil_use *use);

#endif
