// replace.h: which line of a full set is given up: what a policy of replace.def provides
// and what it has. Whoever makes a cache needs the parameters alone; the rest is for
// cache*.[ch] and replace*.c.
//
// A policy has one word of 32 bits a line, 0 at first, to use as it likes, and hears of
// every use and every new line. It does not know addresses or states of lines.
#ifndef UARCH_REPLACE_H
#define UARCH_REPLACE_H

#include "base/types.h"

enum replace_kind {
#define REPLACE(id, ...) REPLACE_##id,
#include "uarch/replace.def"
#undef REPLACE
    REPLACE_KINDS
};

// Model choices.
struct replace_params {
    u32 kind;          // enum replace_kind
    u32 srrip_bits;    // of an interval, 1 to 8: 2
    u32 dip_leaders;   // one set in so many always does one thing, and one the other: 16
    u32 dip_most;      // the vote's limit on either side: 255
    u32 dip_rarely;    // of lines that would be the first to go, one in so many is not: 32
};

// The first three are used at every hit of lru and dip.
struct replace {
    u32 *word;       // sets rows of `ways`
    u32 clock;       // lru, dip: counts uses; random: state of its generator
    u32 clock_end;   // while clock is less, a use does no more than stamp with ++clock
    u32 ways, sets;
    i32 vote;        // dip: above 0, new lines are the first to go
    u32 fills;       // dip: new lines of sets where they are
    struct replace_params p;
};

// replace_ID_new sets what is not 0 at first. replace_ID_use: the line in `way` of the row
// that begins at word `row` was used. replace_ID_fill: a new line was put there.
// replace_ID_victim names the way of a full row whose line is given up now.
#define REPLACE(id, ...) \
    void replace_##id##_new(struct replace *r); \
    void replace_##id##_use(struct replace *r, u32 row, u32 way); \
    void replace_##id##_fill(struct replace *r, u32 row, u32 way); \
    u32 replace_##id##_victim(struct replace *r, u32 row);
#include "uarch/replace.def"
#undef REPLACE

// The next number of a generator that is not 0: xorshift of 32 bits (G. Marsaglia, 2003).
static inline u32 replace_draw(u32 *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

#endif
