// The cases of cases.def on one timing model: timing MODEL. Prints TAP.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/loop.h"

struct timing_case {
    const char *number, *name, *core, *source;
    u32 copies;
    double cycles, tolerance;
    u32 words[64], count;
};

#define COUNT_OF(...) (sizeof((u32[]){ __VA_ARGS__ }) / sizeof(u32))
static const struct timing_case cases[] = {
#define CASE(number, name, core, copies, cycles, tolerance, source, ...) \
    { #number, #name, core, source, copies, cycles, tolerance, { __VA_ARGS__ }, COUNT_OF(__VA_ARGS__) },
#include "cases.def"
#undef CASE
};

static double run(const struct timing_case *t, const char *model)
{
    struct err e = { "" };
    struct arena *a = arena_new();
    struct config *c = ARENA_NEW(a, struct config);
    double cycles = NAN;
    struct lab *lab = config_load(c, a, t->core, NULL, 0, &e) ? lab_new(c, model, &e) : NULL;
    if (lab) {
        struct loop l = loop_begin(lab, 64);
        for (u32 k = 0; k < t->copies * t->count; k++)
            loop_emit(&l, t->words[k % t->count]);
        l.run.x[1] = l.run.x[2] = l.run.x[3] = LAB_DATA;
        cycles = loop_run(&l, 60, 60) / t->copies;
    } else {
        printf("# %s\n", e.text);
    }
    lab_free(lab);
    arena_free(a);
    return cycles;
}

int main(int argc, char **argv)
{
    const char *model = argc > 1 ? argv[1] : "fast";
    int failed = 0;
    printf("1..%zu\n", COUNT(cases));
    for (size_t k = 0; k < COUNT(cases); k++) {
        const struct timing_case *t = &cases[k];
        double cycles = run(t, model);
        bool ok = fabs(cycles - t->cycles) <= t->tolerance;
        printf("%sok %zu - %s %s\n", ok ? "" : "not ", k + 1, t->number, t->name);
        if (!ok)
            printf("# %s: %.3f cycles, expected %.3f +- %.3f (%s)\n", t->core, cycles, t->cycles,
                   t->tolerance, t->source);
        failed += !ok;
    }
    return failed != 0;
}
