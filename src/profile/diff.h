// diff.h: what changed from one profile to another.
#ifndef PROFILE_DIFF_H
#define PROFILE_DIFF_H

#include "profile/profile.h"

// Functions and source lines by cycles gained or lost from `a` to `b`, most first, with the cause that
// changed most. They need not be of the same program, core or model: what both have is compared by
// name, and by file name and line. False with *e on a write error.
bool profile_diff(const struct profile *a, const struct profile *b, FILE *f, bool json,
                  struct err *e);

#endif
