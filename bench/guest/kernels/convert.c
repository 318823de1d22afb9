// convert: conversions between integers, float and double, roundings, and what lies at their edges.
// Checked by: exact integer arithmetic on the bits of the numbers.
#include "check.h"

static uint64_t bits_of(double x)
{
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

// The integer part of |x| < 2^63, from its bits.
static int64_t truncate_by_bits(double x)
{
    uint64_t b = bits_of(x), mantissa = (b & 0xfffffffffffff) | 1ull << 52;
    int exponent = (int)(b >> 52 & 2047) - 1075;
    if (exponent < -63)
        return 0;
    int64_t n = (int64_t)(exponent < 0 ? mantissa >> -exponent : mantissa << exponent);
    return b >> 63 ? -n : n;
}

// The double nearest to n, ties to even, from integer operations; n < 2^63.
static uint64_t double_bits(uint64_t n)
{
    if (n == 0)
        return 0;
    int high = 63 - __builtin_clzll(n), drop = high - 52;
    uint64_t mantissa = drop > 0 ? n >> drop : n << -drop;
    if (drop > 0) {
        uint64_t rest = n & ((1ull << drop) - 1), half = 1ull << (drop - 1);
        mantissa += rest > half || (rest == half && (mantissa & 1));
    }
    return ((uint64_t)(high + 1022) << 52) + mantissa;
}

static uint64_t wrong_answers(uint64_t r)
{
    uint64_t wrong = 0, n = r >> (r & 63) >> 1;
    wrong += bits_of((double)(int64_t)n) != double_bits(n);
    wrong += bits_of((double)n) != double_bits(n);
    uint64_t b = (r & 0x800fffffffffffff) | (uint64_t)(960 + r % 124) << 52;
    double x;
    memcpy(&x, &b, sizeof x);
    wrong += (int64_t)x != truncate_by_bits(x);
    wrong += fabs(x) < 2147483648.0 && (int32_t)x != (int32_t)truncate_by_bits(x);
    wrong += trunc(x) != (double)truncate_by_bits(x);
    wrong += floor(x) != (double)(truncate_by_bits(x) - (x < trunc(x)));
    wrong += ceil(x) != (double)(truncate_by_bits(x) + (x > trunc(x)));
    wrong += fabs(x) < 4503599627370496.0 && lrint(x) != (int64_t)rint(x);
    wrong += (double)(float)(r >> 40) != (double)(r >> 40);   // 24 bits fit a float
    float f = (float)x;
    wrong += fabs((double)f - x) > fabs(x) / 16777216;
    wrong += copysign(1, x) != (b >> 63 ? -1 : 1) || fabs(x) != (b >> 63 ? -x : x);
    wrong += fmin(x, 3) > 3 || fmax(x, 3) < 3 || fmin(x, NAN) != x;
    return wrong;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30), wrong = 0;
    uint32_t seed = 41;
    volatile double huge = 1e300, none = NAN, big = 3e9;

    for (uint64_t i = 0; i < scale * 10000; i++)
        wrong += wrong_answers((uint64_t)random_next(&seed) << 32 | random_next(&seed));
    // Outside the range AArch64 saturates and makes NaN 0 (Arm ARM, FPToFixed).
    int64_t high = (int64_t)huge, low = (int64_t)-huge, nan = (int64_t)none;
    uint64_t minus = (uint64_t)-huge;
    int bad = expect("wrong", wrong, 0);
    bad |= expect("high", (uint64_t)high, INT64_MAX);
    bad |= expect("low", (uint64_t)low, (uint64_t)INT64_MIN);
    bad |= expect("nan", (uint64_t)nan, 0);
    bad |= expect("minus", minus, 0);
    return bad | expect("word", (uint32_t)(int32_t)big, INT32_MAX);
}
