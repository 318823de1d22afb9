#include "uarch/tlb.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/cache_hot.h"

const struct stat_row tlb_stat_rows[] = {
#define STAT(field, unit, doc) { #field, unit, doc, offsetof(struct tlb_stats, field) },
#include "uarch/tlb_stats.def"
#undef STAT
    { 0 },
};

enum { MAX_WALKERS = 64 };

// A level is a cache whose lines are pages: sets, recency and "on its way" are
// the same thing.
struct tlb {
    struct cache *l1i, *l1d, *l2;
    u32 page_bits, l2_fetch, l2_data, walk_cycles, walkers, reorder;
    cycle walker_free[MAX_WALKERS];
    bool perfect;   // the first levels have every page, and none is kept
    tlb_walk *walk;
    void *who;
    u64 cycles_walked;
    u64 walks[2];   // for instructions, for data
};

static struct cache *level(struct arena *a, u32 page, u32 entries, u32 ways)
{
    struct cache_params p = { .bytes = (u64)entries * page, .ways = ways, .line = page };
    return cache_new(a, &p);
}

struct tlb *tlb_new(struct arena *a, const struct tlb_params *p, tlb_walk *walk, void *who)
{
    assert(p->walkers >= 1 && p->walkers <= MAX_WALKERS);
    struct tlb *t = ARENA_NEW(a, struct tlb);
    t->l1i = level(a, p->page, p->l1i_entries, p->l1i_ways);
    t->l1d = level(a, p->page, p->l1d_entries, p->l1d_ways);
    t->l2 = level(a, p->page, p->l2_entries, p->l2_ways);
    t->page_bits = (u32)__builtin_ctz(p->page);
    t->l2_fetch = p->l2_fetch;
    t->l2_data = p->l2_data;
    t->walk_cycles = p->walk;
    t->walkers = p->walkers;
    t->reorder = p->reorder;
    t->perfect = p->perfect;
    t->walk = walk;
    t->who = who;
    return t;
}

// The cycle at which a walk that is asked for at `now` ends.
static cycle walk(struct tlb *t, vaddr va, cycle now)
{
    u32 first = 0;
    for (u32 i = 1; i < t->walkers; i++)
        if (t->walker_free[i] < t->walker_free[first])
            first = i;
    cycle start = t->walker_free[first] > now ? t->walker_free[first] : now;
    // A request of a much earlier cycle was there before the walks in the future.
    if (start > now + t->reorder)
        start = now;
    cycle end = start + t->walk_cycles;
    if (t->walk)
        end = t->walk(t->who, va >> t->page_bits, end);
    t->walker_free[first] = end;
    t->cycles_walked += end - start;
    return end;
}

// Any translation.
static __attribute__((noinline)) u32 translate(struct tlb *t, struct cache *l1, vaddr va,
                                               u32 l2_cycles, cycle now)
{
    if (t->perfect) {
        l1->looked[ACCESS_READ]++;
        return 0;
    }
    struct cache_answer r = cache_lookup(l1, va, ACCESS_READ, now);
    if (r.hit)
        return (u32)(r.ready - now);
    cycle asked = now + l2_cycles;
    r = cache_lookup(t->l2, va, ACCESS_READ, asked);
    if (!r.hit) {
        t->walks[l1 == t->l1d]++;
        r.ready = walk(t, va, asked);
        cache_fill(t->l2, va, 0, asked, r.ready);
    }
    cache_fill(l1, va, 0, now, r.ready);
    return (u32)(r.ready - now);
}

u32 tlb_fetch(struct tlb *t, vaddr va, cycle now)
{
    if (__builtin_expect(cache_hit_fast(t->l1i, va, ACCESS_READ), 1))
        return 0;
    return translate(t, t->l1i, va, t->l2_fetch, now);
}

u32 tlb_data(struct tlb *t, vaddr va, cycle now)
{
    if (__builtin_expect(cache_hit_fast(t->l1d, va, ACCESS_READ), 1))
        return 0;
    return translate(t, t->l1d, va, t->l2_data, now);
}

void tlb_settle(struct tlb *t)
{
    cache_settle(t->l1i);
    cache_settle(t->l1d);
    cache_settle(t->l2);
    memset(t->walker_free, 0, sizeof(t->walker_free));
}

struct tlb_stats tlb_stats(const struct tlb *t)
{
    struct cache_stats i = cache_stats(t->l1i), d = cache_stats(t->l1d), l2 = cache_stats(t->l2);
    return (struct tlb_stats){
        .l1i_accesses = i.reads,
        .l1i_misses = i.read_misses,
        .l1d_accesses = d.reads,
        .l1d_misses = d.read_misses,
        .l2_accesses = l2.reads,
        .l2_misses = l2.read_misses,
        .walks_fetch = t->walks[0],
        .walks_data = t->walks[1],
        .walk_cycles = t->cycles_walked,
    };
}

void tlb_save(struct tlb *t, struct save *s)
{
    save_section(s, "tlb", 1);
    cache_save(t->l1i, s);
    cache_save(t->l1d, s);
    cache_save(t->l2, s);
    SAVE(s, t->cycles_walked);
    SAVE(s, t->walks);
}
