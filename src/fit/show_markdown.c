#include <math.h>
#include <string.h>

#include "fit/show.h"
#include "fit/stats.h"

static void cell(FILE *f, const char *text)
{
    for (; *text; text++) {
        if (*text == '|' || *text == '<' || *text == '\\')
            fputc('\\', f);
        fputc(*text, f);
    }
}

static void row(FILE *f, const struct result *r, const char *family, const struct fit_stats *s)
{
    fprintf(f, "| %s | %s | ", r->set, r->core);
    cell(f, family);
    fprintf(f, " | %zu | %.1f |", s->points, s->hit * 100);
    for (size_t k = 0; k < FIT_ESTIMATES; k++) {
        const struct estimate *e = &s->at[k];
        double by = fit_estimates[k].percent ? 100 : 1;
        int places = fit_estimates[k].percent ? 1 : 3;
        if (!s->run || isnan(e->value))
            fprintf(f, " - |");
        else
            fprintf(f, " %.*f [%.*f, %.*f] |", places, e->value * by, places, e->low * by, places,
                    e->high * by);
    }
    s->run ? fprintf(f, " %.1f |\n", s->worst * 100) : fprintf(f, " - |\n");
}

static void group(FILE *f, const struct result *r, size_t n)
{
    struct fit_stats all = results_stats(r, n, NULL);
    for (size_t k = 0; k < FIT_PARTS; k++) {
        struct fit_stats s = results_stats(r, n, &fit_parts[k]);
        char name[64];
        snprintf(name, sizeof(name), "*%s*", fit_parts[k].name);
        if (k == 0 || fit_part_is_shown(&s, &all, k))
            row(f, r, name, &s);
    }
}

static void points(FILE *f, const struct results *all)
{
    fprintf(f, "\n| set | core | point | measured | simulated | unit | error %% | met | |\n"
               "|---|---|---|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < all->count; k++) {
        const struct result *r = &all->at[k];
        fprintf(f, "| %s | %s | ", r->set, r->core);
        cell(f, r->name);
        fprintf(f, " | %.4g |", r->hw);
        isnan(r->sim) ? fprintf(f, " - |") : fprintf(f, " %.4g |", r->sim);
        fprintf(f, " %s |", r->unit);
        isnan(r->sim) ? fprintf(f, " - |") : fprintf(f, " %.1f |", result_error(r) * 100);
        fprintf(f, " %s | ", r->shown_only ? "not counted" : result_hit(r) ? "yes" : "no");
        if (r->unseen)
            fprintf(f, "unseen ");
        cell(f, r->note ? r->note : "");
        fprintf(f, " |\n");
    }
}

void fit_show_markdown(const struct results *r, const char *model, FILE *f, bool list)
{
    fprintf(f,
            "Model: %s. Errors are |sim - hw| / min(sim, hw) in %%; bias is the geometric mean of "
            "sim / hw, less 1, in %%; in brackets what 95 %% of %d resamplings say.\n\n"
            "| set | core | family | points | met %% |",
            model, FIT_DRAWS);
    for (size_t k = 0; k < FIT_ESTIMATES; k++)
        fprintf(f, " %s |", fit_estimates[k].head);
    fprintf(f, " worst |\n|---|---|---|---|---|");
    for (size_t k = 0; k <= FIT_ESTIMATES; k++)
        fprintf(f, "---|");
    fputc('\n', f);
    for (size_t k = 0, n; k < r->count; k += n) {
        n = results_group(r, k, false);
        for (size_t j = k, m; j < k + n; j += m) {
            m = results_group(r, j, true);
            struct fit_stats s = results_stats(&r->at[j], m, NULL);
            if (s.points)
                row(f, &r->at[j], r->at[j].family, &s);
        }
        group(f, &r->at[k], n);
    }
    if (list)
        points(f, r);
}
