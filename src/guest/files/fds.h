// fds.h: the guest's descriptors, and what they are on the host.
#ifndef GUEST_FDS_H
#define GUEST_FDS_H

#include <stdbool.h>

#include "base/types.h"

struct process;
struct thread;

enum { GUEST_FDS = 1024 };   // descriptors a guest may have

// What the simulator itself answers for: seeded random bytes in place of the host's, and
// signalfd, of which the host has an eventfd that is readable while a signal is pending; timerfd
// where time is simulated, an eventfd that never waits (timers.h).
enum fd_kind { FD_HOST, FD_RANDOM, FD_SIGNALS, FD_TIMER };

// What is open, held by its place in the table and by each system call that uses it: the last
// one to let go closes the host's descriptor.
struct guest_file {
    int host;
    u32 holders;
    enum fd_kind kind;
    u64 detail;   // FD_SIGNALS: those it tells of; FD_TIMER: its place in process.timers
    struct guest_file *next;   // of process.closing
};

// A guest descriptor is an index of process.fds; it never is the host's number, so no
// descriptor of the simulator can be named by the guest.
struct guest_fd {
    struct guest_file *file;   // NULL: closed
    bool cloexec;
};

// Makes host 0, 1 and 2 the guest's; closes everything the guest still has.
bool fds_open_standard(struct process *p);
void fds_close_all(struct process *p);

// Host descriptor of the guest's `fd`, or -EBADF. It stays open and what it is, whatever
// other threads do, until the system call of `t` ends.
int fd_get(struct thread *t, u64 fd);

// As fd_get: of the working directory; and where AT_FDCWD means that.
int fd_cwd(struct thread *t);
int fd_dir(struct thread *t, u64 fd);

// Gives back all that `t` got: at the end of its system call. fds_forked: in a child, what
// the threads had that are not in it.
void fds_put(struct thread *t);
void fds_forked(struct process *p, const struct thread *t);

// What kind a descriptor from fd_get is, and what guest_file.detail says of it.
enum fd_kind fd_kind(const struct thread *t, int host, u64 *detail);

// Gives host descriptor `host` (negative: an errno, handed on) the lowest free number
// from `low` up; on failure it is closed.
i64 fd_new(struct process *p, i64 host, bool cloexec, int low);
i64 fd_new_kind(struct process *p, i64 host, enum fd_kind kind, u64 detail, bool cloexec, int low);

void fd_set_cloexec(struct process *p, u64 fd, bool cloexec);

// Makes `host`, if it is one, the working directory: 0, or the errno handed in.
i64 fd_set_cwd(struct process *p, i64 host);

// A file with one hold, that of the table or of process.cwd.
struct guest_file *file_new(int host);

// Closes what is close-on-exec.
void fds_close_on_exec(struct process *p);

#endif
