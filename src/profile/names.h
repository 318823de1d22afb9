// names.h: texts by number, each once.
#ifndef PROFILE_NAMES_H
#define PROFILE_NAMES_H

#include "base/types.h"

// All zero: no texts. Numbers are given in order, from 0.
struct names {
    const char **text;
    u32 count, room;
    u32 *slot;   // open addressing: number + 1; 0: free
    u32 slots;
};

// The number of a text, which must live as long as `n`.
u32 names_id(struct names *n, const char *text);

void names_free(struct names *n);

// Numbers of pairs of numbers, in the same way.
struct pairs {
    u64 *pair;   // the first in the upper half
    u32 count, room;
    u32 *slot;
    u32 slots;
};

u32 pairs_id(struct pairs *p, u32 first, u32 second);
void pairs_free(struct pairs *p);

#endif
