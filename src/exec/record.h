// record.h: what the recording executor says of each retired instruction.
//
// Records go to a buffer of RECORD_BATCH entries; when it is full, the recorder
// takes it and gives the next. The types stand here because exec/ fills them;
// stream/ carries them to a consumer or a file.
#ifndef EXEC_RECORD_H
#define EXEC_RECORD_H

#include "base/types.h"

// head: pc in bits 47-0, then the flags.
//   RECORD_DEF    not an instruction: the word at pc, in addr; comes before the first
//                 record of each static instruction and again when its code changed
//   RECORD_TAKEN  a branch was taken; addr is its target
// Otherwise addr is the address of the first byte of the memory access (tag bits
// removed), 0 when there is none. A conditional store that failed and a load to XZR
// have their record like any other.
struct record {
    u64 head;
    u64 addr;
};

#define RECORD_PC ((1ull << 48) - 1)
#define RECORD_DEF (1ull << 63)
#define RECORD_TAKEN (1ull << 62)

enum { RECORD_BATCH = 4096 };   // records; buffers are aligned to their size in bytes

static inline vaddr record_pc(const struct record *r)
{
    return r->head & RECORD_PC;
}

// Where records go. `at` is the next place to fill; next() is called with a buffer that
// has become full and gives another. Buffers hold RECORD_BATCH records and are aligned to
// RECORD_BATCH * 16 bytes. Whenever exec_run() is not inside, the records from `buffer` to
// `at` are made and not yet handed on, fewer than RECORD_BATCH.
struct recorder {
    struct record *at, *buffer;
    struct record *(*next)(void *ctx, struct record *full);
    void *ctx;
};

#endif
