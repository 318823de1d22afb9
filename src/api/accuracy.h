// accuracy.h: what the files of m2sim_accuracy share.
#ifndef API_ACCURACY_H
#define API_ACCURACY_H

#include "api/sim.h"
#include "fit/fit.h"

// Times the measured loops or kernels, programs of the folder o->guests.
bool accuracy_guests(const struct m2sim_accuracy *o, const struct fit *f, bool kernels,
                     struct m2sim_error *e);

#endif
