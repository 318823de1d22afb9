// The next lines in ascending order: enough for instructions.
#include "base/arena.h"
#include "uarch/prefetch_policy.h"

struct next {
    u32 degree, line;
};

void *prefetch_next_new(struct arena *a, const struct prefetch_params *p, u32 line, u32 page)
{
    struct next *s = ARENA_NEW(a, struct next);
    *s = (struct next){ .degree = p->degree, .line = line };
    return s;
}

u32 prefetch_next_train(void *state, const struct prefetch_event *e, vaddr *out)
{
    const struct next *s = state;
    for (u32 i = 0; i < s->degree; i++)
        out[i] = e->va + (i + 1) * s->line;
    return s->degree;
}

void prefetch_next_save(void *state, struct save *s)
{
}
