// A binary tree over the ways: each inner node points to the half that was not used last,
// and the victim is where they lead. Node n has the children 2n and 2n + 1, the root is 1;
// its bit, set when it points right, is bit n % 32 of word n / 32 of the row. Where the ways
// are no power of two, the tree's last leaves are missing and nothing points there.
#include "uarch/replace.h"

void replace_plru_new(struct replace *r)
{
}

static u32 leaves(const struct replace *r)
{
    return r->ways > 1 ? 2u << (31 - __builtin_clz(r->ways - 1)) : 1;
}

void replace_plru_use(struct replace *r, u32 row, u32 way)
{
    for (u32 node = 1, half = leaves(r) / 2; half; half /= 2) {
        u32 *word = &r->word[row + node / 32], bit = 1u << node % 32;
        bool right = way & half;
        *word = right ? *word & ~bit : *word | bit;
        node = 2 * node + right;
    }
}

void replace_plru_fill(struct replace *r, u32 row, u32 way)
{
    replace_plru_use(r, row, way);
}

u32 replace_plru_victim(struct replace *r, u32 row)
{
    u32 way = 0, node = 1;
    for (u32 half = leaves(r) / 2; half; half /= 2) {
        bool right = r->word[row + node / 32] >> node % 32 & 1 && (way | half) < r->ways;
        way |= right ? half : 0;
        node = 2 * node + right;
    }
    return way;
}
