// bounds_host.h: how much memory the host can give.
#ifndef GUEST_BOUNDS_HOST_H
#define GUEST_BOUNDS_HOST_H

#include "base/types.h"

// Bytes: seven eighths of the least of its memory and the limits of this process's control groups
// and those above (memory.max; memory.limit_in_bytes of version 1). What cannot be read is no
// limit. `root` stands before /proc and /sys: "" but in tests.
u64 bounds_host(const char *root);

// The least of those limits, UINT64_MAX when there is none.
u64 bounds_cgroup(const char *root);

#endif
