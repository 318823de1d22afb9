// text.h: a string as libc++ keeps it on Apple's systems. Up to 22 characters stand in the 24 bytes
// of the object itself, whose last byte is their number; a negative one says that the others point
// to them.
#ifndef TEXT_H
#define TEXT_H

#include "app.h"

union text {
    struct {
        const char *at;
        size_t length, room;
    } far;
    struct {
        char at[23];
        signed char length;
    } near;
};

_Static_assert(sizeof(union text) == 24, "as libc++'s");

static inline const char *text_at(const union text *t)
{
    return t->near.length < 0 ? t->far.at : t->near.at;
}

static inline size_t text_length(const union text *t)
{
    return t->near.length < 0 ? t->far.length : (size_t)t->near.length;
}

static inline union text text_of(const char *s)
{
    union text t = { .near = { .length = (signed char)strlen(s) } };
    if (t.near.length > 22)
        exit(70);
    memcpy(t.near.at, s, (size_t)t.near.length);
    return t;
}

#endif
