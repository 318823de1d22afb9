// Real programs beside real machines: rows of measured/apps.csv, programs that bench/guest/build makes.
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/accuracy.h"

enum column {
#define APPS(id, ...) id,
#include "fit/tables.def"
    COLUMNS
};

enum { MOST_APPS = 256, MOST_ARGUMENTS = 8, MOST_MORE_PERCENT = 3 };

struct app {
    char *at[COLUMNS];
    char path[PATH_MAX];
    bool built;
    double instructions;   // simulated, a unit
    struct result r;
    struct m2sim_error error;
};

struct apps {
    const struct m2sim_accuracy *o;
    const struct fit *f;
    struct app *at[MOST_APPS];
    size_t count;
    bool failed;   // of a job: the others need not begin
};

// -- The table --

static bool take_row(void *ctx, char **at, struct err *e)
{
    struct apps *s = ctx;
    if (s->count == MOST_APPS)
        return fit_bad_row(at[NAME], "too many rows", e);
    struct app *a = ARENA_NEW(s->f->results->arena, struct app);
    memcpy(a->at, at, sizeof(a->at));
    a->r = (struct result){
        .set = "apps",
        .core = s->o->core ? s->o->core : a->at[CORE],
        .family = a->at[FAMILY],
        .name = a->at[NAME],
        .unit = a->at[UNIT],
        .x = NAN,
        .sim = NAN,
        .hw = strtod(a->at[MEASURED], NULL),
        .unseen = fit_is_unseen(a->at[NAME]),
        .fidelity = *a->at[FIDELITY],
    };
    a->r.low = a->r.high = a->r.hw;
    s->at[s->count++] = a;
    return true;
}

// A core that was measured has its own rows; any other core is given all.
static void choose_rows(struct apps *s)
{
    size_t of_core = 0, kept = 0;
    for (size_t k = 0; s->o->core && k < s->count; k++)
        of_core += strcmp(s->at[k]->at[CORE], s->o->core) == 0;
    for (size_t k = 0, n = 0; k < s->count; k++) {
        bool wanted = !of_core || strcmp(s->at[k]->at[CORE], s->o->core) == 0;
        if (wanted && n++ % s->f->every == 0)
            s->at[kept++] = s->at[k];
    }
    s->count = kept;
}

// Not every compiler is everywhere: a row without its program does not count.
static bool find_programs(struct apps *s, struct m2sim_error *e)
{
    size_t built = 0;
    for (size_t k = 0; k < s->count; k++) {
        struct app *a = s->at[k];
        snprintf(a->path, sizeof(a->path), "%s/apps/%s", s->o->guests, a->at[PROGRAM]);
        a->built = access(a->path, R_OK) == 0;
        built += a->built;
        a->r.shown_only = !a->built;
        if (!a->built)
            a->r.note = "no such program: bench/guest/build says which compiler it wants";
    }
    return built || !s->count || strcmp(s->o->suite, "all") == 0 ||
           api_fail(e, M2SIM_EXIT_NO_INPUT,
                    "no guest program '%.300s': bench/guest/build of the sources makes it, "
                    "--guests DIR says where",
                    s->at[0]->path);
}

// -- Runs --

static bool time_passes(const struct apps *s, struct app *a, u64 passes, struct accuracy_run *run)
{
    char text[256], number[24], *argv[MOST_ARGUMENTS + 2] = { a->path }, *rest = text;
    snprintf(text, sizeof(text), "%s", a->at[ARGUMENTS]);
    snprintf(number, sizeof(number), "%llu", (unsigned long long)passes);
    for (size_t n = 1; n <= MOST_ARGUMENTS && rest; n++) {
        argv[n] = strsep(&rest, " ");
        if (strcmp(argv[n], "{}") == 0)
            argv[n] = number;
    }
    struct m2sim_options m = {
        .program = a->path,
        .argv = argv,
        .model = s->o->model,
        .core = a->r.core,
        .threads = s->f->threads > 1 ? 1 : 0,
    };
    if (!accuracy_time(s->o, &m, run, &a->error))
        return false;
    return run->status == 0 ||
           api_fail(&a->error, M2SIM_EXIT_DATA, "%.300s %.60s: status %d, its result is wrong",
                    a->path, a->at[ARGUMENTS], run->status);
}

// Of code that should be what was measured, the number of instructions is the proof.
static void check_instructions(const struct apps *s, struct app *a)
{
    double measured = strtod(a->at[INSTRUCTIONS], NULL),
           more = (a->instructions / measured - 1) * 100;
    if (a->built && *a->at[INSTRUCTIONS] && fabs(more) > MOST_MORE_PERCENT)
        a->r.note = results_text(s->f->results,
                                 "%+.0f %% instructions: not the code that was measured", more);
}

static void time_app(void *ctx, struct lab *none, size_t k)
{
    (void)none;
    struct apps *s = ctx;
    struct app *a = s->at[k];
    u64 passes = strtoull(a->at[PASSES], NULL, 10);
    struct accuracy_run once, twice;
    if (!a->built || __atomic_load_n(&s->failed, __ATOMIC_RELAXED))
        return;
    if (!time_passes(s, a, passes, &once) || !time_passes(s, a, 2 * passes, &twice)) {
        __atomic_store_n(&s->failed, true, __ATOMIC_RELAXED);
        return;
    }
    double units = (double)passes * strtod(a->at[UNITS], NULL);
    a->r.sim = ((double)twice.cycles - (double)once.cycles) / units;
    a->instructions = ((double)twice.instructions - (double)once.instructions) / units;
}

bool accuracy_apps(const struct m2sim_accuracy *o, struct fit *f, struct m2sim_error *e)
{
    struct err err = { "" };
    struct apps *s = ARENA_NEW(f->results->arena, struct apps);
    *s = (struct apps){ .o = o, .f = f };
    if (!fit_rows(f, TABLE_APPS, take_row, s, &err))
        return api_fail_for(e, M2SIM_EXIT_NO_INPUT, &err);
    choose_rows(s);
    if (!find_programs(s, e))
        return false;
    const struct config *had = f->config;
    f->config = NULL;   // no job wants a lab
    bool ok = fit_jobs(f, "apps", s->count, time_app, s, &err);
    f->config = had;
    for (size_t k = 0; ok && k < s->count; k++) {
        if (s->at[k]->error.exit_code) {
            *e = s->at[k]->error;
            return false;
        }
        check_instructions(s, s->at[k]);
        *results_add(f->results) = s->at[k]->r;
    }
    return ok || api_fail_for(e, M2SIM_EXIT_INTERNAL, &err);
}
