// prefetch.h: what lines to bring before they are asked for.
//
// A policy sees what happens at a cache, an event at a time, and names lines; the owner
// (hierarchy.h) fetches them. It knows no time.
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

enum prefetch_when {
    PREFETCH_ACCESS,   // an instruction missed, or used a prefetched line first
    PREFETCH_FILL,     // a line is brought, by an instruction or by another prefetcher
};

struct prefetch_event {
    enum prefetch_when when;
    vaddr pc, va;   // the instruction, and what it accessed; of a fill, any byte of the line
    const u64 *words;   // PREFETCH_FILL: what the 64 bytes around va hold (words_of), or NULL
};

// No figure of Apple's prefetchers is published; all of these are to be fitted.
struct prefetch_params {
    u32 kind;   // enum prefetch_kind
    u32 degree;   // lines brought a time, at most: 1 to PREFETCH_DEGREE
    u32 distance;   // how far ahead of the access, in strides or lines
    u32 entries;   // loads or streams followed at once; pointers: lines remembered
    u32 cross_page;   // 1: may name lines beyond the 16 KiB page of the access
    u32 near;   // stream: lines either way from its last that continue it
};

enum { PREFETCH_DEGREE = 8, PREFETCH_MAX = 16 };

struct prefetch;

// Lines are `line` bytes. Without cross_page nothing is named beyond the `page`
// of the access (a prefetcher that has no TLB does not know where it lies).
struct prefetch *prefetch_new(struct arena *a, const struct prefetch_params *p, u32 line, u32 page);

// Whether policy `kind` learns from fills, and so wants to know what memory holds; otherwise from
// accesses.
bool prefetch_sees_fills(u32 kind);

// Learns from an event, which may be of the kind it does not see. Writes at most PREFETCH_MAX
// line addresses to `out`; how many.
u32 prefetch_train(struct prefetch *f, const struct prefetch_event *e, vaddr *out);

// Writes or reads its state as part of a section.
void prefetch_save(struct prefetch *f, struct save *s);

#endif
