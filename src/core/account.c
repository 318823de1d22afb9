#include "core/account.h"

#include "base/arena.h"

const struct core_topdown2 core_topdown2[TOPDOWN2_COUNT] = {
#define TOPDOWN2(name, of, title) { #name, title, TOPDOWN_##of },
#include "core/topdown.def"
#undef TOPDOWN2
};

const struct core_row core_causes[STACK_COUNT] = {
#define STACK(name, two, doc) { #name, doc, TOPDOWN2_##two },
#include "core/stack.def"
#undef STACK
};

const u8 core_level_cause[LEVELS] = { STACK_l1d, STACK_l2, STACK_slc, STACK_dram };

const struct core_row core_events[EVENT_COUNT] = {
#define EVENT(name, doc) { #name, doc, 0 },
#include "core/event.def"
#undef EVENT
};

const u8 core_level_event[LEVELS] = { EVENT_COUNT, EVENT_l2, EVENT_slc, EVENT_dram };

static struct cost *cost_at(struct plan_page *page, u32 place)
{
    struct cost **chunk = &page->cost->chunk[place / COST_CHUNK];
    if (__builtin_expect(!*chunk, 0))
        *chunk = ARENA_ARRAY(page->cost->arena, COST_CHUNK, struct cost);
    return &(*chunk)[place % COST_CHUNK];
}

static struct cost *cost_of(struct account *a, const struct plan *p)
{
    if (!p)
        return &a->nobody;
    struct plan_page *page = plan_page_of(p);
    if (__builtin_expect(!page->cost, 0)) {
        page->cost = ARENA_NEW(a->arena, struct cost_page);
        page->cost->arena = a->arena;
    }
    return cost_at(page, p->place);
}

void account_profile(struct account *a, struct arena *arena)
{
    a->arena = arena;
}

void account_take_more(struct account *a, const struct plan *p, u32 uops)
{
    a->stack[STACK_cracked] += uops ? uops - 1 : 0;
}

void account_end_run(struct account *a)
{
    if (!a->first)
        return;
    cost_of(a, a->first)->begun++;
    cost_of(a, a->last)->ended++;
    a->first = a->last = NULL;
}

void account_blame(struct account *a, enum cause cause, const struct plan *blame, u64 slots)
{
    if (slots)
        cost_of(a, blame)->slots[cause] += slots;
}

void account_count(struct account *a, enum event event, const struct plan *p)
{
    cost_of(a, p)->events[event]++;
}

void account_fused(struct account *a, const struct plan *p)
{
    cost_of(a, p)->tails++;
}

void account_move(struct account *a, const struct plan *p, u32 uops, enum cause cause,
                  const struct plan *blame)
{
    if (!uops)
        return;
    a->taken -= uops;
    a->stack[STACK_cracked] -= uops - 1;
    account_lose(a, cause, blame, uops);
}

void account_read(const struct account *a, u64 stack[STACK_COUNT])
{
    for (u32 k = 0; k < STACK_COUNT; k++)
        stack[k] = a->stack[k];
    stack[STACK_base] = a->taken - a->stack[STACK_cracked];
}

static bool counted(const struct cost *c)
{
    u64 all = 0;
    for (u32 k = 0; k < STACK_COUNT; k++)
        all |= c->slots[k];
    for (u32 k = 0; k < EVENT_COUNT; k++)
        all |= c->events[k];
    return all;
}

// Adds what an instruction that retired `times` took.
static void add_taken(struct cost *c, const struct plan *p, u64 times)
{
    u64 alone = times - c->tails;
    c->events[EVENT_executed] += times;
    c->events[EVENT_fused] += c->tails;
    if (!p->uops)
        return;
    c->slots[STACK_base] += alone;
    c->slots[STACK_cracked] += alone * (p->uops - 1);
}

static const struct cost *cost_there(const struct plan_page *page, u32 place)
{
    const struct cost *chunk = page->cost->chunk[place / COST_CHUNK];
    return chunk ? &chunk[place % COST_CHUNK] : NULL;
}

static void each_in(const struct plan_page *page, account_cost *each, void *ctx)
{
    u32 path = (u32)(page->number >> PLAN_PATH_SHIFT);
    u64 times = 0;   // it retires: the runs that have begun and not ended
    for (u32 k = 0; k < PLAN_PAGE; k++) {
        const struct cost *there = cost_there(page, k);
        if (!there && !times) {
            k |= COST_CHUNK - 1;
            continue;
        }
        if (there && !times && !there->begun && !counted(there))
            continue;
        struct cost c = there ? *there : (struct cost){ 0 };
        times += c.begun;
        add_taken(&c, &page->plan[k], times);
        if (counted(&c))
            each(ctx, path, 4 * (page->home->number * PLAN_PAGE + k), &c);
        times -= c.ended;
    }
}

static void settle(struct plan_page *page)
{
    u64 times = 0;
    for (u32 k = 0; page->cost && k < PLAN_PAGE; k++) {
        const struct cost *there = cost_there(page, k);
        if (!there && !times)
            continue;
        struct cost *c = cost_at(page, k);
        times += c->begun;
        add_taken(c, &page->plan[k], times);
        times -= c->ended;
        c->begun = c->ended = c->tails = 0;
    }
}

void account_settle(struct plan_page *home)
{
    for (struct plan_page *page = home; page; page = page->copy)
        settle(page);
}

void account_each_cost(const struct plan_cache *b, account_cost *each, void *ctx)
{
    for (u32 s = 0; s < b->slots; s++)
        if (b->slot[s] && b->slot[s]->cost)
            each_in(b->slot[s], each, ctx);
}

void account_nobody(const struct account *a, account_cost *each, void *ctx)
{
    if (counted(&a->nobody))
        each(ctx, 0, (vaddr)ACCOUNT_NOBODY, &a->nobody);
}
