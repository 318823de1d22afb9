// profile.h: where the time and the allocations of m2sim go: by part, by function, by call stack.
#ifndef BENCH_PROFILE_H
#define BENCH_PROFILE_H

#include <stdio.h>

#include "bench/probe_data.h"
#include "bench/tally.h"

enum { PROFILE_HZ = 1000, PROFILE_MODES = 8 };

// Of all programs in one mode. Weights are ticks, or bytes of allocations.
struct profile_mode {
    const char *mode;
    u32 programs;
    u64 instructions;   // of the guests
    double cpu;         // seconds of the host
    u64 lost;           // samples there was no room for
    u64 allocations, allocated_bytes;
    struct tally part, function, line, stack;   // of time
    struct tally from_part, from_function;   // of allocations
};

struct bench_profile {
    struct arena *arena;
    struct profile_mode mode[PROFILE_MODES];
    size_t modes;
};

// The part (components.def) of a source file as the compiler was given it, such as
// "../src/uarch/cache.c"; NULL when it is no file of ours.
const char *profile_part(const char *file);

// Takes what the probe saw of a process of `program`. False when this build knows no symbols.
bool profile_add(struct bench_profile *p, const char *mode, const struct probe_head *h,
                 const char *program, u64 instructions, double cpu);

// To be called when all has been taken, before the following.
void profile_finish(struct bench_profile *p);
void profile_free(struct bench_profile *p);

// Tables of parts and of the `most` heaviest functions, for each mode.
void profile_show(const struct bench_profile *p, size_t most, FILE *f);
void profile_show_json(const struct bench_profile *p, FILE *f);

// Stacks as "mode;outermost;...;innermost ticks", for flame graphs.
void profile_show_folded(const struct bench_profile *p, FILE *f);

#endif
