// What may be chosen: names out of the tables they are rows of.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "api/sim.h"
#include "base/nearest.h"
#include "base/number.h"
#include "bench/bench.h"
#include "pipeline/pipeline.h"
#include "profile/profile.h"

static const struct name {
    const char *name, *meaning;
} suites[] = {
    { "all", "all but models" },
#define SUITE(name, use, doc) { #name, doc },
#include "api/suites.def"
#undef SUITE
    { NULL },
}, fitted[] = {
#define COMPARED(name, doc)
#define FITTED(name, doc) { #name, doc },
#define SUITE(name, use, doc) use(name, doc)
#include "api/suites.def"
#undef SUITE
#undef FITTED
#undef COMPARED
    { NULL },
}, engines[] = {
    { "interp", "each instruction interpreted" },
    { "jit", "as host code, where there is a translator" },
    { "jit-plain", "the same as on a host without AVX2 and FMA" },
    { NULL },
}, clocks[] = {
    { "cpu", "user and system time of the process" },
    { "wall", "time on the wall" },
    { NULL },
}, nets[] = {
#define NET(name, what) { #name, what },
#include "guest/linux/net.def"
#undef NET
    { NULL },
}, what_ifs[] = {
    { "all", "all of them" },
    { "none", "none" },
#define WHATIF(id, name, sets) { #id, name },
#include "explain/whatif.def"
#undef WHATIF
    { NULL },
}, models[] = {
#define MODEL(name, doc) { #name, doc },
#include "core/models.def"
#undef MODEL
    { NULL },
};

static void each_row(const struct name *row, m2sim_each *each, void *ctx)
{
    for (; row->name; row++)
        each(ctx, row->name, row->meaning);
}

static void each_format(m2sim_each *each, void *ctx)
{
    for (const struct profile_format *f = profile_formats; f->name; f++)
        each(ctx, f->name, f->doc);
}

static void each_pipeline_format(m2sim_each *each, void *ctx)
{
    for (const struct pipeline_format *f = pipeline_formats; f->name; f++)
        each(ctx, f->name, f->doc);
}

// Those of profiles, and what else a pipeline has.
static void each_of_either(m2sim_each *each, void *ctx)
{
    each_format(each, ctx);
    for (const struct pipeline_format *f = pipeline_formats; f->name; f++)
        if (!profile_format(f->name))
            each(ctx, f->name, f->doc);
}

static void each_mode(m2sim_each *each, void *ctx)
{
    size_t n;
    const struct bench_mode *mode = bench_modes(&n);
    for (size_t k = 0; k < n; k++)
        each(ctx, mode[k].name, mode[k].doc);
}

void m2sim_names(enum m2sim_list list, m2sim_each *each, void *ctx)
{
    switch (list) {
    case M2SIM_MODELS: each_row(models, each, ctx); break;
    case M2SIM_CORES: config_cores(each, ctx); break;
    case M2SIM_ENGINES: each_row(engines, each, ctx); break;
    case M2SIM_SUITES: each_row(suites, each, ctx); break;
    case M2SIM_FITTED: each_row(fitted, each, ctx); break;
    case M2SIM_BENCH_MODES: each_mode(each, ctx); break;
    case M2SIM_CLOCKS: each_row(clocks, each, ctx); break;
    case M2SIM_NETS: each_row(nets, each, ctx); break;
    case M2SIM_PROFILE_FORMATS: each_format(each, ctx); break;
    case M2SIM_PIPELINE_FORMATS: each_pipeline_format(each, ctx); break;
    case M2SIM_FORMATS: each_of_either(each, ctx); break;
    case M2SIM_WHAT_IFS: each_row(what_ifs, each, ctx); break;
    case M2SIM_LISTS: break;
    }
}

// -- Refusing --

struct search {
    const char *name;
    bool found;
    struct nearest nearest;
    char all[400], last[64], near[64];
    size_t n, count;
};

static void look(void *ctx, const char *name, const char *meaning)
{
    struct search *s = ctx;
    s->found |= !strcmp(s->name, name);
    unsigned before = s->nearest.best ? s->nearest.distance : ~0u;
    nearest_try(&s->nearest, name);
    if (s->nearest.best && s->nearest.distance < before)
        snprintf(s->near, sizeof(s->near), "%s", name);
    if (s->count++ && s->n < sizeof(s->all))
        s->n += (size_t)snprintf(s->all + s->n, sizeof(s->all) - s->n, "%s%s",
                                 s->count > 2 ? ", " : "", s->last);
    snprintf(s->last, sizeof(s->last), "%s", name);
}

bool m2sim_choose(enum m2sim_list list, const char *name, struct m2sim_error *e)
{
    static const char *const what[M2SIM_LISTS] = {
        [M2SIM_MODELS] = "timing model",
        [M2SIM_CORES] = "core",
        [M2SIM_ENGINES] = "engine",
        [M2SIM_SUITES] = "suite of measurements",
        [M2SIM_FITTED] = "suite to calibrate with",
        [M2SIM_BENCH_MODES] = "mode",
        [M2SIM_CLOCKS] = "clock",
        [M2SIM_NETS] = "network",
        [M2SIM_PROFILE_FORMATS] = "format of profiles",
        [M2SIM_PIPELINE_FORMATS] = "format of pipelines",
        [M2SIM_FORMATS] = "format",
        [M2SIM_WHAT_IFS] = "what-if",
    };
    assert(list < M2SIM_LISTS);
    struct search s = { .name = name, .nearest.word = name };
    m2sim_names(list, look, &s);
    if (s.found)
        return true;
    bool few = s.count > 0;
    return api_fail(e, M2SIM_EXIT_USAGE, "no %s '%.60s'%s%s%s%s%s%s%s", what[list], name,
                    few ? ": " : "", few ? s.all : "", few && s.count > 1 ? " or " : "",
                    few ? s.last : "", *s.near ? "; is '" : "", s.near, *s.near ? "' meant?" : "");
}

bool api_choose_model(const char *name, struct m2sim_error *e)
{
    bool good = m2sim_choose(M2SIM_MODELS, name, e);
    if (!good)
        e->exit_code = M2SIM_EXIT_CONFIG;
    return good;
}

bool api_choose_net(const struct m2sim_options *o, enum guest_net *net, struct m2sim_error *e)
{
    *net = o->allow_net ? NET_all : NET_loopback;
    if (!o->net)
        return true;
    if (o->allow_net)
        return api_fail(e, M2SIM_EXIT_USAGE, "--allow-net and --net %s: one of both", o->net);
    if (!m2sim_choose(M2SIM_NETS, o->net, e))
        return false;
    for (*net = 0; strcmp(nets[*net].name, o->net) != 0;)
        ++*net;
    return true;
}

bool api_choose_some(enum m2sim_list list, const char *names, struct m2sim_error *e)
{
    for (const char *at = names; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        char name[64];
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, ","), at);
        if (!m2sim_choose(list, name, e))
            return false;
    }
    return true;
}

const char *m2sim_nearest(const char *word, const char *const *names, size_t count)
{
    struct nearest n = { .word = word };
    for (size_t k = 0; k < count; k++)
        nearest_try(&n, names[k]);
    return n.best;
}

bool m2sim_number(const char *text, uint64_t *value)
{
    u64 n;
    bool good = number_read(text, &n);
    if (good)
        *value = n;
    return good;
}
