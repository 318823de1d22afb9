// lap.h: the load address predictor: loads whose address stays or moves by a
// constant stride can go before their address is computed.
//
// Avalanche has one (new in M2), Blizzard none. Known of it (jiegec, apple-m2.md;
// SLAP, 2025): tagged by the full address of the load; strides up to about 255
// bytes either way; used after about 500 confirming loads; not across a 16 KiB
// page; without effect when the line is not in the L1D (the caller asks
// hierarchy_l1d_contains). M4 follows about 60 loads; M2's number is unknown.
#ifndef UARCH_LAP_H
#define UARCH_LAP_H

#include "base/stat.h"
#include "base/types.h"

struct arena;
struct save;

struct lap_params {
    u32 entries;      // loads followed: 60, at most 255; 0: no predictor
    u32 train;        // confirming loads before it predicts: 500
    u32 max_stride;   // bytes: 255
    u32 page;         // bytes: 16384
};

struct lap_stats {
#define STAT(field, ...) u64 field;
#include "uarch/lap_stats.def"
#undef STAT
};

extern const struct stat_row lap_stat_rows[];

enum { LAP_NONE = 1 };   // not the address of a load that can be predicted

struct lap;

struct lap *lap_new(struct arena *a, const struct lap_params *p);

// The address the load at `pc` will read, or LAP_NONE. Each call takes one more
// instance of the load to be under way, until lap_train or lap_squash of it.
vaddr lap_predict(struct lap *l, vaddr pc);

// An instance of the load at `pc`, in program order, has read from `va`;
// `predicted` is what lap_predict gave for it.
void lap_train(struct lap *l, vaddr pc, vaddr va, vaddr predicted);

// An instance of the load at `pc`, the youngest under way, was thrown away.
void lap_squash(struct lap *l, vaddr pc);

struct lap_stats lap_stats(const struct lap *l);

// Writes or reads its section; nothing is under way.
void lap_save(struct lap *l, struct save *s);

#endif
