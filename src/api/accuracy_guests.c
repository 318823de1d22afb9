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

// name[,size],instructions,cycles,low,high,trust,machine,source
static bool read_columns(char *line, bool kernels, struct columns *c)
{
    char *field[9];
    size_t skip = kernels ? 1 : 0, n = fit_fields(line, field, 9);
    if (n < 7 + skip || strcmp(field[0], "name") == 0)
        return false;
    char **at = field + skip;
    *c = (struct columns){ field[0],
                           strtod(at[1], NULL),
                           strtod(at[2], NULL),
                           strtod(at[3], NULL),
                           strtod(at[4], NULL),
                           at[5],
                           at[6] };
    return true;
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

static struct result new_result(struct results *all, const struct m2sim_accuracy *o, bool kernels,
                                const struct columns *c)
{
    struct result r = { .x = NAN, .sim = NAN };
    double by = kernels ? c->instructions : 1;
    r.set = kernels ? "kernels" : "loops";
    r.core = o->core ? o->core : strcmp(c->machine, "M2") ? "m1-firestorm" : "m2-avalanche";
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

bool accuracy_guests(const struct m2sim_accuracy *o, const struct fit *f, bool kernels,
                     struct m2sim_error *e)
{
    struct err err = { "" };
    FILE *file = fit_open(f, kernels ? "kernels.csv" : "loops.csv", &err);
    if (!file)
        return api_fail_for(e, M2SIM_EXIT_NO_INPUT, &err);
    char line[512], path[PATH_MAX];
    bool ok = true;
    for (size_t n = 0; ok && fgets(line, sizeof(line), file);) {
        struct columns c;
        if (!read_columns(line, kernels, &c) || n++ % f->every)
            continue;
        struct result r = new_result(f->results, o, kernels, &c);
        double times = WARM_TIMES;
        snprintf(path, sizeof(path), "%s/%s/%s", o->guests, kernels ? "warm" : "loops", c.name);
        if (kernels && access(path, R_OK) != 0) {
            times = 1;
            snprintf(path, sizeof(path), "%s/bare/%s", o->guests, c.name);
        }
        if (access(path, R_OK) != 0) {
            r.note = "no such program: run bench/guest/build";
            if (strcmp(o->suite, "all") != 0)
                ok = api_fail(e, M2SIM_EXIT_NO_INPUT,
                              "no guest program '%.300s': bench/guest/build of the sources makes "
                              "it, --guests DIR says where",
                              path);
        } else {
            ok = kernels ? run_kernel(o, path, times, &c, &r, f->results, e)
                         : run_loop(o, path, &c, &r, e);
        }
        *results_add(f->results) = r;
    }
    if (!fit_close(file, "measured programs", &err) && ok)
        ok = api_fail_for(e, M2SIM_EXIT_NO_INPUT, &err);
    return ok;
}
