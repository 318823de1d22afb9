// options.h: how a guest process is to be run.
#ifndef GUEST_OPTIONS_H
#define GUEST_OPTIONS_H

#include <stdio.h>

#include "base/types.h"
#include "guest/files/view.h"

struct sched_policy;
struct thread;
struct guest_siginfo;

#define CLEAN_FOLDER "/program"   // of a clean environment

// The rows of net.def, and the host's network.
enum guest_net {
#define NET(name, what) NET_##name,
#include "guest/linux/net.def"
#undef NET
    NET_all
};

struct process_options {
    const char *path;                    // the ELF file or script
    const char *const *argv, *const *envp;   // NULL-terminated; argv[0] included
    struct view_options files;           // what the guest can reach of the host's files
    enum guest_net net;
    int net_maker;      // NET_private: of net_private.h; the caller's
    u64 net_cookie;
    bool quiet;                          // refusals are not told
    bool signals;   // the host's are the guest's, and what is ignored and blocked at its start
    bool interruptible;   // SIGINT and SIGTERM of the host come by hostsig_note() alone
    bool clean;   // shown as CLEAN_FOLDER/NAME, of a user with a fixed number
    u64 memory;      // bytes that its processes may have together; 0: the default of bounds.h
    u32 processes;   // that there may be at a time; likewise
    u64 seed;   // of AT_RANDOM and getrandom
    FILE *strace;   // system calls are printed here, or NULL
    FILE *messages;   // faults are told here; NULL means stderr

    // A row of sched.def: how its threads run, and what time it is. NULL: `host`.
    const struct sched_policy *policy;

    // Under `turns`, the time the guest sees, in nanoseconds of Linux clock `clock`.
    // Must not go backwards. Sleeping returns at once and is added by the process.
    u64 (*now_ns)(void *ctx, int clock);
    void *clock_ctx;

    // What the performance counter of Arm's event `number` shows; false when there is no
    // such counter. NULL: there are none.
    bool (*counter)(void *ctx, u32 number, u64 *value);
    void *counter_ctx;

    // Called before a write to the host's descriptor `fd`; `last` is its last byte. NULL:
    // nobody asks.
    void (*writes)(void *ctx, int fd, char last);
    void *writes_ctx;

    // Called before a signal of `t` is delivered (`info` has it): gives the signal to deliver
    // in its place, or 0 for none. NULL: signals go their way. For a debugger.
    int (*signalled)(void *ctx, struct thread *t, const struct guest_siginfo *info);
    void *signal_ctx;

    // Called in the child after a fork, which is a fork of the simulator too, but of the
    // calling host thread alone; the child must end by process_leave. NULL: no forks.
    void (*forked)(void *ctx);
    void *fork_ctx;

    // Under `host`, starts a host thread that runs `t`, whose registers are set: false when it
    // cannot. It ends by thread_end. NULL: no threads.
    bool (*spawn)(void *ctx, struct thread *t);
    void *spawn_ctx;

    // Called when the program wants memory that its bounds allow and the host has not, once that is
    // told: the run is to end. NULL: the program is told ENOMEM.
    void (*starved)(void *ctx);
    void *starved_ctx;

    const volatile int *stop;   // ends every wait when set, or NULL
};

#endif
