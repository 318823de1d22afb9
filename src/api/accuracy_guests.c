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
    MOST_MORE_PERCENT = 5,
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

// -- Points --

const char *accuracy_path(const struct m2sim_accuracy *o, const struct fit *f, const char *folder,
                          const char *name)
{
    size_t n = strlen(o->guests) + strlen(folder) + strlen(name) + 3;
    char *path = ARENA_ARRAY(f->results->arena, n, char);
    snprintf(path, n, "%s/%s/%s", o->guests, folder, name);
    return path;
}

void accuracy_add_point(const struct fit *f, struct guest_points *all, const struct guest_point *p)
{
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 64;
        struct guest_point **more = ARENA_ARRAY(f->results->arena, room, struct guest_point *);
        if (all->count)
            memcpy(more, all->at, all->count * sizeof(*more));
        all->at = more;
        all->room = room;
    }
    all->at[all->count] = ARENA_NEW(f->results->arena, struct guest_point);
    *all->at[all->count++] = *p;
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

// Clang's kernels run many times over where that compiler is, else gcc's do once.
static void find_program(const struct m2sim_accuracy *o, const struct fit *f, bool kernels,
                         const struct columns *c, struct guest_point *p)
{
    double times = WARM_TIMES;
    p->path = accuracy_path(o, f, kernels ? "warm" : "loops", c->name);
    if (kernels && access(p->path, R_OK) != 0) {
        times = 1;
        p->path = accuracy_path(o, f, "bare", c->name);
    }
    p->built = access(p->path, R_OK) == 0;
    p->scale = kernels ? 1 : c->instructions;
    p->limit = kernels ? 0 : LOOP_INSTRUCTIONS;
    p->instructions = kernels ? c->instructions * times : NAN;
}

static bool need_program(const struct m2sim_accuracy *o, struct guest_point *p,
                         struct m2sim_error *e)
{
    if (p->built)
        return true;
    p->r.note = "no such program: run bench/guest/build";
    return strcmp(o->suite, "all") == 0 ||
           api_fail(e, M2SIM_EXIT_NO_INPUT,
                    "no guest program '%.300s': bench/guest/build of the sources makes "
                    "it, --guests DIR says where",
                    p->path);
}

struct reader {
    const struct m2sim_accuracy *o;
    const struct fit *f;
    bool kernels;
    size_t rows;
    struct guest_points *all;
    struct m2sim_error error;   // of a program; exit code 0 when there is none
};

static bool take_row(void *ctx, char **row, struct err *e)
{
    struct reader *s = ctx;
    if (s->rows++ % s->f->every)
        return true;
    struct columns c = read_columns(row, s->kernels);
    struct guest_point p = { .r = new_result(s->f->results, s->o, s->kernels, &c),
                             .arguments = "" };
    find_program(s->o, s->f, s->kernels, &c, &p);
    accuracy_add_point(s->f, s->all, &p);
    return need_program(s->o, s->all->at[s->all->count - 1], &s->error) ||
           err_set(e, "%s", s->error.text);
}

bool accuracy_read_guests(const struct m2sim_accuracy *o, const struct fit *f, bool kernels,
                          struct guest_points *all, struct m2sim_error *e)
{
    struct err err = { "" };
    struct reader s = { .o = o, .f = f, .kernels = kernels, .all = all };
    if (fit_rows(f, kernels ? TABLE_KERNELS : TABLE_LOOPS, take_row, &s, &err))
        return true;
    if (!s.error.exit_code)
        return api_fail_for(e, M2SIM_EXIT_NO_INPUT, &err);
    *e = s.error;
    return false;
}

bool accuracy_is_other_code(const struct guest_point *p, double instructions)
{
    return fabs(instructions / p->instructions - 1) > MOST_MORE_PERCENT / 100.0;
}

// Only code of the same shape can be compared: clang's, whose count is known.
void accuracy_check_code(const struct fit *f, struct guest_point *p, double instructions)
{
    double more = instructions / p->instructions - 1;
    if (!accuracy_is_other_code(p, instructions))
        return;
    p->r.shown_only = true;
    p->r.note =
        results_text(f->results, "%+.0f %% instructions: another compiler's code", more * 100);
}

// -- Runs --

static bool time_whole(const struct m2sim_accuracy *o, const struct fit *f, struct guest_point *p,
                       struct m2sim_error *e)
{
    char *argv[] = { (char *)p->path, NULL };
    struct m2sim_options m = { .program = p->path,
                               .argv = argv,
                               .model = o->model,
                               .core = p->r.core,
                               .max_instructions = p->limit };
    struct accuracy_run run;
    if (!accuracy_time(o, &m, &run, e))
        return false;
    p->r.sim = (double)run.cycles / (double)run.instructions * p->scale;
    accuracy_check_code(f, p, (double)run.instructions);
    return true;
}

bool accuracy_guests(const struct m2sim_accuracy *o, const struct fit *f, bool kernels,
                     struct m2sim_error *e)
{
    struct guest_points all = { 0 };
    bool ok = accuracy_read_guests(o, f, kernels, &all, e);
    for (size_t k = 0; ok && k < all.count; k++) {
        ok = !all.at[k]->built || time_whole(o, f, all.at[k], e);
        *results_add(f->results) = all.at[k]->r;
    }
    return ok;
}
