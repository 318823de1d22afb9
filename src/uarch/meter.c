#include "uarch/meter.h"

#include <string.h>

#include "base/arena.h"

// A slice is SLICE cycles; the ring remembers RING of them. A request older than
// the ring (more than SLICE * RING cycles behind the newest) is let through.
enum { SLICE_BITS = 4, RING = 1024, FRACTION_BITS = 8 };

struct slice {
    u64 number;   // which slice of time this place of the ring stands for
    u32 used;     // bytes << FRACTION_BITS
};

struct meter {
    u32 room;     // bytes << FRACTION_BITS a slice carries; 0: without limit
    struct slice ring[RING];
};

struct meter *meter_new(struct arena *a, u32 bytes, u32 cycles)
{
    struct meter *m = ARENA_NEW(a, struct meter);
    if (bytes)
        m->room = (u32)(((u64)bytes << (SLICE_BITS + FRACTION_BITS)) / cycles);
    return m;
}

// The transfer may spill over into the slices after the one it begins in.
cycle meter_take(struct meter *m, cycle now, u32 bytes)
{
    if (!m->room)
        return now;
    u32 need = bytes << FRACTION_BITS;
    u64 number = now >> SLICE_BITS;
    bool begun = false;
    cycle begin = now;
    for (u32 tries = 0; tries < RING; tries++, number++) {
        struct slice *s = &m->ring[number % RING];
        if (s->number > number)
            return begin;
        if (s->number < number)
            *s = (struct slice){ .number = number };
        if (s->used >= m->room)
            continue;
        if (!begun) {
            cycle at = (number << SLICE_BITS) + ((u64)s->used << SLICE_BITS) / m->room;
            begin = at > now ? at : now;
            begun = true;
        }
        u32 part = m->room - s->used < need ? m->room - s->used : need;
        s->used += part;
        need -= part;
        if (!need)
            break;
    }
    return begin;
}

void meter_settle(struct meter *m)
{
    memset(m->ring, 0, sizeof(m->ring));
}
