// prefetch_policy.h: what a policy of prefetch.def provides; for prefetch*.c only.
#ifndef UARCH_PREFETCH_POLICY_H
#define UARCH_PREFETCH_POLICY_H

#include "uarch/prefetch.h"

// prefetch_NAME_new makes the state. prefetch_NAME_train sees an access and
// writes at most PREFETCH_MAX addresses, of any byte of the lines it wants;
// prefetch.c drops those of the line of the access and beyond its page.
#define PREFETCH(name, ...) \
    void *prefetch_##name##_new(struct arena *a, const struct prefetch_params *p, u32 line); \
    u32 prefetch_##name##_train(void *state, vaddr pc, vaddr va, vaddr *out);
#include "uarch/prefetch.def"
#undef PREFETCH

#endif
