// Any line, whatever was used.
#include <assert.h>

#include "uarch/replace.h"

void replace_random_new(struct replace *r)
{
    r->clock = 1;
}

void replace_random_use(struct replace *r, u32 row, u32 way)
{
}

void replace_random_fill(struct replace *r, u32 row, u32 way)
{
}

u32 replace_random_victim(struct replace *r, u32 row)
{
    assert(r->ways);
    return replace_draw(&r->clock) % r->ways;
}
