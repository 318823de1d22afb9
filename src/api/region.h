// region.h: the part of a run that is timed.
//
// Until it begins the program runs as `m2sim run` does, without records, and simulated time goes on
// by a cycle an instruction; what it costs to be watched for is paid where it may begin alone. Its end ends
// the run. It is the whole process's: any thread may come to where it begins.
#ifndef API_REGION_H
#define API_REGION_H

#include "api/sim.h"

enum { REGION_NAME = 256 };

// Splits "F" or "F:N", which `option` was given, into the name and the number, 1 when there is none.
bool region_split_name(const char *option, const char *given, char name[REGION_NAME], u64 *nth,
                       struct m2sim_error *e);

struct region_watch;

// NULL when options.region asks for none; NULL with e->exit_code set when it asks for what cannot be.
// Called when the process is loaded; the machine asks it before each stretch.
struct region_watch *region_new(struct m2sim *s, struct m2sim_error *e);
void region_free(struct region_watch *w);

// After a fork the child runs on unwatched.
void region_forked(struct region_watch *w);

// Whether it has begun, and whether its end has ended the run.
bool region_began(const struct region_watch *w);
bool region_ended(const struct region_watch *w);

// Instructions of the run before it began.
u64 region_before(const struct region_watch *w);

// How many of `n` records at `r`, the next of the region, only warm caches, TLBs and predictors.
size_t region_warms(struct region_watch *w, const struct record *r, size_t n);
u64 region_warmed(const struct region_watch *w);   // instructions so far

// Why it never began, in one line.
void region_never(struct region_watch *w, struct m2sim_error *e);

// "from the 2nd `f` to `g`": what was asked for.
const char *region_text(const struct region_watch *w);

#endif
