// squash.c: throws away the youngest instructions, behind a mispredicted branch or from
// a load that read too early on.
#include "core/ooo/stages.h"

void ooo_want_squash(struct ooo *o, u64 seq, u64 in, cycle resume, enum cause cause,
                     const struct plan *blame)
{
    if (o->squash.wanted && o->squash.seq <= seq)
        return;
    o->squash = (struct squash){ seq, in, resume, (u8)cause, true, blame, 0, 0 };
}

// -- Ops --

static void unlink(u16 *links, u16 *list, u16 link)
{
    while (*list != NONE && *list != link)
        list = &links[*list];
    debug_assert(*list == link);
    if (*list == link)
        *list = links[link];
}

// From the lists of those that stay; the others' begin anew when their place is taken.
static void unlink_sources(struct ooo *o, u16 op, u64 seq)
{
    struct uop *u = &o->op[op];
    for (u32 k = 0, left = u->wait; left && k < LINK_FIRST; k++) {
        u16 source = u->source[k], link = (u16)(op * OP_SOURCES + k);
        if (source == NONE)
            continue;
        left--;
        u32 place = source >> SOURCE_BITS;
        if (k != LINK_STORE && o->head + (place - o->head) % WINDOW >= seq)
            continue;
        struct inst *v = &o->inst[k == LINK_STORE ? 0 : place];
        unlink(o->link,
               k == LINK_STORE        ? &o->stores[source].waiters
               : source & SOURCE_BASE ? &v->base_waiters
                                      : &v->waiters,
               link);
    }
}

static void unlink_timed(struct ooo *o, u16 op)
{
    struct uop *u = &o->op[op];
    u32 slot = u->ready % WHEEL;
    u16 *lists[] = { &o->wheel[slot], &o->later };
    for (u32 k = 0; k < COUNT(lists); k++)
        for (u16 *at = lists[k]; *at != NONE; at = &o->op[*at].next)
            if (*at == op) {
                *at = u->next;
                if (o->wheel[slot] == NONE)
                    o->wheel_set[slot / 64] &= ~(1ull << slot % 64);
                return;
            }
    debug_assert(!"an op with a time is on the wheel or behind it");
}

static void drop_op(struct ooo *o, u16 op, u64 seq)
{
    struct uop *u = &o->op[op];
    if (u->wait)
        unlink_sources(o, op, seq);
    if (u->state == UOP_TIMED)
        unlink_timed(o, op);
    ooo_leave_lane(o, u);
    ooo_free_op(o, op);
}

static void drop_ops(struct ooo *o, u64 seq)
{
    for (u32 w = 0; w < (o->ops + 63) / 64; w++)
        for (u64 left = o->op_used[w]; left; left &= left - 1) {
            u16 op = (u16)(w * 64 + (u32)__builtin_ctzll(left));
            if (o->op[op].seq >= seq)
                drop_op(o, op, seq);
        }
    for (u32 left = o->lanes_ready; left; left &= left - 1) {
        u32 lane = (u32)__builtin_ctz(left);
        struct ready *r = &o->lane[lane].ready;
        while (r->end > r->begin && r->key[r->end - 1] >> 16 >= seq)
            r->end--;
        if (r->end == r->begin)
            o->lanes_ready &= ~(1u << lane);
    }
}

static void drop_queues(struct ooo *o, u64 seq)
{
    for (u32 q = 0; q < QUEUES; q++) {
        struct queue *d = &o->queue[q];
        while (d->used && o->op[d->op[d->used - 1]].seq >= seq)
            d->used--;
    }
}

// -- Instructions --

// What was thought to retire was speculation after all. A wrong path took nothing: its slots
// are lost already.
static void move_slots(struct ooo *o, const struct inst *i, const struct squash *q)
{
    if (!(i->flags & (INST_WRONG | INST_TAIL)))
        account_move(&o->account, i->plan, i->plan->uops, q->cause, q->blame);
}

// Predictor and path: behind the branch, or before the first branch thrown away.
static void restore_path(struct ooo *o, u64 seq)
{
    struct inst *last = seq > o->head ? inst_of(o, seq - 1) : NULL;
    if (last && last->flags & INST_MISPREDICTED) {
        o->predictions -= (o->predictions - last->branch - 1) & o->prediction_mask;
        bpred_recover(o->branch, &o->prediction[last->branch], last->flags & INST_TAKEN,
                      last->addr);
        return;
    }
    u64 s = seq;
    while (s < o->tail && !(inst_of(o, s)->flags & INST_PREDICTED))
        s++;
    if (s == o->tail)
        return;
    const struct inst *first = inst_of(o, s);
    o->predictions -= ((o->predictions - first->branch - 1) & o->prediction_mask) + 1;
    bpred_rewind(o->branch, &o->prediction[first->branch]);
}

void ooo_apply_squash(struct ooo *o)
{
    if (!o->squash.wanted)
        return;
    struct squash q = o->squash;
    o->squash.wanted = false;
    o->acted = true;
    o->s.squashes++;
    if (q.load)
        memdep_violation(o->waits, q.load, q.store);
    restore_path(o, q.seq);
    // Queues first: ops that are freed keep their number until used again.
    drop_queues(o, q.seq);
    drop_ops(o, q.seq);
    for (u64 s = o->tail; o->times && s-- > q.seq;)
        ooo_tell(o, s, true);
    while (o->renamed > q.seq) {
        struct inst *i = inst_of(o, --o->renamed);
        ooo_undo(o, o->renamed);
        if (o->lap && i->plan->kind == PLAN_LOAD && !(i->flags & INST_WRONG))
            lap_squash(o->lap, i->pc);
        move_slots(o, i, &q);
        o->s.replayed += !(i->flags & INST_WRONG);
    }
    memdep_squash(o->waits, o->store_tail);
    o->group_open = false;
    o->tail = o->neighbours = q.seq;
    o->in_next = q.in;
    o->fetch_resume = q.resume;
    o->line = o->fetch_page = ~0ull;
    o->fetch_cause = STACK_bandwidth;
    o->wrong = o->stopped = false;
    o->wrong_from = ~0ull;
    o->refilling = true;
    o->refill_cause = q.cause;
    o->refill_blame = q.blame;
}
