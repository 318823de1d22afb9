// signal.h: signals and timers: what is caught, pending and armed, and how signals come.
#ifndef GUEST_SIGNAL_H
#define GUEST_SIGNAL_H

#include <stdbool.h>

#include "base/types.h"

struct process;
struct thread;

enum {
    GUEST_SIGNALS = 64,
    GUEST_QUEUE = 4096,   // pending at a time, with what their senders say of them
    GUEST_TIMERS = 64,    // of timer_create, timerfd and setitimer together
};

struct guest_action {   // struct sigaction of arm64 Linux
    u64 handler, flags, restorer, mask;
};

// One signal to be delivered.
struct guest_siginfo {
    int sig, code;
    u64 addr;   // of a fault
    int pid, uid;   // of the sender; of a timer: its number, overruns
    u64 value;   // sigqueue, timers; SIGCHLD: status
    bool outside;   // another program or the host's kernel has sent it
};

struct guest_pending {
    struct guest_siginfo info;
    struct thread *to;   // NULL: to the process
};

// What handlers of the host's signals have written down (hostsig.h), a ring.
struct host_signals {
    u32 head, tail;
    u64 untold;   // came when the ring was full: bit n - 1
    struct host_signal {
        struct guest_siginfo info;
        int ready;
    } queue[GUEST_QUEUE];
};

enum timer_kind { TIMER_FREE, TIMER_SIGNAL, TIMER_FD, TIMER_INTERVAL };

struct timer_times {
    u64 due, interval;   // ns of its clock; due 0: not running
};

// What all processes that have a timerfd share.
struct timer_shared {
    struct timer_times times;
    int counts;   // host number of the process whose clock it goes by; 0: of who looks first
    bool waits;   // a read of it does, where the guest has not said O_NONBLOCK
};

struct guest_timer {
    enum timer_kind kind;
    int clock, number;   // number: of timer_create or setitimer
    struct timer_times own;
    struct timer_shared *shared;   // TIMER_FD, in place of `own`
    int sig;   // 0: none
    int tid;   // SIGEV_THREAD_ID, or 0
    u64 value, overrun;
    int event;   // TIMER_FD: host descriptor of an eventfd,
    u32 files;   // and how many files of this process are it
};

// Makes `info` pending for the thread.
void signal_send(struct thread *t, const struct guest_siginfo *info);

// Whether a signal is refused where there is no room for what its sender says. Others become
// pending all the same, as from nobody (Linux: kernel/signal.c, __send_signal_locked).
bool signal_needs_room(const struct guest_siginfo *info);

// The same for thread `to`, or for the process when NULL: 0 or -EAGAIN (signal_needs_room).
i64 signal_queue(struct process *p, struct thread *to, const struct guest_siginfo *info);

// The same for thread `tid`, or -ESRCH; signal 0 only looks for it.
i64 signal_queue_tid(struct process *p, int tid, const struct guest_siginfo *info);

// From the host (hostsig.h), to the process; what stops it by default does so at once, so that
// calls that wait go on after it.
void signal_arrives(struct process *p, const struct guest_siginfo *info);

// Takes the lowest signal of `set` that is pending for `t`: false when there is none.
bool signal_take(struct thread *t, u64 set, struct guest_siginfo *info);

// What the thread blocks from now on, but SIGKILL and SIGSTOP; what it waits for.
void signal_mask(struct thread *t, u64 set);
void signal_await(struct thread *t, u64 set);

// Signals pending for the thread or its process.
u64 signal_pending(const struct thread *t);

// True when a signal could be delivered under `mask`.
bool signal_waiting(struct thread *t, u64 mask);

// Whether it does nothing when it is delivered.
bool signal_ignored(const struct process *p, int sig);

// Forgets the pending signals of `set`; the process is locked.
void signal_drop(struct process *p, u64 set);

#endif
