// paired.h: the same points before and after a change: whether their errors are kept.
//
// What is paired is ln(1 + error), which is |ln(sim / hw)| (but for result_error's floor): too slow
// and too fast by a factor count alike, and one point that is off by ten does not drown a hundred
// that are off by a tenth. It rises with result_error(), so a point is better by one when it is by
// the other. Differences are now less before: below 0 is better.
#ifndef FIT_PAIRED_H
#define FIT_PAIRED_H

#include "fit/stats.h"

enum paired_verdict { PAIRED_KEPT, PAIRED_BETTER, PAIRED_WORSE, PAIRED_UNKNOWN };

struct paired {
    size_t points, better, worse, same;
    struct estimate difference;   // the mean, and its percentile-bootstrap interval (stats.h)
    double p;   // paired_wilcoxon()
    enum paired_verdict verdict;
};

// Below this number no sample can show a difference: the least p of five is 1/16.
enum { PAIRED_LEAST = 6 };

// The pair's difference; one below a thousandth of a millionth is 0.
double paired_difference(const struct result *before, const struct result *now);

// The signed-rank test of Wilcoxon (Biometrics Bulletin 1, 1945), two-sided: how probable ranks at
// least this uneven are when a difference is as likely above 0 as below. Differences of 0 are left
// out, ties have the mean of their ranks. Up to 50 differences it counts all ways to give signs to
// those ranks; above, the normal approximation with the variance of the tied ranks (Lehmann,
// Nonparametrics, 1975, section 3.2). 1 when nothing differs.
double paired_wilcoxon(const double *difference, size_t n);

// By the interval of the mean: KEPT within +-margin (two one-sided tests at 2.5 %: Schuirmann,
// Journal of Pharmacokinetics and Biopharmaceutics 15, 1987), else BETTER or WORSE when it leaves
// out 0 and p is below 0.05. Fewer points than PAIRED_LEAST are KEPT only when all are the same.
struct paired paired_test(const double *difference, size_t n, double margin);

// For each point of `now` the one of `before` that it is compared with, or NULL: the same set, core,
// family, name and measured value (of models, which has none, whatever it is), counted and run in
// both. To be freed.
const struct result **paired_points(const struct results *now, const struct results *before);

#endif
