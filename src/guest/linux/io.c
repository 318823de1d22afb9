// System calls that move data.
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "guest/process/block.h"
#include "guest/process/timers.h"

enum { MAX_IOV = 1024, IOCTL_BYTES = 64 };

// A write to a pipe nobody reads, or beyond what a file may grow to: the host's signal is
// ignored, the guest gets its own.
static i64 written(struct thread *t, i64 r)
{
    struct rlimit most;
    bool limited = r == -EFBIG && !getrlimit(RLIMIT_FSIZE, &most) && most.rlim_cur != RLIM_INFINITY;
    if (r == -EPIPE || limited)
        signal_send(t, &(struct guest_siginfo){ .sig = limited ? SIGXFSZ : SIGPIPE,
                                                .code = SI_USER,
                                                .pid = t->process->pid });
    return r;
}

// ---- one buffer: read, write, pread64, pwrite64

struct transfer {
    int host;
    void *buffer;
};

static i64 prepare(struct thread *t, const u64 a[6], struct transfer *x)
{
    x->host = fd_get(t, a[0]);
    x->buffer = window(t, a[1], a[2]);
    return x->host < 0 ? x->host : x->buffer ? 0 : -EFAULT;
}

static i64 read_some(struct thread *t, const struct transfer *x, u64 n)
{
    i64 r = block_ready(t, x->host, POLLIN);
    if (!r)
        r = block_call(t, SYS_read, (u64)x->host, (u64)x->buffer, n, 0, 0, 0);
    return restartable(r);
}

// A pipe takes PIPE_BUF bytes when it is ready, and might not take more until another
// thread, whose turn it is not, has read.
static bool in_parts(struct thread *t, int host)
{
    struct stat st;
    return sched_polls(t->process) && !fstat(host, &st) &&
           (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

static i64 write_all(struct thread *t, const struct transfer *x, u64 n)
{
    u64 most = in_parts(t, x->host) ? PIPE_BUF : n, done = t->call.done;
    do {
        u64 part = n - done < most ? n - done : most;
        i64 r = memfd_write(t, x->host, -1, &part);
        r = r ? r : block_ready(t, x->host, POLLOUT);
        if (!r)
            r = block_call(t, SYS_write, (u64)x->host, (u64)x->buffer + done, part, 0, 0, 0);
        if (r == -WAITS)
            t->call.done = done;
        if (r < 0)
            return done && r != -WAITS ? (i64)done : restartable(r);
        done += (u64)r;
        if ((u64)r < part)
            break;
    } while (done < n);
    return (i64)done;
}

// Descriptors the simulator answers for itself: true, with the result.
static bool read_own(struct thread *t, const u64 a[6], const struct transfer *x, i64 *result)
{
    int host = x->host;
    const struct iovec to = { x->buffer, a[2] };
    u64 detail;
    switch (fd_kind(t, host, &detail)) {
    case FD_RANDOM: *result = sys_getrandom(t, (u64[6]){ a[1], a[2] }); return true;
    case FD_SIGNALS: *result = signalfd_read(t, host, detail, a[1], a[2]); return true;
    case FD_TIMER: *result = a[2] ? timerfd_read(t, host, detail, &to, 1, 0) : -EINVAL; return true;
    default: return perf_read(t, host, a[1], a[2], result);
    }
}

i64 sys_read(struct thread *t, const u64 a[6])
{
    struct transfer x;
    i64 failed = prepare(t, a, &x), own;
    if (!failed && read_own(t, a, &x, &own))
        return own;
    return failed ? failed : read_some(t, &x, a[2]);
}

// Nobody writes to a signalfd or a timerfd; the host's eventfd would take it.
static i64 check_written(struct thread *t, u64 fd)
{
    u64 detail;
    int host = fd_get(t, fd);
    enum fd_kind kind = host < 0 ? FD_HOST : fd_kind(t, host, &detail);
    return kind == FD_SIGNALS || kind == FD_TIMER ? -EINVAL : 0;
}

static void tell_write(struct thread *t, int host, const void *buffer, u64 n)
{
    const struct process_options *o = &t->process->options;
    if (o->writes && n)
        o->writes(o->writes_ctx, host, ((const char *)buffer)[n - 1]);
}

i64 sys_write(struct thread *t, const u64 a[6])
{
    struct transfer x;
    i64 failed = check_written(t, a[0]);
    failed = failed ? failed : prepare(t, a, &x);
    if (!failed)
        tell_write(t, x.host, x.buffer, a[2]);
    return failed ? failed : written(t, write_all(t, &x, a[2]));
}

i64 sys_pread64(struct thread *t, const u64 a[6])
{
    struct transfer x;
    u64 signals;
    i64 failed = prepare(t, a, &x);
    if (!failed && fd_kind(t, x.host, &signals) == FD_RANDOM)
        return sys_getrandom(t, (u64[6]){ a[1], a[2] });
    return failed ? failed : host_result(pread(x.host, x.buffer, a[2], a[3]));
}

i64 sys_pwrite64(struct thread *t, const u64 a[6])
{
    struct transfer x;
    i64 failed = prepare(t, a, &x);
    u64 done = 0, part;
    while (!failed) {
        part = a[2] - done;
        i64 r = memfd_write(t, x.host, (i64)(a[3] + done), &part);
        r = r ? r : host_result(pwrite(x.host, (u8 *)x.buffer + done, part, a[3] + done));
        if (r < 0 && !done)
            failed = written(t, r);
        done += r < 0 ? 0 : (u64)r;
        if (r < 0 || (u64)r < part || done == a[2])
            break;
    }
    return failed ? failed : (i64)done;
}

// ---- many buffers

struct vector {
    int host;
    int count;
    struct iovec iov[MAX_IOV];
};

static i64 prepare_vector(struct thread *t, const u64 a[6], struct vector *v)
{
    v->host = fd_get(t, a[0]);
    if (v->host < 0)
        return v->host;
    if (a[2] > MAX_IOV)
        return -EINVAL;
    v->count = a[2];
    if (space_read(t->process->space, v->iov, a[1], a[2] * sizeof(*v->iov)))
        return -EFAULT;
    for (int i = 0; i < v->count; i++) {
        if ((i64)v->iov[i].iov_len < 0)
            return -EINVAL;
        v->iov[i].iov_base = window(t, (vaddr)v->iov[i].iov_base, v->iov[i].iov_len);
        if (!v->iov[i].iov_base)
            return -EFAULT;
    }
    return 0;
}

// `flags`: of preadv2 and pwritev2, whose offset is then the file's own.
static i64 vector_call(struct thread *t, long number, const struct vector *v, short events,
                       u64 flags)
{
    i64 r = block_ready(t, v->host, events);
    if (!r)
        r = block_call(t, number, (u64)v->host, (u64)v->iov, (u64)v->count, (u64)-1, 0, flags);
    return restartable(r);
}

// The part of *v from byte `skip` on, of at most `most` bytes: how many it has.
static u64 slice(const struct vector *v, u64 skip, u64 most, struct vector *part)
{
    u64 n = 0;
    part->host = v->host;
    part->count = 0;
    for (int i = 0; i < v->count && n < most; i++) {
        u64 len = v->iov[i].iov_len, from = skip < len ? skip : len;
        u64 take = len - from < most - n ? len - from : most - n;
        skip -= from;
        if (take)
            part->iov[part->count++] = (struct iovec){ (u8 *)v->iov[i].iov_base + from, take };
        n += take;
    }
    return n;
}

// As write_all.
static i64 write_vector(struct thread *t, long number, const struct vector *v, u64 flags)
{
    struct vector part;
    u64 most = in_parts(t, v->host) ? PIPE_BUF : memfd_is(t, v->host) ? MEMFD_PART : 0;
    if (!most)
        return vector_call(t, number, v, POLLOUT, flags);
    u64 done = t->call.done, n, room;
    while ((n = room = slice(v, done, most, &part))) {
        i64 r = memfd_write(t, v->host, -1, &room);
        r = r ? r : vector_call(t, number, &part, POLLOUT, flags);
        if (r == -WAITS)
            t->call.done = done;
        if (r < 0)
            return done && r != -WAITS ? (i64)done : r;
        done += (u64)r;
        if ((u64)r < n)
            break;
    }
    return (i64)done;
}

// readv of random bytes and signals: the buffers one by one, until one is not filled.
static i64 read_parts(struct thread *t, const u64 a[6], struct vector *v)
{
    i64 done = 0;
    u64 signals;
    bool waits = fd_kind(t, v->host, &signals) == FD_SIGNALS;   // for the first of them only
    for (int i = 0; i < v->count; i++) {
        if (done && waits && !(signal_pending(t) & signals))
            break;
        vaddr to = (vaddr)((u8 *)v->iov[i].iov_base - t->process->space->mem);
        i64 r = sys_read(t, (u64[6]){ a[0], to, v->iov[i].iov_len });
        if (r < 0)
            return done ? done : r;
        done += r;
        if ((u64)r < v->iov[i].iov_len)
            break;
    }
    return done;
}

// As read_own. `flags` are those of preadv2.
static bool read_own_vector(struct thread *t, const u64 a[6], struct vector *v, u64 flags,
                            i64 *result)
{
    u64 detail;
    switch (fd_kind(t, v->host, &detail)) {
    case FD_HOST: return false;
    case FD_TIMER: *result = timerfd_read(t, v->host, detail, v->iov, v->count, flags); return true;
    default: *result = read_parts(t, a, v); return true;
    }
}

i64 sys_readv(struct thread *t, const u64 a[6])
{
    struct vector v;
    i64 failed = prepare_vector(t, a, &v), own;
    if (!failed && read_own_vector(t, a, &v, 0, &own))
        return own;
    return failed ? failed : vector_call(t, SYS_readv, &v, POLLIN, 0);
}

static void tell_vector(struct thread *t, const struct vector *v)
{
    for (int k = v->count; k-- > 0;)
        if (v->iov[k].iov_len) {
            tell_write(t, v->host, v->iov[k].iov_base, v->iov[k].iov_len);
            break;
        }
}

i64 sys_writev(struct thread *t, const u64 a[6])
{
    struct vector v;
    i64 failed = check_written(t, a[0]);
    failed = failed ? failed : prepare_vector(t, a, &v);
    if (!failed)
        tell_vector(t, &v);
    return failed ? failed : written(t, write_vector(t, SYS_writev, &v, 0));
}

// preadv2 and pwritev2 too: their offset -1 means the file's own.
i64 sys_preadv(struct thread *t, const u64 a[6])
{
    struct vector v;
    u64 detail;
    bool two = t->cpu.x[8] == 286, own_place = two && (i64)a[3] == -1;
    if ((i64)a[3] < 0 && !own_place)
        return -EINVAL;
    i64 failed = prepare_vector(t, a, &v), own;
    bool anywhere = !failed && fd_kind(t, v.host, &detail) == FD_RANDOM;
    if (!failed && (own_place || anywhere) && read_own_vector(t, a, &v, a[5], &own))
        return own;
    if (!failed && own_place && !(a[5] & RWF_NOWAIT))
        return vector_call(t, SYS_preadv2, &v, POLLIN, a[5]);
    return failed ? failed : host_result(preadv2(v.host, v.iov, v.count, a[3], two ? a[5] : 0));
}

i64 sys_pwritev(struct thread *t, const u64 a[6])
{
    struct vector v;
    bool two = t->cpu.x[8] == 287, own_place = two && (i64)a[3] == -1;
    if ((i64)a[3] < 0 && !own_place)
        return -EINVAL;
    i64 failed = own_place ? check_written(t, a[0]) : 0;
    failed = failed ? failed : prepare_vector(t, a, &v);
    if (!failed && two)
        tell_vector(t, &v);
    if (!failed && own_place && !(a[5] & RWF_NOWAIT))
        return written(t, write_vector(t, SYS_pwritev2, &v, a[5]));
    struct vector part = { .host = v.host };
    if (!failed && memfd_is(t, v.host)) {   // it may be fewer bytes than were given
        u64 n = slice(&v, 0, MEMFD_PART, &part);
        v = part;
        failed = memfd_write(t, v.host, (i64)a[3], &n);
    }
    return failed ? failed
                  : written(t, host_result(pwritev2(v.host, v.iov, v.count, a[3], two ? a[5] : 0)));
}

// ---- between files

// Where threads take turns, waits for its turn to move data and makes the move itself not
// wait: who is to read or write the rest must run.
static i64 ready_to_move(struct thread *t, int in, int out, u32 *flags)
{
    if (!sched_polls(t->process) || *flags & SPLICE_F_NONBLOCK)
        return 0;
    i64 failed = in < 0 ? 0 : block_ready(t, in, POLLIN);
    failed = failed || out < 0 ? failed : block_ready(t, out, POLLOUT);
    *flags |= SPLICE_F_NONBLOCK;
    return failed;
}

// An optional pointer to a 64-bit offset: *out is NULL or a window address.
static bool offset_at(struct thread *t, vaddr a, void **out)
{
    *out = a ? window(t, a, 8) : NULL;
    return !a || *out;
}

// As memfd_write, where the position is at `a` when that is not 0.
static i64 memfd_write_at(struct thread *t, int out, vaddr a, u64 *n)
{
    i64 at = -1;
    return a && space_read(t->process->space, &at, a, 8) ? -EFAULT : memfd_write(t, out, at, n);
}

// splice moves what the host's descriptor has: not of those the simulator answers for.
static bool host_only(struct thread *t, int one, int two)
{
    u64 signals;
    return fd_kind(t, one, &signals) == FD_HOST && fd_kind(t, two, &signals) == FD_HOST;
}

i64 sys_sendfile(struct thread *t, const u64 a[6])
{
    int out = fd_get(t, a[0]), in = fd_get(t, a[1]);
    void *offset;
    if (out < 0 || in < 0)
        return -EBADF;
    if (!offset_at(t, a[2], &offset))
        return -EFAULT;
    if (!host_only(t, in, out))
        return -EINVAL;
    struct stat st;
    u64 n = a[3];
    i64 failed = memfd_write(t, out, -1, &n);
    if (failed)
        return failed;
    const u64 b[6] = { (u64)out, (u64)in, (u64)offset, n };
    tell_write(t, out, "", 1);   // nobody has seen what
    bool socket = !fstat(out, &st) && S_ISSOCK(st.st_mode);
    if (socket && !(fcntl(out, F_GETFL) & O_NONBLOCK))   // it sends all, however often it waits
        return written(t, block_unpolled(t, SYS_sendfile, b, 0, NULL, 0));
    i64 r = block_ready(t, out, POLLOUT);
    if (!r)
        r = block_call(t, SYS_sendfile, b[0], b[1], b[2], b[3], 0, 0);
    return written(t, restartable(r));
}

i64 sys_copy_file_range(struct thread *t, const u64 a[6])
{
    int in = fd_get(t, a[0]), out = fd_get(t, a[2]);
    void *from, *to;
    if (out < 0 || in < 0)
        return -EBADF;
    if (!offset_at(t, a[1], &from) || !offset_at(t, a[3], &to))
        return -EFAULT;
    u64 n = a[4];
    i64 failed = memfd_write_at(t, out, a[3], &n);
    return failed ? failed
                  : host_result(syscall(SYS_copy_file_range, in, from, out, to, n, (u32)a[5]));
}

i64 sys_splice(struct thread *t, const u64 a[6])
{
    int in = fd_get(t, a[0]), out = fd_get(t, a[2]);
    u32 flags = (u32)a[5];
    void *from, *to;
    if (out < 0 || in < 0)
        return -EBADF;
    if (!host_only(t, in, out))
        return -EINVAL;
    if (!offset_at(t, a[1], &from) || !offset_at(t, a[3], &to))
        return -EFAULT;
    u64 n = a[4];
    i64 r = memfd_write_at(t, out, a[3], &n);
    r = r ? r : ready_to_move(t, in, out, &flags);
    tell_write(t, out, "", 1);
    if (!r)
        r = block_call(t, SYS_splice, (u64)in, (u64)from, (u64)out, (u64)to, n, flags);
    return written(t, restartable(r));
}

i64 sys_tee(struct thread *t, const u64 a[6])
{
    int in = fd_get(t, a[0]), out = fd_get(t, a[1]);
    u32 flags = (u32)a[3];
    if (out < 0 || in < 0)
        return -EBADF;
    i64 r = ready_to_move(t, in, out, &flags);
    if (!r)
        r = block_call(t, SYS_tee, (u64)in, (u64)out, a[2], flags, 0, 0);
    return written(t, restartable(r));
}

// The pages of the guest are lent to the pipe, never given: they stay in the window.
i64 sys_vmsplice(struct thread *t, const u64 a[6])
{
    struct vector v;
    u32 flags = (u32)a[3] & ~(u32)SPLICE_F_GIFT;
    i64 failed = prepare_vector(t, a, &v);
    if (failed)
        return failed;
    bool reads = (fcntl(v.host, F_GETFL) & O_ACCMODE) == O_RDONLY;
    i64 r = ready_to_move(t, reads ? v.host : -1, reads ? -1 : v.host, &flags);
    if (!r)
        r = block_call(t, SYS_vmsplice, (u64)v.host, (u64)v.iov, (u64)v.count, flags, 0, 0);
    return written(t, restartable(r));
}

i64 sys_eventfd2(struct thread *t, const u64 a[6])
{
    int flags = open_flags_to_host(a[1]);
    if (flags & ~(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE))
        return -EINVAL;
    i64 host = host_result(eventfd(a[0], flags | EFD_CLOEXEC));
    return fd_new(t->process, host, flags & EFD_CLOEXEC, 0);
}

// ---- ioctl

// The terminal's process group is the host's; the guest knows its own number only.
static i64 terminal_group(struct thread *t, int host, vaddr to)
{
    pid_t group = tcgetpgrp(host);
    if (group < 0)
        return -errno;
    i32 shown = (i32)group_terminal(t->process, group);
    return space_write(t->process->space, to, &shown, sizeof(shown));
}

static i64 set_terminal_group(struct thread *t, int host, vaddr from)
{
    i32 group;
    if (space_read(t->process->space, &group, from, sizeof(group)))
        return -EFAULT;
    int to = group_host(t->process, group);
    if (!isatty(host) || !to)
        return isatty(host) ? -EPERM : -ENOTTY;
    return restartable(host_result(tcsetpgrp(host, to)));
}

// Waits until a line has sent what was written to it, as some do first: a slow one takes its time,
// one that was stopped waits for its other end. A pseudo-terminal has always sent all.
static i64 terminal_sent(struct thread *t, int host)
{
    i64 r;
    int queued;
    if (block_resumed(t, &r))
        return r;
    if (ioctl(host, TIOCOUTQ, &queued) || !queued)
        return 0;
    return block_unpolled(t, SYS_ioctl, (u64[6]){ (u64)host, TCSBRK, 1 }, 0, NULL, 0);
}

static bool sends_first(u32 request)
{
    return request == TCSETSW || request == TCSETSF || request == TCSBRK;
}

static i64 set_nonblock(struct thread *t, int host, vaddr at)
{
    int on;
    u64 place;
    if (space_read(t->process->space, &on, at, sizeof(on)))
        return -EFAULT;
    if (fd_kind(t, host, &place) != FD_TIMER)
        return host_result(ioctl(host, FIONBIO, &on));
    timerfd_set_waits(t->process, place, !on);
    return 0;
}

i64 sys_ioctl(struct thread *t, const u64 a[6])
{
    int host = fd_get(t, a[0]);
    i64 counted;
    if (host < 0)
        return host;
    if (((u32)a[1] >> 8 & 255) == '$' && perf_ioctl(t, host, (u32)a[1], a[2], &counted))
        return counted;
    i64 failed = sends_first((u32)a[1]) ? terminal_sent(t, host) : 0;
    if (failed)
        return failed;
    switch ((u32)a[1]) {
    case FIOCLEX:
    case FIONCLEX: fd_set_cloexec(t->process, a[0], a[1] == FIOCLEX); return 0;
    case TIOCGPGRP: return terminal_group(t, host, a[2]);
    case TIOCSPGRP: return set_terminal_group(t, host, a[2]);
    case TCGETS:   // numbers and structures are the same on both
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
    case TIOCGWINSZ:
    case TIOCSWINSZ:
    case TIOCOUTQ:
    case FIONREAD: {
        void *arg = window(t, a[2], IOCTL_BYTES);
        return arg ? restartable(host_result(syscall(SYS_ioctl, host, (u32)a[1], arg))) : -EFAULT;
    }
    case FIONBIO: return set_nonblock(t, host, a[2]);
    case TCSBRK:
    case TCFLSH:
    case TCXONC: return host_result(syscall(SYS_ioctl, host, (u32)a[1], (int)a[2]));
    default: return -ENOTTY;
    }
}
