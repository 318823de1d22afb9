// The measured loops and kernels: whole guest programs, which bench/guest/build makes.
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/accuracy.h"

enum {
    LOOP_INSTRUCTIONS = 400000,   // enough iterations of any loop that its start does not show
    WARM_TIMES = 10,              // how often the programs of warm/ do their work
};

struct columns {
    char *name;
    double instructions, cycles, low, high;
    char *trust, *machine;
};

enum column {
#define LOOPS(id, ...) id,
#include "fit/tables.def"
};

// Of a kernel the size follows its name.
static struct columns read_columns(char *const *row, bool kernels)
{
    char *const *at = row + (kernels ? 1 : 0);
    return (struct columns){ row[NAME],
                             strtod(at[INSTRUCTIONS], NULL),
                             strtod(at[CYCLES], NULL),
                             strtod(at[LOW], NULL),
                             strtod(at[HIGH], NULL),
                             at[TRUST],
                             at[MACHINE] };
}

bool accuracy_time(const struct m2sim_accuracy *o, const struct m2sim_options *program,
                   struct accuracy_run *run, struct m2sim_error *e)
{
    struct m2sim_options m = *program;
    m.mode = M2SIM_TIME;
    m.sets = o->sets;
    m.set_count = o->set_count;
    struct m2sim *s = m2sim_new(&m, e);
    if (!s)
        return false;
    run->status = m2sim_run(s);
    struct core_stats c;
    core_stats(s->core, &c);
    run->instructions = s->machine.instructions;
    run->cycles = c.cycles;
    m2sim_free(s);
    return true;
}

static bool time_guest(const struct m2sim_accuracy *o, const char *path, const char *core,
                       u64 limit, double *cpi, u64 *instructions, struct m2sim_error *e)
{
    char *argv[] = { (char *)path, NULL };
    struct m2sim_options m = {
        .program = path, .argv = argv, .model = o->model, .core = core, .max_instructions = limit
    };
    struct accuracy_run run;
    if (!accuracy_time(o, &m, &run, e))
        return false;
    *cpi = (double)run.cycles / (double)run.instructions;
    *instructions = run.instructions;
    return true;
}

static bool run_loop(const struct m2sim_accuracy *o, const char *path, const struct columns *c,
                     struct result *r, struct m2sim_error *e)
{
    double cpi;
    u64 ran;
    if (!time_guest(o, path, r->core, LOOP_INSTRUCTIONS, &cpi, &ran, e))
        return false;
    r->sim = cpi * c->instructions;
    return true;
}

// Only code of the same shape can be compared: clang's, whose count is known. `times` it runs.
static bool run_kernel(const struct m2sim_accuracy *o, const char *path, double times,
                       const struct columns *c, struct result *r, struct results *all,
                       struct m2sim_error *e)
{
    u64 ran;
    if (!time_guest(o, path, r->core, 0, &r->sim, &ran, e))
        return false;
    double more = (double)ran / times / c->instructions - 1;
    if (fabs(more) > 0.05) {
        r->shown_only = true;
        r->note = results_text(all, "%+.0f %% instructions: another compiler's code", more * 100);
    }
    return true;
}

// The core of a machine: "M2", "M2 Pro", "M2 E" of its E core, "M1 at 3.204 GHz".
static const char *core_of(const char *machine)
{
    size_t n = strlen(machine);
    bool small = n > 2 && strcmp(machine + n - 2, " E") == 0, m2 = strncmp(machine, "M2", 2) == 0;
    if (small)
        return m2 ? "m2-blizzard" : "m1-icestorm";
    return m2 ? "m2-avalanche" : "m1-firestorm";
}

static struct result new_result(struct results *all, const struct m2sim_accuracy *o, bool kernels,
                                const struct columns *c)
{
    struct result r = { .x = NAN, .sim = NAN };
    double by = kernels ? c->instructions : 1;
    r.set = kernels ? "kernels" : "loops";
    r.core = o->core ? o->core : core_of(c->machine);
    r.family = kernels ? "cycles an instruction" : "cycles an iteration";
    r.unit = "cycles";
    r.name = results_text(all, "%s", c->name);
    r.hw = c->cycles / by;
    // A point measurement (the ruler) has the range of its rounding.
    r.low = c->low < c->high ? c->low / by : r.hw * 0.99;
    r.high = c->low < c->high ? c->high / by : r.hw * 1.01;
    r.shown_only = strncmp(c->trust, "suspect", 7) == 0;
    r.note = r.shown_only ? results_text(all, "%s", c->trust) : NULL;
    return r;
}

struct guests {
    const struct m2sim_accuracy *o;
    const struct fit *f;
    bool kernels;
    size_t rows;
    struct m2sim_error error;   // of a program; exit code 0 when there is none
};

static bool time_row(void *ctx, char **row, struct err *e)
{
    struct guests *s = ctx;
    const struct m2sim_accuracy *o = s->o;
    if (s->rows++ % s->f->every || s->error.exit_code)
        return true;
    char path[PATH_MAX];
    struct columns c = read_columns(row, s->kernels);
    struct result r = new_result(s->f->results, o, s->kernels, &c);
    double times = WARM_TIMES;
    snprintf(path, sizeof(path), "%s/%s/%s", o->guests, s->kernels ? "warm" : "loops", c.name);
    if (s->kernels && access(path, R_OK) != 0) {
        times = 1;
        snprintf(path, sizeof(path), "%s/bare/%s", o->guests, c.name);
    }
    bool ok = true;
    if (access(path, R_OK) != 0) {
        r.note = "no such program: run bench/guest/build";
        if (strcmp(o->suite, "all") != 0)
            ok = api_fail(&s->error, M2SIM_EXIT_NO_INPUT,
                          "no guest program '%.300s': bench/guest/build of the sources makes "
                          "it, --guests DIR says where",
                          path);
    } else {
        ok = s->kernels ? run_kernel(o, path, times, &c, &r, s->f->results, &s->error)
                        : run_loop(o, path, &c, &r, &s->error);
    }
    *results_add(s->f->results) = r;
    return ok || err_set(e, "%s", s->error.text);
}

bool accuracy_guests(const struct m2sim_accuracy *o, const struct fit *f, bool kernels,
                     struct m2sim_error *e)
{
    struct err err = { "" };
    struct guests s = { .o = o, .f = f, .kernels = kernels };
    if (fit_rows(f, kernels ? TABLE_KERNELS : TABLE_LOOPS, time_row, &s, &err))
        return true;
    if (!s.error.exit_code)
        return api_fail_for(e, M2SIM_EXIT_NO_INPUT, &err);
    *e = s.error;
    return false;
}
