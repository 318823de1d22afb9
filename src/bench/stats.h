// stats.h: what repeated measurements of a noisy machine allow to say.
//
// Nothing here assumes a distribution: host times have a floor and a long tail. Random choices
// come from a fixed seed, so that the same measurements give the same words.
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include "base/types.h"

enum { STATS_MOST = 50, STATS_RESAMPLES = 2000 };   // measurements in a sample, at most

struct interval {
    double low, high;
    double coverage;   // the probability that an interval made so holds the true value
};

// The mean of the two in the middle when n is even. NAN when n is 0.
double stats_median(const double *v, unsigned n);

// The narrowest pair of order statistics, equally far from both ends, that holds the median of
// the population with at least `confidence` (Hahn and Meeker, Statistical Intervals, 1991, 5.2:
// the number of values below the median is binomial). Below 6 values no pair has 95 %: then
// the least and the greatest value, with the coverage they have.
struct interval stats_median_interval(const double *v, unsigned n, double confidence);

// The rank-sum test of Mann and Whitney (Annals of Mathematical Statistics 18, 1947), two-sided
// and exact, ties by the mean of their ranks: how probable ranks at least this uneven are
// when both samples come from one distribution. 1 when a sample is empty.
double stats_mann_whitney(const double *a, unsigned na, const double *b, unsigned nb);

// Holm's step-down correction (Scandinavian Journal of Statistics 6, 1979): replaces n p-values
// by ones that may each be held against one level for all.
void stats_holm(double *p, size_t n);

struct stats_pair {
    const double *a, *b;
    unsigned na, nb;
    bool paired;   // a[k] and b[k] were measured together; na == nb
};

// The geometric mean over the pairs of median(a) / median(b), and its 95 % interval by the
// percentile bootstrap (Efron, Annals of Statistics 7, 1979): repetitions are drawn anew
// within each pair, together where they were measured together. The pairs are what they
// are: the interval is of the machine's noise, not of another choice of programs.
struct estimate {
    double value, low, high;
};
struct estimate stats_geomean(const struct stats_pair *p, size_t n);

#endif
