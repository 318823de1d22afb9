// stencil_operands.h: the operands of sem.h in a stencil (see stencil.h).
//
// Registers are in a struct that the compiler dissolves into host registers; what the
// instruction's word holds are addresses of symbols, which become patches.
#ifndef EXEC_JIT_STENCIL_OPERANDS_H
#define EXEC_JIT_STENCIL_OPERANDS_H

#include "isa/cpu.h"

struct stencil_operands {
    union vreg v_d, v_n, v_m, v_a;
    u64 x_d, x_n, x_m, x_a;
};

// stencil_gen.py knows these names; any other makes that there is no stencil.
extern const char PATCH_IMM[], PATCH_AUX[], PATCH_PC[], STENCIL_NONE[];

#define STENCIL_OPERANDS ((struct stencil_operands *)(uintptr_t)i)
#define Xr(slot) (STENCIL_OPERANDS->x_##slot)
#define Xw(slot, value) ((void)(STENCIL_OPERANDS->x_##slot = (value)))
#define Wr(slot) ((u32)STENCIL_OPERANDS->x_##slot)
#define Ww(slot, value) ((void)(STENCIL_OPERANDS->x_##slot = (u32)(value)))
#define SLOT(slot) ((u64)STENCIL_NONE)
#define V(slot) (STENCIL_OPERANDS->v_##slot)
#define IMM ((i64)PATCH_IMM)
#define AUX ((u32)(u64)PATCH_AUX)
#define PC ((u64)PATCH_PC)

#endif
