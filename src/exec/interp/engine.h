// engine.h: what the dispatch of handlers.h and the run loop of engine.c share.
#ifndef EXEC_ENGINE_H
#define EXEC_ENGINE_H

#include <setjmp.h>

#include "exec/exec.h"
#include "isa/insn.h"

// A handler runs one instruction and tail-calls the next one's (or, in builds where
// tail calls are not sure, returns to a loop). `t` is the table it dispatches through (handler *const *);
// `left` is where the budget ends: (left - i) / 16 instructions remain at i. Branches
// move it by the distance they skip, so counting costs nothing between them.
typedef void handler(struct cpu *c, const struct insn *i, const void *t, u64 left,
                     struct record *rec);

#ifdef EXEC_TAIL_CALLS   // the build says so
#elif defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
#define EXEC_TAIL_CALLS 1
#else
#define EXEC_TAIL_CALLS 0
#endif

// One exec_run() in progress.
struct exec {
    const struct space *space;
    struct recorder *recorder;
    struct trap trap;
    const struct insn *next;   // the instruction to go on with
    bool stopped;
    bool shared;   // other threads execute at the same time
    struct insn bad;   // stands for a branch target that cannot hold code (cpu.bad_pc)
    sigjmp_buf escape;   // where a guest fault goes

    // Of exec/jit/: called at a fault of host code that is no C function; fills *c, `next` and
    // t->write.
    bool (*fault)(void *ctx, struct cpu *c, void *context, struct trap *t);
    void *fault_ctx;
    u64 cut;   // taken off cpu.left because the records' buffer has no more room
    bool reading;   // guest code is being read: a fault goes to read_failed
    sigjmp_buf read_failed;
};

// Decodes the word at `i` in place. Reading it may fault, as executing it would.
void exec_decode(struct cpu *c, const struct insn *i);
// Between the two this host thread's faults are c's, and its floating point is the guest's.
void exec_begin(struct cpu *c, struct exec *e);
void exec_end(struct cpu *c);
// Ends a stretch in which records up to `rec` were made.
void exec_close_records(struct recorder *r, struct record *rec);
// The handler of a straight instruction.
const void *exec_handler(u16 run, bool recording);
void exec_stop(struct cpu *c, const struct insn *i, const void *t, u64 left, struct record *rec);
// Hands the full buffer over and goes on at `i`.
void exec_record_full(struct cpu *c, const struct insn *i, const void *t, u64 left,
                      struct record *rec);

// The handlers of each part of a64.def, in the order of its rows and variants.
#define PART(name) \
    extern handler *const exec_plain_##name[], *const exec_record_##name[]; \
    extern const size_t exec_count_##name;
PART(base)
PART(mem)
PART(fp)
PART(fp_v3)
PART(simd)
#undef PART

#endif
