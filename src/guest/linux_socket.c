// Sockets: the host's, of the families AF_UNIX, AF_INET and AF_INET6, the last two on
// loopback only: other addresses are unreachable. Structures are the same on both.
//
// Such a socket is bound to loopback, without a port, when it is made, so that whatever the
// kernel binds by itself later (listen, connect, the first datagram) is loopback's. Addresses
// are read as the kernel will read them: by the socket's family and the call.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <signal.h>
#include <unistd.h>

#include "guest/block.h"

enum { MAX_VECTORS = 1024, CONTROL_BYTES = 4096, MAX_MESSAGES = 64 };

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
        u8 bytes[sizeof(struct sockaddr_storage)];
    };
    socklen_t len;
    struct guest_path path;   // holds what the address names
};

// The family of the host's socket, or -errno.
static int domain_of(int host)
{
    int domain;
    socklen_t len = sizeof(domain);
    return getsockopt(host, SOL_SOCKET, SO_DOMAIN, &domain, &len) ? -errno : domain;
}

static bool allow_net(const struct thread *t)
{
    return t->process->options.allow_net;
}

// Where a bind or connect to "any address" goes, and whether the address is loopback.
static bool loopback4(struct in_addr *a)
{
    if (a->s_addr == INADDR_ANY)
        a->s_addr = htonl(INADDR_LOOPBACK);
    return ntohl(a->s_addr) >> 24 == 127;
}

static bool loopback6(struct in6_addr *a)
{
    if (IN6_IS_ADDR_UNSPECIFIED(a))
        *a = in6addr_loopback;
    return IN6_IS_ADDR_LOOPBACK(a) || (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
}

// A socket in the file system goes by the rules of paths; the host finds a relative one by
// its folder's descriptor. Abstract names are kept apart from the host's.
static i64 unix_address(struct thread *t, struct address *a, bool makes)
{
    enum { PREFIX = 6 };
    size_t n = a->len - offsetof(struct sockaddr_un, sun_path);
    if (!n)
        return 0;
    if (!a->un.sun_path[0]) {
        if (n + PREFIX > sizeof(a->un.sun_path))
            return -EINVAL;
        memmove(a->un.sun_path + 1 + PREFIX, a->un.sun_path + 1, n - 1);
        memcpy(a->un.sun_path + 1, "m2sim.", PREFIX);
        a->len += PREFIX;
        return 0;
    }
    char text[sizeof(a->un.sun_path) + 1] = { 0 };
    memcpy(text, a->un.sun_path, n);
    struct guest_path *path = &a->path;
    i64 failed = path_of(t, text, makes ? PATH_CREATE : PATH_FOLLOW | PATH_ALTER, path);
    if (failed)
        return failed == -EEXIST && makes ? -EADDRINUSE : failed;
    // A name to bind is not followed by the host; one to connect to would be, so it is held.
    if (!makes && path->text[0]) {
        i64 file = path_open(t, path, O_PATH | O_NOFOLLOW, 0);
        path_end(path, 0);
        if (file < 0)
            return file;
        path->dir = (int)file;
        path->owned = true;
        path->text[0] = 0;
    }
    char whole[sizeof(path->text) + 64];
    const char *slash = path->text[0] ? "/" : "";
    int len = snprintf(whole, sizeof(whole), "/proc/self/fd/%d%s%s", path->dir, slash, path->text);
    if (len >= (int)sizeof(a->un.sun_path))
        return path_end(path, -ENAMETOOLONG);
    memcpy(a->un.sun_path, whole, (size_t)len + 1);
    a->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len + 1);
    return 0;
}

// Reads a socket address and checks that the guest may use it.
// What an address is given for.
enum use { TO_BIND, TO_CONNECT, TO_SEND };

// Linux takes "no family" for IPv4 in a datagram's address, and in bind for any address.
static i64 unspecified(int domain, enum use use, struct address *a)
{
    if (use == TO_CONNECT) {   // dissolves the association: nothing but the family counts
        memset(a->bytes, 0, sizeof(a->bytes));
        a->len = sizeof(a->in);
        return 0;
    }
    if (domain == AF_UNIX)
        return -EINVAL;
    if (domain == AF_INET && (use == TO_SEND || a->in.sin_addr.s_addr == INADDR_ANY)) {
        a->any.sa_family = AF_INET;
        return 0;
    }
    return -EAFNOSUPPORT;
}

static i64 get_address(struct thread *t, int host, vaddr from, u64 len, enum use use,
                       struct address *a)
{
    int domain = domain_of(host);
    memset(a->bytes, 0, sizeof(a->bytes));
    a->len = (socklen_t)len;
    a->path.owned = false;
    if (domain < 0)
        return domain;
    if (len < sizeof(a->any.sa_family) || len > sizeof(a->bytes))
        return -EINVAL;
    if (space_read(t->process->space, a->bytes, from, len))
        return -EFAULT;
    i64 failed = a->any.sa_family == AF_UNSPEC ? unspecified(domain, use, a) : 0;
    if (failed || a->any.sa_family == AF_UNSPEC)
        return failed;
    if (domain == AF_UNIX)
        return a->any.sa_family != AF_UNIX || len > sizeof(a->un)
                   ? -EINVAL
                   : unix_address(t, a, use == TO_BIND);
    switch (a->any.sa_family) {
    case AF_INET:
        return len < sizeof(a->in)                          ? -EINVAL
               : allow_net(t) || loopback4(&a->in.sin_addr) ? 0
                                                            : -ENETUNREACH;
    case AF_INET6:
        return len < 24 ? -EINVAL : allow_net(t) || loopback6(&a->in6.sin6_addr) ? 0 : -ENETUNREACH;
    default: return -EAFNOSUPPORT;
    }
}

// Whether the host's socket stands on loopback, or nowhere yet; one of another family is.
static bool on_loopback(int host)
{
    struct address a = { .len = sizeof(a.bytes) };
    if (getsockname(host, &a.any, &a.len))
        return true;
    if (a.any.sa_family == AF_INET)
        return ntohl(a.in.sin_addr.s_addr) >> 24 == 127;
    struct in6_addr *six = &a.in6.sin6_addr;
    return a.any.sa_family != AF_INET6 || IN6_IS_ADDR_LOOPBACK(six) ||
           (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == 127);
}

// Binds to loopback without a port: what is asked for later can still be had. An IPv6 socket
// that is to reach an IPv4 address stands on IPv4's.
static bool stand_on_loopback(int host, bool mapped)
{
    int one = 1;
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
    if (mapped)
        inet_pton(AF_INET6, "::ffff:127.0.0.1", &in6.sin6_addr);
    setsockopt(host, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
    bool four = domain_of(host) == AF_INET;
    return !bind(host, four ? (struct sockaddr *)&in : (struct sockaddr *)&in6,
                 four ? sizeof(in) : sizeof(in6));
}

// Before a call that can bind `host` by itself to where `to` (or NULL) asks: 0, or -errno when
// it would not stand on loopback. Sockets that came from elsewhere are seen to as well.
static i64 before_binding(struct thread *t, int host, const struct address *to)
{
    int domain = domain_of(host);
    if (allow_net(t) || (domain != AF_INET && domain != AF_INET6))
        return 0;
    bool mapped =
        to && (to->any.sa_family == AF_INET ||
               (to->any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&to->in6.sin6_addr)));
    bool elsewhere = (domain == AF_INET6 && mapped) || !on_loopback(host);
    bool moved = elsewhere && stand_on_loopback(host, mapped);
    return moved || on_loopback(host) ? 0 : -EADDRNOTAVAIL;
}

// After it: what stands elsewhere does no more.
static i64 after_binding(struct thread *t, int host, i64 r)
{
    if (r < 0 || allow_net(t) || on_loopback(host))
        return r;
    shutdown(host, SHUT_RDWR);
    return -EADDRNOTAVAIL;
}

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

// Others would have the host load a module, or are no matter of loopback.
static bool protocol_allowed(const struct thread *t, int kind, int protocol)
{
    bool echo = protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
    return kind == SOCK_STREAM ? !protocol || protocol == IPPROTO_TCP
                               : kind == SOCK_DGRAM && (!protocol || protocol == IPPROTO_UDP ||
                                                        (echo && allow_net(t)));
}

i64 sys_socket(struct thread *t, const u64 a[6])
{
    int domain = (int)a[0], type = (int)a[1];
    if (domain != AF_UNIX && domain != AF_INET && domain != AF_INET6)
        return -EAFNOSUPPORT;
    int kind = type & 0xf;
    if (kind != SOCK_STREAM && kind != SOCK_DGRAM && kind != SOCK_SEQPACKET)
        return -EPERM;   // raw sockets
    if (domain != AF_UNIX && !protocol_allowed(t, kind, (int)a[2]))
        return -EPROTONOSUPPORT;
    i64 host = host_result(socket(domain, type | SOCK_CLOEXEC, (int)a[2]));
    if (host >= 0 && domain != AF_UNIX && !allow_net(t) && !stand_on_loopback((int)host, false)) {
        close((int)host);
        return -EAFNOSUPPORT;   // the host has no such loopback
    }
    return fd_new(t->process, host, type & SOCK_CLOEXEC, 0);
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
    i64 failed = host < 0 ? host : get_address(t, host, a[1], (u32)a[2], TO_BIND, &to);
    if (failed)
        return failed == -ENETUNREACH ? -EADDRNOTAVAIL : failed;
    int zero = 0;   // the port is to be chosen now
    setsockopt(host, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &zero, sizeof(zero));
    i64 r = host_result(bind(host, &to.any, to.len));
    return path_end(&to.path, after_binding(t, host, r));
}

i64 sys_connect(struct thread *t, const u64 a[6])
{
    struct address to;
    i64 r;
    if (block_resumed(t, &r))
        return r;
    int host = fd_get(t, a[0]);
    i64 failed = host < 0 ? host : get_address(t, host, a[1], (u32)a[2], TO_CONNECT, &to);
    if (failed)
        return failed;
    failed = before_binding(t, host, &to);
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
    return path_end(&to.path, after_binding(t, host, r));
}

i64 sys_listen(struct thread *t, const u64 a[6])
{
    int host = fd_get(t, a[0]);
    i64 failed = host < 0 ? host : before_binding(t, host, NULL);
    return failed ? failed : after_binding(t, host, host_result(listen(host, (int)a[1])));
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

// A socket that is not bound is told to be at no address, as it would be elsewhere.
static void hide_standing(struct address *name)
{
    if (name->any.sa_family == AF_INET && !name->in.sin_port)
        name->in.sin_addr.s_addr = INADDR_ANY;
    if (name->any.sa_family == AF_INET6 && !name->in6.sin6_port)
        name->in6.sin6_addr = in6addr_any;
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
    if (!peer && !allow_net(t))
        hide_standing(&name);
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

i64 sys_sendto(struct thread *t, const u64 a[6])
{
    struct address to;
    int host = fd_get(t, a[0]), flags = (int)a[3];
    void *from = window(t, a[1], a[2]);
    if (host < 0 || !from)
        return host < 0 ? host : -EFAULT;
    to.path.owned = false;
    i64 failed = a[4] ? get_address(t, host, a[4], (u32)a[5], TO_SEND, &to) : 0;
    failed = failed || !a[4] ? failed : before_binding(t, host, &to);
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
    i64 r = transfer(t, SYS_recvmsg, host, &m, (int)a[3]);
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
            get_address(t, host, (vaddr)m->guest.msg_name, m->guest.msg_namelen, TO_SEND, &m->name);
        m->host.msg_name = &m->name.any;
        m->host.msg_namelen = m->name.len;
    }
    if (!failed && m->host.msg_name)
        failed = before_binding(t, host, &m->name);
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
            if (before_binding(t, fd, NULL)) {   // it stands on another network
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
    r = transfer(t, SYS_recvmsg, host, &m->host, flags | MSG_CMSG_CLOEXEC);
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
