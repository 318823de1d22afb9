// Told what will happen, as far as anybody knows: on a wrong path, which begins behind a
// wrong address or order of memory, no branch is taken. That targets are right too is
// bpred.c's part. Taken branches still cost what the branch target buffers say.
#include "uarch/bpred/bpred_policy.h"

void *bpred_perfect_new(struct arena *a, const struct bpred_params *p)
{
    return NULL;
}

bool bpred_perfect_predict(void *state, const struct bpred_question *q, struct bpred_lookup *lookup)
{
    return q->truth && q->truth->taken;
}

void bpred_perfect_update(void *state, const struct bpred_lookup *lookup, bool taken)
{
}

void bpred_perfect_save(void *state, struct save *s)
{
}
