#include "stream/stretch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

struct limits {
    struct stretch s;
    u64 most;
};

static void *resize(void *p, size_t n, size_t size)
{
    void *more = reallocarray(p, n, size);
    if (!more)
        out_of_memory();
    return more;
}

struct stretch *stretch_new(u64 from, u64 most)
{
    struct limits *l = calloc(1, sizeof(*l));
    if (!l)
        out_of_memory();
    l->s.from = from;
    l->most = most;
    return &l->s;
}

void stretch_free(struct stretch *s)
{
    if (!s)
        return;
    free(s->at);
    free(s->known);
    free(s);
}

bool stretch_is_full(const struct stretch *s)
{
    return s->count == ((const struct limits *)s)->most;
}

// -- Definitions before the stretch --

static struct record *place(struct record *table, size_t room, const struct record *r)
{
    size_t k = (record_pc(r) >> 2) * 0x9e3779b97f4a7c15ull >> 20 & (room - 1);
    assert(table);
    while (table[k].head && record_pc(&table[k]) != record_pc(r))
        k = (k + 1) & (room - 1);
    return &table[k];
}

static void grow(struct stretch *s)
{
    size_t room = s->known_room ? 2 * s->known_room : 4096;
    struct record *more = calloc(room, sizeof(*more));
    if (!more)
        out_of_memory();
    assert(s->known || !s->known_room);
    for (size_t k = 0; k < s->known_room; k++)
        if (s->known[k].head)
            *place(more, room, &s->known[k]) = s->known[k];
    free(s->known);
    s->known = more;
    s->known_room = room;
}

static void define(struct stretch *s, const struct record *r)
{
    if (2 * s->known_count >= s->known_room)
        grow(s);
    struct record *to = place(s->known, s->known_room, r);
    s->known_count += !to->head;
    *to = *r;
}

// -- The stretch --

static void keep(struct stretch *s, const struct record *r)
{
    if (s->records == s->room) {
        s->room = s->room ? 2 * s->room : 65536;
        s->at = resize(s->at, s->room, sizeof(*s->at));
    }
    s->at[s->records++] = *r;
}

static void begin(struct stretch *s)
{
    for (size_t k = 0; k < s->known_room; k++)
        if (s->known[k].head)
            keep(s, &s->known[k]);
    free(s->known);
    s->known = NULL;
    s->known_room = s->known_count = 0;
}

void stretch_take(void *ctx, const struct record *r, size_t n)
{
    struct stretch *s = ctx;
    for (const struct record *end = r + n; r < end && !stretch_is_full(s); r++) {
        bool other = r->head & RECORD_DEF;
        if (s->seen < s->from && other && !record_is_other(r))
            define(s, r);
        if (s->seen >= s->from || (other && s->seen == s->from)) {
            if (s->known)
                begin(s);
            keep(s, r);
            s->count += !other;
        }
        s->seen += !other;
    }
}

void stretch_end(struct stretch *s)
{
    if (s->known)
        begin(s);
    if (s->records)
        s->at = resize(s->at, s->records, sizeof(*s->at));
    s->room = s->records;
}

size_t stretch_place(const struct stretch *s, u64 k)
{
    size_t at = 0;
    for (; at < s->records; at++)
        if (!(s->at[at].head & RECORD_DEF) && !k--)
            break;
    return at;
}
