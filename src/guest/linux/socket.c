// Sockets: the host's, of the families and on the network that net.h allows. Structures are the
// same on both.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/process/block.h"
#include "guest/linux/net.h"

enum { MAX_VECTORS = 1024, CONTROL_BYTES = 4096, MAX_MESSAGES = 64 };

// Writes an address back, as much as the guest has room for.
static i64 put_address(struct thread *t, const struct address *a, vaddr to, vaddr len_at)
{
    struct space *s = t->process->space;
    u32 room, len = a->len;
    if (!to)
        return 0;
    if (space_read(s, &room, len_at, sizeof(room)))
        return -EFAULT;
    if ((i32)room < 0)
        return -EINVAL;
    if (len > sizeof(a->bytes))
        len = sizeof(a->bytes);
    if (space_write(s, to, a->bytes, room < len ? room : len) ||
        space_write(s, len_at, &a->len, sizeof(a->len)))
        return -EFAULT;
    return 0;
}

i64 sys_socket(struct thread *t, const u64 a[6])
{
    int type = (int)a[1];
    i64 host = net_socket(t, (int)a[0], type, (int)a[2]);
    return host < 0 ? host : fd_new(t->process, host, type & SOCK_CLOEXEC, 0);
}

i64 sys_socketpair(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    int host[2], type = (int)a[1];
    if (a[0] != AF_UNIX)
        return -EOPNOTSUPP;
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, (int)a[2], host))
        return -errno;
    i64 one = fd_new(p, host[0], type & SOCK_CLOEXEC, 0);
    i64 two = fd_new(p, host[1], type & SOCK_CLOEXEC, 0);
    const int pair[2] = { (int)one, (int)two };
    if (one >= 0 && two >= 0 && !space_write(p->space, a[3], pair, sizeof(pair)))
        return 0;
    if (one >= 0)
        sys_close(t, (u64[6]){ (u64)one });
    if (two >= 0)
        sys_close(t, (u64[6]){ (u64)two });
    return one < 0 ? one : two < 0 ? two : -EFAULT;
}

i64 sys_bind(struct thread *t, const u64 a[6])
{
    struct address to;
    int host = fd_get(t, a[0]);
    i64 failed = host < 0 ? host : net_address(t, host, a[1], (u32)a[2], TO_BIND, &to);
    if (failed)
        return failed == -ENETUNREACH ? -EADDRNOTAVAIL : failed;
    int zero = 0;   // the port is to be chosen now
    setsockopt(host, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &zero, sizeof(zero));
    i64 r = host_result(bind(host, &to.any, to.len));
    return path_end(&to.path, net_after(t, host, r));
}

i64 sys_connect(struct thread *t, const u64 a[6])
{
    struct address to;
    i64 r;
    if (block_resumed(t, &r))
        return r;
    int host = fd_get(t, a[0]);
    i64 failed = host < 0 ? host : net_address(t, host, a[1], (u32)a[2], TO_CONNECT, &to);
    if (failed)
        return failed;
    failed = net_before(t, host, &to);
    if (failed)
        return path_end(&to.path, failed);
    const u64 b[6] = { (u64)host, (u64)&to.any, to.len };
    if (fcntl(host, F_GETFL) & O_NONBLOCK)
        r = host_result(connect(host, &to.any, to.len));
    else
        r = block_unpolled(t, SYS_connect, b, 1, &to.any, to.len);
    if (r == -WAITS && to.path.owned) {   // the host looks the name up again when it has waited
        t->call.kept = to.path.dir + 1;
        to.path.owned = false;
    }
    return path_end(&to.path, net_after(t, host, r));
}

i64 sys_listen(struct thread *t, const u64 a[6])
{
    int host = fd_get(t, a[0]);
    i64 failed = host < 0 ? host : net_before(t, host, NULL);
    return failed ? failed : net_after(t, host, host_result(listen(host, (int)a[1])));
}

i64 sys_shutdown(struct thread *t, const u64 a[6])
{
    int host = fd_get(t, a[0]);
    return host < 0 ? host : host_result(shutdown(host, (int)a[1]));
}

i64 sys_accept4(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    struct address from = { .len = sizeof(from.bytes) };
    int host = fd_get(t, a[0]), flags = t->cpu.x[8] == 242 ? (int)a[3] : 0;
    if (host < 0)
        return host;
    if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC))
        return -EINVAL;
    i64 r = block_ready(t, host, POLLIN);
    if (!r)
        r = block_call(t, SYS_accept4, (u64)host, (u64)&from.any, (u64)&from.len,
                       (u64)(flags | SOCK_CLOEXEC), 0, 0);
    r = fd_new(p, restartable(r), flags & SOCK_CLOEXEC, 0);
    i64 failed = r < 0 ? 0 : put_address(t, &from, a[1], a[2]);
    if (failed)
        sys_close(t, (u64[6]){ (u64)r });
    return failed ? failed : r;
}

// getpeername too.
i64 sys_getsockname(struct thread *t, const u64 a[6])
{
    struct address name = { .len = sizeof(name.bytes) };
    int host = fd_get(t, a[0]);
    if (host < 0)
        return host;
    bool peer = t->cpu.x[8] == 205;
    if (peer ? getpeername(host, &name.any, &name.len) : getsockname(host, &name.any, &name.len))
        return -errno;
    if (!peer && t->process->options.net == NET_loopback)
        net_hide(&name);
    return put_address(t, &name, a[1], a[2]);
}

// ---- options

// Those without pointers in them and without effect on the host.
static bool option_allowed(int level, int name)
{
    static const u8 tcp[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 18, 23, 25 };
    static const u8 ip[] = { 1, 2, 8, 10, 11, 13, 15, 32, 33, 34 };
    static const u8 ip6[] = { 16, 17, 18, 19, 25, 26, 49, 66, 67 };
    static const u8 all[] = { 1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 12, 13, 15, 16, 17,
                              18, 19, 20, 21, 29, 30, 31, 35, 38, 39, 46, 65, 66, 67 };
    if (name < 0 || name > 255)
        return false;
    switch (level) {
    case SOL_SOCKET: return memchr(all, name, sizeof(all));
    case IPPROTO_TCP: return memchr(tcp, name, sizeof(tcp));
    case IPPROTO_IP: return memchr(ip, name, sizeof(ip));
    case IPPROTO_IPV6: return memchr(ip6, name, sizeof(ip6));
    default: return false;
    }
}

i64 sys_setsockopt(struct thread *t, const u64 a[6])
{
    u8 value[256];
    int host = fd_get(t, a[0]);
    if (host < 0)
        return host;
    if (!option_allowed((int)a[1], (int)a[2]))
        return -ENOPROTOOPT;
    if ((u32)a[4] > sizeof(value))
        return -EINVAL;
    if (space_read(t->process->space, value, a[3], (u32)a[4]))
        return -EFAULT;
    return host_result(setsockopt(host, (int)a[1], (int)a[2], value, (u32)a[4]));
}

i64 sys_getsockopt(struct thread *t, const u64 a[6])
{
    struct space *s = t->process->space;
    u8 value[256] = { 0 };
    u32 len;
    int host = fd_get(t, a[0]);
    if (host < 0)
        return host;
    if (!option_allowed((int)a[1], (int)a[2]))
        return -ENOPROTOOPT;
    if (space_read(s, &len, a[4], sizeof(len)))
        return -EFAULT;
    if (len > sizeof(value))
        len = sizeof(value);
    if (getsockopt(host, (int)a[1], (int)a[2], value, &len))
        return -errno;
    if ((int)a[1] == SOL_SOCKET && (int)a[2] == SO_PEERCRED && len >= 4)
        memcpy(value, &t->process->pid, 4);
    return space_write(s, a[3], value, len) || space_write(s, a[4], &len, sizeof(len)) ? -EFAULT
                                                                                       : 0;
}

// ---- data

static i64 broken_pipe(struct thread *t, i64 r, int flags)
{
    if (r == -EPIPE && !(flags & MSG_NOSIGNAL))
        signal_send(t, &(struct guest_siginfo){ .sig = SIGPIPE, .pid = t->process->pid });
    return r;
}

// sendmsg and recvmsg of the host; where threads take turns, a part may be sent only, since
// who is to read the rest must run.
static i64 transfer(struct thread *t, long number, int host, struct msghdr *m, int flags)
{
    bool sends = number == SYS_sendmsg;
    i64 r = flags & MSG_DONTWAIT ? 0 : block_ready(t, host, sends ? POLLOUT : POLLIN);
    if (sched_polls(t->process) && sends)
        flags |= MSG_DONTWAIT;
    if (!r)
        r = block_call(t, number, (u64)host, (u64)m, (u32)flags, 0, 0, 0);
    return restartable(r);
}

static bool is_stream(int host)
{
    int type = 0;
    socklen_t len = sizeof(type);
    return !getsockopt(host, SOL_SOCKET, SO_TYPE, &type, &len) && type == SOCK_STREAM;
}

// Leaves out the first `n` bytes. Returns how many are left.
static u64 skip(struct msghdr *m, u64 n)
{
    u64 left = 0;
    for (size_t i = 0; i < m->msg_iovlen; i++) {
        struct iovec *v = &m->msg_iov[i];
        u64 part = n < v->iov_len ? n : v->iov_len;
        v->iov_base = (u8 *)v->iov_base + part;
        v->iov_len -= part;
        n -= part;
        left += v->iov_len;
    }
    return left;
}

// recvmsg with MSG_WAITALL where threads take turns: who is to send the rest must run. What comes
// with descriptors ends it, as on Linux.
static i64 receive_all(struct thread *t, int host, struct msghdr *m, int flags)
{
    u64 done = t->call.done, room = m->msg_controllen;
    skip(m, done);
    i64 r;
    for (;;) {
        m->msg_controllen = room;
        r = block_ready(t, host, POLLIN);
        if (r)
            break;
        bool alone = !sched_polls(t->process);   // nobody else is left: the call itself may wait
        int how = alone ? flags : (flags & ~MSG_WAITALL) | MSG_DONTWAIT;
        r = block_call(t, SYS_recvmsg, (u64)host, (u64)m, (u32)how, 0, 0, 0);
        if (r == -EAGAIN && !alone)
            continue;   // another has taken it
        if (r <= 0)
            break;
        done += (u64)r;
        if (!skip(m, (u64)r) || m->msg_controllen)
            break;
    }
    if (r == -WAITS) {
        t->call.done = done;
        return r;
    }
    t->call.done = 0;   // of recvmmsg's next
    return done ? (i64)done : restartable(r);
}

static i64 receive(struct thread *t, int host, struct msghdr *m, int flags)
{
    bool all = flags & MSG_WAITALL && !(flags & (MSG_DONTWAIT | MSG_PEEK | MSG_OOB));
    if (all && !t->process->policy->parallel && is_stream(host) &&
        !(fcntl(host, F_GETFL) & O_NONBLOCK))
        return receive_all(t, host, m, flags);
    return transfer(t, SYS_recvmsg, host, m, flags);
}

i64 sys_sendto(struct thread *t, const u64 a[6])
{
    struct address to;
    int host = fd_get(t, a[0]), flags = (int)a[3];
    void *from = window(t, a[1], a[2]);
    if (host < 0 || !from)
        return host < 0 ? host : -EFAULT;
    to.path.owned = false;
    i64 failed = a[4] ? net_address(t, host, a[4], (u32)a[5], TO_SEND, &to) : 0;
    failed = failed || !a[4] ? failed : net_before(t, host, &to);
    if (failed)
        return path_end(&to.path, failed);
    struct iovec iov = { from, a[2] };
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
    if (a[4]) {
        m.msg_name = &to.any;
        m.msg_namelen = to.len;
    }
    i64 r = broken_pipe(t, transfer(t, SYS_sendmsg, host, &m, flags | MSG_NOSIGNAL), flags);
    return path_end(&to.path, r);
}

i64 sys_recvfrom(struct thread *t, const u64 a[6])
{
    struct address from = { .len = 0 };
    int host = fd_get(t, a[0]);
    void *to = window(t, a[1], a[2]);
    if (host < 0 || !to)
        return host < 0 ? host : -EFAULT;
    struct iovec iov = { to, a[2] };
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
    if (a[4]) {
        m.msg_name = from.bytes;
        m.msg_namelen = sizeof(from.bytes);
    }
    i64 r = receive(t, host, &m, (int)a[3]);
    if (r < 0 || !a[4])
        return r;
    from.len = m.msg_namelen;
    i64 failed = put_address(t, &from, a[4], a[5]);
    return failed ? failed : r;
}

// struct msghdr as both have it, with guest addresses.
struct message {
    struct msghdr guest, host;
    struct iovec iov[MAX_VECTORS];
    struct address name;
    _Alignas(struct cmsghdr) u8 control[CONTROL_BYTES];
};

static i64 get_message(struct thread *t, vaddr at, struct message *m)
{
    struct space *s = t->process->space;
    if (space_read(s, &m->guest, at, sizeof(m->guest)))
        return -EFAULT;
    if (m->guest.msg_iovlen > MAX_VECTORS)
        return -EMSGSIZE;
    if (space_read(s, m->iov, (vaddr)m->guest.msg_iov, m->guest.msg_iovlen * sizeof(m->iov[0])))
        return -EFAULT;
    for (size_t i = 0; i < m->guest.msg_iovlen; i++) {
        m->iov[i].iov_base = window(t, (vaddr)m->iov[i].iov_base, m->iov[i].iov_len);
        if (!m->iov[i].iov_base)
            return -EFAULT;
    }
    m->host = (struct msghdr){ .msg_iov = m->iov, .msg_iovlen = m->guest.msg_iovlen };
    return 0;
}

// What the simulator answers for would arrive as what the host has in its place.
static bool can_be_sent(struct thread *t, int host)
{
    u64 detail;
    enum fd_kind kind = fd_kind(t, host, &detail);
    return kind != FD_TIMER && kind != FD_SIGNALS;
}

// Control messages: descriptors (SCM_RIGHTS) are translated, others not sent.
static i64 get_control(struct thread *t, struct message *m)
{
    size_t len = m->guest.msg_controllen;
    if (!len || !m->guest.msg_control)
        return 0;
    if (len > sizeof(m->control))
        return -ENOBUFS;
    if (space_read(t->process->space, m->control, (vaddr)m->guest.msg_control, len))
        return -EFAULT;
    m->host.msg_control = m->control;
    m->host.msg_controllen = len;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m->host); c; c = CMSG_NXTHDR(&m->host, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            return -EPERM;
        size_t room = m->control + len - (u8 *)CMSG_DATA(c);
        if (c->cmsg_len < CMSG_LEN(0) || c->cmsg_len - CMSG_LEN(0) > room)
            return -EINVAL;
        for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / 4; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + 4 * i, 4);
            fd = fd_get(t, (u32)fd);
            if (fd < 0)
                return fd;
            if (!can_be_sent(t, fd))
                return -EPERM;
            memcpy(CMSG_DATA(c) + 4 * i, &fd, 4);
        }
    }
    return 0;
}

static i64 send_message(struct thread *t, int host, vaddr at, int flags, struct message *m)
{
    i64 failed = get_message(t, at, m);
    failed = failed ? failed : get_control(t, m);
    if (!failed && m->guest.msg_name && m->guest.msg_namelen) {
        failed =
            net_address(t, host, (vaddr)m->guest.msg_name, m->guest.msg_namelen, TO_SEND, &m->name);
        m->host.msg_name = &m->name.any;
        m->host.msg_namelen = m->name.len;
    }
    if (!failed && m->host.msg_name)
        failed = net_before(t, host, &m->name);
    if (failed)
        return path_end(&m->name.path, failed);
    i64 r = transfer(t, SYS_sendmsg, host, &m->host, flags | MSG_NOSIGNAL);
    return path_end(&m->name.path, broken_pipe(t, r, flags));
}

i64 sys_sendmsg(struct thread *t, const u64 a[6])
{
    int host = fd_get(t, a[0]);
    if (host < 0)
        return host;
    struct message *m = calloc(1, sizeof(*m));
    i64 r = m ? send_message(t, host, a[1], (int)a[2], m) : -ENOMEM;
    free(m);
    return r;
}

// struct mmsghdr: a struct msghdr, then how much it was.
enum { MMSGHDR = 64, LEN_AT = 56 };

i64 sys_sendmmsg(struct thread *t, const u64 a[6])
{
    u32 n = (u32)a[2] < MAX_MESSAGES ? (u32)a[2] : MAX_MESSAGES, sent = (u32)t->call.count;
    for (; sent < n; sent++) {
        i64 r = sys_sendmsg(t, (u64[6]){ a[0], a[1] + (u64)sent * MMSGHDR, a[3] });
        if (r == -WAITS)
            t->call.count = sent;
        if (r < 0)
            return sent && r != -WAITS ? (i64)sent : r;
        u32 len = (u32)r;
        space_write(t->process->space, a[1] + (u64)sent * MMSGHDR + LEN_AT, &len, sizeof(len));
    }
    return sent;
}

// Gives descriptors that came the guest's numbers.
static void put_control(struct thread *t, struct message *m, bool cloexec)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m->host); c; c = CMSG_NXTHDR(&m->host, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / 4; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + 4 * i, 4);
            if (net_before(t, fd, NULL)) {   // it stands on another network
                close(fd);
                fd = -EACCES;
            }
            fd = (int)fd_new(t->process, fd, cloexec, 0);
            memcpy(CMSG_DATA(c) + 4 * i, &fd, 4);
        }
    }
}

static i64 receive_message(struct thread *t, int host, vaddr at, int flags, struct message *m)
{
    struct space *s = t->process->space;
    i64 r = get_message(t, at, m);
    if (r)
        return r;
    size_t room = m->guest.msg_control ? m->guest.msg_controllen : 0;
    m->host.msg_control = m->control;
    m->host.msg_controllen = room < sizeof(m->control) ? room : sizeof(m->control);
    m->host.msg_name = m->name.bytes;
    m->host.msg_namelen = sizeof(m->name.bytes);
    r = receive(t, host, &m->host, flags | MSG_CMSG_CLOEXEC);
    if (r < 0)
        return r;
    put_control(t, m, flags & MSG_CMSG_CLOEXEC);
    size_t name = m->guest.msg_name ? m->guest.msg_namelen : 0;
    if (name > m->host.msg_namelen)
        name = m->host.msg_namelen;
    if (space_write(s, (vaddr)m->guest.msg_name, m->name.bytes, name) ||
        space_write(s, (vaddr)m->guest.msg_control, m->control, m->host.msg_controllen))
        return -EFAULT;
    m->guest.msg_namelen = m->guest.msg_name ? m->host.msg_namelen : 0;
    m->guest.msg_controllen = m->host.msg_controllen;
    m->guest.msg_flags = m->host.msg_flags & ~MSG_CMSG_CLOEXEC;
    return space_write(s, at, &m->guest, sizeof(m->guest)) ? -EFAULT : r;
}

i64 sys_recvmsg(struct thread *t, const u64 a[6])
{
    int host = fd_get(t, a[0]);
    if (host < 0)
        return host;
    struct message *m = calloc(1, sizeof(*m));
    i64 r = m ? receive_message(t, host, a[1], (int)a[2], m) : -ENOMEM;
    free(m);
    return r;
}

// With a timeout, it is looked at between messages, as Linux does.
i64 sys_recvmmsg(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u32 n = (u32)a[2] < MAX_MESSAGES ? (u32)a[2] : MAX_MESSAGES;
    u32 got = (u32)t->call.count;
    int flags = (int)a[3];
    i64 ns;
    i64 failed = timeout_at(t, a[4], &ns);
    if (failed)
        return failed;
    u64 until = t->call.again ? t->call.limit
                : ns < 0      ? UINT64_MAX
                              : process_now(p, CLOCK_MONOTONIC) + (u64)ns;
    while (got < n) {
        vaddr at = a[1] + (u64)got * MMSGHDR;
        i64 r = sys_recvmsg(t, (u64[6]){ a[0], at, (u64)(flags & ~MSG_WAITFORONE) });
        if (r == -WAITS) {
            t->call.count = got;
            t->call.limit = until;
        }
        if (r < 0)
            return got && r != -WAITS ? (i64)got : r;
        u32 len = (u32)r;
        if (space_write(p->space, at + LEN_AT, &len, sizeof(len)))
            return got ? (i64)got : -EFAULT;
        got++;
        if (flags & MSG_WAITFORONE)
            flags |= MSG_DONTWAIT;
        if (until != UINT64_MAX && process_now(p, CLOCK_MONOTONIC) >= until)
            break;
    }
    return got;
}
