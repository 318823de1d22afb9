// prior.h: how sure the parameters of a core are: bounds, spread and correlations.
//
// A parameter's prior is a line of the section `fit:` of a core file, where names nest as those of
// the values do, and otherwise the row of prior.def. The section may also hold what a calibration
// found (docs/model.md). Timing reads none of it: the digest of a configuration leaves it out.
//
// Whose value is given by --set, or is 0 without a line, is not varied. A file that gives a value
// anew, but no line, takes the line and the correlations of the files that it extends away: they
// were about another value.
#ifndef CONFIG_PRIOR_H
#define CONFIG_PRIOR_H

#include <stdio.h>

#include "base/arena.h"
#include "config/core.h"
#include "config/origin.h"

struct config;

// Standard deviation `sd` around the value, from `low` to `high`, both included.
struct prior {
    double low, high, sd;   // in the parameter's unit; sd 0: not varied
    struct origin origin;   // ORIGIN_DEFAULT: prior.def
};

struct correlation {
    enum core_param a, b;
    double r;   // between -1 and 1
};

enum { PRIOR_MODELS = 2, MOST_CORRELATIONS = 1024 };   // fast, detailed

struct config_fit {
    struct prior of[PARAM_COUNT];
    const struct correlation *correlation;   // of the last file that has some
    size_t correlations;
    struct origin correlations_origin;
    double discrepancy[PRIOR_MODELS];   // sd of ln(simulated / measured) that no parameter
                                        // explains; 0: nobody says
    const char *fitted_with;            // "" when nobody says
    // Of the `members` that correlate: the lower triangle L, row by row, for which L L' is the
    // matrix of their correlations.
    const enum core_param *member;
    const double *factor;
    size_t members;
};

// The model's standard deviation of ln(simulated / measured), or 0.
double prior_discrepancy(const struct config_fit *f, const char *model);

// What prior.def says of a parameter whose value in `p` is what it is: sd 0 when nothing.
struct prior prior_generic(const struct core_params *p, enum core_param k);

// Makes c->fit whole once all values and sections are read. False, with *e, when a value is not
// within its line or the correlations are not those of any random numbers.
bool prior_finish(struct config *c, struct arena *a, struct err *e);

// The value of a number in `p`, and the reverse; a whole number is rounded.
double param_number(const struct core_params *p, enum core_param k);
void param_set_number(struct core_params *p, enum core_param k, double v);

// One line a parameter that may vary: path, value, low, high, sd and where that comes from; then
// what the section says besides.
void prior_show(const struct config *c, FILE *f);

// The section, when there is something in it that prior.def has not; without, nothing.
void prior_write(const struct config *c, FILE *f);

// The k-th of the draws that `seed` gives: `of` with each parameter drawn from a normal
// distribution of these spreads and correlations around its value, within its bounds; whole numbers
// are rounded. Only what core_check accepts is drawn; false when a bounded search met none, and
// *draw is `of`. Numbers of another seed, k or parameter are independent; they do not change when
// other parameters come to vary. The same on every host: no function of libm is asked. The digest
// of a draw is "".
bool config_draw(struct config *draw, const struct config *of, u64 seed, u32 k);

#endif
