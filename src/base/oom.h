// oom.h: the end where the host has no memory left, or takes away what it gave before.
#ifndef BASE_OOM_H
#define BASE_OOM_H

#include <stddef.h>

// Says so in one line and ends the process with 70, which is M2SIM_EXIT_INTERNAL.
__attribute__((noreturn)) void out_of_memory(void);

// `p`, which an allocation gave: out_of_memory() when that is NULL.
static inline void *must(void *p)
{
    if (!p)
        out_of_memory();
    return p;
}

// `n` zeroed things of `size` bytes, to be freed; never NULL, of none neither.
void *must_calloc(size_t n, size_t size);

// The same of something else, `what`, that the simulator cannot go on without.
__attribute__((noreturn)) void host_failed(const char *what);

#endif
