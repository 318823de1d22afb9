// pipeline.h: some instructions of a run, each with the cycles at which it passed the stages.
//
// An observer (core/observe.h) that keeps a stretch of what a core tells of: the first instructions,
// those around a place, or some of the hottest loop; and writers that show what was kept. It knows neither
// names nor text: whoever shows it gives them.
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/core.h"

// -- Keeping --

enum { PIPELINE_MOST = 100000 };   // instructions

enum pipeline_what {
    PIPELINE_FIRST,   // from the first instruction on
    PIPELINE_AROUND,   // before and from a place
    PIPELINE_LOOP,   // from an iteration of the loop that took most cycles; without one, the first
};

struct pipeline;

// Keeps `count` retired instructions, at most PIPELINE_MOST, and what was thrown away between. `arrives`
// says of PIPELINE_AROUND whether the instruction at `pc`, which retires, is the place.
struct pipeline *pipeline_new(enum pipeline_what what, u32 count, bool (*arrives)(void *, vaddr pc),
                              void *ctx);
void pipeline_free(struct pipeline *p);

// Who is to be told of instructions: give it to core_observe.
const struct observer *pipeline_observer(const struct pipeline *p);

// What is fed to the core next, so that it is known which thread an instruction is of.
void pipeline_feed(struct pipeline *p, const struct record *r, size_t n);

// Whether all is there that was wanted, so that the run may end; never of PIPELINE_LOOP.
bool pipeline_done(const struct pipeline *p);

// -- Showing --

enum { PIPELINE_PRODUCERS = PLAN_SOURCES };

struct pipeline_inst {
    vaddr pc;
    u32 word;
    u32 thread;
    struct times t;
    u32 producers;   // that are in the list: numbers there
    u32 producer[PIPELINE_PRODUCERS];
    u8 source[PLAN_SOURCES], result[PLAN_RESULTS];   // PLAN_X0 …
    u8 source_count, result_count;
    const char *text;   // disassembly
    const char *function;   // where it is, or NULL; and how far in
    u64 offset;
};

// In fetch order. Cycles are those of the core.
struct pipeline_view {
    struct pipeline_inst *inst;
    u32 count, retired;
    cycle begin, end;   // of the first fetch, of the last retirement
    u64 before;   // instructions retired before the first
    vaddr loop;   // PIPELINE_LOOP: where it begins
    double share;   // of the cycles it took
    const char *program, *model, *what;   // for titles
};

// What was kept, once the core is drained; false when it is nothing. The list is the arena's.
bool pipeline_read(struct pipeline *p, struct arena *a, struct pipeline_view *v);

// Stages in their order, and what each letter means.
struct pipeline_stage {
    char letter;
    const char *name, *meaning;
};
enum { PIPELINE_STAGES = 6 };
extern const struct pipeline_stage pipeline_stages[PIPELINE_STAGES];

// The cycle of stage `k`; 0 when the instruction did not come so far. The last is retirement alone: 0 of what is
// thrown away.
cycle pipeline_at(const struct pipeline_inst *i, u32 k);

// What it waited for before rename, "" when for nothing.
const char *pipeline_wait(const struct pipeline_inst *i);

// Writers: formats.def.
struct pipeline_format {
    const char *name, *suffix, *doc;
    void (*write)(const struct pipeline_view *v, FILE *f);
};

enum {
#define FORMAT(name, ...) PIPELINE_##name,
#include "pipeline/formats.def"
#undef FORMAT
    PIPELINE_FORMATS
};

#define FORMAT(name, ...) void pipeline_##name(const struct pipeline_view *v, FILE *f);
#include "pipeline/formats.def"
#undef FORMAT

extern const struct pipeline_format pipeline_formats[PIPELINE_FORMATS + 1];   // ends with NULL

// The format of a name, or that a file's suffix means (".kanata", ".kanata.zst"); NULL: none.
const struct pipeline_format *pipeline_format(const char *name);
const struct pipeline_format *pipeline_format_of(const char *path);

#endif
