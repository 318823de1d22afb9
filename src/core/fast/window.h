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

static inline u64 lacking(const struct fast *f, u64 holds)
{
    return ~((f->room | HOLD_GUARD) - holds) & HOLD_GUARD;
}

static void make_room(struct fast *f, u64 holds)
{
    u64 lack;
    while ((lack = lacking(f, holds))) {
        u32 which = (u32)__builtin_ctzll(lack) / HOLD_BITS;
        release_oldest(f, which == HOLD_BRANCHES ? &f->s.stall_branches
                          : which == HOLD_WRITES ? &f->s.stall_writes
                                                 : &f->s.stall_registers);
    }
}

// Whether the instruction does not go into the open group. Both bytes of group_left
// are compared at once: a borrow shows in their top bits.
static inline bool starts_group(const struct fast *f, const struct plan *p)
{
    u32 rest = (f->group_left | 0x8080) - p->group_need;
    return p->flags & PLAN_GROUP_START || (rest & 0x8080) != 0x8080;
}

// Takes a place in a group, and what the instruction holds until it retires.
static inline void hold(struct fast *f, const struct plan *p)
{
    bool fresh = starts_group(f, p);
    if (fresh && f->next_group - f->oldest >= f->group_limit)
        release_oldest(f, &f->s.stall_rob);
    if (__builtin_expect(lacking(f, p->holds) != 0, 0))
        make_room(f, p->holds);
    u32 left = f->group_left;
    if (fresh || f->oldest == f->next_group) {   // the open one may have been released
        f->group[f->next_group++ & f->group_mask] = (struct group){ .late = STACK_window };
        f->s.groups++;
        left = f->group_whole;
    }
    f->group[(f->next_group - 1) & f->group_mask].holds += p->holds;
    f->room -= p->holds;
    f->group_left = p->flags & PLAN_GROUP_END || p->group_need > left ? 0 : left - p->group_need;
}

// Takes the slots of the instruction, which may spill into the next cycles.
static inline void take_slots(struct fast *f, u32 uops)
{
    f->stack[STACK_base] += uops > 0;
    f->stack[STACK_cracked] += uops - (uops > 0);
    f->used += uops;
    while (f->used > f->width) {
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
    u32 number = f->next_group - 1;
    struct group *g = &f->group[number & f->group_mask];
    cycle rate = f->group[(number - f->rate) & f->group_mask].free;
    cycle t = complete > f->retired ? complete : f->retired;
    t = t > rate ? t : rate;
    if (complete > f->retired) {
        u64 late = (complete - f->retired) << 8 | cause;
        g->late = late > g->late ? late : g->late;
    }
    g->free = t + 1;
    f->retired = t;
    return t;
}

#endif
