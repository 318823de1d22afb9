// sched.h: threads that take turns.
//
// Where the guest's time is simulated (process_options.now_ns), one thread runs at a time:
// the holder of the baton. It passes on after QUANTUM instructions and when it waits, to
// the next thread in order of creation that can run, so that two runs are alike. When
// nobody can run, simulated time jumps to the next thing that is due, or the simulator
// waits for the host. Where time is the host's, threads run in parallel and none of this
// does anything.
#ifndef GUEST_SCHED_H
#define GUEST_SCHED_H

#include "guest/process.h"

struct pollfd;

// What a thread waits for; it also ends by a signal that can be delivered.
struct sched_wait {
    struct pollfd *fds;    // host descriptors to be ready
    int n;
    u64 until;             // of the guest's CLOCK_MONOTONIC; UINT64_MAX: no end
    vaddr futex;           // woken by sched_wake
    u32 value, bitset;     // of the futex; shared ones are looked at again
    bool shared, child;    // child: a child to end
    u64 set;               // signals, blocked ones too
    u64 order;             // of arrival
    bool woken;
};

// Waits for the thread's turn; passes the baton on, for a while or for good.
void sched_enter(struct thread *t);
void sched_pass(struct thread *t);
void sched_leave(struct thread *t);   // the process is locked

// Gives the baton away until *w is (or may be) so.
void sched_wait(struct thread *t, struct sched_wait *w);

// Wakes up to `count` that wait for `futex`, longest first; moves up to `requeue` others
// to `to`. How many were woken and moved.
i64 sched_wake(struct process *p, vaddr futex, u32 bitset, u32 count, vaddr to, u32 requeue,
               u32 *moved);

#endif
