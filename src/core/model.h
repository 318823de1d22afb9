// model.h: what a timing model gives core.c, which hands on the calls of core.h.
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include "core/core.h"
#include "core/parts.h"

// The functions mean what those of core.h mean; `m` is what create() returned, which works
// on `parts` as long as core.c lets it: between calls they may change hands when drained.
struct core_model {
    const char *name;
    void *(*create)(struct arena *a, struct core_parts *parts, struct err *e);
    void (*feed)(void *m, const struct record *r, size_t n);
    cycle (*now)(const void *m);
    void (*drain)(void *m);
    void (*stats)(const void *m, struct core_stats *s);   // sets what it counted itself
    struct account *(*account)(void *m);
    void (*observe)(void *m);   // parts->observer is another now
};

// One row a model; core.c lists them.
#define MODEL(name, ...) extern const struct core_model core_##name;
#include "core/models.def"
#undef MODEL

#endif
