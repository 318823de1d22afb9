// rename.c: takes instructions in order, finds their sources, makes their micro-ops.
//
// All integer micro-ops of a cycle go to the dispatch queue whose schedulers and queue
// held less when the cycle began, by turns when they held the same; fast/fast.c says what
// speaks for the rule.
#include "core/ooo/stages.h"

#include <string.h>

enum { OPS_MAX = 64 };

// The queue each issue of an instruction goes to.
struct way {
    u8 queue[OPS_MAX], issue[OPS_MAX];
    u32 count;
    u8 need[QUEUES];   // when count is not 1
};

static u32 held(const struct ooo *o, u32 queue)
{
    return o->queue[queue].used + o->in_lanes[queue];
}

static u32 queue_of(const struct ooo *o, u16 units)
{
    if (units & o->units.memory)
        return 2;
    if (units & o->units.fp)
        return 3;
    return units & o->units.integer[o->emptier] ? o->emptier : o->emptier ^ 1;
}

static u16 units_of(const struct ooo *o, const struct inst *i, u32 k)
{
    u16 units = i->plan->issue[k].units;
    u16 narrow = units & o->units.can.branch;
    return i->flags & INST_HEAD && (i + 1)->plan->branch && narrow ? narrow : units;
}

static void find_way(const struct ooo *o, const struct inst *i, struct way *w)
{
    const struct plan *p = i->plan;
    if (__builtin_expect(p->issue_count == 1 && p->issue[0].count == 1, 1)) {
        w->count = 1;
        w->queue[0] = (u8)queue_of(o, units_of(o, i, 0));
        w->issue[0] = 0;
        return;
    }
    memset(w->need, 0, sizeof(w->need));
    w->count = 0;
    for (u32 k = 0; k < p->issue_count; k++)
        for (u32 n = 0; n < p->issue[k].count && w->count < OPS_MAX; n++) {
            u32 q = queue_of(o, units_of(o, i, k));
            w->queue[w->count] = (u8)q;
            w->issue[w->count++] = (u8)k;
            w->need[q]++;
        }
}

// What the instruction holds until it retires; a fused one has the entries of its head.
static u64 holds_of(const struct inst *i)
{
    if (i->flags & INST_TAIL)
        return i->plan->branch ? HOLD(HOLD_BRANCHES, 1) : 0;
    return i->plan->holds;
}

static u32 hold_count(u64 holds, enum plan_hold which)
{
    return holds >> HOLD_BITS * which & ((1 << HOLD_BITS) - 1);
}

static inline bool starts_group(const struct ooo *o, const struct plan *p)
{
    const struct group *g = &o->group[(o->group_tail - 1) & o->group_mask];
    return !o->group_open || p->flags & PLAN_GROUP_START ||
           g->uops + p->uops > o->p->rob_group_size ||
           g->issues + p->issue_count > o->p->rob_group_issues;
}

static u32 lacking_hold(u64 left)
{
    static const u8 structures[HOLDS] = { STRUCTURE_int_registers, STRUCTURE_fp_registers,
                                          STRUCTURE_flag_registers, STRUCTURE_writes,
                                          STRUCTURE_branches };
    u32 k = 0;
    while (left & HOLD(k, 2048))
        k++;
    return structures[k];
}

// What has no room for the instruction, or STRUCTURE_COUNT.
static inline u32 lacking(const struct ooo *o, const struct plan *p, const struct way *w,
                          bool starts)
{
    if (starts && o->group_tail - o->group_head >= o->entries[STRUCTURE_rob])
        return STRUCTURE_rob;
    u64 left = (o->hold_limit | HOLD_GUARD) - o->held - p->holds;
    if ((left & HOLD_GUARD) != HOLD_GUARD)
        return lacking_hold(left);
    if (w->count == 1) {
        const struct queue *q = &o->queue[w->queue[0]];
        if (q->used >= q->limit && q->used)
            return STRUCTURE_dispatch_int1 + w->queue[0];
    }
    for (u32 q = 0; w->count > 1 && q < QUEUES; q++)
        if (w->need[q] && o->queue[q].used + w->need[q] > o->queue[q].limit && o->queue[q].used)
            return STRUCTURE_dispatch_int1 + q;
    if (o->free_ops < w->count + 1)
        return STRUCTURE_dispatch_mem;
    return STRUCTURE_COUNT;
}

static inline void join_group(struct ooo *o, struct inst *i, u64 seq, bool starts)
{
    const struct plan *p = i->plan;
    if (starts) {
        o->group[o->group_tail++ & o->group_mask] = (struct group){ .first = seq };
        o->group_open = true;
    }
    i->group = (u16)((o->group_tail - 1) & o->group_mask);
    struct group *g = &o->group[i->group];
    g->count++;
    g->uops += p->uops;
    g->issues += p->issue_count;
    g->writes += hold_count(p->holds, HOLD_WRITES);
    if (p->flags & PLAN_GROUP_END)
        o->group_open = false;
}

void ooo_release(struct ooo *o, const struct inst *i)
{
    o->held -= holds_of(i);
}

static inline __attribute__((always_inline)) void map_results(struct ooo *o, struct inst *i, u16 to,
                                                              u16 base)
{
    const struct plan *p = i->plan;
    for (u32 k = 0; k < p->dst_count; k++) {
        i->undo[k] = o->map[p->dst[k]];
        o->map[p->dst[k]] = to;
    }
    if (p->kind == PLAN_LOAD && p->dst_count == 2 && to != NONE && p->dst[0] != p->dst[1])
        o->map[p->dst[0]] |= SOURCE_SECOND;   // the second of a pair stands first in the plan
    if (p->base != PLAN_NONE) {
        i->undo[PLAN_RESULTS] = o->map[p->base];
        o->map[p->base] = base;
    }
}

static u16 reference(u64 seq)
{
    return (u16)((seq % WINDOW) << SOURCE_BITS);
}

// Makes the op wait for a register, if it is not known yet; it is the op's link k.
static inline void need_register(struct ooo *o, u16 op, const struct plan *p, u8 reg, u32 k)
{
    u16 source = o->map[reg >= PLAN_AS_ADDRESS ? reg - PLAN_AS_ADDRESS : reg];
    if (source == NONE)
        return;
    cycle t = ooo_value(o, source, reg);
    if (t == UNKNOWN) {
        struct inst *v = &o->inst[source >> SOURCE_BITS];
        ooo_wait_on(o, op, k, source & SOURCE_BASE ? &v->base_waiters : &v->waiters, source);
    } else if (t > o->now) {   // else it is there whatever it may be late
        struct uop *u = &o->op[op];
        u32 late = p->flags & PLAN_LATE ? ooo_late(p, u->issue, k) : 0;
        if (t > u->ready + late)
            u->ready = t - late;
    }
}

static void need_source(struct ooo *o, u16 op, const struct plan *p, u32 k)
{
    need_register(o, op, p, p->src[k], k);
}

// What the tail of a fused pair reads beside the head's result.
static void need_tail(struct ooo *o, u16 op, const struct plan *p, const struct plan *tail)
{
    u32 link = p->src_count;
    for (u32 k = 0; k < tail->src_count && link < LINK_STORE; k++)
        if (tail->src[k] != p->dst[0])
            need_register(o, op, p, tail->src[k], link++);
}

static inline void need_sources(struct ooo *o, u16 op, const struct plan *p, u32 which)
{
    for (u32 left = which & ((1u << p->src_count) - 1); left; left &= left - 1)
        need_source(o, op, p, (u32)__builtin_ctz(left));
}

// The sources that issue k waits for: those that may come no later than it does, but too
// late for any other issue; all others are waited for by the issues without delay.
static u32 sources_of(const struct plan *p, u32 issue)
{
    u32 which = 0;
    if (p->kind == PLAN_STORE)
        return issue == p->memory_issue ? ~(u32)p->data : p->data;
    if (!(p->flags & PLAN_LATE) && !p->issue[issue].delay)
        return ~0u;
    for (u32 k = 0; k < p->src_count; k++) {
        u32 delay = 0;
        for (u32 j = 0; p->late[k] && j < p->issue_count; j++)
            if (j != p->base_issue && p->issue[j].delay <= p->late[k] && p->issue[j].delay > delay)
                delay = p->issue[j].delay;
        which |= (u32)(delay == p->issue[issue].delay) << k;
    }
    return which;
}

// One issue of the instruction. `first`: the op that issues with delay 0 others wait for.
static u16 make_op(struct ooo *o, struct inst *i, u64 seq, u32 k, u16 *first)
{
    const struct plan *p = i->plan;
    u16 op = ooo_new_op(o, seq, k, units_of(o, i, k));
    if (k == p->base_issue) {
        for (u32 s = 0; s < p->src_count; s++)
            if (p->src[s] % PLAN_REGS == p->base) {
                need_source(o, op, p, s);
                break;
            }
        return op;
    }
    if (*first == NONE)
        *first = op;
    else if (p->issue[k].delay)
        ooo_wait_on(o, op, LINK_FIRST, &i->first_waiters, reference(seq));
    if (!(i->flags & INST_ADDRESS))
        need_sources(o, op, p,
                     p->issue_count == 1 && p->kind != PLAN_STORE ? ~0u : sources_of(p, k));
    else if (o->op[op].ready < o->address_next)
        o->op[op].ready = o->address_next++;   // one a cycle
    if (i->flags & INST_HEAD && p->fuse_head & FUSE_EOR)
        need_tail(o, op, p, (i + 1)->plan);
    if (p->kind >= PLAN_LOAD && k == p->memory_issue) {
        i->accesses++;
        ooo_wait_for_store(o, i, op);
    }
    return op;
}

// Whether a register that the store writes is still to come from a unit, and not from a load.
static bool is_made(const struct ooo *o, const struct plan *p)
{
    for (u32 k = 0; k < p->src_count; k++) {
        u16 source = o->map[p->src[k] % PLAN_REGS];
        if (!(p->data >> k & 1) || source == NONE || ooo_value(o, source, p->src[k]) <= o->now)
            continue;
        if (source & SOURCE_BASE || o->inst[source >> SOURCE_BITS].plan->kind < PLAN_LOAD)
            return true;
    }
    return false;
}

// When the registers that a store writes are there, each for itself where a load can tell.
static void set_parts(struct ooo *o, const struct inst *i, struct store *s)
{
    const struct plan *p = i->plan;
    u32 part = 0;
    s->parts = (u8)plan_parts(p);
    for (u32 left = s->parts ? p->data : 0; left; left &= left - 1) {
        u8 reg = p->src[__builtin_ctz(left)];
        u16 source = o->map[reg];
        s->part[part++] = source == NONE ? 0 : ooo_value(o, source, reg);
    }
}

static void make_ops(struct ooo *o, struct inst *i, u64 seq, const struct way *w)
{
    const struct plan *p = i->plan;
    u16 first = NONE;
    i->pending = (u8)(w->count + (p->kind >= PLAN_LOAD));
    for (u32 n = 0; n < w->count; n++) {
        u16 op = make_op(o, i, seq, w->issue[n], &first);
        struct queue *q = &o->queue[w->queue[n]];
        q->op[q->used++] = op;
        o->op[op].state = UOP_QUEUED;
    }
    if (p->kind == PLAN_STORE) {
        u16 op = i->data_op = ooo_new_op(o, seq, UOP_DATA, 0);
        need_sources(o, op, p, p->data);
        o->op[op].state = UOP_WAITING;
        struct store *s = &o->stores[i->store & o->store_mask];
        s->made = is_made(o, p);
        set_parts(o, i, s);
        if (!o->op[op].wait)
            ooo_known(o, op);
    }
}

// An instruction that is done with its renaming: its result is its source, or a constant.
static void rename_away(struct ooo *o, struct inst *i)
{
    const struct plan *p = i->plan;
    u16 to = NONE;
    if (p->src_count)
        to = o->map[p->src[0] % PLAN_REGS];
    i->flags |= INST_RENAMED_AWAY;
    i->done = o->now + 1;
    struct group *g = &o->group[i->group];
    g->done = later_of(g->done, i->done);
    map_results(o, i, to, to);
}

static void start_inst(struct inst *i)
{
    i->use = i->use_address = i->base = UNKNOWN;
    i->from = i->done = 0;
    i->waiters = i->base_waiters = i->first_waiters = NONE;
    i->pending = i->accesses = 0;
    i->level = STACK_COUNT;
}

static void rename_tail(struct ooo *o, struct inst *head, u64 seq)
{
    struct inst *i = inst_of(o, seq);
    start_inst(i);
    if (__builtin_expect(o->times != NULL, 0))
        ooo_note(o, seq, STAGE_RENAME);
    i->flags |= INST_TAIL;
    i->load = head->load;
    i->store = head->store;
    i->group = head->group;
    o->group[i->group].count++;
    if (i->plan->flags & PLAN_GROUP_END)
        o->group_open = false;
    o->held += holds_of(i);
    bool away = head->flags & INST_RENAMED_AWAY;   // movz with movk: the head's result is known
    map_results(o, i, away ? o->map[head->plan->dst[0]] : reference(seq - 1), NONE);
    o->renamed++;
}

static bool fuses(const struct ooo *o, const struct inst *i)
{
    if (i->plan->fuse_head == FUSE_NONE || o->renamed + 1 == o->tail)
        return false;
    if (i->plan->fuse_head & FUSE_AES && o->p->fuse_aes_in_group &&
        !((o->renamed + 1 - o->neighbours) % o->p->rename_width))
        return false;   // the next is the first of other neighbours
    const struct inst *next = inst_of(o, o->renamed + 1);
    return next == i + 1 && next->avail <= o->now && next->pc == i->pc + 4 &&
           plan_fuses(i->plan, next->plan);
}

static enum cause branch_cause(const struct inst *i)
{
    return i->plan->branch == 1 + BRANCH_CONDITIONAL ? STACK_conditional : STACK_target;
}

static void pass_branch(struct ooo *o, const struct inst *i, u64 seq)
{
    if (i->flags & INST_MISPREDICTED) {
        o->wrong_from = seq + 1;
        o->refill_cause = (u8)branch_cause(i);
        o->refill_blame = i->plan;
    }
}

static void count_slots(struct ooo *o, const struct inst *i)
{
    u32 uops = i->plan->uops;
    if (i->flags & INST_WRONG) {
        account_lose(&o->account, o->refill_cause, o->refill_blame, uops);
        o->s.renamed_wrong += uops;
    } else {
        account_take(&o->account, i->plan, uops);
    }
}

static void rename_one(struct ooo *o, struct inst *i, const struct way *w, bool away, bool starts)
{
    u64 seq = o->renamed++;
    const struct plan *p = i->plan;
    start_inst(i);
    if (__builtin_expect(o->times != NULL, 0))
        ooo_note(o, seq, STAGE_RENAME);
    i->load = o->load_tail;
    i->store = o->store_tail;
    join_group(o, i, seq, starts);
    o->held += p->holds;
    count_slots(o, i);
    if (away) {
        rename_away(o, i);
    } else {
        o->group[i->group].pending++;
        if (p->kind >= PLAN_LOAD) {
            ooo_enter_memory(o, i, seq);
            if (p->kind == PLAN_LOAD && ooo_knows_address(o, i))
                i->flags |= INST_ADDRESS;
        }
        make_ops(o, i, seq, w);
        map_results(o, i, reference(seq), reference(seq) | SOURCE_BASE);
        if (!i->pending)
            ooo_part_done(o, i, o->now);
    }
    if (i->flags & INST_HEAD)
        rename_tail(o, i, seq + 1);
    struct inst *last = i->flags & INST_HEAD ? inst_of(o, seq + 1) : i;
    if (last->plan->branch) {
        pass_branch(o, last, o->renamed - 1);
        if (away)
            ooo_resolve(o, last, o->renamed - 1);
    }
    o->refilling = false;
}

void ooo_undo(struct ooo *o, u64 seq)
{
    struct inst *i = inst_of(o, seq);
    const struct plan *p = i->plan;
    struct group *g = &o->group[i->group];
    for (u32 k = p->base != PLAN_NONE ? PLAN_RESULTS + 1 : p->dst_count; k-- > 0;) {
        if (k < PLAN_RESULTS && k >= p->dst_count)
            continue;
        u16 was = i->undo[k];
        u64 at = ((was >> SOURCE_BITS) - o->head) % WINDOW;
        o->map[k == PLAN_RESULTS ? p->base : p->dst[k]] =
            was != NONE && o->head + at < seq ? was : NONE;
    }
    g->count--;
    o->held -= holds_of(i);
    if (i->flags & INST_TAIL) {
        inst_of(o, seq - 1)->flags &= (u8)~INST_HEAD;
    } else {
        g->uops -= p->uops;
        g->issues -= p->issue_count;
        g->writes -= hold_count(p->holds, HOLD_WRITES);
        g->pending -= i->pending != 0;
        if (p->kind >= PLAN_LOAD && !(i->flags & INST_RENAMED_AWAY))
            ooo_leave_memory(o, i);
    }
    if (g->first == seq)
        o->group_tail--;
}

// -- Slots --

static const struct plan *last_renamed(const struct ooo *o)
{
    return inst_of(o, o->renamed - 1)->plan;
}

// The first instruction that is not done is what the back end waits for.
static enum cause back_end_cause(struct ooo *o)
{
    o->lost_blame = inst_of(o, o->head)->plan;
    for (u64 s = o->head; s < o->renamed; s++) {
        const struct inst *i = inst_of(o, s);
        if (!i->pending && i->done <= o->now)
            continue;
        o->lost_blame = i->plan;
        if (i->level != STACK_COUNT)
            return i->level;
        if (i->plan->kind == PLAN_STORE && o->stq >= o->entries[STRUCTURE_stores])
            return STACK_stores;
        if (i->plan->kind >= PLAN_LOAD)
            return STACK_l1d;
        return i->from || !i->pending ? STACK_dependences : STACK_ports;
    }
    return STACK_window;
}

// The branch or barrier behind which fetch waits, else the instruction that is not here yet.
static enum cause front_end_cause(struct ooo *o)
{
    bool here = o->renamed < o->tail, known = here || o->in_next < o->in_tail;
    const struct plan *next =
        here ? inst_of(o, o->renamed)->plan : o->input[o->in_next % INPUT].plan;
    enum cause cause = here ? inst_of(o, o->renamed)->cause : o->fetch_cause;
    bool turned = cause == STACK_bubbles || cause == STACK_serialize || (!here && o->stopped);
    o->lost_blame = o->renamed && (turned || !known) ? last_renamed(o) : known ? next : NULL;
    return cause;
}

static void lose(struct ooo *o, u32 lost, u32 full)
{
    bool back = full != STRUCTURE_COUNT;
    o->lost = lost;
    o->lost_structure = (u8)full;
    if (!lost)
        return;
    o->lost_blame = o->refill_blame;
    if (o->wrong_from <= o->renamed || o->refilling)
        o->lost_cause = o->refill_cause;
    else
        o->lost_cause = (u8)(back ? back_end_cause(o) : front_end_cause(o));
}

void ooo_rename(struct ooo *o)
{
    u32 used = o->debt < o->width ? o->debt : o->width, immediates = 0, full = STRUCTURE_COUNT;
    o->debt -= used;
    u32 first = held(o, 0), second = held(o, 1);
    o->emptier = !o->units.integer[1] ? 0 : first == second ? o->turn++ & 1 : second < first;
    while (used < o->width && o->renamed < o->tail) {
        struct inst *i = inst_of(o, o->renamed);
        const struct plan *p = i->plan;
        struct way w;
        if (i->avail > o->now)
            break;
        if (fuses(o, i))
            i->flags |= INST_HEAD;
        bool constant = p->flags & PLAN_IMMEDIATE && immediates < o->p->rename_immediates;
        bool away = !p->issue_count || constant;
        w.count = 0;
        if (!away)
            find_way(o, i, &w);
        bool starts = starts_group(o, p);
        if ((full = lacking(o, p, &w, starts)) != STRUCTURE_COUNT) {
            i->flags &= (u8)~INST_HEAD;
            break;
        }
        immediates += constant;
        rename_one(o, i, &w, away, starts);
        used += p->uops;
        o->acted = true;
        if (o->squash.wanted)
            break;
    }
    if (used > o->width) {
        o->debt += used - o->width;
        used = o->width;
    }
    o->acted |= used > 0;
    lose(o, o->width - used, full);
}
