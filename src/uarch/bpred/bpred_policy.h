// bpred_policy.h: what a policy of bpred.def provides; for bpred*.c only.
//
// A policy answers one question, whether a conditional branch is taken, and is taught the
// outcome later: in between stand the branches still in flight, so whatever it must
// remember of the question is kept with the branch, in `lookup`. Histories, return stack,
// targets and counting belong to bpred.c.
#ifndef UARCH_BPRED_BPRED_POLICY_H
#define UARCH_BPRED_BPRED_POLICY_H

#include "uarch/bpred/bpred.h"

struct bpred_question {
    vaddr pc;
    const struct history *history;     // before this branch
    const struct bpred_truth *truth;   // for `perfect` alone; NULL: nobody knows
};

// bpred_ID_new makes the state. bpred_ID_predict changes nothing that can be seen;
// bpred_ID_update gets the lookup that belongs to the branch, zeroes where predict wrote none.
// bpred_ID_save lists the state (base/save.h); no index read back may be believed.
#define BPRED(id, ...) \
    void *bpred_##id##_new(struct arena *a, const struct bpred_params *p); \
    bool bpred_##id##_predict(void *state, const struct bpred_question *q, \
                              struct bpred_lookup *lookup); \
    void bpred_##id##_update(void *state, const struct bpred_lookup *lookup, bool taken); \
    void bpred_##id##_save(void *state, struct save *s);
#include "uarch/bpred/bpred.def"
#undef BPRED

// A counter of two bits, 0 to 3, taken from 2 on.
static inline void bpred_count(u8 *counter, bool taken)
{
    if (taken)
        *counter += *counter < 3;
    else
        *counter -= *counter > 0;
}

#endif
