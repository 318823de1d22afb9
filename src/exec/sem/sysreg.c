#include "exec/sem/sysreg.h"

#include "exec/fp/fpenv.h"

void sysreg_write_fpcr(struct cpu *c, u32 value)
{
    fpenv_leave(c);
    c->fpcr = value & FPCR_BITS;
    fpenv_enter(c);
}

void sysreg_write_fpsr(struct cpu *c, u32 value)
{
    fpenv_leave(c);
    c->fpsr = value & FPSR_BITS;
    fpenv_enter(c);
}

u32 sysreg_read_fpsr(struct cpu *c)
{
    fpenv_leave(c);
    fpenv_enter(c);
    return c->fpsr;
}
