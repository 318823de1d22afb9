// fpenv.h: the host's floating-point environment while instructions run.
//
// Inside exec_run() the host's FPU works under the guest's FPCR and collects exception
// flags; outside, the simulator's own floating point must neither see nor disturb them.
#ifndef EXEC_FPENV_H
#define EXEC_FPENV_H

#include "isa/cpu.h"

// Sets the host up from c->fpcr.
static inline void fpenv_enter(struct cpu *c)
{
}

// Merges the host's flags into c->fpsr and restores the simulator's own environment.
static inline void fpenv_leave(struct cpu *c)
{
}

#endif
