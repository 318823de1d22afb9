// What the measurements say: medians, intervals, ratios, and what is slower.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "bench/bench.h"

static const double CONFIDENCE = 0.95;

static const double *times(const struct bench_sample *s, enum bench_clock clock)
{
    return clock == BENCH_WALL ? s->wall : s->cpu;
}

size_t bench_group(const struct bench *b, size_t from)
{
    size_t n = 0;
    while (from + n < b->count && !strcmp(b->at[from + n].mode, b->at[from].mode))
        n++;
    return n;
}

// The other's time over ours: above 1 when we are faster.
static struct stats_pair against(const struct bench *b, const struct bench_series *s,
                                 enum bench_clock clock)
{
    return (struct stats_pair){
        times(&s->other, clock),
        times(&s->own, clock),
        s->other.n,
        s->own.n,
        b->interleaved && s->other.n == s->own.n,
    };
}

struct bench_verdict bench_verdict(const struct bench *b, const struct bench_series *s,
                                   enum bench_clock clock)
{
    const double *own = times(&s->own, clock);
    struct bench_verdict v = {
        .seconds = stats_median(own, s->own.n),
        .range = stats_median_interval(own, s->own.n, CONFIDENCE),
        .ratio = { NAN, NAN, NAN },
        .p = 1,
    };
    v.speed = (double)s->instructions / v.seconds / 1e6;
    if (s->other.n && s->own.n) {
        struct stats_pair pair = against(b, s, clock);
        v.ratio = stats_geomean(&pair, 1);
        v.p = stats_mann_whitney(own, s->own.n, times(&s->other, clock), s->other.n);
    }
    return v;
}

static struct stats_pair *new_pairs(size_t n)
{
    struct stats_pair *p = calloc(n + 1, sizeof(*p));
    if (!p)
        out_of_memory();
    return p;
}

static bool of_group(const struct bench_series *s, const char *group)
{
    return s->own.n && (!group || !strcmp(s->group, group));
}

struct estimate bench_speed(const struct bench_series *s, size_t n, const char *group,
                            enum bench_clock clock, size_t *count)
{
    struct stats_pair *p = new_pairs(n);
    double *work = calloc(n + 1, sizeof(*work));
    if (!work)
        out_of_memory();
    *count = 0;
    for (size_t k = 0; k < n; k++) {
        if (!of_group(&s[k], group))
            continue;
        work[*count] = (double)s[k].instructions / 1e6;
        p[*count] =
            (struct stats_pair){ &work[*count], times(&s[k].own, clock), 1, s[k].own.n, false };
        ++*count;
    }
    struct estimate e = stats_geomean(p, *count);
    free(p);
    free(work);
    return e;
}

struct estimate bench_ratio(const struct bench *b, const struct bench_series *s, size_t n,
                            const char *group, enum bench_clock clock, size_t *count)
{
    struct stats_pair *p = new_pairs(n);
    *count = 0;
    for (size_t k = 0; k < n; k++)
        if (of_group(&s[k], group) && s[k].other.n)
            p[(*count)++] = against(b, &s[k], clock);
    struct estimate e = stats_geomean(p, *count);
    free(p);
    return e;
}

size_t bench_compare(struct bench *b, const struct bench *old, const char *what)
{
    size_t found = 0;
    b->other = what;
    for (size_t k = 0; k < b->count; k++)
        for (size_t j = 0; j < old->count; j++) {
            struct bench_series *s = &b->at[k];
            const struct bench_series *o = &old->at[j];
            // The same work: a guest's environment moves a few instructions.
            double more = (double)s->instructions - (double)o->instructions;
            if (strcmp(s->mode, o->mode) != 0 || strcmp(s->program, o->program) != 0 ||
                fabs(more) > 0.01 * (double)s->instructions || !o->own.n || !s->own.n)
                continue;
            s->other = o->own;
            found++;
        }
    return found;
}

// -- What is slower --

static bool is_slower(struct estimate ratio, double share)
{
    return ratio.high < 1 && 1 / ratio.value > 1 + share;
}

static size_t slower_programs(const struct bench *b, double share, enum bench_clock clock, FILE *f)
{
    double *p = calloc(b->count + 1, sizeof(*p));
    size_t compared = 0, slower = 0, at = 0;
    if (!p)
        out_of_memory();
    for (size_t k = 0; k < b->count; k++)
        if (b->at[k].other.n)
            p[compared++] = bench_verdict(b, &b->at[k], clock).p;
    stats_holm(p, compared);
    for (size_t k = 0; k < b->count; k++) {
        const struct bench_series *s = &b->at[k];
        if (!s->other.n)
            continue;
        double value = bench_verdict(b, s, clock).ratio.value;
        if (p[at] < 0.05 && 1 / value > 1 + share) {
            fprintf(f, "slower: %s in mode %s takes %+.1f %% (p %.4f)\n", s->program, s->mode,
                    100 * (1 / value - 1), p[at]);
            slower++;
        }
        at++;
    }
    free(p);
    return slower;
}

size_t bench_slower(const struct bench *b, double share, enum bench_clock clock, FILE *f)
{
    size_t slower = slower_programs(b, share, clock, f);
    for (size_t k = 0, n, count; k < b->count; k += n) {
        n = bench_group(b, k);
        struct estimate r = bench_ratio(b, &b->at[k], n, NULL, clock, &count);
        if (count && is_slower(r, share)) {
            fprintf(f, "slower: mode %s takes %+.1f %% [%+.1f, %+.1f] over %zu programs\n",
                    b->at[k].mode, 100 * (1 / r.value - 1), 100 * (1 / r.high - 1),
                    100 * (1 / r.low - 1), count);
            slower++;
        }
    }
    return slower;
}
