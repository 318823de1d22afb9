// Blocks that jump back to themselves: their vector registers stay in xmm registers all the
// while. In front of such a block they are loaded; at the jump back the cache is brought
// into the state in which the loop began.
#include "exec/jit/block.h"

enum { ALIGNMENT = 16 };

static bool ends_in_itself(const struct trans *t)
{
    if (!t->count)
        return false;
    const struct insn *last = &t->insn[t->count - 1];
    return branch_conditional(last->run) && 4 * (t->count - 1) + (u64)last->imm == 0;
}

// Takes `count` guest registers from `g` on into the state that the loop begins with.
static void keep(struct trans *t, u8 g, unsigned count, bool written)
{
    struct xmm_cache *x = &t->loop_state;
    for (; count; count--, g = (g + 1) & 31) {
        u8 k = XMM_FIRST;
        while (k < XMM_COUNT && x->guest[k] != g && x->guest[k] != NO_REG)
            k++;
        if (k == XMM_COUNT)
            return;
        x->guest[k] = g;
        x->dirty |= (u32)written << k;
    }
}

static unsigned list_length(u32 flags)
{
    return flags & LIST4 ? 4 : flags & LIST3 ? 3 : flags & LIST2 ? 2 : 1;
}

static void keep_operands(struct trans *t, const struct insn *i)
{
    const struct row *row = isa_row(isa_op_of_run(i->run));
    const u8 slot[] = { i->d, i->n, i->m, i->a };
    u32 flags = row->flags;
    bool memory = flags & (LOADS | STORES);
    for (u32 k = 0; k < 4; k++) {
        if (row->file[k] != FILE_VEC)
            continue;
        bool written = k == 0 ? !(flags & D_R) : k == 3 && flags & A_W;
        keep(t, slot[k], k == (memory ? 0 : 1) ? list_length(flags) : 1, written);
    }
}

void loop_enter(struct trans *t)
{
    struct xmm_cache *x = &t->loop_state;
    t->loop = NULL;
    if (!ends_in_itself(t))
        return;
    memset(x->guest, NO_REG, sizeof(x->guest));
    x->dirty = 0;
    for (u32 k = 0; k < t->count; k++)
        keep_operands(t, &t->insn[k]);
    if (x->guest[XMM_FIRST] == NO_REG)
        return;
    t->xmm = *x;
    memset(t->narrow, 0, sizeof(t->narrow));
    trans_load_cached(&t->e, x);
    x64_nops(&t->e, -code_offset(t->jit, t->e.at) & (ALIGNMENT - 1));
    t->loop = t->e.at;
}

void loop_back(struct trans *t)
{
    const struct xmm_cache *x = &t->loop_state;
    struct xmm_cache *now = &t->xmm;
    u16 moved = 0;   // registers that are not where the loop began with them
    for (u8 k = XMM_FIRST; k < XMM_COUNT; k++)
        if (now->guest[k] != x->guest[k])
            moved |= 1u << k;
    for (u8 k = XMM_FIRST; k < XMM_COUNT; k++)
        if (moved & now->dirty & 1u << k)
            x64_rm(&t->e, 0x29 | M_0F, k, jit_v_slot(now->guest[k]));
    for (u8 k = XMM_FIRST; k < XMM_COUNT; k++)
        if (moved >> k & 1 && x->guest[k] != NO_REG)
            x64_rm(&t->e, 0x28 | M_0F, k, jit_v_slot(x->guest[k]));
    now->dirty = (u16)((now->dirty & ~moved) | x->dirty);
    memcpy(now->guest, x->guest, sizeof(now->guest));
}
