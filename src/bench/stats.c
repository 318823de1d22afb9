#include "bench/stats.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void sorted(double *to, const double *v, unsigned n)
{
    assert(n <= STATS_MOST);
    memcpy(to, v, n * sizeof(*v));
    qsort(to, n, sizeof(*to), by_value);
}

double stats_median(const double *v, unsigned n)
{
    double s[STATS_MOST];
    if (!n)
        return NAN;
    sorted(s, v, n);
    return n % 2 ? s[n / 2] : (s[n / 2 - 1] + s[n / 2]) / 2;
}

struct interval stats_median_interval(const double *v, unsigned n, double confidence)
{
    double s[STATS_MOST];
    if (!n)
        return (struct interval){ NAN, NAN, 0 };
    sorted(s, v, n);
    // below: the probability that at most k of n values are below the median.
    double term = pow(0.5, n), below = term;
    struct interval best = { s[0], s[n - 1], 1 - 2 * below };
    for (unsigned k = 1; 2 * k + 1 < n; k++) {
        term *= (double)(n - k + 1) / k;
        below += term;
        if (1 - 2 * below < confidence)
            break;
        best = (struct interval){ s[k], s[n - 1 - k], 1 - 2 * below };
    }
    return best;
}

// -- Mann and Whitney --

struct ranked {
    double v;
    bool first;   // of the first sample
    unsigned rank2;   // twice its rank, so that the mean of two ranks is whole
};

static int by_v(const void *a, const void *b)
{
    return by_value(&((const struct ranked *)a)->v, &((const struct ranked *)b)->v);
}

static void rank(struct ranked *r, unsigned n)
{
    qsort(r, n, sizeof(*r), by_v);
    for (unsigned k = 0, end; k < n; k = end) {
        for (end = k + 1; end < n && r[end].v == r[k].v;)
            end++;
        for (unsigned j = k; j < end; j++)
            r[j].rank2 = k + 1 + end;   // first and last rank of the tie
    }
}

// How many of the ways to choose `na` of the n ranks sum to each number: row j of `ways` is for
// j chosen so far. Doubles: the numbers exceed 64 bits, and only ratios are wanted.
static double *count_ways(const struct ranked *r, unsigned n, unsigned na, unsigned sums)
{
    double *ways = calloc((size_t)(na + 1) * sums, sizeof(*ways));
    if (!ways)
        out_of_memory();
    ways[0] = 1;
    for (unsigned k = 0; k < n; k++)
        for (unsigned j = k + 1 < na ? k + 1 : na; j > 0; j--)
            for (unsigned s = sums; s-- > r[k].rank2;)
                ways[j * sums + s] += ways[(j - 1) * sums + s - r[k].rank2];
    return ways;
}

double stats_mann_whitney(const double *a, unsigned na, const double *b, unsigned nb)
{
    struct ranked r[2 * STATS_MOST];
    assert(na <= STATS_MOST && nb <= STATS_MOST);
    if (!na || !nb)
        return 1;
    for (unsigned k = 0; k < na; k++)
        r[k] = (struct ranked){ a[k], true, 0 };
    for (unsigned k = 0; k < nb; k++)
        r[na + k] = (struct ranked){ b[k], false, 0 };
    unsigned n = na + nb, sum = 0, sums = n * (n + 1) + 1, middle = na * (n + 1);
    rank(r, n);
    for (unsigned k = 0; k < n; k++)
        sum += r[k].first ? r[k].rank2 : 0;
    double *ways = count_ways(r, n, na, sums), all = 0, as_far = 0;
    unsigned far = sum > middle ? sum - middle : middle - sum;
    for (unsigned s = 0; s < sums; s++) {
        double w = ways[na * sums + s];
        all += w;
        if ((s > middle ? s - middle : middle - s) >= far)
            as_far += w;
    }
    free(ways);
    return as_far / all;
}

void stats_holm(double *p, size_t n)
{
    bool *done = calloc(n + 1, sizeof(*done));
    if (!done)
        out_of_memory();
    double least = 0;
    for (size_t left = n; left; left--) {
        size_t at = n;
        for (size_t k = 0; k < n; k++)
            if (!done[k] && (at == n || p[k] < p[at]))
                at = k;
        done[at] = true;
        least = fmax(least, fmin(1, p[at] * (double)left));
        p[at] = least;
    }
    free(done);
}

// -- Bootstrap --

static u64 next_random(u64 *state)
{
    u64 z = *state += 0x9e3779b97f4a7c15;   // SplitMix64
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static double resampled(const struct stats_pair *p, u64 *seed)
{
    double a[STATS_MOST], b[STATS_MOST];
    for (unsigned k = 0; k < p->na; k++) {
        u64 at = next_random(seed) % p->na;
        a[k] = p->a[at];
        if (p->paired)
            b[k] = p->b[at];
    }
    for (unsigned k = 0; k < p->nb && !p->paired; k++)
        b[k] = p->b[next_random(seed) % p->nb];
    return log(stats_median(a, p->na) / stats_median(b, p->nb));
}

struct estimate stats_geomean(const struct stats_pair *p, size_t n)
{
    static const size_t tail = STATS_RESAMPLES * 25 / 1000;
    double all[STATS_RESAMPLES], value = 0;
    u64 seed = 1;
    if (!n)
        return (struct estimate){ NAN, NAN, NAN };
    for (size_t k = 0; k < n; k++)
        value += log(stats_median(p[k].a, p[k].na) / stats_median(p[k].b, p[k].nb));
    for (size_t j = 0; j < STATS_RESAMPLES; j++) {
        all[j] = 0;
        for (size_t k = 0; k < n; k++)
            all[j] += resampled(&p[k], &seed);
    }
    qsort(all, STATS_RESAMPLES, sizeof(*all), by_value);
    return (struct estimate){ exp(value / (double)n), exp(all[tail] / (double)n),
                              exp(all[STATS_RESAMPLES - 1 - tail] / (double)n) };
}
