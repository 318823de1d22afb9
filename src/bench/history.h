// history.h: measurements kept in an SQLite file, and the page that draws them over time.
//
// Tables: run (one a measurement), mean (a geometric mean of its speeds: mode, group and clock),
// sample (one a repetition of a program).
#ifndef BENCH_HISTORY_H
#define BENCH_HISTORY_H

#include "bench/bench.h"

// Appends; the file is made when it is not there. False with *e when it cannot be written.
bool history_add(const char *path, const struct bench *b, struct err *e);

// Reads the run with this number or label, or (NULL) the latest that was made on a host with
// processor b->cpu, into `old`, whose arena is there.
bool history_load(struct bench *old, const char *path, const char *which, const char *cpu,
                  struct err *e);

// Writes a page (HTML with SVG in it, and nothing from outside): for each mode, the geometric mean of
// the speeds over the runs on hosts with the processor of the latest.
bool history_page(const char *path, enum bench_clock clock, FILE *f, struct err *e);

#endif
