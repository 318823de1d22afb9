// accuracy.h: what the files of m2sim_accuracy share.
#ifndef API_ACCURACY_H
#define API_ACCURACY_H

#include "api/sim.h"
#include "fit/fit.h"

// Times the measured loops or kernels, programs of the folder o->guests.
bool accuracy_guests(const struct m2sim_accuracy *o, const struct fit *f, bool kernels,
                     struct m2sim_error *e);

// Cycles an instruction of the first `limit` (0: all) of a program; *instructions gets how
// many ran.
bool accuracy_time(const struct m2sim_accuracy *o, const char *model, char *const argv[],
                   const char *core, u64 limit, double *cpi, u64 *instructions,
                   struct m2sim_error *e);

// Times the programs of the folder o->guests, groups int and fp, under the model asked for and
// under the detailed one.
bool accuracy_models(const struct m2sim_accuracy *o, const struct fit *f, struct m2sim_error *e);

#endif
