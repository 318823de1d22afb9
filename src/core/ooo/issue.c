// issue.c: dispatch queues, schedulers, units.
//
// Dispatch moves ops from their queue to a scheduler, one a cycle each (as many as there
// are units for that of loads and stores), to that with most room of those that may have them;
// from then on an op is bound to that unit. A scheduler issues its oldest op whose
// sources are there.
#include "core/ooo/stages.h"

static struct inst *owner(const struct ooo *o, const struct uop *u)
{
    return inst_of(o, u->seq);
}

// -- Ready lists and the wheel --

static void ready_insert(struct ooo *o, u16 op)
{
    struct uop *u = &o->op[op];
    struct ready *r = &o->lane[u->lane].ready;
    u64 key = u->seq << 16 | op;
    if (r->end == r->room) {
        u32 n = r->end - r->begin;
        for (u32 k = 0; k < n; k++)
            r->key[k] = r->key[r->begin + k];
        r->begin = 0;
        r->end = n;
    }
    u32 at = r->end++;
    for (; at > r->begin && r->key[at - 1] > key; at--)
        r->key[at] = r->key[at - 1];
    r->key[at] = key;
    u->state = UOP_READY;
    o->lanes_ready |= 1u << u->lane;
    if (u->lane != o->units.memory_lane)
        return;
    const struct inst *i = owner(o, u);
    if (i->plan->kind >= PLAN_STORE && u->issue == i->plan->memory_issue)
        ooo_address_known(o, i);
}

static void set_time(struct ooo *o, u16 op)
{
    struct uop *u = &o->op[op];
    if (u->ready <= o->now)
        u->ready = o->now + 1;
    u->state = UOP_TIMED;
    if (u->ready - o->now < WHEEL) {
        u32 slot = u->ready % WHEEL;
        u->next = o->wheel[slot];
        o->wheel[slot] = op;
        o->wheel_set[slot / 64] |= 1ull << slot % 64;
    } else {
        u->next = o->later;
        o->later = op;
        if (u->ready < o->later_first)
            o->later_first = u->ready;
    }
}

// The data of a store is there: it needs no entry of the scheduler any more.
static void data_there(struct ooo *o, u16 op)
{
    owner(o, &o->op[op])->data_op = NONE;
    ooo_leave_lane(o, &o->op[op]);
    ooo_free_op(o, op);
}

static void now_ready(struct ooo *o, u16 op)
{
    if (o->op[op].issue == UOP_DATA)
        data_there(o, op);
    else
        ready_insert(o, op);
}

// Brings ops from beyond the wheel into it.
static void sort_later(struct ooo *o)
{
    u16 op = o->later;
    o->later = NONE;
    o->later_first = UNKNOWN;
    while (op != NONE) {
        u16 next = o->op[op].next;
        if (o->op[op].ready <= o->now)
            now_ready(o, op);
        else
            set_time(o, op);
        op = next;
    }
}

static void turn_wheel(struct ooo *o)
{
    u32 slot = o->now % WHEEL;
    if (__builtin_expect(o->later_first < o->now + WHEEL / 4, 0))
        sort_later(o);
    if (!(o->wheel_set[slot / 64] >> slot % 64 & 1))
        return;
    o->wheel_set[slot / 64] &= ~(1ull << slot % 64);
    u16 op = o->wheel[slot];
    o->wheel[slot] = NONE;
    while (op != NONE) {
        u16 next = o->op[op].next;
        now_ready(o, op);
        op = next;
    }
    o->acted = true;
}

cycle ooo_next_wake(const struct ooo *o)
{
    for (u32 k = 0; k <= WHEEL / 64; k++) {
        u32 from = (u32)(o->now + 1) % WHEEL, word = (from / 64 + k) % (WHEEL / 64);
        u64 set = o->wheel_set[word];
        if (k == 0)
            set &= ~0ull << from % 64;
        if (k == WHEEL / 64)
            set &= ~(~0ull << from % 64);
        if (set) {
            u32 slot = word * 64 + (u32)__builtin_ctzll(set);
            return o->now + 1 + (slot - from) % WHEEL;
        }
    }
    return o->later_first;
}

// -- Sources --

void ooo_known(struct ooo *o, u16 op)
{
    struct uop *u = &o->op[op];
    if (u->issue == UOP_DATA) {
        struct inst *i = owner(o, u);
        cycle t = later_of(u->ready, o->now);
        if (t > o->now)
            set_time(o, op);
        else
            data_there(o, op);
        ooo_store_data(o, i, t);
    } else if (u->state == UOP_WAITING) {
        set_time(o, op);
    }
}

static void source_known(struct ooo *o, u16 op, u32 k, cycle t)
{
    struct uop *u = &o->op[op];
    u->source[k] = NONE;
    u->ready = later_of(u->ready, t);
    if (u->issue == UOP_DATA)
        ooo_store_part(o, owner(o, u), k, t);
    if (!--u->wait)
        ooo_known(o, op);
}

void ooo_wake_at(struct ooo *o, u16 *list, cycle t)
{
    u16 link = *list;
    *list = NONE;
    while (link != NONE) {
        u16 next = o->link[link], op = link / OP_SOURCES;
        u32 k = link % OP_SOURCES;
        const struct uop *u = &o->op[op];
        u32 delay = k == LINK_FIRST ? owner(o, u)->plan->issue[u->issue].delay : 0;
        source_known(o, op, k, t + delay);
        link = next;
    }
}

void ooo_wake_results(struct ooo *o, struct inst *i, bool base)
{
    u16 *list = base ? &i->base_waiters : &i->waiters, link = *list;
    *list = NONE;
    while (link != NONE) {
        u16 next = o->link[link], op = link / OP_SOURCES;
        u32 k = link % OP_SOURCES;
        const struct plan *p = owner(o, &o->op[op])->plan;
        u32 late = ooo_late(p, o->op[op].issue, k);
        cycle t = ooo_value(o, o->op[op].source[k], p->src[k]);
        source_known(o, op, k, t > late ? t - late : 0);
        link = next;
    }
}

void ooo_part_done(struct ooo *o, struct inst *i, cycle t)
{
    i->done = later_of(i->done, t);
    if (i->pending && --i->pending)
        return;
    struct group *g = &o->group[i->group];
    g->pending--;
    g->done = later_of(g->done, i->done);
}

// -- Issue --

// How much longer the division takes than its plan says, and keeps the unit.
static __attribute__((noinline)) u32 divide(struct ooo *o, const struct inst *i, u32 unit)
{
    u32 more = division_more(o->p, i->plan, i->addr);
    if (!o->p->divide_pipelined)
        o->busy[unit] += more;
    return more;
}

// `more`: cycles that it takes beyond its plan's latency.
static inline void complete(struct ooo *o, struct inst *i, u32 more)
{
    cycle t = i->from + i->plan->latency + more;
    i->use = i->use_address = later_of(t, o->now + 1);
    ooo_wake_results(o, i, false);
    i->pending = 1;
    ooo_part_done(o, i, later_of(t, o->now + 1));
}

static void base_known(struct ooo *o, struct inst *i)
{
    i->base = o->now + 1;
    ooo_wake_results(o, i, true);
}

// The entry of a store whose address has gone is its data's until that is there.
static void leave_to_data(struct ooo *o, const struct inst *i, u32 lane)
{
    if (i->data_op != NONE)
        ooo_enter_lane(o, i->data_op, lane);
}

static void issue_op(struct ooo *o, u16 op, u32 unit)
{
    u64 seq = o->op[op].seq;
    u32 k = o->op[op].issue;
    struct inst *i = inst_of(o, seq);
    const struct plan *p = i->plan;
    const struct plan_issue *is = &p->issue[k];
    u32 lane = o->op[op].lane;
    ooo_leave_lane(o, &o->op[op]);
    ooo_free_op(o, op);
    o->busy[unit] = o->now + is->busy;
    o->acted = true;
    if (k == p->base_issue) {
        base_known(o, i);
        ooo_part_done(o, i, o->now + 1);
        return;
    }
    cycle from = o->now > is->delay ? o->now - is->delay : 0;
    i->from = later_of(i->from, from);
    if (i->first_waiters != NONE && !is->delay)
        ooo_wake_at(o, &i->first_waiters, o->now);
    if (p->kind >= PLAN_LOAD) {
        if (k == p->memory_issue && !--i->accesses) {
            if (p->base != PLAN_NONE && p->base_issue == ISSUES_MAX)
                base_known(o, i);   // by the access itself
            if (p->kind == PLAN_STORE)
                leave_to_data(o, i, lane);
            ooo_access(o, i);
        }
        ooo_part_done(o, i, o->now + 1);
        return;
    }
    u32 more = 0;
    if (__builtin_expect(p->kind == PLAN_DIVIDE, 0))
        more = divide(o, i, unit);
    if (i->pending > 1) {
        i->pending--;
        return;
    }
    complete(o, i, more);
    if (i->flags & INST_HEAD)
        ooo_resolve(o, inst_of(o, seq + 1), seq + 1);
    else if (p->branch)
        ooo_resolve(o, i, seq);
}

static inline void issue_noted(struct ooo *o, u16 op, u32 unit)
{
    if (__builtin_expect(o->times != NULL, 0))
        ooo_note(o, o->op[op].seq, STAGE_ISSUE);
    issue_op(o, op, unit);
}

static void issue_lane(struct ooo *o, u32 lane)
{
    struct ready *r = &o->lane[lane].ready;
    if (o->busy[lane] > o->now)
        return;
    u16 op = (u16)r->key[r->begin++];
    if (r->begin == r->end) {
        r->begin = r->end = 0;
        o->lanes_ready &= ~(1u << lane);
    }
    if (o->units.memory >> lane & 1)
        o->s.issued_mem++;
    else if (o->units.fp >> lane & 1)
        o->s.issued_fp++;
    else
        o->s.issued_int++;
    issue_noted(o, op, lane);
}

// Loads take the highest unit that is free, stores the lowest: only some can do both.
static void issue_memory(struct ooo *o)
{
    struct ready *r = &o->lane[o->units.memory_lane].ready;
    u32 loads = 0, stores = 0, kept = r->begin, at = r->begin;
    u32 free = 0;
    for (u32 left = o->units.memory; left; left &= left - 1)
        if (o->busy[__builtin_ctz(left)] <= o->now)
            free |= left & -left;
    for (; at < r->end && free && loads + stores < o->p->mem_width; at++) {
        u16 op = (u16)r->key[at];
        const struct uop *u = &o->op[op];
        const struct inst *i = owner(o, u);
        bool store = i->plan->kind == PLAN_STORE;
        bool access = i->plan->kind >= PLAN_LOAD && u->issue == i->plan->memory_issue;
        u32 units = u->units & free;
        if (!units || (store ? stores == o->p->store_width : loads == o->p->load_width) ||
            (access && !ooo_may_access(o, i))) {
            r->key[kept++] = r->key[at];
            continue;
        }
        u32 unit = (u32)(store ? __builtin_ctz(units) : 31 - __builtin_clz(units));
        free &= ~(1u << unit);
        loads += !store;
        stores += store;
        o->s.issued_mem++;
        issue_noted(o, op, unit);
    }
    for (; at < r->end; at++)
        r->key[kept++] = r->key[at];
    r->end = kept;
    if (r->begin == r->end) {
        r->begin = r->end = 0;
        o->lanes_ready &= ~(1u << o->units.memory_lane);
    }
}

void ooo_issue(struct ooo *o)
{
    turn_wheel(o);
    for (u32 left = o->lanes_ready; left; left &= left - 1) {
        u32 lane = (u32)__builtin_ctz(left);
        if (lane == o->units.memory_lane)
            issue_memory(o);
        else
            issue_lane(o, lane);
    }
    ooo_apply_squash(o);
}

// -- Dispatch --

static void place(struct ooo *o, u16 op, u32 lane)
{
    struct uop *u = &o->op[op];
    ooo_enter_lane(o, op, lane);
    u->state = UOP_WAITING;
    if (!u->wait)
        set_time(o, op);
}

// The scheduler of `units` with most room, the first of equals; LANES: none has any.
static u32 roomiest(const struct ooo *o, u32 units)
{
    u32 best = LANES, most = 0;
    for (u32 left = units; left; left &= left - 1) {
        u32 lane = (u32)__builtin_ctz(left);
        const struct lane *l = &o->lane[lane];
        if (l->limit - l->used > most) {
            most = l->limit - l->used;
            best = lane;
        }
    }
    return best;
}

static void dispatch_queue(struct ooo *o, struct queue *q, u32 units)
{
    u32 kept = 0, at = 0;
    for (; at < q->used && units; at++) {
        u16 op = q->op[at];
        u32 lane = roomiest(o, o->op[op].units & units);
        if (lane == LANES) {   // a younger one must not fill what an older one waits for
            units &= ~(u32)o->op[op].units;
            q->op[kept++] = op;
            continue;
        }
        units &= ~(1u << lane);
        place(o, op, lane);
    }
    if (at == kept)
        return;
    o->acted = true;
    for (; at < q->used; at++)
        q->op[kept++] = q->op[at];
    q->used = kept;
}

static void dispatch_memory(struct ooo *o)
{
    struct queue *q = &o->queue[2];
    struct lane *l = &o->lane[o->units.memory_lane];
    u32 n = 0, most = (u32)o->p->units_mem;
    while (n < q->used && n < most && l->used < l->limit)
        place(o, q->op[n++], o->units.memory_lane);
    if (!n)
        return;
    o->acted = true;
    for (u32 at = n; at < q->used; at++)
        q->op[at - n] = q->op[at];
    q->used -= n;
}

// For an observer: which instructions have an op in a scheduler since this cycle.
static __attribute__((cold)) void note_dispatched(struct ooo *o)
{
    for (u32 op = 0; op < o->ops; op++)
        if (o->op[op].state != UOP_FREE && o->op[op].lane < LANES)
            ooo_note(o, o->op[op].seq, STAGE_DISPATCH);
}

void ooo_dispatch(struct ooo *o)
{
    if (o->queue[0].used)
        dispatch_queue(o, &o->queue[0], o->units.integer[0]);
    if (o->queue[1].used)
        dispatch_queue(o, &o->queue[1], o->units.integer[1]);
    if (o->queue[2].used)
        dispatch_memory(o);
    if (o->queue[3].used)
        dispatch_queue(o, &o->queue[3], o->units.fp);
    if (__builtin_expect(o->times != NULL, 0))
        note_dispatched(o);
}
