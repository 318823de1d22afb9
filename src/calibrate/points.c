// Points, families and folds, and what running a stretch again says.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/answers.h"
#include "core/core.h"

enum { MOST_POINTS = 16384 };

static bool find_family(struct calibration *c, const struct result *r, u32 *family, struct err *e)
{
    for (*family = 0; *family < c->families; ++*family)
        if (!strcmp(c->family[*family].set, r->set) && !strcmp(c->family[*family].name, r->family))
            return true;
    if (c->families == CAL_FAMILIES)
        return err_set(e, "more than %d families of measurements", CAL_FAMILIES);
    c->family[c->families++] = (struct cal_family){ .set = r->set, .name = r->family };
    return true;
}

bool cal_add(struct calibration *c, const struct cal_point *p, struct err *e)
{
    if (c->points == MOST_POINTS)
        return err_set(e, "more than %d measurements", MOST_POINTS);
    if (!c->point)
        c->point = ARENA_ARRAY(c->arena, MOST_POINTS, struct cal_point);
    struct cal_point *to = &c->point[c->points];
    *to = *p;
    if (!find_family(c, &p->r, &to->family, e))
        return false;
    if (p->r.unseen)
        c->family[to->family].unseen++;
    else
        c->family[to->family].seen++;
    c->points++;
    return true;
}

u64 cal_lab_digest(const struct result *r)
{
    u64 d = answers_text(answers_text(answers_text(0, r->set), r->family), r->name);
    double x = isnan(r->x) ? -1 : r->x;
    d = answers_digest(d, &x, sizeof(x));
    return answers_digest(d, &r->hw, sizeof(r->hw));
}

// -- The lab --

// Two decimals of what was read off a table or a plot, or what its range says; and what no model of
// these parameters would explain.
static double lab_sd(const struct result *r)
{
    double model = 0.03, read = 0.015, decimals = 0.02 / fmax(r->hw, 0.1);
    double range = r->low < r->high && r->low > 0 ? log(r->high / r->low) / 4 : 0;
    return sqrt(model * model + read * read + decimals * decimals + range * range);
}

bool cal_add_lab(struct calibration *c, const char *suite, struct err *e)
{
    struct results r = { .arena = c->arena };
    struct fit f = *c->fit;
    f.results = &r;
    f.config = c->base;
    f.wants = NULL;
    bool ok = strcmp(suite, "probes") ? fit_sequences(&f, e) : fit_probes(&f, e);
    for (size_t k = 0; ok && k < r.count; k++) {
        struct result *m = &r.at[k];
        if (m->shown_only || isnan(m->sim) || !(m->sim > 0) || !(m->hw > 0))
            continue;
        struct cal_point p = { .r = *m, .sd = lab_sd(m), .digest = cal_lab_digest(m), .scale = 1 };
        ok = cal_add(c, &p, e);
    }
    free(r.at);
    return ok;
}

// -- Stretches --

double cal_replay(const struct cal_point *p, const struct config *config, const char *model)
{
    struct arena *a = arena_new();
    struct err e;
    struct config warm = *config;   // pages of a run that is under way have been touched
    if (p->stretch->from)
        strcpy(warm.core.l2_first_touch, "none");
    struct core *core = core_new(a, &warm, model, &e);
    double figure = NAN;
    if (core) {
        core_warm(core, p->stretch->at, p->timed);
        core_feed(core, p->stretch->at + p->timed, p->from - p->timed);
        cycle begin = core_now(core);
        core_feed(core, p->stretch->at + p->from, p->to - p->from);
        figure = (double)(core_now(core) - begin) / (double)p->count * p->scale;
    }
    arena_free(a);
    return figure;
}

// -- Folds --

static int by_digest(const void *x, const void *y)
{
    const struct cal_family *a = *(struct cal_family *const *)x,
                            *b = *(struct cal_family *const *)y;
    u64 p = answers_text(answers_text(0, a->set), a->name),
        q = answers_text(answers_text(0, b->set), b->name);
    return p < q ? -1 : p > q;
}

void cal_folds(struct calibration *c)
{
    struct cal_family *order[CAL_FAMILIES];
    u32 n = 0;
    for (u32 k = 0; k < c->families; k++)
        if (c->family[k].seen)
            order[n++] = &c->family[k];
        else
            c->family[k].fold = ~0u;
    qsort(order, n, sizeof(*order), by_digest);
    if (c->o.folds > n)
        c->o.folds = n;
    for (u32 k = 0; k < n && c->o.folds; k++)
        order[k]->fold = k % c->o.folds;
}
