#include "uarch/prefetch.h"

#include <assert.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/prefetch_policy.h"

static const struct policy {
    enum prefetch_when sees;
    void *(*create)(struct arena *a, const struct prefetch_params *p, u32 line, u32 page);
    u32 (*train)(void *state, const struct prefetch_event *e, vaddr *out);
    void (*save)(void *state, struct save *s);
} policies[PREFETCH_KINDS] = {
#define PREFETCH(id, name, sees, doc) \
    { PREFETCH_##sees, prefetch_##id##_new, prefetch_##id##_train, prefetch_##id##_save },
#include "uarch/prefetch.def"
#undef PREFETCH
};

struct prefetch {
    const struct policy *policy;
    void *state;
    vaddr line_mask, page_mask;
};

struct prefetch *prefetch_new(struct arena *a, const struct prefetch_params *p, u32 line, u32 page)
{
    assert(p->kind < PREFETCH_KINDS && p->degree <= PREFETCH_DEGREE);
    struct prefetch *f = ARENA_NEW(a, struct prefetch);
    f->policy = &policies[p->kind];
    f->state = f->policy->create(a, p, line, page);
    f->line_mask = ~(vaddr)(line - 1);
    f->page_mask = p->cross_page ? 0 : ~(vaddr)(page - 1);
    return f;
}

bool prefetch_sees_fills(u32 kind)
{
    return policies[kind].sees == PREFETCH_FILL;
}

u32 prefetch_train(struct prefetch *f, const struct prefetch_event *e, vaddr *out)
{
    if (f->policy->sees != e->when)
        return 0;
    u32 n = f->policy->train(f->state, e, out), kept = 0;
    vaddr last = e->va & f->line_mask;
    for (u32 i = 0; i < n; i++) {
        vaddr line = out[i] & f->line_mask;
        if (line == last || ((line ^ e->va) & f->page_mask))
            continue;
        out[kept++] = last = line;
    }
    return kept;
}

void prefetch_save(struct prefetch *f, struct save *s)
{
    save_same(s, (u64)(f->policy - policies));
    f->policy->save(f->state, s);
}
