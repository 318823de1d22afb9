#include "guest/linux/net_private.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sandbox.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

// A socket that is asked for, and what became of it; the descriptor goes along.
struct request {
    int domain, type, protocol;
};

struct reply {
    int error;   // errno, or 0
    u64 cookie;
};

// Sends `size` bytes and, if not negative, a descriptor.
static bool give(int to, const void *data, size_t size, int fd)
{
    union {
        struct cmsghdr head;
        u8 room[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec iov = { (void *)data, size };
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
    if (fd >= 0) {
        control.head = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
        memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
        m.msg_control = &control;
        m.msg_controllen = sizeof(control);
    }
    ssize_t n;
    do
        n = sendmsg(to, &m, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)size;
}

// Receives `size` bytes; *fd: what came along, or -1.
static bool take(int from, void *data, size_t size, int *fd)
{
    union {
        struct cmsghdr head;
        u8 room[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec iov = { data, size };
    struct msghdr m = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    ssize_t n;
    do
        n = recvmsg(from, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    *fd = -1;
    const struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    if (c && c->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(c), sizeof(*fd));
    return n == (ssize_t)size;
}

// ---- the process there

// Into a namespace of its own, where loopback is up: 0 or errno. An ordinary user may do so as
// the master of a user namespace.
static int move_there(u64 *cookie)
{
    struct ifreq lo = { .ifr_name = "lo" };
    socklen_t len = sizeof(*cookie);
    if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
        return errno;
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s < 0 || ioctl(s, SIOCGIFFLAGS, &lo))
        return errno;
    lo.ifr_flags |= IFF_UP;
    if (ioctl(s, SIOCSIFFLAGS, &lo) || getsockopt(s, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &len))
        return errno;
    close(s);
    return 0;
}

// Each request brings the socket for its answer, since several processes may ask at once. It lives
// in a session of its own, so that Ctrl-C is not for it.
static void serve(int own)
{
    struct reply r = { 0 };
    struct request q;
    struct err ignored;
    int to;
    dup2(own, 0);   // and holds nothing else of the simulator's
    syscall(SYS_close_range, 1, ~0u, 0);
    setsid();
    r.error = move_there(&r.cookie);
    if (!give(0, &r, sizeof(r), -1) || r.error)
        return;
    sandbox_enter(SANDBOX_INET, &ignored);
    while (take(0, &q, sizeof(q), &to)) {
        int s = socket(q.domain, q.type | SOCK_CLOEXEC, q.protocol);
        r.error = s < 0 ? errno : 0;
        give(to, &r, sizeof(r), s);
        close(s);
        close(to);
    }
}

// ---- and who asks it

// By a process between, so that it is no child of anybody who waits for children.
static bool begin(const int pair[2])
{
    pid_t between = fork();
    if (between)
        return between > 0 && waitpid(between, NULL, 0) == between;
    pid_t there = fork();
    if (!there)
        serve(pair[1]);
    _exit(0);
}

int net_private_new(u64 *cookie, struct err *e)
{
    struct reply r = { .error = EIO };
    int pair[2], none;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return err_set(e, "--net private: %s", strerror(errno)), -1;
    bool begun = begin(pair);
    close(pair[1]);
    if (begun && take(pair[0], &r, sizeof(r), &none) && !r.error) {
        *cookie = r.cookie;
        return pair[0];
    }
    close(pair[0]);
    err_set(e, "--net private: this host permits no network of one's own: %s", strerror(r.error));
    return -1;
}

i64 net_private_socket(int maker, int domain, int type, int protocol)
{
    const struct request q = { domain, type, protocol };
    struct reply r = { .error = EIO };
    int pair[2], fd = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return -errno;
    bool asked = give(maker, &q, sizeof(q), pair[1]);
    close(pair[1]);
    bool answered = asked && take(pair[0], &r, sizeof(r), &fd);
    close(pair[0]);
    if (answered && !r.error && fd < 0)
        r.error = EMFILE;
    return r.error ? -r.error : fd;
}
