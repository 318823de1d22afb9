// trend.h: speeds over time as a page of charts: HTML with SVG in it, nothing from outside.
#ifndef BENCH_TREND_H
#define BENCH_TREND_H

#include <stdio.h>

#include "base/types.h"

enum { TREND_MOST = 2000 };   // points of a chart

struct trend_point {
    i64 run;
    char when[32], label[64], group[8];
    double value, low, high;   // M instr/s
    u32 programs;
};

void trend_begin(FILE *f, const char *host, const char *clock);

// One chart: a line a group over the runs, each point with its interval and, under the mouse, what
// it is; then a table of the same. Points are in the order of their runs.
void trend_chart(FILE *f, const char *mode, const char *doc, const struct trend_point *p, size_t n);
void trend_end(FILE *f);

#endif
