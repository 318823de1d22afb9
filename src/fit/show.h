// show.h: results as text and JSON.
#ifndef FIT_SHOW_H
#define FIT_SHOW_H

#include <stdio.h>

#include "fit/result.h"

// Both want sorted results. One line a family, with its set's totals; with `list`, then one line a missed point.
void fit_show(const struct results *r, FILE *f, bool list);

// An object with "schema": 1; with `list`, every point.
void fit_show_json(const struct results *r, const char *model, FILE *f, bool list);

#endif
