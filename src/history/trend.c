#include "history/trend.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 860, HEIGHT = 280, LEFT = 64, TOP = 16, BOTTOM = 30, LETTER = 7, ROW = 14 };

static const char *const colours[] = { "#1f5fa8", "#c8501e", "#3a8a3a", "#8a3a8a",
                                       "#a88a1f", "#1fa8a0", "#b0305a", "#6a6a2a" };

static void escaped(FILE *f, const char *text)
{
    for (; *text; text++) {
        if (strchr("<>&'\"", *text))
            fprintf(f, "&#%d;", *text);
        else
            fputc(*text, f);
    }
}

// What is drawn: the points, their lines, and where values lie.
struct chart {
    const struct trend_point *p;
    size_t n, runs, lines;
    const char *line[TREND_LINES];
    double high;   // of the values; the lowest is 0
    int height, right;
};

static void add_line(struct chart *c, const char *name)
{
    size_t k = 0;
    while (k < c->lines && strcmp(c->line[k], name) != 0)
        k++;
    if (k < c->lines || c->lines == TREND_LINES)
        return;
    c->line[c->lines++] = name;
    int wide = LETTER * ((int)strlen(name) + 9);   // and its last value
    c->right = wide > c->right ? wide : c->right;
}

static struct chart chart_of(const struct trend_point *p, size_t n)
{
    struct chart c = { .p = p, .n = n, .high = 1e-9, .right = 90 };
    for (size_t k = 0; k < n; k++) {
        c.high = fmax(c.high, fmax(p[k].value, isnan(p[k].high) ? 0 : p[k].high));
        c.runs += !k || p[k].run != p[k - 1].run;
        add_line(&c, p[k].line);
    }
    c.high *= 1.05;
    int rows = TOP + BOTTOM + ROW * (int)c.lines;
    c.height = rows > HEIGHT ? rows : HEIGHT;
    return c;
}

static double x_of(const struct chart *c, size_t at)
{
    double share = c->runs > 1 ? (double)at / (double)(c->runs - 1) : 0.5;
    return LEFT + share * (WIDTH - LEFT - c->right);
}

static double y_of(const struct chart *c, double v)
{
    return c->height - BOTTOM - v / c->high * (c->height - TOP - BOTTOM);
}

// Values from 0 up, in steps of 1, 2 or 5 times a power of ten.
static void grid(FILE *f, const struct chart *c)
{
    double step = pow(10, floor(log10(c->high / 4)));
    if (c->high / (step * 5) >= 3)
        step *= 5;
    else if (c->high / (step * 2) >= 3)
        step *= 2;
    for (int k = 0; k * step <= c->high; k++)
        fprintf(f,
                "<path d='M%d %.1fH%d' stroke='#ddd'/><text x='%d' y='%.1f' "
                "text-anchor='end'>%g</text>\n",
                LEFT, y_of(c, k * step), WIDTH - c->right, LEFT - 6, y_of(c, k * step) + 4,
                k * step);
}

static const char *colour(const struct chart *c, size_t line)
{
    bool all = strcmp(c->line[line], "all") == 0;
    return all ? "#444" : colours[line % COUNT(colours)];
}

static void point(FILE *f, const struct chart *c, const struct trend_words *w, size_t at,
                  const struct trend_point *p)
{
    if (!isnan(p->low))
        fprintf(f, "<path d='M%.1f %.1fV%.1f'/>", x_of(c, at), y_of(c, p->low), y_of(c, p->high));
    fprintf(f, "<circle cx='%.1f' cy='%.1f' r='3'><title>", x_of(c, at), y_of(c, p->value));
    escaped(f, p->line);
    fprintf(f, ", ");
    escaped(f, p->label);
    fprintf(f, " %s: %.2f [%.2f, %.2f] %s, %u %s</title></circle>\n", p->when, p->value, p->low,
            p->high, w->unit, p->count, w->counted);
}

// Draws a line; its last value, or NAN.
static double draw_line(FILE *f, const struct chart *c, const struct trend_words *w, size_t line)
{
    double last = NAN;
    size_t at = 0;
    fprintf(f, "<g stroke='%s' fill='%s'><polyline fill='none' points='", colour(c, line),
            colour(c, line));
    for (size_t k = 0; k < c->n; k++) {
        at += k && c->p[k].run != c->p[k - 1].run;
        if (strcmp(c->p[k].line, c->line[line]) != 0)
            continue;
        fprintf(f, "%.1f,%.1f ", x_of(c, at), y_of(c, c->p[k].value));
        last = c->p[k].value;
    }
    fprintf(f, "'/>\n");
    at = 0;
    for (size_t k = 0; k < c->n; k++) {
        at += k && c->p[k].run != c->p[k - 1].run;
        if (strcmp(c->p[k].line, c->line[line]) == 0)
            point(f, c, w, at, &c->p[k]);
    }
    fprintf(f, "</g>\n");
    return last;
}

// Names beside the last values, from the lowest value up; those too near to the one below move up.
static void names(FILE *f, const struct chart *c, double *last)
{
    double y = c->height - BOTTOM + ROW;
    for (size_t n = 0; n < c->lines; n++) {
        size_t least = c->lines;
        for (size_t k = 0; k < c->lines; k++)
            if (!isnan(last[k]) && (least == c->lines || last[k] < last[least]))
                least = k;
        if (least == c->lines)
            break;
        y = fmin(y - ROW, y_of(c, last[least]) + 4);
        fprintf(f, "<text fill='%s' x='%d' y='%.1f'>", colour(c, least), WIDTH - c->right + 6, y);
        escaped(f, c->line[least]);
        fprintf(f, " %.4g</text>\n", last[least]);
        last[least] = NAN;
    }
}

static void table(FILE *f, const struct trend_words *w, const struct trend_point *p, size_t n)
{
    fprintf(f,
            "<details><summary>%zu values</summary><table><tr><th>run<th>made<th>label<th>of"
            "<th>%s<th>interval<th>%s</tr>\n",
            n, w->unit, w->counted);
    for (size_t k = n; k-- > 0;) {
        fprintf(f, "<tr><td>%lld<td>%s<td>", (long long)p[k].run, p[k].when);
        escaped(f, p[k].label);
        fprintf(f, "<td>");
        escaped(f, p[k].line);
        fprintf(f, "<td>%.2f<td>%.2f to %.2f<td>%u</tr>\n", p[k].value, p[k].low, p[k].high,
                p[k].count);
    }
    fprintf(f, "</table></details>\n");
}

void trend_begin(FILE *f, const char *title, const char *text)
{
    fprintf(
        f,
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>%s</title>\n"
        "<style>body{font:14px sans-serif;max-width:900px;margin:2em auto}table{border-collapse:"
        "collapse}td,th{padding:2px 10px;text-align:left}svg text{font-size:12px}</style>\n"
        "<h1>%s</h1>\n<p>",
        title, title);
    escaped(f, text);
    fprintf(f, "</p>\n");
}

void trend_chart(FILE *f, const char *heading, const char *doc, const struct trend_words *w,
                 const struct trend_point *p, size_t n)
{
    struct chart c = chart_of(p, n);
    double last[TREND_LINES];
    fprintf(f, "<h2>");
    escaped(f, heading);
    fprintf(f, "</h2><p>");
    escaped(f, doc);
    fprintf(f, "</p>\n<svg width='%d' height='%d' role='img'>\n", WIDTH, c.height);
    grid(f, &c);
    fprintf(f, "<text x='%d' y='%d'>%s</text><text x='%d' y='%d' text-anchor='end'>%s</text>\n",
            LEFT, c.height - 8, p[0].when, WIDTH - c.right, c.height - 8, p[n - 1].when);
    for (size_t k = 0; k < c.lines; k++)
        last[k] = draw_line(f, &c, w, k);
    names(f, &c, last);
    fprintf(f, "</svg>\n");
    table(f, w, p, n);
}

void trend_end(FILE *f)
{
    fprintf(f, "</html>\n");
}
