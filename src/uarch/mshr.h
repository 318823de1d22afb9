// mshr.h: how many misses a cache may have outstanding.
//
// It knows intervals of time, not addresses: two misses to one line are merged
// by the cache, whose line is marked "on its way" (cache.h), and take one entry.
// Requests may come in any order of time: what is kept is how many entries each
// slice of 8 cycles has busy, on average over the slice.
#ifndef UARCH_MSHR_H
#define UARCH_MSHR_H

#include "base/types.h"

struct arena;
struct mshr;

// `entries` 1 to 256.
struct mshr *mshr_new(struct arena *a, u32 entries);

// The first cycle at or after `now` at which fewer than all entries are busy.
cycle mshr_start(struct mshr *m, cycle now);

// Keeps one entry busy from `start`, inclusive, to `end`, exclusive.
void mshr_hold(struct mshr *m, cycle start, cycle end);

// Is no entry free at `now`?
bool mshr_full(struct mshr *m, cycle now);

// Frees all entries and forgets when they were busy: time may begin anew.
void mshr_settle(struct mshr *m);

#endif
