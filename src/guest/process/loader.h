// loader.h: what a dynamic linker looks for, and what to tell the user when it does not find
// it: its own words name the library, not where AArch64 ones come from.
#ifndef GUEST_LOADER_H
#define GUEST_LOADER_H

#include "guest/process.h"

// Whether `path` is one a dynamic linker tries and does without: its configuration, or a
// library in one of many folders.
bool loader_probes(const char *path);

// To be told of every open by a guest: `result` is the descriptor or the error.
void loader_opened(struct thread *t, vaddr path, i64 result);

// To be told of the process's end by `t` with `status`: says which library was missing, when
// the dynamic linker ended it for that.
void loader_ended(struct thread *t, int status);

// Why the dynamic linker `interp` of the program `path` cannot be opened. False, with *e.
bool loader_missing(const struct process *p, const char *path, const char *interp, i64 error,
                    struct err *e);

#endif
