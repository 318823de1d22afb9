// m2sim.h: the public interface of m2sim, an Apple M2 simulator.
//
// One struct m2sim is one run of one guest program. Several can live in one process, one
// running at a time per host thread. Functions return false, NULL or a code on failure
// and then fill *e; nothing is printed except where a FILE is given.
//
//     struct m2sim_options o = { .program = "./a.out", .argv = argv, .mode = M2SIM_TIME };
//     struct m2sim_error e;
//     struct m2sim *s = m2sim_new(&o, &e);
//     if (!s)
//         return fprintf(stderr, "%s\n", e.text), e.exit_code;
//     int status = m2sim_run(s);
//     m2sim_report(s, stderr, 0);
//     m2sim_free(s);
#ifndef M2SIM_H
#define M2SIM_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)   // the library hides all other names
#endif

// Exit codes of the command line, beside the guest's own status and 128 + signal.
enum {
    M2SIM_EXIT_USAGE = 64,      // the command line is wrong
    M2SIM_EXIT_DATA = 65,       // an input is not what it should be
    M2SIM_EXIT_NO_INPUT = 66,   // an input does not exist or cannot be read
    M2SIM_EXIT_INTERNAL = 70,   // a fault of m2sim
    M2SIM_EXIT_OUTPUT = 74,     // an output cannot be written
    M2SIM_EXIT_CONFIG = 78,     // a core file or --set is wrong
    M2SIM_EXIT_LIMIT = 124,     // --max-instructions reached
};

struct m2sim_error {
    int exit_code;    // one of the above
    char text[512];   // one line, no newline
};

enum m2sim_mode {
    M2SIM_RUN,     // emulate only
    M2SIM_TIME,    // emulate and time
    M2SIM_COUNT,   // emulate and count each instruction's executions
};

// The part of a run that is timed. Zero means from the start to the end.
struct m2sim_region {
    const char *from_symbol;   // "F" or "F:N": where function F begins, the Nth time
    const char *to_symbol;   // where it ends, before that function
    uint64_t from_instruction, to_instruction;   // how many instructions ran before
    bool marks;   // between those of m2sim_roi.h
    bool warm_given;
    uint64_t
        warm;   // instructions at its beginning (before from_instruction) that only warm caches, TLBs
    // and predictors; default 0, before from_instruction a million
};

struct m2sim_output;

// Zero means the default for every field.
struct m2sim_options {
    const char *program;   // the guest's ELF file
    char *const *argv;   // its arguments, NULL-terminated; argv[0] included
    char *const *env;   // "NAME=VALUE", NULL-terminated; NULL: empty
    enum m2sim_mode mode;
    const char *model;   // of timing; default "fast"
    const char *core;   // name or file; default "m2-avalanche"
    const char *const *sets;   // "core.PATH=VALUE"
    size_t set_count;

    // The host's files the guest can reach: the working directory, the program, and these.
    const char *root;   // folder that is the guest's "/"
    const char *const *allow;   // paths to read and write, seen under the same name
    size_t allow_count;
    const char *const *allow_read;   // paths to read only
    size_t allow_read_count;
    bool host_files;   // everything the user can

    // The program and its environment are shown in a form that does not depend on where they
    // are: argv[0], AT_EXECFN and /proc/self/exe are /program/NAME, AT_UID and its like 1000.
    bool clean_env;
    uint64_t max_instructions;   // 0: no limit
    uint64_t seed;   // of everything random the guest sees, and of `draws`
    unsigned draws;   // M2SIM_TIME: the report says how sure its figures are, by so many
        // draws of what may be otherwise in the core; 0 for none, else from 3 to 1000
    struct m2sim_region region;   // M2SIM_TIME
    uint64_t interval;   // M2SIM_TIME: report also what each so many instructions did; 0: not
    bool profile;   // M2SIM_TIME: count by instruction and call path, for m2sim_profile_*
    bool pipeline;   // M2SIM_TIME: keep instructions with the cycles of their stages, for
        // m2sim_pipeline: the first of `region`, or
    const char *
        around;   // those around where function "F" or "F:N" begins, the Nth time; or, without either,
    // from an iteration of the loop that takes most cycles. Not beside `profile` or `draws`.
    unsigned
        instructions;   // that many; default 200, at most 100000. All but a loop's end the run.
    bool explain;   // M2SIM_TIME: watch what m2sim_explain says, as well; wants `profile`
    const char *gdb;   // "PORT" or "ADDRESS:PORT": m2sim_run waits there for a debugger
    bool deterministic;   // M2SIM_RUN: threads take turns and time is instructions
    const char *net;   // of M2SIM_NETS; default "loopback", the host's; or
    bool allow_net;   // sockets beyond loopback
    bool signals;   // what other processes send this one is the guest's: all is caught, and what
        // is ignored and blocked is so in the guest, as after execve
    uint64_t memory;   // bytes that all processes of the guest have together; default 16 GiB
    unsigned processes;   // at a time; default 1024
    bool interruptible;   // SIGINT and SIGTERM come by m2sim_interrupt()
    bool quiet;   // the first file kept from the guest is not told of
    // "interp" or "jit"; default jit, where the host and the mode have it. "jit-plain" is "jit" as
    // on a host without AVX2 and FMA, for tests.
    const char *exec;
    unsigned threads;   // of the host; 1: timing runs in the emulating one; default 2. With draws:
        // of those alone, beside these; default the host's processors
    bool perf_map;   // leave /tmp/perf-PID.map, from which perf names generated code
    FILE *messages;   // faults of the guest; default stderr
    FILE *strace;   // system calls are printed here
    const struct m2sim_output *output;   // of the run: hidden from the guest until its end
    const char *command;   // for the report's provenance

    // Called before the guest writes to the host's descriptor `fd`, by the thread that does, also
    // after a fork of the guest; `last` is the last byte. For who shows a line of progress.
    void (*writes)(void *ctx, int fd, char last);
    void *writes_ctx;
};

struct m2sim;

// Loads the program; nothing runs yet. Strings of `o` must live as long as the result.
struct m2sim *m2sim_new(const struct m2sim_options *o, struct m2sim_error *e);

// A wall around the whole process, for ever: of the host's system calls it, its threads and its
// children keep what a run of `s` needs (NULL: of any without sockets) and what the functions
// below need to report it; all others fail with ENOSYS. To be called before m2sim_run(), by a program that
// needs no others. False where the host has no seccomp: then all calls are left.
bool m2sim_sandbox(const struct m2sim *s, struct m2sim_error *e);

// Runs to the end and returns the exit code of the command line: the guest's status,
// 128 + signal, or M2SIM_EXIT_LIMIT. 130 when m2sim_stop() ended it.
int m2sim_run(struct m2sim *s);

// Ends m2sim_run() soon; may be called from a signal handler or another thread.
void m2sim_stop(struct m2sim *s);

// From a handler that blocks all signals, with options.interruptible: SIGINT or SIGTERM has come.
// The guest handles it as under Linux; by default it ends. The third in short order ends the run
// whatever the guest says: then true.
bool m2sim_interrupt(struct m2sim *s, const siginfo_t *info);

// Why m2sim_run() returned; of a signal, whether another program or a terminal sent it.
enum m2sim_ended {
    M2SIM_ENDED_EXIT,
    M2SIM_ENDED_SIGNAL,
    M2SIM_ENDED_LIMIT,
    M2SIM_ENDED_INTERRUPTED,
    M2SIM_ENDED_REGION,   // the region that was asked for ended, or all of a pipeline is there; the status is 0
    M2SIM_ENDED_MEMORY,   // the host lacks what the guest may have; the status is 70
};
enum m2sim_ended m2sim_ended(const struct m2sim *s);

// Whether the region that was asked for never began: then *e says why, and there is nothing to report.
bool m2sim_region_missed(const struct m2sim *s, struct m2sim_error *e);

// How far m2sim_run() is, from another thread.
struct m2sim_progress {
    uint64_t instructions;
    double ipc;   // M2SIM_TIME: by the last time it was asked; 0 when that is not known
};
void m2sim_progress(struct m2sim *s, struct m2sim_progress *p);

// Flags of m2sim_report. M2SIM_PAGE: as a page for a browser, of M2SIM_TIME alone.
enum { M2SIM_JSON = 1, M2SIM_NO_HOST = 2, M2SIM_PAGE = 16 };

// Writes what the run showed: instructions and, in M2SIM_TIME, the simulated time and
// where it went. M2SIM_NO_HOST leaves out the only figures that differ between two runs
// of the same program, those of the host. False on a write error.
bool m2sim_report(const struct m2sim *s, FILE *f, unsigned flags);

// Whether this build has the page (M2SIM_PAGE, and "html" of M2SIM_PROFILE_FORMATS); else *e, of
// M2SIM_EXIT_INTERNAL. To be asked before a run.
bool m2sim_can_page(struct m2sim_error *e);

// What a run writes to the file system. Open it before m2sim_new(), so that the guest can
// neither reach nor redirect it; use it for every FILE given above that is not a standard
// stream. A file stands under its name at its end, whole, or what was there stays.
struct m2sim_output;

// The file `path`, or the folder `path`, made if need be, for m2sim_report_folder; with
// `strace` system calls can be written there. NULL and *e when it cannot be written.
struct m2sim_output *m2sim_output_open(const char *path, struct m2sim_error *e);
struct m2sim_output *m2sim_output_folder(const char *path, bool strace, struct m2sim_error *e);

// Where to write to, until its end; of a folder that of system calls, else NULL.
FILE *m2sim_output_stream(struct m2sim_output *o);

// Gives a file its name: false and *e when it cannot be written. Or leaves all as it was; NULL
// is nothing. Either frees `o`.
bool m2sim_output_end(struct m2sim_output *o, struct m2sim_error *e);
void m2sim_output_drop(struct m2sim_output *o);

// Writes into a folder: report.txt, report.json, stats.txt in the format of gem5
// and, in M2SIM_TIME, config.yaml (a core file, to be given to --core again, and the table of
// instruction timings it names) and config.json. When all are written they take the place of an
// earlier run's, of which none stays. False with *e when one cannot be written.
bool m2sim_report_folder(const struct m2sim *s, struct m2sim_output *folder, unsigned flags,
                         struct m2sim_error *e);

// Writes where the time of a finished run with options.profile went, as one of M2SIM_PROFILE_FORMATS
// (NULL: "text"). Its sums are those of the report, to the slot. False with *e when it cannot be written.
bool m2sim_profile(const struct m2sim *s, const char *format, FILE *f, struct m2sim_error *e);

// Writes a profile that was kept in a file: as `format`, or when `function` is given its source and
// instructions; when `against` is, what changed from `path` to that one. False with *e.
struct m2sim_profile_view {
    const char *path;
    const char *format;   // default "text"
    const char *function;
    const char *against;
};
bool m2sim_profile_view(const struct m2sim_profile_view *o, FILE *f, unsigned flags,
                        struct m2sim_error *e);

// The format that a file's suffix means, or NULL.
const char *m2sim_profile_format_of(const char *path);

// Writes the instructions of a finished run with options.pipeline, as one of M2SIM_PIPELINE_FORMATS (NULL:
// "text"); `path`, which may be NULL, is what the file is called: one in .zst is compressed. False with *e when
// there are none or they cannot be written.
bool m2sim_pipeline(const struct m2sim *s, const char *format, const char *path, FILE *f,
                    struct m2sim_error *e);

// The format that a file's suffix means, or NULL.
const char *m2sim_pipeline_format_of(const char *path);

// Runs of a program on cores that are better in one thing, each a process of its own of this m2sim.
struct m2sim_what_ifs;

// Begins them: the run `o` on the cores of `names` (M2SIM_WHAT_IFS with commas between; NULL: all),
// `jobs` at a time. `words` are the options of `m2sim time` that mean the same as `o`, NULL-terminated.
// Before m2sim_new(). A program that reads a file as its standard input reads it in each; of
// anything else they have none. NULL and *e when they cannot be begun.
struct m2sim_what_ifs *m2sim_what_ifs_begin(const struct m2sim_options *o, const char *names,
                                            const char *const *words, unsigned jobs,
                                            struct m2sim_error *e);

// Ends those that still run; NULL is nothing.
void m2sim_what_ifs_free(struct m2sim_what_ifs *w);

// Says of a finished run with options.explain which are its largest losses, with their place and cure, and
// when `w` is not NULL what each what-if gives, for which it waits. False with *e when it cannot be said or written.
bool m2sim_explain(const struct m2sim *s, struct m2sim_what_ifs *w, FILE *f, unsigned flags,
                   struct m2sim_error *e);

// The parameters ("core.memory.width") that options.sets gave and the model does not read,
// ended by NULL. The report names them too.
const char *const *m2sim_unread(const struct m2sim *s);

void m2sim_free(struct m2sim *s);

// Writes instruction `word` at address `pc` as text; returns buf. 96 bytes hold every one.
const char *m2sim_disassemble(uint32_t word, uint64_t pc, char *buf, size_t size);

// What m2sim_disassemble_file prints. Zero means the default for every field.
struct m2sim_disasm {
    const char *const *functions;   // these alone; default all code
    size_t function_count;
    uint64_t start, stop;   // addresses of the file: from start up to stop, which is not included
};

// Disassembles the executable sections of an AArch64 program, library or object file (its executable
// segments when it has no sections) as llvm-objdump -d does, with M2SIM_JSON an object an instruction.
// Addresses are those of the file. A function the file has not, or no code between start and stop,
// is M2SIM_EXIT_DATA.
bool m2sim_disassemble_file(const char *path, const struct m2sim_disasm *o, FILE *f, unsigned flags,
                            struct m2sim_error *e);

// Prints which instructions m2sim has: name, syntax, feature, class, what tests it, and
// whether its timing on `core` (NULL: m2-avalanche) was measured or is assumed. With `path`,
// only those that the code of that ELF file contains, and how often. With
// `run`, a finished M2SIM_COUNT run, those it executed, and how often. Flags: M2SIM_JSON.
bool m2sim_isa(const char *path, const struct m2sim *run, const char *core, FILE *f, unsigned flags,
               struct m2sim_error *e);

// Flags of m2sim_config_show, beside M2SIM_JSON.
enum { M2SIM_ORIGIN = 4, M2SIM_FIT = 8 };

// Prints every parameter of a core after `sets`, with M2SIM_ORIGIN also where each value
// comes from and who measured it; with M2SIM_FIT instead how sure those are that may vary.
bool m2sim_config_show(const char *core, const char *const *sets, size_t set_count, FILE *f,
                       unsigned flags, struct m2sim_error *e);

// A parameter of a core, as --set and core files know it.
struct m2sim_parameter {
    const char *path;   // "core.rob.groups"; valid during the call
    const char *meaning;
    const char *unit;   // "" for none
    double min, max;   // of a number; otherwise 0
};

// Calls `each` with every parameter.
void m2sim_parameters(void (*each)(void *ctx, const struct m2sim_parameter *p), void *ctx);

// Is told a name and its meaning, one line or "". They last as long as the call.
typedef void m2sim_each(void *ctx, const char *name, const char *meaning);

// Calls `each` with every name that the parameter `path` may have, the first of the table
// first; false when it is not one of a few names, or there is no such parameter.
bool m2sim_choices(const char *path, m2sim_each *each, void *ctx);

// What m2sim_accuracy compares. Zero means the default for every field.
struct m2sim_accuracy {
    const char *suite;   // names of M2SIM_SUITES, commas between; default "all"
    const char *model;   // default "fast"
    const char *core;   // default: those each set was measured on
    const char *const *sets;   // "core.PATH=VALUE"
    size_t set_count;
    const char *guests;   // folder of built guests; default out/guest beside the build
    const char *measured;   // folder of measurements; default measured/ beside the build
    const char *output;   // folder for plots and the page index.html; NULL: none
    unsigned threads;   // default 1
    unsigned every;   // take one measurement in so many; default 1
    const char
        *vs;   // compare with a file of --json, or a history, perhaps with "@RUN" or "@LABEL"
    const char *history;   // SQLite file to append to
    const char *page;   // HTML file for what the history shows
    const char *label;   // of this result, such as the commit
    const char *command;   // for the history
    double margin;   // how far the mean paired error may be off and is kept; default 0.005
    double fail_over;   // a mean error greater by more than this (0.02) is a failure; 0: never
    bool *worse;   // set to whether by fail_over it failed; may be NULL
    // Called now and then from any thread, one at a time; may be NULL.
    void (*progress)(void *ctx, const char *what, size_t done, size_t total);
    // Called first, for each parameter of `sets` ("core.PATH") that the model does not read; may be
    // NULL. The suite "models" has both models, and is not told of any.
    void (*unread)(void *ctx, const char *path);
    void *ctx;
};

// Flags of m2sim_accuracy, beside M2SIM_JSON: name every measurement that is missed; write Markdown.
enum { M2SIM_LIST = 8, M2SIM_MARKDOWN = 16 };

// Simulates what real machines were measured at and writes how far the model is off; with `vs`, or
// with `fail_over` and a history, whose latest result of the model counts, what moved since, a paired test,
// and (with M2SIM_JSON to stderr) what failed.
bool m2sim_accuracy(const struct m2sim_accuracy *o, FILE *f, unsigned flags, struct m2sim_error *e);

// Files of measurements, for m2sim_measured. Zero means the default for every field.
struct m2sim_measured {
    const char *const *files;
    size_t count;
    bool add;   // put their rows into the folder's tables, if none is wrong
    const char *folder;   // default measured/ beside the build
    // Is told each fault, "FILE:LINE: ..."; may be NULL.
    void (*fault)(void *ctx, const char *text);
    void *ctx;
};

// Checks files of measurements (see measured/README.md) and writes what each is. A row that is added replaces
// that of the same name and machine; a table is there whole, or as it was. *wrong: the files have faults.
bool m2sim_measured(const struct m2sim_measured *o, FILE *f, unsigned flags, bool *wrong,
                    struct m2sim_error *e);

// What m2sim_calibrate does. Zero means the default for every field, but where said.
struct m2sim_calibrate {
    const char *
        suite;   // names of M2SIM_FITTED, commas between; default all measured on the core but probes
    const char *model;   // default "fast"
    const char *core;   // default "m2-avalanche"
    const char *const *sets;   // "core.PATH=VALUE"
    size_t set_count;
    const char *guests;   // folder of built guests; default out/guest beside the build
    const char *measured;   // folder of measurements; default measured/ beside the build
    const char
        *cache;   // SQLite file of what the model has answered; default in the user's cache folder
    const char
        *parameters;   // those that may be moved, commas between; default all that have a prior
    unsigned most;   // of them that are fitted; default 10, of `parameters` all
    unsigned folds;   // default 5; 1: none
    unsigned trajectories;   // of the screening; default 2
    int global;   // iterations of the search over the whole range; below 0: the default, 60
    unsigned local;   // of each from a place on; default 60
    uint64_t seed;   // of all that is random
    bool perturb;   // begin from values moved away by the seed, of which the fit does not know
    bool dry_run;   // say what would be done, and how long an iteration takes
    unsigned iterations;   // of dry_run that are timed; default 1
    unsigned threads;   // of the host; default 2
    unsigned every;   // take one measurement in so many; default 1
    const char *command;   // for the core file's provenance
    const char *core_file;   // that it is written to; none that the core is made of
    const volatile int *stop;   // set by a signal handler: ends soon; made again, it goes on there
    void (*progress)(void *ctx, const char *what, size_t done, size_t total);   // may be NULL
    void *ctx;
};

// Finds parameters of a core with which the model answers as real machines did, and how sure that is.
// Writes tables (or M2SIM_JSON) to `f` and, unless it was stopped or `core` is NULL, a core file that extends
// the one calibrated to `core`.
bool m2sim_calibrate(const struct m2sim_calibrate *o, FILE *f, FILE *core, unsigned flags,
                     struct m2sim_error *e);

// What m2sim_bench measures. Zero means the default for every field.
struct m2sim_bench {
    const char *program;   // the m2sim to measure; default the running program
    const char *guests;   // folder of built guests; default out/guest beside the build
    const char *filter;   // patterns of names or groups, commas between; default "int,fp"
    const char *modes;   // "start,run,interp,fast,detailed" or some of them
    const char *vs;   // a file of --json, or a history, perhaps with "@RUN" or "@LABEL"
    const char *vs_command;   // the other program: {} is the guest's command line, {mode} m2sim's
    const char *history;   // SQLite file to append to
    const char *page;   // HTML file for what the history shows
    const char *label;   // of this run in the history, such as the commit
    const char *command;   // for the result's provenance
    bool profile;   // instead: run each program once, and say where time and allocations go
    const char *folded;   // with profile: file for call stacks
    unsigned repetitions;   // default 7, with quick 5; at most 50
    bool quick;   // few programs, little work
    bool wall;   // compare wall-clock time instead of the CPU time of the process
    double fail_over;   // slower than `vs` by more than this share (0.03) is a failure; 0: never
    const volatile int *stop;   // set by a signal handler: ends soon, with what there is
    // Called before each run of a program; may be NULL.
    void (*progress)(void *ctx, const char *what, size_t done, size_t total);
    void *ctx;
};

// Measures how fast m2sim runs guest programs, and writes a table (or M2SIM_JSON). *slower: by
// fail_over it failed, and f says what is slower (with M2SIM_JSON, stderr).
bool m2sim_bench(const struct m2sim_bench *o, FILE *f, unsigned flags, bool *slower,
                 struct m2sim_error *e);

// -- What may be chosen, and how words are read --

enum m2sim_list {
    M2SIM_MODELS,   // of timing
    M2SIM_CORES,   // of the folders of core files; any other file may be named by its path
    M2SIM_ENGINES,   // m2sim_options.exec
    M2SIM_SUITES,   // m2sim_accuracy.suite
    M2SIM_FITTED,   // m2sim_calibrate.suite
    M2SIM_BENCH_MODES,   // m2sim_bench.modes
    M2SIM_CLOCKS,   // m2sim_bench.wall: cpu, wall
    M2SIM_NETS,   // m2sim_options.net
    M2SIM_PROFILE_FORMATS,   // m2sim_profile
    M2SIM_PIPELINE_FORMATS,   // m2sim_pipeline
    M2SIM_FORMATS,   // of either
    M2SIM_WHAT_IFS,   // m2sim_what_ifs_begin
    M2SIM_LISTS
};

// Calls `each` for every name of a list, in its order.
void m2sim_names(enum m2sim_list list, m2sim_each *each, void *ctx);

// Whether `name` is in a list. If not, *e says what the list has, and which is nearest.
bool m2sim_choose(enum m2sim_list list, const char *name, struct m2sim_error *e);

// The one of `count` names that `word` is a misspelling of, or NULL.
const char *m2sim_nearest(const char *word, const char *const *names, size_t count);

// Reads a whole number: decimal digits, or 0x and hexadecimal ones, and perhaps a suffix, behind
// blanks or not, in letters of either case: k, M, G are thousands, KiB, MiB, GiB powers of 1024. False when `text`
// is none, or too large.
bool m2sim_number(const char *text, uint64_t *value);
#define M2SIM_SUFFIXES "k, M, G, KiB, MiB, GiB"

const char *m2sim_version(void);   // the release: "0.1.0"

// The release and the commit this was built from, "0.1.0+gbdd1d7f", with "-dirty" when its sources were
// changed since; the release alone where git did not know them.
const char *m2sim_full_version(void);

// A digest of what decides the figures: the sources of the models, the executor and the guest's
// world, and the cores. Of two builds with the same one, the same run gives the same figures.
const char *m2sim_model_digest(void);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
