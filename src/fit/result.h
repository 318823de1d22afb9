// result.h: what was measured beside what was simulated, and how far they are apart.
#ifndef FIT_RESULT_H
#define FIT_RESULT_H

#include "base/arena.h"
#include "base/types.h"

struct result {
    const char *set;      // a name of api/suites.def
    const char *core;
    const char *core_digest;   // of its parameters (config.h), or NULL
    const char *family;   // points that belong together: one plot
    const char *name;
    const char *unit;
    double x;             // place on the family's axis, NAN when it has none
    double hw;            // measured
    double low, high;     // range of the measurement; equal: a rule decides
    double sim;           // NAN: not run
    bool shown_only;      // not counted
    bool unseen;          // was not used in making the model, only in telling how good it is
    char fidelity;        // of an app: 'A' does what was measured, 'B' something near; else 0
    const char *note;     // why it was not run, is not counted or misses; or NULL
    size_t group, order;  // results_sort() fills them
};

struct results {
    struct arena *arena;
    struct result *at;
    size_t count, room;
};

// Appends a zeroed result, with sim NAN. The pointer holds until the next call.
struct result *results_add(struct results *r);
char *results_text(struct results *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// Puts the results of a set, core and family together, otherwise in the order they came.
void results_sort(struct results *r);

// How many from r->at[from] on are of one set and core, with `family` also of one family.
size_t results_group(const struct results *r, size_t from, bool family);

// |sim - hw| / min(sim, hw); what is below 0.1 counts as 0.1.
double result_error(const struct result *r);

// Within `share` of the measurement or `cycles` of it.
bool result_within(const struct result *r, double share, double cycles);

// By the rule of its set: in its range when it has one (loops: or 5 %); instructions 5 % or 0.01
// cycle; sequences 5 % or 0.02 cycle; apps 10 %; models 15 %; others 10 % or 0.3 cycle.
bool result_hit(const struct result *r);

#endif
