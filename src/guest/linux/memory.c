// System calls on memory: thin, since space.h does the work.
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/linux.h"

i64 sys_brk(struct thread *t, const u64 a[6])
{
    return space_brk(t->process->space, a[0]);
}

i64 sys_mmap(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u32 flags = a[3];
    if (flags & MAP_ANONYMOUS)
        return space_map(p->space, a[0], a[1], a[2], flags, -1, 0, NULL);
    int host = fd_get(t, a[4]);
    i64 counter;
    if (host < 0)
        return host;
    if (perf_mmap(t, host, a, &counter))
        return counter;
    if (memfd_room(t, host, a[5] + a[1]))
        return -ENOMEM;
    char name[VIEW_PATH];
    bool named = path_shown(p, host, name, sizeof(name));
    return space_map(p->space, a[0], a[1], a[2], flags, host, a[5], named ? name : "");
}

i64 sys_munmap(struct thread *t, const u64 a[6])
{
    return space_unmap(t->process->space, a[0], a[1]);
}

i64 sys_mprotect(struct thread *t, const u64 a[6])
{
    return space_protect(t->process->space, a[0], a[1], a[2]);
}

i64 sys_mremap(struct thread *t, const u64 a[6])
{
    return space_remap(t->process->space, a[0], a[1], a[2], a[3], a[4]);
}

i64 sys_madvise(struct thread *t, const u64 a[6])
{
    return space_advise(t->process->space, a[0], a[1], a[2]);
}

i64 sys_msync(struct thread *t, const u64 a[6])
{
    u64 len = (a[1] + GUEST_PAGE - 1) & ~(u64)(GUEST_PAGE - 1);
    if (a[0] % GUEST_PAGE || a[2] & ~(u64)(MS_ASYNC | MS_SYNC | MS_INVALIDATE))
        return -EINVAL;
    void *p = window(t, a[0], len);
    if (!p || len < a[1] || !space_range_ok(t->process->space, a[0], len, 0))
        return -ENOMEM;
    return host_result(msync(p, len, a[2]));
}

// Every mapped page is said to be in memory.
i64 sys_mincore(struct thread *t, const u64 a[6])
{
    struct space *s = t->process->space;
    u8 ones[256];
    memset(ones, 1, sizeof(ones));
    if (a[0] % GUEST_PAGE)
        return -EINVAL;
    if (!space_in_window(s, a[0], a[1]) || !space_range_ok(s, a[0], a[1], 0))
        return -ENOMEM;
    u64 pages = (a[1] + GUEST_PAGE - 1) / GUEST_PAGE;
    for (u64 done = 0; done < pages;) {
        u64 part = pages - done < sizeof(ones) ? pages - done : sizeof(ones);
        if (space_write(s, a[2] + done, ones, part))
            return -EFAULT;
        done += part;
    }
    return 0;
}

// ---- process_vm_readv, process_vm_writev

// A place in a list of iovecs in guest memory.
struct vector {
    vaddr next;   // iovec after this one
    u64 left;     // iovecs after this one
    u64 base, len;
};

// Moves on to an iovec with something left; false at the end. *error: the list cannot be read.
static bool vector_more(struct space *s, struct vector *v, i64 *error)
{
    while (!v->len && v->left) {
        u64 pair[2];
        if (space_read(s, pair, v->next, sizeof(pair))) {
            *error = -EFAULT;
            return false;
        }
        v->next += sizeof(pair);
        v->left--;
        v->base = pair[0];
        v->len = pair[1];
    }
    return v->len;
}

// Of the process itself alone; others are none of its business.
static i64 copy_vectors(struct thread *t, const u64 a[6], bool write)
{
    struct space *s = t->process->space;
    struct vector local = { a[1], a[2], 0, 0 }, remote = { a[3], a[4], 0, 0 };
    u8 part[4096];
    i64 done = 0, error = 0;
    if (a[5] || a[2] > UIO_MAXIOV || a[4] > UIO_MAXIOV)
        return -EINVAL;
    if ((i32)a[0] != t->process->pid)
        return -EPERM;
    while (vector_more(s, &local, &error) && vector_more(s, &remote, &error)) {
        u64 n = local.len < remote.len ? local.len : remote.len;
        n = n < sizeof(part) ? n : sizeof(part);
        vaddr from = write ? local.base : remote.base, to = write ? remote.base : local.base;
        if (space_read(s, part, from, n) || space_write(s, to, part, n)) {
            error = -EFAULT;
            break;
        }
        done += (i64)n;
        local.base += n;
        local.len -= n;
        remote.base += n;
        remote.len -= n;
    }
    return done || !error ? done : error;
}

i64 sys_process_vm_readv(struct thread *t, const u64 a[6])
{
    return copy_vectors(t, a, false);
}

i64 sys_process_vm_writev(struct thread *t, const u64 a[6])
{
    return copy_vectors(t, a, true);
}
