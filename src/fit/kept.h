// kept.h: results kept in an SQLite file (history/db.h), and the page that draws their errors over time.
//
// Tables: accuracy (one a result), accuracy_error (one a family of it, and "all" a set), accuracy_point (what
// was measured) and accuracy_value (what a result says of it). Those of bench may be in the same file.
#ifndef FIT_KEPT_H
#define FIT_KEPT_H

#include <stdio.h>

#include "fit/earlier.h"

// A result and whose it is.
struct kept {
    const struct results *results;   // sorted
    const char *when, *label, *version, *model, *model_digest, *command;
};

// Whether kept_add() can write there, before long work: nothing is left behind. False with *e: ERR_DATA
// when the file is something else.
bool kept_prepare(const char *path, struct err *e);
bool kept_add(const char *path, const struct kept *k, struct err *e);

// Which result is wanted: the one with this number or label, or (NULL) the latest of the model that has one
// of the suites, commas between, on the core ("": any of either).
struct kept_wanted {
    const char *which, *model, *suites, *core;
};

// Reads it into `to`, whose arena is there. *found: there is one. False with *e, ERR_DATA, when the file is
// something else.
bool kept_load(struct earlier *to, const char *path, const struct kept_wanted *w, bool *found,
               struct err *e);

// Writes a page (HTML with SVG in it, and nothing from outside): a chart for each model, set and core, of
// the mean error of each family.
bool kept_page(const char *path, FILE *f, struct err *e);

#endif
