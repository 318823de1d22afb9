// The simulated core beside measured ones.
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/accuracy.h"
#include "fit/plot.h"
#include "fit/show.h"
#include "fit/measured_paths.h"

// measured/ beside the program, where it was built, where it was installed.
static const char *measured_folder(char path[PATH_MAX])
{
    if (api_beside_program(path, "/../share/m2sim/measured"))
        return path;
    return access(MEASURED_SOURCE, R_OK) == 0 ? MEASURED_SOURCE : MEASURED_INSTALLED;
}

const char *api_guest_folder(char path[PATH_MAX])
{
    static const char built[] = MEASURED_SOURCE "/../out/guest";
    if (api_beside_program(path, "/../out/guest"))
        return path;
    return realpath(built, path) ? path : built;   // programs are shown by their real path
}

// What each set was measured on.
static const struct {
    const char *set;
    bool (*run)(const struct fit *f, struct err *e);
    const char *cores[2];
} sets[] = {
    { "instructions", fit_forms, { "m1-firestorm", "m1-icestorm" } },
    { "probes", fit_probes, { "m2-avalanche", "m2-blizzard" } },
};

static bool wanted(const struct m2sim_accuracy *o, const char *set)
{
    return !strcmp(o->set, "all") || !strcmp(o->set, set);
}

static bool run_set(const struct m2sim_accuracy *o, size_t k, const char *core, struct fit *f,
                    struct m2sim_error *e)
{
    struct err err = { "" };
    struct config *c = ARENA_NEW(f->results->arena, struct config);
    if (!config_load(c, f->results->arena, core, o->sets, o->set_count, &err))
        return api_fail(e, M2SIM_EXIT_CONFIG, "%s", err.text);
    f->config = c;
    f->core = c->core.name;
    return sets[k].run(f, &err) || api_fail(e, M2SIM_EXIT_CONFIG, "%s", err.text);
}

static bool run_sets(const struct m2sim_accuracy *o, struct fit *f, struct m2sim_error *e)
{
    bool any = false;
    for (size_t k = 0; k < COUNT(sets); k++) {
        if (!wanted(o, sets[k].set))
            continue;
        any = true;
        for (size_t j = 0; j < 2; j++)
            if ((o->core ? j == 0 : sets[k].cores[j] != NULL) &&
                !run_set(o, k, o->core ? o->core : sets[k].cores[j], f, e))
                return false;
    }
    if (wanted(o, "loops") && !accuracy_guests(o, f, false, e))
        return false;
    if (wanted(o, "kernels") && !accuracy_guests(o, f, true, e))
        return false;
    if (strcmp(o->set, "models") == 0)   // all are those of real machines
        return accuracy_models(o, f, e);
    return any || wanted(o, "loops") || wanted(o, "kernels") ||
           api_fail(e, M2SIM_EXIT_USAGE,
                    "no set '%s' of measurements: instructions, probes, loops, kernels, models or "
                    "all",
                    o->set);
}

static bool write_plots(const struct m2sim_accuracy *o, const struct fit *f, struct m2sim_error *e)
{
    struct err err = { "" };
    return fit_plots(f->results, o->output, f->model, &err) ||
           api_fail(e, M2SIM_EXIT_OUTPUT, "%s", err.text);
}

bool m2sim_accuracy(const struct m2sim_accuracy *options, FILE *out, unsigned flags,
                    struct m2sim_error *e)
{
    struct m2sim_accuracy o = *options;
    char folder[PATH_MAX], guests[PATH_MAX];
    o.set = o.set ? o.set : "all";
    o.guests = o.guests ? o.guests : api_guest_folder(guests);
    struct results r = { .arena = arena_new() };
    struct fit f = {
        .model = o.model ? o.model : "fast",
        .folder = measured_folder(folder),
        .threads = o.threads ? o.threads : 1,
        .every = o.every ? o.every : 1,
        .progress = o.progress,
        .ctx = o.ctx,
        .results = &r,
    };
    bool ok = run_sets(&o, &f, e);
    results_sort(&r);
    fit_reasons(&r);
    if (ok && o.output)
        ok = write_plots(&o, &f, e);
    if (ok && flags & M2SIM_JSON)
        fit_show_json(&r, f.model, out, flags & M2SIM_LIST);
    else if (ok)
        fit_show(&r, out, flags & M2SIM_LIST);
    free(r.at);
    arena_free(r.arena);
    return ok;
}
