// The simulated core beside measured ones.
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/accuracy.h"
#include "base/data.h"
#include "fit/plot.h"
#include "fit/show.h"

const char *api_guest_folder(char path[PATH_MAX])
{
    data_find(path, "out/guest");
    return path;
}

// What each set was measured on.
static const struct {
    const char *set;
    bool (*run)(const struct fit *f, struct err *e);
    const char *cores[2];
    enum table_id table;
} sets[] = {
    { "instructions", fit_forms, { "m1-firestorm", "m1-icestorm" }, TABLE_FORMS },
    { "sequences", fit_sequences, { "m1-firestorm", "m1-icestorm" }, TABLE_SEQUENCES },
    { "probes", fit_probes, { "m2-avalanche", "m2-blizzard" }, TABLE_PROBES },
};

bool accuracy_was_measured_on(const char *set, const char *core)
{
    for (size_t k = 0; k < COUNT(sets); k++)
        if (strcmp(sets[k].set, set) == 0)
            return strcmp(sets[k].cores[0], core) == 0 || strcmp(sets[k].cores[1], core) == 0;
    return true;
}

// "models" compares nothing with a real machine, and is not among all.
static bool wanted(const struct m2sim_accuracy *o, const char *suite)
{
    size_t n = strlen(suite);
    for (const char *at = o->suite; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if ((!strncmp(at, suite, n) && (!at[n] || at[n] == ',')) ||
            (!strncmp(at, "all", 3) && (!at[3] || at[3] == ',') && strcmp(suite, "models") != 0))
            return true;
    return false;
}

static bool run_set(const struct m2sim_accuracy *o, size_t k, const char *core, struct fit *f,
                    struct m2sim_error *e)
{
    struct err err = { "" };
    struct config *c = ARENA_NEW(f->results->arena, struct config);
    if (!config_load(c, f->results->arena, core, o->sets, o->set_count, &err))
        return api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
    f->config = c;
    f->core = c->core.name;
    return sets[k].run(f, &err) || api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
}

// A folder of the user's own need not have every table, where none is asked for by its name.
static bool absent(const struct m2sim_accuracy *o, const struct fit *f, enum table_id t)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%.3800s/%s", f->folder, table_file(t));
    return o->measured && strcmp(o->suite, "all") == 0 && access(path, F_OK) != 0;
}

static bool run_sets(const struct m2sim_accuracy *o, struct fit *f, struct m2sim_error *e)
{
    for (size_t k = 0; k < COUNT(sets); k++) {
        if (!wanted(o, sets[k].set) || absent(o, f, sets[k].table))
            continue;
        for (size_t j = 0; j < 2; j++)
            if ((o->core ? j == 0 : sets[k].cores[j] != NULL) &&
                !run_set(o, k, o->core ? o->core : sets[k].cores[j], f, e))
                return false;
    }
    if (wanted(o, "loops") && !absent(o, f, TABLE_LOOPS) && !accuracy_guests(o, f, false, e))
        return false;
    if (wanted(o, "kernels") && !absent(o, f, TABLE_KERNELS) && !accuracy_guests(o, f, true, e))
        return false;
    if (wanted(o, "apps") && !absent(o, f, TABLE_APPS) && !accuracy_apps(o, f, e))
        return false;
    return !wanted(o, "models") || accuracy_models(o, f, e);
}

static bool write_plots(const struct m2sim_accuracy *o, const struct fit *f, struct m2sim_error *e)
{
    struct err err = { "" };
    return fit_plots(f->results, o->output, f->model, &err) ||
           api_fail(e, M2SIM_EXIT_OUTPUT, "%s", err.text);
}

// What can be known to be wrong before the first simulation, of which there are minutes.
static bool check(const struct m2sim_accuracy *o, struct m2sim_error *e)
{
    struct err err = { "" };
    if (!api_choose_some(M2SIM_SUITES, o->suite, e) || !api_choose_model(o->model, e))
        return false;
    if (o->guests && access(o->guests, R_OK | X_OK))
        return api_fail(e, M2SIM_EXIT_NO_INPUT, "--guests %.400s: %s", o->guests, strerror(errno));
    if (o->measured && access(o->measured, R_OK | X_OK))
        return api_fail(e, M2SIM_EXIT_NO_INPUT, "--measured %.400s: %s", o->measured,
                        strerror(errno));
    return !o->output || fit_plots_prepare(o->output, &err) ||
           api_fail(e, M2SIM_EXIT_OUTPUT, "%s", err.text);
}

static bool tell_unread(const struct m2sim_accuracy *o, struct arena *a, struct m2sim_error *e)
{
    struct config *c = ARENA_NEW(a, struct config);
    struct err err = { "" };
    if (!o->unread || !o->set_count || wanted(o, "models"))
        return true;
    if (!config_load(c, a, o->core ? o->core : sets[0].cores[0], o->sets, o->set_count, &err))
        return api_fail(e, M2SIM_EXIT_CONFIG, "%s", err.text);
    for (const char *const *path = config_unread(c, a, o->model); *path; path++)
        o->unread(o->ctx, *path);
    return true;
}

static void show(const struct results *r, const struct fit_about *about, FILE *out, unsigned flags)
{
    if (flags & M2SIM_JSON) {
        fit_show_json(r, about, out, flags & M2SIM_LIST);
        return;
    }
    if (flags & M2SIM_MARKDOWN)
        fit_show_markdown(r, about->model, out, flags & M2SIM_LIST);
    else
        fit_show(r, out, flags & M2SIM_LIST);
    if (about->vs)
        comparison_show(about->vs, out, flags & M2SIM_MARKDOWN);
}

bool m2sim_accuracy(const struct m2sim_accuracy *options, FILE *out, unsigned flags,
                    struct m2sim_error *e)
{
    struct m2sim_accuracy o = *options;
    char folder[PATH_MAX], guests[PATH_MAX];
    if (o.worse)
        *o.worse = false;
    o.suite = o.suite ? o.suite : "all";
    o.model = o.model ? o.model : "fast";
    if (!check(&o, e))
        return false;
    o.guests = o.guests ? o.guests : api_guest_folder(guests);
    struct results r = { .arena = arena_new() };
    struct fit f = {
        .model = o.model,
        .folder = folder,
        .threads = o.threads ? o.threads : 1,
        .every = o.every ? o.every : 1,
        .progress = o.progress,
        .ctx = o.ctx,
        .results = &r,
    };
    struct fit_about about = { .model = o.model };
    struct accuracy_keep keep;
    if (o.measured)
        snprintf(folder, sizeof(folder), "%s", o.measured);
    else
        data_find(folder, "measured");
    bool ok = accuracy_keep_begin(&keep, &o, r.arena, e) && tell_unread(&o, r.arena, e) &&
              run_sets(&o, &f, e);
    accuracy_know_cores(&o, &r);
    results_sort(&r);
    fit_reasons(&r);
    if (ok && o.output)
        ok = write_plots(&o, &f, e);
    ok = ok && accuracy_keep_results(&keep, &r, &about, e);
    if (ok) {
        show(&r, &about, out, flags);
        bool worse = accuracy_keep_is_worse(&keep, flags & M2SIM_JSON ? stderr : out);
        if (o.worse)
            *o.worse = worse;
    }
    accuracy_keep_end(&keep);
    free(r.at);
    arena_free(r.arena);
    return ok;
}
