// What a calibration found, as text and as JSON.
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "calibrate/calibrate.h"
#include "calibrate/loss.h"

enum { MOST_NAMED = 3 };   // families that determine a parameter

static const char *path(const struct cal_param *p)
{
    return core_table[p->id].path;
}

static const char *unit(const struct cal_param *p)
{
    return core_table[p->id].unit;
}

static bool is_fitted(const struct calibration *c, u32 number)
{
    for (u32 k = 0; k < c->fits; k++)
        if (c->chosen[k] == number)
            return true;
    return false;
}

// -- Which measurement determines which parameter --

// What one sd of the parameter does to the family: the mean of |ln| over its points.
static double effect(const struct calibration *c, u32 param, u32 family)
{
    double sum = 0;
    size_t n = 0;
    for (size_t k = 0; k < c->points; k++)
        if (c->point[k].family == family) {
            sum += fabs((double)c->slope[param * c->points + k]);
            n++;
        }
    return n ? sum / (double)n : 0;
}

// The families that it moves most, the first first; how many.
static u32 top_families(const struct calibration *c, u32 param, u32 top[MOST_NAMED])
{
    u32 n = 0;
    for (u32 f = 0; f < c->families; f++) {
        double e = effect(c, param, f);
        if (!c->family[f].seen || e < CAL_MOVED)
            continue;
        u32 at = n < MOST_NAMED ? n++ : MOST_NAMED;
        while (at && e > effect(c, param, top[at - 1])) {
            if (at < MOST_NAMED)
                top[at] = top[at - 1];
            at--;
        }
        if (at < MOST_NAMED)
            top[at] = f;
    }
    return n;
}

static void name_families(const struct calibration *c, u32 param, FILE *f)
{
    u32 top[MOST_NAMED], n = top_families(c, param, top);
    for (u32 k = 0; k < n; k++)
        fprintf(f, "%s%s: %s %.1f %%", k ? "; " : "", c->family[top[k]].set, c->family[top[k]].name,
                100 * effect(c, param, top[k]));
    if (!n)
        fprintf(f, "nothing moves");
}

// By what they leave of the variance.
static void order_params(const struct calibration *c, u32 *order)
{
    for (u32 k = 0; k < c->params; k++) {
        u32 j = k;
        for (; j && c->param[order[j - 1]].gain > c->param[k].gain; j--)
            order[j] = order[j - 1];
        order[j] = k;
    }
}

static void show_screening(const struct calibration *c, FILE *f)
{
    u32 order[CAL_PARAMS];
    order_params(c, order);
    fprintf(f,
            "\nWhat each parameter moves (Morris, %u trajectories): its prior, the share of the "
            "prior's variance that the\nmeasurements would leave if all else were known, and the "
            "families that one sd moves most\n",
            c->o.trajectories);
    for (u32 k = 0; k < c->params; k++) {
        const struct cal_param *p = &c->param[order[k]];
        fprintf(f, "  %-24s %8.4g +- %-7.3g %5.0f %%  ", path(p), p->start, p->sd, 100 * p->gain);
        if (p->like)
            fprintf(f, "[like %s] ", path(&c->param[p->like - 1]));
        else if (!is_fitted(c, order[k]))
            fprintf(f, "[keeps its prior] ");
        name_families(c, order[k], f);
        fputc('\n', f);
    }
}

// -- What was fitted --

static void show_correlations(const struct calibration *c, FILE *f)
{
    for (u32 i = 0; i < c->fits; i++)
        for (u32 j = 0; j < i; j++) {
            double r = cal_correlation(c, i, j);
            if (fabs(r) >= 0.3)
                fprintf(f, "  %s and %s: correlation %.2f\n", path(&c->param[c->chosen[j]]),
                        path(&c->param[c->chosen[i]]), r);
        }
}

static void show_fit(const struct calibration *c, FILE *f)
{
    fprintf(f, "\n  %-24s %8s %8s %16s %18s  %s\n", "fitted", "core", "began", "fit", "bounds",
            "unit");
    for (u32 k = 0; k < c->fits; k++) {
        const struct cal_param *p = &c->param[c->chosen[k]];
        fprintf(f, "  %-24s %8.4g %8.4g %8.4g +- %-6.2g %8.4g, %8.4g  %s\n", path(p),
                param_number(&c->base->core, p->id), p->start, p->value, p->after, p->low, p->high,
                unit(p));
    }
    show_correlations(c, f);
}

// -- Before and after --

struct errors {
    double before, begin, after, in, out;
};

static struct errors errors_of(const struct calibration *c, u32 family, bool unseen)
{
    bool all = family == c->families, folds = c->o.folds > 1;
#define ERROR(sim) (all ? cal_error(c, sim, NO_FOLD, unseen) : cal_family_error(c, sim, family, unseen))
    return (struct errors){ ERROR(c->before), ERROR(c->begin), ERROR(c->after),
                            folds ? ERROR(c->in_fold) : NAN, folds ? ERROR(c->out_of_fold) : NAN };
#undef ERROR
}

static void show_errors(const struct calibration *c, const char *name, size_t points,
                        const struct errors *e, FILE *f)
{
    const double all[] = { e->before, e->begin, e->after, e->in, e->out };
    fprintf(f, "  %-46.46s %6zu", name, points);
    for (size_t k = c->o.perturb ? 0 : 1; k < COUNT(all); k++)
        isnan(all[k]) ? fprintf(f, "       -") : fprintf(f, " %7.1f", 100 * all[k]);
    fputc('\n', f);
}

static void show_part(const struct calibration *c, bool unseen, FILE *f)
{
    size_t all = 0;
    fprintf(f, "%s\n", unseen ? "not used by any fit" : "used");
    for (u32 k = 0; k < c->families; k++) {
        size_t n = unseen ? c->family[k].unseen : c->family[k].seen;
        char name[128];
        if (!n)
            continue;
        all += n;
        struct errors e = errors_of(c, k, unseen);
        snprintf(name, sizeof(name), "%s: %s", c->family[k].set, c->family[k].name);
        show_errors(c, name, n, &e, f);
    }
    struct errors e = errors_of(c, c->families, unseen);
    if (all)
        show_errors(c, "mean of the families", all, &e, f);
}

static void show_before_and_after(const struct calibration *c, FILE *f)
{
    fprintf(f,
            "\nMean |ln(simulated / measured)| in %%; out of fold: of fits that have not seen "
            "the family, in fold: that have\n  %-46s %6s",
            "", "points");
    if (c->o.perturb)
        fprintf(f, " %7s", "core");
    fprintf(f, " %7s %7s %7s %7s\n", c->o.perturb ? "began" : "before", "after", "in fold", "out");
    show_part(c, false, f);
    show_part(c, true, f);
}

static void show_judgement(const struct calibration *c, FILE *f)
{
    if (isnan(c->discrepancy))
        return;
    fprintf(
        f,
        "\nOn families that a fit has not seen the error %s by %.1f %% (standard error %.1f %%): "
        "%s.\n"
        "What no parameter explains: sd %.3f of ln(simulated / measured). ",
        c->fell < 0 ? "rises" : "falls", 100 * fabs(c->fell), 100 * c->fell_error,
        c->accepted ? "what was fitted is accepted" : "the core stays as it is", c->discrepancy);
    if (isnan(c->coverage))
        fprintf(f, "No fold says how far that holds\nin another: too few families");
    else
        fprintf(f,
                "The interval of 95 %% that the other\nfolds give holds %.0f %% of the points "
                "held out",
                100 * c->coverage);
    if (!isnan(c->coverage_unseen))
        fprintf(f, ", that of all %.0f %% of those that no fit has seen", 100 * c->coverage_unseen);
    fprintf(f, ".\n");
}

void cal_show_plan(const struct calibration *c, FILE *f)
{
    u64 instructions = 0, warm = 0;
    size_t stretches = 0;
    for (size_t k = 0; k < c->points; k++) {
        instructions += c->point[k].count;
        warm += c->point[k].warm;
        stretches += c->point[k].stretch != NULL;
    }
    u32 screening = c->o.trajectories * (c->params + 1);
    u32 most = c->o.most < c->params ? c->o.most : c->params;
    u32 search = c->o.global + c->o.local, sure = 2 * most, folds = c->o.folds * c->o.local;
    double each = c->seconds;
    fprintf(f,
            "%zu measurements of %u families, %zu of them programs: stretches of %.1f M "
            "instructions in all, %.1f M before them\n"
            "%zu programs are left out: no stretch of them stands for the whole\n"
            "%u parameters of %s may be moved; up to %u are fitted\n"
            "an iteration over all, %s model, %u host threads: %.2f s, %.2f s of CPU\n"
            "at most %u iterations: screening %u, fit %u, how sure %u, %u folds %u: %.1f minutes, "
            "less what is\nknown or not moved\n",
            c->points, c->families, stretches, (double)instructions / 1e6, (double)warm / 1e6,
            c->left_out, c->params, c->fit->core, most, c->fit->model, c->fit->threads, each,
            c->cpu, screening + search + sure + folds, screening, search, sure, c->o.folds, folds,
            each * (screening + search + sure + folds) / 60);
}

void cal_show(const struct calibration *c, FILE *f)
{
    fprintf(f, "%s, %s model: %zu measurements of %u families, %u parameters\n", c->fit->core,
            c->fit->model, c->points, c->families, c->params);
    if (c->screened)
        show_screening(c, f);
    if (c->fitted_all) {
        show_fit(c, f);
        show_before_and_after(c, f);
        show_judgement(c, f);
    }
    fprintf(f, "\n%llu iterations, %llu answers asked of the model\n", (unsigned long long)c->runs,
            (unsigned long long)c->asked);
}

// -- JSON --

static void json_params(const struct calibration *c, struct jw *j)
{
    jw_array(j, "parameters");
    for (u32 k = 0; k < c->params; k++) {
        const struct cal_param *p = &c->param[k];
        u32 top[MOST_NAMED], n = c->screened ? top_families(c, k, top) : 0;
        jw_object(j, NULL);
        jw_text(j, "name", path(p));
        jw_text(j, "unit", unit(p));
        jw_real(j, "core", param_number(&c->base->core, p->id));
        jw_real(j, "start", p->start);
        jw_real(j, "low", p->low);
        jw_real(j, "high", p->high);
        jw_real(j, "sd", p->sd);
        jw_bool(j, "fitted", is_fitted(c, k));
        jw_real(j, "value", p->value);
        jw_real(j, "value_sd", p->after);
        jw_real(j, "variance_left", p->gain);
        jw_text(j, "like", p->like ? path(&c->param[p->like - 1]) : NULL);
        jw_array(j, "moves");
        for (u32 t = 0; t < n; t++) {
            jw_object(j, NULL);
            jw_text(j, "set", c->family[top[t]].set);
            jw_text(j, "family", c->family[top[t]].name);
            jw_real(j, "per_sd", effect(c, k, top[t]));
            jw_close(j);
        }
        jw_close(j);
        jw_close(j);
    }
    jw_close(j);
}

static void json_errors(struct jw *j, const struct errors *e)
{
    jw_real(j, "core", e->before);
    jw_real(j, "begin", e->begin);
    jw_real(j, "after", e->after);
    jw_real(j, "in_fold", e->in);
    jw_real(j, "out_of_fold", e->out);
}

static void json_families(const struct calibration *c, struct jw *j)
{
    jw_array(j, "families");
    for (u32 k = 0; k < 2 * (c->families + 1); k++) {
        u32 family = k / 2;
        bool all = family == c->families, unseen = k % 2;
        if (!all && !(unseen ? c->family[family].unseen : c->family[family].seen))
            continue;
        struct errors e = errors_of(c, family, unseen);
        jw_object(j, NULL);
        jw_text(j, "set", all ? "all" : c->family[family].set);
        jw_text(j, "family", all ? "mean of the families" : c->family[family].name);
        jw_bool(j, "seen", !unseen);
        if (!all)
            jw_u64(j, "points", unseen ? c->family[family].unseen : c->family[family].seen);
        json_errors(j, &e);
        jw_close(j);
    }
    jw_close(j);
}

static void json_correlations(const struct calibration *c, struct jw *j)
{
    jw_array(j, "correlations");
    for (u32 a = 0; a < c->fits; a++)
        for (u32 b = 0; b < a; b++) {
            jw_array(j, NULL);
            jw_text(j, NULL, path(&c->param[c->chosen[b]]));
            jw_text(j, NULL, path(&c->param[c->chosen[a]]));
            jw_real(j, NULL, cal_correlation(c, a, b));
            jw_close(j);
        }
    jw_close(j);
}

static double answer(double sim)
{
    return sim > 0 ? sim : NAN;
}

static void json_points(const struct calibration *c, struct jw *j)
{
    jw_array(j, "points");
    for (size_t k = 0; k < c->points && c->before; k++) {
        const struct cal_point *p = &c->point[k];
        jw_object(j, NULL);
        jw_text(j, "set", p->r.set);
        jw_text(j, "family", p->r.family);
        jw_text(j, "name", p->r.name);
        jw_bool(j, "seen", !p->r.unseen);
        jw_real(j, "measured", p->r.hw);
        jw_real(j, "core", answer(c->before[k]));
        jw_real(j, "after", c->fitted_all ? answer(c->after[k]) : NAN);
        jw_real(j, "out_of_fold", c->fitted_all ? answer(c->out_of_fold[k]) : NAN);
        jw_u64(j, "instructions", p->count);
        jw_u64(j, "before_them", p->warm);
        jw_close(j);
    }
    jw_close(j);
}

void cal_show_json(const struct calibration *c, FILE *f)
{
    struct jw j;
    u64 instructions = 0;
    for (size_t k = 0; k < c->points; k++)
        instructions += c->point[k].count + c->point[k].warm;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_u64(&j, "schema", 1);
    jw_text(&j, "core", c->fit->core);
    jw_text(&j, "model", c->fit->model);
    jw_u64(&j, "measurements", c->points);
    jw_u64(&j, "left_out", c->left_out);
    jw_u64(&j, "instructions", instructions);
    if (c->seconds > 0) {   // of all points, without what was known
        jw_object(&j, "iteration");
        jw_real(&j, "seconds", c->seconds);
        jw_real(&j, "cpu_seconds", c->cpu);
        jw_close(&j);
    }
    jw_u64(&j, "iterations", c->runs);
    jw_u64(&j, "answers", c->asked);
    jw_bool(&j, "stopped", c->stopped);
    json_params(c, &j);
    if (c->fitted_all) {
        json_families(c, &j);
        json_correlations(c, &j);
        jw_bool(&j, "accepted", c->accepted);
        jw_real(&j, "fell", c->fell);
        jw_real(&j, "fell_standard_error", c->fell_error);
        jw_real(&j, "discrepancy", c->discrepancy);
        jw_real(&j, "coverage", c->coverage);
        jw_real(&j, "coverage_unseen", c->coverage_unseen);
    }
    json_points(c, &j);
    jw_close(&j);
    jw_finish(&j);
}
