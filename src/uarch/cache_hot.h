// cache_hot.h: the inside of a cache, for cache.c and for those of uarch/ that
// look it up on every instruction (hierarchy.c, tlb.c). Nobody else includes it.
//
// Most hits are found in one place: where the line was last time, remembered in a
// small table by a hash of the line number.
#ifndef UARCH_CACHE_HOT_H
#define UARCH_CACHE_HOT_H

#include "uarch/cache.h"

// A fill's arrival stays recorded this long after, for requests of an earlier
// cycle that come later in program order.
enum { CACHE_SETTLE = 4096 };

// Invariants:
// 1. tags[i] is 0 or the line number without its set bits, plus 1;
// 2. the tags of a set other than 0 differ;
// 3. guess[n] < ways: where to look first for a line whose hash is n;
// 4. ready[i] means something only with LINE_PENDING in state[i];
// 5. a word of the policy's is 0 until a line is first put there.
struct cache {
    u32 *tags;      // sets rows of `ways`
    u8 *state;      // enum line_state, one a tag
    u8 *guess;      // guess_mask + 1
    u32 set_mask, set_bits, line_bits, ways, guess_mask;
    struct replace replace;
    const struct replace_policy *policy;
    cycle *ready;   // one a tag
    u64 looked[ACCESSES], missed[ACCESSES];
    struct cache_stats stats;   // all but these
};

// Arrays often lie a power of two apart: higher bits are folded in.
static inline u32 cache_guess(const struct cache *c, u64 line)
{
    return (u32)(line ^ line >> 9) & c->guess_mask;
}

// Is `pa` where it was last time, and nothing special about it? Then the access is
// done and counted; otherwise nothing has happened, and the caller goes on with
// cache_lookup as its last act, which keeps this path free of saved registers.
static inline __attribute__((always_inline)) bool cache_hit_fast(struct cache *c, paddr pa,
                                                                 enum access kind)
{
    u64 line = pa >> c->line_bits;
    u32 i = ((u32)line & c->set_mask) * c->ways + c->guess[cache_guess(c, line)];
    if (c->tags[i] != (u32)(line >> c->set_bits) + 1 ||
        c->state[i] & (LINE_PREFETCHED | LINE_PENDING) || c->replace.clock >= c->replace.clock_end)
        return false;
    c->replace.word[i] = ++c->replace.clock;
    c->looked[kind]++;
    if (kind == ACCESS_WRITE)
        c->state[i] |= LINE_DIRTY;
    return true;
}

#endif
