// How many records a second the executor makes for a consumer that drops them, interpreted and as
// host code: for each program named on the command line (argument after a comma), instructions
// and millions of records a second of processor time.
//
//   build/bench/host/bench_records out/guest/O2/sort,200 ...
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exec/jit/jit.h"
#include "exec/machine.h"
#include "guest/process.h"

static u64 cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

static struct record *drop(void *ctx, struct record *full)
{
    u64 *buffers = ctx;
    buffers[0]++;
    return full;
}

static u64 stands_still(void *ctx, int clock)
{
    return 0;
}

static u64 no_counter(void *ctx)
{
    return 0;
}

// Runs the program; records a microsecond.
static double rate(const char *path, const char *argument, bool host_code)
{
    const char *argv[] = { path, argument, NULL }, *none[] = { NULL };
    u64 buffers = 0;
    struct record *buffer =
        aligned_alloc(RECORD_BATCH * sizeof(*buffer), RECORD_BATCH * sizeof(*buffer));
    struct recorder r = { buffer, buffer, drop, &buffers };
    struct process_options o = {
        .path = path, .argv = argv, .envp = none, .now_ns = stands_still, .messages = stderr
    };
    struct err e = { "" };
    int code;
    struct process *p = process_new(&o, &e, &code);
    if (!p) {
        fprintf(stderr, "bench_records: %s\n", e.text);
        exit(1);
    }
    struct machine m = { .process = p, .recorder = &r, .counter = no_counter };
    m.jit = host_code ? jit_new(p->space, true) : NULL;
    u64 start = cpu_ns();
    machine_run(&m);
    double us = (double)(cpu_ns() - start) / 1000;
    double records = (double)(buffers * RECORD_BATCH + (u64)(r.at - r.buffer));
    jit_free(m.jit);
    process_free(p);
    free(buffer);
    return records / us;
}

int main(int argc, char **argv)
{
    double sum[2] = { 0, 0 };
    fprintf(stderr, "%-30s %12s %12s   M records/s\n", "", "interpreter", "host code");
    for (int k = 1; k < argc; k++) {
        char *argument = strchr(argv[k], ',');
        if (argument)
            *argument++ = 0;
        if (!freopen("/dev/null", "w", stdout))
            return 1;
        double r[2];
        for (int code = 0; code < 2; code++) {
            r[code] = rate(argv[k], argument, code);
            sum[code] += log(r[code]);
        }
        fprintf(stderr, "%-30s %12.0f %12.0f\n", argv[k], r[0], r[1]);
    }
    if (argc > 1)
        fprintf(stderr, "%-30s %12.0f %12.0f\n", "geometric mean", exp(sum[0] / (argc - 1)),
                exp(sum[1] / (argc - 1)));
    return 0;
}
