#include "uarch/mshr.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"

// The ring remembers SLICES slices, the latest being `newest`; what lies more
// than their 16384 cycles behind is taken to be free.
enum { SLICE_BITS = 3, SLICE = 1 << SLICE_BITS, SLICES = 2048 };

struct mshr {
    u32 room;            // entries * SLICE: busy cycles a slice can hold
    u64 newest;
    u16 busy[SLICES];    // sum over entries of their busy cycles in the slice
    u8 freed[SLICES];    // offset at which the first of them became free, or SLICE
};

struct mshr *mshr_new(struct arena *a, u32 entries)
{
    assert(entries >= 1 && entries <= 256);
    struct mshr *m = ARENA_NEW(a, struct mshr);
    m->room = entries * SLICE;
    mshr_settle(m);
    return m;
}

void mshr_settle(struct mshr *m)
{
    m->newest = 0;
    memset(m->busy, 0, sizeof(m->busy));
    memset(m->freed, SLICE, sizeof(m->freed));
}

// Makes the ring reach slice `number`.
static void reach(struct mshr *m, u64 number)
{
    if (number <= m->newest)
        return;
    u64 from = number - m->newest >= SLICES ? number - SLICES + 1 : m->newest + 1;
    for (u64 n = from; n <= number; n++) {
        m->busy[n % SLICES] = 0;
        m->freed[n % SLICES] = SLICE;
    }
    m->newest = number;
}

static bool forgotten(const struct mshr *m, u64 number)
{
    return number + SLICES <= m->newest;
}

cycle mshr_start(struct mshr *m, cycle now)
{
    u64 number = now >> SLICE_BITS;
    if (number > m->newest || forgotten(m, number) || !m->busy[number % SLICES])
        return now;
    while (number <= m->newest && m->busy[number % SLICES] >= m->room)
        number++;
    if (number == now >> SLICE_BITS)
        return now;
    // The slice before is full, so nothing is free before something ends.
    u32 freed = number <= m->newest ? m->freed[number % SLICES] : 0;
    return (number << SLICE_BITS) + freed % SLICE;
}

void mshr_hold(struct mshr *m, cycle start, cycle end)
{
    u64 first = start >> SLICE_BITS, last = end >> SLICE_BITS;
    if (end <= start || last - first >= SLICES || forgotten(m, first))
        return;
    reach(m, last);
    u8 *freed = &m->freed[last % SLICES];
    *freed = end % SLICE < *freed ? (u8)(end % SLICE) : *freed;
    if (first == last) {
        m->busy[first % SLICES] += (u16)(end - start);
        return;
    }
    m->busy[first % SLICES] += (u16)(SLICE - start % SLICE);
    for (u64 n = first + 1; n < last; n++)
        m->busy[n % SLICES] += SLICE;
    m->busy[last % SLICES] += (u16)(end % SLICE);
}

bool mshr_full(struct mshr *m, cycle now)
{
    return mshr_start(m, now) > now;
}
