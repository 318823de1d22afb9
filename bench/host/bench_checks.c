// What the ways of keeping guest addresses in the window cost (jit.h, enum jit_checking): for each
// program named on the command line (argument after a comma), million instructions a second of
// processor time, best of five runs that take turns.
//
//   build/bench/host/bench_checks out/guest/O2/sort,200 ...
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exec/jit/jit.h"
#include "exec/machine.h"
#include "guest/process.h"

enum { WAYS = 4, RUNS = 5 };

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static u64 stands_still(void *ctx, int clock)
{
    return 0;
}

static u64 no_counter(void *ctx)
{
    return 0;
}

static double rate(const char *path, const char *argument, enum jit_checking how)
{
    const char *argv[] = { path, argument, NULL }, *none[] = { NULL };
    struct process_options o = { .path = path, .argv = argv, .envp = none, .now_ns = stands_still };
    struct err e = { "" };
    int code;
    struct process *p = process_new(&o, &e, &code);
    if (!p) {
        fprintf(stderr, "bench_checks: %s\n", e.text);
        exit(1);
    }
    struct machine m = { .process = p, .counter = no_counter, .jit = jit_new(p->space, false) };
    jit_set_checking(m.jit, how);
    double start = cpu_us();
    machine_run(&m);
    double us = cpu_us() - start;
    jit_free(m.jit);
    process_free(p);
    return (double)m.instructions / us;
}

int main(int argc, char **argv)
{
    double sum[WAYS] = { 0 };
    fprintf(stderr, "%-26s %10s %10s %10s %10s\n", "", "bases", "all", "mask", "none");
    for (int k = 1; k < argc; k++) {
        char *argument = strchr(argv[k], ',');
        double best[WAYS] = { 0 };
        if (argument)
            *argument++ = 0;
        if (!freopen("/dev/null", "w", stdout))
            return 1;
        for (int run = 0; run < RUNS; run++)
            for (int way = 0; way < WAYS; way++)
                best[way] = fmax(best[way], rate(argv[k], argument, (enum jit_checking)way));
        fprintf(stderr, "%-26s", argv[k]);
        for (int way = 0; way < WAYS; way++) {
            fprintf(stderr, " %10.0f", best[way]);
            sum[way] += log(best[way]);
        }
        fprintf(stderr, "\n");
    }
    fprintf(stderr, "%-26s", "geometric mean");
    for (int way = 0; way < WAYS; way++)
        fprintf(stderr, " %10.0f", exp(sum[way] / (argc - 1)));
    fprintf(stderr, "\n");
    return 0;
}
