#include "uarch/bpred/indirect.h"

#include <assert.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/bpred/path_hash.h"

struct entry {
    vaddr target;
    u16 tag;
    u8 confidence;   // 0 to 3; at 0 a wrong target is replaced
    u8 useful;       // 0 or 1: protects from other branches
};

struct indirect {
    u32 index_bits, base_bits;
    struct entry *tables[INDIRECT_TABLES];
    struct entry *base;
    struct history hashed;
    struct hash_words of_history;
    struct path_hash hash;
};

// Index and tag of each table fold the history with different periods.
static void equations(struct indirect *t, const struct indirect_params *p,
                      const struct history_params *h)
{
    for (u32 i = 0; i < INDIRECT_TABLES; i++) {
        for (u32 n = 0; n < p->lengths[i] && n < HASH_T_BITS; n++) {
            path_hash_add(&t->hash, h, i, n % p->index_bits, HASH_T(n));
            path_hash_add(&t->hash, h, i, 16 + n % (p->tag_bits - 1), HASH_T(n));
        }
        for (u32 n = 0; n < p->lengths[i] && n < HASH_B_BITS; n++) {
            path_hash_add(&t->hash, h, i, (n + 3) % p->index_bits, HASH_B(n));
            path_hash_add(&t->hash, h, i, 16 + (n + 5) % p->tag_bits, HASH_B(n));
        }
        for (u32 n = 2; n < 2 + HASH_PC_BITS; n++) {
            path_hash_add(&t->hash, h, i, n % p->index_bits, HASH_PC(n));
            path_hash_add(&t->hash, h, i, 16 + n % (p->tag_bits - 3), HASH_PC(n));
        }
    }
}

struct indirect *indirect_new(struct arena *a, const struct indirect_params *p,
                              const struct history_params *h)
{
    assert(p->index_bits >= 4 && p->index_bits <= 14 && p->tag_bits >= 4 && p->tag_bits <= 16);
    struct indirect *t = ARENA_NEW(a, struct indirect);
    t->index_bits = p->index_bits;
    t->base_bits = p->base_bits;
    for (u32 i = 0; i < INDIRECT_TABLES; i++)
        t->tables[i] = ARENA_ARRAY(a, 1u << p->index_bits, struct entry);
    t->base = ARENA_ARRAY(a, 1u << p->base_bits, struct entry);
    equations(t, p, h);
    return t;
}

vaddr indirect_predict(struct indirect *t, const struct history *h, vaddr pc,
                       struct indirect_lookup *out)
{
    if ((h->phrt_lo ^ t->hashed.phrt_lo) | (h->phrt_hi ^ t->hashed.phrt_hi) |
        (h->phrb ^ t->hashed.phrb)) {
        t->hashed = *h;
        path_hash_history(&t->hash, h, &t->of_history);
    }
    struct hash_words w = t->of_history;
    path_hash_pc(&t->hash, pc, &w);
    out->base = (u16)((pc >> 2 ^ pc >> (2 + t->base_bits)) & ((1u << t->base_bits) - 1));
    out->provider = -1;
    out->target = t->base[out->base].target;
    for (i32 i = 0; i < INDIRECT_TABLES; i++) {
        out->index[i] = (u16)(w.word[i] & ((1u << t->index_bits) - 1));
        out->tag[i] = (u16)(w.word[i] >> 16);
        const struct entry *e = &t->tables[i][out->index[i]];
        if (e->target && e->tag == out->tag[i]) {
            out->provider = (i8)i;
            out->target = e->target;
        }
    }
    return out->target;
}

static void learn(struct entry *e, vaddr target)
{
    if (e->target == target)
        e->confidence += e->confidence < 3;
    else if (e->confidence)
        e->confidence--;
    else
        e->target = target;
}

// One new entry in the first longer table whose entry there is not useful.
static void allocate(struct indirect *t, const struct indirect_lookup *l, vaddr target)
{
    for (i32 i = l->provider + 1; i < INDIRECT_TABLES; i++) {
        struct entry *e = &t->tables[i][l->index[i]];
        if (!e->target || !e->useful) {
            *e = (struct entry){ .target = target, .tag = l->tag[i] };
            return;
        }
        e->useful = 0;
    }
}

void indirect_update(struct indirect *t, const struct indirect_lookup *l, vaddr target)
{
    bool right = l->target == target;
    if (l->provider >= 0) {
        struct entry *e = &t->tables[l->provider][l->index[l->provider]];
        if (e->tag == l->tag[l->provider]) {
            if (right && t->base[l->base].target != target)
                e->useful = 1;
            learn(e, target);
        }
    } else {
        learn(&t->base[l->base], target);
    }
    if (!right)
        allocate(t, l, target);
}

void indirect_save(struct indirect *t, struct save *s)
{
    save_same(s, t->index_bits);
    for (u32 i = 0; i < INDIRECT_TABLES; i++)
        save_bytes(s, t->tables[i], 1u << t->index_bits, sizeof(**t->tables));
    save_bytes(s, t->base, 1u << t->base_bits, sizeof(*t->base));
}
