#include "fit/paired.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

enum { MOST_EXACT = 50 };

static const double NOTHING = 1e-9;

double paired_difference(const struct result *before, const struct result *now)
{
    double d = log1p(result_error(now)) - log1p(result_error(before));
    return fabs(d) < NOTHING ? 0 : d;
}

// -- The signed-rank test --

static int by_size(const void *a, const void *b)
{
    double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
    return x < y ? -1 : x > y;
}

// Twice the ranks of n sorted differences, so that the mean of two ranks is whole.
static void rank(const double *d, u32 *rank2, size_t n)
{
    for (size_t k = 0, end; k < n; k = end) {
        for (end = k + 1; end < n && fabs(d[end]) == fabs(d[k]);)
            end++;
        for (size_t j = k; j < end; j++)
            rank2[j] = (u32)(k + 1 + end);   // first and last rank of the tie
    }
}

// `above`: twice the sum of the ranks above 0. Of all ways to give signs, the share whose sum is as far
// from the middle.
static double exact(const u32 *rank2, size_t n, u64 above)
{
    double ways[MOST_EXACT * (MOST_EXACT + 1) + 1] = { 1 }, all = 0, as_far = 0;
    u64 most = n * (n + 1), far = above * 2 > most ? above * 2 - most : most - above * 2;
    for (size_t k = 0; k < n; k++)
        for (u64 s = most + 1; s-- > rank2[k];)
            ways[s] += ways[s - rank2[k]];
    for (u64 s = 0; s <= most; s++) {
        all += ways[s];
        if ((s * 2 > most ? s * 2 - most : most - s * 2) >= far)
            as_far += ways[s];
    }
    return as_far / all;
}

static double normal(const u32 *rank2, size_t n, u64 above)
{
    double variance = 0, size = (double)n;
    for (size_t k = 0; k < n; k++)
        variance += (double)rank2[k] * rank2[k] / 16;   // a rank squared by 4
    double z = ((double)above / 2 - size * (size + 1) / 4) / sqrt(variance);
    return erfc(fabs(z) / sqrt(2));
}

double paired_wilcoxon(const double *difference, size_t all)
{
    double *d = calloc(all + 1, sizeof(*d));
    u32 *rank2 = calloc(all + 1, sizeof(*rank2));
    if (!d || !rank2)
        out_of_memory();
    size_t n = 0;
    u64 above = 0;
    for (size_t k = 0; k < all; k++)
        if (difference[k] != 0)
            d[n++] = difference[k];
    qsort(d, n, sizeof(*d), by_size);
    rank(d, rank2, n);
    for (size_t k = 0; k < n; k++)
        above += d[k] > 0 ? rank2[k] : 0;
    double p = !n ? 1 : n <= MOST_EXACT ? exact(rank2, n, above) : normal(rank2, n, above);
    free(d);
    free(rank2);
    return p;
}

// -- The mean --

static double mean(const double *d, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += d[k];
    return sum / (double)n;
}

static struct estimate mean_with_interval(const double *d, size_t n)
{
    double drawn[FIT_DRAWS];
    struct estimate e = { mean(d, n), NAN, NAN };
    u64 seed = 1;
    for (size_t j = 0; j < FIT_DRAWS; j++) {
        drawn[j] = 0;
        for (size_t k = 0; k < n; k++)
            drawn[j] += d[stats_random(&seed) % n];
        drawn[j] /= (double)n;
    }
    stats_interval(&e, drawn);
    return e;
}

static enum paired_verdict verdict(const struct paired *p, double margin)
{
    const struct estimate *d = &p->difference;
    if (p->points && p->same == p->points)
        return PAIRED_KEPT;
    if (p->points < PAIRED_LEAST)
        return PAIRED_UNKNOWN;
    if (d->low > -margin && d->high < margin)
        return PAIRED_KEPT;
    if (p->p < 0.05 && (d->high < 0 || d->low > 0))
        return d->high < 0 ? PAIRED_BETTER : PAIRED_WORSE;
    return PAIRED_UNKNOWN;
}

struct paired paired_test(const double *difference, size_t n, double margin)
{
    struct paired p = { .points = n, .difference = { NAN, NAN, NAN }, .p = 1 };
    for (size_t k = 0; k < n; k++) {
        p.better += difference[k] < 0;
        p.worse += difference[k] > 0;
        p.same += difference[k] == 0;
    }
    if (n)
        p.difference = mean_with_interval(difference, n);
    p.p = paired_wilcoxon(difference, n);
    p.verdict = verdict(&p, margin);
    return p;
}

// -- Which points are the same --

static int by_key(const void *a, const void *b)
{
    const struct result *x = *(const struct result *const *)a,
                        *y = *(const struct result *const *)b;
    int d = strcmp(x->set, y->set);
    d = d ? d : strcmp(x->core, y->core);
    d = d ? d : strcmp(x->family, y->family);
    d = d ? d : strcmp(x->name, y->name);
    return d;
}

static int by_key_and_place(const void *a, const void *b)
{
    const struct result *x = *(const struct result *const *)a,
                        *y = *(const struct result *const *)b;
    int d = by_key(a, b);
    return d ? d : x < y ? -1 : x > y;
}

static const struct result **sorted(const struct results *r)
{
    const struct result **at = calloc(r->count + 1, sizeof(struct result *));
    if (!at)
        out_of_memory();
    for (size_t k = 0; k < r->count; k++)
        at[k] = &r->at[k];
    qsort(at, r->count, sizeof(struct result *), by_key_and_place);
    return at;
}

static bool is_compared(const struct result *before, const struct result *now)
{
    bool same = strcmp(now->set, "models") == 0 || fabs(before->hw - now->hw) <= 1e-9 * now->hw;
    return same && !before->shown_only && !now->shown_only && !isnan(before->sim) &&
           !isnan(now->sim);
}

const struct result **paired_points(const struct results *now, const struct results *before)
{
    const struct result **a = sorted(now), **b = sorted(before),
                        **pair = calloc(now->count + 1, sizeof(struct result *));
    if (!pair)
        out_of_memory();
    for (size_t k = 0, j = 0; k < now->count && j < before->count;) {
        int d = by_key(&a[k], &b[j]);
        if (d == 0 && is_compared(b[j], a[k]))
            pair[a[k] - now->at] = b[j];
        k += d <= 0;
        j += d >= 0;
    }
    free(a);
    free(b);
    return pair;
}
