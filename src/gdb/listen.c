// Where the debugger connects.
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gdb/gdb.h"

enum { LOOK_MS = 200 };   // how long a wish to stop may go unseen

// Cuts "HOST:PORT", "[HOST]:PORT" or "PORT" in two; false when it is none of them.
static bool cut(const char *where, char host[64], const char **port)
{
    const char *colon = strrchr(where, ':');
    *port = colon ? colon + 1 : where;
    size_t n = colon ? (size_t)(colon - where) : 0;
    if (n > 1 && where[0] == '[' && where[n - 1] == ']') {
        where++;
        n -= 2;
    }
    if (n >= 64 || (colon && !n))
        return false;
    memcpy(host, where, n);
    host[n] = 0;
    if (!colon)
        strcpy(host, "127.0.0.1");
    char *end;
    long number = strtol(*port, &end, 10);
    return **port >= '0' && **port <= '9' && !*end && number <= 65535;
}

static void show(int fd, char shown[64])
{
    struct sockaddr_storage a = { 0 };
    socklen_t len = sizeof(a);
    char host[46] = "?", port[6] = "?";
    if (!getsockname(fd, (struct sockaddr *)&a, &len))
        getnameinfo((struct sockaddr *)&a, len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(shown, 64, a.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

int gdb_listen(const char *where, char shown[64], struct err *e)
{
    char host[64];
    const char *port;
    struct addrinfo *list, hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                     .ai_socktype = SOCK_STREAM };
    int bad = cut(where, host, &port) ? getaddrinfo(host, port, &hints, &list) : EAI_NONAME;
    if (bad) {
        if (bad == EAI_MEMORY || (bad == EAI_SYSTEM && err_is_host(errno)))
            err_system(e, bad == EAI_MEMORY ? ENOMEM : errno, "--gdb %s", where);
        else
            err_set(e, "--gdb: '%s' is not a port from 0 to 65535, nor ADDRESS:PORT", where);
        return -1;
    }
    int one = 1, fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (fd < 0 || bind(fd, list->ai_addr, list->ai_addrlen) || listen(fd, 1)) {
        err_system(e, errno, "--gdb %s: cannot listen there", where);
        if (fd >= 0)
            close(fd);
        fd = -1;
    } else {
        show(fd, shown);
    }
    freeaddrinfo(list);
    return fd;
}

int gdb_accept(int listener, const volatile int *stop)
{
    int fd = -1;
    while (fd < 0 && !*stop) {
        struct pollfd p = { .fd = listener, .events = POLLIN };
        if (poll(&p, 1, LOOK_MS) > 0)
            fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    }
    close(listener);
    return fd;
}
