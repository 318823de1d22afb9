// report.h: what a run showed, as text and as JSON.
//
// It is given plain numbers and knows neither a core nor a guest, so that a report can be
// tested, and a stored one printed again, without a run.
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "base/stat.h"
#include "base/types.h"

enum { REPORT_LEVELS = 8, REPORT_TOPDOWN = 4 };

struct report_level {
    const char *name;   // cache or TLB
    u64 accesses, misses;
};

struct report {
    u64 instructions;
    int exit_status;

    bool timed;   // the rest, down to host_seconds, is meant
    u64 cycles;
    double frequency_ghz;
    u64 slots[REPORT_TOPDOWN];   // retiring, bad speculation, frontend, backend
    u64 branches, mispredictions;
    struct report_level level[REPORT_LEVELS];
    unsigned levels;
    const struct stat_row *rows;   // the model's own counters, or NULL; JSON only
    const void *counters;
    const char *model, *core, *config_digest;

    double host_seconds;
    const char *version, *program, *program_digest, *command;
};

// `host` also writes how long the host took.
void report_text(const struct report *r, FILE *f, bool host);
void report_json(const struct report *r, FILE *f, bool host);

#endif
