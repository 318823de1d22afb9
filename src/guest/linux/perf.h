// perf.h: performance counters (perf_event_open).
#ifndef GUEST_PERF_H
#define GUEST_PERF_H

#include <stdbool.h>

#include "base/types.h"

struct process;
struct thread;

// If `host` is a counter: true, with what read(2), ioctl(2) and mmap(2) return.
bool perf_read(struct thread *t, int host, vaddr to, u64 size, i64 *result);
bool perf_ioctl(struct thread *t, int host, u32 request, u64 arg, i64 *result);
bool perf_mmap(struct thread *t, int host, const u64 a[6], i64 *result);
void perf_free(struct process *p);

#endif
