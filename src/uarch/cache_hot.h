// cache_hot.h: the inside of a cache, for cache.c and for those of uarch/ that
// look it up on every instruction (hierarchy.c, tlb.c). Nobody else includes it.
//
// A hit on the most recently used way of a set reads two tables of a few
// kilobytes (mru, tags) and one byte of state, and for a load writes none.
#ifndef UARCH_CACHE_HOT_H
#define UARCH_CACHE_HOT_H

#include "uarch/cache.h"

// A fill's arrival stays recorded this long after, for requests of an earlier
// cycle that come later in program order.
enum { CACHE_SETTLE = 4096 };

// Invariants (cache_check):
// 1. tags[i] is 0 or the line number without its set bits, plus 1;
// 2. the tags of a set other than 0 differ;
// 3. mru[s] < ways, and a hit or fill makes its way the mru of its set;
// 4. ready[i] means something only with LINE_PENDING in state[i].
struct cache {
    u32 *tags;      // sets rows of `ways`
    u8 *state;      // enum line_state, one a tag
    u8 *mru;        // one a set
    u32 set_mask, set_bits, line_bits, ways;
    u32 *used;      // LRU: value of clock at the last use, one a tag, 0 when empty;
                    // MRU_BIT: the bits of a set in its first place
    cycle *ready;   // one a tag
    u32 clock;      // RANDOM: state of the generator
    u32 replacement;
    u64 looked[ACCESSES], missed[ACCESSES];
    struct cache_stats stats;   // all but these
};

// The way that holds `tag` in the row that starts at `row`, or -1; made the mru.
i32 cache_find_other(struct cache *c, u32 set, u32 row, u32 tag);

// The rest of a lookup that hit a pending or just prefetched line.
struct cache_answer cache_hit_special(struct cache *c, u32 i, cycle now);

static inline __attribute__((always_inline)) struct cache_answer
cache_lookup_hot(struct cache *c, paddr pa, enum access kind, cycle now)
{
    u64 line = pa >> c->line_bits;
    u32 set = (u32)line & c->set_mask;
    u32 tag = (u32)(line >> c->set_bits) + 1;
    u32 row = set * c->ways;
    u32 i = row + c->mru[set];
    c->looked[kind]++;
    if (__builtin_expect(c->tags[i] != tag, 0)) {
        i32 way = cache_find_other(c, set, row, tag);
        if (way < 0) {
            c->missed[kind]++;
            return (struct cache_answer){ .ready = now };
        }
        i = row + (u32)way;
    }
    if (kind == ACCESS_WRITE)
        c->state[i] |= LINE_DIRTY;
    if (__builtin_expect(c->state[i] & (LINE_PREFETCHED | LINE_PENDING), 0))
        return cache_hit_special(c, i, now);
    return (struct cache_answer){ .ready = now, .hit = true, .state = c->state[i] };
}

#endif
