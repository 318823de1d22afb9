// time.h: times and timeouts that calls are given.
#ifndef GUEST_TIME_H
#define GUEST_TIME_H

#include <time.h>

#include "base/types.h"

struct process;
struct thread;

// Reads a struct timespec: 0, -EFAULT, or -EINVAL when it is no time.
i64 time_get(struct thread *t, vaddr a, struct timespec *ts);

// `until` of `clock` on CLOCK_MONOTONIC.
u64 time_monotonic(struct process *p, int clock, u64 until);

// Nanoseconds of a timespec, bounded so that sums do not overflow.
u64 time_ns(const struct timespec *ts);

// Reads an optional timeout into *ns (-1: none).
i64 timeout_at(struct thread *t, vaddr a, i64 *ns);

#endif
