// lane_shift.h: one lane of the shifts by register.
//
// A lane of `bits` comes zero- or sign-extended to 64 bits; `s` shifts left when positive,
// right when negative, by up to 128. Results hold the lane in their low bits. *sat becomes
// true when the result was saturated; it is never made false.
#ifndef EXEC_LANE_SHIFT_H
#define EXEC_LANE_SHIFT_H

#include "base/types.h"

static inline u64 lane_ushl(u64 a, int s, unsigned bits)
{
    if (s >= 0)
        return s < (int)bits ? a << s : 0;
    return s > -64 ? a >> -s : 0;
}

static inline u64 lane_sshl(u64 a, int s)
{
    if (s >= 0)
        return s < 64 ? a << s : 0;
    return (u64)((i64)a >> (s > -64 ? -s : 63));
}

// Rounding adds the last bit shifted out.
static inline u64 lane_urshl(u64 a, int s, unsigned bits)
{
    if (s >= 0)
        return lane_ushl(a, s, bits);
    if (s < -64)
        return 0;
    u64 x = a >> (-s - 1);
    return (x >> 1) + (x & 1);
}

static inline u64 lane_srshl(u64 a, int s)
{
    if (s >= 0)
        return lane_sshl(a, s);
    i64 x = (i64)a >> (s >= -64 ? -s - 1 : 63);
    return (u64)((x >> 1) + (x & 1));
}

u64 lane_uqshl(u64 a, int s, unsigned bits, bool *sat);
u64 lane_sqshl(u64 a, int s, unsigned bits, bool *sat);
u64 lane_uqrshl(u64 a, int s, unsigned bits, bool *sat);
u64 lane_sqrshl(u64 a, int s, unsigned bits, bool *sat);
// Signed lane, unsigned result; `s` is not negative.
u64 lane_sqshlu(u64 a, int s, unsigned bits, bool *sat);

#endif
