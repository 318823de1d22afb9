// lines.h: adds the memory that a program is at to its records.
//
// Stands between the executor and another recorder. Before the first access to a line come
// its words (RECORD_WORD) and those of the lines around it, and again when it has not been
// met for long. They are as memory is when a buffer is handed on: up to a batch later than
// the access.
#ifndef STREAM_LINES_H
#define STREAM_LINES_H

#include "stream/record.h"

// Lines that are remembered, and how a line finds its place among them.
enum { LINES_PLACES = 1024 };

static inline u32 lines_place(vaddr line)
{
    return (u32)(line / RECORD_LINE) % LINES_PLACES;
}

// Copies `size` bytes of the program's memory from `va` on; false when they are not all there.
typedef bool memory_read(void *who, void *to, vaddr va, u32 size);

struct lines;

// What it makes goes to `to`. Freed by lines_free.
struct lines *lines_new(struct recorder *to, memory_read *read, void *who);
void lines_free(struct lines *l);

// What to give exec_run(). It belongs to `l`.
struct recorder *lines_recorder(struct lines *l);

// Hands on what was made so far.
void lines_flush(struct lines *l);

#endif
