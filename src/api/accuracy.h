// accuracy.h: what the files of m2sim_accuracy share.
#ifndef API_ACCURACY_H
#define API_ACCURACY_H

#include "api/sim.h"
#include "fit/fit.h"

// Times the measured loops or kernels, programs of the folder o->guests.
bool accuracy_guests(const struct m2sim_accuracy *o, const struct fit *f, bool kernels,
                     struct m2sim_error *e);

// What a program did in simulated time.
struct accuracy_run {
    u64 instructions, cycles;
    int status;   // as m2sim_run's
};

// Times a program: `program` says all but mode and settings.
bool accuracy_time(const struct m2sim_accuracy *o, const struct m2sim_options *program,
                   struct accuracy_run *run, struct m2sim_error *e);

// Times the real programs of measured/apps.csv, of the folder o->guests/apps: what they do N times more
// in a run of 2 N passes than in one of N.
bool accuracy_apps(const struct m2sim_accuracy *o, struct fit *f, struct m2sim_error *e);

// Times the programs of the folder o->guests, groups int and fp, under the model asked for and
// under the detailed one.
bool accuracy_models(const struct m2sim_accuracy *o, const struct fit *f, struct m2sim_error *e);

#endif
