// A table by load address: when a load moved by the same stride twice in a row,
// the lines `distance` strides ahead of it are wanted. It sees misses and first
// uses only, so a walk in small steps shows up as one in steps of a line.
#include <assert.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/prefetch_policy.h"

struct load {
    vaddr pc, last;
    i64 stride;
    bool steady;
};

struct stride {
    u32 entries, degree, distance;
    struct load *loads;
};

void *prefetch_stride_new(struct arena *a, const struct prefetch_params *p, u32 line, u32 page)
{
    assert(p->entries >= 1);
    struct stride *s = ARENA_NEW(a, struct stride);
    s->entries = p->entries;
    s->degree = p->degree;
    s->distance = p->distance ? p->distance : 1;
    s->loads = ARENA_ARRAY(a, p->entries, struct load);
    return s;
}

u32 prefetch_stride_train(void *state, const struct prefetch_event *e, vaddr *out)
{
    struct stride *s = state;
    vaddr pc = e->pc, va = e->va;
    struct load *l = &s->loads[(pc >> 2 ^ pc >> 9) % s->entries];
    if (l->pc != pc) {
        *l = (struct load){ .pc = pc, .last = va };
        return 0;
    }
    i64 stride = (i64)(va - l->last);
    if (!stride)
        return 0;
    l->steady = stride == l->stride;
    l->stride = stride;
    l->last = va;
    if (!l->steady)
        return 0;
    for (u32 i = 0; i < s->degree; i++)
        out[i] = va + (vaddr)(stride * (i64)(s->distance + i));
    return s->degree;
}

void prefetch_stride_save(void *state, struct save *s)
{
    struct stride *t = state;
    save_same(s, t->entries);
    save_bytes(s, t->loads, t->entries, sizeof(*t->loads));
    for (u32 i = 0; i < t->entries; i++)
        save_check(s, save_is_bool(&t->loads[i].steady));
}
