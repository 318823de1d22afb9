// The fit, and how good it is where it has not been.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <nlopt.h>

#include "calibrate/answers.h"
#include "calibrate/loss.h"

#define REFUSED 1e6   // the loss of what is no core
enum { INTERVAL = 95 };

// One search, over x: each parameter's distance from its start, in its sd.
struct search {
    struct calibration *c;
    u32 without;   // fold
    const char *what;
    u32 done, total;
    double *sim, *best_sim;   // of the last, of the best
    double best, at[CAL_PARAMS];
    nlopt_opt opt;
    struct err *e;
    bool failed;
};

static double value_of(const struct cal_param *p, double x)
{
    return fmin(fmax(p->start + x * p->sd, p->low), p->high);
}

// Shared out over the families that the loss is of.
static double prior_loss(const struct calibration *c, const double *value, u32 without)
{
    double sum = 0;
    for (u32 k = 0; k < c->fits; k++) {
        const struct cal_param *p = &c->param[c->chosen[k]];
        double z = (value[k] - p->start) / p->sd;
        sum += z * z;
    }
    return sum / cal_seen_families(c, without);
}

static void values(const struct calibration *c, const double *x, double *value)
{
    struct config to = *c->centre;
    for (u32 k = 0; k < c->fits; k++) {   // as the core will have them: whole ones are rounded
        const struct cal_param *p = &c->param[c->chosen[k]];
        param_set_number(&to.core, p->id, value_of(p, x[k]));
        value[k] = param_number(&to.core, p->id);
    }
}

static double loss(unsigned n, const double *x, double *gradient, void *ctx)
{
    (void)n, (void)gradient;
    struct search *s = ctx;
    struct calibration *c = s->c;
    struct config at;
    double value[CAL_PARAMS];
    values(c, x, value);
    if (c->fit->progress)
        c->fit->progress(c->fit->ctx, s->what, s->done, s->total);
    s->done++;
    if (!cal_config(c, c->centre, value, &at))
        return REFUSED;
    if (s->failed || !cal_ask(c, &at, true, s->sim, s->e)) {
        s->failed = true;
        nlopt_force_stop(s->opt);
        return REFUSED;
    }
    double l = cal_loss(c, s->sim, s->without) + prior_loss(c, value, s->without);
    if (l < s->best) {
        s->best = l;
        memcpy(s->at, x, sizeof(*x) * c->fits);
        memcpy(s->best_sim, s->sim, sizeof(double) * c->points);
    }
    return l;
}

// From s->at on, where s->best is; leaves both better or as they were.
static bool run(struct search *s, nlopt_algorithm algorithm, u32 most)
{
    const struct calibration *c = s->c;
    double low[CAL_PARAMS], high[CAL_PARAMS], step[CAL_PARAMS], x[CAL_PARAMS], least;
    if (!most)
        return !s->failed;
    s->opt = nlopt_create(algorithm, c->fits);
    for (u32 k = 0; k < c->fits; k++) {
        const struct cal_param *p = &c->param[c->chosen[k]];
        bool whole = core_table[p->id].kind == PARAM_COUNTED;
        low[k] = (p->low - p->start) / p->sd;
        high[k] = (p->high - p->start) / p->sd;
        step[k] = fmin(whole ? fmax(1, 1 / p->sd) : 1, fmax((high[k] - low[k]) / 4, 1e-6));
        x[k] = fmin(fmax(s->at[k], low[k]), high[k]);
    }
    nlopt_set_lower_bounds(s->opt, low);
    nlopt_set_upper_bounds(s->opt, high);
    nlopt_set_min_objective(s->opt, loss, s);
    nlopt_set_maxeval(s->opt, (int)most);
    nlopt_set_xtol_abs1(s->opt, 0.05);
    nlopt_set_initial_step(s->opt, step);
    nlopt_result result = nlopt_optimize(s->opt, x, &least);
    nlopt_destroy(s->opt);
    bool ended = result > 0 || result == NLOPT_ROUNDOFF_LIMITED;
    return !s->failed && (ended || err_set(s->e, "NLopt: %s", nlopt_result_to_string(result)));
}

// At its start, whose answers are known.
static struct search new_search(struct calibration *c, u32 without, const char *what, u32 total,
                                struct err *e)
{
    struct search s = { .c = c, .without = without, .what = what, .total = total, .e = e };
    s.best = cal_loss(c, c->begin, without);
    s.sim = ARENA_ARRAY(c->arena, c->points + 1, double);
    s.best_sim = ARENA_ARRAY(c->arena, c->points + 1, double);
    memcpy(s.best_sim, c->begin, sizeof(double) * c->points);
    return s;
}

// -- To all --

static bool fit_all(struct calibration *c, struct err *e)
{
    struct search s = new_search(c, NO_FOLD, "fit", c->o.global + c->o.local, e);
    double value[CAL_PARAMS];
    if (!run(&s, NLOPT_GN_DIRECT_L, c->o.global) || !run(&s, NLOPT_LN_BOBYQA, c->o.local))
        return false;
    values(c, s.at, value);
    if (!cal_config(c, c->centre, value, c->fitted))
        *c->fitted = *c->centre;
    for (u32 k = 0; k < c->fits; k++)
        c->param[c->chosen[k]].value = param_number(&c->fitted->core, c->param[c->chosen[k]].id);
    return cal_ask(c, c->fitted, false, c->after, e);   // all anew, whatever the screening said
}

// What half a step up and down from the fit does to each point, for one sd.
static bool slopes(struct calibration *c, double *jacobian, struct err *e)
{
    double *up = ARENA_ARRAY(c->arena, c->points + 1, double),
           *down = ARENA_ARRAY(c->arena, c->points + 1, double);
    for (u32 j = 0; j < c->fits; j++) {
        const struct cal_param *p = &c->param[c->chosen[j]];
        bool whole = core_table[p->id].kind == PARAM_COUNTED;
        double step = whole ? fmax(round(p->sd / 2), 1) : p->sd / 2, value[CAL_PARAMS];
        struct config a, b;
        for (u32 k = 0; k < c->fits; k++)
            value[k] = c->param[c->chosen[k]].value;
        value[j] = fmin(p->value + step, p->high);
        bool ok = cal_config(c, c->fitted, value, &a);
        double top = value[j];
        value[j] = fmax(p->value - step, p->low);
        ok = cal_config(c, c->fitted, value, &b) && ok && top > value[j];
        if (!ok)
            continue;   // it moves nothing: its prior stays
        if (!cal_ask(c, &a, true, up, e) || !cal_ask(c, &b, true, down, e))
            return false;
        for (size_t k = 0; k < c->points; k++) {
            double slope = log(up[k] / down[k]) / ((top - value[j]) / p->sd);
            jacobian[k * c->fits + j] = isfinite(slope) ? slope : 0;
        }
        if (c->fit->progress)
            c->fit->progress(c->fit->ctx, "how sure", j + 1, c->fits);
    }
    return true;
}

static bool find_covariance(struct calibration *c, struct err *e)
{
    double *jacobian = ARENA_ARRAY(c->arena, c->points * c->fits + 1, double);
    c->covariance = ARENA_ARRAY(c->arena, c->fits * c->fits + 1, double);
    if (!slopes(c, jacobian, e))
        return false;
    cal_posterior(c, jacobian, c->fits, c->after, c->covariance);
    for (u32 k = 0; k < c->fits; k++) {
        struct cal_param *p = &c->param[c->chosen[k]];
        p->after = p->sd * sqrt(c->covariance[k * c->fits + k]);
    }
    return true;
}

// -- To all but a fold --

static bool fit_fold(struct calibration *c, u32 fold, struct err *e)
{
    char what[48];
    snprintf(what, sizeof(what), "fold %u of %u", fold + 1, c->o.folds);
    struct search s = new_search(c, fold, what, c->o.local, e);
    if (!run(&s, NLOPT_LN_BOBYQA, c->o.local))
        return false;
    for (size_t k = 0; k < c->points; k++)
        if (c->family[c->point[k].family].fold == fold)
            c->out_of_fold[k] = s.best_sim[k];
        else
            c->in_fold[k] += s.best_sim[k] > 0 ? s.best_sim[k] / (c->o.folds - 1) : -INFINITY;
    return true;
}

static bool fit_folds(struct calibration *c, struct err *e)
{
    for (size_t k = 0; k < c->points; k++)
        c->out_of_fold[k] = NAN;
    for (u32 k = 0; c->o.folds > 1 && k < c->o.folds; k++)
        if (!fit_fold(c, k, e))
            return false;
    for (size_t k = 0; k < c->points; k++)   // of a family without seen points there is no fold
        if (c->o.folds > 1 && c->family[c->point[k].family].fold == ~0u)
            c->in_fold[k] *= (c->o.folds - 1.0) / c->o.folds;
    return true;
}

// -- What no parameter explains --

struct weighed {
    double error, weight;
};

static int by_error(const void *x, const void *y)
{
    const struct weighed *a = x, *b = y;
    return a->error < b->error ? -1 : a->error > b->error;
}

static bool is_program(const struct result *r)
{
    return strcmp(r->set, "sequences") != 0 && strcmp(r->set, "probes") != 0;
}

// Points held out that tell of whole programs, or where there are none, of anything.
static bool tells(const struct calibration *c, size_t k, bool programs)
{
    return cal_is_seen(&c->point[k]) && !isnan(c->held_out[k]) &&
           (!programs || is_program(&c->point[k].r));
}

static bool has_programs(const struct calibration *c)
{
    for (size_t k = 0; k < c->points; k++)
        if (tells(c, k, true))
            return true;
    return false;
}

// What INTERVAL percent of |ln(sim / measured)| do not exceed, a vote a family, but for fold `without`.
static double interval(const struct calibration *c, u32 without)
{
    struct weighed *w = ARENA_ARRAY(c->arena, c->points + 1, struct weighed);
    bool programs = has_programs(c);
    size_t n = 0;
    double families = 0, sum = 0;
    for (size_t k = 0; k < c->points; k++) {
        const struct cal_family *f = &c->family[c->point[k].family];
        if (!tells(c, k, programs) || f->fold == without)
            continue;
        w[n] = (struct weighed){ fabs(cal_residual(&c->point[k], c->held_out[k])),
                                 1 / (double)f->seen };
        families += w[n++].weight;
    }
    qsort(w, n, sizeof(*w), by_error);
    for (size_t k = 0; k < n; k++)
        if ((sum += w[k].weight) >= families * INTERVAL / 100)
            return w[k].error;
    return n ? w[n - 1].error : NAN;
}

// What was fitted is accepted unless the error of families out of fold rises by more than one standard error of
// that mean, or that of points that no fit has seen does. Otherwise the core stays as it began, of which no
// fit has known: then that is what the families held out say.
static void judge(struct calibration *c)
{
    double sum = 0, squares = 0;
    u32 n = 0;
    for (u32 k = 0; k < c->families; k++) {
        double by =
            cal_family_error(c, c->out_of_fold, k, false) - cal_family_error(c, c->begin, k, false);
        if (isnan(by))
            continue;
        sum += by;
        squares += by * by;
        n++;
    }
    double mean = n ? sum / n : 0;
    c->fell = -mean;
    c->fell_error = n > 1 ? sqrt(fmax(0, squares / n - mean * mean) / (n - 1)) : INFINITY;
    double unseen = cal_error(c, c->after, NO_FOLD, true) - cal_error(c, c->begin, NO_FOLD, true);
    bool held = c->fell >= -c->fell_error * (1 + 1e-6) && !(unseen > 0);
    c->accepted = c->o.folds < 2 || held;   // without folds nothing is judged
    for (size_t k = 0; k < c->points && !c->accepted; k++)
        if (!isnan(c->out_of_fold[k]))
            c->held_out[k] = c->begin[k];
}

static void find_discrepancy(struct calibration *c)
{
    bool programs = has_programs(c);
    size_t held = 0, all = 0, unseen = 0, held_unseen = 0;
    double whole = interval(c, NO_FOLD), of[CAL_FAMILIES];   // by fold
    c->discrepancy = whole / 1.96;
    c->coverage = c->coverage_unseen = NAN;
    if (isnan(whole))   // no folds
        return;
    for (u32 k = 0; k < c->o.folds; k++)
        of[k] = interval(c, k);
    for (size_t k = 0; k < c->points; k++) {
        const struct cal_point *p = &c->point[k];
        if (p->r.unseen && (!programs || is_program(&p->r))) {
            unseen++;
            held_unseen += fabs(cal_residual(p, c->accepted ? c->after[k] : c->begin[k])) <= whole;
        }
        // Of the only fold with programs the others say nothing.
        if (!tells(c, k, programs) || isnan(of[c->family[p->family].fold]))
            continue;
        all++;
        held += fabs(cal_residual(&c->point[k], c->held_out[k])) <=
                of[c->family[c->point[k].family].fold];
    }
    c->coverage = all ? (double)held / (double)all : NAN;
    c->coverage_unseen = unseen ? (double)held_unseen / (double)unseen : NAN;
}

// -- In order --

bool cal_can_fit(struct err *e)
{
    (void)e;
    return true;
}

bool cal_begin(struct calibration *c, struct err *e)
{
    double **all[] = {
        &c->before, &c->begin, &c->after, &c->out_of_fold, &c->in_fold, &c->held_out
    };
    for (size_t k = 0; k < COUNT(all); k++)
        *all[k] = ARENA_ARRAY(c->arena, c->points + 1, double);
    c->centre = ARENA_NEW(c->arena, struct config);
    c->fitted = ARENA_NEW(c->arena, struct config);
    *c->centre = *c->fitted = *c->base;
    if (!cal_ask(c, c->base, false, c->before, e))
        return false;
    for (size_t k = 0; k < c->points; k++)
        c->point[k].r.sim = c->before[k];
    memcpy(c->begin, c->before, c->points * sizeof(double));
    cal_folds(c);
    return true;
}

bool cal_search(struct calibration *c, struct err *e)
{
    if (!c->fits || !cal_seen_families(c, NO_FOLD))
        return err_set(e, "the measurements determine no parameter: nothing to fit");
    if (c->o.perturb)
        cal_perturb(c);
    if (!cal_ask(c, c->centre, false, c->begin, e))
        return false;
    if (!fit_all(c, e) || !find_covariance(c, e) || !fit_folds(c, e))
        return false;
    memcpy(c->held_out, c->out_of_fold, c->points * sizeof(double));
    judge(c);
    find_discrepancy(c);
    return c->fitted_all = true;
}
