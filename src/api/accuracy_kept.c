// Results beside an earlier one, and in a history.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/accuracy.h"
#include "fit/kept.h"
#include "history/db.h"

// -- What to compare with --

static bool load_kept(struct accuracy_keep *k, const char *path, const char *run, struct err *err)
{
    const struct m2sim_accuracy *o = k->o;
    bool file = o->core && (strchr(o->core, '/') || strchr(o->core, '.'));   // it names its core
    struct kept_wanted w = { run, o->model, strstr(o->suite, "all") ? "" : o->suite,
                             o->core && !file ? o->core : "" };
    return kept_load(&k->before, path, &w, &k->has_before, err);
}

static bool nothing_named(const struct accuracy_keep *k, const char *path, const char *run,
                          struct m2sim_error *e)
{
    return run ? api_fail(e, M2SIM_EXIT_DATA, "%.300s: no result '%.100s'", path, run)
               : api_fail(e, M2SIM_EXIT_DATA, "%.300s: no result of these suites with the %s model",
                          path, k->o->model);
}

static bool load_vs(struct accuracy_keep *k, struct m2sim_error *e)
{
    char path[PATH_MAX];
    const char *run;
    struct err err = { "" };
    if (!api_split_run(k->o->vs, path, &run, e))
        return false;
    k->before.file = k->o->vs;
    bool ok = db_is(path) ? load_kept(k, path, run, &err)
                          : (k->has_before = earlier_load(&k->before, path, &err));
    if (!ok)
        return api_fail_for(e, M2SIM_EXIT_DATA, &err);
    return k->has_before || nothing_named(k, path, run, e);
}

// The first result of a model has nothing to be compared with.
static bool load_latest(struct accuracy_keep *k, struct m2sim_error *e)
{
    struct err err = { "" };
    k->before.file = k->o->history;
    return !db_is(k->o->history) || load_kept(k, k->o->history, NULL, &err) ||
           api_fail_for(e, M2SIM_EXIT_DATA, &err);
}

static bool check(const struct m2sim_accuracy *o, struct m2sim_error *e)
{
    if (o->fail_over > 0 && !o->vs && !o->history)
        return api_fail(e, M2SIM_EXIT_USAGE,
                        "worse than what? A file or a history to compare with is wanted");
    if (o->margin > 0 && !o->vs && !o->fail_over)
        return api_fail(e, M2SIM_EXIT_USAGE, "a margin is of a comparison, and none is asked for");
    if (o->page && !o->history)
        return api_fail(e, M2SIM_EXIT_USAGE, "a page is drawn from a history, and none is named");
    return true;
}

bool accuracy_keep_begin(struct accuracy_keep *k, const struct m2sim_accuracy *o, struct arena *a,
                         struct m2sim_error *e)
{
    struct err err = { "" };
    *k = (struct accuracy_keep){ .o = o, .before = { .points = { .arena = a } } };
    if (!check(o, e))
        return false;
    if (o->vs ? !load_vs(k, e) : o->history && o->fail_over > 0 && !load_latest(k, e))
        return false;
    if (o->history && !kept_prepare(o->history, &err))
        return api_fail_for(e, M2SIM_EXIT_OUTPUT, &err);
    if (o->page && !(k->page = output_open(o->page, &err)))
        return api_fail_for(e, M2SIM_EXIT_OUTPUT, &err);
    return true;
}

// -- The results --

// A result before this one that is of the same core (of the only one, if one was named), or NULL.
static const struct result *same_core(const struct m2sim_accuracy *o, const struct results *r,
                                      size_t k)
{
    for (size_t j = 0; j < k; j++)
        if (r->at[j].core_digest && (o->core || strcmp(r->at[j].core, r->at[k].core) == 0))
            return &r->at[j];
    return NULL;
}

// It was read before, without an error.
void accuracy_know_cores(const struct m2sim_accuracy *o, struct results *r)
{
    struct err err;
    struct config *c = ARENA_NEW(r->arena, struct config);
    for (size_t k = 0, n; k < r->count; k += n) {
        n = results_group(r, k, false);
        const struct result *known = same_core(o, r, k);
        const char *name = known ? known->core : r->at[k].core,
                   *digest = known ? known->core_digest : NULL;
        if (!digest &&
            config_load(c, r->arena, o->core ? o->core : name, o->sets, o->set_count, &err)) {
            name = results_text(r, "%s", c->core.name);
            digest = results_text(r, "%s", c->digest);
        }
        for (size_t j = k; j < k + n; j++) {
            r->at[j].core = name;
            r->at[j].core_digest = digest;
        }
    }
}

static bool add(const struct accuracy_keep *k, const struct results *r, struct err *e)
{
    const struct m2sim_accuracy *o = k->o;
    char when[32];
    time_t t = time(NULL);
    struct tm tm;
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
    return kept_add(o->history,
                    &(struct kept){ r, when, o->label ? o->label : "", m2sim_full_version(),
                                    o->model, m2sim_model_digest(), o->command ? o->command : "" },
                    e);
}

static bool end_page(struct accuracy_keep *k, struct err *e)
{
    struct output *page = k->page;
    if (!kept_page(k->o->history, output_stream(page), e))
        return false;
    k->page = NULL;
    return output_end(page, e);
}

bool accuracy_keep_results(struct accuracy_keep *k, struct results *r, struct fit_about *about,
                           struct m2sim_error *e)
{
    enum { MARGIN = 5 };   // in thousandths
    const struct m2sim_accuracy *o = k->o;
    struct err err = { "" };
    about->version = m2sim_full_version();
    about->model_digest = m2sim_model_digest();
    about->label = o->label;
    bool any = k->has_before && comparison_make(&k->comparison, r->arena, r, &k->before,
                                                o->margin > 0 ? o->margin : MARGIN / 1e3);
    if (o->vs && !any)
        return api_fail(e, M2SIM_EXIT_DATA, "%.400s: nothing of what was compared with it",
                        k->before.file);
    k->has_before = any;
    about->vs = any ? &k->comparison : NULL;
    if (o->history && (!add(k, r, &err) || (k->page && !end_page(k, &err))))
        return api_fail_for(e, M2SIM_EXIT_OUTPUT, &err);
    return true;
}

bool accuracy_keep_is_worse(const struct accuracy_keep *k, FILE *f)
{
    if (!(k->o->fail_over > 0))
        return false;
    if (!k->has_before)
        fprintf(f,
                "%s has no result of these suites with the %s model yet: nothing to compare with\n",
                k->before.file, k->o->model);
    return k->has_before && comparison_worse(&k->comparison, k->o->fail_over, f) > 0;
}

void accuracy_keep_end(struct accuracy_keep *k)
{
    output_drop(k->page);
    free(k->before.points.at);
}
