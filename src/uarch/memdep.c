#include "uarch/memdep.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/save.h"

const struct stat_row memdep_stat_rows[] = {
#define STAT(field, unit, doc) { #field, unit, doc, offsetof(struct memdep_stats, field) },
#include "uarch/memdep_stats.def"
#undef STAT
    { 0 },
};

enum { FILTER = 1024 };   // of the host's time alone: what passes is looked up among all pairs

struct pair {
    vaddr load, store;   // load 0: empty
    u64 seq;             // last instance of the store
    u64 used;            // when the pair last mattered
    u32 counter;
};

// The filters count the pairs by hash of each address: nearly all loads and stores
// belong to none, and end there. No answer depends on them: a count is 0 only where no
// pair has such an address, and `last` is a place to look first.
struct memdep {
    struct memdep_params p;
    struct pair *pairs;
    u32 count;           // of them entered; they are never empty again
    u32 random;
    u64 since_aged, clock;
    u8 loads[FILTER], stores[FILTER];
    u8 last[FILTER];     // the pair last entered with a load of this hash
    struct memdep_stats stats;
};

struct memdep *memdep_new(struct arena *a, const struct memdep_params *p)
{
    assert(p->pairs >= 1 && p->pairs <= 255 && p->counter_max >= 1 && p->age < 64);
    struct memdep *m = ARENA_NEW(a, struct memdep);
    m->p = *p;
    m->pairs = ARENA_ARRAY(a, p->pairs, struct pair);
    m->random = 1;
    return m;
}

static u32 hash(vaddr pc)
{
    return (u32)(pc >> 2 ^ pc >> 12) & (FILTER - 1);
}

void memdep_store(struct memdep *m, vaddr pc, u64 seq)
{
    if (__builtin_expect(!m->stores[hash(pc)], 1))
        return;
    for (u32 i = 0; i < m->count; i++)
        if (m->pairs[i].store == pc)
            m->pairs[i].seq = seq;
}

static void age(struct memdep *m)
{
    m->since_aged = 0;
    for (u32 i = 0; i < m->count; i++)
        m->pairs[i].counter -= m->pairs[i].counter > 0;
}

u64 memdep_load(struct memdep *m, vaddr pc)
{
    m->stats.loads++;
    if (__builtin_expect(++m->since_aged >> m->p.age, 0))
        age(m);
    if (__builtin_expect(!m->loads[hash(pc)], 1))
        return 0;
    u64 seq = 0;
    for (u32 i = 0; i < m->count; i++) {
        struct pair *p = &m->pairs[i];
        if (p->load == pc && p->counter && p->seq > seq) {
            seq = p->seq;
            p->used = ++m->clock;
        }
    }
    m->stats.waits += seq != 0;
    return seq;
}

// The place for a new pair: the next empty one, one that no longer waits, or by the rule.
static struct pair *place(struct memdep *m)
{
    struct pair *idle = NULL, *old = m->pairs;
    if (m->count < m->p.pairs)
        return &m->pairs[m->count++];
    for (u32 i = 0; i < m->count; i++) {
        if (!m->pairs[i].counter)
            idle = &m->pairs[i];
        if (m->pairs[i].used < old->used)
            old = &m->pairs[i];
    }
    if (!m->p.random)
        return idle ? idle : old;
    assert(m->p.pairs);
    m->random ^= m->random << 13;
    m->random ^= m->random >> 17;
    m->random ^= m->random << 5;
    return idle ? idle : &m->pairs[m->random % m->p.pairs];
}

static struct pair *find(struct memdep *m, vaddr load_pc, vaddr store_pc)
{
    struct pair *p = &m->pairs[m->last[hash(load_pc)]];
    if (p->load == load_pc && p->store == store_pc)
        return p;
    for (p = m->pairs; p < m->pairs + m->count; p++)
        if (p->load == load_pc && p->store == store_pc)
            return p;
    return NULL;
}

static void enter(struct memdep *m, vaddr load_pc, vaddr store_pc)
{
    struct pair *p = place(m);
    if (p->load) {
        m->stats.dropped++;
        m->loads[hash(p->load)]--;
        m->stores[hash(p->store)]--;
    }
    *p = (struct pair){ load_pc, store_pc, 0, ++m->clock, m->p.counter_max };
    m->last[hash(load_pc)] = (u8)(p - m->pairs);
    m->loads[hash(load_pc)]++;
    m->stores[hash(store_pc)]++;
    m->stats.pairs++;
}

void memdep_violation(struct memdep *m, vaddr load_pc, vaddr store_pc)
{
    m->stats.violations++;
    struct pair *p = find(m, load_pc, store_pc);
    if (p)
        p->counter = m->p.counter_max;
    else
        enter(m, load_pc, store_pc);
}

bool memdep_knows(struct memdep *m, vaddr load_pc, vaddr store_pc)
{
    struct pair *p = m->loads[hash(load_pc)] ? find(m, load_pc, store_pc) : NULL;
    if (p)
        p->used = ++m->clock;
    return p;
}

void memdep_met(struct memdep *m, vaddr load_pc, vaddr store_pc)
{
    if (!find(m, load_pc, store_pc))
        enter(m, load_pc, store_pc);
}

void memdep_waited(struct memdep *m, vaddr load_pc, u64 seq, bool needed)
{
    m->stats.needed += needed;
    for (u32 i = 0; i < m->count; i++) {
        struct pair *p = &m->pairs[i];
        if (p->load != load_pc || p->seq < seq)
            continue;   // another load's, or not the store waited for
        if (needed)
            p->counter += p->counter < m->p.counter_max;
        else
            p->counter -= p->counter > 0;
    }
}

void memdep_squash(struct memdep *m, u64 seq)
{
    for (u32 i = 0; i < m->count; i++)
        if (m->pairs[i].seq > seq)
            m->pairs[i].seq = 0;
}

struct memdep_stats memdep_stats(const struct memdep *m)
{
    return m->stats;
}

void memdep_save(struct memdep *m, struct save *s, const char *name)
{
    save_section(s, name, 1);
    save_same(s, m->p.pairs);
    SAVE(s, m->count);
    SAVE(s, m->random);
    SAVE(s, m->since_aged);
    SAVE(s, m->clock);
    SAVE(s, m->stats);
    save_bytes(s, m->pairs, m->p.pairs, sizeof(*m->pairs));
    if (!save_reads(s))
        return;
    save_check(s, m->count <= m->p.pairs);
    m->count = m->count <= m->p.pairs ? m->count : 0;
    memset(m->loads, 0, sizeof(m->loads));   // made anew, not believed
    memset(m->stores, 0, sizeof(m->stores));
    for (u32 i = 0; i < m->count; i++) {
        m->pairs[i].seq = 0;
        m->loads[hash(m->pairs[i].load)]++;
        m->stores[hash(m->pairs[i].store)]++;
        m->last[hash(m->pairs[i].load)] = (u8)i;
    }
}
