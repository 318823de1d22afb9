// The core file that a calibration leaves: what it changes, and how sure it is.
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/calibrate.h"
#include "calibrate/loss.h"
#include "config/print.h"

double cal_correlation(const struct calibration *c, u32 i, u32 j)
{
    const double *v = c->covariance;
    u32 n = c->fits;
    return v[i * n + j] / sqrt(v[i * n + i] * v[j * n + j]);
}

// A YAML string of at most `most` bytes, of which the last three say that there were more.
static void write_words(const char *words, size_t most, FILE *f)
{
    size_t n = strlen(words), end = n <= most ? n : most - 3;
    while (end < n && ((u8)words[end] & 0xc0) == 0x80)   // a character of UTF-8 stays whole
        end--;
    fputc('"', f);
    for (size_t k = 0; k < end; k++) {
        char c = (u8)words[k] < ' ' || words[k] == 0x7f ? '?' : words[k];
        fprintf(f, c == '"' || c == '\\' ? "\\%c" : "%c", c);
    }
    fprintf(f, "%s\"", end < n ? "..." : "");
}

// -- Values, and how sure they are --

// What is written of a parameter stands in a configuration: a fitted one has its line of the section
// fit: and, as its origin's source, the comment on its value.
static struct config *to_write(const struct calibration *c)
{
    enum { COMMENT = 160 };
    struct config *w = ARENA_NEW(c->arena, struct config);
    *w = c->accepted ? *c->fitted : *c->base;
    for (u32 k = 0; k < PARAM_COUNT; k++) {
        w->fit.of[k].origin.kind = ORIGIN_DEFAULT;
        if (w->origin[k].kind == ORIGIN_FILE)
            w->origin[k].kind = ORIGIN_DEFAULT;   // the file that is extended says it
    }
    for (u32 k = 0; k < c->fits; k++) {
        const struct cal_param *p = &c->param[c->chosen[k]];
        char *why = ARENA_ARRAY(c->arena, COMMENT, char);
        snprintf(why, COMMENT, "fitted, +- %.2g %s; before %.6g +- %.2g", p->after,
                 core_table[p->id].unit, p->start, p->sd);
        if (c->accepted)
            w->origin[p->id] = (struct origin){ .kind = ORIGIN_FILE, .source = why };
        // Rounded to three digits it must not be more than HIGH - LOW.
        w->fit.of[p->id] = (struct prior){
            p->low, p->high, fmin(p->after, 0.99 * (p->high - p->low)), { .kind = ORIGIN_FILE }
        };
    }
    return w;
}

static bool is_given(const struct config *w, enum core_param k)
{
    return w->origin[k].kind != ORIGIN_DEFAULT;
}

static bool has_line(const struct config *w, enum core_param k)
{
    return w->fit.of[k].origin.kind == ORIGIN_FILE;
}

static void format_number(enum core_param k, double v, char *text, size_t n)
{
    snprintf(text, n, core_table[k].kind == PARAM_COUNTED ? "%.0f" : "%.6g", v);
}

static void value_line(const struct config *w, enum core_param k, FILE *f, int indent)
{
    const char *dot = strrchr(core_table[k].path, '.');
    char text[PARAM_TEXT_MAX + 64];
    bool set = w->origin[k].kind == ORIGIN_SET;
    if (set)
        param_format(&w->core, &core_table[k], text, sizeof(text));
    else
        format_number(k, param_number(&w->core, k), text, sizeof(text));
    fprintf(f, "%*s%s: ", indent, "", dot ? dot + 1 : core_table[k].path);
    if (core_table[k].kind == PARAM_TEXT || core_table[k].kind == PARAM_CHOICE)
        write_words(text, sizeof(text), f);
    else
        fprintf(f, "%s", text);
    fprintf(f, "   # %s\n", set ? "--set" : w->origin[k].source);
}

static void prior_line(const struct config *w, enum core_param k, FILE *f, int indent)
{
    const struct prior *p = &w->fit.of[k];
    const char *dot = strrchr(core_table[k].path, '.');
    char low[64], high[64];
    format_number(k, p->low, low, sizeof(low));
    format_number(k, p->high, high, sizeof(high));
    fprintf(f, "%*s%s: [%s, %s, %.3g]\n", indent, "", dot ? dot + 1 : core_table[k].path, low, high,
            p->sd);
}

// -- Correlations --

// As they are written: those below `least` left out, the others of three decimals.
static double written(const struct calibration *c, u32 i, u32 j, double share, double least)
{
    double r = round(1000 * share * cal_correlation(c, i, j)) / 1000;
    return fabs(r) < least ? 0 : r;
}

// Whether the reader of core files will take them: not too many, and positive definite (Cholesky).
static bool can_be_read(const struct calibration *c, double share, double least, double *m)
{
    u32 n = c->fits, pairs = 0;
    for (u32 i = 0; i < n; i++)
        for (u32 j = 0; j <= i; j++) {
            double sum = i == j ? 1 : written(c, i, j, share, least);
            pairs += i != j && sum != 0;
            for (u32 k = 0; k < j; k++)
                sum -= m[i * n + k] * m[j * n + k];
            if (i == j && sum < 1e-6)
                return false;
            m[i * n + j] = i == j ? sqrt(sum) : sum / m[j * n + j];
        }
    return pairs <= MOST_CORRELATIONS;
}

// What rounding, and leaving out the small ones, makes impossible is brought nearer to none.
static void write_correlations(const struct calibration *c, FILE *f)
{
    double *m = ARENA_ARRAY(c->arena, c->fits * c->fits + 1, double), share = 1, least = 0.05;
    for (; share > 0 && !can_be_read(c, share, least, m); least += 0.02)
        share -= 0.02;
    bool any = false;
    for (u32 i = 0; i < c->fits; i++)
        for (u32 j = 0; j < i; j++) {
            double r = written(c, i, j, share, least);
            if (r == 0)
                continue;
            if (!any)
                fprintf(f, "  correlations:\n");
            any = true;
            fprintf(f, "    - [%s, %s, %.3f]\n", core_table[c->param[c->chosen[j]].id].path,
                    core_table[c->param[c->chosen[i]].id].path, r);
        }
}

// -- The file --

// Characters of names that need no quotes.
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./"

static void write_head(const struct calibration *c, FILE *f)
{
    double out = cal_error(c, c->out_of_fold, NO_FOLD, false);
    fprintf(f,
            "# %s: calibrated, and how sure that is.\n#\n"
            "# Mean |ln(simulated / measured)| of %zu points of %u families: %.1f %% before, "
            "%.1f %% after",
            c->fit->core, c->points, c->families, 100 * cal_error(c, c->begin, NO_FOLD, false),
            100 * cal_error(c, c->after, NO_FOLD, false));
    if (!isnan(out))
        fprintf(f, ",\n# %.1f %% of families that a fit has not seen", 100 * out);
    fprintf(f, ".\n\nextends: ");
    // A path that is not whole would be one from the folder of the file that is written.
    char whole[PATH_MAX];
    const char *core = c->fit->core;
    core = config_is_path(core) && realpath(core, whole) ? whole : core;
    if (core[strspn(core, PLAIN)])
        write_words(core, strlen(core), f);
    else
        fputs(core, f);
    fputc('\n', f);
}

void cal_write(const struct calibration *c, const char *provenance, FILE *f)
{
    enum { MOST_WORDS = 399 };   // of fitted_with
    const struct config *w = to_write(c);
    write_head(c, f);
    config_each_line(w, f, 0, is_given, value_line);
    if (!c->accepted)
        fprintf(f, "# No value is changed: what was fitted does not hold elsewhere.\n");
    fprintf(f, "\nfit:\n  fitted_with: ");
    write_words(provenance, MOST_WORDS, f);
    fputc('\n', f);
    if (!isnan(c->discrepancy))
        fprintf(f, "  discrepancy: {%s: %.3f}\n", c->fit->model, fmin(c->discrepancy, 3));
    config_each_line(w, f, 2, has_line, prior_line);
    write_correlations(c, f);
}
