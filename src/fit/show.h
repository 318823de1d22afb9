// show.h: results as text, Markdown and JSON.
#ifndef FIT_SHOW_H
#define FIT_SHOW_H

#include <stdio.h>

#include "fit/compare.h"
#include "fit/result.h"

// Whose results they are; NULL for what there is not.
struct fit_about {
    const char *model, *version, *model_digest, *label;
    const struct comparison *vs;
};

// Both want sorted results. One line a family, with its set's totals; with `list`, then one line a missed point.
void fit_show(const struct results *r, FILE *f, bool list);

// An object with "schema": 1; with `list`, every point.
void fit_show_json(const struct results *r, const struct fit_about *about, FILE *f, bool list);

// The errors of each set, core and family, and of what was seen in making the model and what was not.
void fit_show_errors(const struct results *r, FILE *f);

// All that fit_show has, as tables of Markdown; with `list`, a row a point.
void fit_show_markdown(const struct results *r, const char *model, FILE *f, bool list);

#endif
