// window.h: the reorder buffer in groups, what is held until retirement, the slots of
// rename.
#ifndef CORE_FAST_WINDOW_H
#define CORE_FAST_WINDOW_H

#include "core/fast/units.h"

// Waits until the oldest group has retired; `stall` counts the cycles.
static void release_oldest(struct fast *f, u64 *stall)
{
    struct group *g = &f->group[f->oldest++ & f->group_mask];
    if (g->free > f->now) {
        *stall += g->free - f->now;
        advance(f, g->free, (u8)g->late);
    }
    f->room += g->holds;
}

// Gives back what has retired; why the oldest of the others waits, or `otherwise`.
static enum cause oldest_waits(struct fast *f, enum cause otherwise)
{
    while (f->next_group - f->oldest > 1) {   // the last is not complete
        const struct group *g = &f->group[f->oldest & f->group_mask];
        if (g->free > f->now)
            return (u8)g->late == STACK_dependences ? otherwise : (u8)g->late;
        f->room += g->holds;
        f->oldest++;
    }
    return otherwise;
}

static __attribute__((noinline)) void make_room(struct fast *f, u64 holds)
{
    u64 lack;
    while ((lack = ~(f->room - holds) & HOLD_GUARD)) {
        u32 which = (u32)__builtin_ctzll(lack) / HOLD_BITS;
        release_oldest(f, which == HOLD_BRANCHES ? &f->s.stall_branches
                          : which == HOLD_WRITES ? &f->s.stall_writes
                                                 : &f->s.stall_registers);
    }
}

static inline void open_new_group(struct fast *f)
{
    u32 number = f->next_group++;
    f->rate_free = f->group[(number - f->rate) & f->group_mask].free;
    f->open = &f->group[number & f->group_mask];
    *f->open = (struct group){ .late = STACK_window };
    f->s.groups++;
}

// Takes a place in a group, and what the instruction holds until it retires. Both bytes
// of group_left are compared at once: a borrow shows in their top bits.
static inline void hold(struct fast *f, const struct plan *p)
{
    u32 rest = (f->group_left | 0x8080) - p->group_need;
    bool fresh = (rest & 0x8080) != 0x8080 || p->flags & PLAN_GROUP_START;
    if (fresh && f->next_group - f->oldest >= f->group_limit)
        release_oldest(f, &f->s.stall_rob);
    u64 room = f->room - p->holds;
    if (__builtin_expect((room & HOLD_GUARD) != HOLD_GUARD, 0)) {
        make_room(f, p->holds);
        fresh |= f->oldest == f->next_group;   // the open one may have been released
        room = f->room - p->holds;
    }
    f->room = room;
    if (fresh) {
        open_new_group(f);
        rest = p->group_need > f->group_whole ? 0 : f->group_whole - p->group_need;
    } else {
        rest ^= 0x8080;
    }
    f->open->holds += p->holds;
    f->group_left = p->flags & PLAN_GROUP_END ? 0 : rest;
}

// Takes the slots of the instruction, which may spill into the next cycles.
static inline void take_slots(struct fast *f, u32 uops)
{
    f->slots += uops;
    f->used += uops;
    if (__builtin_expect(uops != 1, 0))
        f->stack[STACK_cracked] += uops - (uops > 0);
    while (__builtin_expect(f->used > f->width, 0)) {
        u32 rest = f->used - f->width;
        f->used = f->width;
        advance(f, f->now + 1, STACK_window);   // nothing is lost
        f->used = rest;
    }
}

// -- Retire --

// In order, so many groups a cycle; a group goes with its last member.
static inline cycle retire(struct fast *f, cycle complete, enum cause cause)
{
    struct group *g = f->open;
    cycle t = f->retired;
    if (complete > t) {
        u64 late = (complete - t) << 8 | cause;
        g->late = late > g->late ? late : g->late;
        t = complete;
    }
    t = t > f->rate_free ? t : f->rate_free;
    g->free = t + 1;
    f->retired = t;
    return t;
}

#endif
