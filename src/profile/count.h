// count.h: how often each static instruction ran.
//
// A consumer of the stream. It knows addresses and words, not what they mean.
#ifndef PROFILE_COUNT_H
#define PROFILE_COUNT_H

#include <stddef.h>

#include "base/arena.h"
#include "stream/record.h"

struct counts;

// Lives in `a`, which grows with the code that runs, not with how long it runs.
struct counts *counts_new(struct arena *a);

void counts_feed(struct counts *c, const struct record *r, size_t n);

// Calls `each` for every instruction that ran, in no particular order. An address whose
// code changed comes once for each word it held.
void counts_each(const struct counts *c, void (*each)(void *ctx, vaddr pc, u32 word, u64 count),
                 void *ctx);

#endif
