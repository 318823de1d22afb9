// core.h: a simulated core, seen from outside: its parts (parts.h) and the model that times them.
//
// It has this life-cycle: made from parameters in an arena, fed the stream of retired
// instructions, drained, read. It decides when things happen, never what; the same records
// give the same numbers, however they are cut into batches and wherever definitions stand
// before the first record they are for. Once drained it may be fed on, go on with another
// model, or be warmed.
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/stat.h"
#include "config/config.h"
#include "core/account.h"
#include "core/observe.h"
#include "stream/record.h"
#include "uarch/bpred/bpred.h"
#include "uarch/hierarchy.h"
#include "uarch/lap.h"
#include "uarch/memdep.h"
#include "uarch/tlb.h"

struct core;

// Makes the model called `model` ("fast") of the core `c` describes. NULL and *e when
// there is no such model or its instruction table cannot be read.
struct core *core_new(struct arena *a, const struct config *c, const char *model, struct err *e);

// Whether a prefetcher of the core that `c` describes looks at what the program's lines hold.
bool core_reads_lines(const struct config *c);

// Takes `n` records in program order. When core_reads_lines they must tell of memory
// (RECORD_WORD), or that prefetcher sees nothing.
void core_feed(struct core *c, const struct record *r, size_t n);

// The cycle, summed over models, in which the last instruction fed so far retires. Nothing is
// drained: feeding goes on as if this had not been asked.
cycle core_now(const struct core *c);

// Everything in flight retires and every slot is accounted for. What is fed behind it is
// fetched anew. Draining what is drained does nothing.
void core_drain(struct core *c);

// Goes on with the model called `model` and the same parts; drained. Each model goes on where
// it stopped: cycles, slots and what it counts are summed over models. False and *e, with
// nothing changed, when there is no such model or it cannot have such a core.
bool core_use(struct core *c, const char *model, struct err *e);

// Shows `n` records in program order to caches, TLBs and predictors only; drained. It takes no
// time and is no instruction of core_stats, but the parts count what they see.
void core_warm(struct core *c, const struct record *r, size_t n);

// What caches, TLBs and predictors have counted so far, as they were warmed, is in no core_stats from
// now on.
void core_discount(struct core *c);

// From now on slots and events are also counted by static instruction, which costs time.
void core_profile(struct core *c);

// What is fed from now on ran on path `number`, below PLAN_PATHS; at first 0. Wherever it is counted by
// instruction it is so by path, too; what is done on wrong paths counts for path 0. Cycles do not
// depend on it. Paths take memory for the code that ran on each.
void core_path(struct core *c, u32 number);

// Calls `each` for every static instruction, on each path, of which anything was counted since,
// summed over models, in no order; with pc ACCOUNT_NOBODY for slots that none is to blame for, if any.
void core_each_cost(const struct core *c, account_cost *each, void *ctx);

// Tells `o` of every instruction and interval from now on; NULL: nobody listens. The core must
// be drained. `o` is not copied.
void core_observe(struct core *c, const struct observer *o);

// What can be full.
enum structure {
#define STRUCTURE(name, ...) STRUCTURE_##name,
#include "core/structure.def"
#undef STRUCTURE
    STRUCTURE_COUNT
};

extern const struct core_row core_structures[STRUCTURE_COUNT];

enum { CORE_BINS = 16 };   // of an occupancy histogram

// A structure with a number of entries. Bin k counts the cycles in which more than
// k / CORE_BINS of them, and up to (k + 1) / CORE_BINS, were taken; bin 0 also those
// in which none was.
struct core_structure {
    u64 entries;
    u64 full;   // cycles in which rename stopped because it had no room
    u64 bin[CORE_BINS];
};

enum { CORE_MODELS = 2 };   // of models.def

struct core_stats {
#define STAT(field, ...) u64 field;
#include "core/core_stats.def"
#undef STAT
    u64 slots[TOPDOWN_COUNT];   // sum to width x cycles exactly, once drained
    u64 slots2[TOPDOWN2_COUNT];   // the same slots, by level 2
    u64 stack[STACK_COUNT];   // and by cause
    struct hierarchy_stats memory;
    struct tlb_stats tlb;
    struct bpred_stats predictor;
    struct memdep_stats waits, forwards;
    struct lap_stats lap;
    bool structures;   // `structure` is meant
    struct core_structure structure[STRUCTURE_COUNT];
    struct stat_group model[CORE_MODELS];   // what each that ran counts beyond this
    const char *runs;   // the path of the one that runs
};

// The sums of `stack` by level 2, and of those by level 1.
void core_sum_slots(struct core_stats *s);

// What `model` points to lives as long as the core. counters.h gives all of it paths.
void core_stats(const struct core *c, struct core_stats *s);

#endif
