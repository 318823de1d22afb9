// gdb's numbers of signals (its include/gdb/signals.def is a part of the protocol).
#include <signal.h>

#include "gdb/session.h"

static const u8 numbers[] = {
    [SIGHUP] = 1,   [SIGINT] = 2,    [SIGQUIT] = 3,  [SIGILL] = 4,   [SIGTRAP] = 5,
    [SIGABRT] = 6,  [SIGFPE] = 8,    [SIGKILL] = 9,  [SIGBUS] = 10,  [SIGSEGV] = 11,
    [SIGSYS] = 12,  [SIGPIPE] = 13,  [SIGALRM] = 14, [SIGTERM] = 15, [SIGURG] = 16,
    [SIGSTOP] = 17, [SIGTSTP] = 18,  [SIGCONT] = 19, [SIGCHLD] = 20, [SIGTTIN] = 21,
    [SIGTTOU] = 22, [SIGIO] = 23,    [SIGXCPU] = 24, [SIGXFSZ] = 25, [SIGVTALRM] = 26,
    [SIGPROF] = 27, [SIGWINCH] = 28, [SIGUSR1] = 30, [SIGUSR2] = 31, [SIGPWR] = 32,
};

int signal_to_gdb(int n)
{
    if (n >= 33 && n <= 63)
        return n - 33 + 45;   // SIG33 to SIG63
    if (n == 32 || n == 64)
        return n == 32 ? 77 : 78;
    return n > 0 && n < (int)COUNT(numbers) ? numbers[n] : 0;
}

int signal_from_gdb(u64 number)
{
    for (int n = 1; n <= GUEST_SIGNALS; n++)
        if ((u64)signal_to_gdb(n) == number)
            return n;
    return 0;
}
