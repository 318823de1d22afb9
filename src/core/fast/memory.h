// memory.h: loads and stores: forwarding, address prediction, write-back.
#ifndef CORE_FAST_MEMORY_H
#define CORE_FAST_MEMORY_H

#include "core/fast/state.h"

static inline struct granule *granule_of(struct fast *f, u64 number)
{
    return &f->granule[number % FORWARD];
}

// Sixteenths of a cycle are carried from one forwarding to the next.
static inline u32 whole(struct fast *f, u32 sixteenths)
{
    f->forward_part = (f->forward_part & 15) + sixteenths;
    return f->forward_part >> 4;
}

// If a store in flight has bytes of the load, the cycle at which they can be used.
static inline bool forward(struct fast *f, const struct plan *p, u64 pc, u64 addr, cycle access,
                           cycle *use)
{
    u64 first = addr >> 3, last = (addr + p->size - 1) >> 3;
    const struct granule *hit = NULL;
    bool several = false;
    for (u64 g = first; g <= last; g++) {
        const struct granule *w = granule_of(f, g);
        if (w->number != g + 1 || w->written <= access)
            continue;
        several |= hit && hit->line != w->line;
        if (!hit || w->data > hit->data)
            hit = w;
    }
    if (__builtin_expect(!hit, 1))
        return false;
    u64 *known = &f->pair[pc >> 2 & (f->pairs - 1)];
    u32 latency = *known == pc ? f->forward_known : f->forward_unknown;
    cycle from = hit->data;
    f->s.forwarded++;
    f->s.forward_known += *known == pc;
    if (*known != pc && access < hit->data) {
        f->s.violations++;
        from += f->p->memdep_violation;
    }
    *known = pc;
    if (first >> 3 != last >> 3)
        latency += f->forward_cross;
    cycle t = from + (several ? f->p->forward_fail : whole(f, latency));
    *use = t > access + f->p->load_to_use ? t : access + f->p->load_to_use;
    return true;
}

// Whether the address of a load is predicted, so that it need not wait for it. The
// predictor wants many loads of one stride, a page that stays, a line in the L1D.
static inline bool knows_address(struct fast *f, u64 pc, u64 addr)
{
    struct steady *s = &f->steady[pc >> 2 & (f->steadies - 1)];
    i64 stride = (i64)(addr - s->addr);
    bool same_page = (addr ^ s->addr) >> f->page_shift == 0;
    if (s->pc != pc || stride != s->stride) {
        bool small =
            s->pc == pc && stride <= (i64)f->p->lap_stride && -stride <= (i64)f->p->lap_stride;
        *s = (struct steady){ pc, addr, small ? (i32)stride : 0, 0 };
        return false;
    }
    s->addr = addr;
    if (s->seen < f->p->lap_train) {
        s->seen++;
        return false;
    }
    return same_page && hierarchy_l1d_contains(f->memory, addr);
}

// The cycle at which the value of a load that accesses at `access` can be used.
static inline cycle load(struct fast *f, const struct plan *p, u64 pc, u64 addr, cycle access,
                         cycle *use_as_address)
{
    u64 extra = p->latency + f->p->load_to_use - 4;   // tables count on 4
    cycle start = access + tlb_data(f->tlb, addr, access), use;
    f->s.loads++;
    if (forward(f, p, pc, addr, access, &use)) {
        use += extra - f->p->load_to_use;
        *use_as_address = use;
        return use;
    }
    cycle ready = hierarchy_load(f->memory, pc, addr, p->size, start).ready;
    use = ready + extra - f->p->load_to_address;
    *use_as_address = extra == f->p->load_to_use ? ready : use;
    return use;
}

static inline void store(struct fast *f, const struct plan *p, u64 addr, cycle data, cycle written)
{
    u64 first = addr >> 3, last = (addr + p->size - 1) >> 3;
    f->s.stores++;
    for (u64 g = first; g <= last; g++)
        *granule_of(f, g) = (struct granule){ g + 1, data, written, g >> 3 };
}

// When a store that retires at `t` is in the L1D: in order, so many a cycle.
static inline cycle write_back(struct fast *f, const struct plan *p, u64 pc, u64 addr, cycle t)
{
    cycle *slot = &f->written[f->written_turn];
    f->written_turn ^= 1;
    cycle earliest = *slot + 1, last = f->written[f->written_turn];
    t = t > earliest ? t : earliest;
    cycle ready = hierarchy_store(f->memory, pc, addr, p->size, t).ready;
    ready = ready > t ? ready : t;
    *slot = ready > last ? ready : last;
    return *slot;
}

#endif
