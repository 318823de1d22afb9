// Static re-reference interval prediction with hit priority (A. Jaleel and others, High
// Performance Cache Replacement Using Re-Reference Interval Prediction, 2010): a word is
// how far off the line's next use is thought to be. A new line is a step before the
// farthest, a used one is near; the first farthest goes, and while there is none all move on.
#include "uarch/replace.h"

void replace_srrip_new(struct replace *r)
{
}

static u32 farthest(const struct replace *r)
{
    return (1u << r->p.srrip_bits) - 1;
}

void replace_srrip_use(struct replace *r, u32 row, u32 way)
{
    r->word[row + way] = 0;
}

void replace_srrip_fill(struct replace *r, u32 row, u32 way)
{
    r->word[row + way] = farthest(r) - 1;
}

u32 replace_srrip_victim(struct replace *r, u32 row)
{
    for (;;) {
        for (u32 w = 0; w < r->ways; w++)
            if (r->word[row + w] >= farthest(r))
                return w;
        for (u32 w = 0; w < r->ways; w++)
            r->word[row + w]++;
    }
}
