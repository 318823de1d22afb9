#include "core/parts.h"

#include <assert.h>

#include "stream/lines.h"
#include "uarch/words.h"

_Static_assert((int)WORDS_LINES == (int)LINES_PLACES, "what is told once is remembered as long");

// -- Making --

// How many integer units share a dispatch queue, at most.
static u32 share_of(const struct core_params *p)
{
    return (u32)((p->units_int + p->dispatch_int_queues - 1) / p->dispatch_int_queues);
}

static void set_schedulers(struct core_units *u, const struct core_params *p)
{
    const u64 own[] = { p->sched_u1, p->sched_u2, p->sched_u3, p->sched_u4,
                        p->sched_u5, p->sched_u6, p->sched_u7, p->sched_u8 };
    u32 ints = (u32)p->units_int, fps = ints + (u32)p->units_mem, end = fps + (u32)p->units_fp;
    assert(end <= UNITS_MAX && ints <= COUNT(own));
    for (u32 k = 0; k < ints; k++) {
        bool second = k >= share_of(p);
        u->entries[k] = (u32)own[k];
        u->queue_of[k] = second ? QUEUE_INT2 : QUEUE_INT1;
        u->integer[second] |= (u16)(1u << k);
    }
    u->memory_lane = ints;
    u->memory = (u16)((1u << fps) - (1u << ints));
    u->entries[ints] = (u32)p->sched_mem;
    u->queue_of[ints] = QUEUE_MEM;
    u->fp = (u16)((1u << end) - (1u << fps));
    for (u32 k = fps; k < end; k++) {
        u->entries[k] = (u32)p->sched_fp;
        u->queue_of[k] = QUEUE_FP;
    }
}

static void set_units(struct core_parts *parts)
{
    const struct core_params *p = parts->p;
    struct core_units *u = &parts->units;
    u->can = instr_units(parts->table);
    set_schedulers(u, p);
    u->queue[QUEUE_INT1] = u->queue[QUEUE_INT2] = (u32)p->dispatch_int;
    u->queue[QUEUE_MEM] = (u32)p->dispatch_mem;
    u->queue[QUEUE_FP] = (u32)p->dispatch_fp;
}

static u64 holds_of(const struct core_params *p)
{
    _Static_assert(HOLD_MAX == 2047, "the ranges in core.def are those of plan.h");
    const u64 most[HOLDS] = { p->prf_int, p->prf_fp, p->prf_flags, p->rob_writes,
                              p->branches_in_flight };
    u64 holds = 0;
    for (u32 k = 0; k < HOLDS; k++)
        holds += HOLD(k, most[k]);
    return holds;
}

static u32 sixteenths(double cycles)
{
    return (u32)(cycles * 16 + 0.5);
}

bool parts_new(struct core_parts *parts, struct arena *a, const struct config *c, struct err *e)
{
    const struct core_params *p = &c->core;
    struct uarch_params u;
    *parts = (struct core_parts){ .p = p };
    uarch_params_of(p, &u);
    if (!(parts->table = instr_table_new(a, c, e)))
        return false;
    plan_cache_init(&parts->plans, a);
    parts->memory = hierarchy_new(a, &u.memory, NULL);
    parts->tlb = tlb_new(a, &u.tlb, p->l2tlb_through_l2 ? hierarchy_walk : NULL, parts->memory);
    parts->branch = bpred_new(a, &u.branch);
    parts->waits = memdep_new(a, &u.waits);
    parts->forwards = memdep_new(a, &u.forwards);
    parts->lap = p->lap_present ? lap_new(a, &u.lap) : NULL;
    set_units(parts);
    parts->holds = holds_of(p);
    parts->forward = (struct forwarding){ .known = sixteenths(p->forward_known),
                                          .unknown = sixteenths(p->forward_latency),
                                          .cross = sixteenths(p->forward_cross_line),
                                          .address = sixteenths(p->forward_address),
                                          .made = sixteenths(p->forward_made),
                                          .pair = sixteenths(p->forward_pair),
                                          .wide = sixteenths(p->forward_wide),
                                          .narrow = sixteenths(p->forward_narrow) };
    return true;
}

// -- Plans --

struct plan *parts_define(struct core_parts *parts, vaddr pc, u32 word)
{
    struct plan_page *page = plan_cache_page(&parts->plans, pc / (4 * PLAN_PAGE));
    struct plan *p = &page->plan[pc / 4 % PLAN_PAGE];
    if (p->kind != PLAN_UNKNOWN)
        account_settle(page);
    *p = plan_of(parts->table, parts->p, word);
    p->place = (u16)(pc / 4 % PLAN_PAGE);
    p->word = word;
    bool memory = !(p->issue[0].units & ~parts->units.memory);
    p->flags &= (u8) ~(memory ? PLAN_SIMPLE : PLAN_ONE_ACCESS);
    plan_cache_changed(p);
    return p;
}

// -- Without time --

static void warm_fetch(struct core_parts *parts, vaddr pc)
{
    struct warming *w = &parts->warming;
    u64 page = pc / parts->p->page_size, line = pc / parts->p->fetch_line;
    if (page != w->page)
        w->now += tlb_fetch(parts->tlb, pc, w->now);
    if (line != w->line)
        w->now = hierarchy_fetch(parts->memory, pc, w->now).ready;
    w->page = page;
    w->line = line;
}

static void warm_memory(struct core_parts *parts, const struct plan *p, vaddr pc, vaddr addr)
{
    struct warming *w = &parts->warming;
    w->now += tlb_data(parts->tlb, addr, w->now);
    if (p->kind != PLAN_STORE)
        w->now = hierarchy_load(parts->memory, pc, addr, p->size, w->now).ready;
    if (p->kind != PLAN_LOAD)
        w->now = hierarchy_store(parts->memory, pc, addr, p->size, w->now).ready;
    if (parts->lap && p->kind == PLAN_LOAD)
        lap_train(parts->lap, pc, addr, lap_predict(parts->lap, pc));
}

// Each access waits for the one before, so that little is under way at once.
static void warm_one(struct core_parts *parts, const struct plan *p, const struct record *r)
{
    vaddr pc = record_pc(r);
    assert(p->kind != PLAN_UNKNOWN);
    parts->warming.now++;
    warm_fetch(parts, pc);
    if (p->kind >= PLAN_LOAD)
        warm_memory(parts, p, pc, r->addr);
    if (p->branch)
        bpred_predict_and_update(parts->branch, p->branch - 1, pc, r->head & RECORD_TAKEN, r->addr);
}

void parts_between(struct core_parts *parts, const struct record *r)
{
    if (record_kind(r) == RECORD_WORD)
        hierarchy_word(parts->memory, record_pc(r), r->addr, r->head & RECORD_POINTS);
}

void parts_warm(struct core_parts *parts, const struct record *r, size_t n)
{
    const struct plan_page *page = NULL;
    for (const struct record *end = r + n; r < end; r++) {
        vaddr pc = record_pc(r);
        if (r->head & RECORD_DEF) {
            if (record_is_other(r))
                parts_between(parts, r);
            else
                parts_define(parts, pc, (u32)r->addr);
            continue;
        }
        if (!page || page->number != pc / (4 * PLAN_PAGE))
            page = plan_cache_page(&parts->plans, pc / (4 * PLAN_PAGE));
        warm_one(parts, &page->plan[pc / 4 % PLAN_PAGE], r);
    }
}

void parts_settle(struct core_parts *parts)
{
    hierarchy_settle(parts->memory);
    tlb_settle(parts->tlb);
    memdep_squash(parts->waits, 0);   // numbers of stores begin anew
    memdep_squash(parts->forwards, 0);
    plan_cache_settle(&parts->plans);
    parts->warming = (struct warming){ ~0ull, ~0ull, 0 };
}

void parts_save(struct core_parts *parts, struct save *s)
{
    parts_settle(parts);
    hierarchy_save(parts->memory, s);
    tlb_save(parts->tlb, s);
    bpred_save(parts->branch, s);
    memdep_save(parts->waits, s, "waits");
    memdep_save(parts->forwards, s, "forwards");
    if (parts->lap)
        lap_save(parts->lap, s);
}
