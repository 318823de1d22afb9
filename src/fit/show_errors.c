#include <math.h>

#include "fit/show.h"
#include "fit/stats.h"

static void interval(FILE *f, const struct estimate *e)
{
    char text[48];
    snprintf(text, sizeof(text), "%.1f [%.1f, %.1f]", e->value * 100, e->low * 100, e->high * 100);
    fprintf(f, " %-21s", text);
}

static void row(FILE *f, const char *name, const struct fit_stats *s)
{
    if (!s->run)
        return;
    fprintf(f, "  %-44.44s %6zu ", name, s->run);
    interval(f, &s->at[FIT_MEAN]);
    interval(f, &s->at[FIT_MEDIAN]);
    fprintf(f, "%6.1f ", s->worst * 100);
    interval(f, &s->at[FIT_BIAS]);
    for (enum fit_estimate k = FIT_R2_LOG; k < FIT_ESTIMATES; k++)
        isnan(s->at[k].value) ? fprintf(f, "        -") : fprintf(f, " %8.3f", s->at[k].value);
    fputc('\n', f);
}

static void parts(const struct result *r, size_t n, FILE *f)
{
    struct fit_stats all = results_stats(r, n, NULL);
    row(f, fit_parts[0].name, &all);
    for (size_t k = 1; k < FIT_PARTS; k++) {
        struct fit_stats s = results_stats(r, n, &fit_parts[k]);
        if (fit_part_is_shown(&s, &all, k))
            row(f, fit_parts[k].name, &s);
    }
}

void fit_show_errors(const struct results *r, FILE *f)
{
    fprintf(f,
            "\nErrors |sim - hw| / min(sim, hw) in %%; bias: geometric mean of sim / hw, less 1; "
            "[95 %% of %d resamplings]\n  %-44s %6s  %-21s %-21s %6s  %-21s %8s %8s %8s\n",
            FIT_DRAWS, "", "run", "mean", "median", "worst", "bias", "R2 log", "Pearson",
            "Spearman");
    for (size_t k = 0, n; k < r->count; k += n) {
        n = results_group(r, k, false);
        fprintf(f, "%s on %s\n", r->at[k].set, r->at[k].core);
        for (size_t j = k, m; j < k + n; j += m) {
            m = results_group(r, j, true);
            struct fit_stats s = results_stats(&r->at[j], m, NULL);
            row(f, r->at[j].family, &s);
        }
        parts(&r->at[k], n, f);
    }
}
