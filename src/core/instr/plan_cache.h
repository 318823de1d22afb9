// plan_cache.h: all plans, by address.
//
// They lie in pages of 16 KiB of code, so that the way from a record to its plan is a compare
// and an index.
#ifndef CORE_PLAN_CACHE_H
#define CORE_PLAN_CACHE_H

#include "core/instr/plan.h"

enum { PLAN_PAGE = 4096 };   // instructions

struct plan_page {
    struct plan plan[PLAN_PAGE];
    u64 number;   // pc / (4 * PLAN_PAGE)
    struct cost_page *cost;   // account.h; NULL: nothing was counted here
};

// The page of a plan that was entered with its place.
static inline struct plan_page *plan_page_of(const struct plan *p)
{
    return (struct plan_page *)(p - p->place);
}

struct plan_cache {
    struct arena *arena;
    struct plan_page **slot;   // open addressing, power of two
    u32 slots, count;
};

void plan_cache_init(struct plan_cache *b, struct arena *a);

// The page of `number`, made when new. Pages never move.
struct plan_page *plan_cache_page(struct plan_cache *b, u64 number);

const struct plan_page *plan_cache_find(const struct plan_cache *b, u64 number);

// Forgets which neighbours a model fused, in all plans.
void plan_cache_settle(struct plan_cache *b);

#endif
