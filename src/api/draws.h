// draws.h: cores of drawn parameters (config/prior.h) that see what the core of a run sees.
//
// The guest runs once: its records are kept until there are many, and then shown to every drawn
// core, by host threads that each take one core after another. Records come to each in their order,
// so that neither their number nor how fast the host is changes a figure.
#ifndef API_DRAWS_H
#define API_DRAWS_H

#include "base/arena.h"
#include "config/config.h"
#include "core/core.h"

struct draws;

// The first `count` draws of `seed`, as cores of `model`, in `threads` host threads: 0 as many as the
// host has processors, 1 none but the caller's. NULL and *e when a core cannot be made. `c` must
// outlive it. Freed by draws_free.
struct draws *draws_new(const struct config *c, const char *model, u32 count, u64 seed, u32 threads,
                        struct err *e);
void draws_free(struct draws *d);

// Shows them `n` records; `r` is the caller's again at once.
void draws_feed(struct draws *d, const struct record *r, size_t n);

// Returns when every core has seen everything, and is drained.
void draws_drain(struct draws *d);

// How many there are, how many of them are the core itself for want of a possible one, and core k
// with its parameters.
u32 draws_count(const struct draws *d);
u32 draws_kept(const struct draws *d);
const struct core *draws_core(const struct draws *d, u32 k);
const struct config *draws_config(const struct draws *d, u32 k);

#endif
