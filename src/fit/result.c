#include "fit/result.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

enum { RESAMPLES = 400 };

struct result *results_add(struct results *r)
{
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 1024;
        r->at = realloc(r->at, r->room * sizeof(*r->at));
        if (!r->at)
            out_of_memory();
    }
    struct result *p = &r->at[r->count++];
    *p = (struct result){ .sim = NAN, .x = NAN };
    return p;
}

char *results_text(struct results *r, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    size_t size = (n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1) + 1;
    char *copy = arena_alloc(r->arena, size, 1, 1);
    memcpy(copy, text, size);
    copy[size - 1] = 0;
    return copy;
}

static bool together(const struct result *a, const struct result *b, bool family)
{
    return !strcmp(a->set, b->set) && !strcmp(a->core, b->core) &&
           (!family || !strcmp(a->family, b->family));
}

size_t results_group(const struct results *r, size_t from, bool family)
{
    size_t n = 1;
    while (from + n < r->count && together(&r->at[from], &r->at[from + n], family))
        n++;
    return n;
}

static int by_group(const void *a, const void *b)
{
    const struct result *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

enum { MOST_GROUPS = 512 };

void results_sort(struct results *r)
{
    size_t first[MOST_GROUPS], groups = 0;
    for (size_t k = 0; k < r->count; k++) {
        size_t g = 0;
        while (g < groups && !together(&r->at[first[g]], &r->at[k], true))
            g++;
        if (g == groups && groups < MOST_GROUPS)
            first[groups++] = k;
        r->at[k].group = first[g < groups ? g : groups - 1];
        r->at[k].order = k;
    }
    if (r->count)
        qsort(r->at, r->count, sizeof(*r->at), by_group);
}

double result_error(const struct result *r)
{
    double least = fmin(r->sim, r->hw), d = fabs(r->sim - r->hw);
    return d / fmax(least, 0.1);   // an elimination takes nothing
}

bool result_within(const struct result *r, double share, double cycles)
{
    double d = fabs(r->sim - r->hw);
    return d <= share * fabs(r->hw) || d <= cycles;
}

bool result_hit(const struct result *r)
{
    if (isnan(r->sim))
        return false;
    if (r->low < r->high && r->sim >= r->low && r->sim <= r->high)
        return true;
    if (r->low < r->high)
        return strcmp(r->set, "loops") == 0 && result_within(r, 0.05, 0);
    if (strcmp(r->set, "instructions") == 0)
        return result_within(r, 0.05, 0.01);
    if (strcmp(r->set, "models") == 0)
        return result_within(r, 0.15, 0);
    return result_within(r, 0.10, strcmp(r->unit, "entries") == 0 ? 0 : 0.3);
}

// -- Statistics --

static u64 next_random(u64 *state)
{
    u64 z = *state += 0x9e3779b97f4a7c15;   // SplitMix64
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

struct moments {
    double error, hw, hw2, residual;
    size_t n;
};

static void take(struct moments *m, const struct result *r)
{
    m->error += result_error(r);
    m->hw += r->hw;
    m->hw2 += r->hw * r->hw;
    m->residual += (r->sim - r->hw) * (r->sim - r->hw);
    m->n++;
}

static double r_squared(const struct moments *m)
{
    double total = m->hw2 - m->hw * m->hw / (double)m->n;
    return total > 1e-9 * m->hw2 ? 1 - m->residual / total : NAN;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void intervals(struct fit_stats *s, const struct result **p, size_t n)
{
    static const size_t low = RESAMPLES * 25 / 1000, high = RESAMPLES - 1 - RESAMPLES * 25 / 1000;
    double error[RESAMPLES], r2[RESAMPLES];
    u64 seed = 1;
    for (size_t k = 0; k < RESAMPLES; k++) {
        struct moments m = { 0 };
        for (size_t j = 0; j < n; j++)
            take(&m, p[next_random(&seed) % n]);
        error[k] = m.error / (double)n;
        r2[k] = r_squared(&m);
        r2[k] = isnan(r2[k]) ? 0 : r2[k];
    }
    qsort(error, RESAMPLES, sizeof(*error), by_value);
    qsort(r2, RESAMPLES, sizeof(*r2), by_value);
    s->mape_low = error[low];
    s->mape_high = error[high];
    s->r2_low = r2[low];
    s->r2_high = r2[high];
}

struct fit_stats results_stats(const struct result *r, size_t n)
{
    struct fit_stats s = { 0 };
    struct moments m = { 0 };
    const struct result **run = calloc(n + 1, sizeof(*run));
    if (!run)
        out_of_memory();
    for (size_t k = 0; k < n; k++) {
        if (r[k].shown_only)
            continue;
        s.points++;
        if (isnan(r[k].sim))
            continue;
        run[s.run++] = &r[k];
        take(&m, &r[k]);
        s.hit += result_hit(&r[k]);
        s.in5 += result_within(&r[k], 0.05, 0.01);
        s.in10 += result_within(&r[k], 0.10, 0.01);
        s.in_half += result_within(&r[k], 0, 0.5);
        s.worst = fmax(s.worst, result_error(&r[k]));
    }
    double points = s.points ? (double)s.points : 1;
    s.hit /= points;
    s.in5 /= points;
    s.in10 /= points;
    s.in_half /= points;
    if (s.run) {
        s.mape = m.error / (double)s.run;
        s.r2 = r_squared(&m);
        intervals(&s, run, s.run);
    }
    free(run);
    return s;
}
