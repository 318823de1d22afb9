// Tries to reach a network beyond loopback, and to be reached from there: by addresses of every
// family and none, by calls that bind of themselves, by protocols that have no business here.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

// Of no machine (RFC 5737, RFC 3849).
static const char far4[] = "192.0.2.7", far6[] = "2001:db8::7";
static int escapes;

static void attempt(int got, const char *how)
{
    if (got) {
        printf("escaped: %s\n", how);
        escapes++;
    }
}

static struct sockaddr_storage address(int family, int looks, const char *text)
{
    struct sockaddr_storage s = { 0 };
    struct sockaddr_in *in = (void *)&s;
    struct sockaddr_in6 *in6 = (void *)&s;
    if (looks == AF_INET)
        inet_pton(AF_INET, text, &in->sin_addr);
    else
        inet_pton(AF_INET6, text, &in6->sin6_addr);
    in->sin_port = htons(9);
    s.ss_family = (sa_family_t)family;
    return s;
}

// Where the socket stands: true when others than this computer could reach it.
static int reachable(int fd)
{
    struct sockaddr_storage s;
    struct sockaddr_in *in = (void *)&s;
    struct sockaddr_in6 *in6 = (void *)&s;
    socklen_t n = sizeof(s);
    if (getsockname(fd, (void *)&s, &n) || !in->sin_port)
        return 0;
    if (s.ss_family == AF_INET)
        return ntohl(in->sin_addr.s_addr) >> 24 != 127;
    return !IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) &&
           !(IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) && in6->sin6_addr.s6_addr[12] == 127);
}

static void addresses(int domain, int type)
{
    static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX, AF_NETLINK };
    static const char *const targets[] = { far4, far6, "::ffff:192.0.2.7", "0.0.0.0", "::" };
    for (int f = 0; f < 5; f++)
        for (int k = 0; k < 5; k++) {
            int looks = strchr(targets[k], ':') ? AF_INET6 : AF_INET,
                far = k < 3 && (families[f] == looks || (!families[f] && looks == AF_INET));
            struct sockaddr_storage a = address(families[f], looks, targets[k]);
            struct iovec io = { "x", 1 };
            for (socklen_t len = 16; len <= 28; len += 12) {
                struct msghdr m = {
                    .msg_name = &a, .msg_namelen = len, .msg_iov = &io, .msg_iovlen = 1
                };
                int fd = socket(domain, type | SOCK_NONBLOCK, 0);
                if (fd < 0)
                    continue;
                int sent = sendto(fd, "x", 1, 0, (void *)&a, len);
                attempt(sent > 0 && far, "sendto");
                attempt(reachable(fd), "sendto binds to every address");
                attempt(sendmsg(fd, &m, 0) > 0 && far, "sendmsg");
                attempt(sendto(fd, "x", 1, MSG_FASTOPEN, (void *)&a, len) > 0 && far, "fast open");
                attempt(!bind(fd, (void *)&a, len) && far, "bind");
                attempt(reachable(fd), "bind of any address");
                close(fd);
                fd = socket(domain, type | SOCK_NONBLOCK, 0);
                int r = connect(fd, (void *)&a, len);
                attempt((!r || errno == EINPROGRESS) && far && families[f] != AF_UNSPEC, "connect");
                attempt(send(fd, "x", 1, 0) > 0 && far, "send after connect");
                attempt(reachable(fd), "connect binds to every address");
                close(fd);
            }
        }
}

// What a socket that was bound by itself becomes when its association is dissolved.
static void dissolved(int domain)
{
    struct sockaddr_storage none = { .ss_family = AF_UNSPEC },
                            here = domain == AF_INET ? address(AF_INET, AF_INET, "127.0.0.1")
                                                     : address(AF_INET6, AF_INET6, "::1");
    int fd = socket(domain, SOCK_DGRAM, 0);
    connect(fd, (void *)&here, sizeof(here));
    connect(fd, (void *)&none, sizeof(none));
    sendto(fd, "x", 1, 0, (void *)&here, sizeof(here));
    attempt(reachable(fd), "dissolving and sending");
    close(fd);
}

static void listeners(int domain)
{
    int fd = socket(domain, SOCK_STREAM, 0);
    attempt(!listen(fd, 1) && reachable(fd), "listening without bind");
    struct sockaddr_storage none = { .ss_family = AF_UNSPEC };
    connect(fd, (void *)&none, sizeof(none));
    attempt(!listen(fd, 1) && reachable(fd), "listening again");
    close(fd);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    static const int protocols[] = { IPPROTO_ICMP, IPPROTO_ICMPV6,
                                     IPPROTO_SCTP, IPPROTO_UDPLITE,
                                     33,           262 };
    static const int kinds[] = { SOCK_STREAM,    SOCK_DGRAM, SOCK_RAW,
                                 SOCK_SEQPACKET, SOCK_DCCP,  SOCK_PACKET };
    for (int d = AF_INET; d <= AF_INET6; d += AF_INET6 - AF_INET) {
        addresses(d, SOCK_DGRAM);
        addresses(d, SOCK_STREAM);
        dissolved(d);
        listeners(d);
        for (int k = 0; k < 6; k++)
            for (int p = 0; p < 6; p++)
                attempt(socket(d, kinds[k], protocols[p]) >= 0, "a protocol");
    }
    for (int d = 0; d < 64; d++)
        for (int k = 0; k < 6; k++)
            if (d != AF_UNIX && d != AF_INET && d != AF_INET6)
                attempt(socket(d, kinds[k], 0) >= 0, "a family");
    return escapes != 0;
}
