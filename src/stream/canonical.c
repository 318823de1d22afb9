// Addresses of a small window, as they would be in the largest.
#include "stream/canonical.h"

struct canonical canonical_of(u64 size, u64 largest, u64 further)
{
    // Between a program at two thirds and the top there is a third: the heap grows into its
    // lower half, mappings into its upper.
    return (struct canonical){ size / 2, size - size / 6, further, largest - size };
}

static u64 moved(const struct canonical *c, u64 a)
{
    return a < c->middle ? a : a + (a < c->high ? c->by_middle : c->by_high);
}

u64 canonical_back(const struct canonical *c, u64 a)
{
    if (a >= c->high + c->by_high)
        return a - c->by_high;
    return a >= c->middle + c->by_middle ? a - c->by_middle : a;
}

// Whether addr is an address, not a word of code nor a number.
static bool has_address(const struct record *r)
{
    if (!(r->head & RECORD_DEF))
        return true;
    return record_is_other(r) && record_kind(r) == RECORD_WORD && r->head & RECORD_POINTS;
}

void canonical_records(const struct canonical *c, struct record *to, const struct record *r,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[i].head = (r[i].head & ~RECORD_PC) | (moved(c, record_pc(&r[i])) & RECORD_PC);
        to[i].addr = has_address(&r[i]) ? moved(c, r[i].addr) : r[i].addr;
    }
}
