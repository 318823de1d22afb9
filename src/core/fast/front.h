// front.h: fetch, and what branches do to it.
#ifndef CORE_FAST_FRONT_H
#define CORE_FAST_FRONT_H

#include "core/fast/units.h"

// Begins the fetch group at `pc`: behind a taken branch, a full group or a page.
static void open_group(struct fast *f, u64 pc)
{
    u64 page = pc >> f->page_shift;
    cycle room = f->renamed[(f->instructions - f->queue) % FETCH_RING];
    if (f->fetch + f->depth < room)
        f->fetch = room - f->depth;
    u32 shift = f->cross_line ? f->page_shift : f->line_shift;
    u64 stop = ((pc >> shift) + 1) << shift;
    u64 full = pc + 4 * f->fetch_width;
    f->group_end = full < stop ? full : stop;
    f->passed = 0;
    if (page != f->page) {
        f->page = page;
        u32 wait = tlb_fetch(f->tlb, pc, f->fetch);
        f->fetch += wait;
        f->starved = wait ? STACK_itlb : f->starved;
    }
}

static void open_line(struct fast *f, u64 pc)
{
    f->line = pc >> f->line_shift;
    cycle ready = hierarchy_fetch(f->memory, pc, f->fetch).ready;
    if (ready > f->fetch) {
        f->fetch = ready;
        f->starved = STACK_icache;
    }
}

// Where a group or a line begins, or fetch lost a cycle to branches not taken.
static __attribute__((noinline)) void fetch_on(struct fast *f, const struct plan *p, u64 pc)
{
    if (pc >= f->group_end || f->jumped) {
        f->fetch += !f->jumped;
        f->starved = f->jumped ? f->starved : STACK_bandwidth;
        f->jumped = false;
        open_group(f, pc);
    }
    if (pc >> f->line_shift != f->line)
        open_line(f, pc);
    u64 line_end = (f->line + 1) << f->line_shift;
    f->start = pc;
    f->span = (f->group_end < line_end ? f->group_end : line_end) - pc;
    cycle front = f->fetch + f->depth;
    if (front > f->now) {
        // The branch or barrier before it made fetch wait, else the instruction itself.
        bool turned = f->redirect || f->starved == STACK_bubbles || f->starved == STACK_serialize;
        advance(f, front, f->redirect ? f->refill : f->starved, turned && f->last ? f->last : p);
    }
    if (f->redirect)
        f->neighbours = f->instructions;
    f->redirect = false;
}

static inline void fetch(struct fast *f, const struct plan *p, u64 pc)
{
    if (__builtin_expect(pc - f->start >= f->span, 0))
        fetch_on(f, p, pc);
}

// The next instruction is not behind this one.
static inline void jump(struct fast *f)
{
    f->jumped = true;
    f->span = 0;
}

// What the branch does to the fetch of the next instruction. `resolved`: its issue.
static inline void steer(struct fast *f, const struct plan *p, const struct record *r, u64 pc,
                         cycle resolved)
{
    bool taken = r->head & RECORD_TAKEN;
    enum branch_kind kind = p->branch - 1;
    struct bpred_result b = bpred_predict_and_update(f->branch, kind, pc, taken, r->addr);
    f->safe = resolved > f->safe ? resolved : f->safe;
    if (taken)
        account_event(&f->account, EVENT_taken, p);
    if (__builtin_expect(b.mispredicted, 0)) {
        account_event(&f->account, EVENT_mispredicted, p);
        // The penalty is from this issue to the issue of the next instruction,
        // which is a cycle behind its rename.
        cycle next = resolved + f->p->bp_penalty - 1;
        f->fetch = next > f->depth ? next - f->depth : 0;
        f->redirect = true;
        jump(f);
        f->refill = kind == BRANCH_CONDITIONAL ? STACK_conditional : STACK_target;
    } else if (taken || b.bubbles) {
        f->fetch += 1 + b.bubbles;
        f->s.taken_bubbles += b.bubbles;
        f->starved = b.bubbles ? STACK_bubbles : STACK_bandwidth;
        jump(f);
    } else if (++f->passed == f->p->fetch_not_taken) {
        f->fetch++;
        f->passed = 0;
        f->span = 0;
    }
}

#endif
