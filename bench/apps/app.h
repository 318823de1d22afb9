// app.h: what the programs of this folder have in common.
//
//     PROGRAM KERNEL PASSES [SIZE]
//
// does the work of a kernel PASSES times and prints nothing. What one pass costs is the difference
// between a run of 2 N passes and one of N, divided by N: how the program starts, makes its data and
// warms up is in both. A kernel whose result is wrong ends the program with status 1, an unknown one
// with 64.
#ifndef APP_H
#define APP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kernel {
    const char *name;
    int (*run)(long passes, long size);   // 0, or 1 when the result is wrong
};

// What memory holds is not known before it, and looked at behind it.
static inline void app_fence(void)
{
    __asm__ volatile("" ::: "memory");
}

// The value is needed, by nobody in particular.
#define APP_KEEP(v) __asm__ volatile("" ::"r"(v) : "memory")

// Data that look random and are the same every time: Marsaglia's xorshift64.
static inline uint64_t app_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static inline void *app_room(size_t size)
{
    void *p = NULL;
    if (posix_memalign(&p, 128, size ? size : 1))
        exit(70);
    return p;
}

static inline int app_main(int argc, char **argv, const struct kernel *at, size_t n)
{
    for (size_t k = 0; argc > 2 && k < n; k++)
        if (strcmp(at[k].name, argv[1]) == 0)
            return at[k].run(atol(argv[2]), argc > 3 ? atol(argv[3]) : 0);
    fprintf(stderr, "usage: %s KERNEL PASSES [SIZE]; kernels:", argv[0]);
    for (size_t k = 0; k < n; k++)
        fprintf(stderr, " %s", at[k].name);
    fputc('\n', stderr);
    return 64;
}

#define APP_MAIN(kernels)                                                               \
    int main(int argc, char **argv)                                                     \
    {                                                                                   \
        return app_main(argc, argv, kernels, sizeof(kernels) / sizeof(*(kernels)));     \
    }

#endif
