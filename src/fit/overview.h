// overview.h: all results in two pictures.
#ifndef FIT_OVERVIEW_H
#define FIT_OVERVIEW_H

#include <stdio.h>

#include "fit/result.h"

// Simulated over measured, both logarithmic, a point each of those that count; unseen ones stand out.
void overview_scatter(const struct results *r, const char *model, FILE *f);

// A line a set, core and family: simulated / measured of each point, from 1/2 to 2, and their
// geometric mean. What lies beyond is drawn at the edge.
void overview_residuals(const struct results *r, const char *model, FILE *f);

#endif
