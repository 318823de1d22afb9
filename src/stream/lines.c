#include "stream/lines.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/oom.h"

enum {
    AROUND = 8,      // lines on both sides, for those that a prefetcher brings unasked
    QUOTIENT = 64,   // what is no larger is no address, but the bits of one
};

struct lines {
    struct recorder recorder, *to;
    memory_read *read;
    void *who;
    vaddr seen[LINES_PLACES];   // a line | 1, or 0
};

static void show(struct lines *l, vaddr line)
{
    vaddr *seen = &l->seen[lines_place(line)];
    u64 words[RECORD_WORDS];
    if (*seen == (line | 1))
        return;
    if (!l->read(l->who, words, line, sizeof(words)))
        return;
    *seen = line | 1;
    for (u32 k = 0; k < RECORD_WORDS; k++) {
        u8 byte;
        vaddr at = words[k] & ~0ull >> 8;   // the top byte is none of an address
        struct record r = record_other(RECORD_WORD, line + k * sizeof(u64), words[k]);
        if (at && l->read(l->who, &byte, at, 1))
            r.head |= RECORD_POINTS;
        recorder_put(l->to, r);
    }
}

static void pass(struct lines *l, const struct record *r, size_t n)
{
    for (const struct record *end = r + n; r < end; r++) {
        vaddr line = r->addr & ~(vaddr)(RECORD_LINE - 1);
        if (r->addr > QUOTIENT && !(r->head & RECORD_OTHER) &&
            l->seen[lines_place(line)] != (line | 1)) {
            show(l, line);
            for (vaddr k = 1; k <= AROUND; k++) {
                show(l, line + k * RECORD_LINE);
                show(l, line - k * RECORD_LINE);
            }
        }
        recorder_put(l->to, *r);
    }
}

static struct record *next(void *ctx, struct record *full)
{
    pass(ctx, full, RECORD_BATCH);
    return full;
}

struct lines *lines_new(struct recorder *to, memory_read *read, void *who)
{
    struct lines *l = calloc(1, sizeof(*l));
    struct record *buffer =
        aligned_alloc(RECORD_BATCH * sizeof(struct record), RECORD_BATCH * sizeof(struct record));
    if (!l || !buffer)
        out_of_memory();
    l->recorder = (struct recorder){ buffer, buffer, next, l };
    l->to = to;
    l->read = read;
    l->who = who;
    return l;
}

void lines_free(struct lines *l)
{
    if (l)
        free(l->recorder.buffer);
    free(l);
}

struct recorder *lines_recorder(struct lines *l)
{
    return &l->recorder;
}

void lines_flush(struct lines *l)
{
    struct recorder *r = &l->recorder;
    pass(l, r->buffer, (size_t)(r->at - r->buffer));
    r->at = r->buffer;
}
