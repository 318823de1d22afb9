#include "exec/jit/x64/stencil.h"

#include <string.h>

#include "exec/jit/x64/stencil_table.h"

static const struct stencil_set *set_of(u16 run, bool v3)
{
    if (stencils_base.of[run].size)
        return &stencils_base;
    if (!v3)
        return stencils_fp.of[run].size ? &stencils_fp : NULL;
    if (stencils_fp_v3.of[run].size)
        return &stencils_fp_v3;
    return stencils_simd_v3.of[run].size ? &stencils_simd_v3 : NULL;
}

bool stencil_exists(u16 run, bool v3)
{
    return set_of(run, v3) != NULL;
}

static bool put32(u8 *to, i64 value)
{
    i32 low = (i32)value;
    memcpy(to, &low, sizeof(low));
    return low == value;
}

// `to` is the place of the patch, which will run at `at`; `end` the end of the stencil there.
static bool apply(const struct stencil_patch *p, const struct stencil_set *set,
                  const struct insn *i, u64 pc, u8 *to, const u8 *at, const u8 *end)
{
    switch ((enum patch_kind)p->kind) {
    case PATCH_OF_IMM: return put32(to, i->imm + p->add);
    case PATCH_OF_IMM_64: memcpy(to, &i->imm, sizeof(i->imm)); return true;
    case PATCH_OF_AUX: return put32(to, (i64)i->aux + p->add);
    case PATCH_OF_PC: return put32(to, (i64)pc + p->add);
    case PATCH_TO_NEXT: return put32(to, end - (at + 4));
    case PATCH_TO_POOL: return put32(to, set->pool + p->add - at);
    case PATCH_TO_SLOW: return true;
    }
    return false;
}

bool stencil_copy(const struct insn *i, u64 pc, bool v3, u8 *to, const u8 *at,
                  struct stencil_use *use)
{
    const struct stencil_set *set = set_of(i->run, v3);
    if (!set)
        return false;
    const struct stencil *s = &set->of[i->run];
    use->size = s->size;
    use->slow_count = 0;
    memcpy(to, set->code + s->code, s->size);
    for (u32 k = 0; k < s->patch_count; k++) {
        const struct stencil_patch *p = &set->patches[s->patches + k];
        if (!apply(p, set, i, pc, to + p->at, at + p->at, at + s->size))
            return false;
        if (p->kind == PATCH_TO_SLOW)
            use->slow[use->slow_count++] = p->at;
    }
    return true;
}
