// What templates ask for: registers, flags, guest memory.
#include "exec/jit/x64/trans.h"

#include <assert.h>

#include "exec/jit/block.h"
#include "exec/sem/sem.h"

// -- General registers --

struct pin_map trans_pins(bool recording)
{
    struct pin_map map;
    memset(map.guest, NO_REG, sizeof(map.guest));
#define PIN(host, of) map.guest[host] = (of);
    PINNED_REGISTERS(PIN)
#undef PIN
    if (recording)
        map.guest[HOST_RECORDS] = NO_REG;
    return map;
}

void trans_use_pins(struct trans *t, struct pin_map map)
{
    t->map = map;
    memset(t->pin, NO_REG, sizeof(t->pin));
    for (u8 h = 0; h < COUNT(map.guest); h++)
        if (map.guest[h] != NO_REG)
            t->pin[map.guest[h]] = h;
}

u8 jit_x(struct trans *t, u8 g, u8 scratch)
{
    u8 host = jit_pinned(t, g);
    if (host != NO_REG)
        return host;
    jit_x_to(t, g, scratch);
    return scratch;
}

void jit_x_to(struct trans *t, u8 g, u8 to)
{
    u8 host = jit_pinned(t, g);
    if (host == to)
        return;
    if (host != NO_REG)
        x64_mov(&t->e, true, to, host);
    else if (g == REG_ZERO)
        x64_mov_imm(&t->e, to, 0);
    else
        x64_load(&t->e, true, to, jit_x_slot(g));
}

u8 jit_x_target(struct trans *t, u8 g, u8 scratch)
{
    u8 host = jit_pinned(t, g);
    return host != NO_REG ? host : scratch;
}

void jit_x_done(struct trans *t, u8 g, u8 host)
{
    u8 own = jit_pinned(t, g);
    t->checked &= ~((u64)1 << g);
    if (own != NO_REG) {
        if (own != host)
            x64_mov(&t->e, true, own, host);
        t->clean &= ~(1u << own);
    } else if (g != REG_SINK) {
        x64_store(&t->e, true, jit_x_slot(g), host);
    }
}

void jit_x_add(struct trans *t, u8 g, i64 imm)
{
    u64 known = t->checked >> g & 1;
    i64 moved = known ? t->moved[g] + imm : 0;
    u8 n = jit_x(t, g, RDX), d = jit_x_target(t, g, RDX);
    x64_lea(&t->e, true, d, x64_at(n, (i32)imm));
    jit_x_done(t, g, d);
    if (known && !jit_too_far(moved)) {
        t->checked |= (u64)1 << g;
        t->moved[g] = (i32)moved;
    }
}

// -- Vector registers --

static u8 find(const struct trans *t, u8 g)
{
    for (u8 k = XMM_FIRST; k < XMM_COUNT; k++)
        if (t->xmm.guest[k] == g)
            return k;
    return NO_REG;
}

static void write_back(struct trans *t, u8 k)
{
    if (t->xmm.dirty >> k & 1)
        x64_rm(&t->e, 0x29 | M_0F, k, jit_v_slot(t->xmm.guest[k]));
    t->xmm.dirty &= ~(1u << k);
}

// The least recently used register that this instruction does not use.
static u8 take(struct trans *t, u8 g)
{
    u8 best = NO_REG;
    for (u8 k = XMM_FIRST; k < XMM_COUNT; k++) {
        if (t->locked >> k & 1)
            continue;
        if (best == NO_REG || t->used_at[k] < t->used_at[best])
            best = k;
    }
    assert(best != NO_REG);
    write_back(t, best);
    t->xmm.guest[best] = g;
    return best;
}

static u8 use(struct trans *t, u8 k)
{
    t->locked |= 1u << k;
    t->used_at[k] = ++t->touched;
    return k;
}

u8 jit_v(struct trans *t, u8 g)
{
    u8 k = find(t, g);
    if (k == NO_REG) {
        k = take(t, g);
        x64_rm(&t->e, 0x28 | M_0F, k, jit_v_slot(g));
        t->narrow[k] = 0;
    }
    return use(t, k);
}

u8 jit_v_target(struct trans *t, u8 g)
{
    u8 k = find(t, g);
    if (k == NO_REG)
        k = take(t, g);
    t->pending |= 1u << k;
    return use(t, k);
}

u8 jit_v_change(struct trans *t, u8 g)
{
    u8 k = jit_v(t, g);
    t->xmm.dirty |= 1u << k;
    return k;
}

void trans_store_dirty(struct emit *e, const struct xmm_cache *x)
{
    for (u8 k = XMM_FIRST; k < XMM_COUNT; k++)
        if (x->dirty >> k & 1)
            x64_rm(e, 0x29 | M_0F, k, jit_v_slot(x->guest[k]));
}

void trans_load_cached(struct emit *e, const struct xmm_cache *x)
{
    for (u8 k = XMM_FIRST; k < XMM_COUNT; k++)
        if (x->guest[k] != NO_REG)
            x64_rm(e, 0x28 | M_0F, k, jit_v_slot(x->guest[k]));
}

// -- Flags --

static const struct x64_mem nzcv_slot = { HOST_CPU, NO_REG, 0, offsetof(struct cpu, host_nzcv) };

void trans_save_flags(struct emit *e, u8 at)
{
    if (at == FLAGS_SUB)
        x64_u8(e, 0xf5);   // cmc
    x64_u8(e, 0x9f);   // lahf
    x64_setcc(e, CC_O, RAX);
    x64_store(e, false, nzcv_slot, RAX);
}

void trans_load_flags(struct emit *e)
{
    x64_load(e, false, RAX, nzcv_slot);
    x64_u8(e, 0x04);   // add al, 0x7f: V to OF
    x64_u8(e, 0x7f);
    x64_u8(e, 0x9e);   // sahf
}

void jit_flags_keep(struct trans *t)
{
    bool wanted = t->flags_live && !(isa_row(isa_op_of_run(t->i->run))->flags & C_W);
    if (t->flags == FLAGS_CPU || t->flags_kept || !wanted)
        return;
    trans_save_flags(&t->e, t->flags);
    t->flags = FLAGS_ADD;
    t->flags_kept = true;
}

void jit_flags_change(struct trans *t)
{
    jit_flags_keep(t);
    t->flags = FLAGS_CPU;
}

void jit_flags_set(struct trans *t, enum flags_at at)
{
    t->flags = at;
    t->flags_kept = false;
    t->answer_cc = NO_REG;
}

void jit_flags_answer(struct trans *t, enum x64_cc cc)
{
    jit_flags_set(t, FLAGS_ADD);
    t->answer_cc = (u8)cc;
}

void jit_flags_saved(struct trans *t)
{
    x64_store(&t->e, false, nzcv_slot, RAX);
    t->flags = FLAGS_CPU;
    t->answer_cc = NO_REG;
}

enum x64_cc jit_condition(struct trans *t, unsigned cond)
{
    static const u8 codes[] = { CC_Z,  CC_NZ, CC_NC, CC_C,  CC_S, CC_NS, CC_O,
                                CC_NO, CC_A,  CC_BE, CC_GE, CC_L, CC_G,  CC_LE };
    struct emit *e = &t->e;
    if (t->flags == FLAGS_CPU) {
        trans_load_flags(e);
        t->flags = FLAGS_ADD;
        t->flags_kept = true;
    }
    if (t->answer_cc != NO_REG)
        return (enum x64_cc)(t->answer_cc ^ (cond & 1));
    if (t->flags == FLAGS_ADD && (cond == 8 || cond == 9)) {
        x64_u8(e, 0xf5);   // cmc
        t->flags = FLAGS_SUB;
    }
    if (t->flags == FLAGS_ADD && (cond == 2 || cond == 3))
        return codes[cond] ^ 1;
    return codes[cond];
}

// -- Out of line --

static struct cold *cold_from(struct trans *t, u8 kind, u8 *jump)
{
    assert(t->cold_count < COUNT(t->cold));
    struct cold *k = &t->cold[t->cold_count++];
    *k = (struct cold){ .kind = kind,
                        .flags = t->flags,
                        .saved = t->flags_kept,
                        .index = t->index,
                        .jump = jump,
                        .i = t->i,
                        .target = t->pc,
                        .before = t->xmm };
    return k;
}

struct cold *trans_cold(struct trans *t, u8 kind, enum x64_cc cc)
{
    return cold_from(t, kind, x64_jcc(&t->e, cc));
}

void jit_else_call_from(struct trans *t, u8 *jump)
{
    cold_from(t, COLD_CALL, jump);
}

void jit_else_call(struct trans *t, enum x64_cc cc)
{
    trans_cold(t, COLD_CALL, cc);
}

// -- Guest memory --

static u32 cache_state(struct trans *t)
{
    struct jit *j = t->jit;
    u32 last = j->cache_count - 1;
    if (!t->xmm.dirty)
        return NONE;
    if (j->cache_count && !memcmp(&j->caches[last], &t->xmm, sizeof(t->xmm)))
        return last;
    j->caches[j->cache_count] = t->xmm;
    return j->cache_count++;
}

void jit_access(struct trans *t)
{
    struct jit *j = t->jit;
    bool in_host = t->flags_live && t->flags != FLAGS_CPU && !t->flags_kept;
    j->faults[j->fault_count++] = (struct fault_site){
        .at = code_offset(j, t->e.at),
        .index = t->index,
        .flags = in_host ? t->flags : FLAGS_CPU,
        .write = isa_row(isa_op_of_run(t->i->run))->flags & STORES,
        .xmm = cache_state(t),
    };
}

// Sees to it that an access at `r`, or near it, stays in the window: leaves the block if it would
// not. The flags are free.
static void check(struct trans *t, u8 r)
{
    u8 how = t->jit->checking, high = (u8)(64 - __builtin_ctzll(t->jit->space->size));
    if (how == JIT_MASK) {
        x64_shift_ri(&t->e, SH_SHL, true, r, high);
        x64_shift_ri(&t->e, SH_SHR, true, r, high);
    } else if (how != JIT_CHECK_NONE) {
        x64_alu_rm(&t->e, ALU_CMP, true, r, x64_at(HOST_CPU, offsetof(struct cpu, window)));
        trans_cold(t, COLD_INTERP, CC_AE);
    }
}

static struct x64_mem based(struct trans *t, u8 g, i32 imm)
{
    u64 bit = (u64)1 << g;
    bool known = t->checked & bit && !jit_too_far((i64)t->moved[g] + imm);
    if (!known)
        jit_flags_change(t);
    u8 r = jit_x(t, g, RAX);
    if (t->jit->checking == JIT_MASK) {
        x64_lea(&t->e, true, RAX, x64_at(r, imm));
        r = RAX;
        imm = 0;
    }
    if (!known) {
        check(t, r);
        t->checked |= t->jit->checking == JIT_CHECK_BASES ? bit : 0;
        t->moved[g] = 0;
    }
    record_address(t, x64_at(r, imm));
    return x64_indexed(HOST_MEM, r, 0, imm);
}

// The offset, with its extension, to rax.
static void extend(struct trans *t, u8 g, u8 option)
{
    static const u32 ops[] = {
        0xb6 | M_0F | BYTES,       0xb7 | M_0F,       0x8b,       0x8b | W64,
        0xbe | M_0F | W64 | BYTES, 0xbf | M_0F | W64, 0x63 | W64, 0x8b | W64
    };
    x64_rr(&t->e, ops[option & 7], RAX, jit_x(t, g, RAX));
}

struct x64_mem jit_memory(struct trans *t, const struct jit_address *a)
{
    struct emit *e = &t->e;
    if (a->base == NO_REG) {
        x64_mov_imm(e, RAX, (u64)a->imm);
        record_address(t, x64_at(RAX, 0));
        return x64_indexed(HOST_MEM, RAX, 0, 0);
    }
    if (a->index == NO_REG && !jit_too_far(a->imm))
        return based(t, a->base, (i32)a->imm);
    assert(a->index != NO_REG);
    jit_flags_change(t);
    u8 b = jit_x(t, a->base, RCX), x = RAX;
    if ((a->extend & 3) == 3)
        x = jit_x(t, a->index, RAX);
    else
        extend(t, a->index, a->extend);
    if (a->shift > 3) {
        x64_mov(e, true, RAX, x);
        x64_shift_ri(e, SH_SHL, true, RAX, a->shift);
        x64_lea(e, true, RAX, x64_indexed(b, RAX, 0, 0));
    } else {
        x64_lea(e, true, RAX, x64_indexed(b, x, a->shift, 0));
    }
    check(t, RAX);
    record_address(t, x64_at(RAX, 0));
    return x64_indexed(HOST_MEM, RAX, 0, 0);
}
