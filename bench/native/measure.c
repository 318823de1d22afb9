// measure.c: time becomes cycles, and cycles of several sizes a slope.
#include <math.h>
#include <stdlib.h>

#include "native.h"

enum { SIZES = 4, MOST_REPETITIONS = 99, CHAIN = 64 };

void native_chain(u64 n);

static double timed(body *run, void *ctx, u64 n)
{
    double begin = host_now(), own = run(ctx, n);
    return own > 0 ? own : host_now() - begin;
}

// As often as takes `least`.
static u64 times_for(double least, body *run, void *ctx, u64 quantum)
{
    u64 n = quantum;
    for (double t; (t = timed(run, ctx, n)) < least && n < UINT64_MAX / 128;)
        n = t < least / 100
                ? 16 * n
                : (u64)ceil((double)n / (double)quantum * fmax(1.1 * least / fmax(t, 1), 1.5)) *
                      quantum;
    return n;
}

static double chain(void *ctx, u64 n)
{
    (void)ctx;
    native_chain(n);
    return 0;
}

// MHz now: twice the chain less once.
static double clock_now(const struct measure *m)
{
    u64 n = times_for(m->least, chain, NULL, 16);
    double once = timed(chain, NULL, n), twice = timed(chain, NULL, 2 * n);
    return 1e3 * (double)(n * CHAIN) / (twice - once);
}

double measure_counter(const struct measure *m)
{
    u64 n = times_for(m->least, chain, NULL, 16), begin = host_cycles(&m->host);
    native_chain(n);
    return (double)(host_cycles(&m->host) - begin) / (double)(n * CHAIN);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *at, unsigned n)
{
    qsort(at, n, sizeof(*at), by_size);
    return (at[(n - 1) / 2] + at[n / 2]) / 2;
}

struct slope measure_clock(const struct measure *m)
{
    double at[MOST_REPETITIONS];
    for (unsigned k = 0; k < m->repetitions; k++)
        at[k] = clock_now(m);
    double mhz = median(at, m->repetitions);
    return (struct slope){ mhz, at[0], at[m->repetitions - 1], 1, mhz };
}

// Least squares of y over 1, 2, ...; *r2: the share of the spread that the line explains.
static double line(const double y[SIZES], double *r2)
{
    double mean = 0, sxy = 0, sxx = 0, syy = 0, middle = (SIZES + 1) / 2.0;
    for (int k = 0; k < SIZES; k++)
        mean += y[k] / SIZES;
    for (int k = 0; k < SIZES; k++) {
        double dx = k + 1 - middle, dy = y[k] - mean;
        sxy += dx * dy;
        sxx += dx * dx;
        syy += dy * dy;
    }
    *r2 = syy > 0 ? sxy * sxy / (sxx * syy) : 0;
    return sxy / sxx;
}

static double cycles_of(const struct measure *m, double mhz, body *run, void *ctx, u64 n)
{
    if (m->host.cycles < 0)
        return timed(run, ctx, n) * mhz / 1e3;
    u64 begin = host_cycles(&m->host);
    run(ctx, n);
    return (double)(host_cycles(&m->host) - begin);
}

struct slope measure(const struct measure *m, body *run, void *ctx, u64 quantum)
{
    double at[SIZES][MOST_REPETITIONS], each[MOST_REPETITIONS], mhz[MOST_REPETITIONS], y[SIZES], r2;
    u64 n = times_for(m->least, run, ctx, quantum);
    for (unsigned r = 0; r < m->repetitions; r++) {
        mhz[r] = clock_now(m);
        for (unsigned k = 0; k < SIZES; k++)
            y[k] = at[k][r] = cycles_of(m, mhz[r], run, ctx, (k + 1) * n);
        each[r] = line(y, &r2) / (double)n;
    }
    for (unsigned k = 0; k < SIZES; k++)
        y[k] = median(at[k], m->repetitions);
    struct slope s = { .each = line(y, &s.r2) / (double)n };
    s.mhz = median(mhz, m->repetitions);
    median(each, m->repetitions);
    s.low = fmin(each[0], s.each);
    s.high = fmax(each[m->repetitions - 1], s.each);
    return s;
}
