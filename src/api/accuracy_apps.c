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
};

enum { MOST_MORE_PERCENT = 3 };

// What a reader of the table knows.
struct reader {
    const struct m2sim_accuracy *o;
    const struct fit *f;
    struct guest_points *all;
    size_t first;   // of `all` that is a row's
    const char **core;   // whose each is, from there on
    size_t room;
};

// -- The table --

// Rows of the table are of the core that was measured, and stand in its name.
static void note_core(struct reader *s, const char *core)
{
    size_t n = s->all->count - s->first;
    if (n > s->room) {
        size_t room = 2 * n;
        const char **more = ARENA_ARRAY(s->f->results->arena, room, const char *);
        if (s->room)
            memcpy(more, s->core, s->room * sizeof(*more));
        s->core = more;
        s->room = room;
    }
    s->core[n - 1] = core;
}

static bool take_row(void *ctx, char **at, struct err *e)
{
    struct reader *s = ctx;
    (void)e;
    struct guest_point p = {
        .r = { .set = "apps",
               .core = s->o->core ? s->o->core : at[CORE],
               .family = at[FAMILY],
               .name = at[NAME],
               .unit = at[UNIT],
               .x = NAN,
               .sim = NAN,
               .hw = strtod(at[MEASURED], NULL),
               .unseen = fit_is_unseen(at[NAME]),
               .fidelity = *at[FIDELITY] },
        .path = accuracy_path(s->o, s->f, "apps", at[PROGRAM]),
        .arguments = at[ARGUMENTS],
        .passes = strtoull(at[PASSES], NULL, 10),
        .units = strtod(at[UNITS], NULL),
        .instructions = *at[INSTRUCTIONS] ? strtod(at[INSTRUCTIONS], NULL) : NAN,
    };
    p.r.low = p.r.high = p.r.hw;
    accuracy_add_point(s->f, s->all, &p);
    note_core(s, at[CORE]);
    return true;
}

// A core that was measured has its own rows; any other core is given all.
static void choose_rows(struct reader *s)
{
    size_t of_core = 0, rows = s->all->count - s->first;
    struct guest_point **at = s->all->at + s->first;
    for (size_t k = 0; s->o->core && k < rows; k++)
        of_core += strcmp(s->core[k], s->o->core) == 0;
    s->all->count = s->first;
    for (size_t k = 0, n = 0; k < rows; k++) {
        bool wanted = !of_core || strcmp(s->core[k], s->o->core) == 0;
        if (wanted && n++ % s->f->every == 0)
            s->all->at[s->all->count++] = at[k];
    }
}

// Not every compiler is everywhere: a row without its program does not count.
static bool find_programs(const struct reader *s, struct m2sim_error *e)
{
    size_t built = 0;
    for (size_t k = s->first; k < s->all->count; k++) {
        struct guest_point *p = s->all->at[k];
        p->built = access(p->path, R_OK) == 0;
        built += p->built;
        p->r.shown_only = !p->built;
        if (!p->built)
            p->r.note = "no such program: bench/guest/build says which compiler it wants";
    }
    return built || s->first == s->all->count || strcmp(s->o->suite, "all") == 0 ||
           api_fail(e, M2SIM_EXIT_NO_INPUT,
                    "no guest program '%.300s': bench/guest/build of the sources makes it, "
                    "--guests DIR says where",
                    s->all->at[s->first]->path);
}

bool accuracy_read_apps(const struct m2sim_accuracy *o, const struct fit *f,
                        struct guest_points *all, struct m2sim_error *e)
{
    struct err err = { "" };
    struct reader s = { o, f, all, all->count, NULL, 0 };
    if (!fit_rows(f, TABLE_APPS, take_row, &s, &err))
        return api_fail_for(e, M2SIM_EXIT_NO_INPUT, &err);
    choose_rows(&s);
    return find_programs(&s, e);
}

// -- Runs --

struct apps {
    const struct m2sim_accuracy *o;
    struct fit *f;
    struct guest_points all;
    struct m2sim_error *error;   // of each
    bool failed;   // of a job: the others need not begin
};

void accuracy_words(const struct guest_point *p, u64 passes, char text[256],
                    char *argv[GUEST_WORDS])
{
    size_t n = 0, used = (size_t)snprintf(text, 256, "%s", p->arguments) + 1;
    char *rest = text, *number = text + used;
    argv[n++] = (char *)p->path;
    if (used < 256)
        snprintf(number, 256 - used, "%llu", (unsigned long long)passes);
    while (rest && *rest && n < GUEST_WORDS - 1) {
        argv[n] = strsep(&rest, " ");
        if (strcmp(argv[n], "{}") == 0)
            argv[n] = number;
        n++;
    }
    argv[n] = NULL;
}

static bool time_passes(const struct apps *s, const struct guest_point *p, u64 passes,
                        struct accuracy_run *run, struct m2sim_error *e)
{
    char text[256], *argv[GUEST_WORDS];
    accuracy_words(p, passes, text, argv);
    struct m2sim_options m = {
        .program = p->path,
        .argv = argv,
        .model = s->o->model,
        .core = p->r.core,
        .threads = s->f->threads > 1 ? 1 : 0,
    };
    if (!accuracy_time(s->o, &m, run, e))
        return false;
    return run->status == 0 ||
           api_fail(e, M2SIM_EXIT_DATA, "%.300s %.60s: status %d, its result is wrong", p->path,
                    p->arguments, run->status);
}

// Of code that should be what was measured, the number of instructions is the proof.
static void check_instructions(struct results *all, struct guest_point *p, double instructions)
{
    double more = (instructions / p->instructions - 1) * 100;
    if (fabs(more) > MOST_MORE_PERCENT)
        p->r.note =
            results_text(all, "%+.0f %% instructions: not the code that was measured", more);
}

static void time_app(void *ctx, struct lab *none, size_t k)
{
    (void)none;
    struct apps *s = ctx;
    struct guest_point *p = s->all.at[k];
    struct accuracy_run once, twice;
    if (!p->built || __atomic_load_n(&s->failed, __ATOMIC_RELAXED))
        return;
    if (!time_passes(s, p, p->passes, &once, &s->error[k]) ||
        !time_passes(s, p, 2 * p->passes, &twice, &s->error[k])) {
        __atomic_store_n(&s->failed, true, __ATOMIC_RELAXED);
        return;
    }
    double units = (double)p->passes * p->units;
    p->r.sim = ((double)twice.cycles - (double)once.cycles) / units;
    p->simulated = ((double)twice.instructions - (double)once.instructions) / units;
}

bool accuracy_apps(const struct m2sim_accuracy *o, struct fit *f, struct m2sim_error *e)
{
    struct err err = { "" };
    struct apps s = { .o = o, .f = f };
    if (!accuracy_read_apps(o, f, &s.all, e))
        return false;
    s.error = ARENA_ARRAY(f->results->arena, s.all.count + 1, struct m2sim_error);
    const struct config *had = f->config;
    f->config = NULL;   // no job wants a lab
    bool ok = fit_jobs(f, "apps", s.all.count, time_app, &s, &err);
    f->config = had;
    for (size_t k = 0; ok && k < s.all.count; k++) {
        if (s.error[k].exit_code) {
            *e = s.error[k];
            return false;
        }
        if (s.all.at[k]->built)
            check_instructions(f->results, s.all.at[k], s.all.at[k]->simulated);
        *results_add(f->results) = s.all.at[k]->r;
    }
    return ok || api_fail_for(e, M2SIM_EXIT_INTERNAL, &err);
}
