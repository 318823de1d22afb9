// compare.h: results beside an earlier one: what moved, and whether accuracy was kept.
//
// Only points that were run in both count, so that a measurement more or less moves nothing. Where the
// earlier result has no single points its means count, if they are of as many points as now;
// then nothing is tested.
#ifndef FIT_COMPARE_H
#define FIT_COMPARE_H

#include <stdio.h>

#include "base/json.h"
#include "fit/earlier.h"
#include "fit/paired.h"

// Mean errors, result_error()'s, of a family or of a set ("all").
struct compared {
    const char *set, *core, *family;
    size_t points;   // that were compared; 0: none, and no errors
    double before, now;
};

// A set on a core.
struct compared_set {
    const char *set, *core;
    size_t lost;   // points of the earlier result that have no pair: not run now, or measured anew
    struct paired paired;
};

struct comparison {
    const struct earlier *before;
    double margin;   // of paired_test()
    bool tested;   // the earlier result has points
    size_t rows, sets;
    struct compared *row;   // a set's families, then the set
    struct compared_set *set;
    struct paired all;
};

// Compares sorted results. Everything lies in `a`. False when they have nothing in common.
bool comparison_make(struct comparison *c, struct arena *a, const struct results *now,
                     const struct earlier *before, double margin);

void comparison_show(const struct comparison *c, FILE *f, bool markdown);
void comparison_show_json(const struct comparison *c, struct jw *j, const char *key);   // an object

// Writes a line for each set and family whose mean error is greater by more than `share` (0.02: from
// 5 % to above 7 %) and returns how many there are.
size_t comparison_worse(const struct comparison *c, double share, FILE *f);

#endif
