// profiling.h: the profile of a run.
#ifndef API_PROFILING_H
#define API_PROFILING_H

#include "api/sim.h"
#include "profile/profile.h"

// What a finished run with options.profile cost where. It lives in `a` and points into `s`. NULL and
// *e when its sums are not those of the core: a fault of ours.
struct profile *profiling_result(const struct m2sim *s, struct arena *a, struct m2sim_error *e);

// Gives the profile the run's report and configuration, which the page has beside it; in `a`.
void profiling_describe(const struct m2sim *s, struct profile *p, struct arena *a);

#endif
