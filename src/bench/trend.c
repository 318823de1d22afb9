#include "bench/trend.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 860, HEIGHT = 280, LEFT = 64, RIGHT = 90, TOP = 16, BOTTOM = 30 };

static const struct {
    const char *group, *colour;
} lines[] = { { "int", "#1f5fa8" }, { "fp", "#c8501e" }, { "libc", "#3a8a3a" }, { "all", "#444" } };

static void escaped(FILE *f, const char *text)
{
    for (; *text; text++) {
        if (strchr("<>&'\"", *text))
            fprintf(f, "&#%d;", *text);
        else
            fputc(*text, f);
    }
}

struct scale {
    double low, high;   // of the values

    size_t runs;
};

static double x_of(const struct scale *s, size_t at)
{
    double share = s->runs > 1 ? (double)at / (double)(s->runs - 1) : 0.5;
    return LEFT + share * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct scale *s, double v)
{
    return HEIGHT - BOTTOM - (v - s->low) / (s->high - s->low) * (HEIGHT - TOP - BOTTOM);
}

// Values from 0 up, in steps of 1, 2 or 5 times a power of ten.
static void grid(FILE *f, const struct scale *s)
{
    double step = pow(10, floor(log10(s->high / 4)));
    if (s->high / (step * 5) >= 3)
        step *= 5;
    else if (s->high / (step * 2) >= 3)
        step *= 2;
    for (int k = 0; k * step <= s->high; k++)
        fprintf(f,
                "<path d='M%d %.1fH%d' stroke='#ddd'/><text x='%d' y='%.1f' "
                "text-anchor='end'>%g</text>\n",
                LEFT, y_of(s, k * step), WIDTH - RIGHT, LEFT - 6, y_of(s, k * step) + 4, k * step);
}

static void draw_line(FILE *f, const struct scale *s, const struct trend_point *p, size_t n,
                      size_t line)
{
    double last = NAN;
    size_t at = 0;
    fprintf(f, "<g stroke='%s' fill='%s'><polyline fill='none' points='", lines[line].colour,
            lines[line].colour);
    for (size_t k = 0; k < n; k++) {
        at += k && p[k].run != p[k - 1].run;
        if (strcmp(p[k].group, lines[line].group) != 0)
            continue;
        fprintf(f, "%.1f,%.1f ", x_of(s, at), y_of(s, p[k].value));
        last = p[k].value;
    }
    fprintf(f, "'/>\n");
    at = 0;
    for (size_t k = 0; k < n; k++) {
        at += k && p[k].run != p[k - 1].run;
        if (strcmp(p[k].group, lines[line].group) != 0)
            continue;
        fprintf(f, "<path d='M%.1f %.1fV%.1f'/><circle cx='%.1f' cy='%.1f' r='3'><title>",
                x_of(s, at), y_of(s, p[k].low), y_of(s, p[k].high), x_of(s, at),
                y_of(s, p[k].value));
        escaped(f, p[k].label);
        fprintf(f, " %s: %.2f [%.2f, %.2f], %u programs</title></circle>\n", p[k].when, p[k].value,
                p[k].low, p[k].high, p[k].programs);
    }
    if (!isnan(last))
        fprintf(f, "<text stroke='none' x='%d' y='%.1f'>%s %.4g</text>", WIDTH - RIGHT + 6,
                y_of(s, last) + 4, lines[line].group, last);
    fprintf(f, "</g>\n");
}

static void table(FILE *f, const struct trend_point *p, size_t n)
{
    fprintf(f,
            "<details><summary>%zu values</summary><table><tr><th>run<th>made<th>label<th>group"
            "<th>M instr/s<th>interval<th>programs</tr>\n",
            n);
    for (size_t k = n; k-- > 0;) {
        fprintf(f, "<tr><td>%lld<td>%s<td>", (long long)p[k].run, p[k].when);
        escaped(f, p[k].label);
        fprintf(f, "<td>%s<td>%.2f<td>%.2f to %.2f<td>%u</tr>\n", p[k].group, p[k].value, p[k].low,
                p[k].high, p[k].programs);
    }
    fprintf(f, "</table></details>\n");
}

void trend_begin(FILE *f, const char *host, const char *clock)
{
    fprintf(
        f,
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>m2sim bench</title>\n"
        "<style>body{font:14px sans-serif;max-width:900px;margin:2em auto}table{border-collapse:"
        "collapse}td,th{padding:2px 10px;text-align:left}svg text{font-size:12px}</style>\n"
        "<h1>Speed of m2sim over time</h1>\n<p>Geometric means in millions of guest "
        "instructions a second of %s, with 95 %% intervals, on ",
        clock);
    escaped(f, host);
    fprintf(f, ". Runs on other processors are left out.</p>\n");
}

void trend_chart(FILE *f, const char *mode, const char *doc, const struct trend_point *p, size_t n)
{
    struct scale s = { .low = 0, .high = 1e-9 };
    for (size_t k = 0; k < n; k++) {
        s.high = fmax(s.high, p[k].high);
        s.runs += !k || p[k].run != p[k - 1].run;
    }
    s.high *= 1.05;
    fprintf(f, "<h2>%s</h2><p>%s</p>\n<svg width='%d' height='%d' role='img'>\n", mode, doc, WIDTH,
            HEIGHT);
    grid(f, &s);
    fprintf(f, "<text x='%d' y='%d'>%s</text><text x='%d' y='%d' text-anchor='end'>%s</text>\n",
            LEFT, HEIGHT - 8, p[0].when, WIDTH - RIGHT, HEIGHT - 8, p[n - 1].when);
    for (size_t k = 0; k < COUNT(lines); k++)
        draw_line(f, &s, p, n, k);
    fprintf(f, "</svg>\n");
    table(f, p, n);
}

void trend_end(FILE *f)
{
    fprintf(f, "</html>\n");
}
