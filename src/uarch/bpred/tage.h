// tage.h: Firestorm's conditional branch predictor.
//
// Six tagged tables over path histories of growing length (history.h) and a
// bimodal base. Geometry and every index and tag bit come from tage_hash.def,
// measured on hardware. How counters move, when entries are allocated and which
// are given up is not public; here: the usual TAGE (A. Seznec, P. Michaud, 2006).
//
// With the E core's shorter histories the same tables are used, the history
// bits beyond the length left out of every hash (no measurement exists).
#ifndef UARCH_BPRED_TAGE_H
#define UARCH_BPRED_TAGE_H

#include "base/types.h"
#include "uarch/bpred/history.h"

struct arena;
struct save;

enum { TAGE_TABLES = 6 };

// Model choices, all of them.
struct tage_params {
    u32 counter_bits;     // prediction counters of the tagged tables, 2 to 4: 3
    u32 useful_bits;      // 1 to 3: 2
    u32 base_bits;        // log2 of the base table's entries, indexed by PC: 12
    u32 useful_period;    // log2 of the allocations failed before useful bits age: 10
};

// What a prediction was made of; kept by the caller until the branch resolves.
struct tage_lookup {
    u32 hash[TAGE_TABLES];   // tag << 16 | index, the longest history first
    u16 base;
    i8 provider;          // table of the longest match, -1 the base
    i8 alternate;         // of the next longest
    u8 provider_way, alternate_way;
    bool provider_taken, alternate_taken;
    bool weak;            // the provider is new and unproven
    bool taken;           // the prediction
};

static inline u16 tage_index(const struct tage_lookup *l, u32 table)
{
    return (u16)l->hash[TAGE_TABLES - 1 - table];
}

static inline u16 tage_tag(const struct tage_lookup *l, u32 table)
{
    return (u16)(l->hash[TAGE_TABLES - 1 - table] >> 16);
}

struct tage;

struct tage *tage_new(struct arena *a, const struct tage_params *p, const struct history_params *h);

// Predicts the conditional branch at `pc` after `h`. Changes nothing that can
// be seen. A different `h` costs a rehash of the path, the same one does not.
bool tage_predict(struct tage *t, const struct history *h, vaddr pc, struct tage_lookup *out);

// Trains with the outcome, at once or when the branch retires.
void tage_update(struct tage *t, const struct tage_lookup *l, bool taken);

// Writes or reads its state as part of a section.
void tage_save(struct tage *t, struct save *s);

#endif
