// ooo.c: the life of the detailed model: records in, cycles run, counters out.
#include "core/ooo/stages.h"

#include <assert.h>
#include <string.h>

// -- Time --

// The next cycle in which a stage can do something, when none did in this one.
static cycle next_event(const struct ooo *o)
{
    cycle t = ooo_next_wake(o);
    if (o->group_head < o->group_tail) {
        const struct group *g = &o->group[o->group_head & o->group_mask];
        if (!g->pending && g->done < t)
            t = g->done;
    }
    if (!o->stopped && o->fetch_resume > o->now && o->fetch_resume < t)
        t = o->fetch_resume;
    if (o->renamed < o->tail) {
        cycle front = inst_of(o, o->renamed)->avail;
        if (front > o->now && front < t)
            t = front;
    }
    if (o->store_head < o->store_retired) {
        cycle w = o->stores[o->store_head & o->store_mask].written;
        t = w < t ? w : t;
    }
    for (u32 u = 0; o->lanes_ready && u < UNITS_MAX; u++)
        if (o->busy[u] > o->now && o->busy[u] < t)
            t = o->busy[u];
    return t > o->now ? t : o->now + 1;
}

static void end_interval(struct ooo *o)
{
    const struct observer *to = o->parts->observer;
    for (; o->now >= o->interval_end; o->interval_end += to->every)
        to->interval(to->ctx, o->interval_end);
}

static void step(struct ooo *o)
{
    o->acted = false;
    ooo_write_stores(o);
    ooo_retire(o);
    ooo_issue(o);
    ooo_dispatch(o);
    ooo_rename(o);
    ooo_apply_squash(o);
    ooo_fetch(o);
    cycle next = o->acted || o->debt ? o->now + 1 : next_event(o);
    assert(next < UNKNOWN);
    ooo_account(o, next - o->now);
    o->now = next;
    if (__builtin_expect(next >= o->interval_end, 0))
        end_interval(o);
#ifdef OOO_CHECK  // check each cycle
    ooo_check(o);
#endif
}

static void run(struct ooo *o)
{
    while (ooo_can_fetch(o))
        step(o);
}

// Until everything fed has retired.
static void run_dry(struct ooo *o)
{
    o->ended = true;
    while (o->in_next < o->in_tail || o->head < o->tail || o->debt)
        step(o);
    o->ended = false;
    ooo_check(o);
}

// -- Records --

// Whether anything in flight, on a wrong path or still to be fetched goes by the plan.
static bool in_use(const struct ooo *o, const struct plan *p)
{
    bool used = false;
    for (u64 n = o->in_head; n < o->in_tail; n++)
        used |= plan_home(o->input[n % INPUT].plan) == p;
    for (u64 s = o->head; s < o->tail; s++)
        used |= plan_home(inst_of(o, s)->plan) == p;
    return used;
}

// New code is known to a wrong path when it has been fetched once, and changed code is changed
// when it is come to: records of definitions may come any time before, as the executor pleases.
static void define(struct ooo *o, u64 pc, u32 word)
{
    struct plan *p =
        &plan_cache_page(&o->parts->plans, pc / (4 * PLAN_PAGE))->plan[pc / 4 % PLAN_PAGE];
    if (p->kind == PLAN_UNKNOWN) {
        parts_define(o->parts, pc, word)->fresh = true;
    } else if (word != p->word) {
        p->word = word;
        p->changed = true;
        plan_cache_changed(p);
    }
}

static void redefine(struct ooo *o, struct plan *p, u64 pc)
{
    p = plan_home(p);
    run(o);
    if (in_use(o, p))
        run_dry(o);
    account_end_run(&o->account);
    parts_define(o->parts, pc, p->word)->fresh = true;
    plan_cache_changed(p);
}

static void enter(struct ooo *o, u64 pc, const struct record *r)
{
    u64 number = pc / (4 * PLAN_PAGE) | o->parts->plans.path;
    if (__builtin_expect(!o->page || o->page->number != number, 0))
        o->page = plan_cache_page(&o->parts->plans, number);
    struct plan *p = &o->page->plan[pc / 4 % PLAN_PAGE];
    if (__builtin_expect(p->kind == PLAN_UNKNOWN, 0))
        plan_cache_copy(o->page, pc / 4 % PLAN_PAGE);
    assert(p->kind != PLAN_UNKNOWN);
    if (__builtin_expect(p->changed, 0))
        redefine(o, p, pc);
    o->input[o->in_tail++ % INPUT] = (struct input){ p, r->head, r->addr };
    if (p->flags & PLAN_SERIALIZE)
        o->in_stop = o->in_tail;
}

// What is no instruction says what it says before the next one is fetched, or not long before.
static void between(struct ooo *o, const struct record *r)
{
    run(o);
    parts_between(o->parts, r);
}

static void observe(void *m)
{
    struct ooo *o = m;
    const struct observer *to = o->parts->observer;
    o->times = to && to->inst ? ARENA_ARRAY(o->parts->plans.arena, WINDOW, struct times) : NULL;
    o->interval_end = to && to->interval ? o->now + to->every : ~0ull;
}

static void feed(void *m, const struct record *r, size_t n)
{
    struct ooo *o = m;
    for (const struct record *end = r + n; r < end; r++) {
        u64 pc = record_pc(r);
        if (__builtin_expect(r->head & RECORD_DEF, 0)) {
            if (record_is_other(r))
                between(o, r);
            else
                define(o, pc, (u32)r->addr);
            continue;
        }
        if (__builtin_expect(o->in_tail - o->in_head == INPUT, 0))
            run(o);
        enter(o, pc, r);
    }
    run(o);
}

// An estimate for what is in flight: known times, and a cycle each 8 for the rest.
static cycle now(const void *m)
{
    const struct ooo *o = m;
    if (o->head == o->tail && o->in_next == o->in_tail)
        return o->last_retired;
    cycle t = o->now;
    for (u64 s = o->head; s < o->renamed; s++) {
        const struct inst *i = inst_of(o, s);
        if (i->done > t && !i->pending)
            t = i->done;
    }
    u64 rest = o->in_tail - o->in_next + (o->wrong ? 0 : o->tail - o->renamed);
    t += rest / o->width;
    if (t > *o->reported)
        *o->reported = t;
    return *o->reported;
}

static void drain(void *m)
{
    struct ooo *o = m;
    run_dry(o);
    o->line = o->fetch_page = ~0ull;   // what comes next is fetched anew
    o->last_retired = o->now;
}

// -- Making --

static u32 power_of_two(u64 n)
{
    u32 p = 1;
    while (p < n)
        p *= 2;
    return p;
}

static void make_lane(struct ooo *o, struct arena *a, u32 lane, u64 entries)
{
    struct lane *l = &o->lane[lane];
    l->limit = (u32)entries;
    l->ready.room = (u32)entries * 4 + 8;
    l->ready.key = ARENA_ARRAY(a, l->ready.room, u64);
    o->ops += (u32)entries;
}

static void make_queue(struct ooo *o, struct arena *a, u32 queue, u64 entries)
{
    enum { MORE = 64 };   // an instruction of many issues may go beyond
    o->queue[queue] = (struct queue){ ARENA_ARRAY(a, entries + MORE, u16), 0, (u32)entries };
    o->ops += (u32)entries + MORE;
}

static void make_schedulers(struct ooo *o, struct arena *a)
{
    for (u32 lane = 0; lane < LANES; lane++)
        if (o->units.entries[lane])
            make_lane(o, a, lane, o->units.entries[lane]);
    for (u32 q = 0; q < QUEUES; q++)
        make_queue(o, a, q, o->units.queue[q]);
}

static void make_ops(struct ooo *o, struct arena *a)
{
    o->ops += (u32)o->p->rob_groups;   // data of stores
    o->op = ARENA_ARRAY(a, o->ops, struct uop);
    o->link = ARENA_ARRAY(a, (size_t)o->ops * OP_SOURCES, u16);
    o->op_used = ARENA_ARRAY(a, o->ops / 64 + 1, u64);
    o->free_op = NONE;
    for (u32 k = o->ops; k-- > 0;)
        ooo_free_op(o, (u16)k);
    memset(o->wheel, 0xff, sizeof(o->wheel));
    o->later = NONE;
    o->later_first = UNKNOWN;
}

// Of any number of entries taken below STRUCTURE_MOST, which may be beyond those there are.
static u8 *make_bins(struct arena *a, u64 entries)
{
    u8 *bin = ARENA_ARRAY(a, STRUCTURE_MOST, u8);
    u64 scale = (CORE_BINS << 16) / entries;   // rounded down
    for (u32 used = 1; used < STRUCTURE_MOST; used++) {
        u64 k = (used - 1) * scale >> 16;
        bin[used] = (u8)(k < CORE_BINS ? k : CORE_BINS - 1);
    }
    return bin;
}

static void make_structures(struct ooo *o, struct arena *a)
{
    const struct core_params *p = o->p;
    u32 behind[QUEUES] = { 0 };
    for (u32 l = 0; l < LANES; l++)
        behind[o->units.queue_of[l]] += o->lane[l].limit;
    const u64 entries[STRUCTURE_COUNT] = {
        [STRUCTURE_fetch_queue] = o->fetch_room,
        [STRUCTURE_dispatch_int1] = p->dispatch_int,
        [STRUCTURE_dispatch_int2] = p->dispatch_int,
        [STRUCTURE_dispatch_mem] = p->dispatch_mem,
        [STRUCTURE_dispatch_fp] = p->dispatch_fp,
        [STRUCTURE_scheduler_int] = behind[0] + behind[1],
        [STRUCTURE_scheduler_mem] = p->sched_mem,
        [STRUCTURE_scheduler_fp] = behind[3],
        [STRUCTURE_rob] = p->rob_groups,
        [STRUCTURE_writes] = p->rob_writes,
        [STRUCTURE_int_registers] = p->prf_int,
        [STRUCTURE_fp_registers] = p->prf_fp,
        [STRUCTURE_flag_registers] = p->prf_flags,
        [STRUCTURE_branches] = p->branches_in_flight,
        [STRUCTURE_loads] = p->ldq,
        [STRUCTURE_stores] = p->stq,
    };
    for (u32 r = 0; r < STRUCTURE_COUNT; r++) {
        o->entries[r] = (u32)entries[r];
        o->bin[r] = make_bins(a, entries[r]);
    }
    o->hold_limit = o->parts->holds;
}

static void make_rings(struct ooo *o, struct arena *a)
{
    const struct core_params *p = o->p;
    o->input = ARENA_ARRAY(a, INPUT, struct input);
    o->inst = ARENA_ARRAY(a, WINDOW, struct inst);
    o->group_mask = power_of_two(p->rob_groups + 2) - 1;
    o->group = ARENA_ARRAY(a, o->group_mask + 1, struct group);
    o->prediction_mask = power_of_two(2 * (p->branches_in_flight + o->fetch_room)) - 1;
    o->prediction = ARENA_ARRAY(a, o->prediction_mask + 1, struct bpred_prediction);
    o->load_mask = power_of_two(p->rob_groups + 2) - 1;
    o->loads = ARENA_ARRAY(a, o->load_mask + 1, struct load);
    o->store_mask = power_of_two(p->rob_groups + p->stq + 2) - 1;
    o->stores = ARENA_ARRAY(a, o->store_mask + 1, struct store);
    memset(o->map, 0xff, sizeof(o->map));
}

static void take_parts(struct ooo *o, struct core_parts *parts)
{
    o->parts = parts;
    o->p = parts->p;
    o->memory = parts->memory;
    o->tlb = parts->tlb;
    o->branch = parts->branch;
    o->waits = parts->waits;
    o->forwards = parts->forwards;
    o->lap = parts->lap;
    o->units = parts->units;
    o->forward = parts->forward;
}

static void *create(struct arena *a, struct core_parts *parts, struct err *e)
{
    _Static_assert(WINDOW / 4 == 2048, "core.def: most of rob.groups and stores.queue");
    const struct core_params *p = parts->p;
    struct ooo *o = ARENA_NEW(a, struct ooo);
    take_parts(o, parts);
    o->width = (u32)p->rename_width;
    o->depth = (u32)p->fetch_depth;
    o->fetch_width = (u32)p->fetch_width;
    o->not_taken = (u32)p->fetch_not_taken;
    o->fetch_room = (u32)p->fetch_queue + o->width * o->depth;
    o->line_shift = (u32)__builtin_ctzll(p->fetch_line);
    o->page_shift = (u32)__builtin_ctzll(p->page_size);
    o->line = o->fetch_page = o->wrong_from = ~0ull;
    o->fetch_cause = STACK_serialize;
    o->reported = ARENA_NEW(a, cycle);
    o->account.common = 1;
    observe(o);
    make_schedulers(o, a);
    make_structures(o, a);
    make_rings(o, a);
    make_ops(o, a);
    return o;
}

// -- Counters --

static const struct stat_row stat_rows[] = {
#define STAT(field, unit, doc) { #field, unit, doc, offsetof(struct ooo_stats, field) },
#include "core/ooo/ooo_stats.def"
#undef STAT
    { 0 },
};

static void stats(const void *m, struct core_stats *s)
{
    const struct ooo *o = m;
    *s = (struct core_stats){ .instructions = o->instructions,
                              .cycles = o->now,
                              .width = o->width,
                              .loads = o->s.loads,
                              .stores = o->s.stores,
                              .wrong_uops = o->s.renamed_wrong,
                              .structures = true,
                              .model = { { "core.detailed", stat_rows, &o->s } } };
    for (u32 r = 0; r < STRUCTURE_COUNT; r++) {
        s->structure[r].entries = o->entries[r];
        s->structure[r].full = o->full[r];
        memcpy(s->structure[r].bin, o->occupancy[r], sizeof(s->structure[r].bin));
    }
}

static struct account *account(void *m)
{
    return &((struct ooo *)m)->account;
}

const struct core_model core_detailed = { "detailed", create, feed,    now,
                                          drain,      stats,  account, observe };
