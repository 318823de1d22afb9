// progress.h: one line on a terminal that says how far a long command is.
//
// It is drawn on standard error when that is a terminal that can take a line back, and wiped
// before anything else is written there. Without a terminal there is none, and nothing is done.
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "m2sim.h"

struct progress;

// NULL where there is to be none: `quiet`, no terminal, or TERM=dumb. All below take NULL.
struct progress *progress_new(bool quiet);
void progress_free(struct progress *p);

// Wipes the line, if there is one.
void progress_clear(struct progress *p);

// For struct m2sim_bench and m2sim_accuracy; `ctx` is the struct progress.
void progress_step(void *ctx, const char *what, size_t done, size_t total);

// Makes `o` tell of what the guest writes and, by a stream that progress_free() closes, of itself.
void progress_prepare(struct progress *p, struct m2sim_options *o);

// From now on, whenever the guest has written nothing to a terminal for a second, the line says how
// far `s` is of `limit` instructions (0: no limit). Until progress_end(), which wipes it.
void progress_begin(struct progress *p, struct m2sim *s, uint64_t limit);
void progress_end(struct progress *p);

#endif
