#include "fit/plot.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "fit/axis.h"
#include "fit/overview.h"
#include "fit/show.h"

static void head(FILE *f, const struct result *r, const char *model)
{
    svg_begin(f, HEIGHT);
    svg_text(f, r->family);
    fprintf(
        f,
        " (%s)</text>\n<circle class='m' cx='%d' cy='30' r='3'/><text x='%d' y='34'>measured</text>"
        "<circle class='s' cx='%d' cy='30' r='3'/><text x='%d' y='34'>simulated, %s model</text>\n",
        r->core, LEFT + 4, LEFT + 12, LEFT + 84, LEFT + 92, model);
}

// Points over an axis, joined.
static void curve(FILE *f, const struct result *r, size_t n, const struct axis *x,
                  const struct axis *y, bool simulated)
{
    const char *class = simulated ? "s" : "m";
    fprintf(f, "<polyline class='%s l' points='", class);
    for (size_t k = 0; k < n; k++) {
        double v = simulated ? r[k].sim : r[k].hw;
        if (!isnan(v))
            fprintf(f, "%.1f,%.1f ", axis_place(x, r[k].x), axis_place(y, v));
    }
    fprintf(f, "'/>\n");
    for (size_t k = 0; k < n; k++) {
        double v = simulated ? r[k].sim : r[k].hw;
        if (!isnan(v))
            fprintf(f, "<circle class='%s' cx='%.1f' cy='%.1f' r='2.5'/>\n", class,
                    axis_place(x, r[k].x), axis_place(y, v));
    }
}

static void over_axis(FILE *f, const struct result *r, size_t n)
{
    struct axis x = { INFINITY, -INFINITY, LEFT, WIDTH - RIGHT, false };
    struct axis y = { INFINITY, -INFINITY, HEIGHT - BOTTOM, TOP, false };
    for (size_t k = 0; k < n; k++) {
        axis_widen(&x, r[k].x);
        axis_widen(&y, r[k].hw);
        axis_widen(&y, r[k].sim);
    }
    axis_settle(&x);
    axis_settle(&y);
    axis_ticks(f, &x, false);
    axis_ticks(f, &y, true);
    curve(f, r, n, &x, &y, false);
    curve(f, r, n, &x, &y, true);
    const char *at = strstr(r->name, " @ "), *end = at ? strchr(at, '=') : NULL;
    fprintf(f, "<text x='%d' y='%d' text-anchor='end'>%.*s; ", WIDTH - RIGHT, HEIGHT - 8,
            end ? (int)(end - at - 3) : 0, end ? at + 3 : "");
    svg_text(f, r->unit);
    fprintf(f, " upwards</text>\n");
}

// Values without an axis: simulated against measured.
static void against(FILE *f, const struct result *r, size_t n)
{
    struct axis x = { INFINITY, -INFINITY, LEFT, WIDTH - RIGHT, false };
    for (size_t k = 0; k < n; k++) {
        axis_widen(&x, fmax(r[k].hw, 0.05));
        axis_widen(&x, isnan(r[k].sim) ? NAN : fmax(r[k].sim, 0.05));
    }
    axis_settle(&x);
    struct axis y = x;
    y.from = HEIGHT - BOTTOM;
    y.to = TOP;
    axis_ticks(f, &x, false);
    axis_ticks(f, &y, true);
    fprintf(f, "<path class='m l' d='M%.1f %.1fL%.1f %.1f'/>\n", x.from, y.from, x.to, y.to);
    for (size_t k = 0; k < n; k++) {
        if (isnan(r[k].sim))
            continue;
        fprintf(f, "<circle class='s' cx='%.1f' cy='%.1f' r='2.5'><title>",
                axis_place(&x, fmax(r[k].hw, 0.05)), axis_place(&y, fmax(r[k].sim, 0.05)));
        svg_text(f, r[k].name);
        fprintf(f, ": measured %g, simulated %.4g</title></circle>\n", r[k].hw, r[k].sim);
    }
    fprintf(f, "<text x='%d' y='%d' text-anchor='end'>measured; simulated upwards (", WIDTH - RIGHT,
            HEIGHT - 8);
    svg_text(f, r->unit);
    fprintf(f, ")</text>\n");
}

static void file_name(char *name, size_t size, const struct result *r)
{
    char *end = name + snprintf(name, size, "%s-%s-%s", r->set, r->core, r->family);
    for (char *s = name; *s && s < end; s++)
        if (!isalnum((unsigned char)*s) && *s != '-')
            *s = '_';
}

static struct output *create(const char *folder, const char *name, const char *kind, struct err *e)
{
    char path[4096];
    bool slash = folder[strlen(folder) - 1] == '/';
    snprintf(path, sizeof(path), "%s%s%s.%s", folder, slash ? "" : "/", name, kind);
    return output_open(path, e);
}

static bool overview(const struct results *r, const char *folder, const char *model, struct err *e)
{
    struct output *o = create(folder, "scatter", "svg", e);
    if (!o)
        return false;
    overview_scatter(r, model, output_stream(o));
    if (!output_end(o, e) || !(o = create(folder, "residuals", "svg", e)))
        return false;
    overview_residuals(r, model, output_stream(o));
    return output_end(o, e);
}

static bool plot(const struct result *r, size_t n, const char *folder, const char *model,
                 struct err *e)
{
    char name[160];
    file_name(name, sizeof(name), r);
    struct output *o = create(folder, name, "svg", e);
    if (!o)
        return false;
    FILE *f = output_stream(o);
    head(f, r, model);
    if (isnan(r->x))
        against(f, r, n);
    else
        over_axis(f, r, n);
    fprintf(f, "</svg>\n");
    return output_end(o, e);
}

bool fit_plots_prepare(const char *folder, struct err *e)
{
    if ((mkdir(folder, 0777) != 0 && errno != EEXIST) || access(folder, W_OK | X_OK) != 0)
        return err_set(e, "%.150s: %s", folder, strerror(errno));
    return true;
}

bool fit_plots(const struct results *r, const char *folder, const char *model, struct err *e)
{
    if (!fit_plots_prepare(folder, e))
        return false;
    struct output *index = create(folder, "index", "html", e);
    if (!index)
        return false;
    FILE *page = output_stream(index);
    fprintf(
        page,
        "<!doctype html>\n<meta charset='utf-8'>\n<title>m2sim: accuracy of the %s model</title>\n"
        "<style>body{font-family:sans-serif;max-width:84em;margin:2em "
        "auto}img{max-width:100%%;margin:4px;"
        "border:1px solid #ddd}pre{overflow-x:auto}</style>\n<h1>Measured and simulated</h1>\n"
        "<p>Model: %s. A point without an axis shows its name when pointed at.</p>\n<pre>\n",
        model, model);
    fit_show(r, page, false);
    fprintf(page, "</pre>\n");
    bool ok = overview(r, folder, model, e);
    fprintf(page, "<img src='scatter.svg' alt='simulated over measured'>\n"
                  "<img src='residuals.svg' alt='simulated / measured by family'>\n");
    for (size_t k = 0, n; ok && k < r->count; k += n) {
        n = results_group(r, k, true);
        ok = plot(&r->at[k], n, folder, model, e);
        char name[160];
        file_name(name, sizeof(name), &r->at[k]);
        fprintf(page, "<img src='%s.svg' alt='", name);
        svg_text(page, r->at[k].family);
        fprintf(page, " on %s'>\n", r->at[k].core);
    }
    if (ok)
        return output_end(index, e);
    output_drop(index);
    return false;
}
