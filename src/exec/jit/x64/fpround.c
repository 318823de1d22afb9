// Templates of isa/a64_fp.def: rounding to integral, and to integers otherwise than to zero.
#include "exec/jit/x64/vec.h"

// Modes of ROUNDSS and the like. QUIET: the inexact flag is left alone.
enum { NEAREST, DOWN, UP, ZERO, CURRENT, QUIET = 8 };

enum {
    V_ROUNDPS = 0x08 | M_0F3A | P_66 | IMM8,   // PD is one more, SS two, SD three
    V_CVTTS2SI = 0x2c | M_0F,
};

static void round_scalar(struct trans *t, bool is_double, u8 d, u8 n, u8 mode)
{
    vec_zero(t, d);
    vec3i(t, (V_ROUNDPS + 2) + is_double, d, d, n, mode);
}

static bool frint(struct trans *t, const struct insn *i, unsigned v, u8 mode)
{
    if (v > 1 || !t->v3)
        return false;
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    round_scalar(t, v, XMM0, n, mode);
    vec_decline_nan(t, v, XMM0);
    vec_write_scalar(t, i->d, v, XMM0, true);
    return true;
}

static bool frint_v(struct trans *t, const struct insn *i, unsigned v, u8 mode)
{
    bool q = v >> 1, is_double = v & 1;
    if (!t->v3)
        return false;
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    vec2i(t, V_ROUNDPS + is_double, XMM0, vec_lanes(t, n, q, XMM0), mode);
    vec_decline_nans(t, is_double, XMM0);
    vec_write(t, i->d, XMM0, q);
    return true;
}

#define ROUND(name, mode) \
    static bool name##_f(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return frint(t, i, v, mode); \
    } \
    static bool name##_v(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return frint_v(t, i, v, mode); \
    }
ROUND(frintn, NEAREST | QUIET)
ROUND(frintm, DOWN | QUIET)
ROUND(frintp, UP | QUIET)
ROUND(frintz, ZERO | QUIET)
ROUND(frintx, CURRENT)
ROUND(frinti, CURRENT | QUIET)

// -- To general registers. Variants fy: 64 bits, type --

// What does not fit gives the least number, which declines: less 1, it overflows.
static void convert(struct trans *t, bool is_double, bool wide, u8 n)
{
    vec2(t, V_CVTTS2SI | vec_scalar(is_double) | x64_w(wide), RCX, n);
    x64_alu_ri(&t->e, ALU_CMP, wide, RCX, 1);
    jit_else_call(t, CC_O);
}

// Only what fits may raise the inexact flag: rounded once more for that.
static bool to_signed(struct trans *t, const struct insn *i, unsigned v, u8 mode)
{
    bool is_double = v & 1;
    if ((v & 3) > 1 || !t->v3)
        return false;
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    round_scalar(t, is_double, XMM0, n, mode | QUIET);
    convert(t, is_double, v & 4, XMM0);
    round_scalar(t, is_double, XMM0, n, mode);
    jit_x_done(t, i->d, RCX);
    return true;
}

static bool fcvtns(struct trans *t, const struct insn *i, unsigned v)
{
    return to_signed(t, i, v, NEAREST);
}

static bool fcvtms(struct trans *t, const struct insn *i, unsigned v)
{
    return to_signed(t, i, v, DOWN);
}

static bool fcvtps(struct trans *t, const struct insn *i, unsigned v)
{
    return to_signed(t, i, v, UP);
}

// Negative and large numbers declined before the host would raise flags for them, a signed conversion to 64 bits is right.
static bool fcvtzu(struct trans *t, const struct insn *i, unsigned v)
{
    bool is_double = v & 1, wide = v & 4;
    u32 compare = V_UCOMI | vec_packed(is_double);
    if ((v & 3) > 1)
        return false;
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    vec_zero(t, XMM0);
    vec2(t, compare, n, XMM0);
    jit_else_call(t, CC_B);
    if (wide)
        vec2k(t, compare, n, is_double ? K_2P63_D : K_2P63_S);
    else
        vec2k(t, compare, n, is_double ? K_2P32_D : K_2P32_S);
    jit_else_call(t, CC_AE);
    vec2(t, V_CVTTS2SI | vec_scalar(is_double) | W64, RCX, n);
    jit_x_done(t, i->d, RCX);
    return true;
}

const struct jit_entry jit_fpround_templates[] = {
    { OP_FRINTN_f, frintn_f },
    { OP_FRINTM_f, frintm_f },
    { OP_FRINTP_f, frintp_f },
    { OP_FRINTZ_f, frintz_f },
    { OP_FRINTX_f, frintx_f },
    { OP_FRINTI_f, frinti_f },
    { OP_FRINTN_v, frintn_v },
    { OP_FRINTM_v, frintm_v },
    { OP_FRINTP_v, frintp_v },
    { OP_FRINTZ_v, frintz_v },
    { OP_FRINTX_v, frintx_v },
    { OP_FRINTI_v, frinti_v },
    { OP_FCVTNS_f, fcvtns },
    { OP_FCVTMS_f, fcvtms },
    { OP_FCVTPS_f, fcvtps },
    { OP_FCVTZU_f, fcvtzu },
    { 0 },
};
