#include "uarch/hierarchy.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/cache_hot.h"
#include "uarch/meter.h"
#include "uarch/mshr.h"
#include "uarch/words.h"

const struct stat_row hierarchy_stat_rows[] = {
#define STAT(field, unit, doc) { #field, unit, doc, offsetof(struct hierarchy_stats, field) },
#include "uarch/hierarchy_stats.def"
#undef STAT
    { 0 },
};

// What cores of one cluster share.
struct shared {
    struct cache *l2, *slc;   // slc NULL: none
    struct mshr *l2_mshr;
    struct meter *l2_bus, *fabric;
    struct dram *dram;
    u32 l2_line, slc_latency, write_share;
    bool exclusive;
    bool perfect;   // the L2 has every line, and none is kept in `l2`
    u32 first_touch;
    u64 *touched;   // a bit a page, which those TOUCHED pages apart share, or NULL
};

enum { TOUCHED = 1 << 20 };   // 16 GiB of pages of 16 KiB

// A line that a store missed, and which of its bytes have been written since: bit k is byte k.
struct written {
    u64 line;    // number + 1, 0: none
    u64 bytes;
};

// A first level and what belongs to it.
struct first {
    struct cache *cache;
    struct mshr *mshr;
    struct prefetch *prefetch;
    struct prefetch *fills;   // the one that sees fills, or NULL
    u32 line, line_bits;
    bool perfect;   // has every line, and none is kept in `cache`
};

struct hierarchy {
    struct first d, i;
    struct shared *s;
    struct prefetch *l2_prefetch;
    bool l2_fills;             // l2_prefetch sees fills
    struct meter *fetch_bus;   // of lines into the L1I
    u32 l1d_latency, l2_latency, split_line, split_page, page_bits;
    bool page_map;
    cycle page_free;       // when the next access that crosses a page may begin
    struct words *words;   // NULL: no prefetcher sees fills
    bool filled;           // what is brought now was wanted by one that does
    struct written *written;   // by the low bits of a line's number; NULL: none are followed
    u64 written_mask;
    struct hierarchy_stats stats;   // all but those of the parts
};

static struct first first_new(struct arena *a, const struct cache_params *c, u32 mshrs,
                              const struct prefetch_params *f, u32 page)
{
    struct prefetch *own = prefetch_new(a, f, c->line, page);
    return (struct first){
        .cache = cache_new(a, c),
        .mshr = mshr_new(a, mshrs),
        .prefetch = own,
        .fills = prefetch_sees_fills(f->kind) ? own : NULL,
        .line = c->line,
        .line_bits = (u32)__builtin_ctz(c->line),
    };
}

static struct shared *shared_new(struct arena *a, const struct hierarchy_params *p)
{
    struct shared *s = ARENA_NEW(a, struct shared);
    s->l2 = cache_new(a, &p->l2);
    s->slc = p->slc.bytes ? cache_new(a, &p->slc) : NULL;
    s->l2_mshr = mshr_new(a, p->l2_mshrs);
    s->l2_bus = meter_new(a, p->l2_bytes_per_cycle, 1);
    s->fabric = meter_new(a, p->slc_bytes_per_cycle, 1);
    s->dram = dram_new(a, &p->dram, p->clock_mhz);
    s->l2_line = p->l2.line;
    s->slc_latency = (u32)(((u64)p->slc_latency_ps * p->clock_mhz + 500000) / 1000000);
    s->exclusive = p->slc_exclusive;
    s->write_share = p->write_share;
    s->first_touch = p->first_touch;
    s->perfect = p->l2_perfect;
    s->touched = p->first_touch && !p->l2_perfect ? ARENA_ARRAY(a, TOUCHED / 64, u64) : NULL;
    return s;
}

bool hierarchy_wants_words(const struct hierarchy_params *p)
{
    return prefetch_sees_fills(p->l1i_prefetch.kind) || prefetch_sees_fills(p->l1d_prefetch.kind) ||
           prefetch_sees_fills(p->l1d_second.kind) || prefetch_sees_fills(p->l2_prefetch.kind);
}

struct hierarchy *hierarchy_new(struct arena *a, const struct hierarchy_params *p,
                                struct hierarchy *peer)
{
    assert(p->l1d.line <= p->l2.line && p->l1i.line <= p->l2.line);
    struct hierarchy *h = ARENA_NEW(a, struct hierarchy);
    h->d = first_new(a, &p->l1d, p->l1d_mshrs, &p->l1d_prefetch, p->page);
    h->i = first_new(a, &p->l1i, p->l1i_mshrs, &p->l1i_prefetch, p->page);
    h->d.perfect = p->l1d_perfect;
    h->i.perfect = p->l1i_perfect;
    h->s = peer ? peer->s : shared_new(a, p);
    h->fetch_bus = meter_new(a, p->l1i_bytes_per_64_cycles, 64);
    h->l2_prefetch = prefetch_new(a, &p->l2_prefetch, p->l2.line, p->page);
    h->l1d_latency = p->l1d_latency;
    h->l2_latency = p->l2_latency;
    h->split_line = p->split_line;
    h->split_page = p->split_page;
    h->page_bits = (u32)__builtin_ctz(p->page);
    h->page_map = p->page_map;
    if (p->whole_lines && p->l1d.line <= 64) {
        h->written = ARENA_ARRAY(a, p->whole_lines, struct written);
        h->written_mask = p->whole_lines - 1;
    }
    h->l2_fills = prefetch_sees_fills(p->l2_prefetch.kind);
    if (!h->d.fills && prefetch_sees_fills(p->l1d_second.kind))
        h->d.fills = prefetch_new(a, &p->l1d_second, p->l1d.line, p->page);
    h->words = hierarchy_wants_words(p) ? words_new(a) : NULL;
    return h;
}

static cycle later(cycle a, cycle b)
{
    return a > b ? a : b;
}

static u32 origin(enum level level)
{
    return (u32)level << LINE_ORIGIN_SHIFT;
}

// Where an answer's line is, or for one on its way, where it comes from.
static enum level served_by(struct cache_answer r, enum level here)
{
    return r.state & LINE_PENDING ? (enum level)((r.state & LINE_ORIGIN) >> LINE_ORIGIN_SHIFT)
                                  : here;
}

// What a cache that has every line answers.
static struct cache_answer perfect_answer(struct cache *c, enum access kind, cycle now)
{
    c->looked[kind]++;
    return (struct cache_answer){ .ready = now, .hit = true };
}

static struct cache_answer l2_lookup(struct shared *s, paddr pa, enum access kind, cycle now)
{
    if (__builtin_expect(s->perfect, 0))
        return perfect_answer(s->l2, kind, now);
    return cache_lookup(s->l2, pa, kind, now);
}

// Each step is a bijection of the page number's bits, so pages never collide.
static paddr physical(const struct hierarchy *h, vaddr va)
{
    if (!h->page_map)
        return va;
    u64 mask = (1ull << (40 - h->page_bits)) - 1;
    u64 n = va >> h->page_bits & mask;
    n ^= n >> 13;
    n = n * 0x9e3779b1 & mask;
    n ^= n >> 11;
    return n << h->page_bits | (va & ((1ull << h->page_bits) - 1));
}

// Returns when the line begins to leave: one that is to take its place without being read waits.
static cycle l2_push_out(struct shared *s, struct cache_victim v, cycle now)
{
    if (!v.valid || !(v.dirty || (s->exclusive && s->slc)))
        return now;
    cycle begin = now;
    if (v.dirty && s->write_share)
        begin = meter_take(s->fabric, now, s->l2_line * s->write_share / 256);
    if (!s->slc) {
        dram_write(s->dram, v.line, s->l2_line, begin);
        return begin;
    }
    if (v.dirty ? cache_mark_dirty(s->slc, v.line) : cache_contains(s->slc, v.line))
        return begin;
    struct cache_victim w = cache_fill(s->slc, v.line, v.dirty ? LINE_DIRTY : 0, begin, begin);
    if (w.dirty)
        dram_write(s->dram, w.line, s->l2_line, begin);
    return begin;
}

// Where it stands whether the page of `va` was touched.
static u64 *touched_word(struct hierarchy *h, vaddr va, u64 *bit)
{
    u64 page = va >> h->page_bits;
    *bit = 1ull << page % 64;
    return &h->s->touched[page % TOUCHED / 64];
}

static bool is_touched(struct hierarchy *h, vaddr va)
{
    u64 bit;
    return !h->s->touched || *touched_word(h, va, &bit) & bit;
}

// What the kernel left of a page in the L2 has taken the place of other lines.
static __attribute__((noinline)) void l2_make_page(struct hierarchy *h, vaddr va, cycle now)
{
    struct shared *s = h->s;
    paddr pa = physical(h, va >> h->page_bits << h->page_bits), end = pa + (1ull << h->page_bits);
    h->stats.pages_touched++;
    for (; pa < end; pa += s->l2_line)
        if (!cache_contains(s->l2, pa))
            l2_push_out(s, cache_fill(s->l2, pa, origin(LEVEL_L2), now, now), now);
}

// The program comes to the page of `va`, of which a first level lacks something.
static inline void l2_touch(struct hierarchy *h, vaddr va, bool code, cycle now)
{
    u64 bit, *word;
    if (!h->s->touched || *(word = touched_word(h, va, &bit)) & bit)
        return;
    *word |= bit;
    if (!code || h->s->first_touch == TOUCH_ALL)
        l2_make_page(h, va, now);
}

// Brings a line the L2 lacks; `now` is when the L2 finds out. Returns when a load
// that waits for it has its value.
static cycle l2_fill(struct hierarchy *h, paddr pa, u32 state, enum access kind, cycle now,
                     enum level *level)
{
    struct shared *s = h->s;
    cycle start = mshr_start(s->l2_mshr, now);
    cycle begin = meter_take(s->fabric, start, s->l2_line), ready;
    h->stats.mshr_wait += start - now;
    struct cache_answer r = { 0 };
    if (s->slc)
        r = cache_lookup(s->slc, pa, kind, begin);
    if (r.hit) {
        *level = served_by(r, LEVEL_SLC);
        ready = later(r.ready, begin + s->slc_latency);
        if (s->exclusive)
            state |= (u32)cache_remove(s->slc, pa) & LINE_DIRTY;
    } else {
        *level = LEVEL_DRAM;
        ready = dram_read(s->dram, pa, s->l2_line, begin);
        if (s->slc && !s->exclusive) {
            struct cache_victim w = cache_fill(s->slc, pa, origin(LEVEL_DRAM), begin, ready);
            if (w.dirty)
                dram_write(s->dram, w.line, s->l2_line, ready);
        }
    }
    mshr_hold(s->l2_mshr, start, ready);
    l2_push_out(s, cache_fill(s->l2, pa, state | origin(*level), now, ready), ready);
    return ready;
}

static void l2_filled(struct hierarchy *h, vaddr pc, vaddr va, cycle now);

// Brings the `n` lines of `want` that the L2 lacks; how many it has begun to bring.
static u32 l2_prefetch(struct hierarchy *h, vaddr pc, const vaddr *want, u32 n, cycle now)
{
    u32 brought = 0;
    for (u32 i = 0; i < n; i++) {
        paddr pa = physical(h, want[i]);
        enum level level;
        if (cache_contains(h->s->l2, pa) || !is_touched(h, want[i]))
            continue;
        if (mshr_full(h->s->l2_mshr, now)) {
            h->stats.prefetch_dropped++;
            continue;
        }
        cycle ready = l2_fill(h, pa, LINE_PREFETCHED, ACCESS_PREFETCH, now, &level);
        brought++;
        if (__builtin_expect(h->l2_fills && !h->filled, 0))
            l2_filled(h, pc, want[i], ready);
    }
    return brought;
}

static void l2_train(struct hierarchy *h, vaddr pc, vaddr va, cycle now)
{
    vaddr want[PREFETCH_MAX];
    struct prefetch_event e = { PREFETCH_ACCESS, pc, va, NULL };
    l2_prefetch(h, pc, want, prefetch_train(h->l2_prefetch, &e, want), now);
}

// The line of `va` is in the L2 `now`.
static __attribute__((noinline)) void l2_filled(struct hierarchy *h, vaddr pc, vaddr va, cycle now)
{
    vaddr want[PREFETCH_MAX];
    struct prefetch_event e = { PREFETCH_FILL, pc, va, words_of(h->words, va) };
    u32 n = prefetch_train(h->l2_prefetch, &e, want);
    h->filled = true;
    h->stats.pointers_followed += l2_prefetch(h, pc, want, n, now);
    h->filled = false;
}

// A line of `line` bytes that an L1 lacks; `now` is when the load issued.
static cycle l2_read(struct hierarchy *h, vaddr pc, vaddr va, u32 line, enum access kind, cycle now,
                     enum level *level)
{
    struct shared *s = h->s;
    paddr pa = physical(h, va);
    cycle begin = meter_take(s->l2_bus, now, line), ready;
    struct cache_answer r = l2_lookup(s, pa, kind, begin);
    if (r.hit) {
        *level = served_by(r, LEVEL_L2);
        ready = later(r.ready, begin + h->l2_latency);
    } else {
        ready = l2_fill(h, pa, 0, kind, begin, level);
        if (__builtin_expect(h->l2_fills && !h->filled, 0))
            l2_filled(h, pc, va, ready);
    }
    if (!r.hit || r.state & LINE_PREFETCHED)
        l2_train(h, pc, va, begin);
    return ready;
}

// Returns when the line begins to leave, as l2_push_out does.
static cycle l1_push_out(struct hierarchy *h, struct first *f, struct cache_victim v, cycle now)
{
    if (!v.dirty)
        return now;
    paddr pa = physical(h, v.line);
    cycle begin = meter_take(h->s->l2_bus, now, f->line);
    if (!h->s->perfect && !cache_mark_dirty(h->s->l2, pa))
        l2_push_out(h->s, cache_fill(h->s->l2, pa, LINE_DIRTY, begin, begin), begin);
    return begin;
}

static void l1_filled(struct hierarchy *h, struct first *f, vaddr pc, vaddr va, cycle now);

// Brings the line of `va` into a first level.
static cycle l1_fill(struct hierarchy *h, struct first *f, vaddr pc, vaddr va, u32 state, cycle now,
                     enum level *level)
{
    cycle start = mshr_start(f->mshr, now);
    h->stats.mshr_wait += start - now;
    if (f == &h->i)
        start = meter_take(h->fetch_bus, start, f->line);
    enum access kind = state & LINE_PREFETCHED ? ACCESS_PREFETCH : ACCESS_READ;
    l2_touch(h, va, f == &h->i, start);
    cycle ready = l2_read(h, pc, va, f->line, kind, start, level);
    mshr_hold(f->mshr, start, ready);
    l1_push_out(h, f, cache_fill(f->cache, va, state | origin(*level), now, ready), ready);
    if (__builtin_expect(f->fills && !h->filled, 0))
        l1_filled(h, f, pc, va, ready);
    return ready;
}

// -- Lines written whole --

static struct written *written_at(struct hierarchy *h, u64 line)
{
    return &h->written[line & h->written_mask];
}

// Notes a store to a line that a store missed.
static inline void note_written(struct hierarchy *h, vaddr va, u32 size)
{
    u64 line = va >> h->d.line_bits;
    if (!h->written)
        return;
    struct written *w = written_at(h, line);
    if (w->line != line + 1)
        return;
    u32 at = (u32)va & (h->d.line - 1), n = h->d.line - at < size ? h->d.line - at : size;
    w->bytes |= (n >= 64 ? ~0ull : (1ull << n) - 1) << at;
}

// Whether a store that misses goes on with a run that wrote all of the line before.
static bool in_whole_run(struct hierarchy *h, vaddr va)
{
    u64 line = va >> h->d.line_bits, all = ~0ull >> (64 - h->d.line);
    const struct written *below = written_at(h, line - 1), *above = written_at(h, line + 1);
    bool whole = (below->line == line && below->bytes == all) ||
                 (above->line == line + 2 && above->bytes == all);
    *written_at(h, line) = (struct written){ line + 1, 0 };
    return whole;
}

// Makes the line of `va` the L1D's without its bytes, which the run is going to write. The L2
// is asked, but sends nothing; when it has not the line, it takes it in the same way.
static cycle l1_claim(struct hierarchy *h, vaddr va, cycle now, enum level *level)
{
    struct shared *s = h->s;
    paddr pa = physical(h, va);
    cycle start = mshr_start(h->d.mshr, now);
    l2_touch(h, va, false, start);
    struct cache_answer r = l2_lookup(s, pa, ACCESS_WRITE, start);
    cycle ready = later(r.ready, start) + h->l2_latency;
    *level = LEVEL_L2;
    h->stats.mshr_wait += start - now;
    h->stats.lines_claimed++;
    if (!r.hit) {
        if (s->slc && s->exclusive)
            cache_remove(s->slc, pa);
        struct cache_victim v = cache_fill(s->l2, pa, LINE_DIRTY | origin(LEVEL_L2), start, start);
        ready = later(ready, l2_push_out(s, v, start));
    }
    struct cache_victim v = cache_fill(h->d.cache, va, LINE_DIRTY | origin(LEVEL_L2), now, ready);
    ready = later(ready, l1_push_out(h, &h->d, v, start));
    mshr_hold(h->d.mshr, start, ready);
    return ready;
}

// Brings the `n` lines of `want` that a first level lacks; how many it has begun to bring.
static u32 l1_prefetch(struct hierarchy *h, struct first *f, vaddr pc, const vaddr *want, u32 n,
                       cycle now)
{
    u32 brought = 0;
    for (u32 i = 0; i < n; i++) {
        enum level level;
        if (cache_contains(f->cache, want[i]) || !is_touched(h, want[i]))
            continue;
        if (mshr_full(f->mshr, now)) {
            h->stats.prefetch_dropped++;
            continue;
        }
        l1_fill(h, f, pc, want[i], LINE_PREFETCHED, now, &level);
        brought++;
    }
    return brought;
}

static void l1_train(struct hierarchy *h, struct first *f, vaddr pc, vaddr va, cycle now)
{
    vaddr want[PREFETCH_MAX];
    struct prefetch_event e = { PREFETCH_ACCESS, pc, va, NULL };
    l1_prefetch(h, f, pc, want, prefetch_train(f->prefetch, &e, want), now);
}

// The line of `va` is in a first level `now`.
static __attribute__((noinline)) void l1_filled(struct hierarchy *h, struct first *f, vaddr pc,
                                                vaddr va, cycle now)
{
    vaddr want[PREFETCH_MAX];
    struct prefetch_event e = { PREFETCH_FILL, pc, va, words_of(h->words, va) };
    u32 n = prefetch_train(f->fills, &e, want);
    h->filled = true;
    h->stats.pointers_followed += l1_prefetch(h, f, pc, want, n, now);
    h->filled = false;
}

// Any access within a line. `hit_ready` is when the first level itself answers.
static __attribute__((noinline)) struct access_result l1_access(struct hierarchy *h,
                                                                struct first *f, vaddr pc, vaddr va,
                                                                enum access kind, cycle now,
                                                                cycle hit_ready)
{
    struct cache_answer r = __builtin_expect(f->perfect, 0) ? perfect_answer(f->cache, kind, now)
                                                            : cache_lookup(f->cache, va, kind, now);
    struct access_result out = { .level = served_by(r, LEVEL_L1) };
    if (r.hit) {
        out.ready = later(r.ready, hit_ready);
    } else if (kind == ACCESS_WRITE && h->written && in_whole_run(h, va)) {
        out.ready = l1_claim(h, va, now, &out.level);
        return out;
    } else {
        out.ready = l1_fill(h, f, pc, va, kind == ACCESS_WRITE ? LINE_DIRTY : 0, now, &out.level);
    }
    if (!r.hit || r.state & LINE_PREFETCHED)
        l1_train(h, f, pc, va, now);
    return out;
}

static __attribute__((noinline)) struct access_result split(struct hierarchy *h, vaddr pc, vaddr va,
                                                            u32 size, enum access kind, cycle now,
                                                            cycle hit_ready)
{
    vaddr last = va + size - 1, first_line = va >> h->d.line_bits;
    bool page = (va ^ last) >> h->page_bits;
    struct access_result out = l1_access(h, &h->d, pc, va, kind, now, hit_ready);
    for (vaddr line = first_line + 1; line <= last >> h->d.line_bits; line++) {
        struct access_result r =
            l1_access(h, &h->d, pc, line << h->d.line_bits, kind, now, hit_ready);
        out.ready = later(out.ready, r.ready);
        out.level = r.level > out.level ? r.level : out.level;
    }
    h->stats.split_lines++;
    if (!page) {
        out.ready += h->split_line;
        return out;
    }
    cycle start = later(now, h->page_free);   // one at a time
    h->stats.split_pages++;
    h->page_free = start + h->l1d_latency + h->split_page;
    out.ready += start - now + h->split_page;
    return out;
}

struct access_result hierarchy_load(struct hierarchy *h, vaddr pc, vaddr va, u32 size, cycle now)
{
    if (__builtin_expect((va ^ (va + size - 1)) >> h->d.line_bits, 0))
        return split(h, pc, va, size, ACCESS_READ, now, now + h->l1d_latency);
    if (__builtin_expect(cache_hit_fast(h->d.cache, va, ACCESS_READ), 1))
        return (struct access_result){ now + h->l1d_latency, LEVEL_L1 };
    return l1_access(h, &h->d, pc, va, ACCESS_READ, now, now + h->l1d_latency);
}

static struct access_result store_split(struct hierarchy *h, vaddr pc, vaddr va, u32 size,
                                        cycle now)
{
    struct access_result r = split(h, pc, va, size, ACCESS_WRITE, now, now);
    vaddr second = ((va >> h->d.line_bits) + 1) << h->d.line_bits;
    note_written(h, va, size);
    note_written(h, second, (u32)(va + size - second));
    return r;
}

struct access_result hierarchy_store(struct hierarchy *h, vaddr pc, vaddr va, u32 size, cycle now)
{
    if (__builtin_expect((va ^ (va + size - 1)) >> h->d.line_bits, 0))
        return store_split(h, pc, va, size, now);
    if (__builtin_expect(cache_hit_fast(h->d.cache, va, ACCESS_WRITE), 1)) {
        note_written(h, va, size);
        return (struct access_result){ now, LEVEL_L1 };
    }
    struct access_result r = l1_access(h, &h->d, pc, va, ACCESS_WRITE, now, now);
    note_written(h, va, size);
    return r;
}

struct access_result hierarchy_fetch(struct hierarchy *h, vaddr va, cycle now)
{
    if (__builtin_expect(cache_hit_fast(h->i.cache, va, ACCESS_READ), 1))
        return (struct access_result){ now, LEVEL_L1 };
    return l1_access(h, &h->i, va, va, ACCESS_READ, now, now);
}

// Page tables lie in the top 512 MiB of the 40-bit space, 8 bytes a page.
cycle hierarchy_walk(void *who, u64 page, cycle now)
{
    struct hierarchy *h = who;
    struct shared *s = h->s;
    paddr pa = (1ull << 40) - (1ull << 29) + (page & ((1 << 26) - 1)) * 8;
    enum level level;
    cycle begin = meter_take(s->l2_bus, now, 8);
    struct cache_answer r = l2_lookup(s, pa, ACCESS_READ, begin);
    return r.hit ? later(r.ready, begin + h->l2_latency)
                 : l2_fill(h, pa, 0, ACCESS_READ, begin, &level);
}

bool hierarchy_l1d_contains(const struct hierarchy *h, vaddr va)
{
    return h->d.perfect || cache_contains(h->d.cache, va);
}

void hierarchy_word(struct hierarchy *h, vaddr va, u64 word, bool points)
{
    if (h->words)
        words_tell(h->words, va, word, points);
}

void hierarchy_settle(struct hierarchy *h)
{
    struct shared *s = h->s;
    struct cache *caches[] = { h->d.cache, h->i.cache, s->l2, s->slc };
    struct mshr *mshrs[] = { h->d.mshr, h->i.mshr, s->l2_mshr };
    struct meter *meters[] = { h->fetch_bus, s->l2_bus, s->fabric };
    for (u32 k = 0; k < COUNT(caches); k++)
        if (caches[k])
            cache_settle(caches[k]);
    for (u32 k = 0; k < COUNT(mshrs); k++)
        mshr_settle(mshrs[k]);
    for (u32 k = 0; k < COUNT(meters); k++)
        meter_settle(meters[k]);
    dram_settle(s->dram);
    if (h->written)
        memset(h->written, 0, (h->written_mask + 1) * sizeof(*h->written));
    h->page_free = 0;
}

struct hierarchy_stats hierarchy_stats(const struct hierarchy *h)
{
    struct hierarchy_stats s = h->stats;
    s.l1i = cache_stats(h->i.cache);
    s.l1d = cache_stats(h->d.cache);
    s.l2 = cache_stats(h->s->l2);
    if (h->s->slc)
        s.slc = cache_stats(h->s->slc);
    s.dram = dram_stats(h->s->dram);
    return s;
}

void hierarchy_save(struct hierarchy *h, struct save *s)
{
    save_section(s, "memory", 4);
    save_same(s, h->s->slc != NULL);
    save_same(s, h->s->touched != NULL);
    save_same(s, h->words != NULL);
    cache_save(h->d.cache, s);
    cache_save(h->i.cache, s);
    cache_save(h->s->l2, s);
    if (h->s->slc)
        cache_save(h->s->slc, s);
    if (h->s->touched)
        save_bytes(s, h->s->touched, TOUCHED / 64, sizeof(*h->s->touched));
    prefetch_save(h->d.prefetch, s);
    prefetch_save(h->i.prefetch, s);
    prefetch_save(h->l2_prefetch, s);
    if (h->d.fills && h->d.fills != h->d.prefetch)
        prefetch_save(h->d.fills, s);
    if (h->words)
        words_save(h->words, s);
    dram_save(h->s->dram, s);
    SAVE(s, h->stats);
}
