// Templates of isa/a64_mem.def: structures of vector registers (LD1, LD2, ST1, ST2, LD1R).
#include "exec/jit/x64/vec.h"

enum mode { OFFSET, POST, POST_REG };

static struct x64_mem address(struct trans *t, const struct insn *i)
{
    struct jit_address a = { i->n, NO_REG, 0, 0, 0 };
    return jit_memory(t, &a);
}

static void advance(struct trans *t, const struct insn *i, enum mode mode)
{
    if (mode == POST)
        jit_x_add(t, i->n, i->imm);
    if (mode != POST_REG)
        return;
    u8 n = jit_x(t, i->n, RCX), m = jit_x(t, i->m, RDX), d = jit_x_target(t, i->n, RCX);
    x64_lea(&t->e, true, d, x64_indexed(n, m, 0, 0));
    jit_x_done(t, i->n, d);
}

static u8 listed(const struct insn *i, unsigned k)
{
    return (i->d + k) & 31;
}

static void load_bytes(struct trans *t, bool q, u8 d, struct x64_mem m)
{
    jit_access(t);
    vec_load(t, q ? V_MOVUPS : 0x10 | M_0F | P_F2, d, m);
}

static void store_bytes(struct trans *t, bool q, u8 d, struct x64_mem m)
{
    jit_access(t);
    vec_store(t, q ? 0x11 | M_0F : 0x11 | M_0F | P_F2, m, d);
}

static void set(struct trans *t, u8 g, u8 from, bool q)
{
    u8 d = jit_v_target(t, g);
    vec_move(t, d, from);
    t->narrow[d] = q ? NARROW_NOT : NARROW_64;
}

// -- Whole registers: v is Q --

// Any access may fault: nothing changes before the last one.
static bool load_whole(struct trans *t, const struct insn *i, bool q, unsigned count,
                       enum mode mode)
{
    struct x64_mem m = address(t, i);
    for (unsigned k = 0; k + 1 < count; k++, m.disp += 8 << q)
        load_bytes(t, q, (u8)k, m);
    u8 last = jit_v_target(t, listed(i, count - 1));
    load_bytes(t, q, last, m);
    t->narrow[last] = q ? NARROW_NOT : NARROW_64;
    for (unsigned k = 0; k + 1 < count; k++)
        set(t, listed(i, k), (u8)k, q);
    advance(t, i, mode);
    return true;
}

static bool store_whole(struct trans *t, const struct insn *i, bool q, unsigned count,
                        enum mode mode)
{
    struct x64_mem m = address(t, i);
    for (unsigned k = 0; k < count; k++)
        jit_v(t, listed(i, k));
    for (unsigned k = 0; k < count; k++, m.disp += 8 << q)
        store_bytes(t, q, jit_v(t, listed(i, k)), m);
    advance(t, i, mode);
    return true;
}

// -- Two registers interleaved: v is Q, then log2 of the element's bytes --

static bool load_two(struct trans *t, const struct insn *i, unsigned v, enum mode mode)
{
    bool q = v >> 2;
    unsigned size = v & 3;
    if (!t->v3 || !q)
        return false;
    struct x64_mem m = address(t, i);
    load_bytes(t, true, XMM0, m);
    m.disp += 16;
    load_bytes(t, true, XMM1, m);
    if (size < 2) {   // even elements below, odd ones above
        enum vec_constant k = size ? K_SPLIT_H : K_SPLIT_B;
        vec3k(t, M_0F38 | P_66, XMM0, XMM0, k);
        vec3k(t, M_0F38 | P_66, XMM1, XMM1, k);
    }
    u8 d = jit_v_target(t, listed(i, 0)), e = jit_v_target(t, listed(i, 1));
    if (size == 2) {
        vec3i(t, V_SHUFPS, d, XMM0, XMM1, 0x88);
        vec3i(t, V_SHUFPS, e, XMM0, XMM1, 0xdd);
    } else {
        vec3(t, V_PUNPCKLQDQ, d, XMM0, XMM1);
        vec3(t, V_PUNPCKHQDQ, e, XMM0, XMM1);
    }
    t->narrow[d] = t->narrow[e] = NARROW_NOT;
    advance(t, i, mode);
    return true;
}

static bool store_two(struct trans *t, const struct insn *i, unsigned v, enum mode mode)
{
    bool q = v >> 2;
    u32 size = v & 3;
    struct x64_mem m = address(t, i);
    u8 d = jit_v(t, listed(i, 0)), e = jit_v(t, listed(i, 1));
    vec3(t, size == 3 ? V_PUNPCKLQDQ : (0x60 + size) | M_0F | P_66, XMM0, d, e);
    if (q)
        vec3(t, size == 3 ? V_PUNPCKHQDQ : (0x68 + size) | M_0F | P_66, XMM1, d, e);
    store_bytes(t, true, XMM0, m);
    m.disp += 16;
    if (q)
        store_bytes(t, true, XMM1, m);
    advance(t, i, mode);
    return true;
}

// -- One element, of 1 << size bytes --

// d with the element at `m` put in: pinsrb, pinsrw, insertps, movlps, movhps.
static bool load_lane(struct trans *t, const struct insn *i, unsigned size, enum mode mode)
{
    static const u32 ops[] = { 0x20 | M_0F3A | P_66, 0xc4 | M_0F | P_66, 0x21 | M_0F3A | P_66 };
    u8 lane = i->aux & 15;
    if (!t->v3)
        return false;
    struct x64_mem m = address(t, i);
    u8 d = jit_v(t, i->d);
    jit_access(t);
    x64_vrm(&t->e, size == 3 ? (lane ? 0x16 : 0x12) | M_0F : ops[size], d, d, m);
    if (size < 3)
        x64_u8(&t->e, size == 2 ? (u32)lane << 4 : lane);
    jit_v_change(t, i->d);
    t->narrow[d] = NARROW_NOT;
    advance(t, i, mode);
    return true;
}

// pextrb, pextrw, extractps, movlps, movhps
static bool store_lane(struct trans *t, const struct insn *i, unsigned size, enum mode mode)
{
    static const u32 ops[] = { 0x14 | M_0F3A | P_66, 0x15 | M_0F3A | P_66, 0x17 | M_0F3A | P_66 };
    u8 lane = i->aux & 15;
    if (!t->v3)
        return false;
    struct x64_mem m = address(t, i);
    u8 d = jit_v(t, i->d);
    jit_access(t);
    x64_vrm(&t->e, size == 3 ? (lane ? 0x17 : 0x13) | M_0F : ops[size], d, 0, m);
    if (size < 3)
        x64_u8(&t->e, lane);
    advance(t, i, mode);
    return true;
}

// vpbroadcastb, vpbroadcastw, vbroadcastss, vmovddup
static bool load_replicated(struct trans *t, const struct insn *i, unsigned v, enum mode mode)
{
    static const u32 ops[] = { 0x78 | M_0F38 | P_66, 0x79 | M_0F38 | P_66, 0x18 | M_0F38 | P_66,
                               0x12 | M_0F | P_F2 };
    bool q = v >> 2;
    if (!t->v3)
        return false;
    struct x64_mem m = address(t, i);
    u8 r = vec_place(t, i->d, q);
    jit_access(t);
    x64_vrm(&t->e, ops[v & 3], r, 0, m);
    vec_write(t, i->d, r, q);
    advance(t, i, mode);
    return true;
}

// -- All addressing modes --

#define STRUCTURE(name, call, ...) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return call(t, i, __VA_ARGS__, OFFSET); \
    } \
    static bool name##_post(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return call(t, i, __VA_ARGS__, POST); \
    } \
    static bool name##_postr(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return call(t, i, __VA_ARGS__, POST_REG); \
    }
STRUCTURE(ld1x1, load_whole, v, 1)
STRUCTURE(ld1x2, load_whole, v, 2)
STRUCTURE(ld1x3, load_whole, v, 3)
STRUCTURE(ld1x4, load_whole, v, 4)
STRUCTURE(st1x1, store_whole, v, 1)
STRUCTURE(st1x2, store_whole, v, 2)
STRUCTURE(st1x3, store_whole, v, 3)
STRUCTURE(st1x4, store_whole, v, 4)
STRUCTURE(ld2, load_two, v)
STRUCTURE(st2, store_two, v)
STRUCTURE(ld1_bh, load_lane, v)
STRUCTURE(ld1_sd, load_lane, v + 2)
STRUCTURE(st1_bh, store_lane, v)
STRUCTURE(st1_sd, store_lane, v + 2)
STRUCTURE(ld1r, load_replicated, v)

#define ENTRIES(up, low) \
    { OP_##up, low }, { OP_##up##_post, low##_post }, { OP_##up##_postr, low##_postr }

const struct jit_entry jit_fpstruct_templates[] = {
    ENTRIES(LD1x1, ld1x1),   ENTRIES(LD1x2, ld1x2),
    ENTRIES(LD1x3, ld1x3),   ENTRIES(LD1x4, ld1x4),
    ENTRIES(ST1x1, st1x1),   ENTRIES(ST1x2, st1x2),
    ENTRIES(ST1x3, st1x3),   ENTRIES(ST1x4, st1x4),
    ENTRIES(LD2, ld2),       ENTRIES(ST2, st2),
    ENTRIES(LD1_bh, ld1_bh), ENTRIES(LD1_sd, ld1_sd),
    ENTRIES(ST1_bh, st1_bh), ENTRIES(ST1_sd, st1_sd),
    ENTRIES(LD1R, ld1r),     { 0 },
};
