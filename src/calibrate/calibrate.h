// calibrate.h: finds the parameters with which the model answers as real machines did.
//
// What was measured is points, of which some belong together: a family. Each point is run
// again and again with other parameters (answers.h). A screening (screen.h) finds which parameters
// move what; those that the points determine are fitted (search.h), and judged by families that the
// fit has not seen. All figures are of ln(simulated / measured), where a point of 10 % too much
// counts as one of 10 % too little.
#ifndef CALIBRATE_CALIBRATE_H
#define CALIBRATE_CALIBRATE_H

#include <stdio.h>

#include "config/config.h"
#include "fit/fit.h"
#include "stream/stretch.h"

// A measurement, and how it is run. Those without a stretch are of the lab: fit_sequences or
// fit_probes runs them.
struct cal_point {
    struct result r;   // sim is the answer of the core as it was
    u32 family;   // its number
    double sd;   // of ln(measured): what the measurement leaves open, and the model's own
    u64 digest;   // of what is run and what is made of it
    struct stretch *stretch;
    u64 warm, count;   // instructions of it: before those that count, and those
    size_t timed, from, to;   // places: up to where it is only warmed, and of those that count
    double scale;   // r.unit = cycles an instruction times this
};

// Points of one suite and kind; the fit has one vote for each.
struct cal_family {
    const char *set, *name;
    size_t seen, unseen;   // points
    u32 fold;
};

// A parameter that may be moved.
struct cal_param {
    enum core_param id;
    double start, low, high, sd;   // where the search begins, and what is believed of it
    double value;   // fitted
    double after;   // sd once it is; sd when the points do not say
    double gain;   // share of the prior's variance that is left by the points, alone
    u32 like;   // 1 + the number of a fitted one that it cannot be told from, or 0
};

enum { CAL_PARAMS = 128, CAL_FAMILIES = 512 };

// What is asked for.
struct cal_options {
    u32 most;   // parameters that are fitted
    const char *names;   // or just these, with commas between; NULL
    u32 folds, trajectories;
    u32 global,
        local;   // runs of all points, at most, of a search over the whole range, and of one from a place
    u64 seed;
    bool perturb;   // begin from values moved by the seed, of which the search does not know
    const volatile int *stop;   // set: ends soon
};

struct calibration {
    struct cal_options o;
    struct arena *arena;
    struct fit *fit;   // core, model, threads, progress
    const struct config *base;   // as the core file says
    struct config *centre;   // where the search begins: base, or perturbed
    struct config *fitted;
    struct cal_point *point;
    size_t points;
    size_t left_out;   // programs of which no stretch stands for the whole
    struct cal_family family[CAL_FAMILIES];
    u32 families;
    struct cal_param param[CAL_PARAMS];   // all that were screened
    u32 params;
    u32 chosen[CAL_PARAMS], fits;   // numbers of those that are fitted
    struct answers *answers;
    u64 sequences, probes;   // digests of the tables of the lab
    // Of the screening: what a step of one sd of parameter p does to ln(point k), signed, and its
    // greatest: slope[p * points + k].
    float *slope, *most;
    // Answers: of base, of the start, of the fit to all, of the fits without a point's family, and the
    // mean of those with it.
    double *before, *begin, *after, *out_of_fold, *in_fold;
    double *held_out;   // out_of_fold, or where nothing was accepted, begin
    double fell, fell_error;   // of the error out of fold, and its standard error
    bool accepted;   // it did not rise by more than that, nor that of unseen points at all
    double *covariance;   // fits x fits, of the fitted, in sd of the prior
    double discrepancy;   // sd of ln(simulated / measured) in families held out
    double coverage;   // share of points held out in the interval that the others give
    double coverage_unseen;   // of those that no fit has seen, in that of all; NAN without any
    u64 runs, asked;   // of all points; of single ones, and those that were answered anew
    double seconds, cpu;   // of the last whole run of all points: on the wall, of all threads
    bool screened, fitted_all;   // slope, and all that follows the fit, are whole
    bool timing;   // ask anew what is known, to see how long that takes
    bool stopped;
};

// What moves the answer by less than this, in ln, does not move it.
#define CAL_MOVED 1e-4

// -- points.c --

// Adds a point; its family is found or made. False and *e when there are too many.
bool cal_add(struct calibration *c, const struct cal_point *p, struct err *e);

// Runs the lab's suites ("sequences", "probes") once and adds their points.
bool cal_add_lab(struct calibration *c, const char *suite, struct err *e);

// Gives families to folds, whole ones.
void cal_folds(struct calibration *c);

// The digest of a point of the lab.
u64 cal_lab_digest(const struct result *r);

// Whether a fit may be made with it: it counts, and is not kept away from those who make models.
static inline bool cal_is_seen(const struct cal_point *p)
{
    return !p->r.unseen;
}

// -- params.c --

// Lists the parameters that may vary and that the model reads, or those of o.names.
bool cal_list_params(struct calibration *c, struct err *e);

// Moves the parameters that are fitted away from the core file's values, by o.seed.
void cal_perturb(struct calibration *c);

// `to` is `of` with the fitted parameters at `value` (in the parameters' units). False when core_check
// refuses that.
bool cal_config(const struct calibration *c, const struct config *of, const double *value,
                struct config *to);

// -- stretch timing --

// Cycles an instruction of the stretch of `p`, times its scale.
double cal_replay(const struct cal_point *p, const struct config *config, const char *model);

// -- The work, in this order --

// False, with *e, in a build that cannot.
bool cal_can_fit(struct err *e);

// Answers of the core as it is, and of where the search begins.
bool cal_begin(struct calibration *c, struct err *e);
bool cal_screen(struct calibration *c, struct err *e);
bool cal_search(struct calibration *c, struct err *e);

// -- Words about it --

// Of the i-th and the j-th of those fitted.
double cal_correlation(const struct calibration *c, u32 i, u32 j);

void cal_show_plan(const struct calibration *c, FILE *f);
void cal_show(const struct calibration *c, FILE *f);
void cal_show_json(const struct calibration *c, FILE *f);

// A core file that extends the one calibrated.
void cal_write(const struct calibration *c, const char *provenance, FILE *f);

#endif
