// trace_form.h: the form of a trace file, for its writer and its reader.
#ifndef STREAM_TRACE_FORM_H
#define STREAM_TRACE_FORM_H

#include "stream/trace.h"

#define TRACE_MAGIC "m2trace\n"

struct trace_header {
    char magic[8];
    u32 version, zero;
    u64 program;
};

struct trace_frame {
    u32 records, bytes;
    u64 digest;
};

// What zstd is given: heads, then addrs.
enum { TRACE_NUMBERS = 2 * TRACE_FRAME };

_Static_assert(sizeof(struct trace_header) == 24 && sizeof(struct trace_frame) == 16,
               "as in the file");
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "traces are written as they are in memory"
#endif

// The digest behind `n` records, after `before`.
u64 trace_digest_of(const struct record *r, size_t n, u64 before);

#endif
