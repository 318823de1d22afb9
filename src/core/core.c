#include "core/model.h"

#include <stdio.h>
#include <string.h>

struct core {
    const struct core_model *model;
    void *state;
};

static const struct core_model *const models[] = {
#define MODEL(name) &core_##name,
#include "core/models.def"
#undef MODEL
    NULL,
};

const struct core_topdown2 core_topdown2[TOPDOWN2_COUNT] = {
#define TOPDOWN2(name, of, title) { #name, title, TOPDOWN_##of },
#include "core/topdown.def"
#undef TOPDOWN2
};

struct core *core_new(struct arena *a, const struct config *c, const char *model, struct err *e)
{
    for (size_t k = 0; models[k]; k++) {
        if (strcmp(models[k]->name, model) != 0)
            continue;
        struct core *core = ARENA_NEW(a, struct core);
        core->model = models[k];
        core->state = models[k]->create(a, c, e);
        return core->state ? core : NULL;
    }
    char names[128] = "";
    for (size_t k = 0, n = 0; models[k] && n < sizeof(names); k++)
        n += (size_t)snprintf(names + n, sizeof(names) - n, " %s", models[k]->name);
    err_set(e, "no timing model '%s'; there is:%s", model, names);
    return NULL;
}

void core_feed(struct core *c, const struct record *r, size_t n)
{
    c->model->feed(c->state, r, n);
}

cycle core_now(const struct core *c)
{
    return c->model->now(c->state);
}

void core_drain(struct core *c)
{
    c->model->drain(c->state);
}

void core_stats(const struct core *c, struct core_stats *s)
{
    c->model->stats(c->state, s);
}
