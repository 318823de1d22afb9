// Which network a guest reaches. The host's loopback: IPv4 and IPv6 addresses beyond it are
// unreachable, and a socket is bound to loopback, without a port, when it is made, so that
// whatever the kernel binds by itself later (listen, connect, the first datagram) is loopback's. A
// network of its own: its kernel says what is reachable. None: such sockets cannot be made.
// Addresses are read as the kernel will read them: by the socket's family and the call.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest/linux/net.h"
#include "guest/linux/net_private.h"
#include "guest/process/refusal.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static enum guest_net net_of(const struct thread *t)
{
    return t->process->options.net;
}

static bool is_inet(int domain)
{
    return domain == AF_INET || domain == AF_INET6;
}

// Whether the host's socket, perhaps one that was given to the guest, is of its network.
static bool of_this_net(const struct thread *t, int host, int domain)
{
    u64 cookie = 0;
    socklen_t len = sizeof(cookie);
    if (!is_inet(domain) || net_of(t) == NET_all || net_of(t) == NET_loopback)
        return true;
    return net_of(t) == NET_private &&
           !getsockopt(host, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) &&
           cookie == t->process->options.net_cookie;
}

// The family of the host's socket, or -errno.
static int domain_of(int host)
{
    int domain;
    socklen_t len = sizeof(domain);
    return getsockopt(host, SOL_SOCKET, SO_DOMAIN, &domain, &len) ? -errno : domain;
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
// its folder's descriptor. Abstract names are kept apart from the host's, and with no network from
// those of other simulations.
static i64 unix_address(struct thread *t, struct address *a, bool makes)
{
    char prefix[24] = "m2sim.";
    if (net_of(t) == NET_none)
        snprintf(prefix, sizeof(prefix), "m2sim.%d.", t->process->simulation);
    const size_t own = strlen(prefix);
    size_t n = a->len - offsetof(struct sockaddr_un, sun_path);
    if (!n)
        return 0;
    if (!a->un.sun_path[0]) {
        if (n + own > sizeof(a->un.sun_path))
            return -EINVAL;
        memmove(a->un.sun_path + 1 + own, a->un.sun_path + 1, n - 1);
        memcpy(a->un.sun_path + 1, prefix, own);
        a->len += own;
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

static i64 refuse(const struct thread *t, i64 error)
{
    refusal_tell(t->process, REFUSED_NET);
    return error;
}

// Linux takes "no family" for IPv4 in a datagram's address, and in bind for any address.
static i64 unspecified(int domain, enum net_use use, struct address *a)
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

i64 net_address(struct thread *t, int host, vaddr from, u64 len, enum net_use use,
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
    if (!of_this_net(t, host, domain))
        return refuse(t, -ENETUNREACH);
    const bool judged = net_of(t) == NET_loopback;
    switch (a->any.sa_family) {
    case AF_INET:
        return len < sizeof(a->in)                     ? -EINVAL
               : !judged || loopback4(&a->in.sin_addr) ? 0
                                                       : refuse(t, -ENETUNREACH);
    case AF_INET6:
        return len < 24                                  ? -EINVAL
               : !judged || loopback6(&a->in6.sin6_addr) ? 0
                                                         : refuse(t, -ENETUNREACH);
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
    if (domain_of(host) == AF_INET)
        return !bind(host, (struct sockaddr *)&in, sizeof(in));
    // A bind to ::1 makes it one for IPv6 only, which the guest has not asked for.
    int only = 0;
    socklen_t size = sizeof(only);
    getsockopt(host, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size);
    bool stands = !bind(host, (struct sockaddr *)&in6, sizeof(in6));
    setsockopt(host, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
    return stands;
}

i64 net_before(const struct thread *t, int host, const struct address *to)
{
    int domain = domain_of(host);
    if (!of_this_net(t, host, domain))
        return -EADDRNOTAVAIL;
    if (net_of(t) != NET_loopback || !is_inet(domain))
        return 0;
    bool mapped =
        to && (to->any.sa_family == AF_INET ||
               (to->any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&to->in6.sin6_addr)));
    bool elsewhere = (domain == AF_INET6 && mapped) || !on_loopback(host);
    bool moved = elsewhere && stand_on_loopback(host, mapped);
    return moved || on_loopback(host) ? 0 : -EADDRNOTAVAIL;
}

i64 net_after(const struct thread *t, int host, i64 r)
{
    if (r < 0 || net_of(t) != NET_loopback || on_loopback(host))
        return r;
    shutdown(host, SHUT_RDWR);
    return -EADDRNOTAVAIL;
}

// Others would have the host load a module, or are no matter of loopback.
static bool protocol_allowed(const struct thread *t, int kind, int protocol)
{
    bool echo = protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
    return kind == SOCK_STREAM ? !protocol || protocol == IPPROTO_TCP
                               : kind == SOCK_DGRAM &&
                                     (!protocol || protocol == IPPROTO_UDP ||
                                      (echo && (net_of(t) == NET_all || net_of(t) == NET_private)));
}

i64 net_socket(const struct thread *t, int domain, int type, int protocol)
{
    int kind = type & 0xf;
    bool inet = is_inet(domain), private = net_of(t) == NET_private;
    if (inet && net_of(t) == NET_none)
        return refuse(t, -EAFNOSUPPORT);
    if (domain != AF_UNIX && !inet)
        return -EAFNOSUPPORT;
    if (kind != SOCK_STREAM && kind != SOCK_DGRAM && kind != SOCK_SEQPACKET)
        return -EPERM;   // raw sockets
    if (inet && !protocol_allowed(t, kind, protocol))
        return -EPROTONOSUPPORT;
    i64 host = private ? net_private_socket(t->process->options.net_maker, domain, type, protocol)
                       : host_result(socket(domain, type | SOCK_CLOEXEC, protocol));
    if (host >= 0 && inet && net_of(t) == NET_loopback && !stand_on_loopback((int)host, false)) {
        close((int)host);
        return -EAFNOSUPPORT;   // the host has no such loopback
    }
    return host;
}

void net_hide(struct address *name)
{
    if (name->any.sa_family == AF_INET && !name->in.sin_port)
        name->in.sin_addr.s_addr = INADDR_ANY;
    if (name->any.sa_family == AF_INET6 && !name->in6.sin6_port)
        name->in6.sin6_addr = in6addr_any;
}
