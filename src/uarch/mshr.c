#include "uarch/mshr.h"

#include <assert.h>

#include "base/arena.h"

// Twice as many intervals as entries are remembered, so that a request that
// comes late but for an early cycle still finds those that were busy then.
struct mshr {
    u32 entries, slots;
    cycle *start, *end;
};

struct mshr *mshr_new(struct arena *a, u32 entries)
{
    assert(entries >= 1 && entries <= 256);
    struct mshr *m = ARENA_NEW(a, struct mshr);
    m->entries = entries;
    m->slots = 2 * entries;
    m->start = ARENA_ARRAY(a, m->slots, cycle);
    m->end = ARENA_ARRAY(a, m->slots, cycle);
    return m;
}

u32 mshr_busy(const struct mshr *m, cycle now)
{
    u32 busy = 0;
    for (u32 i = 0; i < m->slots; i++)
        busy += (m->start[i] <= now) & (m->end[i] > now);
    return busy;
}

cycle mshr_start(const struct mshr *m, cycle now)
{
    while (mshr_busy(m, now) >= m->entries) {
        cycle next = UINT64_MAX;
        for (u32 i = 0; i < m->slots; i++)
            if (m->start[i] <= now && m->end[i] > now && m->end[i] < next)
                next = m->end[i];
        now = next;
    }
    return now;
}

void mshr_hold(struct mshr *m, cycle start, cycle end)
{
    u32 first = 0;
    for (u32 i = 1; i < m->slots; i++)
        if (m->end[i] < m->end[first])
            first = i;
    m->start[first] = start;
    m->end[first] = end;
}
