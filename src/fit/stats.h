// stats.h: how far a group of results is from what was measured, and how sure that is.
//
// Nothing here assumes a distribution. An interval is the percentile bootstrap's (Efron, Annals of
// Statistics 7, 1979): the points are drawn anew, with replacement, FIT_DRAWS times from one seed,
// and the interval holds 95 of 100 of what these samples say.
#ifndef FIT_STATS_H
#define FIT_STATS_H

#include "fit/result.h"

enum { FIT_DRAWS = 1000 };

struct estimate {
    double value, low, high;   // low, high: the 95 % interval; NAN where it is not defined
};

// What is estimated of each group: a row of estimates.def.
enum fit_estimate {
#define ESTIMATE(id, ...) FIT_##id,
#include "fit/estimates.def"
#undef ESTIMATE
    FIT_ESTIMATES
};

struct fit_estimate_row {
    const char *json, *head;
    bool percent;
};
extern const struct fit_estimate_row fit_estimates[FIT_ESTIMATES];

struct fit_stats {
    size_t points, run;               // counted points, and those that were run
    double hit, in5, in10, in_half;   // shares of `points`: by the rule, 5 %, 10 %, 0.5 cycle
    double worst;                     // the largest error
    struct estimate at[FIT_ESTIMATES];
};

// Which points of a group count: what was used in making the model, what was not, and which
// fidelity. The first takes all.
struct fit_part {
    const char *name;
    bool seen, unseen, a, b;
};
enum { FIT_PARTS = 7 };
extern const struct fit_part fit_parts[FIT_PARTS];

// Of the counted points of `part` (NULL: all) among r[0] to r[n - 1].
struct fit_stats results_stats(const struct result *r, size_t n, const struct fit_part *part);

// Whether a row of its own says more than that of all: the part has points, and is not all of them, or
// is what was seen.
bool fit_part_is_shown(const struct fit_stats *part, const struct fit_stats *all, size_t k);

// The next of a row of random numbers that starts from *state.
u64 stats_random(u64 *state);

// Fills in the interval of FIT_DRAWS estimates of samples, which it sorts. A draw in which the estimate
// is not defined (NAN: all its points are one) says nothing of it.
void stats_interval(struct estimate *e, double *drawn);

#endif
