#include "fit/overview.h"

#include <math.h>

#include "fit/axis.h"

static bool is_drawn(const struct result *r)
{
    return !r->shown_only && !isnan(r->sim);
}

// As result_error: an elimination takes nothing, and has no logarithm.
static double drawn(double v)
{
    return fmax(v, 0.1);
}

static void title(FILE *f, const struct result *r, bool with_set)
{
    fprintf(f, "<title>");
    if (with_set)
        fprintf(f, "%s on %s: ", r->set, r->core);
    svg_text(f, r->name);
    fprintf(f, ": measured %g, simulated %.4g %s%s</title></circle>\n", r->hw, r->sim, r->unit,
            r->unseen ? ", unseen" : "");
}

void overview_scatter(const struct results *r, const char *model, FILE *f)
{
    struct axis x = { 0.1, 1, LEFT, WIDTH - RIGHT, true };
    for (size_t k = 0; k < r->count; k++)
        if (is_drawn(&r->at[k]))
            axis_widen(&x, fmax(drawn(r->at[k].hw), drawn(r->at[k].sim)));
    struct axis y = x;
    y.from = HEIGHT - BOTTOM;
    y.to = TOP;
    svg_begin(f, HEIGHT);
    fprintf(f, "Simulated by the %s model over measured</text>\n", model);
    fprintf(f,
            "<text x='%d' y='34'><tspan fill='#1f5fa8'>seen</tspan> "
            "<tspan fill='#c8501e'>unseen</tspan></text>\n",
            LEFT);
    axis_ticks(f, &x, false);
    axis_ticks(f, &y, true);
    fprintf(f, "<path class='m l' d='M%.1f %.1fL%.1f %.1f'/>\n", x.from, y.from, x.to, y.to);
    for (size_t k = 0; k < r->count; k++) {
        const struct result *p = &r->at[k];
        if (!is_drawn(p))
            continue;
        fprintf(f, "<circle class='%s' cx='%.1f' cy='%.1f' r='2'>", p->unseen ? "s" : "m",
                axis_place(&x, drawn(p->hw)), axis_place(&y, drawn(p->sim)));
        title(f, p, true);
    }
    fprintf(f, "</svg>\n");
}

enum { NAMES = 300, LINE = 16 };

static size_t families(const struct results *r)
{
    size_t lines = 0;
    for (size_t k = 0; k < r->count; k += results_group(r, k, true))
        lines++;
    return lines;
}

// One family, its line at height y.
static void residuals(FILE *f, const struct result *r, size_t n, const struct axis *x, double y)
{
    double sum = 0;
    size_t points = 0;
    fprintf(f, "<text x='4' y='%.1f' font-size='10'>%s on %s: ", y + 4, r->set, r->core);
    svg_text(f, r->family);
    fprintf(f, "</text>\n");
    for (size_t k = 0; k < n; k++) {
        if (!is_drawn(&r[k]))
            continue;
        double ratio = drawn(r[k].sim) / drawn(r[k].hw);
        sum += log(ratio);
        points++;
        fprintf(f, "<circle class='%s' fill-opacity='.5' cx='%.1f' cy='%.1f' r='2.5'>",
                r[k].unseen ? "s" : "m", axis_place(x, fmin(fmax(ratio, 0.5), 2)), y);
        title(f, &r[k], false);
    }
    if (points) {
        double at = axis_place(x, fmin(fmax(exp(sum / (double)points), 0.5), 2));
        fprintf(f, "<path stroke='#000' d='M%.1f %.1fv12'/>\n", at, y - 6);
    }
}

void overview_residuals(const struct results *r, const char *model, FILE *f)
{
    static const double ticks[] = { 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2 };
    struct axis x = { 0.5, 2, NAMES, WIDTH - RIGHT, true };
    int height = TOP + BOTTOM + LINE * (int)families(r);
    svg_begin(f, height);
    fprintf(f, "Simulated by the %s model / measured, by kind</text>\n", model);
    for (size_t k = 0; k < sizeof(ticks) / sizeof(*ticks); k++) {
        double at = axis_place(&x, ticks[k]);
        fprintf(f,
                "<path class='g' d='M%.1f %dV%d'/><text x='%.1f' y='%d' "
                "text-anchor='middle'>%g</text>\n",
                at, TOP, height - BOTTOM, at, height - BOTTOM + 16, ticks[k]);
    }
    double y = TOP + LINE / 2.0;
    for (size_t k = 0, n; k < r->count; k += n, y += LINE) {
        n = results_group(r, k, true);
        residuals(f, &r->at[k], n, &x, y);
    }
    fprintf(f, "</svg>\n");
}
