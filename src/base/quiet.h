// quiet.h: threads that no signal of the process is for.
#ifndef BASE_QUIET_H
#define BASE_QUIET_H

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/types.h"

// Blocks all signals in the calling thread, with 32 and 33, which pthread_sigmask() leaves out.
static inline void quiet_thread(void)
{
    u64 all = ~0ull;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof(all));
}

#endif
