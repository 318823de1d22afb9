// The guest's descriptors: a table from its numbers to the host's.
//
// The lock of the process guards the table. Host descriptors are close-on-exec all;
// whether the guest's is, the table says.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "guest/linux.h"
#include "guest/timers.h"

enum { CLOSE_RANGE_CLOEXEC_FLAG = 4, DUP_ABOVE = 3 };

static int look_up(const struct process *p, u64 fd)
{
    return fd < GUEST_FDS && p->fds[fd].host >= 0 ? p->fds[fd].host : -EBADF;
}

int fd_host(struct process *p, u64 fd)
{
    pthread_mutex_lock(&p->lock);
    int host = look_up(p, (u32)fd);   // the kernel takes an int: upper half ignored
    pthread_mutex_unlock(&p->lock);
    return host;
}

enum fd_kind fd_kind(struct process *p, u64 fd, u64 *signals)
{
    u32 n = (u32)fd;
    pthread_mutex_lock(&p->lock);
    bool open = look_up(p, n) >= 0;
    enum fd_kind kind = open ? p->fds[n].kind : FD_HOST;
    *signals = open ? p->fds[n].signals : 0;
    pthread_mutex_unlock(&p->lock);
    return kind;
}

int fd_dir(struct process *p, u64 fd)
{
    return (i32)fd == AT_FDCWD ? p->cwd : fd_host(p, fd);
}

static u64 fd_limit(const struct process *p)
{
    u64 limit = p->rlimits[RLIMIT_NOFILE].soft;
    return limit < GUEST_FDS ? limit : GUEST_FDS;
}

static i64 new_locked(struct process *p, int host, bool cloexec, u64 low)
{
    for (u64 fd = low; fd < fd_limit(p); fd++)
        if (p->fds[fd].host < 0) {
            p->fds[fd] = (struct guest_fd){ .host = host, .cloexec = cloexec };
            return fd;
        }
    return -EMFILE;
}

i64 fd_new(struct process *p, i64 host, bool cloexec, int low)
{
    if (host < 0)
        return host;
    pthread_mutex_lock(&p->lock);
    i64 fd = new_locked(p, host, cloexec, low);
    pthread_mutex_unlock(&p->lock);
    if (fd < 0)
        close(host);
    return fd;
}

void fds_open_standard(struct process *p)
{
    for (int fd = 0; fd < GUEST_FDS; fd++)
        p->fds[fd].host = -1;
    for (int fd = 0; fd < 3; fd++)
        p->fds[fd].host = fcntl(fd, F_DUPFD_CLOEXEC, DUP_ABOVE);
}

void fds_close_all(struct process *p)
{
    for (int fd = 0; fd < GUEST_FDS; fd++)
        if (p->fds[fd].host >= 0)
            close(p->fds[fd].host);
}

void fds_close_on_exec(struct process *p)
{
    for (int fd = 0; fd < GUEST_FDS; fd++)
        if (p->fds[fd].host >= 0 && p->fds[fd].cloexec) {
            close(p->fds[fd].host);
            p->fds[fd].host = -1;
        }
}

i64 sys_close(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u32 fd = a[0];
    pthread_mutex_lock(&p->lock);
    int host = look_up(p, fd);
    if (host >= 0)
        p->fds[fd].host = -1;
    timers_closed(p, fd);
    pthread_mutex_unlock(&p->lock);
    return host < 0 ? -EBADF : host_result(close(host));
}

i64 sys_close_range(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u32 first = a[0], last = a[1];
    if (first > last || a[2] & ~(u64)(CLOSE_RANGE_CLOEXEC_FLAG | 2))
        return -EINVAL;
    for (u64 fd = first; fd <= last && fd < GUEST_FDS; fd++) {
        if (a[2] & CLOSE_RANGE_CLOEXEC_FLAG)
            p->fds[fd].cloexec = true;
        else
            sys_close(t, (u64[6]){ fd });
    }
    return 0;
}

static void copy_kind(struct process *p, u64 from, u64 to)
{
    pthread_mutex_lock(&p->lock);
    p->fds[to].kind = p->fds[(u32)from].kind;
    p->fds[to].signals = p->fds[(u32)from].signals;
    pthread_mutex_unlock(&p->lock);
}

static i64 duplicate(struct thread *t, u64 fd, bool cloexec, u64 low)
{
    int host = fd_host(t->process, fd);
    if (host < 0)
        return host;
    i64 new =
        fd_new(t->process, host_result(fcntl(host, F_DUPFD_CLOEXEC, DUP_ABOVE)), cloexec, low);
    if (new >= 0)
        copy_kind(t->process, fd, (u64) new);
    return new;
}

i64 sys_dup(struct thread *t, const u64 a[6])
{
    return duplicate(t, a[0], false, 0);
}

i64 sys_dup3(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u32 from = a[0], to = a[1];
    if (from == to || a[2] & ~(u64)O_CLOEXEC)   // O_CLOEXEC is the same on both
        return -EINVAL;
    int host = fd_host(p, from);
    if (host < 0 || to >= fd_limit(p))
        return -EBADF;
    int copy = fcntl(host, F_DUPFD_CLOEXEC, DUP_ABOVE);
    if (copy < 0)
        return -errno;
    pthread_mutex_lock(&p->lock);
    int old = p->fds[to].host;
    p->fds[to] = p->fds[from];
    p->fds[to].host = copy;
    p->fds[to].cloexec = a[2] & O_CLOEXEC;
    pthread_mutex_unlock(&p->lock);
    if (old >= 0)
        close(old);
    return to;
}

// Locks: struct flock is the same on both.
static i64 file_lock(struct thread *t, int host, int command, vaddr a)
{
    void *lock = window(t, a, sizeof(struct flock));
    return lock ? host_result(fcntl(host, command, lock)) : -EFAULT;
}

i64 sys_fcntl(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    int host = fd_host(p, a[0]), command = a[1];
    if (host < 0)
        return host;
    struct guest_fd *g = &p->fds[(u32)a[0]];
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        if (a[2] >= fd_limit(p))
            return -EINVAL;
        return duplicate(t, a[0], command == F_DUPFD_CLOEXEC, a[2]);
    case F_GETFD: return g->cloexec;
    case F_SETFD: g->cloexec = a[2] & FD_CLOEXEC; return 0;
    case F_GETFL: {
        i64 r = host_result(fcntl(host, F_GETFL));
        return r < 0 ? r : (i64)open_flags_to_guest(r);
    }
    case F_SETFL: return host_result(fcntl(host, F_SETFL, open_flags_to_host(a[2]) & ~O_ASYNC));
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW: return file_lock(t, host, command, a[2]);
    case F_GETPIPE_SZ:
    case F_SETPIPE_SZ:
    case F_ADD_SEALS:
    case F_GET_SEALS: return host_result(fcntl(host, command, (int)a[2]));
    default: return -EINVAL;   // owners and signals would name host processes
    }
}

i64 sys_pipe2(struct thread *t, const u64 a[6])
{
    int flags = open_flags_to_host(a[1]), host[2];
    if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
        return -EINVAL;
    if (pipe2(host, flags | O_CLOEXEC))
        return -errno;
    i64 in = fd_new(t->process, host[0], flags & O_CLOEXEC, 0);
    i64 out = fd_new(t->process, host[1], flags & O_CLOEXEC, 0);
    int pair[2] = { in, out };
    i64 failed = in < 0 || out < 0 ? -EMFILE : space_write(t->process->space, a[0], pair, 8);
    if (!failed)
        return 0;
    if (in >= 0)
        sys_close(t, (u64[6]){ in });
    if (out >= 0)
        sys_close(t, (u64[6]){ out });
    return failed;
}
