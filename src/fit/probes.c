// probes.c: reads m2-probes.csv, runs each point's program, and looks for the knees.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "fit/fit.h"
#include "fit/forms.h"
#include "fit/probe.h"

enum rule { POINT, JUMP, BELOW, LEAST };

struct generator {
    const char *family;
    probe *run;
    double x;       // of instructions: 16 * to + from
    u32 arg;
    enum rule rule;
    double limit;
    const char *unit;
};

double probe_latency(struct lab *lab, double x, u32 arg)
{
    return form_latency(lab, arg, (u32)x / 16, (u32)x % 16);
}

double probe_throughput(struct lab *lab, double x, u32 arg)
{
    return 1 / form_throughput(lab, arg);
}

static const struct generator generators[] = {
#define PROBE(family, run, arg) { family, probe_##run, NAN, arg },
#define INSN_LATENCY(family, word, to, from) { family, probe_latency, 16 * (to) + (from), word },
#define INSN_RATE(family, word) { family, probe_throughput, 0, word },
#define KNEE(name, run, arg, rule, limit, unit) { name, probe_##run, NAN, arg, rule, limit, unit },
#include "fit/probes.def"
#undef PROBE
#undef INSN_LATENCY
#undef INSN_RATE
#undef KNEE
};

struct point {
    const struct generator *g;
    size_t result;
};

struct probes {
    const struct fit *fit;
    bool small;   // the E core's rows
    struct point *point;
    size_t count, rows;
};

// -- Knees --

// Places around the measured knee, dense where it is.
static const double around[] = { 0.5,  0.7,  0.8, 0.85, 0.9, 0.94, 0.97, 1.0,
                                 1.03, 1.06, 1.1, 1.15, 1.2, 1.35, 1.6 };
enum { PLACES = sizeof(around) / sizeof(*around) };

static double slope(const double *x, const double *y, u32 k)
{
    return (y[k] - y[k - 1]) / (x[k] - x[k - 1]);
}

// The largest rise beyond the steeper of the slopes at both ends; where there is none, the last
// place that is level with the first.
static double jump(const double *x, const double *y)
{
    double usual = fmax(slope(x, y, 1), slope(x, y, PLACES - 1)), most = 0.02 * y[0], at = NAN;
    for (u32 k = 1; k < PLACES; k++) {
        double rise = y[k] - y[k - 1] - usual * (x[k] - x[k - 1]);
        if (rise > most) {
            most = rise;
            at = x[k - 1];
        }
    }
    for (u32 k = 0; k < PLACES && isnan(at); k++)
        if (y[k] > 1.02 * y[0])
            return k ? x[k - 1] : NAN;
    return at;
}

static double knee(struct lab *lab, const struct generator *g, double hw)
{
    double x[PLACES], y[PLACES], best = NAN, least = INFINITY;
    for (u32 k = 0; k < PLACES; k++) {
        x[k] = floor(hw * around[k] + 0.5);
        y[k] = g->run(lab, x[k], g->arg);
        if (g->rule == BELOW && y[k] > g->limit)
            return best;
        if (g->rule == BELOW || (g->rule == LEAST && y[k] <= 1.02 * least))
            best = x[k];
        least = fmin(least, y[k]);
    }
    return g->rule == JUMP ? jump(x, y) : best;
}

// -- Points --

// What a unit other than the generator's own needs.
static double in_unit(const struct fit *f, const struct result *r, double v)
{
    double ghz = f->config->core.clock_mhz / 1e3;
    if (strncmp(r->unit, "time (ns", 8) == 0)
        return v / ghz;
    if (strcmp(r->unit, "GB/s") == 0)
        return v * ghz;
    if (strcmp(r->unit, "B/cycle") == 0)
        return v * 16;   // of 128-bit accesses a cycle
    return v;
}

static void job(void *ctx, struct lab *lab, size_t k)
{
    struct probes *all = ctx;
    const struct generator *g = all->point[k].g;
    struct result *r = &all->fit->results->at[all->point[k].result];
    if (!fit_wants(all->fit, r))
        return;
    if (g->rule != POINT)
        r->sim = knee(lab, g, r->hw);
    else
        r->sim = in_unit(all->fit, r, g->run(lab, isnan(g->x) ? r->x : g->x, g->arg));
}

// "7/8" and "1-4" are ranges, "26+" has no end, "0.125=1/8" is a number.
static void read_value(struct result *r, const char *text)
{
    char *s;
    text += *text == '~';
    r->hw = strtod(text, &s);
    if (*s == '/' || *s == '-') {
        r->low = r->hw - 0.3;
        r->high = strtod(s + 1, NULL) + 0.3;
        r->hw = (r->low + r->high) / 2;
    } else if (*s == '+') {
        r->low = r->hw;
        r->high = 2 * r->hw;
    }
}

static const struct generator *find(const char *family)
{
    for (size_t k = 0; k < sizeof(generators) / sizeof(*generators); k++)
        if (strcmp(generators[k].family, family) == 0)
            return &generators[k];
    return NULL;
}

static void set_trust(struct result *r, const struct generator *g, bool performance_core)
{
    if (!g)
        r->note = "no program for it";
    else if (strncmp(r->unit, "time (ns", 8) == 0)
        r->note = "clock not known: only the knee counts";
    else if (performance_core && strncmp(r->family, "load latency vs", 15) == 0 && r->x <= 128)
        r->note = "the chase of the measurement was partly foreseen";
    else if (strcmp(r->name, "throughput: int nop") == 0 && performance_core)
        r->note = "contradicted by the fetch curves of the same source";
    r->shown_only = r->note != NULL;
}

enum column {
#define PROBES(id, ...) id,
#include "fit/tables.def"
};

// The rows of a P or an E core, of whichever machine: "M2 P".
static bool is_of(const char *core, char kind)
{
    size_t n = strlen(core);
    return n > 1 && core[n - 2] == ' ' && core[n - 1] == kind;
}

static bool read_row(void *ctx, char **field, struct err *e)
{
    (void)e;
    struct probes *all = ctx;
    bool performance_core = !all->small;
    const struct fit *f = all->fit;
    bool both = performance_core && strcmp(field[CORE], "M2 E/P") == 0;
    if (!both && !is_of(field[CORE], performance_core ? 'P' : 'E'))
        return true;
    struct result r = { .set = "probes", .core = f->core, .x = NAN, .sim = NAN };
    r.name = results_text(f->results, "%s", field[NAME]);
    char *family = ARENA_ARRAY(f->results->arena, strlen(r.name) + 1, char);
    char *at = strstr(strcpy(family, field[NAME]), " @ ");
    if (at) {
        *at = 0;
        r.x = strtod(strchr(at + 3, '=') + 1, NULL);
    }
    const struct generator *g = find(family);
    if (all->rows++ % f->every != 0)
        return true;
    read_value(&r, field[VALUE]);
    if (g && g->rule != POINT)
        r.low = r.high = 0;   // a knee is met within 10 %, whatever the range
    r.unit = g && g->rule != POINT ? g->unit : results_text(f->results, "%s", field[UNIT]);
    // Single values go together by what stands before the colon.
    char *colon = at ? NULL : strchr(family, ':');
    if (colon)
        *colon = 0;
    r.family = at || colon ? family : "single values";
    set_trust(&r, g, performance_core);
    if (both)
        r.note = "needs two cores; a model is one";
    *results_add(f->results) = r;
    if (!g)
        return true;
    if (all->count % 256 == 0) {
        all->point = realloc(all->point, (all->count + 256) * sizeof(*all->point));
        if (!all->point)
            out_of_memory();
    }
    all->point[all->count++] = (struct point){ g, f->results->count - 1 };
    return true;
}

bool fit_probes(const struct fit *f, struct err *e)
{
    struct probes all = { .fit = f };
    all.small = strstr(f->core, "icestorm") || strstr(f->core, "blizzard");
    bool ok = fit_rows(f, TABLE_PROBES, read_row, &all, e) &&
              fit_jobs(f, "probes", all.count, job, &all, e);
    free(all.point);
    return ok;
}
