// record.h: what is said of each instruction that retired, and of what happened between.
//
// The recording executor makes them in program order, into buffers of RECORD_BATCH entries;
// stream.h carries them to consumers, trace.h to a file and back.
#ifndef STREAM_RECORD_H
#define STREAM_RECORD_H

#include <stdbool.h>

#include "base/types.h"

// head: pc in bits 47-0, then the flags.
//   RECORD_DEF    not an instruction: the word at pc, in addr; comes before the first
//                 record of each static instruction and again when its code changed
//   RECORD_TAKEN  a branch was taken; addr is its target
//   both          not an instruction: bits 61-56 are an enum record_kind
// Otherwise addr is the address of the first byte of the memory access (tag bits
// removed); of UDIV and SDIV, which have none, the bits of the quotient's absolute value,
// 0 to 64; else 0. A conditional store that failed and a load to XZR have their record
// like any other.
struct record {
    u64 head;
    u64 addr;
};

#define RECORD_PC ((1ull << 48) - 1)
#define RECORD_DEF (1ull << 63)
#define RECORD_TAKEN (1ull << 62)
#define RECORD_OTHER (RECORD_DEF | RECORD_TAKEN)

// What is no instruction. A consumer passes over kinds that it has no use for.
enum record_kind {
    RECORD_THREAD,    // records of thread number addr follow
    RECORD_SYSCALL,   // system call number addr, asked for by the SVC before pc
    RECORD_SIGNAL,    // the thread goes on at pc, the handler of signal number addr
    RECORD_MARK,      // the program has marked a place by the hint of number addr before pc
    RECORD_WORD,      // addr is the 8 bytes of memory at pc: one of the RECORD_WORDS of a
                      // line, which come in order; RECORD_POINTS: they point to memory
    RECORD_KINDS
};

enum { RECORD_WORDS = 8, RECORD_LINE = 8 * RECORD_WORDS };
#define RECORD_POINTS (1ull << 48)

enum { RECORD_BATCH = 4096 };   // records; buffers are aligned to their size in bytes

static inline vaddr record_pc(const struct record *r)
{
    return r->head & RECORD_PC;
}

// Of a record of which RECORD_DEF is set: whether RECORD_TAKEN is, too.
static inline bool record_is_other(const struct record *r)
{
    return (r->head & RECORD_OTHER) == RECORD_OTHER;
}

static inline enum record_kind record_kind(const struct record *r)
{
    return (enum record_kind)(r->head >> 56 & 63);
}

static inline struct record record_other(enum record_kind kind, vaddr pc, u64 addr)
{
    return (struct record){ RECORD_OTHER | (u64)kind << 56 | (pc & RECORD_PC), addr };
}

// Where records go. `at` is the next place to fill; next() is called with a buffer that
// has become full and gives another. Buffers hold RECORD_BATCH records and are aligned to
// RECORD_BATCH * 16 bytes. Whenever exec_run() is not inside, the records from `buffer` to
// `at` are made and not yet handed on, fewer than RECORD_BATCH.
struct recorder {
    struct record *at, *buffer;
    struct record *(*next)(void *ctx, struct record *full);
    void *ctx;
    u32 thread;   // whose instructions it is told of, 0: nobody's yet
};

// Adds a record, outside exec_run().
static inline void recorder_put(struct recorder *r, struct record record)
{
    *r->at++ = record;
    if (r->at == r->buffer + RECORD_BATCH)
        r->at = r->buffer = r->next(r->ctx, r->buffer);
}

// Instructions of thread `number`, not 0, follow.
static inline void recorder_thread(struct recorder *r, u32 number)
{
    if (r->thread == number)
        return;
    r->thread = number;
    recorder_put(r, record_other(RECORD_THREAD, 0, number));
}

#endif
