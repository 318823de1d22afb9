// btb.h: where taken branches go, and how many fetch cycles finding out costs.
//
// Three levels: a small one without bubbles, a larger one, and the branches the
// L1I keeps predecoded, of which only the capacity is modelled here.
#ifndef UARCH_BPRED_BTB_H
#define UARCH_BPRED_BTB_H

#include "base/types.h"

struct arena;
struct save;

// Sources are in cores/*.yaml, under branch.
struct btb_params {
    u32 l1_entries;         // 1024; entries / ways is a power of two
    u32 l1_ways;            // 2
    u32 l1_hash;            // 0: index PC[10:2] (P); 1: PC[15:2] folded (E)
    u32 l2_entries;         // 3072 (the measured minimum is at 4096) | 0: none
    u32 l2_ways;            // 12
    u32 l1_bubbles;         // 0
    u32 l2_bubbles;         // 1
    u32 l2_warm;            // misses of the first level in a row before the second one
                            // is read ahead, at l2_bubbles; until then predecode is
                            // as early: 7
    bool random;            // both levels give up an entry drawn at random
    u64 predecode_bytes;    // code whose branches the L1I knows: 192 KiB | 128 KiB
    u32 predecode_bubbles;  // 2
    u32 decode_bubbles;     // found by the decoder only: 2, as the E core
                            // takes 3.3 cycles a branch beyond its L1I
};

struct btb_answer {
    vaddr target;    // last known one; meaningless when level is 3
    u8 level;        // 0, 1: first and second level; 2: predecoded; 3: unknown
    u8 bubbles;
};

struct btb;

struct btb *btb_new(struct arena *a, const struct btb_params *p);

// Looks the taken branch at `pc` up and remembers that it goes to `target`.
struct btb_answer btb_taken(struct btb *b, vaddr pc, vaddr target);

// Writes or reads its state as part of a section.
void btb_save(struct btb *b, struct save *s);

#endif
