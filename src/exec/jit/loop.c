// Blocks that jump back to themselves: their vector registers stay in xmm registers all the
// while, and the general registers that they use most have host registers too. In front of such a block they are loaded; at the jump back the cache is brought
// into the state in which the loop began.
#include "exec/jit/block.h"

enum { ALIGNMENT = 16 };

static bool ends_in_itself(const struct trans *t)
{
    if (!t->count)
        return false;
    const struct insn *last = &t->insn[t->count - 1];
    bool always = last->run >= RUN_B_cond + 14 && last->run <= RUN_B_cond_last;
    return branch_conditional(last->run) && !always && 4 * (t->count - 1) + (u64)last->imm == 0;
}

// -- General registers --

static void count_uses(const struct trans *t, u32 *uses)
{
    for (u32 k = 0; k < t->count; k++) {
        const struct insn *i = &t->insn[k];
        const struct row *row = isa_row(isa_op_of_run(i->run));
        const u8 slot[] = { i->d, i->n, i->m, i->a };
        for (u32 s = 0; s < 4; s++)
            if (row->file[s] == FILE_GPR || row->file[s] == FILE_GPR_SP)
                uses[slot[s]]++;
    }
}

// Whether pins of its own pay: no calls, and no branch around a part of the loop, which would
// leave it and enter it again.
static bool deserves_pins(const struct trans *t)
{
    for (u32 k = 0; k + 1 < t->count; k++) {
        enum op op = isa_op_of_run(t->insn[k].run);
        bool branch = branch_conditional(t->insn[k].run);
        if (branch ? 4 * k + (u64)t->insn[k].imm < 4 * t->count : !jit_has_template(op))
            return false;
    }
    return true;
}

static u8 most_used(const u32 *uses, const u8 *pin)
{
    u8 best = NO_REG;
    for (u8 g = 0; g < REG_ZERO; g++)
        if (pin[g] == NO_REG && uses[g] >= 2 && (best == NO_REG || uses[g] > uses[best]))
            best = g;
    return best;
}

// Gives the two free host registers, and those of pinned registers that the loop does not use,
// to the registers that it uses most.
static void choose_pins(struct trans *t)
{
    static const u8 pool[] = { RSI, RDI, RBX, R8, R9, R10, R11, R12, R13 };
    const struct pin_map *standard = &t->jit->maps[0];
    struct pin_map map = *standard;
    u32 uses[REG_COUNT] = { 0 }, other = 0;
    u8 pin[REG_COUNT];
    count_uses(t, uses);
    memcpy(pin, t->pin, sizeof(pin));
    for (u32 k = 0; k < COUNT(pool); k++) {
        u8 h = pool[k], g = most_used(uses, pin);
        bool free = k < 2 || (standard->guest[h] != NO_REG && !uses[standard->guest[h]]);
        if (g == NO_REG || !free)
            continue;
        map.guest[h] = g;
        pin[g] = h;
        other |= 1u << h;
    }
    if (!other)
        return;
    leave_store_pins(&t->e, standard, other);
    leave_load_pins(&t->e, &map, other);
    trans_use_pins(t, map);
    t->own_pins = true;
}

// -- Vector registers --

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
    if (deserves_pins(t))
        choose_pins(t);
    if (x->guest[XMM_FIRST] == NO_REG && !t->own_pins)
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
