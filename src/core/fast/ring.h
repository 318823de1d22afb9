// ring.h: when a resource with several places has room again.
#ifndef CORE_FAST_RING_H
#define CORE_FAST_RING_H

#include "base/arena.h"
#include "base/types.h"

// The cycles at which the last `size` holders of a resource give it back; `free` is
// the one of the next in turn: the first cycle in which there is room.
struct ring {
    cycle free;
    cycle *at;
    u32 size, next;
};

static struct ring ring_new(struct arena *a, u64 size)
{
    return (struct ring){ 0, ARENA_ARRAY(a, size, cycle), (u32)size, 0 };
}

static inline void ring_take(struct ring *r, cycle back)
{
    u32 next = r->next + 1 == r->size ? 0 : r->next + 1;
    r->at[r->next] = back;
    r->next = next;
    r->free = r->at[next];
}

#endif
