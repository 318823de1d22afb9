#include "exec/sysreg.h"

#include "exec/fpenv.h"

enum {
    FPCR_BITS = 0x07c80000,   // AHP, DN, FZ, RMode, FZ16; exceptions are never trapped
    FPSR_BITS = 0x0800009f,   // QC, IDC, IXC, UFC, OFC, DZC, IOC
};

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
