// Descriptors that tell of something: signalfd and inotify.
//
// A signalfd is an eventfd of the host that the process keeps readable while one of its
// signals is pending; what is read is made up here. inotify is the host's, on files the
// guest can read; its events are the same on both.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "guest/process/block.h"
#include "guest/process/hostsig.h"

enum { SET_BYTES = 8 };   // sizeof(sigset_t) of the kernel

static const u64 UNBLOCKABLE = (u64)1 << (SIGKILL - 1) | (u64)1 << (SIGSTOP - 1);

_Static_assert(sizeof(struct signalfd_siginfo) == 128, "the same on arm64");

// ---- signalfd

// A thread's own signals are told too: which of the threads asks is not known beforehand.
static u64 pending_anywhere(const struct process *p)
{
    u64 set = p->pending;
    for (const struct thread *t = p->threads; t; t = t->next)
        set |= t->pending;
    return set;
}

void signalfd_update(struct process *p)
{
    if (!p->signal_fds)
        return;
    u64 set = pending_anywhere(p), one = 1;
    for (const struct guest_fd *fd = p->fds; fd < p->fds + GUEST_FDS; fd++) {
        const struct guest_file *g = fd->file;
        if (!g || g->kind != FD_SIGNALS)
            continue;
        struct pollfd ready = { g->host, POLLIN, 0 };
        bool told = poll(&ready, 1, 0) > 0;
        if (set & g->detail && !told && write(g->host, &one, sizeof(one)) < 0)
            continue;
        if (!(set & g->detail) && told && read(g->host, &one, sizeof(one)) < 0)
            continue;
    }
}

static int new_event(u64 flags)
{
    return eventfd(0, EFD_CLOEXEC | (flags & SFD_NONBLOCK ? EFD_NONBLOCK : 0));
}

void signalfd_forked(struct process *p)
{
    for (struct guest_fd *fd = p->fds; p->signal_fds && fd < p->fds + GUEST_FDS; fd++) {
        struct guest_file *g = fd->file;
        if (!g || g->kind != FD_SIGNALS)
            continue;
        int own = new_event((u64)fcntl(g->host, F_GETFL) & O_NONBLOCK);
        if (own < 0 || dup3(own, g->host, O_CLOEXEC) < 0)
            g->kind = FD_HOST;   // no descriptors left: it never tells anything
        if (own >= 0)
            close(own);
    }
}

i64 sys_signalfd4(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u64 set, old;
    if (a[2] != SET_BYTES || a[3] & ~(u64)(SFD_CLOEXEC | SFD_NONBLOCK))
        return -EINVAL;
    if (space_read(p->space, &set, a[1], sizeof(set)))
        return -EFAULT;
    set &= ~UNBLOCKABLE;
    i64 fd = (i32)a[0];
    int host = fd < 0 ? 0 : fd_get(t, (u64)fd);
    if (host < 0)
        return -EBADF;
    if (fd >= 0 && fd_kind(t, host, &old) != FD_SIGNALS)
        return -EINVAL;
    if (fd >= 0)
        t->held[t->held_count - 1]->detail = set;
    else
        fd = fd_new_kind(p, host_result(new_event(a[3])), FD_SIGNALS, set, a[3] & SFD_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    pthread_mutex_lock(&p->lock);
    p->signal_fds = true;
    for (int sig = 1; sig <= GUEST_SIGNALS; sig++)
        if (set >> (sig - 1) & 1)
            hostsig_catch(p, sig);
    signalfd_update(p);
    pthread_mutex_unlock(&p->lock);
    return fd;
}

static i64 put_signal(struct thread *t, vaddr to, const struct guest_siginfo *i)
{
    struct signalfd_siginfo s = {
        .ssi_signo = (u32)i->sig,
        .ssi_code = i->code,
        .ssi_pid = (u32)i->pid,
        .ssi_uid = (u32)i->uid,
    };
    if (i->sig == SIGCHLD) {
        s.ssi_status = (i32)i->value;
    } else if (i->code == SI_TIMER) {
        s.ssi_tid = (u32)i->pid;
        s.ssi_overrun = (u32)i->uid;
        s.ssi_pid = s.ssi_uid = 0;
    }
    if (i->sig != SIGCHLD && i->code < 0) {
        s.ssi_int = (i32)i->value;
        s.ssi_ptr = i->value;
    }
    return space_write(t->process->space, to, &s, sizeof(s));
}

i64 signalfd_read(struct thread *t, int host, u64 set, vaddr to, u64 size)
{
    struct guest_siginfo info;
    u64 done = 0, n = size / sizeof(struct signalfd_siginfo);
    int flags = fcntl(host, F_GETFL);
    if (!n)
        return -EINVAL;
    while (done < n) {
        if (signal_take(t, set, &info)) {
            if (put_signal(t, to + done * sizeof(struct signalfd_siginfo), &info))
                return done ? (i64)(done * sizeof(struct signalfd_siginfo)) : -EFAULT;
            done++;
            continue;
        }
        if (done)
            break;
        i64 failed = flags & O_NONBLOCK ? -EAGAIN : signal_wait(t, set, UINT64_MAX);
        if (failed)
            return restartable(failed);
    }
    return (i64)(done * sizeof(struct signalfd_siginfo));
}

// ---- inotify

i64 sys_inotify_init1(struct thread *t, const u64 a[6])
{
    if (a[0] & ~(u64)(IN_CLOEXEC | IN_NONBLOCK))
        return -EINVAL;
    i64 host = host_result(inotify_init1((int)a[0] | IN_CLOEXEC));
    return fd_new(t->process, host, a[0] & IN_CLOEXEC, 0);
}

i64 sys_inotify_add_watch(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    char link[64];
    int host = fd_get(t, a[0]);
    if (host < 0)
        return host;
    i64 failed = path_get(t, (u64)AT_FDCWD, a[1], a[2] & IN_DONT_FOLLOW ? 0 : PATH_FOLLOW, &path);
    if (failed)
        return failed;
    bool readable = path.magic || path.access >= VIEW_READ;
    i64 fd = readable ? path_open(t, &path, O_PATH | O_NOFOLLOW, 0) : -EACCES;
    path_end(&path, 0);
    if (fd < 0)
        return fd;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", (int)fd);
    i64 r = host_result(inotify_add_watch(host, link, (u32)a[2] & ~(u32)IN_DONT_FOLLOW));
    close((int)fd);
    return r;
}

i64 sys_inotify_rm_watch(struct thread *t, const u64 a[6])
{
    int host = fd_get(t, a[0]);
    return host < 0 ? host : host_result(inotify_rm_watch(host, (int)a[1]));
}
