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

// The same without the name, which takes long to find; function NULL.
struct site sites_line(struct sites *s, u64 pc);

// A function that is inlined at an address, and where it is called from.
struct site_call {
    const char *function;
    const char *file;   // or NULL
    int line;
};

// Functions inlined at `pc`, innermost first, at most `most`: how many. The last is called from the
// function itself.
size_t sites_inlined(struct sites *s, u64 pc, struct site_call *call, size_t most);

// Where the function that begins at `pc` is declared; file NULL: nobody says.
struct site sites_function(struct sites *s, u64 pc);

#endif
