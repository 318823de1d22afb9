// sched.h: who of a process's threads runs, and what time it is.
//
// A policy is a row of sched.def. Under `host` every guest thread has a host thread, they run
// in parallel and time is the host's. Under `turns` one host thread runs them all, one after
// another: a turn ends after `quantum` instructions and when the thread waits, and the next one
// in order of creation that can run has it, so that two runs are alike. When nobody can run,
// simulated time jumps to the next thing that is due, or the simulator waits for the host.
#ifndef GUEST_SCHED_H
#define GUEST_SCHED_H

#include "guest/process.h"

struct pollfd;

// A wait at a futex, or a wake-up of those who wait there.
struct futex {
    vaddr a;
    u32 op, flags, value, bitset;
    bool timed;
    u64 until;        // ns of CLOCK_MONOTONIC or CLOCK_REALTIME
    int clock;
};

// What differs between the ways to run. Where a verb may wait, it does so under `host`; under
// `turns` it writes down what for and returns -WAITS, which the handler hands on: it is then
// called again with t->call.again set, and so is the verb.
struct sched_policy {
    const char *name;
    bool parallel;
    // Instructions that a thread has before its turn is over, where there are turns, and timers
    // are looked at.
    u64 quantum;
    u32 (*cpus)(void);   // that the guest sees
    // Who runs behind `from`, itself perhaps, of those for whom sched_can_run(); NULL: nobody
    // can. Holds process.lock. Not of parallel policies.
    struct thread *(*next)(struct process *p, struct thread *from);
    u64 (*now)(struct process *p, int clock);   // ns of a clock of Linux
    i64 (*yield)(struct thread *t);
    i64 (*sleep)(struct thread *t, int clock, u64 until);   // 0 or -EINTR
    i64 (*ready)(struct thread *t, int host, short events);   // before a call that may wait
    i64 (*poll)(struct thread *t, struct pollfd *fds, int n, u64 until);
    i64 (*signal)(struct thread *t, u64 set, u64 until);   // 0: pending, or time is up

    // A host call that waits and cannot be polled (helper.h). *data, or NULL, is what argument
    // `which` points to. 0 or more, or -errno.
    i64 (*unpolled)(struct thread *t, long number, const u64 a[6], int which, const void *data,
                    size_t size);

    i64 (*futex_wait)(struct thread *t, const struct futex *f);
    i64 (*futex_wake)(struct process *p, const struct futex *f, u32 count);
    i64 (*futex_requeue)(struct thread *t, const struct futex *f, const u64 a[6]);
    i64 (*futex_wake_op)(struct thread *t, const struct futex *f, const u64 a[6]);
};

#define SCHED(name, what) extern const struct sched_policy sched_##name;
#include "guest/process/sched.def"
#undef SCHED

// The row of that name, or NULL.
const struct sched_policy *sched_policy(const char *name);

// Nanoseconds of Linux clock `clock` as the guest sees it.
u64 process_now(struct process *p, int clock);

// Instructions that `t` has left of its quantum.
u64 sched_left(const struct thread *t);

// ---- turns

// The turn of `t` is over, though it may have instructions left.
void sched_pass(struct thread *t);

// Writes down that the call of `t` waits for *w: -WAITS.
i64 sched_wait(struct thread *t, const struct thread_wait *w);

// The call of `t` has waited, and is to end by a signal.
bool sched_interrupted(struct thread *t);

// True where a host call must not wait: there are others whose turn may come, or timers, which
// stand while it waits.
bool sched_polls(const struct process *p);

// Whether `t` could go on now: it waits for nothing, or for what has come. Holds process.lock.
bool sched_can_run(struct process *p, struct thread *t);

// The turn of `from` is over, or (it `leaves`) it runs no more: who has the next one. NULL:
// nobody is left. Waits until somebody can run.
struct thread *sched_next(struct thread *from, bool leaves);

#endif
