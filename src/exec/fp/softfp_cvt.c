// Conversions, rounding to integers, estimates, and the mixed-width products.
#include "exec/fp/softfp.h"

#include "exec/fp/softfp_num.h"

u128 fp_integer(const struct num *n, int scale, enum fp_rounding r, bool *inexact)
{
    *inexact = false;
    if (n->kind != NUM_FINITE)
        return 0;
    int s = n->exp + scale;   // the leading bit's place
    if (s >= 64)
        return (u128)1 << 65;
    // v holds the integer part above bit 63, the fraction below, its lowest bit sticky.
    u128 v = s >= 0 ? (u128)n->frac << 1 << s : shift_jam128((u128)n->frac << 1, -s);
    u128 whole = v >> 64;
    u64 rest = (u64)v, half = 1ull << 63;
    *inexact = rest != 0;
    switch (r) {
    case FP_NEAREST: return whole + (rest > half || (rest == half && whole & 1));
    case FP_UP: return whole + (rest && !n->sign);
    case FP_DOWN: return whole + (rest && n->sign);
    case FP_AWAY: return whole + (rest >= half);
    default: return whole;
    }
}

static u64 low_bits(int width)
{
    return ~0ull >> (64 - width);
}

u64 fp_to_int(enum fp_type t, u64 a, int fbits, bool is_unsigned, int width, enum fp_rounding r,
              struct fp_env *e)
{
    struct num n = fp_unpack(t, a, e);
    bool inexact;
    if (is_nan(&n)) {
        e->sr |= FPSR_IOC;
        return 0;
    }
    u128 v = n.kind == NUM_INF ? (u128)1 << 65 : fp_integer(&n, fbits, r, &inexact);
    if (n.kind == NUM_INF)
        inexact = false;
    u128 limit = is_unsigned ? (n.sign ? 0 : low_bits(width))
                             : (n.sign ? (u128)1 << (width - 1) : low_bits(width - 1));
    if (v > limit) {
        e->sr |= FPSR_IOC;
        v = limit;
    } else if (inexact) {
        e->sr |= FPSR_IXC;
    }
    return (n.sign ? -(u64)v : (u64)v) & low_bits(width);
}

u64 fp_from_int(enum fp_type t, u64 value, int fbits, bool is_unsigned, int width, struct fp_env *e)
{
    value &= low_bits(width);
    bool sign = !is_unsigned && value >> (width - 1);
    if (sign)
        value = -value & low_bits(width);
    if (value == 0)
        return fp_zero(t, false);
    int shift = __builtin_clzll(value);
    return fp_round(t, sign, 63 - shift - fbits, value << shift, e);
}

u32 fp_to_js(u64 a, bool *exact, struct fp_env *e)
{
    struct num n = fp_unpack(FP_D, a, e);
    *exact = false;
    if (is_nan(&n) || n.kind == NUM_INF) {
        e->sr |= FPSR_IOC;
        return 0;
    }
    if (n.kind == NUM_ZERO) {
        *exact = a == 0;
        return 0;
    }
    if (n.exp >= 64) {
        e->sr |= FPSR_IOC;
        u32 v = n.exp < 95 ? (u32)(n.frac << (n.exp - 63)) : 0;
        return n.sign ? -v : v;
    }
    bool inexact;
    u64 v = (u64)fp_integer(&n, 0, FP_ZERO, &inexact);
    if (v > 0x7fffffff + (u64)n.sign)
        e->sr |= FPSR_IOC;
    else if (inexact)
        e->sr |= FPSR_IXC;
    else
        *exact = true;
    return n.sign ? -(u32)v : (u32)v;
}

// FPConvertNaN: the top of the fraction survives, made quiet.
static u64 convert_nan(enum fp_type to, enum fp_type from, u64 a)
{
    u64 frac = a << (64 - fp_formats[from].frac_bits) >> (64 - fp_formats[to].frac_bits);
    return fp_pack(to, a & fp_sign_bit(from), fp_exp_max(to), frac | fp_quiet_bit(to));
}

u64 fp_convert_as(enum fp_type to, enum fp_type from, u64 a, enum fp_rounding r, struct fp_env *e)
{
    bool alternative = to == FP_H && e->cr & FPCR_AHP;
    struct num n = fp_unpack_as(from, a, true, e);
    switch (n.kind) {
    case NUM_QNAN:
    case NUM_SNAN:
        if (n.kind == NUM_SNAN || alternative)
            e->sr |= FPSR_IOC;
        if (alternative)
            return fp_zero(to, n.sign);
        return e->cr & FPCR_DN ? fp_default_nan(to) : convert_nan(to, from, a);
    case NUM_INF:
        if (!alternative)
            return fp_infinity(to, n.sign);
        e->sr |= FPSR_IOC;
        return fp_pack(to, n.sign, fp_exp_max(to), ~0ull);
    case NUM_ZERO: return fp_zero(to, n.sign);
    default: return fp_round_as(to, n.sign, n.exp, n.frac, r, true, e);
    }
}

u64 fp_convert(enum fp_type to, enum fp_type from, u64 a, struct fp_env *e)
{
    return fp_convert_as(to, from, a, fp_mode(e), e);
}

// An integer that the type can hold.
static u64 pack_integer(enum fp_type t, bool sign, u64 v, struct fp_env *e)
{
    if (v == 0)
        return fp_zero(t, sign);
    int shift = __builtin_clzll(v);
    return fp_round_as(t, sign, 63 - shift, v << shift, FP_ZERO, false, e);
}

u64 fp_round_int(enum fp_type t, u64 a, enum fp_rounding r, bool exact, struct fp_env *e)
{
    struct num n = fp_unpack(t, a, e);
    if (is_nan(&n))
        return fp_process_nan(t, a, &n, e);
    if (n.kind == NUM_ZERO)
        return fp_zero(t, n.sign);
    if (n.kind == NUM_INF || n.exp >= 63)
        return a;
    bool inexact;
    u64 v = (u64)fp_integer(&n, 0, r, &inexact);
    if (inexact && exact)
        e->sr |= FPSR_IXC;
    return pack_integer(t, n.sign, v, e);
}

u64 fp_round_int_n(enum fp_type t, u64 a, int width, enum fp_rounding r, struct fp_env *e)
{
    struct num n = fp_unpack(t, a, e);
    bool inexact = false;
    bool bad = is_nan(&n) || n.kind == NUM_INF;
    u128 v = bad ? 0 : fp_integer(&n, 0, r, &inexact);
    if (bad || v > ((u128)1 << (width - 1)) - !n.sign) {
        e->sr |= FPSR_IOC;
        return fp_pack(t, true, (u64)(fp_bias(t) + width - 1), 0);
    }
    if (inexact)
        e->sr |= FPSR_IXC;
    return pack_integer(t, n.sign, (u64)v, e);
}

// -- Estimates --

// RecipEstimate: a from 256 to 511 stands for 0.5 to 1, the result for 1 to 2.
static u32 recip_estimate(u32 a)
{
    return ((1u << 19) / (a * 2 + 1) + 1) / 2;
}

// RecipSqrtEstimate: a from 128 to 511 stands for 0.25 to 1.
static u32 rsqrt_estimate(u32 a)
{
    a = a < 256 ? a * 2 + 1 : ((a >> 1 << 1) + 1) * 2;
    u32 b = 512;
    while (a * (b + 1) * (b + 1) < 1u << 28)
        b++;
    return (b + 1) / 2;
}

// The exponent field and the fraction, left-justified in 52 bits.
static u64 fields(enum fp_type t, u64 a, int *exp)
{
    int f = fp_formats[t].frac_bits;
    *exp = (int)(a >> f & fp_exp_max(t));
    return (a & ((1ull << f) - 1)) << (52 - f);
}

static u64 with_fraction(enum fp_type t, bool sign, int exp, u64 frac52)
{
    return fp_pack(t, sign, (u64)exp, frac52 >> (52 - fp_formats[t].frac_bits));
}

static u64 recpe_overflow(enum fp_type t, bool sign, struct fp_env *e)
{
    enum fp_rounding r = fp_mode(e);
    e->sr |= FPSR_OFC | FPSR_IXC;
    bool infinite = r == FP_NEAREST || r == (sign ? FP_DOWN : FP_UP);
    return infinite ? fp_infinity(t, sign) : fp_max_normal(t, sign);
}

u64 fp_recpe(enum fp_type t, u64 a, struct fp_env *e)
{
    struct num n = fp_unpack(t, a, e);
    if (is_nan(&n))
        return fp_process_nan(t, a, &n, e);
    if (n.kind == NUM_INF)
        return fp_zero(t, n.sign);
    if (n.kind == NUM_ZERO) {
        e->sr |= FPSR_DZC;
        return fp_infinity(t, n.sign);
    }
    if (n.exp < -fp_bias(t) - 1)
        return recpe_overflow(t, n.sign, e);
    if (fp_flushes(t, e->cr) && n.exp >= fp_bias(t) - 1) {
        e->sr |= FPSR_UFC;
        return fp_zero(t, n.sign);
    }
    int exp;
    u64 frac = fields(t, a, &exp), mask = (1ull << 52) - 1;
    if (exp == 0) {
        bool small = !(frac >> 51);
        exp = small ? -1 : 0;
        frac = frac << (small ? 2 : 1) & mask;
    }
    u64 result = (u64)(recip_estimate(256 | (u32)(frac >> 44)) & 255) << 44;
    int result_exp = 2 * fp_bias(t) - 1 - exp;
    if (result_exp <= 0) {
        result = (1ull << 52 | result) >> (result_exp == 0 ? 1 : 2);
        result_exp = 0;
    }
    return with_fraction(t, n.sign, result_exp, result);
}

u64 fp_rsqrte(enum fp_type t, u64 a, struct fp_env *e)
{
    struct num n = fp_unpack(t, a, e);
    if (is_nan(&n))
        return fp_process_nan(t, a, &n, e);
    if (n.kind == NUM_ZERO) {
        e->sr |= FPSR_DZC;
        return fp_infinity(t, n.sign);
    }
    if (n.sign)
        return fp_invalid(t, e);
    if (n.kind == NUM_INF)
        return fp_zero(t, false);
    int exp = n.exp + fp_bias(t);   // as if denormals had smaller exponents
    u32 top = (u32)(n.frac >> 55);   // the leading one and 8 bits
    u32 estimate = rsqrt_estimate(exp & 1 ? top >> 1 : top);
    return with_fraction(t, false, (3 * fp_bias(t) - 1 - exp) / 2, (u64)(estimate & 255) << 44);
}

u64 fp_recpx(enum fp_type t, u64 a, struct fp_env *e)
{
    struct num n = fp_unpack(t, a, e);
    if (is_nan(&n))
        return fp_process_nan(t, a, &n, e);
    int exp;
    fields(t, a, &exp);
    u64 max = fp_exp_max(t);
    return fp_pack(t, n.sign, exp ? ~(u64)exp & max : max - 1, 0);
}

u32 fp_urecpe(u32 a)
{
    return a >> 31 ? recip_estimate(a >> 23) << 23 : ~0u;
}

u32 fp_ursqrte(u32 a)
{
    return a >> 30 ? rsqrt_estimate(a >> 23) << 23 : ~0u;
}

// -- Products of narrow numbers added to singles --

// The same number as a single; signalling NaNs stay so.
static u64 half_as_single(u64 h, u32 cr)
{
    u64 sign = (h & 0x8000) << 16, exp = h >> 10 & 31, frac = h & 0x3ff;
    if (exp == 31)
        return sign | 0x7f800000 | frac << 13;
    if (exp)
        return sign | (exp + 112) << 23 | frac << 13;
    if (frac == 0 || cr & FPCR_FZ16)
        return sign;
    int shift = __builtin_clzll(frac) - 53;   // places to bit 10
    return sign | (u64)(113 - shift) << 23 | (frac << shift & 0x3ff) << 13;
}

u64 fp_muladd_h(u64 addend, u64 a, u64 b, struct fp_env *e)
{
    return fp_muladd(FP_S, addend, half_as_single(a, e->cr), half_as_single(b, e->cr), e);
}

// BFAdd and BFMul: denormals are zero, NaNs default, rounding to odd with overflow to
// infinity, and no flags.
static u64 bf_op(u64 a, u64 b, bool multiply)
{
    struct fp_env e = { FPCR_FZ | FPCR_DN | FPCR_ODD, 0 };
    u64 r = multiply ? fp_mul(FP_S, a, b, &e) : fp_add(FP_S, a, b, &e);
    return e.sr & FPSR_OFC ? fp_infinity(FP_S, r >> 31) : r;
}

u32 fp_bfdot(u32 addend, u32 a, u32 b)
{
    u64 low = bf_op((u32)(a << 16), (u32)(b << 16), true);
    u64 high = bf_op(a & 0xffff0000, b & 0xffff0000, true);
    return (u32)bf_op(addend, bf_op(low, high, false), false);
}
