// Dynamic insertion (M. Qureshi and others, Adaptive Insertion Policies for High Performance
// Caching, 2007): lru, but a new line is put where it is the first to go, all but one in
// `dip_rarely`, while that misses less. Some sets always do the one or the other; a miss in
// them is a vote for the other one.
#include "uarch/replace.h"

void replace_dip_new(struct replace *r)
{
    replace_lru_new(r);
}

void replace_dip_use(struct replace *r, u32 row, u32 way)
{
    replace_lru_use(r, row, way);
}

static bool put_last(struct replace *r, u32 set)
{
    u32 kind = set % r->p.dip_leaders;
    i32 most = (i32)r->p.dip_most;
    bool usual = kind == 0, other = kind == r->p.dip_leaders / 2;
    if (usual)
        r->vote += r->vote < most;
    else if (other)
        r->vote -= r->vote > -most;
    return !usual && (other || r->vote > 0) && ++r->fills % r->p.dip_rarely;
}

void replace_dip_fill(struct replace *r, u32 row, u32 way)
{
    replace_lru_use(r, row, way);
    if (put_last(r, row / r->ways))
        r->word[row + way] = 1;
}

u32 replace_dip_victim(struct replace *r, u32 row)
{
    return replace_lru_victim(r, row);
}
