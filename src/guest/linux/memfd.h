// memfd.h: files that are memory, which counts as the simulation's (bounds_files.h).
#ifndef GUEST_MEMFD_H
#define GUEST_MEMFD_H

#include <stdbool.h>

#include "base/types.h"

struct thread;

enum { MEMFD_PART = 1 << 20 };   // written at a time

bool memfd_is(struct thread *t, int host);

// Room for it to reach `end`; 0, also of other files, or -ENOSPC.
i64 memfd_room(struct thread *t, int host, u64 end);

// The same for writing *n bytes at `at` (negative: at its position), and no more than a part.
i64 memfd_write(struct thread *t, int host, i64 at, u64 *n);

#endif
