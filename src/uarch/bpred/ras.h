// ras.h: the stack of return addresses.
#ifndef UARCH_BPRED_RAS_H
#define UARCH_BPRED_RAS_H

#include "base/types.h"

struct arena;
struct save;

enum ras_overflow {
#define RAS_OVERFLOW(id, ...) RAS_##id,
#include "uarch/bpred/ras_overflow.def"
#undef RAS_OVERFLOW
};

struct ras_params {
    u32 entries;     // 50 | 32, at most 256
    u32 overflow;    // enum ras_overflow
};

// Enough to undo what a wrong path did, but for entries it overwrote deeper
// than the top one. Plain data.
struct ras_state {
    u16 top, depth;
    u32 dropped;
    vaddr top_value;
};

struct ras;

struct ras *ras_new(struct arena *a, const struct ras_params *p);
void ras_push(struct ras *r, vaddr address);

// The predicted return address; 0 when the stack is empty.
vaddr ras_pop(struct ras *r);

struct ras_state ras_save(const struct ras *r);
void ras_restore(struct ras *r, const struct ras_state *s);

// Writes or reads its state as part of a section.
void ras_keep(struct ras *r, struct save *s);

#endif
