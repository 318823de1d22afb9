#include "core/model.h"

#include <stdio.h>
#include <string.h>

struct core {
    const struct core_model *model;
    void *state;
    struct arena *arena;
    bool pointers;
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
        core->arena = a;
        core->pointers = c->core.prefetch_pointers;
        core->state = models[k]->create(a, c, e);
        return core->state ? core : NULL;
    }
    char names[128] = "";
    for (size_t k = 0, n = 0; models[k] && n < sizeof(names); k++)
        n += (size_t)snprintf(names + n, sizeof(names) - n, " %s", models[k]->name);
    err_set(e, "no timing model '%s'; there is:%s", model, names);
    return NULL;
}

void core_look_at_memory(struct core *c, memory_read *read, void *who)
{
    if (c->pointers)
        hierarchy_follow_pointers(c->model->memory(c->state), c->arena, read, who);
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

// -- What models share --

const struct core_row core_causes[STACK_COUNT] = {
#define STACK(name, two, doc) { #name, doc, TOPDOWN2_##two },
#include "core/stack.def"
#undef STACK
};

const struct core_row core_rooms[ROOM_COUNT] = {
#define ROOM(name, doc) { #name, doc, 0 },
#include "core/room.def"
#undef ROOM
};

void core_sum_slots(struct core_stats *s)
{
    memset(s->slots2, 0, sizeof(s->slots2));
    memset(s->slots, 0, sizeof(s->slots));
    for (u32 k = 0; k < STACK_COUNT; k++)
        s->slots2[core_causes[k].of] += s->stack[k];
    for (u32 k = 0; k < TOPDOWN2_COUNT; k++)
        s->slots[core_topdown2[k].of] += s->slots2[k];
}

static void level(struct core_stats *s, const char *name, u64 accesses, u64 misses)
{
    s->level[s->levels++] = (struct core_level){ name, accesses, misses };
}

static void cache(struct core_stats *s, const char *name, const struct cache_stats *c)
{
    level(s, name, c->reads + c->writes, c->read_misses + c->write_misses);
}

void core_levels(struct core_stats *s, const struct hierarchy *h, const struct tlb *t)
{
    s->memory = hierarchy_stats(h);
    s->tlb = tlb_stats(t);
    s->levels = 0;
    cache(s, "l1i", &s->memory.l1i);
    cache(s, "l1d", &s->memory.l1d);
    cache(s, "l2", &s->memory.l2);
    cache(s, "slc", &s->memory.slc);
    level(s, "itlb", s->tlb.l1i_accesses, s->tlb.l1i_misses);
    level(s, "dtlb", s->tlb.l1d_accesses, s->tlb.l1d_misses);
    level(s, "l2tlb", s->tlb.l2_accesses, s->tlb.l2_misses);
}
