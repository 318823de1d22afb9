// issue.h: waiting for sources, taking units.
#ifndef CORE_FAST_ISSUE_H
#define CORE_FAST_ISSUE_H

#include "core/fast/window.h"

static inline cycle source(const struct fast *f, const struct plan *p, u32 k, cycle t)
{
    i64 c = (i64)f->ready[p->src[k]] - p->late[k];
    return c > (i64)t ? (cycle)c : t;
}

static inline cycle later(cycle a, cycle b)
{
    return a > b ? a : b;
}

// The first cycle in which up to three sources let the first issue go. Those past
// src_count are always ready.
static inline cycle three_sources(const struct fast *f, const struct plan *p)
{
    cycle t = f->now + 1;
    if (__builtin_expect(p->flags & PLAN_LATE, 0)) {
        t = source(f, p, 0, t);
        t = source(f, p, 1, t);
        return source(f, p, 2, t);
    }
    t = later(t, f->ready[p->src[0]]);
    t = later(t, f->ready[p->src[1]]);
    return later(t, f->ready[p->src[2]]);
}

// The same for any number of them.
static inline cycle sources(const struct fast *f, const struct plan *p)
{
    cycle t = three_sources(f, p);
    for (u32 k = 3; k < p->src_count; k++)
        t = source(f, p, k, t);
    return t;
}

// The same for the address of a store; `*data`: for what it writes.
static inline cycle store_sources(const struct fast *f, const struct plan *p, cycle *data)
{
    cycle t = f->now + 1, d = t;
    for (u32 k = 0; k < p->src_count; k++)
        if (p->data >> k & 1)
            d = source(f, p, k, d);
        else
            t = source(f, p, k, t);
    *data = d;
    return t;
}

// Whether a register that the store writes is still to come from a unit, and not from a load.
static inline bool is_made(const struct fast *f, const struct plan *p)
{
    bool made = false;
    for (u32 k = 0; k < p->src_count; k++) {
        cycle t = f->ready[p->src[k]];
        made |= p->data >> k & 1 && t > f->now && t != f->loaded[p->src[k]];
    }
    return made;
}

// When the registers that a store writes are there, each for itself where a load can tell.
static inline void set_parts(const struct fast *f, const struct plan *p, cycle access,
                             struct issued *issued)
{
    u32 part = 0;
    issued->parts = (u8)plan_parts(p);
    for (u32 k = 0; issued->parts && k < p->src_count; k++)
        if (p->data >> k & 1)
            issued->part[part++] = source(f, p, k, access);
}

static u32 wait_for_unit(struct fast *f, const struct plan *p, u32 units)
{
    u32 u;
    do {
        wait_a_cycle(f, p);
    } while ((u = bind(f, units)) == UNITS_MAX);
    return u;
}

// One of the units of loads and stores, which share a scheduler. A store keeps its entry until
// its data is there, at `data`.
static inline cycle take_memory_unit(struct fast *f, const struct plan *p,
                                     const struct plan_issue *is, cycle t, cycle data)
{
    while (__builtin_expect(lane_count(&f->waiting, f->memory_lane) >= f->memory_limit, 0))
        wait_a_cycle(f, p);
    cycle c = take_any(f, is->units, t > f->now ? t : f->now + 1, is->busy);
    wait_in(f, f->memory_lane, later(c, data));
    return c;
}

// `more`: cycles its unit takes no other beyond the issue's own.
static cycle take_unit(struct fast *f, const struct plan *p, const struct plan_issue *is, cycle t,
                       u32 more)
{
    if (!(is->units & f->bound))
        return take_memory_unit(f, p, is, t, 0);
    u32 units = queue_of(f, is->units);
    u32 u = bind(f, units);
    if (u == UNITS_MAX)
        u = wait_for_unit(f, p, units);
    cycle c = free_cycle(f, u, t > f->now ? t : f->now + 1);
    reserve(f, u, c, is->busy + more);
    wait_in(f, u, c);
    return c;
}

// All issues but that of the base: the first at or after `t`. Returns the cycle from
// which latency counts; `*access` is the cycle of the memory issue.
static inline cycle issue_all(struct fast *f, const struct plan *p, cycle t, u32 more,
                              cycle *access)
{
    cycle from = t;
    for (u32 k = 0; k < p->issue_count; k++) {
        const struct plan_issue *is = &p->issue[k];
        if (k == p->base_issue)
            continue;
        for (u32 n = 0; n < is->count; n++) {
            cycle c = take_unit(f, p, is, from + is->delay, more);
            if (c - is->delay > from)
                from = c - is->delay;
            if (k == p->memory_issue)
                *access = c;
        }
    }
    return from;
}

// The access of a store, which its address lets go; `*data`: when its registers are there, then
// when the other issues have put together what it writes.
static inline cycle issue_store(struct fast *f, const struct plan *p, cycle t, cycle *data)
{
    cycle access = t, last = *data;
    for (u32 k = 0; k < p->issue_count; k++) {
        if (k == p->base_issue)
            continue;
        for (u32 n = 0; n < p->issue[k].count; n++) {
            bool last_access = n + 1 == p->issue[k].count;   // the store keeps one entry
            if (k == p->memory_issue)
                access = take_memory_unit(f, p, &p->issue[k], t, last_access ? *data : 0);
            else
                last = later(last, take_unit(f, p, &p->issue[k], *data, 0));
        }
    }
    *data = last + p->data_latency;
    return access;
}

#endif
