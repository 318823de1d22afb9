// One bit a line, set by its use; when a row has all of them set, only the last one stays.
// Also called bit-PLRU or pseudo-LRU (A. Malamy and others, US patent 5353425, 1994).
#include "uarch/replace.h"

void replace_mru_bit_new(struct replace *r)
{
}

void replace_mru_bit_use(struct replace *r, u32 row, u32 way)
{
    u32 *bit = r->word + row, set = 0;
    bit[way] = 1;
    for (u32 w = 0; w < r->ways; w++)
        set += bit[w];
    for (u32 w = 0; set == r->ways && w < r->ways; w++)
        bit[w] = w == way;
}

void replace_mru_bit_fill(struct replace *r, u32 row, u32 way)
{
    replace_mru_bit_use(r, row, way);
}

u32 replace_mru_bit_victim(struct replace *r, u32 row)
{
    u32 w = 0;
    while (r->word[row + w] && w + 1 < r->ways)
        w++;
    return w;
}
