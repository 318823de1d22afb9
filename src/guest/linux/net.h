// net.h: the network a guest reaches, as options.net says: which sockets it may make, and which
// addresses it may name. It knows the host's sockets, not the guest's descriptors.
#ifndef GUEST_NET_H
#define GUEST_NET_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "guest/linux.h"

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

// What an address is given for.
enum net_use { TO_BIND, TO_CONNECT, TO_SEND };

// A socket of the host, close-on-exec, or -errno.
i64 net_socket(const struct thread *t, int domain, int type, int protocol);

// Reads an address for the socket `host` and changes it to what the host is to be told: 0, or
// -errno when the guest may not name it. Ended by path_end(&a->path).
i64 net_address(struct thread *t, int host, vaddr from, u64 len, enum net_use use,
                struct address *a);

// Before a call that can bind `host` by itself to where `to` (or NULL) asks, and for a socket that
// came from elsewhere: 0, or -errno when it would not stand on the guest's network.
i64 net_before(const struct thread *t, int host, const struct address *to);

// After it, with its result: what stands elsewhere does no more.
i64 net_after(const struct thread *t, int host, i64 r);

// A socket that is not bound is told to be at no address, as it would be elsewhere.
void net_hide(struct address *name);

#endif
