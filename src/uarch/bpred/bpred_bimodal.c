// One two-bit counter for each branch, by its address alone (J. E. Smith, 1981).
#include <string.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/bpred/bpred_policy.h"

struct bimodal {
    u32 mask;
    u8 *counters;   // 0 to 3; weakly not taken at first
};

void *bpred_bimodal_new(struct arena *a, const struct bpred_params *p)
{
    struct bimodal *b = ARENA_NEW(a, struct bimodal);
    b->mask = (1u << p->counter_bits) - 1;
    b->counters = ARENA_ARRAY(a, b->mask + 1, u8);
    memset(b->counters, 1, b->mask + 1);
    return b;
}

bool bpred_bimodal_predict(void *state, const struct bpred_question *q, struct bpred_lookup *lookup)
{
    const struct bimodal *b = state;
    lookup->word[0] = q->pc >> 2 & b->mask;
    return b->counters[lookup->word[0]] >= 2;
}

void bpred_bimodal_update(void *state, const struct bpred_lookup *lookup, bool taken)
{
    struct bimodal *b = state;
    bpred_count(&b->counters[lookup->word[0]], taken);
}

void bpred_bimodal_save(void *state, struct save *s)
{
    struct bimodal *b = state;
    save_same(s, b->mask);
    save_bytes(s, b->counters, b->mask + 1, sizeof(*b->counters));
}
