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
        advance(f, g->free, (u8)g->late, g->blame);
    }
    f->room += g->holds;
}

// The scheduler has no room for `p` in this cycle. What is to blame is what the oldest group
// waits for, when it has not retired, or the ports.
static void wait_a_cycle(struct fast *f, const struct plan *p)
{
    enum cause cause = STACK_ports;
    f->s.stall_scheduler++;
    while (f->next_group - f->oldest > 1) {   // the last is not complete
        const struct group *g = &f->group[f->oldest & f->group_mask];
        if (g->free > f->now) {
            cause = (u8)g->late;
            p = g->blame;
            break;
        }
        f->room += g->holds;
        f->oldest++;
    }
    advance(f, f->now + 1, cause, p);
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

static inline void open_new_group(struct fast *f, const struct plan *p)
{
    u32 number = f->next_group++;
    f->rate_free = f->group[(number - f->rate) & f->group_mask].free;
    f->open = &f->group[number & f->group_mask];
    *f->open = (struct group){ .late = STACK_window, .blame = p };
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
        open_new_group(f, p);
        rest = p->group_need > f->group_whole ? 0 : f->group_whole - p->group_need;
    } else {
        rest ^= 0x8080;
    }
    f->open->holds += p->holds;
    f->group_left = p->flags & PLAN_GROUP_END ? 0 : rest;
}

// Takes the slots of the instruction, which may spill into the next cycles.
static inline void take_slots(struct fast *f, const struct plan *p)
{
    account_take(&f->account, p, p->uops);
    f->used += p->uops;
    while (__builtin_expect(f->used > f->width, 0)) {
        u32 rest = f->used - f->width;
        f->used = f->width;
        advance(f, f->now + 1, STACK_window, p);   // nothing is lost
        f->used = rest;
    }
}

// -- Retire --

// In order, so many groups a cycle; a group goes with its last member.
static inline cycle retire(struct fast *f, const struct plan *p, cycle complete, enum cause cause)
{
    struct group *g = f->open;
    cycle t = f->retired;
    if (complete > t) {
        u64 late = (complete - t) << 8 | cause;
        g->blame = late > g->late ? p : g->blame;
        g->late = late > g->late ? late : g->late;
        t = complete;
    }
    t = t > f->rate_free ? t : f->rate_free;
    g->free = t + 1;
    f->retired = t;
    return t;
}

#endif
