// cache.h: a set-associative array of tags.
//
// It answers "is this line here, from when, and what did a new line push out?"
// and counts the answers. It holds no data (values come from the executor) and
// knows no latency, bandwidth or miss buffer (hierarchy.h), which is what lets
// both timing models, the TLBs and the last branch target level share it.
//
// Addresses are below 2^40. A tag is 32 bits, so that the tags of a set lie in one
// or two host cache lines; where a way is less than 512 bytes, lines 2^31 ways
// apart are taken for one another.
#ifndef UARCH_CACHE_H
#define UARCH_CACHE_H

#include "base/stat.h"
#include "base/types.h"
#include "uarch/replace.h"

struct arena;
struct save;

struct cache_params {
    u64 bytes;          // capacity; bytes / (ways * line) is a power of two
    u32 ways;           // 1 to 256
    u32 line;           // bytes, power of two
    struct replace_params replacement;
};

struct cache_stats {
#define STAT(field, ...) u64 field;
#include "uarch/cache_stats.def"
#undef STAT
};

extern const struct stat_row cache_stat_rows[];

// A prefetch is a prefetcher of a level above that looks here: it is not counted
// among the reads, which are those somebody waits for.
enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_PREFETCH, ACCESSES };

// What is known of a line: the argument of cache_fill and part of an answer.
enum line_state {
    LINE_DIRTY = 1,
    LINE_PREFETCHED = 2,   // in an answer: this is its first use
    LINE_PENDING = 4,      // in an answer: not here before `ready`
    LINE_ORIGIN = 0x30,    // two bits for the owner: the level the line came from
    LINE_ORIGIN_SHIFT = 4,
};

struct cache_answer {
    cycle ready;   // from when the data can be had: `now` or later
    bool hit;
    u8 state;      // enum line_state, when hit
};

struct cache_victim {
    paddr line;    // its address
    bool valid;    // something was pushed out
    bool dirty;    // and must be written back
};

struct cache;

// The cache lives in `a` and dies with it. `p` must have passed config checks.
struct cache *cache_new(struct arena *a, const struct cache_params *p);

// Looks `pa` up, updates recency and counters, fills nothing.
struct cache_answer cache_lookup(struct cache *c, paddr pa, enum access kind, cycle now);

// Puts the line of `pa`, absent until now, in; its data arrive at `ready`.
struct cache_victim cache_fill(struct cache *c, paddr pa, u32 state, cycle now, cycle ready);

// Takes the line out, if here; returns its state with LINE_PENDING cleared, or -1.
i32 cache_remove(struct cache *c, paddr pa);

// Sets LINE_DIRTY if the line is here, without touching recency; false if not.
bool cache_mark_dirty(struct cache *c, paddr pa);

// Leaves no trace: for prefetchers, assertions and tests.
bool cache_contains(const struct cache *c, paddr pa);

// All lines on their way are here: time may begin anew.
void cache_settle(struct cache *c);

struct cache_stats cache_stats(const struct cache *c);

// Writes or reads its lines and counters as part of a section; settled.
void cache_save(struct cache *c, struct save *s);

#endif
