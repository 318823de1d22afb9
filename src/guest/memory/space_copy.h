// space_copy.h: checked copies between the guest and the simulator.
#ifndef GUEST_SPACE_COPY_H
#define GUEST_SPACE_COPY_H

#include "base/types.h"

struct space;

// 0 or -EFAULT (then nothing, or a part,
// was copied). space_poke ignores protection (loader, debugger) but not mapping.
i64 space_read(struct space *s, void *to, vaddr from, u64 len);
i64 space_write(struct space *s, vaddr to, const void *from, u64 len);
i64 space_poke(struct space *s, vaddr to, const void *from, u64 len);

// Reads a string into `to`, `size` bytes with its NUL: its length, -EFAULT, or
// -ENAMETOOLONG when it does not fit.
i64 space_string(struct space *s, char *to, vaddr from, u64 size);

// Puts `new` at `a` if `old` is there, atomically: 1, 0 when another value is, or -EFAULT.
i64 space_swap32(struct space *s, vaddr a, u32 old, u32 new);

#endif
