// Files that are memory. What positions and O_APPEND make of a write is known only afterwards, so
// that one goes in parts: as many threads as write at once can have a part each that was not seen.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/linux.h"
#include "guest/memory/bounds_files.h"

static bool is_memory(struct thread *t, int host, struct stat *st)
{
    return bounds_files_has(t->process->space->bounds, host, st);
}

bool memfd_is(struct thread *t, int host)
{
    struct stat st;
    return is_memory(t, host, &st);
}

static i64 room(struct thread *t, const struct stat *st, u64 end)
{
    u64 size = (u64)st->st_size > end ? (u64)st->st_size : end;
    return bounds_files_grow(t->process->space->bounds, st->st_ino, size) ? 0 : -ENOSPC;
}

i64 memfd_room(struct thread *t, int host, u64 end)
{
    struct stat st;
    return (i64)end > 0 && is_memory(t, host, &st) ? room(t, &st, end) : 0;
}

i64 memfd_write(struct thread *t, int host, i64 at, u64 *n)
{
    struct stat st;
    if (!is_memory(t, host, &st))
        return 0;
    *n = *n < MEMFD_PART ? *n : MEMFD_PART;
    i64 from = at < 0 ? lseek(host, 0, SEEK_CUR) : at;
    if (from > INT64_MAX - MEMFD_PART)
        return -EFBIG;
    return *n ? room(t, &st, (u64)(from > st.st_size ? from : st.st_size) + *n) : 0;
}

static int open_again(int fd)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, O_RDWR | O_CLOEXEC);
}

// The guest gets a descriptor that was opened, as that tells who has the file; the other watches.
static i64 make(struct thread *t, const char *name, u32 flags)
{
    struct bounds *b = t->process->space->bounds;
    bounds_files_sweep(b);
    int made = memfd_create(name, flags | MFD_CLOEXEC);
    if (made < 0)
        return -errno;
    int host = open_again(made), watch = host < 0 ? -1 : open_again(made);
    i64 error = -errno;
    close(made);
    if (watch >= 0 && bounds_files_add(b, watch))
        return host;
    if (host >= 0)
        close(host);
    if (watch >= 0)
        close(watch);
    return watch >= 0 ? -ENFILE : error;
}

i64 sys_memfd_create(struct thread *t, const u64 a[6])
{
    char name[256];
    i64 n = space_string(t->process->space, name, a[0], sizeof(name));
    if (n < 0 || a[1] & ~(u64)(MFD_CLOEXEC | MFD_ALLOW_SEALING))
        return n == -EFAULT ? n : -EINVAL;
    return fd_new(t->process, make(t, name, (u32)a[1]), a[1] & MFD_CLOEXEC, 0);
}
