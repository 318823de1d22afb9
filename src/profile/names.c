#include "profile/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

enum { FIRST = 256 };

static u32 mix(u64 v)
{
    return (u32)(v * 0x9e3779b97f4a7c15 >> 32);
}

static u32 hash_of(const char *text)
{
    u64 h = 0;
    for (; *text; text++)
        h = (h ^ (u8)*text) * 0x100000001b3;
    return mix(h);
}

// Slots for twice as many, all free.
static u32 *more_slots(u32 *slots)
{
    *slots = *slots ? 2 * *slots : FIRST;
    return must(calloc(*slots, sizeof(u32)));
}

// -- Texts --

static u32 *find_text(const struct names *n, const char *text)
{
    u32 k = hash_of(text) & (n->slots - 1);
    while (n->slot[k] && strcmp(n->text[n->slot[k] - 1], text))
        k = (k + 1) & (n->slots - 1);
    return &n->slot[k];
}

u32 names_id(struct names *n, const char *text)
{
    if (2 * n->count >= n->slots) {
        free(n->slot);
        n->slot = more_slots(&n->slots);
        for (u32 k = 0; k < n->count; k++)
            *find_text(n, n->text[k]) = k + 1;
    }
    u32 *slot = find_text(n, text);
    if (*slot)
        return *slot - 1;
    if (n->count == n->room) {
        n->room = n->room ? 2 * n->room : FIRST;
        n->text = must(realloc(n->text, n->room * sizeof(*n->text)));
    }
    n->text[n->count] = text;
    *slot = ++n->count;
    return n->count - 1;
}

void names_free(struct names *n)
{
    free(n->text);
    free(n->slot);
}

// -- Pairs --

static u32 *find_pair(const struct pairs *p, u64 pair)
{
    u32 k = mix(pair ^ pair >> 31) & (p->slots - 1);
    while (p->slot[k] && p->pair[p->slot[k] - 1] != pair)
        k = (k + 1) & (p->slots - 1);
    return &p->slot[k];
}

u32 pairs_id(struct pairs *p, u32 first, u32 second)
{
    u64 pair = (u64)first << 32 | second;
    if (2 * p->count >= p->slots) {
        free(p->slot);
        p->slot = more_slots(&p->slots);
        for (u32 k = 0; k < p->count; k++)
            *find_pair(p, p->pair[k]) = k + 1;
    }
    u32 *slot = find_pair(p, pair);
    if (*slot)
        return *slot - 1;
    if (p->count == p->room) {
        p->room = p->room ? 2 * p->room : FIRST;
        p->pair = must(realloc(p->pair, p->room * sizeof(*p->pair)));
    }
    p->pair[p->count] = pair;
    *slot = ++p->count;
    return p->count - 1;
}

void pairs_free(struct pairs *p)
{
    free(p->pair);
    free(p->slot);
}
