// softfp_num.h: numbers taken apart, shared by the files of softfp.
#ifndef EXEC_SOFTFP_NUM_H
#define EXEC_SOFTFP_NUM_H

#include "exec/fp/softfp.h"

typedef unsigned __int128 u128;

enum kind { NUM_ZERO, NUM_FINITE, NUM_INF, NUM_QNAN, NUM_SNAN };

// A FINITE number is frac * 2^(exp - 63) with bit 63 of frac set.
struct num {
    enum kind kind;
    bool sign;
    int exp;
    u64 frac;
};

struct fp_format {
    int exp_bits, frac_bits;
};
extern const struct fp_format fp_formats[4];

static inline int fp_width(enum fp_type t)
{
    return fp_formats[t].exp_bits + fp_formats[t].frac_bits + 1;
}

static inline int fp_bias(enum fp_type t)
{
    return (1 << (fp_formats[t].exp_bits - 1)) - 1;
}

static inline u64 fp_exp_max(enum fp_type t)
{
    return (1ull << fp_formats[t].exp_bits) - 1;
}

static inline u64 fp_sign_bit(enum fp_type t)
{
    return 1ull << (fp_width(t) - 1);
}

static inline u64 fp_quiet_bit(enum fp_type t)
{
    return 1ull << (fp_formats[t].frac_bits - 1);
}

static inline u64 fp_pack(enum fp_type t, bool sign, u64 exp, u64 frac)
{
    u64 mask = (1ull << fp_formats[t].frac_bits) - 1;
    return (sign ? fp_sign_bit(t) : 0) | exp << fp_formats[t].frac_bits | (frac & mask);
}

static inline u64 fp_zero(enum fp_type t, bool sign)
{
    return fp_pack(t, sign, 0, 0);
}

static inline u64 fp_infinity(enum fp_type t, bool sign)
{
    return fp_pack(t, sign, fp_exp_max(t), 0);
}

static inline u64 fp_max_normal(enum fp_type t, bool sign)
{
    return fp_pack(t, sign, fp_exp_max(t) - 1, ~0ull);
}

static inline u64 fp_default_nan(enum fp_type t)
{
    return fp_pack(t, false, fp_exp_max(t), fp_quiet_bit(t));
}

static inline bool is_nan(const struct num *n)
{
    return n->kind >= NUM_QNAN;
}

// Denormals of this type are flushed under `cr`.
static inline bool fp_flushes(enum fp_type t, u32 cr)
{
    return cr & (t == FP_H ? FPCR_FZ16 : FPCR_FZ);
}

// Shifts right, keeping a one in the lowest bit when ones were lost.
static inline u64 shift_jam64(u64 v, int n)
{
    if (n <= 0)
        return v;
    return n < 64 ? v >> n | ((v << (64 - n)) != 0) : v != 0;
}

static inline u128 shift_jam128(u128 v, int n)
{
    if (n <= 0)
        return v;
    return n < 128 ? v >> n | ((v << (128 - n)) != 0) : v != 0;
}

static inline int clz128(u128 v)
{
    u64 high = (u64)(v >> 64);
    return high ? __builtin_clzll(high) : 64 + __builtin_clzll((u64)v);
}

// FPUnpack; `convert` is FPUnpackCV (FZ16 ignored, AHP obeyed).
struct num fp_unpack_as(enum fp_type t, u64 a, bool convert, struct fp_env *e);
static inline struct num fp_unpack(enum fp_type t, u64 a, struct fp_env *e)
{
    return fp_unpack_as(t, a, false, e);
}

// FPRound of (-1)^sign * frac * 2^(exp - 63), bit 63 of frac set, its lowest bit sticky;
// `convert` is FPRoundCV.
u64 fp_round_as(enum fp_type t, bool sign, int exp, u64 frac, enum fp_rounding r, bool convert,
                struct fp_env *e);
static inline u64 fp_round(enum fp_type t, bool sign, int exp, u64 frac, struct fp_env *e)
{
    return fp_round_as(t, sign, exp, frac, fp_mode(e), false, e);
}

// FPProcessNaN of a NaN.
u64 fp_process_nan(enum fp_type t, u64 a, const struct num *n, struct fp_env *e);
u64 fp_invalid(enum fp_type t, struct fp_env *e);

// The integer part of n * 2^scale, rounded; *inexact when it differs. Values of 2^65 and
// more come back as 2^65.
u128 fp_integer(const struct num *n, int scale, enum fp_rounding r, bool *inexact);

#endif
