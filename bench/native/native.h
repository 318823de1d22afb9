// native.h: what the files of this program share.
//
// It measures the core it runs on, on Linux or macOS on AArch64, and knows nothing of a simulator but the
// probes' generators (src/fit/probe.h), which write their loops into a lab of ours, and the tables of
// measured/, whose rows say what to measure.
#ifndef NATIVE_H
#define NATIVE_H

#include <stdbool.h>
#include <stdio.h>

#include "fit/probe.h"

// -- The host: host_linux.c, host_macos.c --

enum core_kind { ANY_CORE, P_CORE, E_CORE };

struct host {
    char machine[64];   // "M2", or what it calls itself
    char core[64];   // the core file that stands for it, "" where none does
    enum core_kind kind;
    bool pinned;   // it stays on the core it began on, or on one of its kind
    int cycles;   // counter of cycles, or -1
    double tick;   // ns: what the clock goes on by
};

// Finds out, and keeps to processor `cpu` (-1: any) or to one of the kind asked for.
void host_begin(struct host *h, enum core_kind kind, int cpu);

double host_now(void);   // ns
u64 host_cycles(const struct host *h);   // of this thread in user mode, where there is a counter

// Memory for code: written between host_write and host_ready.
u8 *host_code(size_t size);
void host_write(void);
void host_ready(u8 *from, size_t size);

// Where the core is what `part` (the MIDR's part number of Apple's) or `brand` ("Apple M2") says.
void host_name(struct host *h, u32 part, const char *brand);

// -- Measuring: measure.c --

struct measure {
    struct host host;
    double least;   // ns that a timed run takes, at least
    unsigned repetitions;
};

struct slope {
    double each;   // cycles a unit: the slope of the medians over sizes
    double low, high;   // of the single repetitions
    double r2, mhz;
};

// What runs `n` units of work. The result is 0, or the ns it took where it knows better than its caller.
typedef double body(void *ctx, u64 n);

// Times 1, 2, 3 and 4 times as many units, `quantum` or a multiple of it, as take `least`, and the
// core's clock between them.
struct slope measure(const struct measure *m, body *run, void *ctx, u64 quantum);

// The core's clock in MHz: a chain of additions, one a cycle.
struct slope measure_clock(const struct measure *m);

// What the host's counter of cycles says that one such addition takes.
double measure_counter(const struct measure *m);

// -- The lab: lab.c --

// A lab (fit/lab.h) of this machine, which times with `m`.
struct lab *native_lab(const struct measure *m);
const struct measure *native_measure(const struct lab *l);
struct slope native_slope(const struct lab *l);   // of its latest run

// Makes the first `size` bytes of data be there: pages that were only read might all be one.
void native_touch(struct lab *l, u64 size);

// -- What is measured: benches.c, find.c, programs.c --

enum rule { POINT, JUMP, WITHIN };

enum suite { STRUCTURE, PROBE, LOOP, KERNEL, APP, SUITES };

struct bench {
    enum suite suite;
    const char *name, *unit, *what;   // `what` is run
    const char *parameter;   // "core.l1d.size" of a simulated core, or NULL
    char **row;   // of its table in measured/, or NULL
    probe *run;
    double x;
    u32 arg;
    enum rule rule;
    double limit, low, high;
    bool show_points;   // of a search, on standard error
    body *body;   // of a loop, kernel or app, and what it is given
    void *ctx;
};

struct benches {
    struct bench *at;
    size_t count, room;
};

// All there are for cores of that kind.
void benches_list(struct benches *all, const struct host *h);
void programs_list(struct benches *all);
struct bench *benches_add(struct benches *all);

// The rows of a table of measured/, each `columns` fields; ends at NULL. Comments and titles are left out.
char ***table_rows(const char *text, size_t size, size_t columns);

struct result {
    const struct bench *bench;
    double value, low, high;
    struct slope slope;   // of the last point
};

struct result bench_run(const struct bench *b, struct lab *l);
struct result program_run(const struct bench *b, const struct measure *m);
double find_run(const struct bench *b, struct lab *l);

// -- What is written: write.c --

struct author {
    const struct host *host;
    const char *machine, *core, *source;
    unsigned repetitions;
};

// The rows of the tables of `results` into files of `folder`: false when one cannot be written, and says so.
bool write_tables(const struct author *a, const struct result *results, size_t n,
                  const char *folder);
void write_json(const struct author *a, const struct result *results, size_t n, FILE *f);

_Noreturn void native_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
