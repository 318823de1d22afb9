// answers.h: what the model says of each point, asked once for each core.
//
// An answer is kept under a digest of the build, the core, the point, and those parameters that differ
// from the core file's and move the point; also in a file, so that a calibration that was stopped, or is
// made again, goes on where it was.
#ifndef CALIBRATE_ANSWERS_H
#define CALIBRATE_ANSWERS_H

#include "calibrate/calibrate.h"

struct answers;

// `file`: an SQLite file, made if need be; NULL: nothing is kept. NULL and *e when it is not one.
// `build`: a digest of what gives the answers.
struct answers *answers_new(const char *file, const char *build, struct err *e);
void answers_free(struct answers *a);

// A figure kept under a digest. False when it is not there.
bool answers_find(struct answers *a, u64 key, double *value);
void answers_keep(struct answers *a, u64 key, double value);

// Writes what was kept since. False and *e when that cannot be.
bool answers_flush(struct answers *a, struct err *e);

u64 answers_digest(u64 seed, const void *data, size_t n);
u64 answers_text(u64 seed, const char *text);

// What all answers of this calibration depend on: build, model and core.
u64 cal_seed(const struct calibration *c);

// The answers of all points for `config`, which differs from c->base in parameters of c->param alone:
// sim[k], 0 where the model gives none. With `known` points that the screening has not seen moved by a parameter keep their answer.
// False when stopped, or with *e.
bool cal_ask(struct calibration *c, const struct config *config, bool known, double *sim,
             struct err *e);

#endif
