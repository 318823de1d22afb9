// Sockets on loopback, epoll and eventfd.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

enum { BYTES = 200000 };

static void *client(void *arg)
{
    struct sockaddr_in to = *(struct sockaddr_in *)arg;
    char b[1000];
    long n = 0;
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    CHECK(fd >= 0 && !setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)));
    CHECK(!connect(fd, (struct sockaddr *)&to, sizeof(to)));
    memset(b, 'c', sizeof(b));
    for (long sent = 0; sent < BYTES;) {
        ssize_t r = send(fd, b, sizeof(b), 0);
        CHECK(r > 0);
        sent += r;
    }
    CHECK(!shutdown(fd, SHUT_WR));
    for (ssize_t r; (r = recv(fd, b, sizeof(b), 0)) > 0;)
        n += r;
    CHECK(n == 5);
    close(fd);
    return NULL;
}

static void a_server_waits_by_epoll(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(a);
    struct epoll_event e[4], want = { .events = EPOLLIN, .data.u64 = 0x123456789abcdef0 };
    int one = 1, server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ep = epoll_create1(0),
        n = 0;
    CHECK(server >= 0 && ep >= 0);
    CHECK(!setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
    CHECK(!bind(server, (struct sockaddr *)&a, sizeof(a)) && !listen(server, 8));
    CHECK(!getsockname(server, (struct sockaddr *)&a, &len) && a.sin_port);
    CHECK(!epoll_ctl(ep, EPOLL_CTL_ADD, server, &want) && epoll_wait(ep, e, 4, 0) == 0);
    pthread_t t;
    CHECK(!pthread_create(&t, NULL, client, &a));
    CHECK(epoll_wait(ep, e, 4, 10000) == 1 && e[0].data.u64 == want.data.u64 &&
          e[0].events == EPOLLIN);
    int fd = accept4(server, NULL, NULL, SOCK_NONBLOCK);
    CHECK(fd >= 0);
    want.data.u64 = 7;
    CHECK(!epoll_ctl(ep, EPOLL_CTL_ADD, fd, &want));
    for (char b[512]; n < BYTES;) {
        CHECK(epoll_wait(ep, e, 4, 10000) == 1 && e[0].data.u64 == 7);
        ssize_t r = read(fd, b, sizeof(b));
        CHECK(r > 0);
        n += (int)r;
    }
    CHECK(write(fd, "reply", 5) == 5 && !close(fd) && !pthread_join(t, NULL));
    CHECK(n == BYTES);
    close(server);
    close(ep);
}

static void only_loopback_is_there(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(80) };
    inet_pton(AF_INET, "192.0.2.1", &a.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == -1);
    CHECK(errno == ENETUNREACH || errno == EINPROGRESS);   // the second: elsewhere than in m2sim
    close(fd);
}

static void unix_sockets_have_names_and_carry_descriptors(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "sock" };
    int server = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0), fd[2],
        pair[2];
    CHECK(!bind(server, (struct sockaddr *)&a, sizeof(a)) && !listen(server, 1));
    CHECK(!connect(c, (struct sockaddr *)&a, sizeof(a)) && !access("sock", F_OK));
    int s = accept(server, NULL, NULL);
    CHECK(s >= 0 && !unlink("sock"));
    CHECK(!pipe(fd) && !socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    char text[8] = { 0 };
    struct iovec iov = { "fd", 2 };
    struct msghdr m = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    memset(&control, 0, sizeof(control));
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    *h = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
                           .cmsg_level = SOL_SOCKET,
                           .cmsg_type = SCM_RIGHTS };
    memcpy(CMSG_DATA(h), &fd[1], sizeof(int));
    CHECK(sendmsg(pair[0], &m, 0) == 2);
    iov = (struct iovec){ text, sizeof(text) };
    memset(&control, 0, sizeof(control));
    CHECK(recvmsg(pair[1], &m, 0) == 2 && !strcmp(text, "fd"));
    int got;
    h = CMSG_FIRSTHDR(&m);
    CHECK(h && h->cmsg_type == SCM_RIGHTS);
    memcpy(&got, CMSG_DATA(h), sizeof(int));
    CHECK(got != fd[1] && write(got, "z", 1) == 1 && read(fd[0], text, 1) == 1 && text[0] == 'z');
    const int all[] = { server, c, s, fd[0], fd[1], pair[0], pair[1], got };
    for (int i = 0; i < 8; i++)
        CHECK(!close(all[i]));
}

static void *add_later(void *arg)
{
    unsigned long long two = 2;
    usleep(10000);
    CHECK(write(*(int *)arg, &two, sizeof(two)) == sizeof(two));
    return NULL;
}

static void events_are_counted(void)
{
    unsigned long long n;
    pthread_t t;
    int fd = eventfd(3, EFD_CLOEXEC);
    CHECK(fd >= 0 && read(fd, &n, sizeof(n)) == sizeof(n) && n == 3);
    CHECK(!pthread_create(&t, NULL, add_later, &fd));
    CHECK(read(fd, &n, sizeof(n)) == sizeof(n) && n == 2 && !pthread_join(t, NULL));
    close(fd);
}

static void datagrams_have_senders(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) },
                       from;
    socklen_t len = sizeof(a);
    char b[16] = { 0 };
    int x = socket(AF_INET, SOCK_DGRAM, 0), y = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(!bind(x, (struct sockaddr *)&a, sizeof(a)) &&
          !getsockname(x, (struct sockaddr *)&a, &len));
    CHECK(sendto(y, "ping", 4, 0, (struct sockaddr *)&a, sizeof(a)) == 4);
    len = sizeof(from);
    CHECK(recvfrom(x, b, sizeof(b), 0, (struct sockaddr *)&from, &len) == 4 && !strcmp(b, "ping"));
    CHECK(len == sizeof(from) && from.sin_family == AF_INET &&
          ntohl(from.sin_addr.s_addr) == INADDR_LOOPBACK);
    close(x);
    close(y);
}

static void *take_all(void *arg)
{
    static char b[65536];
    usleep(10000);
    while (read(*(int *)arg, b, sizeof(b)) > 0)
        ;
    return NULL;
}

// close waits for the reader, a thread that takes turns with this one.
static void a_close_may_linger(void)
{
    static char b[65536];
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct linger hour = { 1, 3600 };
    socklen_t len = sizeof(a);
    int server = socket(AF_INET, SOCK_STREAM, 0), out = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(!bind(server, (struct sockaddr *)&a, sizeof(a)) && !listen(server, 1) &&
          !getsockname(server, (struct sockaddr *)&a, &len));
    CHECK(!connect(out, (struct sockaddr *)&a, sizeof(a)));
    int in = accept(server, NULL, NULL);
    CHECK(in >= 0 && !setsockopt(out, SOL_SOCKET, SO_LINGER, &hour, sizeof(hour)));
    while (send(out, b, sizeof(b), MSG_DONTWAIT) > 0)
        ;
    pthread_t t;
    CHECK(!pthread_create(&t, NULL, take_all, &in));
    CHECK(!close(out) && !pthread_join(t, NULL));
    close(in);
    close(server);
}

// A datagram socket of IPv6 reaches IPv4's loopback, too, unless it was told not to.
static void ipv6_reaches_ipv4(void)
{
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6 }, own = six, none = six;
    socklen_t len = sizeof(four), size = sizeof(int), own_len = sizeof(own);
    int only = 1, to = socket(AF_INET, SOCK_DGRAM, 0), from = socket(AF_INET6, SOCK_DGRAM, 0);
    if (from < 0 && errno == EAFNOSUPPORT)
        return;   // a host without IPv6
    CHECK(!bind(to, (struct sockaddr *)&four, len));
    CHECK(!getsockname(to, (struct sockaddr *)&four, &len));
    CHECK(!getsockopt(from, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size) && !only);
    CHECK(inet_pton(AF_INET6, "::ffff:127.0.0.1", &six.sin6_addr) == 1);
    CHECK(!bind(from, (struct sockaddr *)&six, sizeof(six)));
    CHECK(!getsockname(from, (struct sockaddr *)&own, &own_len));
    CHECK(!memcmp(&own.sin6_addr, &six.sin6_addr, sizeof(six.sin6_addr)) && own.sin6_port);
    six.sin6_port = four.sin_port;
    CHECK(sendto(from, "x", 1, 0, (struct sockaddr *)&six, sizeof(six)) == 1);
    CHECK(recvfrom(to, &only, 1, 0, (struct sockaddr *)&four, &len) == 1);
    CHECK(four.sin_port == own.sin6_port);

    int alone = socket(AF_INET6, SOCK_STREAM, 0);
    only = 1;
    none.sin6_addr = in6addr_any;
    CHECK(!setsockopt(alone, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)));
    CHECK(bind(alone, (struct sockaddr *)&six, sizeof(six)) < 0 && errno == EINVAL);
    CHECK(!bind(alone, (struct sockaddr *)&none, sizeof(none)) && !listen(alone, 1));
    close(alone);
    close(from);
    close(to);
}

int main(void)
{
    ipv6_reaches_ipv4();
    a_server_waits_by_epoll();
    only_loopback_is_there();
    unix_sockets_have_names_and_carry_descriptors();
    events_are_counted();
    datagrams_have_senders();
    a_close_may_linger();
    puts("sockets ok");
    return 0;
}
