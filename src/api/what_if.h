// what_if.h: what came of the runs of m2sim_what_ifs_begin.
#ifndef API_WHAT_IF_H
#define API_WHAT_IF_H

#include "explain/whatif.h"
#include "m2sim.h"

// A row of whatif.def each, and behind them the core as it is, which the others are compared with: what a
// program does depends a little on whether its output is a terminal, a file or nothing.
enum { WHAT_IF_NOTHING = WHATIFS, WHAT_IFS };

struct what_if {
    const struct whatif *row;   // NULL: it is not among those that were asked for
    const char *command;   // that anybody can run: "m2sim time ..."
    const char *sets[WHATIF_SETS];
    size_t set_count;
    u64 cycles, instructions;   // cycles 0: it has none
    char fault[200];   // why not
};

// Waits for all of them. WHAT_IFS rows, which live as long as `w`.
const struct what_if *what_ifs_wait(struct m2sim_what_ifs *w);

#endif
