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

static struct cost *cost_of(struct account *a, const struct plan *p)
{
    if (!p)
        return &a->nobody;
    struct plan_page *page = plan_page_of(p);
    if (!page->cost)
        page->cost = ARENA_NEW(a->arena, struct cost_page);
    return &page->cost->cost[p->place];
}

void account_profile(struct account *a, struct arena *arena)
{
    a->arena = arena;
    a->common = ~0u;
}

void account_take_more(struct account *a, const struct plan *p, u32 uops)
{
    u32 more = uops ? uops - 1 : 0;
    a->stack[STACK_cracked] += more;
    if (!a->arena || !uops)
        return;
    struct cost *c = cost_of(a, p);
    c->slots[STACK_base]++;
    c->slots[STACK_cracked] += more;
}

void account_blame(struct account *a, enum cause cause, const struct plan *blame, u64 slots)
{
    if (slots)
        cost_of(a, blame)->slots[cause] += slots;
}

void account_move(struct account *a, const struct plan *p, u32 uops, enum cause cause,
                  const struct plan *blame)
{
    if (!uops)
        return;
    a->taken -= uops;
    a->stack[STACK_cracked] -= uops - 1;
    if (a->arena) {
        struct cost *c = cost_of(a, p);
        c->slots[STACK_base]--;
        c->slots[STACK_cracked] -= uops - 1;
    }
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
    return all;
}

void account_each_cost(const struct plan_cache *b, account_cost *each, void *ctx)
{
    for (u32 s = 0; s < b->slots; s++) {
        const struct plan_page *page = b->slot[s];
        for (u32 k = 0; page && page->cost && k < PLAN_PAGE; k++)
            if (counted(&page->cost->cost[k]))
                each(ctx, 4 * (page->number * PLAN_PAGE + k), page->cost->cost[k].slots);
    }
}

void account_nobody(const struct account *a, account_cost *each, void *ctx)
{
    if (counted(&a->nobody))
        each(ctx, (vaddr)ACCOUNT_NOBODY, a->nobody.slots);
}
