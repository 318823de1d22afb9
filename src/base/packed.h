// packed.h: what is written compressed, by zstd, at once.
#ifndef BASE_PACKED_H
#define BASE_PACKED_H

#include <stdbool.h>
#include <stdio.h>

// Writes the `size` bytes as one frame, whose header has the size. False, with errno, on a write error.
bool packed_write(const void *bytes, size_t size, FILE *f);

#endif
