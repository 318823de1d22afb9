#include "base/packed.h"

#include <errno.h>
#include <stdlib.h>

#include <zstd.h>

#include "base/oom.h"

enum { LEVEL = 3 };   // of compression

bool packed_write(const void *bytes, size_t size, FILE *f)
{
    size_t room = ZSTD_compressBound(size);
    void *packed = malloc(room);
    if (!packed)
        out_of_memory();
    size_t n = ZSTD_compress(packed, room, bytes, size, LEVEL);
    bool ok = !ZSTD_isError(n);
    if (!ok)
        errno = EIO;
    ok = ok && fwrite(packed, 1, n, f) == n && fflush(f) == 0;
    free(packed);
    return ok;
}
