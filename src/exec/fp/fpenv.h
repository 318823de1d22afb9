// fpenv.h: the host's floating-point environment while instructions run.
//
// Inside exec_run() the host's FPU works in the guest's rounding mode and collects
// exception flags; outside, the simulator's own floating point neither sees nor
// disturbs them. FPSR is the union of cpu.fpsr and the host's flags while inside.
#ifndef EXEC_FPENV_H
#define EXEC_FPENV_H

#include <fenv.h>
#include <ucontext.h>

#include "exec/fp/softfp.h"
#include "isa/cpu.h"

// -- The host --

#ifdef __SSE2__

enum { MXCSR_FLAGS = 0x3f, MXCSR_MASKS = 0x1f80, MXCSR_RC = 13 };

static inline u32 fpenv_host_get(void)
{
    return __builtin_ia32_stmxcsr();
}

static inline void fpenv_host_set(u32 state)
{
    __builtin_ia32_ldmxcsr(state);
}

// The state with the guest's rounding mode (the two numbers of up and down differ) and no flags.
static inline u32 fpenv_host_state(u32 fpcr)
{
    u32 mode = fpcr >> FPCR_RMODE & 3;
    return MXCSR_MASKS | ((mode & 1) << 1 | mode >> 1) << MXCSR_RC;
}

// The host's flags as FPSR has them. That an operand was denormal is no flag of Arm's.
static inline u32 fpenv_flags_of(u32 state)
{
    return (state & 1) | (state >> 1 & 0x1e);
}

static inline u32 fpenv_without_flags(u32 state)
{
    return state & ~(u32)MXCSR_FLAGS;
}

// A signal handler starts with a fresh state: takes the interrupted one's, for a handler that
// does not return.
static inline void fpenv_host_resume(const void *context)
{
    fpenv_host_set(((const ucontext_t *)context)->uc_mcontext.fpregs->mxcsr);
}

#else

static inline void fpenv_host_resume(const void *context)
{
}

static inline u32 fpenv_host_get(void)
{
    int f = fetestexcept(FE_ALL_EXCEPT);
    return (u32)(fegetround() << 8) | !!(f & FE_INVALID) | !!(f & FE_DIVBYZERO) << 1 |
           !!(f & FE_OVERFLOW) << 2 | !!(f & FE_UNDERFLOW) << 3 | !!(f & FE_INEXACT) << 4;
}

static inline void fpenv_host_set(u32 state)
{
    feclearexcept(FE_ALL_EXCEPT);
    fesetround((int)(state >> 8));
    feraiseexcept((state & 1 ? FE_INVALID : 0) | (state & 2 ? FE_DIVBYZERO : 0) |
                  (state & 4 ? FE_OVERFLOW : 0) | (state & 8 ? FE_UNDERFLOW : 0) |
                  (state & 16 ? FE_INEXACT : 0));
}

static inline u32 fpenv_host_state(u32 fpcr)
{
    static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
    return (u32)modes[fpcr >> FPCR_RMODE & 3] << 8;
}

static inline u32 fpenv_flags_of(u32 state)
{
    return state & 0x1f;
}

static inline u32 fpenv_without_flags(u32 state)
{
    return state & ~0x1fu;
}

#endif

// -- The executor --

// Sets the host up from c->fpcr.
static inline void fpenv_enter(struct cpu *c)
{
    c->host_fp = fpenv_host_get();
    c->fp_soft = (c->fpcr & FPCR_FZ) != 0;
    fpenv_host_set(fpenv_host_state(c->fpcr));
}

// Merges the host's flags into c->fpsr and restores the simulator's own environment.
static inline void fpenv_leave(struct cpu *c)
{
    c->fpsr |= fpenv_flags_of(fpenv_host_get());
    fpenv_host_set(c->host_fp);
}

#endif
