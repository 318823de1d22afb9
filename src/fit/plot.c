#include "fit/plot.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "fit/show.h"

enum { WIDTH = 640, HEIGHT = 360, LEFT = 64, RIGHT = 16, TOP = 40, BOTTOM = 44 };

// An axis from values to pixels; logarithmic when it spans more than a factor of 50.
struct axis {
    double low, high, from, to;
    bool log;
};

static double place(const struct axis *a, double v)
{
    double t = a->log ? log(v / a->low) / log(a->high / a->low) : (v - a->low) / (a->high - a->low);
    return a->from + t * (a->to - a->from);
}

static void widen(struct axis *a, double v)
{
    if (isnan(v))
        return;
    a->low = fmin(a->low, v);
    a->high = fmax(a->high, v);
}

static void settle(struct axis *a)
{
    a->log = a->low > 0 && a->high / a->low > 50;
    if (!a->log && a->low > 0 && a->low < 0.7 * a->high)
        a->low = 0;
    if (a->high <= a->low)
        a->high = a->low + 1;
    if (!a->log)
        a->high += 0.04 * (a->high - a->low);
}

static void escaped(FILE *f, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", f);
        else if (*text == '>')
            fputs("&gt;", f);
        else if (*text == '&')
            fputs("&amp;", f);
        else
            fputc(*text, f);
    }
}

// Round values: 1, 2 or 5 times a power of ten, four to eight of them; decades when logarithmic.
static void ticks(FILE *f, const struct axis *a, bool vertical)
{
    double step = pow(10, floor(log10((a->high - a->low) / 4)));
    for (double m = 5; m >= 2 && !a->log; m -= 3)
        if ((a->high - a->low) / (step * m) >= 4) {
            step *= m;
            break;
        }
    double v = a->log ? pow(10, ceil(log10(a->low) - 1e-9)) : ceil(a->low / step - 1e-9) * step;
    while (v <= a->high * (1 + 1e-9)) {
        v = fabs(v) < 1e-9 * step ? 0 : v;
        double p = place(a, v);
        if (vertical)
            fprintf(f,
                    "<path class='g' d='M%d %.1fH%d'/><text x='%d' y='%.1f' "
                    "text-anchor='end'>%g</text>\n",
                    LEFT, p, WIDTH - RIGHT, LEFT - 6, p + 4, v);
        else
            fprintf(f,
                    "<path class='g' d='M%.1f %dV%d'/><text x='%.1f' y='%d' "
                    "text-anchor='middle'>%g</text>\n",
                    p, TOP, HEIGHT - BOTTOM, p, HEIGHT - BOTTOM + 16, v);
        v = a->log ? v * 10 : v + step;
    }
}

static void head(FILE *f, const struct result *r, const char *model)
{
    fprintf(f,
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d' "
            "font-family='sans-serif' font-size='12'>\n"
            "<style>.g{stroke:#ddd;fill:none}.m{stroke:#1f5fa8;fill:#1f5fa8}.s{stroke:#c8501e;fill:"
            "#c8501e}"
            ".l{fill:none}</style>\n<rect width='%d' height='%d' fill='#fff'/>\n<text x='%d' "
            "y='18' font-size='14'>",
            WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT, LEFT);
    escaped(f, r->family);
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
            fprintf(f, "%.1f,%.1f ", place(x, r[k].x), place(y, v));
    }
    fprintf(f, "'/>\n");
    for (size_t k = 0; k < n; k++) {
        double v = simulated ? r[k].sim : r[k].hw;
        if (!isnan(v))
            fprintf(f, "<circle class='%s' cx='%.1f' cy='%.1f' r='2.5'/>\n", class,
                    place(x, r[k].x), place(y, v));
    }
}

static void over_axis(FILE *f, const struct result *r, size_t n)
{
    struct axis x = { INFINITY, -INFINITY, LEFT, WIDTH - RIGHT, false };
    struct axis y = { INFINITY, -INFINITY, HEIGHT - BOTTOM, TOP, false };
    for (size_t k = 0; k < n; k++) {
        widen(&x, r[k].x);
        widen(&y, r[k].hw);
        widen(&y, r[k].sim);
    }
    settle(&x);
    settle(&y);
    ticks(f, &x, false);
    ticks(f, &y, true);
    curve(f, r, n, &x, &y, false);
    curve(f, r, n, &x, &y, true);
    const char *at = strstr(r->name, " @ "), *end = at ? strchr(at, '=') : NULL;
    fprintf(f, "<text x='%d' y='%d' text-anchor='end'>%.*s; ", WIDTH - RIGHT, HEIGHT - 8,
            end ? (int)(end - at - 3) : 0, end ? at + 3 : "");
    escaped(f, r->unit);
    fprintf(f, " upwards</text>\n");
}

// Values without an axis: simulated against measured.
static void against(FILE *f, const struct result *r, size_t n)
{
    struct axis x = { INFINITY, -INFINITY, LEFT, WIDTH - RIGHT, false };
    for (size_t k = 0; k < n; k++) {
        widen(&x, fmax(r[k].hw, 0.05));
        widen(&x, isnan(r[k].sim) ? NAN : fmax(r[k].sim, 0.05));
    }
    settle(&x);
    struct axis y = x;
    y.from = HEIGHT - BOTTOM;
    y.to = TOP;
    ticks(f, &x, false);
    ticks(f, &y, true);
    fprintf(f, "<path class='m l' d='M%.1f %.1fL%.1f %.1f'/>\n", x.from, y.from, x.to, y.to);
    for (size_t k = 0; k < n; k++) {
        if (isnan(r[k].sim))
            continue;
        fprintf(f, "<circle class='s' cx='%.1f' cy='%.1f' r='2.5'><title>",
                place(&x, fmax(r[k].hw, 0.05)), place(&y, fmax(r[k].sim, 0.05)));
        escaped(f, r[k].name);
        fprintf(f, ": measured %g, simulated %.4g</title></circle>\n", r[k].hw, r[k].sim);
    }
    fprintf(f, "<text x='%d' y='%d' text-anchor='end'>measured; simulated upwards (", WIDTH - RIGHT,
            HEIGHT - 8);
    escaped(f, r->unit);
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
    bool ok = true;
    for (size_t k = 0, n; ok && k < r->count; k += n) {
        n = results_group(r, k, true);
        ok = plot(&r->at[k], n, folder, model, e);
        char name[160];
        file_name(name, sizeof(name), &r->at[k]);
        fprintf(page, "<img src='%s.svg' alt='", name);
        escaped(page, r->at[k].family);
        fprintf(page, " on %s'>\n", r->at[k].core);
    }
    if (ok)
        return output_end(index, e);
    output_drop(index);
    return false;
}
