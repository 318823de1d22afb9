// stencil_table.h: what stencil_gen.py writes and stencil.c reads.
#ifndef EXEC_JIT_STENCIL_TABLE_H
#define EXEC_JIT_STENCIL_TABLE_H

#include "isa/insn.h"

enum patch_kind {
    PATCH_OF_IMM,    // the operand, 32 bits that are sign-extended
    PATCH_OF_IMM_64,
    PATCH_OF_AUX,
    PATCH_OF_PC,
    PATCH_TO_NEXT,   // rel32
    PATCH_TO_SLOW,
    PATCH_TO_POOL,   // add: the place in the pool
};

struct stencil_patch {
    u16 at;
    u8 kind;   // enum patch_kind
    i32 add;
};

struct stencil {
    u32 code, patches;   // indices into the set's
    u16 size;   // 0: there is none
    u16 patch_count;
};

// One compilation of one part.
struct stencil_set {
    const struct stencil *of;   // RUN_COUNT
    const struct stencil_patch *patches;
    const u8 *code, *pool;
};

extern const struct stencil_set stencils_base, stencils_fp, stencils_fp_v3, stencils_simd_v3;

#endif
