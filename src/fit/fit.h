// fit.h: the sets of measurements, and the jobs that simulate them.
//
// Each set appends what was measured to the results and fills in what the model says.
// Jobs run in host threads with a lab each, which is reset before every job: the
// results are the same for any number of threads.
#ifndef FIT_FIT_H
#define FIT_FIT_H

#include "fit/lab.h"
#include "fit/result.h"
#include "fit/table.h"

struct fit {
    const struct config *config;
    const char *core, *model;   // names
    const char *folder;         // of measured/
    u32 threads, every;         // every: of the points, take one in so many
    void (*progress)(void *ctx, const char *what, size_t done, size_t total);   // or NULL
    void *ctx;
    bool (*wants)(void *wants_ctx, const struct result *r);   // the others keep sim NAN; NULL: all
    void *wants_ctx;
    struct results *results;
};

// Whether a job for `r` is wanted.
static inline bool fit_wants(const struct fit *f, const struct result *r)
{
    return !f->wants || f->wants(f->wants_ctx, r);
}

// Runs jobs 0 to n - 1, each on a lab like new, or without one when `f` has no config. False and *e
// when a lab cannot be made.
bool fit_jobs(const struct fit *f, const char *what, size_t n,
              void (*job)(void *ctx, struct lab *l, size_t k), void *ctx, struct err *e);

// Reads a table of the folder and calls `take` with the fields of each row, which live as long as the
// results, until it returns false. The errors are ERR_DATA but of a file that cannot be read.
bool fit_rows(const struct fit *f, enum table_id t,
              bool (*take)(void *ctx, char **at, struct err *e), void *ctx, struct err *e);

// Says what is wrong with a row that `take` was given; returns false.
bool fit_bad_row(const char *name, const char *why, struct err *e);

// Latency of each measured pair of operands and throughput of every instruction form.
bool fit_forms(const struct fit *f, struct err *e);

// Sequences of several instructions: cycles of one of them, in a row of copies.
bool fit_sequences(const struct fit *f, struct err *e);

// The structure probes: one generator a family.
bool fit_probes(const struct fit *f, struct err *e);

// Notes why a point that is missed is, where reasons.def has it.
void fit_reasons(struct results *all);

#endif
