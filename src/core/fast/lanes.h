// lanes.h: counts for all schedulers, added up in a few instructions.
#ifndef CORE_FAST_LANES_H
#define CORE_FAST_LANES_H

#include "base/types.h"

enum { LANES = 16 };   // schedulers

// A count for each scheduler, a byte each.
struct lanes {
    u64 half[LANES / 8];
};

static inline u32 lane_count(const struct lanes *l, u32 lane)
{
    return l->half[lane >> 3] >> 8 * (lane & 7) & 255;
}

// The sum of those of the first eight counts that `bytes` covers; below 256.
static inline u32 lane_sum(const struct lanes *l, u64 bytes)
{
    return (u32)((l->half[0] & bytes) * 0x0101010101010101 >> 56);
}

#endif
