// child.h: runs a program to its end and says what that took.
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include "base/err.h"
#include "base/types.h"

struct child {
    char *const *argv;        // found by PATH; NULL-terminated
    const char *const *env;   // "NAME=VALUE" beside those it inherits, or NULL
    const char *words;        // file for what it writes to standard error
    const char *out;          // and to standard output, or NULL
    int keep;                 // file descriptor it inherits, or -1
    u32 seconds;              // it is killed after so many
    const char *in;           // file for its standard input, or NULL for none
    bool tied;                // it is killed when the thread that starts it ends
};

struct usage {
    int status;         // as a shell gives it: 128 + signal
    double cpu, wall;   // seconds; cpu: user and system time of the child and those it waited for
    u64 peak_bytes;   // of resident memory, at least that of its parent when it was started
    double instructions;   // of the host in user mode; NAN where the host does not count
};

// False with *e when the program cannot be started or took too long.
bool child_run(const struct child *c, struct usage *u, struct err *e);

#endif
