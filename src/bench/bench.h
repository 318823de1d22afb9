// bench.h: how fast the simulator itself is: programs, run again and again in several modes,
// beside another program or an earlier result.
//
// It starts programs and measures them from outside (child.h); of the simulator it knows the
// command line alone. Repetitions go round: each takes every mode and program once, so that
// what the machine does meanwhile falls on all alike; of two programs that are compared the
// first is in turn the one and the other.
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "bench/profile.h"
#include "bench/stats.h"

// Repeated measurements, in seconds, in the order they were made.
struct bench_sample {
    double cpu[STATS_MOST], wall[STATS_MOST];
    unsigned n;
};

// One program in one mode.
struct bench_series {
    const char *mode, *program, *group;
    u64 instructions;              // of the guest
    struct bench_sample own, other;   // other.n is 0 when it is compared with nothing
    u64 peak_bytes;                // the greatest of all repetitions
    double host_instructions;      // the median, or NAN
    i64 allocations, allocated_bytes;   // of a run beside, or -1
};

struct bench {
    struct arena *arena;
    struct bench_series *at;       // by mode, in the order of modes.def, and of the suite
    size_t count;
    const char *other;             // what .other is, or NULL
    bool interleaved;              // it was measured in the same rounds
    unsigned repetitions;
    const char *version, *label, *when, *cpu, *kernel, *command;
    unsigned cpus;
};

enum bench_clock { BENCH_CPU, BENCH_WALL };

struct bench_options {
    const char *m2sim;       // the program to measure
    const char *guests;      // folder of guest programs, with programs.txt
    const char *filter;      // patterns of names or groups, with commas between; NULL: "int,fp"
    const char *modes;       // names, with commas between; NULL: all
    const char *vs_command;  // or NULL
    const char *probe;       // shared object that counts allocations (probe.h), or NULL
    unsigned repetitions;    // 1 to STATS_MOST
    struct bench_profile *profile;   // instead of being measured each is run once, and looked into
    bool quick;
    const volatile int *stop;   // set: ends soon, with what there is
    void (*progress)(void *ctx, const char *what, size_t done, size_t total);
    void *ctx;
};

// Fills in where and when: .when, .cpu, .cpus, .kernel.
void bench_describe(struct bench *b);

// Fills `b`, whose arena is there. Strings are the arena's or the options'. False with *e, and *code
// (an exit code of the command line), when something is missing or fails.
bool bench_measure(struct bench *b, const struct bench_options *o, struct err *e, int *code);

// A mode of modes.def; NULL when there is none of that name.
struct bench_mode {
    const char *name, *words, *doc;
    unsigned times, quick;
    u64 limit;
    enum { BENCH_EACH, BENCH_FIRST, BENCH_ITSELF } of;
};
const struct bench_mode *bench_mode(const char *name);
const struct bench_mode *bench_modes(size_t *count);

// How many series from b->at[from] on are of one mode.
size_t bench_group(const struct bench *b, size_t from);

// Takes the measurements of `old` that are of the same work as what others are compared with.
// How many there are.
size_t bench_compare(struct bench *b, const struct bench *old, const char *what);

// -- Words about it --

// Of one series, by a clock. Speeds are in millions of guest instructions a second; ratios
// above 1 say that the first is faster than the other.
struct bench_verdict {
    double seconds;
    struct interval range;   // of the seconds
    double speed;
    struct estimate ratio;   // NAN without another
    double p;   // Mann and Whitney, 1 without another
};
struct bench_verdict bench_verdict(const struct bench *b, const struct bench_series *s,
                                   enum bench_clock clock);

// The geometric means over the n series s of those of `group` (NULL: all): *count of them.
struct estimate bench_speed(const struct bench_series *s, size_t n, const char *group,
                            enum bench_clock clock, size_t *count);
struct estimate bench_ratio(const struct bench *b, const struct bench_series *s, size_t n,
                            const char *group, enum bench_clock clock, size_t *count);

// What is slower than the other by more than `share` (0.03: 3 %) of its time, beyond doubt: a mode
// whose interval leaves out 1, or a program whose p-value, corrected for their number by
// Holm, is below 0.05. Writes a line each and returns how many.
size_t bench_slower(const struct bench *b, double share, enum bench_clock clock, FILE *f);

void bench_show(const struct bench *b, enum bench_clock clock, FILE *f);
void bench_show_json(const struct bench *b, enum bench_clock clock, FILE *f);

// Reads what bench_show_json wrote.
bool bench_load(struct bench *b, const char *path, struct err *e);

#endif
