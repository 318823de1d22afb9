// Which parameter moves what: Morris's screening (Technometrics 33, 1991), and what follows for
// which of them the measurements can determine.
//
// A trajectory begins at a random place of a grid and moves one parameter after the other, in
// random order, by two steps of the grid. What that does to an answer, for one sd of the parameter, is an elementary effect.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/answers.h"
#include "calibrate/loss.h"
#include "calibrate/random.h"

#define DETERMINED 0.8   // share of the prior's variance that is left, at most
#define PARALLEL 0.98    // cosine of two parameters' effects from which they cannot be told apart

struct walk {
    struct calibration *c;
    struct random random;
    struct config at;
    double *sim, *next;
    u32 *steps;   // effects of each parameter
    u32 done, total;
};

// A step of the grid, in the parameter's unit.
static double unit(const struct cal_param *p)
{
    return core_table[p->id].kind == PARAM_COUNTED ? fmax(p->sd, 1) : p->sd;
}

static void put(struct config *c, const struct cal_param *p, double level)
{
    param_set_number(&c->core, p->id, fmin(fmax(p->start + level * unit(p), p->low), p->high));
}

static double get(const struct config *c, const struct cal_param *p)
{
    return param_number(&c->core, p->id);
}

// A random place of the grid that is a core: parameters that make it none stay where they are.
static void start(struct walk *w)
{
    struct err why;
    w->at = *w->c->base;
    for (u32 k = 0; k < w->c->params; k++) {
        struct config was = w->at;
        put(&w->at, &w->c->param[k], (double)(random_next(&w->random) % 4) - 1.5);
        if (!core_check(&w->at.core, &why))
            w->at = was;
    }
}

// Moves the parameter by two steps of the grid, or by what its bounds let. False when that is nowhere.
static bool move(struct walk *w, const struct cal_param *p)
{
    struct err why;
    struct config was = w->at;
    double from = get(&was, p), level = (from - p->start) / unit(p);
    for (u32 k = 0; k < 4; k++) {
        static const double by[] = { 2, -2, 1, -1 };
        put(&w->at, p, level + (level > 0 ? -by[k] : by[k]));
        if (get(&w->at, p) != from && core_check(&w->at.core, &why))
            return true;
        w->at = was;
    }
    return false;
}

static void note(struct walk *w, u32 number, double by)
{
    struct calibration *c = w->c;
    w->steps[number]++;
    for (size_t k = 0; k < c->points; k++) {
        double effect = log(w->next[k] / w->sim[k]) / by;
        size_t at = number * c->points + k;
        if (!isfinite(effect))
            continue;
        c->slope[at] += (float)effect;
        c->most[at] = fmaxf(c->most[at], (float)fabs(effect * by));
    }
}

static bool trajectory(struct walk *w, struct err *e)
{
    struct calibration *c = w->c;
    u32 order[CAL_PARAMS] = { 0 };
    start(w);
    if (!cal_ask(c, &w->at, false, w->sim, e))
        return false;
    for (u32 k = 0; k < c->params; k++) {
        u32 j = (u32)(random_next(&w->random) % (k + 1));
        order[k] = order[j];
        order[j] = k;
    }
    for (u32 k = 0; k < c->params; k++) {
        const struct cal_param *p = &c->param[order[k]];
        double from = get(&w->at, p);
        if (c->fit->progress)
            c->fit->progress(c->fit->ctx, "screening", ++w->done, w->total);
        if (!move(w, p))
            continue;
        if (!cal_ask(c, &w->at, false, w->next, e))
            return false;
        note(w, order[k], (get(&w->at, p) - from) / p->sd);
        double *was = w->sim;
        w->sim = w->next;
        w->next = was;
    }
    return true;
}

// -- What is determined --

static double *jacobian(const struct calibration *c, const u32 *which, u32 n)
{
    double *j = ARENA_ARRAY(c->arena, c->points * n + 1, double);
    for (size_t k = 0; k < c->points; k++)
        for (u32 i = 0; i < n; i++)
            j[k * n + i] = c->slope[which[i] * c->points + k];
    return j;
}

// What the points alone leave of each parameter's variance, if the others were known.
static void gains(struct calibration *c)
{
    for (u32 k = 0; k < c->params; k++)
        cal_posterior(c, jacobian(c, &k, 1), 1, c->before, &c->param[k].gain);
}

static double cosine(const struct calibration *c, u32 a, u32 b)
{
    double ab = 0, aa = 0, bb = 0;
    for (size_t k = 0; k < c->points; k++) {
        const struct cal_point *p = &c->point[k];
        double w = cal_is_seen(p) / (p->sd * p->sd) / (double)c->family[p->family].seen;
        double x = c->slope[a * c->points + k], y = c->slope[b * c->points + k];
        if (!cal_is_seen(p))
            continue;
        ab += w * x * y;
        aa += w * x * x;
        bb += w * y * y;
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

static bool is_separable(struct calibration *c, u32 number)
{
    for (u32 k = 0; k < c->fits; k++)
        if (fabs(cosine(c, number, c->chosen[k])) > PARALLEL) {
            c->param[number].like = c->chosen[k] + 1;
            return false;
        }
    return true;
}

// The best determined first; all, when they were named.
static void choose(struct calibration *c)
{
    bool used[CAL_PARAMS] = { false };
    for (u32 n = 0; n < c->params && c->fits < c->o.most; n++) {
        u32 best = c->params;
        for (u32 k = 0; k < c->params; k++)
            if (!used[k] && (best == c->params || c->param[k].gain < c->param[best].gain))
                best = k;
        used[best] = true;
        if (c->o.names || (c->param[best].gain <= DETERMINED && is_separable(c, best)))
            c->chosen[c->fits++] = best;
    }
}

bool cal_screen(struct calibration *c, struct err *e)
{
    struct walk w = { .c = c, .random = { c->o.seed } };
    w.total = c->o.trajectories * c->params;
    w.sim = ARENA_ARRAY(c->arena, c->points + 1, double);
    w.next = ARENA_ARRAY(c->arena, c->points + 1, double);
    w.steps = ARENA_ARRAY(c->arena, CAL_PARAMS, u32);
    c->slope = ARENA_ARRAY(c->arena, c->params * c->points + 1, float);
    float *most = ARENA_ARRAY(c->arena, c->params * c->points + 1, float);
    c->most = most;
    for (u32 t = 0; t < c->o.trajectories; t++)
        if (!trajectory(&w, e))
            return false;
    for (u32 p = 0; p < c->params; p++)
        for (size_t k = 0; k < c->points; k++)
            c->slope[p * c->points + k] /= (float)(w.steps[p] ? w.steps[p] : 1);
    gains(c);
    choose(c);
    return c->screened = true;
}
