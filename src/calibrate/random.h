// random.h: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same numbers from a seed everywhere.
#ifndef CALIBRATE_RANDOM_H
#define CALIBRATE_RANDOM_H

#include "base/types.h"

struct random {
    u64 state;
};

static inline u64 random_next(struct random *r)
{
    u64 z = r->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

// From 0 up to 1.
static inline double random_unit(struct random *r)
{
    return (double)(random_next(r) >> 11) * 0x1p-53;
}

#endif
