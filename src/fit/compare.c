#include "fit/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

static const char *const verdicts[] = { "kept", "better", "worse", "cannot tell" };

// -- Making --

static const struct earlier_error *find_error(const struct earlier *e, const struct result *r,
                                              const char *family)
{
    for (size_t k = 0; k < e->errors; k++)
        if (!strcmp(e->error[k].set, r->set) && !strcmp(e->error[k].core, r->core) &&
            !strcmp(e->error[k].family, family))
            return &e->error[k];
    return NULL;
}

static bool counts(const struct result *r)
{
    return !r->shown_only && !isnan(r->sim);
}

// Of the n results r, all of `family`: by their pairs, or by the mean that was kept.
static struct compared compare_part(const struct earlier *before, const struct result *r, size_t n,
                                    const char *family, const struct result *const *pair)
{
    struct compared c = { .set = r->set, .core = r->core, .family = family };
    const struct earlier_error *kept = pair ? NULL : find_error(before, r, family);
    for (size_t k = 0; k < n; k++) {
        if (pair ? !pair[k] : !counts(&r[k]))
            continue;
        c.points++;
        c.now += result_error(&r[k]);
        c.before += pair ? result_error(pair[k]) : 0;
    }
    if (!pair && (!kept || kept->run != c.points))
        c.points = 0;
    c.now /= (double)c.points;
    c.before = pair ? c.before / (double)c.points : c.points ? kept->mean : NAN;
    return c;
}

static size_t differences(const struct result *r, size_t n, const struct result *const *pair,
                          double *to)
{
    size_t count = 0;
    for (size_t k = 0; k < n; k++)
        if (pair[k])
            to[count++] = paired_difference(pair[k], &r[k]);
    return count;
}

static size_t points_before(const struct earlier *before, const struct result *of)
{
    size_t n = 0;
    for (size_t k = 0; k < before->points.count; k++) {
        const struct result *r = &before->points.at[k];
        n += counts(r) && !strcmp(r->set, of->set) && !strcmp(r->core, of->core);
    }
    return n;
}

static void add_set(struct comparison *c, const struct result *r, size_t n,
                    const struct result *const *pair, double *d, size_t *all)
{
    size_t count = differences(r, n, pair, d + *all), had = points_before(c->before, r);
    if (had)
        c->set[c->sets++] = (struct compared_set){ r->set, r->core, had - count,
                                                   paired_test(d + *all, count, c->margin) };
    *all += count;
}

bool comparison_make(struct comparison *c, struct arena *a, const struct results *now,
                     const struct earlier *before, double margin)
{
    size_t all = 0;
    bool any = false;
    *c = (struct comparison){ .before = before,
                              .margin = margin,
                              .tested = before->points.count > 0,
                              .row = ARENA_ARRAY(a, 2 * now->count + 1, struct compared),
                              .set = ARENA_ARRAY(a, now->count + 1, struct compared_set) };
    const struct result **pair = c->tested ? paired_points(now, &before->points) : NULL;
    double *d = calloc(now->count + 1, sizeof(*d));
    if (!d)
        out_of_memory();
    for (size_t k = 0, n; k < now->count; k += n) {
        n = results_group(now, k, false);
        const struct result *r = &now->at[k];
        for (size_t j = 0, m; j < n; j += m) {
            m = results_group(now, k + j, true);
            c->row[c->rows++] =
                compare_part(before, r + j, m, r[j].family, pair ? pair + k + j : NULL);
        }
        c->row[c->rows] = compare_part(before, r, n, "all", pair ? pair + k : NULL);
        c->rows++;
        if (c->tested)
            add_set(c, r, n, pair + k, d, &all);
    }
    for (size_t k = 0; k < c->rows; k++)
        any |= c->row[k].points > 0;
    c->all = paired_test(d, all, margin);
    free(d);
    free(pair);
    return any;
}

// -- Words --

static bool moved(const struct compared *r)
{
    return r->points && fabs(r->now - r->before) >= 0.0005;
}

static const char *what_it_is(const struct comparison *c, char *text, size_t size)
{
    const struct earlier *b = c->before;
    snprintf(text, size, "%.200s: %s model%s%s%s%s%s%s", b->file, b->model, *b->version ? ", " : "",
             b->version, *b->label ? ", " : "", b->label, *b->when ? ", " : "", b->when);
    return text;
}

static void test_row(const struct comparison *c, const char *name, const struct paired *p,
                     size_t lost, FILE *f, bool markdown)
{
    const struct estimate *d = &p->difference;
    fprintf(f, markdown ? "| %s | %zu | %zu | %zu | %zu | " : "  %-32s %6zu %6zu %6zu %6zu  ", name,
            p->points, p->better, p->worse, p->same);
    if (p->points)
        fprintf(f,
                markdown ? "%+.2f [%+.2f, %+.2f] | %.3g | %s" : "%+6.2f [%+6.2f, %+6.2f] %8.3g  %s",
                d->value * 100, d->low * 100, d->high * 100, p->p, verdicts[p->verdict]);
    else
        fprintf(f, markdown ? "- | - | nothing to compare" : "nothing to compare");
    if (lost)
        fprintf(f, "; %zu points of before have no pair", lost);
    fprintf(f, markdown ? " |\n" : "\n");
}

// The one sentence.
static void sentence(const struct comparison *c, char *text, size_t size)
{
    const struct paired *p = &c->all;
    double margin = c->margin * 100;
    char by[96];
    snprintf(by, sizeof(by), "%.2f %% [%.2f, %.2f]", fabs(p->difference.value) * 100,
             fmin(fabs(p->difference.low), fabs(p->difference.high)) * 100,
             fmax(fabs(p->difference.low), fabs(p->difference.high)) * 100);
    if (p->points == p->same)
        snprintf(text, size, "kept: all %zu points are the same", p->points);
    else if (p->verdict == PAIRED_KEPT)
        snprintf(text, size, "kept: the mean over %zu points lies within +-%g %%", p->points,
                 margin);
    else if (p->points < PAIRED_LEAST)
        snprintf(text, size, "cannot tell within +-%g %%: %zu points are too few", margin,
                 p->points);
    else if (p->verdict == PAIRED_UNKNOWN)
        snprintf(text, size,
                 "cannot tell within +-%g %%: the mean over %zu points lies in [%+.2f, %+.2f] %%",
                 margin, p->points, p->difference.low * 100, p->difference.high * 100);
    else
        snprintf(text, size, "%s by %s, over %zu points", verdicts[p->verdict], by, p->points);
}

static void show_tests(const struct comparison *c, FILE *f, bool markdown)
{
    char name[96], text[160];
    fprintf(f,
            "Paired: |ln(sim / hw)| now less before, its mean in %% [95 %% of %d resamplings] "
            "(below 0 is better); p: signed-rank test\n",
            FIT_DRAWS);
    if (markdown)
        fprintf(f, "\n| | points | better | worse | same | difference | p | |\n"
                   "|---|---|---|---|---|---|---|---|\n");
    else
        fprintf(f, "  %-32s %6s %6s %6s %6s  %-23s %8s\n", "", "points", "better", "worse", "same",
                "difference", "p");
    for (size_t k = 0; k < c->sets; k++) {
        snprintf(name, sizeof(name), "%s on %s", c->set[k].set, c->set[k].core);
        test_row(c, name, &c->set[k].paired, c->set[k].lost, f, markdown);
    }
    test_row(c, "all", &c->all, 0, f, markdown);
    sentence(c, text, sizeof(text));
    fprintf(f, "%s%s\n", markdown ? "\n" : "", text);
}

static void show_moved(const struct comparison *c, FILE *f, bool markdown)
{
    size_t any = 0;
    for (size_t k = 0; k < c->rows; k++)
        any += moved(&c->row[k]);
    fprintf(f, any ? "%sMean errors that moved, in %%: before, now\n" : "%sNo mean error moved\n",
            markdown ? "\n" : "");
    if (any && markdown)
        fprintf(f, "\n| | family | points | before | now |\n|---|---|---|---|---|\n");
    for (size_t k = 0; k < c->rows; k++) {
        const struct compared *r = &c->row[k];
        if (moved(r))
            fprintf(f,
                    markdown ? "| %s on %s | %s | %zu | %.2f | %.2f |\n"
                             : "  %s on %s, %s (of %zu): %.2f %.2f\n",
                    r->set, r->core, r->family, r->points, r->before * 100, r->now * 100);
    }
}

void comparison_show(const struct comparison *c, FILE *f, bool markdown)
{
    char name[400];
    fprintf(f, "\n%sBeside %s\n%s", markdown ? "## " : "", what_it_is(c, name, sizeof(name)),
            markdown ? "\n" : "");
    if (c->tested)
        show_tests(c, f, markdown);
    else
        fprintf(f, "It has no single points, so nothing is tested: --json --list writes them\n");
    show_moved(c, f, markdown);
}

// -- JSON --

static void paired_json(struct jw *j, const struct paired *p)
{
    jw_u64(j, "points", p->points);
    jw_u64(j, "better", p->better);
    jw_u64(j, "worse", p->worse);
    jw_u64(j, "same", p->same);
    jw_real(j, "difference", p->difference.value);
    jw_array(j, "difference_95");
    jw_real(j, NULL, p->difference.low);
    jw_real(j, NULL, p->difference.high);
    jw_close(j);
    jw_real(j, "p", p->p);
    jw_text(j, "verdict", verdicts[p->verdict]);
}

static void tests_json(const struct comparison *c, struct jw *j)
{
    char text[160];
    jw_array(j, "paired");
    for (size_t k = 0; k < c->sets; k++) {
        jw_object(j, NULL);
        jw_text(j, "set", c->set[k].set);
        jw_text(j, "core", c->set[k].core);
        jw_u64(j, "lost", c->set[k].lost);
        paired_json(j, &c->set[k].paired);
        jw_close(j);
    }
    jw_close(j);
    jw_object(j, "all");
    paired_json(j, &c->all);
    jw_close(j);
    sentence(c, text, sizeof(text));
    jw_text(j, "sentence", text);
}

void comparison_show_json(const struct comparison *c, struct jw *j, const char *key)
{
    jw_object(j, key);
    jw_text(j, "file", c->before->file);
    jw_text(j, "model", c->before->model);
    jw_text(j, "version", c->before->version);
    jw_text(j, "label", c->before->label);
    jw_real(j, "margin", c->margin);
    if (c->tested)
        tests_json(c, j);
    jw_array(j, "mean_errors");
    for (size_t k = 0; k < c->rows; k++) {
        const struct compared *r = &c->row[k];
        if (!r->points)
            continue;
        jw_object(j, NULL);
        jw_text(j, "set", r->set);
        jw_text(j, "core", r->core);
        jw_text(j, "family", r->family);
        jw_u64(j, "points", r->points);
        jw_real(j, "before", r->before);
        jw_real(j, "now", r->now);
        jw_close(j);
    }
    jw_close(j);
    jw_close(j);
}

size_t comparison_worse(const struct comparison *c, double share, FILE *f)
{
    size_t worse = 0;
    for (size_t k = 0; k < c->rows; k++) {
        const struct compared *r = &c->row[k];
        if (!r->points || r->now - r->before <= share)
            continue;
        fprintf(f, "worse: %s on %s, %s: mean error %.2f %% before, %.2f %% now\n", r->set, r->core,
                r->family, r->before * 100, r->now * 100);
        worse++;
    }
    return worse;
}
