// memory.h: loads and stores: forwarding, address prediction, write-back.
#ifndef CORE_FAST_MEMORY_H
#define CORE_FAST_MEMORY_H

#include "core/fast/state.h"

static inline struct granule *granule_of(struct fast *f, u64 number)
{
    return &f->granule[number % FORWARD];
}

static inline cycle *line_written(struct fast *f, u64 line)
{
    return &f->line_written[line % FORWARD_LINES];
}

static inline u64 *pair_slot(struct fast *f, u64 pc)
{
    return &f->known[(pc >> 2 ^ pc >> 11) % PAIR_SLOTS];
}

// Whether the load at `pc` is known to need a store; it is from now on. A full
// predictor gives up one at random, which lets time rise gradually, as it does.
static inline bool knows_pair(struct fast *f, u64 pc)
{
    u64 *slot = pair_slot(f, pc);
    if (*slot == pc)
        return true;
    u32 at = f->pair_count;
    if (at < f->pairs) {
        f->pair_count++;
    } else {
        f->draw = f->draw * 1664525 + 1013904223;
        at = (f->draw >> 16) % f->pairs;
        u64 *old = pair_slot(f, f->pair[at]);
        if (*old == f->pair[at])
            *old = 0;
    }
    f->pair[at] = pc;
    *slot = pc;
    return false;
}

// Whether bytes of the load come from a store to another line than `hit`, which brings
// the last ones, and are not in the L1D by then.
static bool two_lines(const struct fast *f, u64 first, u64 last, const struct granule *hit)
{
    for (u64 g = first; g <= last; g++) {
        const struct granule *w = &f->granule[g % FORWARD];
        if (w->number == g + 1 && w->from >> 6 != hit->from >> 6 && w->written > hit->data)
            return true;
    }
    return false;
}

// If a store in flight has bytes of the load, the cycle at which they can be used.
static inline __attribute__((always_inline)) bool
forward(struct fast *f, const struct plan *p, u64 pc, u64 addr, cycle access, cycle *use)
{
    u64 first = addr >> 2, last = (addr + p->size - 1) >> 2;
    const struct granule *hit = NULL;
    bool several = false;
    bool narrow = false;
    if (__builtin_expect(*line_written(f, first >> 4) <= access, 1) &&
        *line_written(f, last >> 4) <= access)
        return false;   // no store to the line is in flight
    for (u64 g = first; g <= last; g++) {
        const struct granule *w = granule_of(f, g);
        if (w->number != g + 1 || w->written <= access)
            continue;
        if ((u32)addr - w->from >= w->size && w->from - (u32)addr >= p->size)
            continue;   // it wrote other bytes of the granule
        narrow |= w->narrow;
        several |= hit && hit->from >> 6 != w->from >> 6;
        if (!hit || w->data > hit->data)
            hit = w;
    }
    if (__builtin_expect(!hit, 1))
        return false;
    if (several)
        several = two_lines(f, first, last, hit);
    bool known = knows_pair(f, pc);
    bool all = hit->from == (u32)addr && hit->size == p->size;   // that the store wrote
    u32 latency =
        known && all ? f->forward.known + (hit->made ? f->forward.made : 0) : f->forward.unknown;
    cycle from = hit->data;
    f->s.forwarded++;
    f->s.forward_known += known;
    if (!known && access + hit->early < hit->data) {   // before the store's address
        f->s.violations++;
        from += f->p->memdep_violation;
    }
    if (first >> 4 != last >> 4)
        latency += f->forward.cross;
    if (plan_is_pair(p))
        latency += f->forward.pair;
    if (p->wide)
        latency += f->forward.wide;
    cycle t;
    if (narrow && p->wide) {
        t = forwarding_narrow(&f->forward, from);
    } else if (hit->atomic) {
        t = from + f->p->load_to_use;
    } else if (several) {
        t = from + f->p->forward_fail;
    } else {
        t = from + forwarding_cycles(&f->forward, latency);
    }
    if (!p->wide || hit->atomic || several)
        t += p->latency - f->p->load_to_use;
    *use = t > access + p->latency ? t : access + p->latency;
    return true;
}

// Whether the address of a load is predicted, so that it need not wait for it. The
// predictor wants many loads of one stride, a page that stays, a line in the L1D.
// Without a use for it the L1D need not be asked.
static inline bool knows_address(struct fast *f, u64 pc, u64 addr, bool useful)
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
    return useful && same_page && hierarchy_l1d_contains(f->memory, addr);
}

// The cycle at which the value of a load that accesses at `access` can be used.
static inline __attribute__((always_inline)) cycle load(struct fast *f, const struct plan *p,
                                                        u64 pc, u64 addr, cycle access,
                                                        cycle *use_as_address)
{
    u64 extra = p->latency;
    u32 wait = tlb_data(f->tlb, addr, access);
    cycle start = access + wait, use;
    f->s.loads++;
    f->why = STACK_dtlb;
    if (__builtin_expect(wait, 0))
        account_event(&f->account, EVENT_dtlb, p);
    if (forward(f, p, pc, addr, access, &use)) {
        account_event(&f->account, EVENT_forwarded, p);
        f->why = STACK_forward;
        *use_as_address = use;
        return use;
    }
    struct access_result r = hierarchy_load(f->memory, pc, addr, p->size, start);
    cycle ready = r.ready;
    if (r.level != LEVEL_L1)
        account_event(&f->account, core_level_event[r.level], p);
    if (!wait || r.level >= LEVEL_SLC)
        f->why = core_level_cause[r.level];
    use = ready + extra - f->p->load_to_address;
    bool late = p->data_latency || (f->p->load_cross_word && plan_crosses_word(p, addr));
    *use_as_address = extra == f->p->load_to_use && !late ? ready : use;
    return use;
}

// The part of the store, from `addr` on, whose data is there at `data`.
static inline void store_part(struct fast *f, const struct plan *p, u64 whole, u64 addr, u32 size,
                              const struct issued *i, cycle data, cycle written)
{
    u64 first = addr >> 2, last = (addr + size - 1) >> 2;
    u32 most = (1u << 21) - 1, early = data - i->known < most ? (u32)(data - i->known) : most;
    for (u64 g = first; g <= last; g++) {
        struct granule *w = granule_of(f, g);
        bool part = g << 2 < addr || (g << 2) + 4 > addr + size;   // the rest stays as it was
        cycle both = part && w->number == g + 1 && w->data > data ? w->data : data;
        *w = (struct granule){ .number = g + 1,
                               .data = both,
                               .written = written,
                               .from = (u32)whole,
                               .early = early,
                               .atomic = p->kind == PLAN_ATOMIC,
                               .made = i->made,
                               .narrow = p->narrow,
                               .size = p->size };
    }
}

static inline void store(struct fast *f, const struct plan *p, u64 addr, const struct issued *i,
                         cycle written)
{
    u64 first = addr >> 6, last = (addr + p->size - 1) >> 6;
    f->s.stores++;
    for (u64 line = first; line <= last; line++)
        if (written > *line_written(f, line))
            *line_written(f, line) = written;
    if (__builtin_expect(i->parts < 2, 1)) {
        store_part(f, p, addr, addr, p->size, i, i->at, written);
        return;
    }
    u32 width = p->size / i->parts;
    for (u32 k = 0; k < i->parts; k++)
        store_part(f, p, addr, addr + k * width, width, i, i->part[k], written);
}

#endif
