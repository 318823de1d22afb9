#include "uarch/lap.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/save.h"

const struct stat_row lap_stat_rows[] = {
#define STAT(field, unit, doc) { #field, unit, doc, offsetof(struct lap_stats, field) },
#include "uarch/lap_stats.def"
#undef STAT
    { 0 },
};

enum { BUCKETS = 256 };

// Entries are numbered from 1; 0 ends a chain.
struct load {
    vaddr pc, last;
    i64 stride;
    u32 confirmed;     // loads in a row that moved by `stride`
    u32 under_way;     // instances predicted or not, not yet trained
    u64 used;          // when last asked about: the smallest is given up
    bool seen;         // `last` is known
    u8 next;           // of the same bucket
};

struct lap {
    struct lap_params p;
    u32 count;         // entries in use
    u64 clock;
    struct load *loads;
    u8 buckets[BUCKETS];
    struct lap_stats stats;
};

struct lap *lap_new(struct arena *a, const struct lap_params *p)
{
    assert(p->entries <= 255);
    struct lap *l = ARENA_NEW(a, struct lap);
    l->p = *p;
    l->loads = ARENA_ARRAY(a, p->entries + 1, struct load);
    return l;
}

static u8 *bucket(struct lap *l, vaddr pc)
{
    return &l->buckets[(pc >> 2 ^ pc >> 10) % BUCKETS];
}

static struct load *find(struct lap *l, vaddr pc)
{
    for (u32 i = *bucket(l, pc); i; i = l->loads[i].next)
        if (l->loads[i].pc == pc)
            return &l->loads[i];
    return NULL;
}

// An unused entry, or that of the load not seen for longest, out of its chain.
static u32 give_up(struct lap *l)
{
    if (l->count < l->p.entries)
        return ++l->count;
    u32 old = 1;
    for (u32 i = 2; i <= l->count; i++)
        if (l->loads[i].used < l->loads[old].used)
            old = i;
    u8 *at = bucket(l, l->loads[old].pc);
    while (*at != old)
        at = &l->loads[*at].next;
    *at = l->loads[old].next;
    return old;
}

// Entries are made here, not when training, so that no instance of a load is
// under way without being counted.
static struct load *enter(struct lap *l, vaddr pc)
{
    u32 i = give_up(l);
    u8 *b = bucket(l, pc);
    l->loads[i] = (struct load){ .pc = pc, .next = *b };
    *b = (u8)i;
    return &l->loads[i];
}

vaddr lap_predict(struct lap *l, vaddr pc)
{
    if (!l->p.entries)
        return LAP_NONE;
    l->stats.loads++;
    struct load *e = find(l, pc);
    if (!e)
        e = enter(l, pc);
    e->used = ++l->clock;
    vaddr va = e->last + (vaddr)(e->stride * (i64)++e->under_way);
    if (e->confirmed < l->p.train || (va ^ e->last) & ~(vaddr)(l->p.page - 1))
        return LAP_NONE;
    l->stats.predicted++;
    return va;
}

static void follow(struct lap *l, struct load *e, vaddr va)
{
    i64 stride = (i64)(va - e->last);
    i64 max = l->p.max_stride;
    bool fits = e->seen && stride >= -max && stride <= max;
    if (fits && stride == e->stride)
        e->confirmed += e->confirmed < UINT32_MAX;
    else
        e->confirmed = 0;
    e->stride = fits ? stride : 0;
    e->last = va;
    e->seen = true;
    e->under_way -= e->under_way > 0;
}

void lap_train(struct lap *l, vaddr pc, vaddr va, vaddr predicted)
{
    if (predicted != LAP_NONE) {
        l->stats.right += predicted == va;
        l->stats.wrong += predicted != va;
    }
    struct load *e = find(l, pc);
    if (e)
        follow(l, e, va);
}

void lap_squash(struct lap *l, vaddr pc)
{
    struct load *e = find(l, pc);
    if (e)
        e->under_way -= e->under_way > 0;
}

struct lap_stats lap_stats(const struct lap *l)
{
    return l->stats;
}

void lap_save(struct lap *l, struct save *s)
{
    save_section(s, "lap", 1);
    save_same(s, l->p.entries);
    SAVE(s, l->count);
    SAVE(s, l->clock);
    SAVE(s, l->stats);
    save_bytes(s, l->loads, l->p.entries + 1, sizeof(*l->loads));
    if (!save_reads(s))
        return;
    save_check(s, l->count <= l->p.entries);
    l->count = l->count <= l->p.entries ? l->count : 0;
    memset(l->buckets, 0, sizeof(l->buckets));   // chains are made, not believed
    for (u32 i = 1; i <= l->count; i++) {
        struct load *e = &l->loads[i];
        u8 *b = bucket(l, e->pc);
        i64 max = l->p.max_stride;
        save_check(s, save_is_bool(&e->seen) && e->stride >= -max && e->stride <= max);
        e->under_way = 0;
        e->next = *b;
        *b = (u8)i;
    }
}
