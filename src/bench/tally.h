// tally.h: weights by name.
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

#include <stdio.h>

#include "base/arena.h"
#include "base/types.h"

struct tally_row {
    char *name;         // what was counted
    const char *note;   // the first that came with the name, or NULL
    u64 count, weight;
};

struct tally {
    struct arena *arena;
    struct tally_row *at;
    size_t count, room;
    u64 weight;        // of all
    u32 *slot;         // hash of names: index + 1
};

void tally_init(struct tally *t, struct arena *a);
void tally_free(struct tally *t);
void tally_add(struct tally *t, const char *name, const char *note, u64 weight);

// The heaviest first, equal ones by name. Nothing may be added afterwards.
void tally_sort(struct tally *t);

#endif
