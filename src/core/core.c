#include "core/model.h"

#include <assert.h>
#include <string.h>

#include "core/params.h"

enum {
#define MODEL(name, ...) MODEL_##name,
#include "core/models.def"
#undef MODEL
    MODELS
};

_Static_assert((int)MODELS == (int)CORE_MODELS, "core.h knows how many there are");

static const struct core_model *const models[MODELS] = {
#define MODEL(name, ...) &core_##name,
#include "core/models.def"
#undef MODEL
};

// What the parts count.
struct counted {
    struct hierarchy_stats memory;
    struct tlb_stats tlb;
    struct bpred_stats predictor;
    struct memdep_stats waits, forwards;
    struct lap_stats lap;
};
_Static_assert(sizeof(struct counted) % sizeof(u64) == 0, "all of them are u64");

// Of the models made so far only the one that runs may have anything in flight.
struct core {
    struct core_parts parts;
    struct arena *arena;
    void *state[MODELS];   // NULL: not yet made
    u32 runs;              // whose turn it is
    bool drained, warming, profiled;
    cycle before;          // cycles of the others
    struct counted discount;
};

// -- Models --

static bool find_model(const char *model, u32 *which, struct err *e)
{
    for (u32 k = 0; k < MODELS; k++)
        if (strcmp(models[k]->name, model) == 0) {
            *which = k;
            return true;
        }
    return err_set(e, "no timing model '%s'", model);
}

static u64 cycles_of(const struct core *c, u32 k)
{
    struct core_stats s = { 0 };
    if (c->state[k])
        models[k]->stats(c->state[k], &s);
    return s.cycles;
}

// Makes model `k` if there is none yet; the parts are its from now on.
static bool take_over(struct core *c, u32 k, struct err *e)
{
    if (!c->state[k] && !(c->state[k] = models[k]->create(c->arena, &c->parts, e)))
        return false;
    if (c->profiled)
        account_profile(models[k]->account(c->state[k]), c->arena);
    models[k]->observe(c->state[k]);
    c->runs = k;
    c->before = 0;
    for (u32 other = 0; other < MODELS; other++)
        c->before += other == k ? 0 : cycles_of(c, other);
    return true;
}

struct core *core_new(struct arena *a, const struct config *c, const char *model, struct err *e)
{
    u32 k = 0;
    if (!find_model(model, &k, e))
        return NULL;
    struct core *core = ARENA_NEW(a, struct core);
    core->arena = a;
    core->drained = true;
    return parts_new(&core->parts, a, c, e) && take_over(core, k, e) ? core : NULL;
}

bool core_use(struct core *c, const char *model, struct err *e)
{
    u32 k = 0;
    assert(c->drained);
    if (!find_model(model, &k, e))
        return false;
    if (k == c->runs)
        return true;
    parts_settle(&c->parts);
    return take_over(c, k, e);
}

// -- Records --

bool core_reads_lines(const struct config *c)
{
    struct uarch_params u;
    uarch_params_of(&c->core, &u);
    return hierarchy_wants_words(&u.memory);
}

void core_feed(struct core *c, const struct record *r, size_t n)
{
    if (c->warming)
        parts_settle(&c->parts);
    c->warming = false;
    c->drained &= !n;
    models[c->runs]->feed(c->state[c->runs], r, n);
}

void core_warm(struct core *c, const struct record *r, size_t n)
{
    assert(c->drained);
    if (!c->warming)
        parts_settle(&c->parts);
    c->warming = true;
    parts_warm(&c->parts, r, n);
}

cycle core_now(const struct core *c)
{
    return c->before + models[c->runs]->now(c->state[c->runs]);
}

void core_drain(struct core *c)
{
    if (!c->drained)
        models[c->runs]->drain(c->state[c->runs]);
    account_end_run(models[c->runs]->account(c->state[c->runs]));
    c->drained = true;
}

// -- Listening --

void core_profile(struct core *c)
{
    c->profiled = true;
    account_profile(models[c->runs]->account(c->state[c->runs]), c->arena);
}

void core_path(struct core *c, u32 number)
{
    assert(number < PLAN_PATHS);
    c->parts.plans.path = (u64)number << PLAN_PATH_SHIFT;
}

void core_each_cost(const struct core *c, account_cost *each, void *ctx)
{
    account_each_cost(&c->parts.plans, each, ctx);
    for (u32 k = 0; k < MODELS; k++)
        if (c->state[k])
            account_nobody(models[k]->account(c->state[k]), each, ctx);
}

void core_observe(struct core *c, const struct observer *o)
{
    assert(c->drained);
    c->parts.observer = o;
    models[c->runs]->observe(c->state[c->runs]);
}

// -- What models share --

const struct core_row core_structures[STRUCTURE_COUNT] = {
#define STRUCTURE(name, doc) { #name, doc, 0 },
#include "core/structure.def"
#undef STRUCTURE
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

static struct counted counted(const struct core *c)
{
    const struct core_parts *parts = &c->parts;
    struct counted n = { hierarchy_stats(parts->memory), tlb_stats(parts->tlb),
                         bpred_stats(parts->branch),     memdep_stats(parts->waits),
                         memdep_stats(parts->forwards),  { 0 } };
    if (parts->lap)
        n.lap = lap_stats(parts->lap);
    return n;
}

void core_discount(struct core *c)
{
    c->discount = counted(c);
}

// Both models show the predictor the outcome of every branch that retires once.
static void add_parts(struct core_stats *s, const struct core *c)
{
    struct counted now = counted(c);
    u64 n[sizeof(now) / sizeof(u64)], less[sizeof(now) / sizeof(u64)];
    memcpy(n, &now, sizeof(n));
    memcpy(less, &c->discount, sizeof(less));
    for (size_t k = 0; k < COUNT(n); k++)
        n[k] -= less[k];
    memcpy(&now, n, sizeof(n));
    s->memory = now.memory;
    s->tlb = now.tlb;
    s->waits = now.waits;
    s->forwards = now.forwards;
    s->lap = now.lap;
    struct bpred_stats b = s->predictor = now.predictor;
    s->branches = b.conditional + b.indirect + b.returns;
    s->mispredictions = b.mispredicted;
    s->taken = b.taken;
}

static void add_structures(struct core_stats *s, const struct core_stats *m)
{
    for (u32 r = 0; m->structures && r < STRUCTURE_COUNT; r++) {
        s->structure[r].entries = m->structure[r].entries;
        s->structure[r].full += m->structure[r].full;
        for (u32 k = 0; k < CORE_BINS; k++)
            s->structure[r].bin[k] += m->structure[r].bin[k];
    }
    s->structures |= m->structures;
}

static void add_model(struct core_stats *s, const struct core_stats *m)
{
    s->instructions += m->instructions;
    s->cycles += m->cycles;
    s->loads += m->loads;
    s->stores += m->stores;
    s->wrong_uops += m->wrong_uops;
    add_structures(s, m);
}

void core_stats(const struct core *c, struct core_stats *s)
{
    *s = (struct core_stats){ .width = c->parts.p->rename_width };
    for (u32 k = 0; k < MODELS; k++) {
        struct core_stats m = { 0 };
        u64 stack[STACK_COUNT];
        if (!c->state[k])
            continue;
        models[k]->stats(c->state[k], &m);
        add_model(s, &m);
        account_read(models[k]->account(c->state[k]), stack);
        for (u32 n = 0; n < STACK_COUNT; n++)
            s->stack[n] += stack[n];
        s->model[k] = m.model[0];
    }
    s->runs = s->model[c->runs].path;
    core_sum_slots(s);
    add_parts(s, c);
}
