// memdep.h: which store a load has to wait for.
//
// Pairs of a load and a store, by address of instruction, that once met in memory
// too early. A load of a pair waits for the youngest older instance of its store.
// It knows no queue: stores are named by the caller's sequence numbers.
//
// On Apple's cores ("LSP": pairs with counters and an age-out interval, register
// names in m1n1) the number of pairs shows as a knee: 62 on Avalanche, 16 on Blizzard
// for pairs that must wait, 77 and 10 for those that only forward faster once they are
// known. Beyond it, time rises gradually on Avalanche (5.1 cycles an iteration at 62
// pairs used in turn, 12.9 at 72, 21 at 128), as it does when the pair to give up is
// drawn at random, and at once on Blizzard, as when it is the one unused for longest.
#ifndef UARCH_MEMDEP_H
#define UARCH_MEMDEP_H

#include "base/stat.h"
#include "base/types.h"

struct arena;
struct save;

struct memdep_params {
    u32 pairs;         // 60 | 16, at most 255
    u32 counter_max;   // model choice: 3; a pair waits while its counter is not 0
    u32 age;           // log2 of loads after which all counters fall by one: 17 (unknown)
    bool random;       // a pair drawn at random is given up, not the one unused for longest
};

struct memdep_stats {
#define STAT(field, ...) u64 field;
#include "uarch/memdep_stats.def"
#undef STAT
};

extern const struct stat_row memdep_stat_rows[];

struct memdep;

struct memdep *memdep_new(struct arena *a, const struct memdep_params *p);

// The store at `pc` enters the window as number `seq`, from 1 and rising.
void memdep_store(struct memdep *m, vaddr pc, u64 seq);

// The number of the youngest store the load at `pc` should wait for; 0: none. It
// may have left the window.
u64 memdep_load(struct memdep *m, vaddr pc);

// The load read too early what the store at `store_pc` wrote: a pair from now on.
void memdep_violation(struct memdep *m, vaddr load_pc, vaddr store_pc);

// Is this a pair?
bool memdep_knows(struct memdep *m, vaddr load_pc, vaddr store_pc);

// The load had its value from that store: a pair from now on.
void memdep_met(struct memdep *m, vaddr load_pc, vaddr store_pc);

// A load that waited for store `seq` is done; did that store write what it read?
void memdep_waited(struct memdep *m, vaddr load_pc, u64 seq, bool needed);

// Stores younger than `seq` were thrown away by a misprediction.
void memdep_squash(struct memdep *m, u64 seq);

struct memdep_stats memdep_stats(const struct memdep *m);

// Writes or reads the section `name`; no store is in flight.
void memdep_save(struct memdep *m, struct save *s, const char *name);

#endif
