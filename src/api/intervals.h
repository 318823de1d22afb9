// intervals.h: a run over time: what the core did in each stretch of so many instructions.
#ifndef API_INTERVALS_H
#define API_INTERVALS_H

#include "core/core.h"
#include "report/report.h"

struct intervals;

// Of `every` instructions. Freed by intervals_free.
struct intervals *intervals_new(struct core *core, u64 every);
void intervals_free(struct intervals *i);

// How many of the next `n` records belong to the interval that goes on; at least one of one or more.
size_t intervals_cut(struct intervals *i, const struct record *r, size_t n);

// The core has been fed `n` records, all of one interval.
void intervals_fed(struct intervals *i, const struct record *r, size_t n);

// The core is drained: the last interval ends. Then all of them, whose sums are the core's.
void intervals_end(struct intervals *i);
const struct report_interval *intervals_all(const struct intervals *i, size_t *count);

#endif
