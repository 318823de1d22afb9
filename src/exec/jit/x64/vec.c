#include "exec/jit/x64/vec.h"

static const union vreg constants[K_COUNT] = {
    [K_ABS_S] = { .s = { 0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff } },
    [K_ABS_D] = { .d = { 0x7fffffffffffffff, 0x7fffffffffffffff } },
    [K_ABS_S1] = { .s = { 0x7fffffff } },
    [K_ABS_D1] = { .d = { 0x7fffffffffffffff } },
    [K_SIGN_S] = { .s = { 0x80000000, 0x80000000, 0x80000000, 0x80000000 } },
    [K_SIGN_D] = { .d = { 0x8000000000000000, 0x8000000000000000 } },
    [K_LEAST_S] = { .s = { 0x00800000, 0x00800000, 0x00800000, 0x00800000 } },
    [K_LEAST_D] = { .d = { 0x0010000000000000, 0x0010000000000000 } },
    [K_INDEFINITE_S] = { .s = { 0x80000000, 0x80000000, 0x80000000, 0x80000000 } },
    [K_2P32_S] = { .s = { 0x4f800000 } },
    [K_2P32_D] = { .d = { 0x41f0000000000000 } },
    [K_2P63_S] = { .s = { 0x5f000000 } },
    [K_2P63_D] = { .d = { 0x43e0000000000000 } },
    [K_10] = { .d = { 0x1010101010101010, 0x1010101010101010 } },
    [K_20] = { .d = { 0x2020202020202020, 0x2020202020202020 } },
    [K_30] = { .d = { 0x3030303030303030, 0x3030303030303030 } },
    [K_40] = { .d = { 0x4040404040404040, 0x4040404040404040 } },
    [K_70] = { .d = { 0x7070707070707070, 0x7070707070707070 } },
    [K_NARROW_B] = { .d = { 0x0e0c0a0806040200, 0x8080808080808080 } },
    [K_SPLIT_B] = { .d = { 0x0e0c0a0806040200, 0x0f0d0b0907050301 } },
    [K_SPLIT_H] = { .d = { 0x0d0c090805040100, 0x0f0e0b0a07060302 } },
    [K_NARROW_H] = { .d = { 0x0d0c090805040100, 0x8080808080808080 } },
};

// -- Instructions --

// ModRM for [rip + displacement] of a constant; an immediate may follow.
static void rip(struct emit *e, u32 op, u8 reg, enum vec_constant k)
{
    x64_u8(e, 5 | (u32)(reg & 7) << 3);
    u64 next = (u64)e->at + (u64)e->rx + 4 + (op & IMM8 ? 1 : 0);
    x64_u32(e, (u32)((u64)&constants[k] - next));
}

void vec_move(struct trans *t, u8 d, u8 m)
{
    if (d != m)
        vec2(t, V_MOVAPS, d, m);
}

// The two-operand form needs n in d. Returns where the result is made: d, or xmm3 when m is in d.
static u8 prepare(struct trans *t, u8 d, u8 n, u8 m)
{
    u8 to = d == m && d != n ? XMM3 : d;
    vec_move(t, to, n);
    return to;
}

void vec3(struct trans *t, u32 op, u8 d, u8 n, u8 m)
{
    if (t->v3) {
        x64_vrr(&t->e, op, d, n, m);
        return;
    }
    u8 to = prepare(t, d, n, m);
    x64_rr(&t->e, op, to, m);
    vec_move(t, d, to);
}

void vec3i(struct trans *t, u32 op, u8 d, u8 n, u8 m, u8 imm)
{
    if (t->v3) {
        x64_vrr(&t->e, op, d, n, m);
        x64_u8(&t->e, imm);
        return;
    }
    u8 to = prepare(t, d, n, m);
    x64_rr(&t->e, op, to, m);
    x64_u8(&t->e, imm);
    vec_move(t, d, to);
}

void vec3k(struct trans *t, u32 op, u8 d, u8 n, enum vec_constant k)
{
    struct emit *e = &t->e;
    if (t->v3) {
        x64_vex(e, op, d, 0, 0, n);
    } else {
        vec_move(t, d, n);
        x64_prefixes(e, op, d, 0, 0, false);
        x64_opcode(e, op);
    }
    rip(e, op, d, k);
}

void vec2(struct trans *t, u32 op, u8 d, u8 m)
{
    if (t->v3)
        x64_vrr(&t->e, op, d, 0, m);
    else
        x64_rr(&t->e, op, d, m);
}

void vec2i(struct trans *t, u32 op, u8 d, u8 m, u8 imm)
{
    vec2(t, op, d, m);
    x64_u8(&t->e, imm);
}

void vec2k(struct trans *t, u32 op, u8 d, enum vec_constant k)
{
    struct emit *e = &t->e;
    if (t->v3) {
        x64_vex(e, op, d, 0, 0, 0);
    } else {
        x64_prefixes(e, op, d, 0, 0, false);
        x64_opcode(e, op);
    }
    rip(e, op, d, k);
}

void vec_zero(struct trans *t, u8 d)
{
    vec3(t, V_XOR, d, d, d);
}

void vec_shift(struct trans *t, u32 op, u8 extension, u8 d, u8 m, u8 by)
{
    op |= M_0F | P_66;
    if (t->v3) {
        x64_vrr(&t->e, op, extension, d, m);
    } else {
        vec_move(t, d, m);
        x64_rr(&t->e, op, extension, d);
    }
    x64_u8(&t->e, by);
}

void vec_from_x(struct trans *t, bool wide, u8 d, u8 host)
{
    vec2(t, V_MOVD_FROM_X | x64_w(wide), d, host);
}

void vec_to_x(struct trans *t, bool wide, u8 host, u8 m)
{
    vec2(t, V_MOVD_TO_X | x64_w(wide), m, host);
}

void vec_load(struct trans *t, u32 op, u8 d, struct x64_mem m)
{
    if (t->v3)
        x64_vrm(&t->e, op, d, 0, m);
    else
        x64_rm(&t->e, op, d, m);
}

void vec_store(struct trans *t, u32 op, struct x64_mem m, u8 d)
{
    vec_load(t, op, d, m);
}

void vec_scalar_move(struct trans *t, bool is_double, u8 d, u8 m)
{
    if (is_double) {
        vec2(t, V_MOVQ, d, m);
        return;
    }
    vec_zero(t, XMM3);
    if (t->v3) {
        x64_vrr(&t->e, V_MOVSS, d, XMM3, m);
    } else {
        x64_rr(&t->e, V_MOVSS, XMM3, m);
        vec_move(t, d, XMM3);
    }
}

// -- Results --

void vec_write_scalar(struct trans *t, u8 g, bool is_double, u8 from, bool clean)
{
    u8 d = jit_v_target(t, g);
    if (clean)
        vec_move(t, d, from);
    else
        vec_scalar_move(t, is_double, d, from);
    t->narrow[d] = is_double ? NARROW_64 : NARROW_32;
}

void vec_write(struct trans *t, u8 g, u8 from, bool q)
{
    u8 d = jit_v_target(t, g);
    if (q)
        vec_move(t, d, from);
    else
        vec2(t, V_MOVQ, d, from);
    t->narrow[d] = q ? NARROW_NOT : NARROW_64;
}

u8 vec_place(struct trans *t, u8 g, bool in_place)
{
    return in_place ? jit_v_target(t, g) : XMM0;
}

u8 vec_lanes(struct trans *t, u8 xmm, bool q, u8 scratch)
{
    if (q || t->narrow[xmm] != NARROW_NOT)
        return xmm;
    vec2(t, V_MOVQ, scratch, xmm);
    return scratch;
}

// -- What is declined --

void vec_decline_nan(struct trans *t, bool is_double, u8 r)
{
    vec2(t, V_UCOMI | vec_packed(is_double), r, r);
    jit_else_call(t, CC_P);
}

// Unordered looks like equal.
void vec_decline_odd(struct trans *t, bool is_double, u8 r)
{
    u32 type = vec_packed(is_double);
    if (t->v3) {
        vec3k(t, V_AND | type, XMM1, r, is_double ? K_ABS_D : K_ABS_S);
    } else {
        vec2k(t, V_MOVAPS, XMM1, is_double ? K_ABS_D : K_ABS_S);
        vec3(t, V_AND | type, XMM1, XMM1, r);
    }
    vec2k(t, V_UCOMI | type, XMM1, is_double ? K_LEAST_D : K_LEAST_S);
    jit_else_call(t, CC_E);
}

static void decline_lanes(struct trans *t, bool is_double, u8 mask)
{
    vec2(t, V_MOVMSK | vec_packed(is_double), RAX, mask);
    x64_test_rr(&t->e, false, RAX, RAX);
    jit_else_call(t, CC_NZ);
}

void vec_decline_nans(struct trans *t, bool is_double, u8 r)
{
    vec3i(t, V_CMP | vec_packed(is_double), XMM1, r, r, CMP_UNORD);
    decline_lanes(t, is_double, XMM1);
}

void vec_decline_odds(struct trans *t, bool is_double, u8 r)
{
    u32 type = vec_packed(is_double);
    enum vec_constant abs = is_double ? K_ABS_D : K_ABS_S,
                      least = is_double ? K_LEAST_D : K_LEAST_S;
    vec3k(t, V_AND | type, XMM1, r, abs);
    vec3k(t, V_CMP | type, XMM2, XMM1, least);
    x64_u8(&t->e, t->v3 ? CMP_EQ_OR_UNORD : CMP_EQ);
    if (!t->v3) {
        vec3i(t, V_CMP | type, XMM1, XMM1, XMM1, CMP_UNORD);
        vec3(t, V_OR | type, XMM2, XMM2, XMM1);
    }
    decline_lanes(t, is_double, XMM2);
}
