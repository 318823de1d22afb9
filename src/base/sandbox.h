// sandbox.h: the second wall around a guest: which system calls of the host are left to this
// process. It knows nothing of guests: sandbox.def says what m2sim itself needs while one runs.
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "base/err.h"

// What of sandbox.def can be left out.
enum sandbox {
    SANDBOX_ALWAYS = 1,
    SANDBOX_INET = 2,   // sockets of IPv4 and IPv6
};

// From now on the kernel refuses, with ENOSYS, every system call that no row of `parts`
// allows: to all threads of this process, to its children, for ever. Programs it might execute
// gain no rights. False and *e where the host has no seccomp: then all calls are left.
bool sandbox_enter(unsigned parts, struct err *e);

#endif
