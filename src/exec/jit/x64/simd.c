// Templates of isa/a64_simd.def: what compilers make of loops, and what C libraries use.
#include "exec/jit/x64/vec.h"

// An opcode of the 66 map; those of the longer maps are only for hosts with AVX2.
#define OP(code) (M_0F | P_66 | (code))
#define OP38(code) (M_0F38 | P_66 | (code))

static bool has(const struct trans *t, u32 op)
{
    return op && (t->v3 || (op & M_MASK) == M_0F);
}

// -- Three registers, lane by lane. Variants qz: Q, size --

// d = op(n, m), or op(m, n).
static bool three(struct trans *t, const struct insn *i, bool q, u32 op, bool swapped)
{
    if (!has(t, op))
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    u8 r = vec_place(t, i->d, q);
    vec3(t, op, r, swapped ? m : n, swapped ? n : m);
    vec_write(t, i->d, r, q);
    return true;
}

#define THREE_Q(name, op, swapped) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return three(t, i, v, op, swapped); \
    }
THREE_Q(and_v, V_PAND, false)
THREE_Q(orr_v, V_POR, false)
THREE_Q(eor_v, V_PXOR, false)
THREE_Q(bic_v, V_PANDN, true)

#define THREE(name, b, h, s, d) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        static const u32 ops[] = { b, h, s, d }; \
        return three(t, i, v >> 2, ops[v & 3], false); \
    }
THREE(add, OP(0xfc), OP(0xfd), OP(0xfe), OP(0xd4))
THREE(sub, OP(0xf8), OP(0xf9), OP(0xfa), OP(0xfb))
THREE(mul, 0, OP(0xd5), OP38(0x40), 0)
THREE(cmeq, OP(0x74), OP(0x75), OP(0x76), OP38(0x29))
THREE(cmgt, OP(0x64), OP(0x65), OP(0x66), OP38(0x37))
THREE(smax, OP38(0x3c), OP(0xee), OP38(0x3d), 0)
THREE(smin, OP38(0x38), OP(0xea), OP38(0x39), 0)
THREE(umax, OP(0xde), OP38(0x3e), OP38(0x3f), 0)
THREE(umin, OP(0xda), OP38(0x3a), OP38(0x3b), 0)
THREE(urhadd, OP(0xe0), OP(0xe3), 0, 0)

static bool add_d(struct trans *t, const struct insn *i, unsigned v)
{
    return three(t, i, false, OP(0xd4), false);
}

static bool sub_d(struct trans *t, const struct insn *i, unsigned v)
{
    return three(t, i, false, OP(0xfb), false);
}

// d = op(d, op2(n, m))
static bool accumulate(struct trans *t, const struct insn *i, bool q, u32 op, u32 product)
{
    if (!has(t, product))
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m), d = jit_v(t, i->d);
    vec3(t, product, XMM0, n, m);
    u8 r = q ? d : XMM0;
    vec3(t, op, r, d, XMM0);
    vec_write(t, i->d, r, q);
    return true;
}

static bool mla(struct trans *t, const struct insn *i, unsigned v)
{
    static const u32 adds[] = { 0, OP(0xfd), OP(0xfe), 0 }, ops[] = { 0, OP(0xd5), OP38(0x40), 0 };
    return accumulate(t, i, v >> 2, adds[v & 3], ops[v & 3]);
}

static bool mls(struct trans *t, const struct insn *i, unsigned v)
{
    static const u32 subs[] = { 0, OP(0xf9), OP(0xfa), 0 }, ops[] = { 0, OP(0xd5), OP38(0x40), 0 };
    return accumulate(t, i, v >> 2, subs[v & 3], ops[v & 3]);
}

// A bit of x where `mask` has 1, else of y: ((x ^ y) & mask) ^ y. `invert`: where it has 0.
static bool select_bits(struct trans *t, const struct insn *i, bool q, u8 x, u8 y, u8 mask,
                        bool invert)
{
    vec3(t, V_PXOR, XMM0, x, y);
    if (invert)
        vec3(t, V_PANDN, XMM0, mask, XMM0);
    else
        vec3(t, V_PAND, XMM0, XMM0, mask);
    vec3(t, V_PXOR, XMM0, XMM0, y);
    vec_write(t, i->d, XMM0, q);
    return true;
}

static bool bsl(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m), d = jit_v(t, i->d);
    return select_bits(t, i, v, n, m, d, false);
}

static bool bit_insert(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m), d = jit_v(t, i->d);
    return select_bits(t, i, v, n, d, m, false);
}

static bool bif(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m), d = jit_v(t, i->d);
    return select_bits(t, i, v, n, d, m, true);
}

// -- Compares with zero, negation --

static bool with_zero(struct trans *t, const struct insn *i, unsigned v, const u32 *ops,
                      bool swapped)
{
    u32 op = ops[v & 3];
    bool q = v >> 2;
    if (!has(t, op))
        return false;
    u8 n = jit_v(t, i->n);
    vec_zero(t, XMM1);
    u8 r = vec_place(t, i->d, q);
    vec3(t, op, r, swapped ? XMM1 : n, swapped ? n : XMM1);
    vec_write(t, i->d, r, q);
    return true;
}

static const u32 equal[] = { OP(0x74), OP(0x75), OP(0x76), OP38(0x29) };
static const u32 greater[] = { OP(0x64), OP(0x65), OP(0x66), OP38(0x37) };
static const u32 less_by[] = { OP(0xf8), OP(0xf9), OP(0xfa), OP(0xfb) };

static bool cmeq_zero(struct trans *t, const struct insn *i, unsigned v)
{
    return with_zero(t, i, v, equal, false);
}

static bool cmgt_zero(struct trans *t, const struct insn *i, unsigned v)
{
    return with_zero(t, i, v, greater, false);
}

static bool cmlt_zero(struct trans *t, const struct insn *i, unsigned v)
{
    return with_zero(t, i, v, greater, true);
}

static bool neg(struct trans *t, const struct insn *i, unsigned v)
{
    return with_zero(t, i, v, less_by, true);
}

static bool abs_v(struct trans *t, const struct insn *i, unsigned v)
{
    static const u32 ops[] = { OP38(0x1c), OP38(0x1d), OP38(0x1e), 0 };
    bool q = v >> 2;
    if (!has(t, ops[v & 3]))
        return false;
    u8 n = jit_v(t, i->n);
    u8 r = vec_place(t, i->d, q);
    vec2(t, ops[v & 3], r, n);
    vec_write(t, i->d, r, q);
    return true;
}

static bool not_v(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n);
    vec3(t, V_PCMPEQD, XMM1, XMM1, XMM1);
    u8 r = vec_place(t, i->d, v);
    vec3(t, V_PXOR, r, n, XMM1);
    vec_write(t, i->d, r, v);
    return true;
}

// -- Shifts by immediate --

enum { SHIFT_RIGHT = 2, SHIFT_ARITHMETIC = 4, SHIFT_LEFT = 6 };   // in ModRM

static bool shift(struct trans *t, const struct insn *i, bool q, unsigned size, u8 extension)
{
    u8 n = jit_v(t, i->n);
    u8 r = vec_place(t, i->d, q);
    vec_shift(t, 0x70 + size, extension, r, n, (u8)i->imm);
    vec_write(t, i->d, r, q);
    return true;
}

static bool shift_add(struct trans *t, const struct insn *i, bool q, unsigned size, u8 extension)
{
    static const u32 adds[] = { 0, OP(0xfd), OP(0xfe), OP(0xd4) };
    u8 n = jit_v(t, i->n), d = jit_v(t, i->d);
    vec_shift(t, 0x70 + size, extension, XMM0, n, (u8)i->imm);
    u8 r = q ? d : XMM0;
    vec3(t, adds[size], r, d, XMM0);
    vec_write(t, i->d, r, q);
    return true;
}

#define SHIFT(name, q, size, how, extension) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return how(t, i, q, size, extension); \
    }
SHIFT(shl_h, v, 1, shift, SHIFT_LEFT)
SHIFT(shl_s, v, 2, shift, SHIFT_LEFT)
SHIFT(shl_d, true, 3, shift, SHIFT_LEFT)
SHIFT(shl_d1, false, 3, shift, SHIFT_LEFT)
SHIFT(ushr_h, v, 1, shift, SHIFT_RIGHT)
SHIFT(ushr_s, v, 2, shift, SHIFT_RIGHT)
SHIFT(ushr_d, true, 3, shift, SHIFT_RIGHT)
SHIFT(ushr_d1, false, 3, shift, SHIFT_RIGHT)
SHIFT(sshr_h, v, 1, shift, SHIFT_ARITHMETIC)
SHIFT(sshr_s, v, 2, shift, SHIFT_ARITHMETIC)
SHIFT(usra_h, v, 1, shift_add, SHIFT_RIGHT)
SHIFT(usra_s, v, 2, shift_add, SHIFT_RIGHT)
SHIFT(usra_d, true, 3, shift_add, SHIFT_RIGHT)
SHIFT(ssra_h, v, 1, shift_add, SHIFT_ARITHMETIC)
SHIFT(ssra_s, v, 2, shift_add, SHIFT_ARITHMETIC)

// -- Longer and shorter lanes --

// Lanes of `size` of the half that Q picks, twice as wide, shifted.
static bool lengthen(struct trans *t, const struct insn *i, bool high, unsigned size, u32 op)
{
    if (!has(t, op))
        return false;
    u8 n = jit_v(t, i->n);
    if (high)
        vec2i(t, V_PSHUFD, XMM0, n, 0xee);
    u8 r = i->imm ? XMM0 : jit_v_target(t, i->d);
    vec2(t, op, r, high ? XMM0 : n);
    if (i->imm)
        vec_shift(t, 0x71 + size, SHIFT_LEFT, XMM0, XMM0, (u8)i->imm);
    vec_write(t, i->d, r, true);
    return true;
}

#define LENGTHEN(name, size, op) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return lengthen(t, i, v, size, op); \
    }
LENGTHEN(sshll_b, 0, OP38(0x20))
LENGTHEN(sshll_h, 1, OP38(0x23))
LENGTHEN(sshll_s, 2, OP38(0x25))
LENGTHEN(ushll_b, 0, OP38(0x30))
LENGTHEN(ushll_h, 1, OP38(0x33))
LENGTHEN(ushll_s, 2, OP38(0x35))

// The lower halves of the lanes of `from` (twice `size`), in the lower half of xmm0, zero above.
static void shorten_to_xmm0(struct trans *t, unsigned size, u8 from)
{
    if (size == 2) {
        vec2i(t, V_PSHUFD, XMM0, from, 0x08);
        vec2(t, V_MOVQ, XMM0, XMM0);
    } else {
        vec3k(t, OP38(0x00), XMM0, from, size ? K_NARROW_H : K_NARROW_B);
    }
}

static void write_half(struct trans *t, const struct insn *i, bool upper)
{
    if (!upper) {
        u8 d = jit_v_target(t, i->d);
        vec_move(t, d, XMM0);
        t->narrow[d] = NARROW_64;
        return;
    }
    u8 d = jit_v_change(t, i->d);
    vec3(t, V_PUNPCKLQDQ, d, d, XMM0);
    t->narrow[d] = NARROW_NOT;
}

static bool shorten(struct trans *t, const struct insn *i, unsigned size, bool upper)
{
    if (!t->v3 || size > 2)
        return false;
    shorten_to_xmm0(t, size, jit_v(t, i->n));
    write_half(t, i, upper);
    return true;
}

static bool xtn(struct trans *t, const struct insn *i, unsigned v)
{
    return shorten(t, i, v, false);
}

static bool xtn2(struct trans *t, const struct insn *i, unsigned v)
{
    return shorten(t, i, v, true);
}

static bool shift_shorten(struct trans *t, const struct insn *i, unsigned size, bool upper)
{
    if (!t->v3)
        return false;
    vec_shift(t, 0x71 + size, SHIFT_RIGHT, XMM0, jit_v(t, i->n), (u8)i->imm);
    shorten_to_xmm0(t, size, XMM0);
    write_half(t, i, upper);
    return true;
}

#define SHORTEN(name, size, upper) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return shift_shorten(t, i, size, upper); \
    }
SHORTEN(shrn_b, 0, false)
SHORTEN(shrn_h, 1, false)
SHORTEN(shrn_s, 2, false)
SHORTEN(shrn2_b, 0, true)
SHORTEN(shrn2_h, 1, true)
SHORTEN(shrn2_s, 2, true)

// -- Immediates, pairs --

static bool movi(struct trans *t, const struct insn *i, unsigned v)
{
    vec_write_constant(t, i->d, (u64)i->imm, v ? (u64)i->imm : 0);
    return true;
}

static bool movi_2d(struct trans *t, const struct insn *i, unsigned v)
{
    vec_write_constant(t, i->d, (u64)i->imm, (u64)i->imm);
    return true;
}

static bool addp_d(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n);
    vec2i(t, V_PSHUFD, XMM0, n, 0xee);
    vec3(t, OP(0xd4), XMM0, XMM0, n);
    vec_write(t, i->d, XMM0, false);
    return true;
}

const struct jit_entry jit_simd_templates[] = {
    { OP_AND_vec, and_v },
    { OP_ORR_vec, orr_v },
    { OP_EOR_vec, eor_v },
    { OP_BIC_vec, bic_v },
    { OP_BSL_vec, bsl },
    { OP_BIT_vec, bit_insert },
    { OP_BIF_vec, bif },
    { OP_NOT, not_v },
    { OP_ADD_vec, add },
    { OP_SUB_vec, sub },
    { OP_ADD_d, add_d },
    { OP_SUB_d, sub_d },
    { OP_MUL_vec, mul },
    { OP_MLA_vec, mla },
    { OP_MLS_vec, mls },
    { OP_CMEQ_vec, cmeq },
    { OP_CMGT_vec, cmgt },
    { OP_CMEQ_vec_zero, cmeq_zero },
    { OP_CMGT_vec_zero, cmgt_zero },
    { OP_CMLT_vec_zero, cmlt_zero },
    { OP_NEG_vec, neg },
    { OP_ABS_vec, abs_v },
    { OP_SMAX_vec, smax },
    { OP_SMIN_vec, smin },
    { OP_UMAX_vec, umax },
    { OP_UMIN_vec, umin },
    { OP_URHADD_vec, urhadd },
    { OP_SHL_h, shl_h },
    { OP_SHL_s, shl_s },
    { OP_SHL_d, shl_d },
    { OP_SHL_d_scalar, shl_d1 },
    { OP_USHR_h, ushr_h },
    { OP_USHR_s, ushr_s },
    { OP_USHR_d, ushr_d },
    { OP_USHR_d_scalar, ushr_d1 },
    { OP_SSHR_h, sshr_h },
    { OP_SSHR_s, sshr_s },
    { OP_USRA_h, usra_h },
    { OP_USRA_s, usra_s },
    { OP_USRA_d, usra_d },
    { OP_SSRA_h, ssra_h },
    { OP_SSRA_s, ssra_s },
    { OP_SSHLL_b, sshll_b },
    { OP_SSHLL_h, sshll_h },
    { OP_SSHLL_s, sshll_s },
    { OP_USHLL_b, ushll_b },
    { OP_USHLL_h, ushll_h },
    { OP_USHLL_s, ushll_s },
    { OP_XTN, xtn },
    { OP_XTN2, xtn2 },
    { OP_SHRN_b, shrn_b },
    { OP_SHRN_h, shrn_h },
    { OP_SHRN_s, shrn_s },
    { OP_SHRN2_b, shrn2_b },
    { OP_SHRN2_h, shrn2_h },
    { OP_SHRN2_s, shrn2_s },
    { OP_MOVI_s, movi },
    { OP_MOVI_h, movi },
    { OP_MOVI_b, movi },
    { OP_MOVI_d, movi },
    { OP_MOVI_2d, movi_2d },
    { OP_MOVI_msl, movi },
    { OP_MVNI_s, movi },
    { OP_MVNI_h, movi },
    { OP_MVNI_msl, movi },
    { OP_ADDP_d, addp_d },
    { 0 },
};
