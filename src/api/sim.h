// sim.h: what the files of api/ know of a simulation.
#ifndef API_SIM_H
#define API_SIM_H

#include <limits.h>

#include <pthread.h>

#include "api/draws.h"
#include "base/arena.h"
#include "base/output.h"
#include "config/config.h"
#include "core/core.h"
#include "exec/machine.h"
#include "explain/evidence.h"
#include "gdb/gdb.h"
#include "guest/process.h"
#include "m2sim.h"
#include "profile/count.h"
#include "stream/canonical.h"
#include "stream/stream.h"
#include "symbols/symbols.h"

struct m2sim {
    struct m2sim_options options;
    struct arena *arena;
    struct config config;     // M2SIM_TIME
    const char *const *unread;   // set, and not read by the model; M2SIM_TIME, else NULL
    struct process *process;
    struct core *core;        // M2SIM_TIME, else NULL
    struct draws *draws;      // of its parameters: options.draws, else NULL
    struct counts *counts;    // M2SIM_COUNT, else NULL
    struct region_watch *region;   // what is timed; NULL: all
    bool discounted;   // what was counted while the core was warmed
    struct intervals *intervals;   // options.interval, else NULL
    struct tracing *tracing;   // options.pipeline, else NULL
    struct profiling *profiling;   // options.profile, else NULL
    struct evidence *evidence;   // options.explain, else NULL
    stream_consumer *watch;   // M2SIM_COUNT, of api_watched, else NULL; with
    void *watch_ctx;
    struct stream *stream;    // of either, else NULL
    struct canonical canonical;     // how the core's records are made from the stream's, where
    struct record *as_in_largest;   // the window is not the largest: RECORD_BATCH, or NULL
    struct machine machine;
    struct gdb *gdb;          // the debugger's server, or NULL
    enum guest_net net;
    int net_maker;            // NET_private, else -1; with
    u64 net_cookie;
    int gdb_listener;         // where it is waited for, or -1
    int asked;                // how far it is, by m2sim_progress; answered in the next two
    u64 seen_instructions, seen_cycles;
    bool child;   // this is a fork of the simulator, made by the guest
    u64 forked_at;   // instructions by then
    char *root;               // options.root without links, or NULL
    struct view_rule *rules;  // options.allow and allow_read
    volatile int stop;
    volatile int interrupts;           // that came in short order
    u64 interrupted_at;                // when, of host_ns()
    int stop_signal;                   // what set `stop`, or 0
    volatile int starved;              // the host's lack of memory did
    enum machine_end end;
    pthread_t runner;   // the host thread in m2sim_run, while it `runs`
    int runs;
    int status;
    double host_seconds;
    char environment[17];     // digest of what the program is given at its start
    char digest[17];          // of the program file; M2SIM_TIME
    FILE *perf_map;           // options.perf_map, or NULL
    struct view_hidden hidden[2];   // files of ours that the guest could come upon
    struct output_place output;     // the name of one
    char perf_name[32];       // of the other
    size_t hidden_count;
    char *table;              // M2SIM_TIME with output: the file of instruction timings
    size_t table_size;
};

// Cycles until everything the guest has executed so far has retired; M2SIM_TIME.
cycle api_cycles(struct m2sim *s);

// The guest's own address of what the core sees at `pc`, as it would be in the largest window.
static inline vaddr api_guest_address(const struct m2sim *s, vaddr pc)
{
    return s->as_in_largest ? canonical_back(&s->canonical, pc) : pc;
}

// m2sim_new() of a run in M2SIM_COUNT of which `watch` sees the records, instead of counting.
struct m2sim *api_watched(const struct m2sim_options *o, stream_consumer *watch, void *ctx,
                          struct m2sim_error *e);

// Makes the digest of the program; false, and *e, when it cannot be read.
bool api_digest_program(const struct m2sim *s, char digest[17], struct m2sim_error *e);

// profiling.c: counts by instruction and path what is fed to the core, from m2sim_new() on.
struct profiling *profiling_new(struct m2sim *s);
void profiling_free(struct profiling *p);
void profiling_feed(struct profiling *p, const struct record *r, size_t n, bool warm);

// pipeline.c: keeps instructions as they pass the core, from m2sim_new() on. NULL and *e when what is asked for
// cannot be. Is shown what is fed to the core, before it is; ends the run when it has all.
struct tracing *tracing_new(struct m2sim *s, struct m2sim_error *e);
void tracing_free(struct tracing *t);
void tracing_feed(struct tracing *t, const struct record *r, size_t n);
void tracing_fed(struct tracing *t);
bool tracing_done(const struct tracing *t);

// debug.c: waits on options.gdb's port from m2sim_new() on, and serves the debugger that
// connects when the guest begins. False and *e when the port cannot be had.
bool api_debug_listen(struct m2sim *s, struct m2sim_error *e);
void api_debug_begin(struct m2sim *s);

// perf_map.c: opens /tmp/perf-PID.map, hidden from the guest; writes it for the generated code
// there is.
void api_open_perf_map(struct m2sim *s);
void api_write_perf_map(struct m2sim *s);

// Fills *e and returns false.
bool api_fail(struct m2sim_error *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

// The same of `why`, with `code` when it is the input that is at fault.
bool api_fail_for(struct m2sim_error *e, int code, const struct err *why);

// What `vs` names: FILE, or HISTORY@RUN: the path, and the run or NULL. False when it cannot be read.
bool api_split_run(const char *vs, char path[PATH_MAX], const char **run, struct m2sim_error *e);

// The folder of the running program and `below` (at most 60 bytes), when that is there.
bool api_beside_program(char path[PATH_MAX], const char *below);

// m2sim_choose() of a timing model, whose absence is M2SIM_EXIT_CONFIG.
bool api_choose_model(const char *name, struct m2sim_error *e);

// What options.net and allow_net name; both are refused.
bool api_choose_net(const struct m2sim_options *o, enum guest_net *net, struct m2sim_error *e);

// m2sim_choose() of each of `names`, which have commas between.
bool api_choose_some(enum m2sim_list list, const char *names, struct m2sim_error *e);

// Where bench/guest/build puts the guest programs, by default.
const char *api_guest_folder(char path[PATH_MAX]);

// disasm.c: the code of an AArch64 ELF file, of which there is some; else NULL and *e.
struct symbols *api_code_of(const char *path, struct m2sim_error *e);

#endif
