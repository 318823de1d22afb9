// prefetch.h: what lines to bring before they are asked for.
//
// A policy sees the misses of a cache and the first uses of lines it brought,
// and names lines; the owner (hierarchy.h) fetches them. It knows no time.
#ifndef UARCH_PREFETCH_H
#define UARCH_PREFETCH_H

#include "base/types.h"

struct arena;
struct save;

enum prefetch_kind {
#define PREFETCH(id, ...) PREFETCH_##id,
#include "uarch/prefetch.def"
#undef PREFETCH
    PREFETCH_KINDS
};

// No figure of Apple's prefetchers is published; all of these are to be fitted.
struct prefetch_params {
    u32 kind;       // enum prefetch_kind
    u32 degree;     // lines brought a time, at most: 1 to PREFETCH_MAX
    u32 distance;   // how far ahead of the access, in strides or lines
    u32 entries;    // loads or streams followed at once
    u32 cross_page; // 1: may name lines beyond the 16 KiB page of the access
    u32 near;       // stream: lines either way from its last that continue it
};

enum { PREFETCH_MAX = 8 };

struct prefetch;

// Lines are `line` bytes. Without cross_page nothing is named beyond the `page`
// of the access (a prefetcher that has no TLB does not know where it lies).
struct prefetch *prefetch_new(struct arena *a, const struct prefetch_params *p, u32 line, u32 page);

// The instruction at `pc` missed at `va`, or used a prefetched line first.
// Writes at most PREFETCH_MAX line addresses to `out`; how many.
u32 prefetch_train(struct prefetch *f, vaddr pc, vaddr va, vaddr *out);

// Writes or reads its state as part of a section.
void prefetch_save(struct prefetch *f, struct save *s);

#endif
