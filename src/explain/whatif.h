// whatif.h: what a program would win on a core that is better in one thing: the table.
//
// It knows names and parameters (whatif.def). Who runs them, and what they gave, is api's matter.
#ifndef EXPLAIN_WHATIF_H
#define EXPLAIN_WHATIF_H

#include "base/arena.h"
#include "config/config.h"

enum { WHATIF_SETS = 24 };   // most of a row

enum whatif_id {
#define WHATIF(id, ...) WHATIF_##id,
#include "explain/whatif.def"
#undef WHATIF
    WHATIFS
};

struct whatif {
    const char *id, *name, *sets;
};

extern const struct whatif whatif_rows[WHATIFS];

// The texts core.PATH=VALUE that make the what-if `w` of the core `c` for the timing model
// `model`, in `a`; returns how many. A value of a row that is more than the range allows is the
// range's end.
size_t whatif_sets(const struct whatif *w, const struct config *c, const char *model,
                   struct arena *a, const char *sets[WHATIF_SETS]);

#endif
