// probe.h: looks into a measured process: what it allocates, and where its time goes.
//
// The probe itself is a shared object (probe_object.c) that the dynamic linker loads into the
// process; there is one for hosts with x86-64 and glibc.
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

#include "bench/probe_data.h"

struct probe;

// For one process. `hz` samples a second of each thread's CPU time, 0: none. NULL when the
// object cannot be read. Freed by probe_free.
struct probe *probe_new(const char *object, u32 hz);
void probe_free(struct probe *p);

// What the process needs: variables of its environment and a file to inherit.
const char *const *probe_env(const struct probe *p);
int probe_file(const struct probe *p);

// After its end. NULL when the probe did not come to work there.
const struct probe_head *probe_data(const struct probe *p);

// What it allocated, or -1.
void probe_allocations(const struct probe *p, i64 *count, i64 *bytes);

// The module that `pc` lies in; NULL: code that was made at run time.
const struct probe_module *probe_module_at(const struct probe_head *h, u64 pc);

#endif
