// symbols.h: which function and source file an address of a measured process belongs to.
#ifndef BENCH_SYMBOLS_H
#define BENCH_SYMBOLS_H

#include "bench/probe_data.h"

struct symbols;

// What lies where in a process that `h` comes from. `program` is the file of its program. NULL when this
// build cannot read symbols. Freed by symbols_free.
struct symbols *symbols_new(const struct probe_head *h, const char *program);
void symbols_free(struct symbols *s);

struct symbol {
    const char *function;   // "?" when it has no name
    const char *file;   // as the compiler was given it, inlined code by its own file; or NULL
    int line;
};

// The strings live as long as `s`.
struct symbol symbols_at(struct symbols *s, u64 pc);

#endif
