// stretches.h: the part of a measured program that is timed in place of all of it.
#ifndef API_STRETCHES_H
#define API_STRETCHES_H

#include "api/accuracy.h"
#include "calibrate/calibrate.h"

// Records a stretch of each program of `all` that is there and counts, and adds a point for it. It
// has a million instructions or more (or the whole program), whole passes where they are short,
// and so many in front of them that its cycles an instruction on c->base are within 1 % of those of the figure
// that `m2sim accuracy` gives; c->answers keeps what was found. Where 16 million in front are not enough there is no
// point; c->left_out counts these.
bool api_add_stretches(struct calibration *c, const struct m2sim_accuracy *o,
                       const struct guest_points *all, struct m2sim_error *e);

// A digest of what a file holds. False and *e when it cannot be read.
bool api_digest_file(const char *path, u64 *digest, struct m2sim_error *e);

#endif
