// report.h: what a run showed, as text and as JSON.
//
// It is given plain numbers and knows neither a core nor a guest, so that a report can be
// tested, and a stored one printed again, without a run.
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "base/stat.h"
#include "base/types.h"

enum { REPORT_TOPDOWN = 4, REPORT_BINS = 16 };

// A part of the slots; `of` is its class, one level up.
struct report_slots {
    const char *name, *title;   // a cause: what it means
    u32 of;
    u64 slots;
};

struct report_structure {
    const char *name, *doc;
    u64 entries, full;           // cycles in which rename waited for it
    const u64 *bin;              // cycles by how full it was, REPORT_BINS of them
};

struct report_event {
    u32 number;
    const char *name, *apple;   // "" where Apple has none
    u64 value;
};

// A stretch of a run.
struct report_interval {
    u64 instructions, cycles;
    u64 mispredictions, l1d_misses, l2_misses;
    u64 lines;           // of 64 bytes that it touched
    const u64 *cause;    // slots, by report.cause
};

struct report {
    u64 instructions;
    int exit_status;
    const char *ended;   // exit, signal, limit, interrupted, region or memory
    const char *region;   // what of the run is timed; NULL: all. With
    u64 before,
        warmed;   // instructions that ran before, and that warmed caches; not in `instructions`

    bool timed;   // the rest, down to host_seconds, is meant
    u64 cycles;
    u32 threads, children;   // that the program started, besides its first
    bool may_differ;         // from another run alike, since children ran beside it
    double frequency_ghz;
    u64 slots[REPORT_TOPDOWN];   // retiring, bad speculation, frontend, backend
    const struct report_slots *level2, *cause;   // those of a class sum to its slots
    unsigned level2s, causes;
    const struct report_structure *structure;
    unsigned structures;
    const struct report_event *event;   // Arm's names for what was counted
    unsigned events;
    const struct stat_group *groups;   // everything that was counted; tables.def shows of it
    const char *runs;                  // the path of the model's own
    const char *model, *core, *config_digest;
    const char *const *unread;   // parameters set that the model does not read, ended by NULL

    const struct report_interval *interval;   // of `every` instructions each, the last of fewer
    size_t intervals;   // 0: nobody asked
    u64 every;

    const struct report_uncertainty *uncertainty;   // uncertainty.h; NULL: nobody asked

    double host_seconds;
    const char *release;   // the text's; the JSON has the exact version
    const char *version, *model_digest;
    const char *program, *program_digest, *command;
    const char *environment_digest;   // of a timed run
    u64 memory;   // bytes that the program may have, of a timed run
};

// `host` also writes how long the host took.
void report_text(const struct report *r, FILE *f, bool host);
void report_json(const struct report *r, FILE *f, bool host);

// What the names in that JSON mean, as JSON: "causes" of the slots, each [name, meaning, title of its
// level 2, of its level 1], and "structures", each [name, meaning]. For a page that shows a report.
void report_labels_json(const struct report *r, FILE *f);

// In the format of gem5's stats.txt, under gem5's names where it has them.
void report_gem5(const struct report *r, FILE *f, bool host);

#endif
