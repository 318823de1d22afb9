// stages.h: what the stages of the detailed model offer one another, and how they handle micro-ops.
#ifndef CORE_OOO_STAGES_H
#define CORE_OOO_STAGES_H

#include "core/ooo/ooo.h"

static inline struct inst *inst_of(const struct ooo *o, u64 seq)
{
    return &o->inst[seq % WINDOW];
}

static inline cycle later_of(cycle a, cycle b)
{
    return a > b ? a : b;
}

static inline u16 ooo_new_op(struct ooo *o, u64 seq, u32 issue, u16 units)
{
    u16 op = o->free_op;
    debug_assert(op != NONE);
    struct uop *u = &o->op[op];
    o->free_op = u->next;
    o->free_ops--;
    o->op_used[op / 64] |= 1ull << op % 64;
    u->seq = seq;
    u->ready = 0;
    u->units = units;
    u->issue = (u8)issue;
    u->wait = 0;
    u->lane = LANES;
    for (u32 k = 0; k < OP_SOURCES; k++)
        u->source[k] = NONE;
    return op;
}

static inline void ooo_free_op(struct ooo *o, u16 op)
{
    struct uop *u = &o->op[op];
    u->state = UOP_FREE;
    u->next = o->free_op;
    o->free_op = op;
    o->free_ops++;
    o->op_used[op / 64] &= ~(1ull << op % 64);
}

// Enters the op in a list of those that wait for `source`.
static inline void ooo_wait_on(struct ooo *o, u16 op, u32 k, u16 *list, u16 source)
{
    u16 link = (u16)(op * OP_SOURCES + k);
    o->link[link] = *list;
    *list = link;
    o->op[op].source[k] = source;
    o->op[op].wait++;
}

// When register `reg` of the plan, mapped to `source`, can be used.
static inline cycle ooo_value(const struct ooo *o, u16 source, u8 reg)
{
    const struct inst *v = &o->inst[source >> SOURCE_BITS];
    if (source & SOURCE_BASE)
        return v->base;
    return reg >= PLAN_AS_ADDRESS && !(source & SOURCE_SECOND) ? v->use_address : v->use;
}

// How many cycles after this issue source k of the plan may come.
static inline u32 ooo_late(const struct plan *p, u32 issue, u32 k)
{
    if (issue == UOP_DATA)
        return p->late[k];
    if (issue == p->base_issue || p->late[k] < p->issue[issue].delay)
        return 0;
    return p->late[k] - p->issue[issue].delay;
}

static inline void ooo_enter_lane(struct ooo *o, u16 op, u32 lane)
{
    o->op[op].lane = (u8)lane;
    o->lane[lane].used++;
    o->in_lanes[o->units.queue_of[lane]]++;
}

// Gives back the op's scheduler entry, if it has one.
static inline void ooo_leave_lane(struct ooo *o, const struct uop *u)
{
    if (u->lane == LANES)
        return;
    o->lane[u->lane].used--;
    o->in_lanes[o->units.queue_of[u->lane]]--;
}

// fetch.c
void ooo_fetch(struct ooo *o);
bool ooo_can_fetch(const struct ooo *o);   // or will do nothing
void ooo_resolve(struct ooo *o, struct inst *i, u64 seq);   // the branch has issued

// rename.c
void ooo_rename(struct ooo *o);
void ooo_undo(struct ooo *o, u64 seq);   // the youngest renamed instruction
void ooo_release(struct ooo *o, const struct inst *i);   // what a retired one held

// issue.c
void ooo_issue(struct ooo *o);
void ooo_dispatch(struct ooo *o);
void ooo_wake_at(struct ooo *o, u16 *list, cycle t);
void ooo_wake_results(struct ooo *o, struct inst *i, bool base);
void ooo_known(struct ooo *o, u16 op);   // none of its sources is unknown any more
void ooo_part_done(struct ooo *o, struct inst *i, cycle t);
cycle ooo_next_wake(const struct ooo *o);

// squash.c
void ooo_want_squash(struct ooo *o, u64 seq, u64 in, cycle resume, enum cause cause,
                     const struct plan *blame);
void ooo_apply_squash(struct ooo *o);

// retire.c
void ooo_retire(struct ooo *o);
void ooo_account(struct ooo *o, cycle cycles);
// For an observer alone: the instruction has come to the stage; it retires or is thrown away.
enum stage { STAGE_FETCH, STAGE_RENAME, STAGE_DISPATCH, STAGE_ISSUE };
__attribute__((cold)) void ooo_note(struct ooo *o, u64 seq, enum stage stage);
__attribute__((cold)) void ooo_tell(struct ooo *o, u64 seq, bool squashed);
void ooo_check(const struct ooo *o);

#endif
