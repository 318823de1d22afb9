// trend.h: values over time as a page of charts: HTML with SVG in it, nothing from outside.
#ifndef HISTORY_TREND_H
#define HISTORY_TREND_H

#include <stdio.h>

#include "base/types.h"

enum { TREND_MOST = 2000, TREND_LINES = 48 };   // points and lines of a chart

struct trend_point {
    i64 run;
    char when[32], label[64], line[64];   // of the same line: one is drawn through them
    double value, low, high;
    u32 count;   // of what it is the mean of
};

// What the values are: their unit, and what was counted.
struct trend_words {
    const char *unit, *counted;
};

// `text` stands below the title.
void trend_begin(FILE *f, const char *title, const char *text);

// One chart: a line for each name, in the order they come, each point with its interval and, under the
// mouse, what it is; then a table of the same. Points are in the order of their runs.
void trend_chart(FILE *f, const char *heading, const char *doc, const struct trend_words *w,
                 const struct trend_point *p, size_t n);
void trend_end(FILE *f);

#endif
