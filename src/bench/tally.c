#include "bench/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

void tally_init(struct tally *t, struct arena *a)
{
    *t = (struct tally){ .arena = a };
}

void tally_free(struct tally *t)
{
    free(t->at);
    free(t->slot);
}

static u64 hash(const char *s)
{
    u64 h = 0xcbf29ce484222325;   // FNV-1a
    while (*s)
        h = (h ^ (u8)*s++) * 0x100000001b3;
    return h ^ h >> 29;
}

// Where `name` is or would be; slots are twice as many as rows.
static u32 *find(const struct tally *t, const char *name)
{
    size_t mask = 2 * t->room - 1;
    for (u64 h = hash(name);; h++) {
        u32 *s = &t->slot[h & mask];
        if (!*s || !strcmp(t->at[*s - 1].name, name))
            return s;
    }
}

static void grow(struct tally *t)
{
    t->room = t->room ? 2 * t->room : 256;
    t->at = realloc(t->at, t->room * sizeof(*t->at));
    free(t->slot);
    t->slot = calloc(2 * t->room, sizeof(*t->slot));
    if (!t->at || !t->slot)
        out_of_memory();
    for (size_t k = 0; k < t->count; k++)
        *find(t, t->at[k].name) = (u32)k + 1;
}

static char *copy_of(struct tally *t, const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(arena_alloc(t->arena, size, 1, 1), text, size);
}

void tally_add(struct tally *t, const char *name, const char *note, u64 weight)
{
    if (t->count == t->room)
        grow(t);
    u32 *s = find(t, name);
    if (!*s) {
        t->at[t->count++] = (struct tally_row){ .name = copy_of(t, name) };
        *s = (u32)t->count;
    }
    struct tally_row *r = &t->at[*s - 1];
    if (!r->note && note)
        r->note = copy_of(t, note);
    r->count++;
    r->weight += weight;
    t->weight += weight;
}

static int by_weight(const void *a, const void *b)
{
    const struct tally_row *x = a, *y = b;
    return x->weight != y->weight ? (x->weight < y->weight ? 1 : -1) : strcmp(x->name, y->name);
}

void tally_sort(struct tally *t)
{
    if (t->count)
        qsort(t->at, t->count, sizeof(*t->at), by_weight);
}
