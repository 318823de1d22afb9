// True least recently used: a word is 0 or the clock at the line's last use.
#include "uarch/replace.h"

void replace_lru_new(struct replace *r)
{
    r->clock = 1;
    r->clock_end = UINT32_MAX;
}

// When the clock is full, each row's stamps become ranks.
static __attribute__((noinline)) void renumber(struct replace *r)
{
    for (u32 row = 0; row < r->sets * r->ways; row += r->ways) {
        u32 rank[256];
        for (u32 w = 0; w < r->ways; w++) {
            rank[w] = r->word[row + w] > 0;
            for (u32 v = 0; v < r->ways; v++)
                rank[w] += r->word[row + v] && r->word[row + v] < r->word[row + w];
        }
        for (u32 w = 0; w < r->ways; w++)
            r->word[row + w] = rank[w];
    }
    r->clock = r->ways;
}

void replace_lru_use(struct replace *r, u32 row, u32 way)
{
    if (r->clock >= r->clock_end)
        renumber(r);
    r->word[row + way] = ++r->clock;
}

void replace_lru_fill(struct replace *r, u32 row, u32 way)
{
    replace_lru_use(r, row, way);
}

u32 replace_lru_victim(struct replace *r, u32 row)
{
    const u32 *used = r->word + row;
    u64 old = UINT64_MAX;
    for (u32 w = 0; w < r->ways; w++) {
        u64 key = (u64)used[w] << 8 | w;
        old = key < old ? key : old;
    }
    return (u32)old & 0xff;
}
