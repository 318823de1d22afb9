// Writes traces.
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

#include "base/oom.h"
#include "stream/trace_form.h"

enum { LEVEL = 3 };   // of compression

struct trace_writer {
    FILE *f;
    const char *name;
    bool failed;
    u64 digest;
    struct record last;
    struct record records[TRACE_FRAME];
    u32 count;
    u64 columns[TRACE_NUMBERS];
    ZSTD_CCtx *zstd;
    size_t room;
    u8 packed[];
};

u64 trace_digest_of(const struct record *r, size_t n, u64 before)
{
    return XXH3_64bits_withSeed(r, n * sizeof(*r), before);
}

static void put(struct trace_writer *w, const void *from, size_t n)
{
    w->failed |= fwrite(from, 1, n, w->f) != n;
}

struct trace_writer *trace_writer_new(FILE *f, const char *name, u64 program)
{
    size_t room = ZSTD_compressBound(TRACE_FRAME * sizeof(struct record));
    struct trace_writer *w = calloc(1, sizeof(*w) + room);
    if (!w || !(w->zstd = ZSTD_createCCtx()))
        out_of_memory();
    w->f = f;
    w->name = name;
    w->room = room;
    w->digest = program;
    struct trace_header h = { .version = TRACE_VERSION, .program = program };
    memcpy(h.magic, TRACE_MAGIC, sizeof(h.magic));
    put(w, &h, sizeof(h));
    return w;
}

// The frame that `records` make.
static void write_frame(struct trace_writer *w)
{
    u32 n = w->count;
    u64 *column = w->columns;
    struct trace_frame frame = { .records = n };
    w->digest = frame.digest = trace_digest_of(w->records, n, w->digest);
    for (u32 k = 0; k < n; k++) {
        const struct record *r = &w->records[k];
        column[k] = r->head - w->last.head;
        column[n + k] = r->addr - w->last.addr;
        w->last = *r;
    }
    size_t bytes =
        ZSTD_compressCCtx(w->zstd, w->packed, w->room, column, n * sizeof(struct record), LEVEL);
    if (ZSTD_isError(bytes)) {
        w->failed = true;
        return;
    }
    frame.bytes = (u32)bytes;
    put(w, &frame, sizeof(frame));
    put(w, w->packed, bytes);
    w->count = 0;
}

void trace_write(void *writer, const struct record *r, size_t n)
{
    struct trace_writer *w = writer;
    while (n && !w->failed) {
        size_t part = TRACE_FRAME - w->count < n ? TRACE_FRAME - w->count : n;
        memcpy(w->records + w->count, r, part * sizeof(*r));
        w->count += (u32)part;
        r += part;
        n -= part;
        if (w->count == TRACE_FRAME)
            write_frame(w);
    }
}

bool trace_writer_end(struct trace_writer *w, u64 *digest, struct err *e)
{
    if (w->count)
        write_frame(w);
    struct trace_frame end = { .digest = w->digest };
    put(w, &end, sizeof(end));
    bool ok = !w->failed && fflush(w->f) == 0;
    if (digest)
        *digest = w->digest;
    if (!ok)
        err_set(e, "%s: the trace cannot be written", w->name);
    ZSTD_freeCCtx(w->zstd);
    free(w);
    return ok;
}
