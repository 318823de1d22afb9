#include "uarch/bpred/tage.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/save.h"
#include "base/lanes.h"
#include "uarch/bpred/path_hash.h"

// The hash word of a table: those of the shortest histories in words 4 and 5.
#define WORD(table) (TAGE_TABLES - 1 - (table))

struct entry {
    u8 counter;   // taken from half on
    u8 useful;
};

// Tags lie apart from what they stand for and take 4 or 8 lanes a set, which keeps
// the tags of all tables within 104 KiB. A tag of 0 is an empty way; a branch whose
// tag is 0 is kept under 1.
struct table {
    u16 *tags;               // lanes a set
    struct entry *entries;   // likewise
    u32 ways, lanes, count;
};

struct tage {
    struct table tables[TAGE_TABLES];
    u8 *base;              // two bits each
    u32 base_mask;
    u8 half, top;          // of the prediction counters
    u8 useful_top;
    i8 prefer_alternate;   // -8 to 7: of weak providers, >= 0
    u32 failed, patience;  // allocations failed; how many make useful bits age
    u32 random;
    struct history hashed; // the history `of_history` stands for
    struct hash_words of_history;
    struct path_hash hash;
};

struct equation {
    u8 table, bit;
    u8 terms[14];
};

#define PC(n) HASH_PC(n)
#define T(n) HASH_T(n)
#define B(n) HASH_B(n)
static const struct {
    u8 ways, index_bits, phrt, phrb;
} geometry[TAGE_TABLES] = {
#define TABLE(number, ways, index_bits, phrt, phrb) [number] = { ways, index_bits, phrt, phrb },
#define INDEX(...)
#define TAG(...)
#include "uarch/bpred/tage_hash.def"
#undef TABLE
#undef INDEX
#undef TAG
};

static const struct equation equations[] = {
#define TABLE(...)
#define INDEX(table, bit, ...) { table, bit, { __VA_ARGS__ } },
#define TAG(table, bit, ...) { table, 16 + bit, { __VA_ARGS__ } },
#include "uarch/bpred/tage_hash.def"
#undef TABLE
#undef INDEX
#undef TAG
};
#undef PC
#undef T
#undef B

enum { LANES_READ = 8 };   // at a time, also where a set has fewer

static struct table new_table(struct arena *a, u32 ways, u32 index_bits)
{
    u32 count = 1u << index_bits, lanes = ways > 4 ? 8 : 4;
    return (struct table){
        .tags = ARENA_ARRAY(a, (size_t)count * lanes + LANES_READ, u16),
        .entries = ARENA_ARRAY(a, (size_t)count * lanes, struct entry),
        .ways = ways,
        .lanes = lanes,
        .count = count,
    };
}

struct tage *tage_new(struct arena *a, const struct tage_params *p, const struct history_params *h)
{
    assert(p->counter_bits >= 2 && p->counter_bits <= 4);
    assert(p->useful_bits >= 1 && p->useful_bits <= 3 && p->base_bits <= 16);
    struct tage *t = ARENA_NEW(a, struct tage);
    for (u32 i = 0; i < TAGE_TABLES; i++)
        t->tables[i] = new_table(a, geometry[i].ways, geometry[i].index_bits);
    for (u32 i = 0; i < COUNT(equations); i++)
        for (const u8 *term = equations[i].terms; *term; term++)
            path_hash_add(&t->hash, h, WORD(equations[i].table), equations[i].bit, *term);
    t->base = ARENA_ARRAY(a, 1u << p->base_bits, u8);
    t->base_mask = (1u << p->base_bits) - 1;
    memset(t->base, 1, 1u << p->base_bits);
    t->half = (u8)(1u << (p->counter_bits - 1));
    t->top = (u8)(2 * t->half - 1);
    t->useful_top = (u8)((1u << p->useful_bits) - 1);
    t->patience = 1u << p->useful_period;
    t->random = 1;
    return t;
}

static u16 kept(u16 tag)
{
    return tag + !tag;
}

// Bit k: the tag is in lane k of its set. Ways beyond the last hold no tag.
static inline u32 find(const struct tage *t, const struct tage_lookup *l, u32 table)
{
    const struct table *in = &t->tables[table];
    u32 lanes = geometry[table].ways > 4 ? 8 : 4;
    u32 hits = lanes_equal(in->tags + tage_index(l, table) * lanes, kept(tage_tag(l, table)));
    return lanes == 8 ? hits : hits & 15;
}

static void hash(struct tage *t, const struct history *h, vaddr pc, struct tage_lookup *out)
{
    if ((h->phrt_lo ^ t->hashed.phrt_lo) | (h->phrt_hi ^ t->hashed.phrt_hi) |
        (h->phrb ^ t->hashed.phrb)) {
        t->hashed = *h;
        path_hash_history(&t->hash, h, &t->of_history);
    }
    struct hash_words w = t->of_history;
    path_hash_pc(&t->hash, pc, &w);
    memcpy(out->hash, w.word, sizeof(out->hash));
}

// All tables are looked up at once and the longest are chosen from a mask: a loop that
// stops at the second match costs the host a wrong prediction nearly every time.
bool tage_predict(struct tage *t, const struct history *h, vaddr pc, struct tage_lookup *out)
{
    hash(t, h, pc, out);
    u32 lanes[TAGE_TABLES], hits = 0;
#pragma GCC unroll 6
    for (u32 i = 0; i < TAGE_TABLES; i++) {
        lanes[i] = find(t, out, i);
        hits |= (u32)(lanes[i] != 0) << i;
    }
    out->base = (u16)(pc >> 2 & t->base_mask);
    out->provider = out->alternate = -1;
    out->weak = false;
    out->provider_taken = out->alternate_taken = t->base[out->base] >= 2;
    if (hits) {
        u32 i = 31 - (u32)__builtin_clz(hits), way = (u32)__builtin_ctz(lanes[i]);
        struct entry e = t->tables[i].entries[tage_index(out, i) * t->tables[i].lanes + way];
        out->provider = (i8)i;
        out->provider_way = (u8)way;
        out->provider_taken = e.counter >= t->half;
        out->weak = !e.useful && (e.counter == t->half || e.counter == t->half - 1);
        hits ^= 1u << i;
    }
    if (hits) {
        u32 i = 31 - (u32)__builtin_clz(hits), way = (u32)__builtin_ctz(lanes[i]);
        struct entry e = t->tables[i].entries[tage_index(out, i) * t->tables[i].lanes + way];
        out->alternate = (i8)i;
        out->alternate_way = (u8)way;
        out->alternate_taken = e.counter >= t->half;
    }
    bool alternate = out->weak && t->prefer_alternate >= 0;
    return out->taken = alternate ? out->alternate_taken : out->provider_taken;
}

static u32 draw(struct tage *t)
{
    t->random ^= t->random << 13;
    t->random ^= t->random >> 17;
    t->random ^= t->random << 5;
    return t->random;
}

static u8 moved(u8 value, bool up, u8 top)
{
    return up ? (u8)(value + (value < top)) : (u8)(value - (value > 0));
}

// The entry a prediction came from, or NULL when it was replaced since.
static struct entry *still_there(struct tage *t, const struct tage_lookup *l, i32 table, u32 way)
{
    const struct table *from = &t->tables[table];
    u32 at = tage_index(l, (u32)table) * from->lanes + way;
    return from->tags[at] == kept(tage_tag(l, (u32)table)) ? &from->entries[at] : NULL;
}

static void train(struct tage *t, const struct tage_lookup *l, i32 table, u32 way, bool taken)
{
    if (table < 0) {
        t->base[l->base] = moved(t->base[l->base], taken, 3);
        return;
    }
    struct entry *e = still_there(t, l, table, way);
    if (e)
        e->counter = moved(e->counter, taken, t->top);
}

static void age(struct tage *t)
{
    for (u32 i = 0; i < TAGE_TABLES; i++)
        for (u32 n = 0; n < t->tables[i].count * t->tables[i].lanes; n++)
            t->tables[i].entries[n].useful >>= 1;
    t->failed = 0;
}

// The place for a new entry in a set: an empty one, else any that is not useful,
// else -1.
static i32 room(struct tage *t, const struct table *in, u16 index)
{
    u32 row = index * in->lanes, first = draw(t) % in->ways;
    for (u32 w = 0; w < in->ways; w++)
        if (!in->tags[row + w])
            return (i32)(row + w);
    for (u32 n = 0; n < in->ways; n++) {
        u32 w = first + n < in->ways ? first + n : first + n - in->ways;
        if (!in->entries[row + w].useful)
            return (i32)(row + w);
    }
    return -1;
}

// One new entry in a longer table, the next one most often.
static void allocate(struct tage *t, const struct tage_lookup *l, bool taken)
{
    u32 r = draw(t), i = (u32)(l->provider + 1);
    i += (r & 1) + ((r & 3) == 3);
    if (i >= TAGE_TABLES)
        i = (u32)(l->provider + 1);
    for (; i < TAGE_TABLES; i++) {
        struct table *in = &t->tables[i];
        u32 there = find(t, l, i);
        i32 at = there ? (i32)(tage_index(l, i) * in->lanes + (u32)__builtin_ctz(there))
                       : room(t, in, tage_index(l, i));
        if (at >= 0) {
            in->tags[at] = kept(tage_tag(l, i));
            in->entries[at] = (struct entry){ taken ? t->half : t->half - 1, 0 };
            t->failed -= t->failed > 0;
            return;
        }
        if (++t->failed >= t->patience)
            age(t);
    }
}

void tage_update(struct tage *t, const struct tage_lookup *l, bool taken)
{
    if (l->provider >= 0) {
        bool differ = l->provider_taken != l->alternate_taken;
        if (l->weak && differ) {
            if (l->alternate_taken == taken)
                t->prefer_alternate += t->prefer_alternate < 7;
            else
                t->prefer_alternate -= t->prefer_alternate > -8;
        }
        struct entry *e = still_there(t, l, l->provider, l->provider_way);
        if (e && differ)
            e->useful = moved(e->useful, l->provider_taken == taken, t->useful_top);
        if (l->weak)
            train(t, l, l->alternate, l->alternate_way, taken);
    }
    train(t, l, l->provider, l->provider_way, taken);
    bool right_but_weak = l->weak && l->provider_taken == taken;
    if (l->taken != taken && l->provider < TAGE_TABLES - 1 && !right_but_weak)
        allocate(t, l, taken);
}

void tage_save(struct tage *t, struct save *s)
{
    for (u32 i = 0; i < TAGE_TABLES; i++) {
        struct table *in = &t->tables[i];
        save_same(s, (u64)in->count * in->lanes);
        save_bytes(s, in->tags, (size_t)in->count * in->lanes, sizeof(*in->tags));
        save_bytes(s, in->entries, (size_t)in->count * in->lanes, sizeof(*in->entries));
    }
    save_same(s, t->base_mask);
    save_bytes(s, t->base, t->base_mask + 1, sizeof(*t->base));
    SAVE(s, t->prefer_alternate);
    SAVE(s, t->failed);
    SAVE(s, t->random);
    save_check(s, t->prefer_alternate >= -8 && t->prefer_alternate <= 7);
}
