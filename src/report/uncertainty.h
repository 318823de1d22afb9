// uncertainty.h: how sure the figures of a report are, from reports of the same run on other cores.
//
// It is given reports and takes the figures that a user would quote out of each by the same tables
// as those that print them (report.h, tables.def). It knows neither cores nor how they were drawn.
#ifndef REPORT_UNCERTAINTY_H
#define REPORT_UNCERTAINTY_H

#include "base/json.h"
#include "report/report.h"

enum { REPORT_FIGURES = 64 };

struct report_figure {
    char name[64];   // its path in the JSON: "cycles", "topdown.retiring", "l1d.mpki"
    double value;
    bool time;   // cycles and what is made of them: errors are factors
};

// 95 % intervals. Of time, `sd` and `parameters_sd` are of its logarithm, else in its unit.
struct report_range {
    double low, high;
    double sd;   // of all that is known
    double parameters_sd;   // of the draws alone
    double margin;   // half of low to high
};

struct report_uncertainty {
    u32 draws, kept;   // kept: of them the core itself, as no other was possible
    u64 seed;
    double discrepancy;   // standard deviation of ln(simulated / measured) that no parameter
        // explains; 0: not known
    u32 figures;
    struct report_figure figure[REPORT_FIGURES];
    struct report_range range[REPORT_FIGURES];
};

// The figures of `r`; returns how many there are.
u32 report_figures(const struct report *r, struct report_figure at[REPORT_FIGURES]);

// Begins with draws, kept, seed and discrepancy given and the figures of `r`; adds a draw; and makes
// the intervals of the draws added.
void uncertainty_begin(struct report_uncertainty *u, const struct report *r);
void uncertainty_add(struct report_uncertainty *u, const struct report *draw);
void uncertainty_end(struct report_uncertainty *u);

// The interval of a figure, or NULL: also of `u` NULL.
const struct report_range *uncertainty_of(const struct report_uncertainty *u, const char *name);

// " ± 0.07" of a figure, written by `format` in parts of 1 / `unit`; "" when nobody asked.
const char *uncertainty_margin(const struct report *r, const char *name, double unit,
                               const char *format, char text[40]);

// What a report says of it at its end, and the object `uncertainty` of the JSON; nothing when
// nobody asked.
void uncertainty_text(const struct report *r, FILE *f);
void uncertainty_json(const struct report *r, struct jw *j);

// The value that a Student's t of `n` degrees of freedom exceeds 2.5 % of the time; n from 3.
double uncertainty_t(u32 n);

#endif
