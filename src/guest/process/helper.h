// helper.h: host calls that wait and cannot be polled (a FIFO to be opened, a lock), made by a
// host thread of their own, where guest threads take turns on one.
//
// A call that was interrupted was not made, as on Linux. What wakes a helper inside this
// process (the other end is opened, the lock is given up) has it runnable at once, so
// helpers_settle, before each look at who can run, makes the order of turns independent of
// the host's.
#ifndef GUEST_HELPER_H
#define GUEST_HELPER_H

#include "guest/process.h"

enum { HELPER_DATA = 256 };

// Begins the call for `t`. `data` (or NULL) is copied and argument `which` points to the copy.
// 0 or -EAGAIN.
i64 helper_start(struct thread *t, long number, const u64 a[6], int which, const void *data,
                 size_t size);

// Whether the call has come to an end; in a fork, which has no such host thread, it has.
bool helper_done(const struct helper *h);

// Ends the call of `t`, by interrupting it if it must: its result, -EINTR when it was not made.
i64 helper_end(struct thread *t);

// Waits until each helper of the process sleeps in the host or has come to its end.
void helpers_settle(struct process *p);

#endif
