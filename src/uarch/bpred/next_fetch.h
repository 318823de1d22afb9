// next_fetch.h: the predictor that leads fetch from one group of neighbours to the next.
//
// It has an answer every cycle, from the address where a group begins: where the next one began,
// until that was wrong twice. The slower predictors of directions and of indirect targets, whose
// answers come later, turn fetch when they say otherwise; that costs core.branch.override cycles.
// Evidence: docs/model.md, Fetch.
#ifndef UARCH_BPRED_NEXT_FETCH_H
#define UARCH_BPRED_NEXT_FETCH_H

#include "base/types.h"

struct arena;
struct save;

struct next_fetch_params {
    u32 entries;   // groups, rounded down to a power of two
    u32 width;     // instructions of a group
};

// Where fetch is. Plain data, kept with a branch in flight to go back to.
struct next_fetch_state {
    u32 start;          // of the group, in instructions
    bool conditional;   // a branch that a slower predictor decides is in it
};

// A branch as it was predicted, or as it went.
struct next_fetch_branch {
    vaddr pc, target;
    bool conditional;   // or indirect: a slower predictor says where it goes
    bool taken;
    bool told;   // its target is at hand as it is fetched: returns
};

struct next_fetch;

struct next_fetch *next_fetch_new(struct arena *a, const struct next_fetch_params *p);

// Goes past the branch. Whether a conditional or indirect one made a group go elsewhere than it
// was believed to.
bool next_fetch_pass(struct next_fetch *n, const struct next_fetch_branch *b);

struct next_fetch_state next_fetch_at(const struct next_fetch *n);

// Fetch goes on at `pc`, where a group begins.
void next_fetch_turn(struct next_fetch *n, vaddr pc);
void next_fetch_restore(struct next_fetch *n, const struct next_fetch_state *s);

// Writes or reads its state as part of a section.
void next_fetch_save(struct next_fetch *n, struct save *s);

#endif
