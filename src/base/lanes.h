// lanes.h: eight numbers of 16 bits looked at at once.
#ifndef BASE_LANES_H
#define BASE_LANES_H

#include "base/types.h"

#ifdef __SSE2__
#include <emmintrin.h>

// Bit k of the answer: lane[k] equals `x`. `lane` need not be aligned.
static inline u32 lanes_equal(const u16 *lane, u16 x)
{
    __m128i equal = _mm_cmpeq_epi16(_mm_loadu_si128((const __m128i *)lane), _mm_set1_epi16((i16)x));
    return (u32)_mm_movemask_epi8(_mm_packs_epi16(equal, _mm_setzero_si128()));
}
#else
static inline u32 lanes_equal(const u16 *lane, u16 x)
{
    u32 equal = 0;
    for (u32 k = 0; k < 8; k++)
        equal |= (u32)(lane[k] == x) << k;
    return equal;
}
#endif

#endif
