// Two-bit counters by the address XOR the outcomes of the conditional branches before
// (S. McFarling, Combining Branch Predictors, 1993). Where fewer outcomes are seen than
// the index has bits, they meet its upper ones.
#include <string.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/bpred/bpred_policy.h"

struct gshare {
    u32 mask, outcomes, shift;
    u8 *counters;   // 0 to 3; weakly not taken at first
};

void *bpred_gshare_new(struct arena *a, const struct bpred_params *p)
{
    struct gshare *g = ARENA_NEW(a, struct gshare);
    u32 seen = p->outcomes < p->counter_bits ? p->outcomes : p->counter_bits;
    g->mask = (1u << p->counter_bits) - 1;
    g->outcomes = (1u << seen) - 1;
    g->shift = p->counter_bits - seen;
    g->counters = ARENA_ARRAY(a, g->mask + 1, u8);
    memset(g->counters, 1, g->mask + 1);
    return g;
}

bool bpred_gshare_predict(void *state, const struct bpred_question *q, struct bpred_lookup *lookup)
{
    const struct gshare *g = state;
    u32 seen = (q->history->outcomes & g->outcomes) << g->shift;
    lookup->word[0] = ((u32)(q->pc >> 2) ^ seen) & g->mask;
    return g->counters[lookup->word[0]] >= 2;
}

void bpred_gshare_update(void *state, const struct bpred_lookup *lookup, bool taken)
{
    struct gshare *g = state;
    bpred_count(&g->counters[lookup->word[0]], taken);
}

void bpred_gshare_save(void *state, struct save *s)
{
    struct gshare *g = state;
    save_same(s, g->mask);
    save_bytes(s, g->counters, g->mask + 1, sizeof(*g->counters));
}
