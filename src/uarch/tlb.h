// tlb.h: the translation buffers of one core.
//
// Two first levels (instructions, data) over one second level and a few walkers.
// It gives the cycles a translation adds to an access; it translates nothing
// (hierarchy.h chooses physical addresses).
#ifndef UARCH_TLB_H
#define UARCH_TLB_H

#include "base/stat.h"
#include "base/types.h"

struct arena;
struct save;

// Avalanche and Blizzard: their files in cores/ say who measured what. Associativity is that of M1 scaled
// to the M2's entries over the same number of sets (32, 32, 256).
struct tlb_params {
    u32 page;   // bytes: 16384
    u32 l1i_entries;   // 192 | 192; entries / ways is a power of two
    u32 l1i_ways;   // 6 | 6
    u32 l1d_entries;   // 256 | 192
    u32 l1d_ways;   // 8 | 6
    u32 l2_entries;   // 3072 | 2048
    u32 l2_ways;   // 12 | 8
    u32 l2_fetch;   // cycles added to a fetch that hits the second level: 9 | 7
    u32 l2_data;   // cycles added to a load or store that hits it: 6 | 7
    u32 walkers;   // walks at once, at most 64; unknown, 2 assumed
    bool perfect;   // what if: every translation hits the first level
    u32 walk;   // cycles of a walk beyond l2_*; with a walk function,
        // beyond that and the reads it makes (27 | 21; 10 | 7)
    u32 reorder;   // a walk asked for more than so many cycles before a walker is free
        // was there before the walks that keep it: model choice, 1024
};

struct tlb_stats {
#define STAT(field, ...) u64 field;
#include "uarch/tlb_stats.def"
#undef STAT
};

extern const struct stat_row tlb_stat_rows[];

// Reads the page table for page number `page` starting at `now`; the cycle at
// which the entry is known (hierarchy_walk is one).
typedef cycle tlb_walk(void *who, u64 page, cycle now);

struct tlb;

// With `walk` NULL a walk takes the constant time p->walk.
struct tlb *tlb_new(struct arena *a, const struct tlb_params *p, tlb_walk *walk, void *who);

// Cycles to add to an access to `va` that starts at `now`; 0 on a hit.
u32 tlb_fetch(struct tlb *t, vaddr va, cycle now);
u32 tlb_data(struct tlb *t, vaddr va, cycle now);

// All translations on their way are here: time may begin anew.
void tlb_settle(struct tlb *t);

struct tlb_stats tlb_stats(const struct tlb *t);

// Writes or reads its section; settled.
void tlb_save(struct tlb *t, struct save *s);

#endif
