// Runs of neighbouring lines, up or down, whoever asks for them. A stream is
// born by a miss, gets its direction from a second one within NEAR lines, and
// from then on is kept `distance` lines ahead, at most `degree` lines a time.
#include <assert.h>

#include "base/arena.h"
#include "uarch/prefetch_policy.h"

enum { NEAR = 4 };

struct run {
    i64 last, ahead;   // line numbers: of the last access, of the last one wanted
    i64 step;          // 1, -1; 0 while unknown
    u32 used;          // smallest: the one to give up
};

struct stream {
    u32 entries, degree, clock, line_bits;
    i64 distance;
    struct run *runs;
};

void *prefetch_stream_new(struct arena *a, const struct prefetch_params *p, u32 line)
{
    assert(p->entries >= 1);
    struct stream *s = ARENA_NEW(a, struct stream);
    s->entries = p->entries;
    s->degree = p->degree;
    s->distance = p->distance;
    s->line_bits = (u32)__builtin_ctz(line);
    s->runs = ARENA_ARRAY(a, p->entries, struct run);
    return s;
}

// A stream that `line` continues, or else the least recently used one, restarted.
static struct run *run_of(struct stream *s, i64 line)
{
    struct run *old = &s->runs[0];
    for (u32 i = 0; i < s->entries; i++) {
        struct run *r = &s->runs[i];
        i64 d = line - r->last;
        i64 along = r->step ? d * r->step : 1;
        if (r->used && d >= -NEAR && d <= NEAR && along >= 0)
            return r;
        if (r->used < old->used)
            old = r;
    }
    *old = (struct run){ .last = line };
    return old;
}

u32 prefetch_stream_train(void *state, vaddr pc, vaddr va, vaddr *out)
{
    struct stream *s = state;
    i64 line = (i64)(va >> s->line_bits);
    struct run *r = run_of(s, line);
    r->used = ++s->clock;
    if (line == r->last)
        return 0;
    if (!r->step) {
        r->step = line > r->last ? 1 : -1;
        r->ahead = line;
    }
    r->last = line;
    if ((r->ahead - line) * r->step < 0)
        r->ahead = line;
    u32 n = 0;
    while (n < s->degree && (r->ahead - line) * r->step < s->distance) {
        r->ahead += r->step;
        out[n++] = (vaddr)r->ahead << s->line_bits;
    }
    return n;
}
