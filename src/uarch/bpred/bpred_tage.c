// Firestorm's predictor as a policy: tage.h does the work.
#include "uarch/bpred/bpred_policy.h"

_Static_assert(sizeof(struct tage_lookup) <= sizeof(struct bpred_lookup), "room in a lookup");

void *bpred_tage_new(struct arena *a, const struct bpred_params *p)
{
    return tage_new(a, &p->tage, &p->history);
}

bool bpred_tage_predict(void *state, const struct bpred_question *q, struct bpred_lookup *lookup)
{
    return tage_predict(state, q->history, q->pc, (struct tage_lookup *)lookup);
}

void bpred_tage_update(void *state, const struct bpred_lookup *lookup, bool taken)
{
    tage_update(state, (const struct tage_lookup *)lookup, taken);
}

void bpred_tage_save(void *state, struct save *s)
{
    tage_save(state, s);
}
