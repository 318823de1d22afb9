#include "uarch/bpred/btb.h"

#include <assert.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/cache.h"

// Addresses in units of instructions, cut to 32 bits: branches 16 GiB apart alias.
struct entry {
    u32 key;      // of the branch, plus 1; 0: empty
    u32 target;
};

// The entries of a set are in order of use, the latest first, though with `random` any
// of them is given up.
struct level {
    struct entry *entries;
    u32 set_mask, ways, fold;
};

struct btb {
    struct level l1, l2;
    struct cache *predecoded;
    u8 l1_bubbles, l2_bubbles, predecode_bubbles, decode_bubbles;
    u32 warm, missed;   // misses of the first level in a row: needed, seen
    u32 random;         // 0, or the state of a generator
};

static struct level level_new(struct arena *a, u32 entries, u32 ways, bool fold)
{
    if (!entries)
        return (struct level){ 0 };
    u32 sets = entries / ways;
    assert(__builtin_popcount(sets) == 1 && sets * ways == entries);
    return (struct level){
        .entries = ARENA_ARRAY(a, entries, struct entry),
        .set_mask = sets - 1,
        .ways = ways,
        .fold = fold ? (u32)__builtin_ctz(sets) : 31,
    };
}

// The L1I's ways are not a parameter here: 4 to 7, whichever gives 2^n sets.
static struct cache *lines_new(struct arena *a, u64 bytes)
{
    if (!bytes)
        return NULL;
    u64 lines = bytes / 64, sets = 1;
    while (sets * 8 <= lines)
        sets *= 2;
    struct cache_params p = { .ways = (u32)(lines / sets), .line = 64 };
    p.bytes = sets * p.ways * p.line;
    return cache_new(a, &p);
}

struct btb *btb_new(struct arena *a, const struct btb_params *p)
{
    struct btb *b = ARENA_NEW(a, struct btb);
    b->l1 = level_new(a, p->l1_entries, p->l1_ways, p->l1_hash);
    b->l2 = level_new(a, p->l2_entries, p->l2_ways, false);
    b->predecoded = lines_new(a, p->predecode_bytes);
    b->l1_bubbles = (u8)p->l1_bubbles;
    b->l2_bubbles = (u8)p->l2_bubbles;
    b->predecode_bubbles = (u8)p->predecode_bubbles;
    b->decode_bubbles = (u8)p->decode_bubbles;
    b->warm = p->l2_warm;
    b->random = p->random;
    return b;
}

static struct entry *set_of(const struct level *l, u32 place)
{
    return &l->entries[((place ^ place >> l->fold) & l->set_mask) * l->ways];
}

static u32 give_up(struct btb *b, const struct level *l)
{
    if (!b->random)
        return l->ways - 1;
    b->random ^= b->random << 13;
    b->random ^= b->random >> 17;
    b->random ^= b->random << 5;
    assert(l->ways);
    return b->random % l->ways;
}

// Puts the entry first, dropping one when it was not there; whether it was.
static bool use(struct btb *b, struct level *l, u32 key, u32 target, u32 *old_target)
{
    struct entry *s = set_of(l, key - 1);
    u32 w = 0;
    while (w < l->ways && s[w].key != key)
        w++;
    bool hit = w < l->ways;
    if (hit)
        *old_target = s[w].target;
    else
        w = give_up(b, l);
    for (; w; w--)
        s[w] = s[w - 1];
    s[0] = (struct entry){ key, target };
    return hit;
}

static __attribute__((noinline)) struct btb_answer beyond_l1(struct btb *b, vaddr pc, u32 key,
                                                             u32 target, u32 *old)
{
    struct btb_answer r = { .level = 3, .bubbles = b->decode_bubbles };
    bool line = b->predecoded && cache_lookup(b->predecoded, pc, ACCESS_READ, 0).hit;
    if (b->predecoded && !line)
        cache_fill(b->predecoded, pc, 0, 0, 0);
    bool known = b->l2.ways && use(b, &b->l2, key, target, old);
    if (known && (b->missed >= b->warm || !line)) {
        r.level = 1;
        r.bubbles = b->l2_bubbles;
    } else if (line) {
        r.level = 2;
        r.bubbles = b->predecode_bubbles;
        *old = target;
    }
    return r;
}

struct btb_answer btb_taken(struct btb *b, vaddr pc, vaddr target)
{
    u32 key = (u32)(pc >> 2) + 1, to = (u32)(target >> 2), old = 0;
    struct btb_answer r = { .bubbles = b->l1_bubbles };
    struct entry *s = set_of(&b->l1, key - 1);
    if (__builtin_expect(s->key == key, 1)) {
        old = s->target;
        s->target = to;
    } else if (!use(b, &b->l1, key, to, &old)) {
        r = beyond_l1(b, pc, key, to, &old);
    }
    b->missed = r.level ? b->missed + 1 : 0;
    r.target = (pc & ~0x3ffffffffull) | (u64)old << 2;
    return r;
}

static void save_level(struct level *l, struct save *s)
{
    u32 entries = l->entries ? (l->set_mask + 1) * l->ways : 0;
    save_same(s, entries);
    save_same(s, l->ways);
    save_bytes(s, l->entries, entries, sizeof(*l->entries));
}

void btb_save(struct btb *b, struct save *s)
{
    bool random = b->random;
    save_level(&b->l1, s);
    save_level(&b->l2, s);
    if (b->predecoded)
        cache_save(b->predecoded, s);
    SAVE(s, b->missed);
    SAVE(s, b->random);
    save_check(s, random == (b->random != 0));
}
