// suite.h: which programs are measured.
#ifndef BENCH_SUITE_H
#define BENCH_SUITE_H

#include "base/arena.h"
#include "base/err.h"

struct suite_program {
    const char *name, *group, *path;
    unsigned long full, quick;   // its argument
};

struct suite {
    struct suite_program *at;
    size_t count;
};

// Reads GUESTS/programs.txt and takes the programs that a pattern of `filter` names, by their name
// or group; `quick` takes one in six, unless names were asked for. False with *e when the table
// or a program is not there, or a pattern names nothing.
bool suite_read(struct suite *s, struct arena *a, const char *guests, const char *filter,
                bool quick, struct err *e);

char *suite_text(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
