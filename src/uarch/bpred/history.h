// history.h: the path that led here, as Firestorm's predictors remember it.
//
// Two registers, shifted by one on each TAKEN branch of any kind; a branch that
// is not taken leaves no trace:
//     PHRT = (PHRT << 1) ^ T[31:2]      T: address of the target
//     PHRB = (PHRB << 1) ^ B[5:2]       B: address of the branch
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
};

static inline void history_taken(struct history *h, const struct history_params *p, vaddr pc,
                                 vaddr target)
{
    unsigned __int128 t = (unsigned __int128)h->phrt_hi << 64 | h->phrt_lo;
    t = t << 1 ^ (target & ((1ull << p->target_bits) - 1)) >> 2;
    t &= ((unsigned __int128)1 << p->phrt_bits) - 1;
    h->phrt_lo = (u64)t;
    h->phrt_hi = (u64)(t >> 64);
    h->phrb = (u32)((h->phrb << 1 ^ (pc >> 2 & 15)) & ((1u << p->phrb_bits) - 1));
}

#endif
