#include "fit/show.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "fit/stats.h"

#define KNEE "knee: "

static void line(FILE *f, const char *name, const struct fit_stats *s)
{
    fprintf(f, "  %-44.44s %6zu", name, s->points);
    if (s->run)
        fprintf(f, " %6.1f %6.1f %6.1f %6.1f %7.1f [%.1f, %.1f] %6.3f\n", s->hit * 100,
                s->in5 * 100, s->in10 * 100, s->in_half * 100, s->at[FIT_MEAN].value * 100,
                s->at[FIT_MEAN].low * 100, s->at[FIT_MEAN].high * 100, s->at[FIT_R2].value);
    else
        fprintf(f, " not run\n");
}

static void miss(const struct result *r, FILE *f)
{
    if (result_hit(r) && !r->shown_only)
        return;
    const char *at = strstr(r->name, " @ ");   // the rest of the name is the family
    fprintf(f, "  %-12s %-36.36s %-44.44s %9.4g", r->core, r->family, at ? at + 3 : r->name, r->hw);
    if (isnan(r->sim))
        fprintf(f, "         -       -");
    else
        fprintf(f, " %9.4g %6.0f%%", r->sim, result_error(r) * 100);
    fprintf(f, "  %s%s\n", r->shown_only ? "(not counted) " : "", r->note ? r->note : "");
}

// A place where a measured curve turns, and where the simulated one does.
static bool is_knee(const struct result *r)
{
    return strcmp(r->set, "probes") == 0 && strncmp(r->name, KNEE, sizeof(KNEE) - 1) == 0;
}

static void knees(const struct results *r, FILE *f)
{
    bool any = false;
    for (size_t k = 0; k < r->count; k++) {
        const struct result *n = &r->at[k];
        if (!is_knee(n))
            continue;
        if (!any)
            fprintf(f, "\nKnees: measured, simulated, error, within 10 %%\n");
        any = true;
        fprintf(f, "  %-12s %-56.56s %9.6g", n->core, n->name + sizeof(KNEE) - 1, n->hw);
        if (isnan(n->sim))
            fprintf(f, "         -       -  %s\n", n->note ? n->note : "not run");
        else
            fprintf(f, " %9.6g %6.0f%%  %s\n", n->sim, result_error(n) * 100,
                    result_within(n, 0.1, 0) ? "yes" : "no");
    }
}

void fit_show(const struct results *r, FILE *f, bool list)
{
    fprintf(f, "  %-44s %6s %6s %6s %6s %6s %7s %s\n", "", "points", "hit %", "5 %", "10 %",
            "0.5 cy", "error %", "[95 %]  R2");
    for (size_t k = 0, n; k < r->count; k += n) {
        n = results_group(r, k, false);
        struct fit_stats s = results_stats(&r->at[k], n, NULL);
        fprintf(f, "%s on %s\n", r->at[k].set, r->at[k].core);
        size_t families = 0;
        for (size_t j = k, m; j < k + n; j += m, families++) {
            m = results_group(r, j, true);
            struct fit_stats t = results_stats(&r->at[j], m, NULL);
            if (t.points)
                line(f, r->at[j].family, &t);
        }
        if (families > 1)
            line(f, "all", &s);
    }
    fit_show_errors(r, f);
    knees(r, f);
    if (!list)
        return;
    fprintf(f, "\nMissed or not counted: measured, simulated, error, why\n");
    for (size_t k = 0; k < r->count; k++)
        miss(&r->at[k], f);
}

static void estimate_json(struct jw *j, const char *name, const struct estimate *e)
{
    char interval[32];
    jw_real(j, name, e->value);
    snprintf(interval, sizeof(interval), "%s_95", name);
    jw_array(j, interval);
    jw_real(j, NULL, e->low);
    jw_real(j, NULL, e->high);
    jw_close(j);
}

static void stats_json(struct jw *j, const struct fit_stats *s)
{
    jw_u64(j, "points", s->points);
    jw_u64(j, "run", s->run);
    jw_real(j, "hit", s->hit);
    jw_real(j, "within_5_percent", s->in5);
    jw_real(j, "within_10_percent", s->in10);
    jw_real(j, "within_half_cycle", s->in_half);
    jw_real(j, "worst", s->worst);
    for (size_t k = 0; k < FIT_ESTIMATES; k++)
        estimate_json(j, fit_estimates[k].json, &s->at[k]);
}

static void point_json(struct jw *j, const struct result *r)
{
    jw_object(j, NULL);
    jw_text(j, "name", r->name);
    jw_text(j, "unit", r->unit);
    if (!isnan(r->x))
        jw_real(j, "x", r->x);
    jw_real(j, "measured", r->hw);
    jw_real(j, "simulated", r->sim);
    jw_real(j, "error", isnan(r->sim) ? NAN : result_error(r));
    jw_bool(j, "hit", result_hit(r));
    jw_bool(j, "counted", !r->shown_only);
    jw_bool(j, "seen", !r->unseen);
    if (r->fidelity)
        jw_text(j, "fidelity", (char[]){ r->fidelity, 0 });
    if (r->note)
        jw_text(j, "note", r->note);
    jw_close(j);
}

static void knees_json(struct jw *j, const struct result *r, size_t n)
{
    bool any = false;
    for (size_t k = 0; k < n; k++)
        any |= is_knee(&r[k]);
    if (!any)
        return;
    jw_array(j, "knees");
    for (size_t k = 0; k < n; k++) {
        if (!is_knee(&r[k]))
            continue;
        jw_object(j, NULL);
        jw_text(j, "name", r[k].name + sizeof(KNEE) - 1);
        jw_real(j, "measured", r[k].hw);
        jw_real(j, "simulated", r[k].sim);
        jw_real(j, "error", isnan(r[k].sim) ? NAN : result_error(&r[k]));
        jw_bool(j, "within_10_percent", !isnan(r[k].sim) && result_within(&r[k], 0.1, 0));
        jw_close(j);
    }
    jw_close(j);
}

static void parts_json(struct jw *j, const struct result *r, size_t n)
{
    struct fit_stats all = results_stats(r, n, NULL);
    jw_array(j, "parts");
    for (size_t k = 1; k < FIT_PARTS; k++) {
        struct fit_stats s = results_stats(r, n, &fit_parts[k]);
        if (!fit_part_is_shown(&s, &all, k))
            continue;
        jw_object(j, NULL);
        jw_text(j, "part", fit_parts[k].name);
        stats_json(j, &s);
        jw_close(j);
    }
    jw_close(j);
}

static void family_json(struct jw *j, const struct result *r, size_t n, bool list)
{
    struct fit_stats s = results_stats(r, n, NULL);
    jw_object(j, NULL);
    jw_text(j, "family", r->family);
    stats_json(j, &s);
    if (list) {
        jw_array(j, "measurements");
        for (size_t k = 0; k < n; k++)
            point_json(j, &r[k]);
        jw_close(j);
    }
    jw_close(j);
}

static void set_json(struct jw *j, const struct results *r, size_t from, size_t n, bool list)
{
    const struct result *first = &r->at[from];
    struct fit_stats s = results_stats(first, n, NULL);
    jw_object(j, NULL);
    jw_text(j, "set", first->set);
    jw_text(j, "core", first->core);
    if (first->core_digest)
        jw_text(j, "core_digest", first->core_digest);
    stats_json(j, &s);
    jw_array(j, "families");
    for (size_t k = from, m; k < from + n; k += m) {
        m = results_group(r, k, true);
        family_json(j, &r->at[k], m, list);
    }
    jw_close(j);
    parts_json(j, first, n);
    knees_json(j, first, n);
    jw_close(j);
}

void fit_show_json(const struct results *r, const struct fit_about *about, FILE *f, bool list)
{
    struct jw j;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_u64(&j, "schema", 1);
    jw_text(&j, "model", about->model);
    if (about->version)
        jw_text(&j, "version", about->version);
    if (about->model_digest)
        jw_text(&j, "model_digest", about->model_digest);
    if (about->label)
        jw_text(&j, "label", about->label);
    jw_u64(&j, "draws", FIT_DRAWS);
    jw_array(&j, "sets");
    for (size_t k = 0, n; k < r->count; k += n) {
        n = results_group(r, k, false);
        set_json(&j, r, k, n, list);
    }
    jw_close(&j);
    if (about->vs)
        comparison_show_json(about->vs, &j, "vs");
    jw_close(&j);
    jw_finish(&j);
}
