// fit.h: the sets of measurements, and the jobs that simulate them.
//
// Each set appends what was measured to the results and fills in what the model says.
// Jobs run in host threads with a lab each, which is reset before every job: the
// results are the same for any number of threads.
#ifndef FIT_FIT_H
#define FIT_FIT_H

#include "fit/fields.h"
#include "fit/lab.h"
#include "fit/result.h"

struct fit {
    const struct config *config;
    const char *core, *model;   // names
    const char *folder;         // of measured/
    u32 threads, every;         // every: of the points, take one in so many
    void (*progress)(void *ctx, const char *what, size_t done, size_t total);   // or NULL
    void *ctx;
    struct results *results;
};

// Runs jobs 0 to n - 1, each on a lab like new, or without one when `f` has no config. False and *e
// when a lab cannot be made.
bool fit_jobs(const struct fit *f, const char *what, size_t n,
              void (*job)(void *ctx, struct lab *l, size_t k), void *ctx, struct err *e);

// Opens a file of the folder and skips its comments. NULL and *e when it is not there.
FILE *fit_open(const struct fit *f, const char *name, struct err *e);

// Closes it; false and *e when it could not be read to its end.
bool fit_close(FILE *file, const char *name, struct err *e);

// Reads a table of the folder whose rows, `columns` fields of CSV (32 at most), begin with a name
// and have "yes" or "no" in column `seen`, by the rule of fit_is_unseen(). Calls `take` with the
// fields of each row, which live as long as the results, until it returns false. The errors are
// ERR_DATA but of a file that cannot be read.
bool fit_rows(const struct fit *f, const char *file, size_t columns, size_t seen,
              bool (*take)(void *ctx, char **at, struct err *e), void *ctx, struct err *e);

// Says what is wrong with a row; returns false.
bool fit_bad_row(const char *file, const char *name, const char *why, struct err *e);

// A third of the measurements is kept away from those who make the models, by a rule that nobody
// can lean on: the CRC-32 (IEEE 802.3) of the name is a multiple of 3.
bool fit_is_unseen(const char *name);

// Latency of each measured pair of operands and throughput of every instruction form.
bool fit_forms(const struct fit *f, struct err *e);

// Sequences of several instructions: cycles of one of them, in a row of copies.
bool fit_sequences(const struct fit *f, struct err *e);

// The structure probes: one generator a family.
bool fit_probes(const struct fit *f, struct err *e);

// Notes why a point that is missed is, where reasons.def has it.
void fit_reasons(struct results *all);

#endif
