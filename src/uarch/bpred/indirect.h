// indirect.h: targets of indirect branches, told apart by the path before them.
//
// Tagged tables with growing history over a table by address alone, as ITTAGE
// (A. Seznec, 2011) does with few entries. That the M2 tells targets apart by
// the path history of history.h is measured; its tables are not: all model
// choices.
#ifndef UARCH_BPRED_INDIRECT_H
#define UARCH_BPRED_INDIRECT_H

#include "base/types.h"
#include "uarch/bpred/history.h"

struct arena;
struct save;

enum { INDIRECT_TABLES = 3 };

struct indirect_params {
    u32 index_bits;                  // log2 of the entries of each table, 4 to 14: 10
    u32 tag_bits;                    // 4 to 16: 14
    u32 base_bits;                   // log2 of the entries by address alone, 4 to 14: 9
    u32 lengths[INDIRECT_TABLES];    // PHRT bits, ascending: 6, 18, 57
};

struct indirect_lookup {
    u16 index[INDIRECT_TABLES];
    u16 tag[INDIRECT_TABLES];
    u16 base;
    i8 provider;      // table, -1 the base
    vaddr target;     // the prediction; 0 when nothing is known
};

struct indirect;

struct indirect *indirect_new(struct arena *a, const struct indirect_params *p,
                              const struct history_params *h);
vaddr indirect_predict(struct indirect *t, const struct history *h, vaddr pc,
                       struct indirect_lookup *out);
void indirect_update(struct indirect *t, const struct indirect_lookup *l, vaddr target);

// Writes or reads its state as part of a section.
void indirect_save(struct indirect *t, struct save *s);

#endif
