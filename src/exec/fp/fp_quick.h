// fp_quick.h: softfp's operations on the host's FPU where it is known to agree.
//
// fp_slow.c comes here under FPCR.FZ, where most operands are still ordinary: zeros and
// numbers so large that no result, however much cancels, is denormal. On these the host
// gives Arm's value and flags in every mode; all others go to softfp.
#ifndef EXEC_FP_QUICK_H
#define EXEC_FP_QUICK_H

#include <string.h>

#include "exec/fp/softfp.h"

// The exponent field; -1 for zero.
static inline int quick_exp(enum fp_type t, u64 a)
{
    if (t == FP_D)
        return a << 1 ? (int)(a >> 52 & 2047) : -1;
    return (u32)a << 1 ? (int)(a >> 23 & 255) : -1;
}

// More than twice the fraction's bits above the smallest exponent.
static inline bool quick_normal(enum fp_type t, int exp)
{
    return t == FP_D ? exp > 110 && exp < 2047 : exp > 50 && exp < 255;
}

static inline bool quick_operand(enum fp_type t, int exp)
{
    return exp == -1 || quick_normal(t, exp);
}

static inline bool quick_sum(enum fp_type t, u64 a, u64 b)
{
    return quick_operand(t, quick_exp(t, a)) && quick_operand(t, quick_exp(t, b));
}

// Neither tiny itself nor after cancelling with a quick_operand().
static inline bool quick_product(enum fp_type t, u64 a, u64 b)
{
    int x = quick_exp(t, a), y = quick_exp(t, b);
    if (!quick_operand(t, x) || !quick_operand(t, y))
        return false;
    return x == -1 || y == -1 || quick_normal(t, x + y - (t == FP_D ? 1023 : 127));
}

static inline bool quick_quotient(enum fp_type t, u64 a, u64 b)
{
    int x = quick_exp(t, a), y = quick_exp(t, b);
    if (!quick_operand(t, x) || !quick_operand(t, y) || y == -1)
        return false;
    return x == -1 || quick_normal(t, x - y + (t == FP_D ? 1023 : 127));
}

static inline double quick_double(u64 a)
{
    double x;
    memcpy(&x, &a, sizeof(x));
    return x;
}

static inline float quick_single(u64 a)
{
    u32 b = (u32)a;
    float x;
    memcpy(&x, &b, sizeof(x));
    return x;
}

static inline u64 quick_of_double(double x)
{
    u64 a;
    memcpy(&a, &x, sizeof(a));
    return a;
}

static inline u64 quick_of_single(float x)
{
    u32 a;
    memcpy(&a, &x, sizeof(a));
    return a;
}

#define QUICK(name, op, agrees) \
    static u64 quick_##name(enum fp_type t, u64 a, u64 b, struct fp_env *e) \
    { \
        if (t == FP_H || !agrees(t, a, b)) \
            return fp_##name(t, a, b, e); \
        if (t == FP_D) \
            return quick_of_double(quick_double(a) op quick_double(b)); \
        return quick_of_single(quick_single(a) op quick_single(b)); \
    }
QUICK(add, +, quick_sum)
QUICK(sub, -, quick_sum)
QUICK(mul, *, quick_product)
QUICK(div, /, quick_quotient)

static u64 quick_sqrt(enum fp_type t, u64 a, struct fp_env *e)
{
    if (t == FP_H || fp_neg(t, a, e) < a || !quick_operand(t, quick_exp(t, a)))
        return fp_sqrt(t, a, e);
    return t == FP_D ? quick_of_double(__builtin_sqrt(quick_double(a)))
                     : quick_of_single(__builtin_sqrtf(quick_single(a)));
}

static u64 quick_muladd(enum fp_type t, u64 addend, u64 a, u64 b, struct fp_env *e)
{
    if (t == FP_H || !quick_product(t, a, b) || !quick_operand(t, quick_exp(t, addend)))
        return fp_muladd(t, addend, a, b, e);
    if (t == FP_D)
        return quick_of_double(
            __builtin_fma(quick_double(a), quick_double(b), quick_double(addend)));
    return quick_of_single(__builtin_fmaf(quick_single(a), quick_single(b), quick_single(addend)));
}

#endif
