#include "uarch/prefetch_policy.h"

void *prefetch_none_new(struct arena *a, const struct prefetch_params *p, u32 line, u32 page)
{
    return NULL;
}

u32 prefetch_none_train(void *state, const struct prefetch_event *e, vaddr *out)
{
    return 0;
}

void prefetch_none_save(void *state, struct save *s)
{
}
