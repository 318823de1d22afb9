// Reads traces. Nothing in the file is believed before it is checked.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "base/oom.h"
#include "stream/trace_form.h"

struct trace_reader {
    FILE *f;
    const char *name;
    u64 at;   // bytes read
    u64 program, digest;
    struct record last;
    bool ended;
    struct record records[TRACE_FRAME];
    u64 columns[TRACE_NUMBERS];
    size_t room;
    u8 packed[];
};

static bool get(struct trace_reader *t, void *to, size_t n, struct err *e)
{
    size_t got = fread(to, 1, n, t->f);
    if (got < n)
        return err_set(e, "%s: ends after %" PRIu64 " bytes, within a trace", t->name, t->at + got);
    t->at += n;
    return true;
}

static bool read_header(struct trace_reader *t, struct err *e)
{
    struct trace_header h;
    if (!get(t, &h, sizeof(h), e))
        return false;
    if (memcmp(h.magic, TRACE_MAGIC, sizeof(h.magic)) != 0)
        return err_set(e, "%s: not a trace of m2sim", t->name);
    if (h.version != TRACE_VERSION || h.zero)
        return err_set(e, "%s: a trace of version %u; this m2sim reads version %u", t->name,
                       h.version, TRACE_VERSION);
    t->program = t->digest = h.program;
    return true;
}

struct trace_reader *trace_reader_new(FILE *f, const char *name, struct err *e)
{
    size_t room = ZSTD_compressBound(TRACE_FRAME * sizeof(struct record));
    struct trace_reader *t = calloc(1, sizeof(*t) + room);
    if (!t)
        out_of_memory();
    t->f = f;
    t->name = name;
    t->room = room;
    if (read_header(t, e))
        return t;
    free(t);
    return NULL;
}

void trace_reader_free(struct trace_reader *t)
{
    free(t);
}

u64 trace_program(const struct trace_reader *t)
{
    return t->program;
}

u64 trace_digest(const struct trace_reader *t)
{
    return t->digest;
}

static bool valid(const struct record *r)
{
    u64 between = r->head & ~(RECORD_OTHER | RECORD_PC);
    if (!(r->head & RECORD_DEF) || !record_is_other(r))
        return !between && r->head % 4 == 0;
    if (record_kind(r) == RECORD_WORD)
        return !(between & ~(RECORD_POINTS | (u64)RECORD_WORD << 56)) && r->head % 8 == 0;
    return record_kind(r) < RECORD_KINDS && between == (u64)record_kind(r) << 56;
}

static bool unpack(struct trace_reader *t, const struct trace_frame *frame, u64 from, struct err *e)
{
    u32 n = frame->records;
    const u64 *column = t->columns;
    size_t size = ZSTD_decompress(t->columns, sizeof(t->columns), t->packed, frame->bytes);
    if (size != n * sizeof(struct record))
        return err_set(e, "%s: byte %" PRIu64 ": a frame of %u records does not unpack", t->name,
                       from, n);
    for (u32 k = 0; k < n; k++) {
        struct record *r = &t->records[k];
        *r = (struct record){ t->last.head + column[k], t->last.addr + column[n + k] };
        t->last = *r;
        if (!valid(r))
            return err_set(e, "%s: byte %" PRIu64 ": record %u of this frame is none", t->name,
                           from, k);
    }
    return true;
}

bool trace_read(struct trace_reader *t, const struct record **r, size_t *n, struct err *e)
{
    struct trace_frame frame;
    u64 from = t->at;
    *r = t->records;
    *n = 0;
    if (t->ended)
        return true;
    if (!get(t, &frame, sizeof(frame), e))
        return false;
    if (frame.records > TRACE_FRAME || frame.bytes > t->room || !frame.records != !frame.bytes)
        return err_set(e, "%s: byte %" PRIu64 ": no frame has %u records in %u bytes", t->name,
                       from, frame.records, frame.bytes);
    if (!get(t, t->packed, frame.bytes, e) || (frame.records && !unpack(t, &frame, from, e)))
        return false;
    t->ended = !frame.records;
    if (!t->ended)
        t->digest = trace_digest_of(t->records, frame.records, t->digest);
    if (t->digest != frame.digest)
        return err_set(e, "%s: byte %" PRIu64 ": the digest is not that of the records", t->name,
                       from);
    *n = frame.records;
    return true;
}
