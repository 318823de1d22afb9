#include "core/instr/plan_cache.h"

enum { FIRST_SLOTS = 256 };

void plan_cache_init(struct plan_cache *b, struct arena *a)
{
    *b = (struct plan_cache){ a, ARENA_ARRAY(a, FIRST_SLOTS, struct plan_page *), FIRST_SLOTS, 0,
                              0 };
}

static struct plan_page **find_slot(const struct plan_cache *b, u64 number)
{
    u32 at = (u32)(number * 0x9e3779b97f4a7c15 >> 40) & (b->slots - 1);
    while (b->slot[at] && b->slot[at]->number != number)
        at = (at + 1) & (b->slots - 1);
    return &b->slot[at];
}

static void grow(struct plan_cache *b)
{
    struct plan_cache old = *b;
    b->slots *= 2;
    b->slot = ARENA_ARRAY(b->arena, b->slots, struct plan_page *);
    for (u32 k = 0; k < old.slots; k++)
        if (old.slot[k])
            *find_slot(b, old.slot[k]->number) = old.slot[k];
}

const struct plan_page *plan_cache_find(const struct plan_cache *b, u64 number)
{
    return *find_slot(b, number);
}

// A page is a copy of that of path 0.
static void find_home(struct plan_cache *b, struct plan_page *page)
{
    u64 number = page->number & ((1ull << PLAN_PATH_SHIFT) - 1);
    page->home = number == page->number ? page : plan_cache_page(b, number);
    if (page->home == page)
        return;
    page->copy = page->home->copy;
    page->home->copy = page;
}

struct plan_page *plan_cache_page(struct plan_cache *b, u64 number)
{
    struct plan_page **at = find_slot(b, number);
    if (!*at) {
        if (b->count * 2 >= b->slots) {
            grow(b);
            at = find_slot(b, number);
        }
        struct plan_page *page = *at = ARENA_NEW(b->arena, struct plan_page);
        page->number = number;
        b->count++;
        find_home(b, page);
        return page;
    }
    return *at;
}

void plan_cache_copy(struct plan_page *page, u32 place)
{
    page->plan[place] = page->home->plan[place];
}

void plan_cache_changed(const struct plan *home)
{
    for (struct plan_page *page = plan_page_of(home)->copy; page; page = page->copy)
        if (page->plan[home->place].kind != PLAN_UNKNOWN)
            page->plan[home->place] = *home;
}

void plan_cache_settle(struct plan_cache *b)
{
    for (u32 k = 0; k < b->slots; k++)
        for (u32 n = 0; b->slot[k] && n < PLAN_PAGE; n++) {
            struct plan *p = &b->slot[k]->plan[n];
            if (!(p->flags & PLAN_FUSED_HEAD))
                continue;
            p->flags &= (u8)~PLAN_FUSED_HEAD;
            p->issue[0].units = p->alone;
        }
}
