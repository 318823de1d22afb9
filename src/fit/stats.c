// Every estimate is that of a weighted sample: of the points themselves all weights are 1, and in a
// sample drawn from them a weight is how often the point was drawn. So the orders of values are
// sorted once, and each draw takes time proportional to the number of points.
#include "fit/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

const struct fit_estimate_row fit_estimates[FIT_ESTIMATES] = {
#define ESTIMATE(id, ...) [FIT_##id] = { __VA_ARGS__ },
#include "fit/estimates.def"
#undef ESTIMATE
};

const struct fit_part fit_parts[FIT_PARTS] = {
    { "all", true, true, true, true },
    { "seen", true, false, true, true },
    { "unseen", false, true, true, true },
    { "fidelity A", true, true, true, false },
    { "fidelity A, seen", true, false, true, false },
    { "fidelity A, unseen", false, true, true, false },
    { "fidelity B", true, true, false, true },
};

static bool is_of(const struct fit_part *p, const struct result *r)
{
    bool fidelity = !p || (r->fidelity == 'A' ? p->a : r->fidelity == 'B' ? p->b : p->a && p->b);
    return !p || ((r->unseen ? p->unseen : p->seen) && fidelity);
}

enum value { HW, SIM, LOG_HW, LOG_SIM, RANK_HW, RANK_SIM, ERROR, VALUES };

struct sample {
    size_t n;
    double *at[VALUES];
    u32 *order[VALUES];   // of HW, SIM and ERROR, by rising value
    u32 *weight;
};

// -- Of a weighted sample --

static double mean(const struct sample *s, enum value v)
{
    double sum = 0;
    for (size_t k = 0; k < s->n; k++)
        sum += s->weight[k] * s->at[v][k];
    return sum / (double)s->n;
}

// The value that `rank` others, counted by weight, precede.
static double ordered(const struct sample *s, enum value v, size_t rank)
{
    size_t before = 0, k = 0;
    while (before + s->weight[s->order[v][k]] <= rank)
        before += s->weight[s->order[v][k++]];
    return s->at[v][s->order[v][k]];
}

static double median(const struct sample *s, enum value v)
{
    return (ordered(s, v, (s->n - 1) / 2) + ordered(s, v, s->n / 2)) / 2;
}

static double r_squared(const struct sample *s, enum value hw, enum value sim)
{
    double middle = mean(s, hw), total = 0, squares = 0, residual = 0;
    for (size_t k = 0; k < s->n; k++) {
        double x = s->at[hw][k], d = s->at[sim][k] - x;
        total += s->weight[k] * (x - middle) * (x - middle);
        squares += s->weight[k] * x * x;
        residual += s->weight[k] * d * d;
    }
    return total > 1e-9 * squares ? 1 - residual / total : NAN;
}

static double correlation(const struct sample *s, enum value a, enum value b)
{
    double ma = mean(s, a), mb = mean(s, b), aa = 0, bb = 0, ab = 0;
    for (size_t k = 0; k < s->n; k++) {
        double x = s->at[a][k] - ma, y = s->at[b][k] - mb;
        aa += s->weight[k] * x * x;
        bb += s->weight[k] * y * y;
        ab += s->weight[k] * x * y;
    }
    return aa > 1e-18 * ma * ma && bb > 1e-18 * mb * mb ? ab / sqrt(aa * bb) : NAN;
}

// Equal values share the mean of their ranks.
static void rank(struct sample *s, enum value of, enum value to)
{
    const u32 *order = s->order[of];
    size_t before = 0;
    for (size_t k = 0, end; k < s->n; k = end) {
        size_t same = 0;
        for (end = k; end < s->n && s->at[of][order[end]] == s->at[of][order[k]]; end++)
            same += s->weight[order[end]];
        for (size_t j = k; j < end; j++)
            s->at[to][order[j]] = (double)before + ((double)same + 1) / 2;
        before += same;
    }
}

static void estimate(struct sample *s, double to[FIT_ESTIMATES])
{
    rank(s, HW, RANK_HW);
    rank(s, SIM, RANK_SIM);
    to[FIT_MEAN] = mean(s, ERROR);
    to[FIT_MEDIAN] = median(s, ERROR);
    to[FIT_BIAS] = exp(mean(s, LOG_SIM) - mean(s, LOG_HW)) - 1;
    to[FIT_R2] = r_squared(s, HW, SIM);
    to[FIT_R2_LOG] = r_squared(s, LOG_HW, LOG_SIM);
    to[FIT_PEARSON] = correlation(s, HW, SIM);
    to[FIT_SPEARMAN] = correlation(s, RANK_HW, RANK_SIM);
}

// -- Draws --

u64 stats_random(u64 *state)
{
    u64 z = *state += 0x9e3779b97f4a7c15;   // SplitMix64
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void stats_interval(struct estimate *e, double *drawn)
{
    size_t n = 0;
    for (size_t k = 0; k < FIT_DRAWS; k++)
        if (!isnan(drawn[k]))
            drawn[n++] = drawn[k];
    e->low = e->high = NAN;
    if (isnan(e->value) || !n)
        return;
    qsort(drawn, n, sizeof(*drawn), by_value);
    e->low = drawn[n * 25 / 1000];
    e->high = drawn[n - 1 - n * 25 / 1000];
}

static void estimate_with_intervals(struct sample *s, struct estimate at[FIT_ESTIMATES])
{
    double(*drawn)[FIT_DRAWS] = calloc(FIT_ESTIMATES, sizeof(*drawn)), one[FIT_ESTIMATES];
    if (!drawn)
        out_of_memory();
    for (size_t k = 0; k < s->n; k++)
        s->weight[k] = 1;
    estimate(s, one);
    for (size_t j = 0; j < FIT_ESTIMATES; j++)
        at[j].value = one[j];
    u64 seed = 1;
    for (size_t d = 0; d < FIT_DRAWS; d++) {
        memset(s->weight, 0, s->n * sizeof(*s->weight));
        for (size_t k = 0; k < s->n; k++)
            s->weight[stats_random(&seed) % s->n]++;
        estimate(s, one);
        for (size_t j = 0; j < FIT_ESTIMATES; j++)
            drawn[j][d] = one[j];
    }
    for (size_t j = 0; j < FIT_ESTIMATES; j++)
        stats_interval(&at[j], drawn[j]);
    free(drawn);
}

// -- From results --

static int by_value_at(const void *a, const void *b, void *values)
{
    const double *v = values;
    return by_value(&v[*(const u32 *)a], &v[*(const u32 *)b]);
}

static struct sample sample_new(size_t most)
{
    struct sample s = { 0 };
    double *values = calloc(most + 1, VALUES * sizeof(*values));
    u32 *orders = calloc(most + 1, (VALUES + 1) * sizeof(*orders));
    if (!values || !orders)
        out_of_memory();
    for (size_t v = 0; v < VALUES; v++) {
        s.at[v] = values + v * most;
        s.order[v] = orders + v * most;
    }
    s.weight = orders + VALUES * most;
    return s;
}

// Logarithms have the floor of result_error.
static void sample_add(struct sample *s, const struct result *r)
{
    s->at[HW][s->n] = r->hw;
    s->at[SIM][s->n] = r->sim;
    s->at[LOG_HW][s->n] = log(fmax(r->hw, 0.1));
    s->at[LOG_SIM][s->n] = log(fmax(r->sim, 0.1));
    s->at[ERROR][s->n++] = result_error(r);
}

static void sample_estimate(struct sample *s, struct estimate at[FIT_ESTIMATES])
{
    static const enum value sorted[] = { HW, SIM, ERROR };
    for (size_t j = 0; j < sizeof(sorted) / sizeof(*sorted); j++) {
        u32 *order = s->order[sorted[j]];
        for (size_t k = 0; k < s->n; k++)
            order[k] = (u32)k;
        qsort_r(order, s->n, sizeof(*order), by_value_at, s->at[sorted[j]]);
    }
    estimate_with_intervals(s, at);
}

struct fit_stats results_stats(const struct result *r, size_t n, const struct fit_part *part)
{
    struct fit_stats s = { 0 };
    struct sample run = sample_new(n);
    for (size_t k = 0; k < n; k++) {
        if (r[k].shown_only || !is_of(part, &r[k]))
            continue;
        s.points++;
        if (isnan(r[k].sim))
            continue;
        s.run++;
        sample_add(&run, &r[k]);
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
    if (s.run)
        sample_estimate(&run, s.at);
    free(run.at[0]);
    free(run.order[0]);
    return s;
}

bool fit_part_is_shown(const struct fit_stats *part, const struct fit_stats *all, size_t k)
{
    return part->run && (k == 1 || part->run < all->run);
}
