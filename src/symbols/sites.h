// sites.h: which function and source file an address of a process of this computer belongs to.
//
// By libdwfl of elfutils, which also finds the debugging information that is kept apart from a program.
#ifndef SYMBOLS_SITES_H
#define SYMBOLS_SITES_H

#include <stddef.h>

#include "base/types.h"

struct sites;

// A file the process has mapped, and what its addresses were moved by.
struct sites_file {
    const char *path;
    u64 base;
};

// NULL when this build cannot tell. Freed by sites_free.
struct sites *sites_new(const struct sites_file *file, size_t count);
void sites_free(struct sites *s);

struct site {
    const char *function;   // "?" when it has no name
    const char *file;   // as the compiler was given it, inlined code by its own file; or NULL
    int line;
};

// The strings live as long as `s`.
struct site sites_at(struct sites *s, u64 pc);

#endif
