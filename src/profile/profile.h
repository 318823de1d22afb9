// profile.h: what a run spent where: a profile, made by a run or read from a file.
//
// Slots and events are counted exactly, for each static instruction on each call path; all sums
// (by line, function, path, file) are of these. It knows no core and no guest: what causes and
// events there are, and what they mean, is in it. Cycles are slots / width.
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"

enum { PROFILE_VERSION = 1, PROFILE_MOST_CAUSES = 64, PROFILE_MOST_EVENTS = 64 };

#define PROFILE_NONE (~0u)   // no function, file, instruction

struct profile_label {
    const char *name, *doc;
    const char *group, *class;   // of a cause: its level 2 and level 1 of top-down; else ""
};

// A file that was mapped; addresses in it are those of the run less `bias`.
struct profile_object {
    const char *path;
    u64 bias;
};

// Without a name of its own: one of "0xADDRESS", of size 0.
struct profile_function {
    const char *name;
    u32 object;   // or PROFILE_NONE
    u64 address, size;   // of the run; of one that is always inlined 0
    const char *file;   // source, or NULL
    u32 line;
};

// Functions inlined at an instruction, innermost first: `function` was called from `file`:`line`
// of the next; the last of a list is called from the function the instruction is in.
struct profile_inline {
    const char *function;
    const char *file;
    u32 line;
    u32 next;   // or PROFILE_NONE
};

struct profile_instruction {
    u64 address;   // of the run; ~0: no instruction is to blame
    u32 word;
    u32 function;
    u32 object;   // or PROFILE_NONE
    const char *file;   // source, of the innermost inlined function, or NULL; with
    u32 line;
    u32 inlined;   // or PROFILE_NONE
};

struct profile_path {
    u32 parent;   // a lower number; of the first, 0, and of roots: 0
    const char *kind;   // "none" (of the first), "root", "call", "jump", "signal"
    u64 site;   // address of the call; 0: none
    u64 entry;   // of its function
    u32 function;
    u64 calls;
};

// What an instruction cost on a path.
struct profile_cost {
    u32 path, instruction;
    const u64 *slots, *events;   // by cause, by event
};

struct profile {
    const char *command, *program, *program_digest, *version, *model, *core, *config_digest;
    double frequency_ghz;
    u64 width, cycles, instructions;   // of the whole run, as `time` reports them
    u64 folded;   // calls that are on the path of their function further up
    bool paths_full;   // there were more paths than could be kept
    const char *report, *config,
        *labels;   // of the run, as JSON (report.h, config.h); NULL: not known, as of a file
    struct profile_label *cause, *event;
    u32 causes, events;
    struct profile_object *object;
    u32 objects;
    struct profile_function *function;
    u32 functions;
    struct profile_inline *inlined;
    u32 inlines;
    struct profile_instruction *instruction;   // by address
    u32 instruction_count;
    struct profile_path *path;
    u32 paths;
    struct profile_cost *cost;   // by path, then by instruction
    u32 costs;
};

// A way to write one: the rows of formats.def. `write` is false with *e when it cannot be written.
struct profile_format {
    const char *name, *suffix, *doc;
    const char *file;   // its name in a folder: "profile.txt"
    bool (*write)(const struct profile *p, FILE *f, struct err *e);
};
enum {
#define FORMAT(...) +1
    PROFILE_FORMATS = 0
#include "profile/formats.def"
#undef FORMAT
};
extern const struct profile_format
    profile_formats[PROFILE_FORMATS + 1];   // ends with one without name

// Whether this build can write it; else false with *e.
bool profile_can(const struct profile_format *format, struct err *e);

// The format called `name`, and that of a file's suffix; NULL: none.
const struct profile_format *profile_format(const char *name);
const struct profile_format *profile_format_of(const char *path);

#define FORMAT(name, ...) \
    bool profile_##name(const struct profile *p, FILE *f, struct err *e);
#include "profile/formats.def"
#undef FORMAT

// Source and instructions of the functions called `name`, with what each cost and why. False with *e
// when there is none.
bool profile_annotate(const struct profile *p, const char *name, FILE *f, struct err *e);

// Reads a file into `a`. NULL and *e when it cannot be read or is not what it should be.
struct profile *profile_read(const char *path, struct arena *a, struct err *e);

// -- Sums --

struct profile_sum {
    u64 slots[PROFILE_MOST_CAUSES], events[PROFILE_MOST_EVENTS];
    u64 all;   // slots
};

void profile_sum_add(const struct profile *p, struct profile_sum *s, const struct profile_cost *c);

// Of each instruction over all paths, each function's own, of the source lines in order of
// their files' names and numbers, and of each path alone or with all below it. The caller frees.
struct profile_sum *profile_by_instruction(const struct profile *p);
struct profile_sum *profile_by_function(const struct profile *p);
struct profile_sum *profile_by_path(const struct profile *p, bool below);

// What is spent in a function and in what it calls; functions on one path twice count once.
u64 *profile_inclusive(const struct profile *p);   // slots, by function

// The functions by slots of their own, most first, where `own` is profile_by_function; and how often
// each was called. The caller frees.
u32 *profile_hottest(const struct profile *p, const struct profile_sum *own);
u64 *profile_calls(const struct profile *p);

struct profile_line {
    const char *file;
    u32 line, function;   // the function with most of its slots
    struct profile_sum sum;
};
struct profile_line *profile_by_line(const struct profile *p, u32 *count);   // most slots first

void profile_total(const struct profile *p, struct profile_sum *s);

// The number of a cause or event by its name, or PROFILE_NONE.
u32 profile_cause(const struct profile *p, const char *name);
u32 profile_event(const struct profile *p, const char *name);

// The cause with most slots but for those retiring, and what to say of it; NULL when none has any.
const struct profile_label *profile_worst(const struct profile *p, const struct profile_sum *s,
                                          u64 *slots);

#endif
