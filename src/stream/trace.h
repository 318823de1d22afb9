// trace.h: records in a file.
//
// A file is a header and frames, all numbers little-endian:
//
//   header  "m2trace\n", u32 version, u32 0, u64 digest of the program it is a run of
//   frame   u32 records, u32 bytes, u64 digest, then `bytes` of one zstd frame
//   end     a frame of no records and no bytes; its digest is the last one
//
// A frame holds up to TRACE_FRAME records: all heads, then all addrs, each less the one
// before it in the file. A digest is XXH3 of the records of its frame, seeded with the digest
// before, the first with that of the program: two files with the same last digest hold the
// same run. Version 1 had no bits of quotients (record.h). No input makes the reader fail but with a sentence; that an instruction comes
// without its RECORD_DEF is for whoever takes the records to judge.
#ifndef STREAM_TRACE_H
#define STREAM_TRACE_H

#include <stdio.h>

#include "base/err.h"
#include "stream/record.h"

enum { TRACE_VERSION = 2, TRACE_FRAME = 16 * RECORD_BATCH };

// Writes to `f`, which stays the caller's and is only written on. `name` is for errors.
struct trace_writer *trace_writer_new(FILE *f, const char *name, u64 program);

// A stream_consumer; `w` is a struct trace_writer.
void trace_write(void *w, const struct record *r, size_t n);

// Ends the file and frees the writer. False and *e when something was not written, now or
// before. *digest, unless NULL, is that of the file.
bool trace_writer_end(struct trace_writer *w, u64 *digest, struct err *e);

// Reads from `f`, which stays the caller's. NULL and *e when it does not begin as a trace.
struct trace_reader *trace_reader_new(FILE *f, const char *name, struct err *e);
void trace_reader_free(struct trace_reader *t);

// The digest of the program, and that of what was read so far.
u64 trace_program(const struct trace_reader *t);
u64 trace_digest(const struct trace_reader *t);

// *r: the next records, *n of them; *n is 0 at the end. They last until the next call. False and
// *e, which names the place, when the file is not what it should be.
bool trace_read(struct trace_reader *t, const struct record **r, size_t *n, struct err *e);

#endif
