// plot.h: results as pictures: one SVG a family, and a page with all of them.
#ifndef FIT_PLOT_H
#define FIT_PLOT_H

#include <stdio.h>

#include "base/err.h"
#include "fit/result.h"

// Makes `folder` when it is not there, and sees that files can be made in it: before long work.
bool fit_plots_prepare(const char *folder, struct err *e);

// Writes FAMILY-CORE.svg files and index.html into `folder`, which is made when it is not there.
// Wants sorted results. False and *e when something cannot be written.
bool fit_plots(const struct results *r, const char *folder, const char *model, struct err *e);

#endif
