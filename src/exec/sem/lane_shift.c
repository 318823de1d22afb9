// The saturating shifts, out of line: they are rare and large.
#include "exec/sem/lane_shift.h"

static u64 left_unsigned(u64 a, int s, unsigned bits, bool *sat)
{
    u64 max = ~0ull >> (64 - bits);
    if (a == 0)
        return 0;
    if (s >= (int)bits || a > max >> s) {
        *sat = true;
        return max;
    }
    return a << s;
}

static u64 left_signed(u64 a, int s, unsigned bits, bool *sat)
{
    i64 x = (i64)a, max = (i64)(~0ull >> (65 - bits)), min = ~max;
    if (x == 0)
        return 0;
    if (s >= (int)bits || x > max >> s || x < min >> s) {
        *sat = true;
        return (u64)(x < 0 ? min : max);
    }
    return a << s;
}

u64 lane_uqshl(u64 a, int s, unsigned bits, bool *sat)
{
    return s < 0 ? lane_ushl(a, s, bits) : left_unsigned(a, s, bits, sat);
}

u64 lane_uqrshl(u64 a, int s, unsigned bits, bool *sat)
{
    return s < 0 ? lane_urshl(a, s, bits) : left_unsigned(a, s, bits, sat);
}

u64 lane_sqshl(u64 a, int s, unsigned bits, bool *sat)
{
    return s < 0 ? lane_sshl(a, s) : left_signed(a, s, bits, sat);
}

u64 lane_sqrshl(u64 a, int s, unsigned bits, bool *sat)
{
    return s < 0 ? lane_srshl(a, s) : left_signed(a, s, bits, sat);
}

u64 lane_sqshlu(u64 a, int s, unsigned bits, bool *sat)
{
    if ((i64)a < 0) {
        *sat = true;
        return 0;
    }
    return left_unsigned(a, s, bits, sat);
}
