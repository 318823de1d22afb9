// The fast model beside the detailed one, on the programs of bench/guest: not a measurement of a
// real core, but of what is given up for speed.
#include <math.h>
#include <stdio.h>

#include "api/accuracy.h"
#include "bench/suite.h"

enum { INSTRUCTIONS = 5000000 };   // of each program: none has ended by then

static bool time_first(const struct m2sim_accuracy *o, struct m2sim_options *m, const char *model,
                       double *cpi, struct m2sim_error *e)
{
    struct accuracy_run run;
    m->model = model;
    if (!accuracy_time(o, m, &run, e))
        return false;
    *cpi = (double)run.cycles / (double)run.instructions;
    return true;
}

static bool compare(const struct m2sim_accuracy *o, const struct suite_program *p, struct result *r,
                    struct m2sim_error *e)
{
    char argument[24];
    snprintf(argument, sizeof(argument), "%lu", p->full);
    char *argv[] = { (char *)p->path, argument, NULL };
    struct m2sim_options m = {
        .program = p->path, .argv = argv, .core = r->core, .max_instructions = INSTRUCTIONS
    };
    if (!time_first(o, &m, "detailed", &r->hw, e) || !time_first(o, &m, o->model, &r->sim, e))
        return false;
    r->low = r->high = r->hw;
    return true;
}

bool accuracy_models(const struct m2sim_accuracy *o, const struct fit *f, struct m2sim_error *e)
{
    struct err err = { "" };
    struct suite s;
    struct results *all = f->results;
    if (!suite_read(&s, all->arena, o->guests, "int,fp", false, &err))
        return api_fail_for(e, M2SIM_EXIT_NO_INPUT, &err);
    for (size_t k = 0; k < s.count; k += f->every) {
        struct result r = { .set = "models",
                            .core = o->core ? o->core : "m2-avalanche",
                            .family = s.at[k].group,
                            .name = s.at[k].name,
                            .unit = "cycles an instruction",
                            .x = NAN };
        if (!compare(o, &s.at[k], &r, e))
            return false;
        *results_add(all) = r;
        if (f->progress)
            f->progress(f->ctx, "models", k + 1, s.count);
    }
    return true;
}
