// sysreg.h: system registers whose access is more than a move.
#ifndef EXEC_SYSREG_H
#define EXEC_SYSREG_H

#include "isa/cpu.h"

// Inside exec_run(). FPCR and FPSR live partly in the host's FPU (fpenv.h).
void sysreg_write_fpcr(struct cpu *c, u32 value);
void sysreg_write_fpsr(struct cpu *c, u32 value);
u32 sysreg_read_fpsr(struct cpu *c);

#endif
