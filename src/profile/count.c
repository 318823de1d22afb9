#include "profile/count.h"

#include <string.h>

enum { PAGE_BITS = 14, PAGE_INSNS = 1 << (PAGE_BITS - 2), BUCKETS = 4096 };

struct page {
    struct page *next;   // of the same bucket
    vaddr number;
    u32 word[PAGE_INSNS];
    u64 count[PAGE_INSNS];
};

// Instructions whose word was replaced, with the count of the old word.
struct old {
    struct old *next;
    vaddr pc;
    u32 word;
    u64 count;
};

struct counts {
    struct arena *arena;
    struct page *bucket[BUCKETS];
    struct page *current;
    struct old *olds;
};

struct counts *counts_new(struct arena *a)
{
    struct counts *c = ARENA_NEW(a, struct counts);
    c->arena = a;
    return c;
}

static struct page *page_of(struct counts *c, vaddr pc)
{
    vaddr number = pc >> PAGE_BITS;
    if (c->current && c->current->number == number)
        return c->current;
    struct page **at = &c->bucket[number % BUCKETS];
    while (*at && (*at)->number != number)
        at = &(*at)->next;
    if (!*at) {
        *at = ARENA_NEW(c->arena, struct page);
        (*at)->number = number;
    }
    return c->current = *at;
}

static void define(struct counts *c, struct page *p, u32 k, vaddr pc, u32 word)
{
    if (p->count[k] && p->word[k] != word) {
        struct old *o = ARENA_NEW(c->arena, struct old);
        *o = (struct old){ c->olds, pc, p->word[k], p->count[k] };
        c->olds = o;
        p->count[k] = 0;
    }
    p->word[k] = word;
}

void counts_feed(struct counts *c, const struct record *r, size_t n)
{
    for (; n; n--, r++) {
        if (record_is_other(r))
            continue;
        vaddr pc = record_pc(r);
        struct page *p = page_of(c, pc);
        u32 k = pc >> 2 & (PAGE_INSNS - 1);
        if (r->head & RECORD_DEF)
            define(c, p, k, pc, (u32)r->addr);
        else
            p->count[k]++;
    }
}

void counts_each(const struct counts *c, void (*each)(void *ctx, vaddr pc, u32 word, u64 count),
                 void *ctx)
{
    for (u32 b = 0; b < BUCKETS; b++)
        for (const struct page *p = c->bucket[b]; p; p = p->next)
            for (u32 k = 0; k < PAGE_INSNS; k++)
                if (p->count[k])
                    each(ctx, p->number << PAGE_BITS | (vaddr)k << 2, p->word[k], p->count[k]);
    for (const struct old *o = c->olds; o; o = o->next)
        each(ctx, o->pc, o->word, o->count);
}
