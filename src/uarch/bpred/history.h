// history.h: the path that led here, as Firestorm's predictors remember it.
//
// Two registers, shifted by one on each TAKEN branch of any kind; a branch that
// is not taken leaves no trace:
//     PHRT = (PHRT << 1) ^ T[31:2]      T: address of the target
//     PHRB = (PHRB << 1) ^ B[5:2]       B: address of the branch
// And, for predictors that are not Firestorm's, the outcomes of the conditional branches.
// Source: jiegec, "Dissecting CBP of Apple Firestorm and Qualcomm Oryon"
// (arXiv 2411.13900); apple-m2.md of the same author: the M2 P core keeps the
// same lengths (100, 28), the E core 60 (T[47:2]) and 16.
#ifndef UARCH_BPRED_HISTORY_H
#define UARCH_BPRED_HISTORY_H

#include "base/types.h"

struct history_params {
    u32 phrt_bits;       // length of PHRT, 1 to 100: 100 | 60
    u32 phrb_bits;       // length of PHRB, 1 to 28: 28 | 16
    u32 target_bits;     // T[target_bits-1:2] enters PHRT: 32 | 48
};

// Plain data, 24 bytes: a checkpoint is a copy.
struct history {
    u64 phrt_lo, phrt_hi;   // PHRT bits 0 to 63, 64 to 99
    u32 phrb;
    u32 outcomes;           // of the last 32 conditional branches, the latest in bit 0
};

// The parameters, ready for use.
struct history_masks {
    u64 target, phrt_lo, phrt_hi;
    u32 phrb;
};

static inline struct history_masks history_masks(const struct history_params *p)
{
    unsigned __int128 t = ((unsigned __int128)1 << p->phrt_bits) - 1;
    return (struct history_masks){
        .target = (1ull << p->target_bits) - 1,
        .phrt_lo = (u64)t,
        .phrt_hi = (u64)(t >> 64),
        .phrb = (1u << p->phrb_bits) - 1,
    };
}

static inline void history_taken(struct history *h, const struct history_masks *m, vaddr pc,
                                 vaddr target)
{
    h->phrt_hi = (h->phrt_hi << 1 | h->phrt_lo >> 63) & m->phrt_hi;
    h->phrt_lo = (h->phrt_lo << 1 ^ (target & m->target) >> 2) & m->phrt_lo;
    h->phrb = (h->phrb << 1 ^ (pc >> 2 & 15)) & m->phrb;
}

static inline void history_outcome(struct history *h, bool taken)
{
    h->outcomes = h->outcomes << 1 | taken;
}

#endif
