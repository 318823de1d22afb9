// net_private.h: a network of its own: a namespace of the host with nothing but loopback in it.
//
// A process beside the simulator lives there and makes sockets for it; so neither the simulator
// nor who uses it as a library moves, and it needs no rights. It ends with the last process that
// has the descriptor.
#ifndef GUEST_NET_PRIVATE_H
#define GUEST_NET_PRIVATE_H

#include "base/err.h"
#include "base/types.h"

// A descriptor through which the namespace is reached; *cookie: its number on the host
// (SO_NETNS_COOKIE). -1 and *e where the host does not permit it.
int net_private_new(u64 *cookie, struct err *e);

// socket(2) there: a descriptor, close-on-exec, or -errno.
i64 net_private_socket(int maker, int domain, int type, int protocol);

#endif
