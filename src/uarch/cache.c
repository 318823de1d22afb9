#include "uarch/cache.h"

#include <assert.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/cache_hot.h"

const struct stat_row cache_stat_rows[] = {
#define STAT(field, unit, doc) { #field, unit, doc, offsetof(struct cache_stats, field) },
#include "uarch/cache_stats.def"
#undef STAT
    { 0 },
};

static const struct replace_policy {
    void (*create)(struct replace *r);
    void (*use)(struct replace *r, u32 row, u32 way);
    void (*fill)(struct replace *r, u32 row, u32 way);
    u32 (*victim)(struct replace *r, u32 row);
} policies[REPLACE_KINDS] = {
#define REPLACE(id, ...) \
    { replace_##id##_new, replace_##id##_use, replace_##id##_fill, replace_##id##_victim },
#include "uarch/replace.def"
#undef REPLACE
};

// Larger caches are not looked up by cache_hit_fast, and do without the table.
enum { GUESS_LINES = 8192 };

struct cache *cache_new(struct arena *a, const struct cache_params *p)
{
    u64 sets = p->bytes / ((u64)p->ways * p->line);
    assert(p->ways >= 1 && p->ways <= 256 && __builtin_popcount(p->line) == 1);
    assert(__builtin_popcountll(sets) == 1 && sets * p->ways * p->line == p->bytes);
    assert(p->replacement.kind < REPLACE_KINDS);
    struct cache *c = ARENA_NEW(a, struct cache);
    size_t lines = (size_t)sets * p->ways;
    c->tags = ARENA_ARRAY(a, lines, u32);
    c->state = ARENA_ARRAY(a, lines, u8);
    c->guess_mask = lines <= GUESS_LINES ? (2u << (31 - __builtin_clz((u32)lines))) - 1 : 0;
    c->guess = ARENA_ARRAY(a, c->guess_mask + 1, u8);
    c->ready = ARENA_ARRAY(a, lines, cycle);
    c->set_mask = (u32)sets - 1;
    c->set_bits = (u32)__builtin_ctzll(sets);
    c->line_bits = (u32)__builtin_ctz(p->line);
    c->ways = p->ways;
    c->policy = &policies[p->replacement.kind];
    c->replace = (struct replace){
        .p = p->replacement, .word = ARENA_ARRAY(a, lines, u32), .ways = p->ways, .sets = (u32)sets
    };
    c->policy->create(&c->replace);
    return c;
}

static u32 set_of(const struct cache *c, paddr pa)
{
    return (u32)(pa >> c->line_bits) & c->set_mask;
}

// Never 0, which empty ways have: what a prefetch names may lie anywhere.
static u32 tag_of(const struct cache *c, paddr pa)
{
    u32 tag = (u32)(pa >> c->line_bits >> c->set_bits) + 1;
    return tag + !tag;
}

// The way that holds `tag`, which is not 0, or -1. Looks at all: a loop that stops
// at the match costs the host a wrong prediction nearly every time.
static i32 find(const struct cache *c, u32 row, u32 tag)
{
    const u32 *tags = c->tags + row;
    u32 found = 0;
    for (u32 w = 0; w < c->ways; w++)
        found |= (w + 1) & -(u32)(tags[w] == tag);
    return (i32)found - 1;
}

// Where to look first for the line from now on.
static void remember(struct cache *c, paddr pa, u32 way)
{
    if (c->guess_mask)
        c->guess[cache_guess(c, pa >> c->line_bits)] = (u8)way;
}

static void use(struct cache *c, u32 row, u32 way)
{
    struct replace *r = &c->replace;
    if (r->clock < r->clock_end)
        r->word[row + way] = ++r->clock;
    else
        c->policy->use(r, row, way);
}

static u32 victim(struct cache *c, u32 row)
{
    for (u32 w = 0; w < c->ways; w++)
        if (!c->tags[row + w])
            return w;
    return c->policy->victim(&c->replace, row);
}

// The rest of a lookup that hit a pending or just prefetched line.
static struct cache_answer hit_special(struct cache *c, u32 i, cycle now)
{
    struct cache_answer r = { .ready = now, .hit = true, .state = c->state[i] & ~LINE_PENDING };
    if (c->state[i] & LINE_PENDING) {
        if (c->ready[i] > now) {
            r.ready = c->ready[i];
            r.state |= LINE_PENDING;
            c->stats.merges++;
        } else if (c->ready[i] + CACHE_SETTLE <= now) {
            c->state[i] &= (u8)~LINE_PENDING;
        }
    }
    if (c->state[i] & LINE_PREFETCHED) {
        c->state[i] &= (u8)~LINE_PREFETCHED;
        c->stats.prefetch_useful++;
        c->stats.prefetch_late += r.ready > now;
    }
    return r;
}

struct cache_answer cache_lookup(struct cache *c, paddr pa, enum access kind, cycle now)
{
    u32 row = set_of(c, pa) * c->ways;
    i32 way = find(c, row, tag_of(c, pa));
    c->looked[kind]++;
    if (way < 0) {
        c->missed[kind]++;
        return (struct cache_answer){ .ready = now };
    }
    u32 i = row + (u32)way;
    remember(c, pa, (u32)way);
    use(c, row, (u32)way);
    if (kind == ACCESS_WRITE)
        c->state[i] |= LINE_DIRTY;
    if (c->state[i] & (LINE_PREFETCHED | LINE_PENDING))
        return hit_special(c, i, now);
    return (struct cache_answer){ .ready = now, .hit = true, .state = c->state[i] };
}

struct cache_victim cache_fill(struct cache *c, paddr pa, u32 state, cycle now, cycle ready)
{
    u32 set = set_of(c, pa), row = set * c->ways;
    u32 way = victim(c, row), i = row + way;
    struct cache_victim v = { 0 };
    if (c->tags[i]) {
        v.valid = true;
        v.dirty = c->state[i] & LINE_DIRTY;
        v.line = ((u64)(c->tags[i] - 1) << c->set_bits | set) << c->line_bits;
        c->stats.evictions++;
        c->stats.writebacks += v.dirty;
        c->stats.prefetch_useless += !!(c->state[i] & LINE_PREFETCHED);
    }
    c->stats.prefetches += !!(state & LINE_PREFETCHED);
    c->tags[i] = tag_of(c, pa);
    c->state[i] = (u8)(state | (ready > now ? LINE_PENDING : 0));
    c->ready[i] = ready;
    remember(c, pa, way);
    c->policy->fill(&c->replace, row, way);
    return v;
}

i32 cache_remove(struct cache *c, paddr pa)
{
    u32 row = set_of(c, pa) * c->ways;
    i32 way = find(c, row, tag_of(c, pa));
    if (way < 0)
        return -1;
    c->tags[row + (u32)way] = 0;
    return c->state[row + (u32)way] & ~LINE_PENDING;
}

bool cache_mark_dirty(struct cache *c, paddr pa)
{
    u32 row = set_of(c, pa) * c->ways;
    i32 way = find(c, row, tag_of(c, pa));
    if (way >= 0)
        c->state[row + (u32)way] |= LINE_DIRTY;
    return way >= 0;
}

bool cache_contains(const struct cache *c, paddr pa)
{
    return find(c, set_of(c, pa) * c->ways, tag_of(c, pa)) >= 0;
}

void cache_settle(struct cache *c)
{
    for (u32 i = 0; i < (c->set_mask + 1) * c->ways; i++)
        c->state[i] &= (u8)~LINE_PENDING;
}

struct cache_stats cache_stats(const struct cache *c)
{
    struct cache_stats s = c->stats;
    s.reads = c->looked[ACCESS_READ];
    s.read_misses = c->missed[ACCESS_READ];
    s.writes = c->looked[ACCESS_WRITE];
    s.write_misses = c->missed[ACCESS_WRITE];
    return s;
}

// -- Saving --

static bool tags_differ(const struct cache *c)
{
    for (u32 row = 0; row < (c->set_mask + 1) * c->ways; row += c->ways)
        for (u32 w = 1; w < c->ways; w++)
            for (u32 v = 0; v < w; v++)
                if (c->tags[row + w] && c->tags[row + w] == c->tags[row + v])
                    return false;
    return true;
}

// `guess` is learnt again, and `ready` says nothing once settled.
void cache_save(struct cache *c, struct save *s)
{
    u32 lines = (c->set_mask + 1) * c->ways;
    struct replace *r = &c->replace;
    save_same(s, lines);
    save_same(s, (u64)c->ways << 32 | c->line_bits);
    save_same(s, r->p.kind);
    save_bytes(s, c->tags, lines, sizeof(*c->tags));
    save_bytes(s, c->state, lines, sizeof(*c->state));
    save_bytes(s, r->word, lines, sizeof(*r->word));
    SAVE(s, r->clock);
    SAVE(s, r->vote);
    SAVE(s, r->fills);
    SAVE(s, c->looked);
    SAVE(s, c->missed);
    SAVE(s, c->stats);
    if (!save_reads(s))
        return;
    u8 all = 0;
    for (u32 i = 0; i < lines; i++)
        all |= c->state[i];
    save_check(s, !(all & ~(LINE_DIRTY | LINE_PREFETCHED | LINE_ORIGIN)) && tags_differ(c));
}
