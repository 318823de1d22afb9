// evidence.h: what the records of a run show of each static instruction: which addresses it
// accessed, where it went, what it waited for its sources.
//
// It is a consumer of the stream beside the timing model. It knows no time: who lost slots is
// loss.h's matter.
#ifndef EXPLAIN_EVIDENCE_H
#define EXPLAIN_EVIDENCE_H

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "core/instr/plan.h"
#include "stream/record.h"

struct evidence;

enum {
    EVIDENCE_STRIDES = 3,    // most frequent ones followed
    EVIDENCE_STORES = 4,     // stores that a load reads from
    EVIDENCE_TARGETS = 16,   // of a branch, told apart
    EVIDENCE_PAGES = 4096,   // bits by which pages are counted
};

// Of what accesses memory.
struct evidence_memory {
    u64 last, low, high;   // addresses; high: behind the last byte
    struct {
        i64 stride;
        u64 count;
    } stride[EVIDENCE_STRIDES];   // in no order
    u64 cross_line, cross_page;   // accesses that did
    u64 chased;      // whose address comes from the load's own last value
    u64 forwarded;   // that read bytes of a store shortly before
    u64 narrower;    // of these, bytes of several stores, or of a narrower one
    u64 moved;       // of these, of another store, or another number of instructions before
    u64 distance;    // that number
    vaddr store[EVIDENCE_STORES];   // by which, 0: no more
    u64 page[EVIDENCE_PAGES / 64];
};

// Of a branch.
struct evidence_branch {
    u64 taken;
    vaddr target[EVIDENCE_TARGETS];   // 0: no more
};

// Of a static instruction.
struct watched {
    struct plan plan;
    vaddr pc;
    u64 runs;
    u64 flow;   // cycle of its last result on a core without limits, on which only latencies count
    u64 advanced;   // how much later it was than the one before, summed where it was
    struct evidence_memory *memory;   // NULL: does not access any
    struct evidence_branch *branch;   // NULL: is none
};

// Lives in `a`. NULL and *e when the table of instructions cannot be read.
struct evidence *evidence_new(struct arena *a, const struct config *c, struct err *e);

// A stream_consumer; `evidence` is a struct evidence.
void evidence_feed(void *evidence, const struct record *r, size_t n);

// What is known of the instruction at `pc`, or NULL when it never ran.
const struct watched *evidence_at(const struct evidence *v, vaddr pc);

// Calls `each` for all that ran, in no order.
void evidence_each(const struct evidence *v, void (*each)(void *ctx, const struct watched *w),
                   void *ctx);

// The number of pages accessed, near enough up to some ten thousand.
u64 evidence_pages(const struct evidence_memory *m);

// The stride between most neighbouring accesses, and their share.
i64 evidence_stride(const struct watched *w, double *share);

#endif
