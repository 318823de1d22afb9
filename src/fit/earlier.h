// earlier.h: an earlier result of `m2sim accuracy`, to be compared with.
#ifndef FIT_EARLIER_H
#define FIT_EARLIER_H

#include "base/err.h"
#include "fit/result.h"

// The mean error of a family, or of a whole set ("all").
struct earlier_error {
    const char *set, *core, *family;
    size_t run;   // points it is the mean of
    double mean;
};

struct earlier {
    struct results points;   // its arena has all of this; no points where none were kept
    struct earlier_error *error;
    size_t errors;
    const char *file, *model, *version, *label, *when;   // "" where it does not say
};

enum { EARLIER_ERRORS = 1024 };   // that are kept at most

// False when there is no room, or `mean` is no error.
bool earlier_add(struct earlier *to, const char *set, const char *core, const char *family,
                 size_t run, double mean);

// Reads what fit_show_json() wrote into `to`, whose arena is there. *e: ERR_UNREADABLE when it cannot
// be read, ERR_DATA when it is something else.
bool earlier_load(struct earlier *to, const char *path, struct err *e);

#endif
