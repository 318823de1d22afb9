// prefetch_policy.h: what a policy of prefetch.def provides; for prefetch*.c only.
#ifndef UARCH_PREFETCH_POLICY_H
#define UARCH_PREFETCH_POLICY_H

#include "uarch/prefetch.h"

// prefetch_ID_new makes the state. prefetch_ID_train sees an event of the kind its row names and
// writes at most PREFETCH_MAX addresses, of any byte of the lines it wants;
// prefetch.c drops those of the line of the access and, without cross_page, beyond its page.
// prefetch_ID_save lists the state (base/save.h).
#define PREFETCH(id, ...) \
    void *prefetch_##id##_new(struct arena *a, const struct prefetch_params *p, u32 line, \
                               u32 page); \
    u32 prefetch_##id##_train(void *state, const struct prefetch_event *e, vaddr *out); \
    void prefetch_##id##_save(void *state, struct save *s);
#include "uarch/prefetch.def"
#undef PREFETCH

#endif
