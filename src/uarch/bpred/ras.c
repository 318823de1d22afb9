#include "uarch/bpred/ras.h"

#include <assert.h>

#include "base/arena.h"
#include "base/save.h"

// A ring: the newest entry is at `top`, `depth` entries are good.
struct ras {
    u32 entries, overflow, top, depth;
    u32 dropped;     // RAS_DROP: pushes without a place, to be popped first
    vaddr *stack;
};

struct ras *ras_new(struct arena *a, const struct ras_params *p)
{
    assert(p->entries >= 1 && p->entries <= 256);
    struct ras *r = ARENA_NEW(a, struct ras);
    r->entries = p->entries;
    r->overflow = p->overflow;
    r->stack = ARENA_ARRAY(a, p->entries, vaddr);
    return r;
}

void ras_push(struct ras *r, vaddr address)
{
    if (r->depth == r->entries) {
        if (r->overflow == RAS_DROP) {
            r->dropped++;
            return;
        }
        r->depth = r->overflow == RAS_CLEAR ? 0 : r->depth - 1;
    }
    r->top = r->top + 1 == r->entries ? 0 : r->top + 1;
    r->stack[r->top] = address;
    r->depth++;
}

vaddr ras_pop(struct ras *r)
{
    if (r->dropped) {
        r->dropped--;
        return 0;
    }
    if (!r->depth)
        return 0;
    vaddr address = r->stack[r->top];
    r->top = r->top ? r->top - 1 : r->entries - 1;
    r->depth--;
    return address;
}

struct ras_state ras_save(const struct ras *r)
{
    return (struct ras_state){ (u16)r->top, (u16)r->depth, r->dropped, r->stack[r->top] };
}

void ras_restore(struct ras *r, const struct ras_state *s)
{
    r->top = s->top;
    r->depth = s->depth;
    r->dropped = s->dropped;
    r->stack[r->top] = s->top_value;
}

void ras_keep(struct ras *r, struct save *s)
{
    save_same(s, r->entries);
    SAVE(s, r->top);
    SAVE(s, r->depth);
    SAVE(s, r->dropped);
    save_bytes(s, r->stack, r->entries, sizeof(*r->stack));
    save_check(s, r->top < r->entries && r->depth <= r->entries);
}
