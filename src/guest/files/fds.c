// The guest's descriptors: a table from its numbers to open files.
//
// The lock of the process guards the table and the counts. Host descriptors are
// close-on-exec all; whether the guest's is, the table says.
//
// A system call holds the files it uses until it ends, as Linux does: however its threads
// close and open meanwhile, what was checked is what is used.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/oom.h"
#include "guest/process/block.h"
#include "guest/process/timers.h"

enum { CLOSE_RANGE_CLOEXEC_FLAG = 4, DUP_ABOVE = 3 };

// ---- files

struct guest_file *file_new(int host)
{
    struct guest_file *f = malloc(sizeof(*f));
    if (!f)
        out_of_memory();
    *f = (struct guest_file){ .host = host, .holders = 1 };
    return f;
}

static struct guest_file *file_of_kind(struct process *p, int host, enum fd_kind kind, u64 detail)
{
    struct guest_file *f = file_new(host);
    f->kind = kind;
    f->detail = detail;
    if (kind == FD_TIMER)
        timers_hold(p, detail);
    return f;
}

// Ends a hold; true when it was the last: file_end must follow, outside the lock, since a
// close may wait. Meanwhile the file is on a list, for the child of a fork to close.
static bool file_put(struct process *p, struct guest_file *f)
{
    if (--f->holders)
        return false;
    f->next = p->closing;
    p->closing = f;
    return true;
}

// A close that lingers would hold the turn of the thread that is to read what was sent. Without,
// it is sent all the same.
static void linger_off(int host)
{
    struct linger l;
    socklen_t size = sizeof(l);
    if (!getsockopt(host, SOL_SOCKET, SO_LINGER, &l, &size) && l.l_onoff && l.l_linger > 0) {
        l.l_onoff = 0;
        setsockopt(host, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
    }
}

static i64 file_end(struct process *p, struct guest_file *f)
{
    if (!p->policy->parallel)
        linger_off(f->host);
    i64 r = host_result(close(f->host));
    pthread_mutex_lock(&p->lock);
    struct guest_file **at = &p->closing;
    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
    if (f->kind == FD_TIMER)
        timers_put(p, f->detail);
    pthread_mutex_unlock(&p->lock);
    free(f);
    return r;
}

// close takes the POSIX locks of the process on the file away, whoever uses it still.
static void drop_locks(const struct guest_file *f)
{
    int copy = fcntl(f->host, F_DUPFD_CLOEXEC, DUP_ABOVE);
    if (copy >= 0)
        close(copy);
}

static struct guest_file *look_up(const struct process *p, u64 fd)
{
    return fd < GUEST_FDS ? p->fds[fd].file : NULL;
}

// Holds `f` for the system call that `t` makes; the process is locked.
static int hold(struct thread *t, struct guest_file *f, u32 fd)
{
    for (u32 k = 0; t->call.again && k < t->held_count; k++)
        if (t->held_as[k] == fd)   // a call that has waited goes on with what it began with
            return t->held[k]->host;
    if (!f)
        return -EBADF;
    if (t->held_count && t->held[t->held_count - 1] == f && t->held_as[t->held_count - 1] == fd)
        return f->host;
    if (t->held_count == t->held_room) {
        t->held_room = t->held_room ? 2 * t->held_room : 8;
        t->held = realloc(t->held, t->held_room * sizeof(struct guest_file *));
        t->held_as = realloc(t->held_as, t->held_room * sizeof(*t->held_as));
        if (!t->held || !t->held_as)
            out_of_memory();
    }
    f->holders++;
    t->held_as[t->held_count] = fd;
    t->held[t->held_count++] = f;
    return f->host;
}

int fd_get(struct thread *t, u64 fd)
{
    struct process *p = t->process;
    pthread_mutex_lock(&p->lock);
    int host =
        hold(t, look_up(p, (u32)fd), (u32)fd);   // the kernel takes an int: upper half ignored
    pthread_mutex_unlock(&p->lock);
    return host;
}

int fd_cwd(struct thread *t)
{
    struct process *p = t->process;
    pthread_mutex_lock(&p->lock);
    int host = hold(t, p->cwd, (u32)AT_FDCWD);
    pthread_mutex_unlock(&p->lock);
    return host;
}

int fd_dir(struct thread *t, u64 fd)
{
    return (i32)fd == AT_FDCWD ? fd_cwd(t) : fd_get(t, fd);
}

void fds_put(struct thread *t)
{
    struct process *p = t->process;
    while (t->held_count) {
        pthread_mutex_lock(&p->lock);
        struct guest_file *f = t->held[--t->held_count];
        bool last = file_put(p, f);
        pthread_mutex_unlock(&p->lock);
        if (last)
            file_end(p, f);
    }
}

void fds_forked(struct process *p, const struct thread *t)
{
    for (struct thread *gone = p->threads; gone; gone = gone->next)
        while (gone != t && gone->held_count)
            file_put(p, gone->held[--gone->held_count]);
    while (p->closing)
        file_end(p, p->closing);
}

i64 fd_set_cwd(struct process *p, i64 host)
{
    if (host < 0)
        return host;
    struct guest_file *new = file_new((int)host);
    pthread_mutex_lock(&p->lock);
    struct guest_file *old = p->cwd;
    p->cwd = new;
    bool last = old && file_put(p, old);
    pthread_mutex_unlock(&p->lock);
    if (last)
        file_end(p, old);
    return 0;
}

enum fd_kind fd_kind(const struct thread *t, int host, u64 *detail)
{
    for (u32 k = t->held_count; k--;)
        if (t->held[k]->host == host) {
            *detail = __atomic_load_n(&t->held[k]->detail, __ATOMIC_RELAXED);
            return t->held[k]->kind;
        }
    *detail = 0;
    return FD_HOST;
}

// ---- the table

static u64 fd_limit(const struct process *p)
{
    u64 limit = p->rlimits[RLIMIT_NOFILE].soft;
    return limit < GUEST_FDS ? limit : GUEST_FDS;
}

static i64 new_locked(struct process *p, struct guest_file *f, bool cloexec, u64 low)
{
    for (u64 fd = low; fd < fd_limit(p); fd++)
        if (!p->fds[fd].file) {
            p->fds[fd] = (struct guest_fd){ f, cloexec };
            return (i64)fd;
        }
    return -EMFILE;
}

i64 fd_new_kind(struct process *p, i64 host, enum fd_kind kind, u64 detail, bool cloexec, int low)
{
    if (host < 0)
        return host;
    struct guest_file *f = file_of_kind(p, (int)host, kind, detail);
    pthread_mutex_lock(&p->lock);
    i64 fd = new_locked(p, f, cloexec, (u64)low);
    pthread_mutex_unlock(&p->lock);
    if (fd < 0) {
        close(f->host);
        if (kind == FD_TIMER)
            timers_put(p, detail);
        free(f);
    }
    return fd;
}

i64 fd_new(struct process *p, i64 host, bool cloexec, int low)
{
    return fd_new_kind(p, host, FD_HOST, 0, cloexec, low);
}

void fd_set_cloexec(struct process *p, u64 fd, bool cloexec)
{
    pthread_mutex_lock(&p->lock);
    if ((u32)fd < GUEST_FDS)
        p->fds[(u32)fd].cloexec = cloexec;
    pthread_mutex_unlock(&p->lock);
}

bool fds_open_standard(struct process *p)
{
    for (int fd = 0; fd < 3; fd++) {
        int host = fcntl(fd, F_DUPFD_CLOEXEC, DUP_ABOVE);
        if (host < 0 && errno != EBADF)
            return false;
        p->fds[fd].file = host < 0 ? NULL : file_new(host);
    }
    return true;
}

void fds_close_all(struct process *p)
{
    for (int fd = 0; fd < GUEST_FDS; fd++)
        if (p->fds[fd].file)
            file_put(p, p->fds[fd].file);
    if (p->cwd)
        file_put(p, p->cwd);
    while (p->closing)
        file_end(p, p->closing);
}

// Puts `new` (NULL: nothing) in the place of `fd`: what close gives of the one that was there.
static i64 replace(struct process *p, u32 fd, struct guest_fd new)
{
    pthread_mutex_lock(&p->lock);
    struct guest_file *old = look_up(p, fd);
    if (old || new.file)
        p->fds[fd] = new;
    bool last = old && file_put(p, old);
    if (old && !last)
        drop_locks(old);
    pthread_mutex_unlock(&p->lock);
    return !old ? -EBADF : last ? file_end(p, old) : 0;
}

void fds_close_on_exec(struct process *p)
{
    for (u32 fd = 0; fd < GUEST_FDS; fd++)
        if (p->fds[fd].file && p->fds[fd].cloexec)
            replace(p, fd, (struct guest_fd){ NULL });
}

i64 sys_close(struct thread *t, const u64 a[6])
{
    return replace(t->process, (u32)a[0], (struct guest_fd){ NULL });
}

i64 sys_close_range(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u32 first = a[0], last = a[1];
    if (first > last || a[2] & ~(u64)(CLOSE_RANGE_CLOEXEC_FLAG | 2))
        return -EINVAL;
    for (u64 fd = first; fd <= last && fd < GUEST_FDS; fd++) {
        if (a[2] & CLOSE_RANGE_CLOEXEC_FLAG)
            fd_set_cloexec(p, fd, true);
        else
            sys_close(t, (u64[6]){ fd });
    }
    return 0;
}

static i64 duplicate(struct thread *t, u64 fd, bool cloexec, u64 low)
{
    u64 detail;
    int host = fd_get(t, fd);
    if (host < 0)
        return host;
    enum fd_kind kind = fd_kind(t, host, &detail);
    i64 copy = host_result(fcntl(host, F_DUPFD_CLOEXEC, DUP_ABOVE));
    return fd_new_kind(t->process, copy, kind, detail, cloexec, (int)low);
}

i64 sys_dup(struct thread *t, const u64 a[6])
{
    return duplicate(t, a[0], false, 0);
}

i64 sys_dup3(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u32 from = a[0], to = a[1];
    u64 detail;
    if (from == to || a[2] & ~(u64)O_CLOEXEC)   // O_CLOEXEC is the same on both
        return -EINVAL;
    int host = fd_get(t, from);
    if (host < 0 || to >= fd_limit(p))
        return -EBADF;
    int copy = fcntl(host, F_DUPFD_CLOEXEC, DUP_ABOVE);
    if (copy < 0)
        return -errno;
    enum fd_kind kind = fd_kind(t, host, &detail);
    struct guest_file *f = file_of_kind(p, copy, kind, detail);
    replace(p, to, (struct guest_fd){ f, a[2] & O_CLOEXEC });
    return to;
}

// Locks: struct flock is the same on both.
static i64 file_lock(struct thread *t, int host, int command, vaddr a)
{
    void *lock = window(t, a, sizeof(struct flock));
    bool waits = command == F_SETLKW || command == F_OFD_SETLKW;
    int at_once = command == F_SETLKW ? F_SETLK : waits ? F_OFD_SETLK : command;
    if (!lock)
        return -EFAULT;
    i64 r = t->call.again ? -EAGAIN : host_result(fcntl(host, at_once, lock));
    if (!waits || (r != -EAGAIN && r != -EACCES))
        return r;
    return block_unpolled(t, SYS_fcntl, (u64[6]){ (u64)host, (u64)command, (u64)lock }, 0, NULL, 0);
}

static i64 get_flags(struct thread *t, int host)
{
    u64 place;
    i64 r = host_result(fcntl(host, F_GETFL));
    if (r >= 0 && fd_kind(t, host, &place) == FD_TIMER && timerfd_waits(t->process, place))
        r &= ~O_NONBLOCK;
    return r < 0 ? r : (i64)open_flags_to_guest((int)r);
}

static i64 set_flags(struct thread *t, int host, u64 guest)
{
    u64 place;
    int flags = open_flags_to_host(guest) & ~O_ASYNC;
    if (fd_kind(t, host, &place) == FD_TIMER) {
        timerfd_set_waits(t->process, place, !(flags & O_NONBLOCK));
        flags |= O_NONBLOCK;
    }
    return host_result(fcntl(host, F_SETFL, flags));
}

i64 sys_fcntl(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    int host = fd_get(t, a[0]), command = a[1];
    if (host < 0)
        return host;
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        if (a[2] >= fd_limit(p))
            return -EINVAL;
        return duplicate(t, a[0], command == F_DUPFD_CLOEXEC, a[2]);
    case F_GETFD: return p->fds[(u32)a[0]].cloexec;
    case F_SETFD: fd_set_cloexec(p, a[0], a[2] & FD_CLOEXEC); return 0;
    case F_GETFL: return get_flags(t, host);
    case F_SETFL: return set_flags(t, host, a[2]);
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
