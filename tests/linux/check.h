// check.h: what the guest programs of this folder share. Each tests Linux as the guest
// sees it and ends with 0, or names the line that failed.
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            fprintf(stderr, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #x, errno);              \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

// qemu-user 7.2 lacks some of what Linux has.
static inline int under_qemu(void)
{
    return getenv("UNDER_QEMU") != NULL;
}

#endif
