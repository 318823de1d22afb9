// timers.h: setitimer, timer_create and timerfd, on the guest's clocks.
//
// Whoever runs looks at them between stretches of instructions; where time is the host's,
// a host timer kicks waiting threads when the next is due.
#ifndef GUEST_TIMERS_H
#define GUEST_TIMERS_H

#include "guest/process.h"

struct iovec;

// True when one is running; when the next is due, on CLOCK_MONOTONIC (UINT64_MAX: never).
bool timers_armed(const struct process *p);
u64 timers_next(struct process *p);

// Sends the signals of those that are due. The process must not be locked.
void timers_check(struct process *p);

// After fork: a child has none. After execve: only interval timers stay.
void timers_clear(struct process *p, bool itimers_too);

// One more, or less, file of the process is the timer at that place, which is gone with the last.
// The same timer in another process stays.
void timers_hold(struct process *p, u64 place);
void timers_put(struct process *p, u64 place);

// A timerfd where time is simulated. Its host's descriptor never waits; whether the guest's does is
// told here.
bool timerfd_waits(const struct process *p, u64 place);
void timerfd_set_waits(struct process *p, u64 place, bool waits);

// readv of the one at `place`, as preadv2 with these flags.
i64 timerfd_read(struct thread *t, int host, u64 place, const struct iovec *to, int count,
                 u64 flags);

// Ends the host's timer that wakes waiting threads.
void timers_free(struct process *p);

#endif
