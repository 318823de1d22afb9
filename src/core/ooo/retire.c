// retire.c: groups leave in order; every slot and entry is accounted for.
#include "core/ooo/stages.h"

// Registers that still map to what has retired map to none.
static void forget_results(struct ooo *o, const struct plan *p)
{
    u64 next = o->head + 1, flight = o->tail - next;
    for (u32 k = 0; k < p->dst_count + 1u; k++) {
        u32 reg = k < p->dst_count ? p->dst[k] : p->base;
        u16 m = o->map[reg];
        if (m != NONE && ((m >> SOURCE_BITS) - next) % WINDOW >= flight)
            o->map[reg] = NONE;
    }
}

static void count_branch(struct ooo *o, const struct inst *i)
{
    struct ooo_stats *s = &o->s;
    bool wrong = i->flags & INST_MISPREDICTED;
    s->taken_branches += !!(i->flags & INST_TAKEN);
    switch (i->plan->branch - 1) {
    case BRANCH_CONDITIONAL:
        s->conditional_branches++;
        s->conditional_wrong += wrong;
        break;
    case BRANCH_RETURN:
        s->returns++;
        s->returns_wrong += wrong;
        break;
    case BRANCH_INDIRECT:
    case BRANCH_INDIRECT_CALL:
        s->indirect_branches++;
        s->indirect_wrong += wrong;
        break;
    default: s->direct_branches++;
    }
}

static void count_retired(struct ooo *o, const struct inst *i)
{
    account_retire(&o->account, i->plan);
    if (i->flags & INST_TAIL)
        account_fused(&o->account, i->plan);
    if (i->plan->branch && i->flags & INST_TAKEN)
        account_count(&o->account, EVENT_taken, i->plan);
    if (i->plan->branch && i->flags & INST_MISPREDICTED)
        account_count(&o->account, EVENT_mispredicted, i->plan);
}

static void retire_inst(struct ooo *o)
{
    struct inst *i = inst_of(o, o->head);
    const struct plan *p = i->plan;
    debug_assert(!(i->flags & INST_WRONG) && !i->pending && o->head < o->safe);
    forget_results(o, p);
    ooo_release(o, i);
    if (i->flags & INST_TAIL) {
        o->s.fused++;
    } else {
        o->s.uops += p->uops;
        o->s.eliminated += !!(i->flags & INST_RENAMED_AWAY);
        if (p->kind >= PLAN_LOAD && !(i->flags & INST_RENAMED_AWAY))
            ooo_retire_memory(o, i);
    }
    if (p->branch) {
        bpred_train(o->branch, &o->prediction[i->branch], i->flags & INST_TAKEN, i->addr);
        o->predictions_retired++;
        count_branch(o, i);
    }
    if (__builtin_expect(o->account.arena != NULL, 0))
        count_retired(o, i);
    if (p->flags & PLAN_SERIALIZE) {
        o->stopped = false;
        o->fetch_resume = o->now + o->p->bp_penalty;
        o->fetch_cause = STACK_serialize;
    }
    if (__builtin_expect(o->times != NULL, 0))
        ooo_tell(o, o->head, false);
    o->in_head = i->in + 1;
    o->instructions++;
    o->head++;
}

void ooo_note(struct ooo *o, u64 seq, enum stage stage)
{
    struct times *t = &o->times[seq % WINDOW];
    switch (stage) {
    case STAGE_FETCH: *t = (struct times){ .seq = o->sequence++, .fetch = o->now }; break;
    case STAGE_RENAME: t->rename = o->now; break;
    case STAGE_DISPATCH: t->dispatch = t->dispatch ? t->dispatch : o->now; break;
    case STAGE_ISSUE: t->issue = o->now; break;
    }
}

void ooo_tell(struct ooo *o, u64 seq, bool squashed)
{
    const struct observer *to = o->parts->observer;
    const struct inst *i = inst_of(o, seq);
    struct times t = o->times[seq % WINDOW];
    if (!to || !to->inst)
        return;
    t.done = seq < o->renamed && !i->pending ? i->done : 0;
    t.retire = o->now;
    t.cause = i->cause;
    t.squashed = squashed;
    t.wrong = i->flags & INST_WRONG;
    to->inst(to->ctx, i->pc, i->plan, &t);
}

void ooo_retire(struct ooo *o)
{
    u64 writes = 0;
    ooo_free_loads(o);
    for (u32 n = 0; n < o->p->rob_retire && o->group_head < o->group_tail; n++) {
        struct group *g = &o->group[o->group_head & o->group_mask];
        if (g->pending || g->done > o->now)
            return;
        if (writes && writes + g->writes > o->p->rob_writes_retire)
            return;
        writes += g->writes;
        for (u32 k = 0; k < g->count; k++)
            retire_inst(o);
        o->s.groups++;
        if (++o->group_head == o->group_tail)
            o->group_open = false;
        o->last_retired = o->now;
        o->acted = true;
    }
}

// -- Counters --

static u32 hold_of(const struct ooo *o, enum plan_hold which)
{
    return o->held >> HOLD_BITS * which & ((1 << HOLD_BITS) - 1);
}

static inline void count_used(const struct ooo *o, u32 used[STRUCTURE_COUNT])
{
    used[STRUCTURE_fetch_queue] = (u32)(o->tail - o->renamed);
    for (u32 q = 0; q < QUEUES; q++)
        used[STRUCTURE_dispatch_int1 + q] = o->queue[q].used;
    used[STRUCTURE_scheduler_int] = o->in_lanes[0] + o->in_lanes[1];
    used[STRUCTURE_scheduler_mem] = o->in_lanes[2];
    used[STRUCTURE_scheduler_fp] = o->in_lanes[3];
    used[STRUCTURE_rob] = (u32)(o->group_tail - o->group_head);
    used[STRUCTURE_writes] = hold_of(o, HOLD_WRITES);
    used[STRUCTURE_int_registers] = hold_of(o, HOLD_INT);
    used[STRUCTURE_fp_registers] = hold_of(o, HOLD_FP);
    used[STRUCTURE_flag_registers] = hold_of(o, HOLD_FLAGS);
    used[STRUCTURE_branches] = hold_of(o, HOLD_BRANCHES);
    used[STRUCTURE_loads] = o->ldq;
    used[STRUCTURE_stores] = o->stq;
}

void ooo_account(struct ooo *o, cycle cycles)
{
    account_lose(&o->account, o->lost_cause, o->lost_blame, o->lost * cycles);
    if (o->lost_structure < STRUCTURE_COUNT)
        o->full[o->lost_structure] += cycles;
    u32 used[STRUCTURE_COUNT];
    count_used(o, used);
#pragma GCC unroll 16
    for (u32 r = 0; r < STRUCTURE_COUNT; r++)
        o->occupancy[r][o->bin[r][used[r] & (STRUCTURE_MOST - 1)]] += cycles;
}

// -- Invariants --

static void check_counts(const struct ooo *o)
{
    u64 held = 0;
    u32 pending = 0, groups = 0;
    for (u64 s = o->head; s < o->renamed; s++) {
        const struct inst *i = inst_of(o, s);
        bool tail = i->flags & INST_TAIL;
        held += !tail ? i->plan->holds : i->plan->branch ? HOLD(HOLD_BRANCHES, 1) : 0;
        pending += i->pending != 0;
    }
    for (u64 g = o->group_head; g < o->group_tail; g++)
        groups += o->group[g & o->group_mask].pending;
    debug_assert(held == o->held && groups == pending);
    (void)held, (void)groups, (void)pending;
}

static void check_ops(const struct ooo *o)
{
    u32 lane[LANES] = { 0 }, behind[QUEUES] = { 0 }, free = 0, queued = 0;
    for (u32 k = 0; k < o->ops; k++) {
        const struct uop *u = &o->op[k];
        free += u->state == UOP_FREE;
        queued += u->state == UOP_QUEUED;
        if (u->state != UOP_FREE && u->lane < LANES)
            lane[u->lane]++;
        debug_assert(u->state == UOP_FREE || (u->seq >= o->head && u->seq < o->renamed));
    }
    debug_assert(free == o->free_ops);
    for (u32 k = 0; k < QUEUES; k++)
        queued -= o->queue[k].used;
    debug_assert(!queued);
    for (u32 k = 0; k < LANES; k++) {
        const struct ready *r = &o->lane[k].ready;
        debug_assert(lane[k] == o->lane[k].used && lane[k] <= o->lane[k].limit);
        behind[o->units.queue_of[k]] += lane[k];
        for (u32 n = r->begin; n < r->end; n++) {
            debug_assert(n == r->begin || r->key[n - 1] < r->key[n]);
            debug_assert(!o->op[(u16)r->key[n]].wait);
        }
    }
    for (u32 k = 0; k < QUEUES; k++)
        debug_assert(behind[k] == o->in_lanes[k]);
    (void)free, (void)queued, (void)behind;
}

void ooo_check(const struct ooo *o)
{
    u64 slots = 0, stack[STACK_COUNT];
    account_read(&o->account, stack);
    for (u32 k = 0; k < STACK_COUNT; k++)
        slots += stack[k];
    debug_assert(o->head <= o->renamed && o->renamed <= o->tail);
    debug_assert(o->tail <= o->head + WINDOW / 2);
    debug_assert(slots == o->width * o->now + o->debt);
    check_counts(o);
    check_ops(o);
    u32 loads = 0, stores = 0;
    for (u64 n = o->load_free; n < o->load_tail; n++)
        loads += o->loads[n & o->load_mask].issued;
    for (u64 n = o->store_head; n < o->store_tail; n++)
        stores += o->stores[n & o->store_mask].issued != UNKNOWN;
    debug_assert(loads == o->ldq && stores == o->stq);
    for (u32 r = 0; r < PLAN_NONE; r++)
        debug_assert(o->map[r] == NONE ||
                     ((o->map[r] >> SOURCE_BITS) - o->head) % WINDOW < o->renamed - o->head ||
                     !o->inst[o->map[r] >> SOURCE_BITS].pending);
    (void)slots, (void)loads, (void)stores;
}
