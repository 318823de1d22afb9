// Parameters found from measurements: what `m2sim calibrate` does.
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/stretches.h"
#include "base/data.h"
#include "calibrate/answers.h"
#include "model_digest.h"

struct work {
    const struct m2sim_calibrate *o;
    struct m2sim_accuracy measured;   // how the tables are read, and programs timed
    struct calibration c;
    struct results r;
    struct fit fit;
    struct config base;
    char folder[PATH_MAX], guests[PATH_MAX];
};

// Of a folder of the user's those are wanted that are there.
static bool is_there(const struct work *w, const char *suite)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof(path), "%s/%s.csv", w->folder, suite);
    return !w->o->measured || access(path, F_OK) == 0;
}

static bool has_suite(const struct work *w, const char *suite)
{
    size_t n = strlen(suite);
    for (const char *at = w->o->suite; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (!strncmp(at, suite, n) && (!at[n] || at[n] == ','))
            return true;
    return !w->o->suite && strcmp(suite, "probes") != 0 && is_there(w, suite) &&
           accuracy_was_measured_on(suite, w->base.core.name);
}

static void prepare(struct work *w, const struct m2sim_calibrate *o)
{
    *w = (struct work){ .o = o };
    w->r.arena = w->c.arena = arena_new();
    w->measured = (struct m2sim_accuracy){
        .suite = "calibrate",
        .model = o->model ? o->model : "fast",
        .core = o->core ? o->core : "m2-avalanche",
        .sets = o->sets,
        .set_count = o->set_count,
        .guests = o->guests ? o->guests : api_guest_folder(w->guests),
        .threads = o->threads,
    };
    if (o->measured)
        snprintf(w->folder, sizeof(w->folder), "%s", o->measured);
    else
        data_find(w->folder, "measured");
    w->fit = (struct fit){
        .core = w->measured.core,
        .model = w->measured.model,
        .folder = w->folder,
        .threads = o->threads ? o->threads : 2,
        .every = o->every ? o->every : 1,
        .progress = o->progress,
        .ctx = o->ctx,
        .results = &w->r,
    };
    w->c.fit = &w->fit;
    w->c.base = &w->base;
    w->c.discrepancy = w->c.coverage = NAN;
    w->c.o = (struct cal_options){
        .most = o->most         ? o->most
                : o->parameters ? CAL_PARAMS
                                : 10,
        .names = o->parameters,
        .folds = o->folds ? o->folds : 5,
        .trajectories = o->trajectories ? o->trajectories : 2,
        .global = o->global >= 0 ? (u32)o->global : 60,
        .local = o->local ? o->local : 60,
        .seed = o->seed,
        .perturb = o->perturb,
        .stop = o->stop,
    };
}

static void release(struct work *w)
{
    for (size_t k = 0; k < w->c.points; k++)
        stretch_free(w->c.point[k].stretch);
    answers_free(w->c.answers);
    free(w->r.at);
    arena_free(w->c.arena);
}

static bool is_file(const char *name, const struct stat *of)
{
    struct stat s;
    return name && !stat(name, &s) && s.st_dev == of->st_dev && s.st_ino == of->st_ino;
}

// A core file extends the one calibrated, which must not end by being written over.
static bool check_core_file(const struct work *w, struct m2sim_error *e)
{
    const char *name = w->o->core_file;
    struct stat s;
    if (!name || stat(name, &s) || !S_ISREG(s.st_mode))
        return true;
    bool own = is_file(w->measured.core, &s);
    for (u32 k = 0; k < PARAM_COUNT && !own; k++)
        own = is_file(w->base.origin[k].file, &s) || is_file(w->base.fit.of[k].origin.file, &s);
    return !own || api_fail(e, M2SIM_EXIT_USAGE,
                            "--output %.300s: is of the core that is calibrated, and would "
                            "extend itself",
                            name);
}

// The core's name in reports and tables is the one in its file.
static bool load_core(struct work *w, struct m2sim_error *e)
{
    struct err err = { "" };
    if (!api_choose_model(w->measured.model, e))
        return false;
    if (!config_load(&w->base, w->c.arena, w->measured.core, w->o->sets, w->o->set_count, &err))
        return api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
    if (!check_core_file(w, e))
        return false;
    if (core_reads_lines(&w->base))
        return api_fail(e, M2SIM_EXIT_CONFIG,
                        "core.prefetch.pointers looks at memory, which a recorded stretch has "
                        "not: calibrate without it");
    return true;
}

// Without a name the answers are kept where programs keep what they can make again.
static bool open_answers(struct work *w, struct m2sim_error *e)
{
    char path[PATH_MAX] = "";
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME"), *file = w->o->cache;
    cache = cache && *cache ? cache : NULL;
    struct err err = { "" };
    if (!file && (cache || home)) {
        snprintf(path, sizeof(path), "%.3000s%s", cache ? cache : home, cache ? "" : "/.cache");
        mkdir(path, 0777);
        strncat(path, "/m2sim", sizeof(path) - strlen(path) - 1);
        mkdir(path, 0777);
        strncat(path, "/calibrate.sqlite", sizeof(path) - strlen(path) - 1);
        file = path;
    }
    w->c.answers = answers_new(file, MODEL_DIGEST " " CALIBRATION_DIGEST, &err);
    if (!w->c.answers && !w->o->cache) {
        struct err at = err;
        err_set(&err, "%.200s; --cache names another file for the answers", at.text);
        err.kind = at.kind;
    }
    return w->c.answers || api_fail_for(e, M2SIM_EXIT_OUTPUT, &err);
}

// Of a table of the lab, whose rows say what is run; 0 when there is none.
static u64 table_digest(const struct work *w, enum table_id t)
{
    char path[PATH_MAX + 64];
    u64 digest;
    struct m2sim_error none;
    snprintf(path, sizeof(path), "%s/%s", w->folder, table_file(t));
    return api_digest_file(path, &digest, &none) ? digest : 0;
}

static bool add_points(struct work *w, struct m2sim_error *e)
{
    struct guest_points guests = { 0 };
    struct err err = { "" };
    if (has_suite(w, "loops") && !accuracy_read_guests(&w->measured, &w->fit, false, &guests, e))
        return false;
    if (has_suite(w, "kernels") && !accuracy_read_guests(&w->measured, &w->fit, true, &guests, e))
        return false;
    if (has_suite(w, "apps") && !accuracy_read_apps(&w->measured, &w->fit, &guests, e))
        return false;
    if (!api_add_stretches(&w->c, &w->measured, &guests, e))
        return false;
    static const char *const lab[] = { "sequences", "probes" };
    w->c.sequences = table_digest(w, TABLE_SEQUENCES);
    w->c.probes = table_digest(w, TABLE_PROBES);
    for (size_t k = 0; k < COUNT(lab) && !w->c.stopped; k++)
        if (has_suite(w, lab[k]) && !cal_add_lab(&w->c, lab[k], &err))
            return api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
    return w->c.points || w->c.stopped ||
           api_fail(e, M2SIM_EXIT_NO_INPUT, "there is nothing to calibrate with");
}

static bool check(const struct work *w, bool writes, struct m2sim_error *e)
{
    const struct m2sim_calibrate *o = w->o;
    struct err err = { "" };
    if (!cal_can_fit(&err))
        return api_fail_for(e, M2SIM_EXIT_INTERNAL, &err);
    if (writes && strlen(w->fit.core) >= PARAM_TEXT_MAX)
        return api_fail(e, M2SIM_EXIT_USAGE,
                        "%.300s: a core file can extend one of at most %d characters", w->fit.core,
                        PARAM_TEXT_MAX - 1);
    if (o->suite && !api_choose_some(M2SIM_FITTED, o->suite, e))
        return false;
    return !o->measured || !access(o->measured, R_OK | X_OK) ||
           api_fail(e, M2SIM_EXIT_NO_INPUT, "--measured %.400s: %s", o->measured, strerror(errno));
}

static bool plan(struct work *w, FILE *out, unsigned flags, struct m2sim_error *e)
{
    struct err err = { "" };
    for (unsigned k = 0; k < (w->o->iterations ? w->o->iterations : 1) && !w->c.stopped; k++) {
        w->c.timing = true;
        if (!cal_begin(&w->c, &err) && !w->c.stopped)
            return api_fail_for(e, M2SIM_EXIT_OUTPUT, &err);
    }
    if (!w->c.stopped && flags & M2SIM_JSON)
        cal_show_json(&w->c, out);
    else if (!w->c.stopped)
        cal_show_plan(&w->c, out);
    return true;
}

static bool calibrate(struct work *w, struct m2sim_error *e)
{
    struct err err = { "" };
    bool ok = cal_begin(&w->c, &err) && cal_screen(&w->c, &err) && cal_search(&w->c, &err);
    return ok || w->c.stopped || api_fail_for(e, M2SIM_EXIT_OUTPUT, &err);
}

bool m2sim_calibrate(const struct m2sim_calibrate *o, FILE *out, FILE *core, unsigned flags,
                     struct m2sim_error *e)
{
    struct work *w = calloc(1, sizeof(*w));
    struct err err = { "" };
    if (!w)
        return api_fail(e, M2SIM_EXIT_INTERNAL, "out of memory");
    prepare(w, o);
    bool ok = check(w, core, e) && load_core(w, e) &&
              (cal_list_params(&w->c, &err) ||
               api_fail_for(e, o->parameters ? M2SIM_EXIT_USAGE : M2SIM_EXIT_CONFIG, &err)) &&
              open_answers(w, e) && add_points(w, e);
    if (ok && o->dry_run)
        ok = plan(w, out, flags, e);
    else if (ok && (ok = w->c.stopped || calibrate(w, e))) {
        if (flags & M2SIM_JSON)
            cal_show_json(&w->c, out);
        else
            cal_show(&w->c, out);
        if (core && w->c.fitted_all)
            cal_write(&w->c, o->command ? o->command : "m2sim calibrate", core);
    }
    release(w);
    free(w);
    return ok;
}
