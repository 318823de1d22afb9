// What --net promises. net private PORT: the host's loopback, where somebody listens on PORT, is out of
// reach, and its own serves processes of this simulation. net none: no sockets but those of files. In
// both, standard input is a socket of the host's network, which leads nowhere.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;

static void check(int good, const char *what)
{
    if (!good) {
        printf("not so (errno %d): %s\n", errno, what);
        failures++;
    }
}

static struct sockaddr_in at(const char *host, int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
    inet_pton(AF_INET, host, &a.sin_addr);
    return a;
}

static int to(int type, const char *host, int port)
{
    struct sockaddr_in a = at(host, port);
    int s = socket(AF_INET, type, 0), r = connect(s, (void *)&a, sizeof(a));
    int error = r ? errno : 0;
    close(s);
    return error;
}

static void given_socket(void)
{
    struct sockaddr_in any = at("0.0.0.0", 0), far = at("192.0.2.1", 9);
    check(bind(0, (void *)&any, sizeof(any)), "a socket of the host cannot be bound");
    check(listen(0, 1), "nor listened on");
    check(connect(0, (void *)&far, sizeof(far)) && errno != EINPROGRESS, "nor connected");
}

// A child asks its parent, which listens on all addresses, by `family`.
static void serves(int family)
{
    struct sockaddr_in in = at("0.0.0.0", 0);
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
    struct sockaddr *a = family == AF_INET ? (void *)&in : (void *)&in6;
    socklen_t n = family == AF_INET ? sizeof(in) : sizeof(in6);
    int s = socket(family, SOCK_STREAM, 0), one, status;
    char c = 0;
    check(!bind(s, a, n) && !listen(s, 1) && !getsockname(s, a, &n), "all addresses are its own");
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    in6.sin6_addr = in6addr_loopback;
    pid_t child = fork();
    if (!child) {
        one = socket(family, SOCK_STREAM, 0);
        _exit(connect(one, a, n) || write(one, "x", 1) != 1);
    }
    one = accept(s, NULL, NULL);
    check(read(one, &c, 1) == 1 && c == 'x', "what the child sent has come");
    check(waitpid(child, &status, 0) == child && !status, "the child could send");
    close(one);
    close(s);
}

static void own_network(int port)
{
    check(to(SOCK_STREAM, "127.0.0.1", port) == ECONNREFUSED, "the host's listener is not there");
    check(to(SOCK_STREAM, "192.0.2.1", 9) == ENETUNREACH, "TCP leads nowhere else");
    check(to(SOCK_DGRAM, "192.0.2.1", 9) == ENETUNREACH, "UDP leads nowhere else");
    serves(AF_INET);
    serves(AF_INET6);
}

static void no_network(void)
{
    int pair[2];
    char c = 0;
    check(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EAFNOSUPPORT, "no TCP");
    check(socket(AF_INET, SOCK_DGRAM, 0) < 0 && errno == EAFNOSUPPORT, "no UDP");
    check(socket(AF_INET6, SOCK_STREAM, 0) < 0 && errno == EAFNOSUPPORT, "no IPv6");
    check(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair) && write(pair[0], "x", 1) == 1 &&
              read(pair[1], &c, 1) == 1 && c == 'x',
          "pairs do");
    struct sockaddr_un name = { AF_UNIX, "here" };
    int s = socket(AF_UNIX, SOCK_STREAM, 0), asks = socket(AF_UNIX, SOCK_STREAM, 0);
    check(!bind(s, (void *)&name, sizeof(name)) && !listen(s, 1) &&
              !connect(asks, (void *)&name, sizeof(name)),
          "sockets that are files do");
    unlink("here");
}

int main(int argc, char **argv)
{
    given_socket();
    if (!strcmp(argv[1], "private"))
        own_network(atoi(argv[2]));
    else
        no_network();
    return failures > 0;
}
