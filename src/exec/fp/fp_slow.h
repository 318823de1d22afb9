// fp_slow.h: every floating-point instruction the slow and exact way.
#ifndef EXEC_FP_SLOW_H
#define EXEC_FP_SLOW_H

#include "isa/cpu.h"
#include "isa/insn.h"

// Runs instruction `i` of a64_fp.def over softfp: what its handler does when the host's
// FPU would not give Arm's value or flags. Adds to c->fpsr, touches no host state.
void fp_slow(struct cpu *c, const struct insn *i);

#endif
