#include "exec/fp/softfp.h"

#include "exec/fp/softfp_num.h"

const struct fp_format fp_formats[4] = {
    [FP_S] = { 8, 23 },
    [FP_D] = { 11, 52 },
    [FP_BF] = { 8, 7 },
    [FP_H] = { 5, 10 },
};

struct num fp_unpack_as(enum fp_type t, u64 a, bool convert, struct fp_env *e)
{
    int f = fp_formats[t].frac_bits;
    u64 exp = a >> f & fp_exp_max(t);
    u64 frac = a & ((1ull << f) - 1);
    struct num n = { .sign = a & fp_sign_bit(t) };
    if (exp == 0) {
        if (frac == 0)
            return n;
        if (fp_flushes(t, e->cr) && !(convert && t == FP_H)) {
            e->sr |= t == FP_H ? 0 : FPSR_IDC;
            return n;
        }
        int shift = __builtin_clzll(frac);
        n.kind = NUM_FINITE;
        n.frac = frac << shift;
        n.exp = 1 - fp_bias(t) - f + 63 - shift;
        return n;
    }
    if (exp == fp_exp_max(t) && !(convert && t == FP_H && e->cr & FPCR_AHP)) {
        n.kind = frac == 0 ? NUM_INF : frac & fp_quiet_bit(t) ? NUM_QNAN : NUM_SNAN;
        return n;
    }
    n.kind = NUM_FINITE;
    n.exp = (int)exp - fp_bias(t);
    n.frac = 1ull << 63 | frac << (63 - f);
    return n;
}

static bool rounds_up(enum fp_rounding r, bool sign, bool odd, u64 rest, u64 half)
{
    switch (r) {
    case FP_NEAREST: return rest > half || (rest == half && odd);
    case FP_UP: return rest && !sign;
    case FP_DOWN: return rest && sign;
    case FP_AWAY: return rest >= half;
    default: return false;
    }
}

static u64 overflow(enum fp_type t, bool sign, enum fp_rounding r, struct fp_env *e)
{
    bool infinite = r == FP_NEAREST || r == FP_AWAY || r == (sign ? FP_DOWN : FP_UP);
    e->sr |= FPSR_OFC | FPSR_IXC;
    return infinite ? fp_infinity(t, sign) : fp_max_normal(t, sign);
}

u64 fp_round_as(enum fp_type t, bool sign, int exp, u64 frac, enum fp_rounding r, bool convert,
                struct fp_env *e)
{
    int f = fp_formats[t].frac_bits;
    int min_exp = 1 - fp_bias(t);
    if (exp < min_exp && fp_flushes(t, e->cr) && !(convert && t == FP_H)) {
        e->sr |= FPSR_UFC;   // and not IXC
        return fp_zero(t, sign);
    }
    u64 biased = exp < min_exp ? 0 : (u64)(exp - min_exp + 1);
    if (biased == 0)
        frac = shift_jam64(frac, min_exp - exp);
    u64 mant = frac >> (63 - f);
    u64 rest = frac & ((1ull << (63 - f)) - 1);
    if (biased == 0 && rest)
        e->sr |= FPSR_UFC;
    if (r == FP_ODD) {
        mant |= rest != 0;
    } else if (rounds_up(r, sign, mant & 1, rest, 1ull << (62 - f))) {
        mant++;
        if (mant == 1ull << f)
            biased = 1;
        if (mant == 2ull << f) {
            biased++;
            mant >>= 1;
        }
    }
    if (convert && t == FP_H && e->cr & FPCR_AHP) {
        if (biased > fp_exp_max(t)) {
            e->sr |= FPSR_IOC;   // and not IXC
            return fp_pack(t, sign, fp_exp_max(t), ~0ull);
        }
    } else if (biased >= fp_exp_max(t)) {
        return overflow(t, sign, r, e);
    }
    e->sr |= rest ? FPSR_IXC : 0;
    return fp_pack(t, sign, biased, mant);
}

u64 fp_process_nan(enum fp_type t, u64 a, const struct num *n, struct fp_env *e)
{
    if (n->kind == NUM_SNAN)
        e->sr |= FPSR_IOC;
    return e->cr & FPCR_DN ? fp_default_nan(t) : a | fp_quiet_bit(t);
}

u64 fp_invalid(enum fp_type t, struct fp_env *e)
{
    e->sr |= FPSR_IOC;
    return fp_default_nan(t);
}

// FPProcessNaNs: signalling ones first, in order.
static bool nans2(enum fp_type t, u64 a, const struct num *x, u64 b, const struct num *y,
                  u64 *result, struct fp_env *e)
{
    if (x->kind == NUM_SNAN || (x->kind == NUM_QNAN && y->kind != NUM_SNAN))
        *result = fp_process_nan(t, a, x, e);
    else if (is_nan(y))
        *result = fp_process_nan(t, b, y, e);
    else
        return false;
    return true;
}

// v * 2^(exp - 126), not zero, rounded.
static u64 round128(enum fp_type t, bool sign, int exp, u128 v, struct fp_env *e)
{
    int shift = clz128(v);
    u128 top = v << shift;
    return fp_round(t, sign, exp + 1 - shift, (u64)(top >> 64) | ((u64)top != 0), e);
}

// x + y of values v * 2^(exp - 126), bit 127 clear in both.
struct wide {
    bool sign;
    int exp;
    u128 v;
};

static u64 add_wide(enum fp_type t, struct wide x, struct wide y, struct fp_env *e)
{
    if (x.exp < y.exp) {
        struct wide swap = x;
        x = y;
        y = swap;
    }
    y.v = shift_jam128(y.v, x.exp - y.exp);
    if (x.sign == y.sign)
        return round128(t, x.sign, x.exp, x.v + y.v, e);
    if (x.v == y.v)
        return fp_zero(t, fp_mode(e) == FP_DOWN);
    if (x.v > y.v)
        return round128(t, x.sign, x.exp, x.v - y.v, e);
    return round128(t, y.sign, x.exp, y.v - x.v, e);
}

static struct wide widen(const struct num *n)
{
    return (struct wide){ n->sign, n->exp, (u128)n->frac << 63 };
}

static u64 round_num(enum fp_type t, const struct num *n, struct fp_env *e)
{
    return fp_round(t, n->sign, n->exp, n->frac, e);
}

static u64 add_nums(enum fp_type t, const struct num *x, const struct num *y, struct fp_env *e)
{
    if (x->kind == NUM_INF && y->kind == NUM_INF && x->sign != y->sign)
        return fp_invalid(t, e);
    if (x->kind == NUM_INF || y->kind == NUM_INF)
        return fp_infinity(t, x->kind == NUM_INF ? x->sign : y->sign);
    if (x->kind == NUM_ZERO && y->kind == NUM_ZERO)
        return fp_zero(t, x->sign == y->sign ? x->sign : fp_mode(e) == FP_DOWN);
    if (x->kind == NUM_ZERO)
        return round_num(t, y, e);
    if (y->kind == NUM_ZERO)
        return round_num(t, x, e);
    return add_wide(t, widen(x), widen(y), e);
}

u64 fp_add(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    struct num x = fp_unpack(t, a, e), y = fp_unpack(t, b, e);
    u64 result;
    if (nans2(t, a, &x, b, &y, &result, e))
        return result;
    return add_nums(t, &x, &y, e);
}

u64 fp_sub(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    struct num x = fp_unpack(t, a, e), y = fp_unpack(t, b, e);
    u64 result;
    if (nans2(t, a, &x, b, &y, &result, e))
        return result;
    y.sign = !y.sign;
    return add_nums(t, &x, &y, e);
}

u64 fp_abs(enum fp_type t, u64 a, struct fp_env *e)
{
    return a & ~fp_sign_bit(t);
}

u64 fp_neg(enum fp_type t, u64 a, struct fp_env *e)
{
    return a ^ fp_sign_bit(t);
}

u64 fp_abd(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return fp_abs(t, fp_sub(t, a, b, e), e);
}

static bool zero_times_infinity(const struct num *x, const struct num *y)
{
    return (x->kind == NUM_ZERO && y->kind == NUM_INF) ||
           (x->kind == NUM_INF && y->kind == NUM_ZERO);
}

static u64 mul(enum fp_type t, u64 a, u64 b, bool extended, struct fp_env *e)
{
    struct num x = fp_unpack(t, a, e), y = fp_unpack(t, b, e);
    bool sign = x.sign != y.sign;
    u64 result;
    if (nans2(t, a, &x, b, &y, &result, e))
        return result;
    if (zero_times_infinity(&x, &y))
        return extended ? fp_pack(t, sign, (u64)fp_bias(t) + 1, 0) : fp_invalid(t, e);
    if (x.kind == NUM_INF || y.kind == NUM_INF)
        return fp_infinity(t, sign);
    if (x.kind == NUM_ZERO || y.kind == NUM_ZERO)
        return fp_zero(t, sign);
    return round128(t, sign, x.exp + y.exp, (u128)x.frac * y.frac, e);
}

u64 fp_mul(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return mul(t, a, b, false, e);
}

u64 fp_mulx(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return mul(t, a, b, true, e);
}

u64 fp_nmul(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return fp_neg(t, fp_mul(t, a, b, e), e);
}

u64 fp_div(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    struct num x = fp_unpack(t, a, e), y = fp_unpack(t, b, e);
    bool sign = x.sign != y.sign;
    u64 result;
    if (nans2(t, a, &x, b, &y, &result, e))
        return result;
    if (x.kind == y.kind && x.kind != NUM_FINITE)
        return fp_invalid(t, e);
    if (x.kind == NUM_INF || y.kind == NUM_ZERO) {
        if (x.kind != NUM_INF)
            e->sr |= FPSR_DZC;
        return fp_infinity(t, sign);
    }
    if (x.kind == NUM_ZERO || y.kind == NUM_INF)
        return fp_zero(t, sign);
    u128 n = (u128)x.frac << 63;
    u128 q = n / y.frac;   // from 2^62 up to 2^64
    bool rest = n % y.frac != 0;
    return round128(t, sign, x.exp - y.exp, q << 63 | rest, e);
}

u64 fp_sqrt(enum fp_type t, u64 a, struct fp_env *e)
{
    struct num x = fp_unpack(t, a, e);
    if (is_nan(&x))
        return fp_process_nan(t, a, &x, e);
    if (x.kind == NUM_ZERO)
        return fp_zero(t, x.sign);
    if (x.sign)
        return fp_invalid(t, e);
    if (x.kind == NUM_INF)
        return fp_infinity(t, false);
    bool odd = x.exp & 1;
    u128 v = (u128)x.frac << (odd ? 64 : 63), rest = v;
    u64 root = 0;
    for (int bit = 63; bit >= 0; bit--) {   // rest = v - root^2
        u128 step = ((u128)root << 1 | 1ull << bit) << bit;
        if (rest >= step) {
            rest -= step;
            root |= 1ull << bit;
        }
    }
    return fp_round(t, false, (x.exp - odd) / 2, root | (rest != 0), e);
}

// FPProcessNaNs3: the addend comes first.
static bool nans3(enum fp_type t, const u64 bits[3], const struct num n[3], u64 *result,
                  struct fp_env *e)
{
    for (int pass = 0; pass < 2; pass++)
        for (int k = 0; k < 3; k++)
            if (n[k].kind == (pass ? NUM_QNAN : NUM_SNAN)) {
                *result = fp_process_nan(t, bits[k], &n[k], e);
                return true;
            }
    return false;
}

// (x * y + z) * 2^scale of numbers that are no NaNs, with one rounding.
static u64 fused(enum fp_type t, const struct num *z, const struct num *x, const struct num *y,
                 int scale, struct fp_env *e)
{
    bool sign = x->sign != y->sign;
    bool inf = x->kind == NUM_INF || y->kind == NUM_INF;
    bool zero = x->kind == NUM_ZERO || y->kind == NUM_ZERO;
    if ((inf && zero) || (inf && z->kind == NUM_INF && z->sign != sign))
        return fp_invalid(t, e);
    if (inf || z->kind == NUM_INF)
        return fp_infinity(t, inf ? sign : z->sign);
    if (zero && z->kind == NUM_ZERO)
        return fp_zero(t, sign == z->sign ? sign : fp_mode(e) == FP_DOWN);
    if (zero)
        return fp_round(t, z->sign, z->exp + scale, z->frac, e);
    // The product of two 53-bit fractions leaves its lowest bits zero: the shift is exact.
    struct wide p = { sign, x->exp + y->exp + 1 + scale, (u128)x->frac * y->frac >> 1 };
    if (z->kind == NUM_ZERO)
        return round128(t, sign, p.exp, p.v, e);
    struct wide addend = widen(z);
    addend.exp += scale;
    return add_wide(t, p, addend, e);
}

u64 fp_muladd(enum fp_type t, u64 addend, u64 a, u64 b, struct fp_env *e)
{
    u64 bits[3] = { addend, a, b };
    struct num n[3];
    for (int k = 0; k < 3; k++)
        n[k] = fp_unpack(t, bits[k], e);
    u64 result;
    bool nan = nans3(t, bits, n, &result, e);
    if (n[0].kind == NUM_QNAN && zero_times_infinity(&n[1], &n[2]))
        return fp_invalid(t, e);
    return nan ? result : fused(t, &n[0], &n[1], &n[2], 0, e);
}

// base - a * b scaled by 2^scale, FRECPS (2) and FRSQRTS (3).
static u64 step(enum fp_type t, u64 a, u64 b, u64 base, int scale, struct fp_env *e)
{
    a = fp_neg(t, a, e);
    struct num x = fp_unpack(t, a, e), y = fp_unpack(t, b, e);
    struct num z = { NUM_FINITE, false, 1, base << 62 };
    u64 result;
    if (nans2(t, a, &x, b, &y, &result, e))
        return result;
    if (zero_times_infinity(&x, &y))
        return fp_round(t, false, 1 + scale, z.frac, e);
    return fused(t, &z, &x, &y, scale, e);
}

u64 fp_recps(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return step(t, a, b, 2, 0, e);
}

u64 fp_rsqrts(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return step(t, a, b, 3, -1, e);
}

// -- Order --

// -1, 0, 1; neither is a NaN.
static int order(const struct num *x, const struct num *y)
{
    if (x->kind == NUM_ZERO && y->kind == NUM_ZERO)
        return 0;
    if (x->kind == NUM_ZERO)
        return y->sign ? 1 : -1;
    if (y->kind == NUM_ZERO || x->sign != y->sign)
        return x->sign ? -1 : 1;
    int bigger = x->sign ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind > y->kind ? bigger : -bigger;
    if (x->kind == NUM_INF)
        return 0;
    if (x->exp != y->exp)
        return x->exp > y->exp ? bigger : -bigger;
    return x->frac == y->frac ? 0 : x->frac > y->frac ? bigger : -bigger;
}

static u64 num_bits(enum fp_type t, u64 bits, const struct num *n)
{
    return n->kind == NUM_ZERO ? fp_zero(t, n->sign) : bits;
}

static u64 extreme(enum fp_type t, u64 a, u64 b, bool max, struct fp_env *e)
{
    struct num x = fp_unpack(t, a, e), y = fp_unpack(t, b, e);
    u64 result;
    if (nans2(t, a, &x, b, &y, &result, e))
        return result;
    int o = order(&x, &y);
    if (o == 0 && x.kind == NUM_ZERO)
        return fp_zero(t, max ? x.sign && y.sign : x.sign || y.sign);
    return (max ? o > 0 : o < 0) ? num_bits(t, a, &x) : num_bits(t, b, &y);
}

// A quiet NaN beside a number counts as the infinity that loses.
static u64 extreme_number(enum fp_type t, u64 a, u64 b, bool max, struct fp_env *e)
{
    struct fp_env quiet = *e;
    struct num x = fp_unpack(t, a, &quiet), y = fp_unpack(t, b, &quiet);
    if (x.kind == NUM_QNAN && y.kind != NUM_QNAN)
        a = fp_infinity(t, max);
    else if (y.kind == NUM_QNAN && x.kind != NUM_QNAN)
        b = fp_infinity(t, max);
    return extreme(t, a, b, max, e);
}

u64 fp_max(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return extreme(t, a, b, true, e);
}

u64 fp_min(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return extreme(t, a, b, false, e);
}

u64 fp_maxnm(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return extreme_number(t, a, b, true, e);
}

u64 fp_minnm(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return extreme_number(t, a, b, false, e);
}

u32 fp_compare(enum fp_type t, u64 a, u64 b, bool signal_all, struct fp_env *e)
{
    struct num x = fp_unpack(t, a, e), y = fp_unpack(t, b, e);
    if (is_nan(&x) || is_nan(&y)) {
        if (x.kind == NUM_SNAN || y.kind == NUM_SNAN || signal_all)
            e->sr |= FPSR_IOC;
        return 3;
    }
    int o = order(&x, &y);
    return o == 0 ? 6 : o < 0 ? 8 : 2;
}

static u64 truth(enum fp_type t, bool v)
{
    return v ? fp_sign_bit(t) * 2 - 1 : 0;
}

u64 fp_cmeq(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return truth(t, fp_compare(t, a, b, false, e) == 6);
}

u64 fp_cmge(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    u32 nzcv = fp_compare(t, a, b, true, e);
    return truth(t, nzcv == 6 || nzcv == 2);
}

u64 fp_cmgt(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return truth(t, fp_compare(t, a, b, true, e) == 2);
}

u64 fp_cmle(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return fp_cmge(t, b, a, e);
}

u64 fp_cmlt(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return fp_cmgt(t, b, a, e);
}

u64 fp_acge(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return fp_cmge(t, fp_abs(t, a, e), fp_abs(t, b, e), e);
}

u64 fp_acgt(enum fp_type t, u64 a, u64 b, struct fp_env *e)
{
    return fp_cmgt(t, fp_abs(t, a, e), fp_abs(t, b, e), e);
}
