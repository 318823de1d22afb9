// Runs of neighbouring lines, up or down, whoever asks for them. A stream is
// born by a miss, gets its direction from a second one within `near` lines, and
// from then on is kept `distance` lines ahead, at most `degree` lines a time.
#include <assert.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/prefetch_policy.h"

struct run {
    i64 ahead;   // line number of the last one wanted
    i64 step;    // 1, -1; 0 while unknown
    u32 used;    // smallest: the one to give up; 0: no stream
};

struct stream {
    u32 entries, degree, clock, line_bits;
    i64 distance, near;
    i64 *last;          // line number of the last access, one a run
    struct run *runs;
};

void *prefetch_stream_new(struct arena *a, const struct prefetch_params *p, u32 line, u32 page)
{
    assert(p->entries >= 1);
    struct stream *s = ARENA_NEW(a, struct stream);
    s->entries = p->entries;
    s->degree = p->degree;
    s->distance = p->distance;
    s->near = p->near;
    s->line_bits = (u32)__builtin_ctz(line);
    s->last = ARENA_ARRAY(a, p->entries, i64);
    s->runs = ARENA_ARRAY(a, p->entries, struct run);
    return s;
}

// The least recently used stream, restarted at `line`.
static __attribute__((noinline)) void restart(struct stream *s, i64 line)
{
    u64 oldest = UINT64_MAX;
    for (u32 i = 0; i < s->entries; i++) {
        u64 key = (u64)s->runs[i].used << 32 | i;
        oldest = key < oldest ? key : oldest;
    }
    u32 old = (u32)oldest;
    s->runs[old] = (struct run){ .ahead = line, .used = ++s->clock };
    s->last[old] = line;
}

// The stream `line` continues, or -1.
static i32 run_of(const struct stream *s, i64 line)
{
    for (u32 i = 0; i < s->entries; i++) {
        i64 d = line - s->last[i];
        if ((u64)(d + s->near) <= 2 * (u64)s->near && s->runs[i].used && d * s->runs[i].step >= 0)
            return (i32)i;
    }
    return -1;
}

u32 prefetch_stream_train(void *state, const struct prefetch_event *e, vaddr *out)
{
    struct stream *s = state;
    i64 line = (i64)(e->va >> s->line_bits);
    i32 i = run_of(s, line);
    if (i < 0) {
        restart(s, line);
        return 0;
    }
    struct run *r = &s->runs[i];
    r->used = ++s->clock;
    if (line == s->last[i])
        return 0;
    if (!r->step)
        r->step = line > s->last[i] ? 1 : -1;
    s->last[i] = line;
    if ((r->ahead - line) * r->step < 0)
        r->ahead = line;
    u32 n = 0;
    while (n < s->degree && (r->ahead - line) * r->step < s->distance) {
        r->ahead += r->step;
        out[n++] = (vaddr)r->ahead << s->line_bits;
    }
    return n;
}

// Far from where differences overflow.
static bool is_line(i64 number)
{
    return number > -(1ll << 60) && number < 1ll << 60;
}

void prefetch_stream_save(void *state, struct save *s)
{
    struct stream *t = state;
    save_same(s, t->entries);
    SAVE(s, t->clock);
    save_bytes(s, t->last, t->entries, sizeof(*t->last));
    save_bytes(s, t->runs, t->entries, sizeof(*t->runs));
    for (u32 i = 0; i < t->entries; i++) {
        const struct run *r = &t->runs[i];
        save_check(s, r->step >= -1 && r->step <= 1 && is_line(r->ahead) && is_line(t->last[i]));
    }
}
