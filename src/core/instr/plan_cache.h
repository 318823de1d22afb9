// plan_cache.h: all plans, by address.
//
// They lie in pages of 16 KiB of code, so that the way from a record to its plan is a compare
// and an index. A profile by call path (account.h) wants to know on which path an instruction
// ran: then each path has pages of its own with copies of the plans it comes to, so that whoever
// holds a plan knows the path too, and nothing else is to be carried along.
#ifndef CORE_PLAN_CACHE_H
#define CORE_PLAN_CACHE_H

#include "core/instr/plan.h"

enum { PLAN_PAGE = 4096 };   // instructions

struct plan_page {
    struct plan plan[PLAN_PAGE];
    u64 number;   // path << PLAN_PATH_SHIFT | pc / (4 * PLAN_PAGE)
    struct cost_page *cost;   // account.h; NULL: nothing was counted here
    struct plan_page *home;   // the one of path 0, where plans are defined; it may be this
    struct plan_page *copy;   // the next copy of the same home
};

enum { PLAN_PATH_SHIFT = 48 - 14, PLAN_PATHS = 1 << 16 };   // 48 bits of a pc; most paths
_Static_assert(4 * PLAN_PAGE == 1 << 14, "of which a page takes 14");

// The page of a plan that was entered with its place.
static inline struct plan_page *plan_page_of(const struct plan *p)
{
    return (struct plan_page *)(p - p->place);
}

struct plan_cache {
    struct arena *arena;
    struct plan_page **slot;   // open addressing, power of two
    u32 slots, count;
    u64 path;   // whose pages are asked for: number << PLAN_PATH_SHIFT
};

void plan_cache_init(struct plan_cache *b, struct arena *a);

// The page of `number`, made when new. Pages never move.
struct plan_page *plan_cache_page(struct plan_cache *b, u64 number);

// The plan of path 0 that `p` is a copy of, or `p`.
static inline struct plan *plan_home(const struct plan *p)
{
    return &plan_page_of(p)->home->plan[p->place];
}

// Enters the plan of `place` into a page of a path that has not come to it yet.
void plan_cache_copy(struct plan_page *page, u32 place);

// The plan at home has changed: its copies do.
void plan_cache_changed(const struct plan *home);

const struct plan_page *plan_cache_find(const struct plan_cache *b, u64 number);

// Forgets which neighbours a model fused, in all plans.
void plan_cache_settle(struct plan_cache *b);

#endif
