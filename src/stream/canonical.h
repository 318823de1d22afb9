// canonical.h: the records that the largest window would have given, made from those of a
// smaller one.
//
// A guest's stack and mappings lie at the top of the window, a program that is placed anywhere
// at two thirds of it, the rest where the file says. How large the window is, the host decides
// (`ulimit -v`): caches and predictors that hash an address shall not see that.
#ifndef STREAM_CANONICAL_H
#define STREAM_CANONICAL_H

#include "stream/record.h"

struct canonical {
    vaddr middle, high;   // where what is placed anywhere, and what is at the top, may begin
    u64 by_middle, by_high;   // how much further up they lie in the largest window
};

// Of a window of `size` bytes, as one of `largest` would be, where a program that is placed
// anywhere begins `further` up.
struct canonical canonical_of(u64 size, u64 largest, u64 further);

// The address in the smaller window that is `a` in the largest.
u64 canonical_back(const struct canonical *c, u64 a);

// Makes `n` records at `to` of those at `r`.
void canonical_records(const struct canonical *c, struct record *to, const struct record *r,
                       size_t n);

#endif
