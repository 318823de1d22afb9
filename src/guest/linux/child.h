// child.h: children of a guest process, and groups of processes.
#ifndef GUEST_CHILD_H
#define GUEST_CHILD_H

#include <signal.h>
#include <sys/resource.h>

#include "base/types.h"

struct process;

enum { GUEST_CHILDREN = 256 };   // not yet waited for

// A child by its number in the guest and on the host; number 0: a free place.
struct guest_child {
    int pid, host;
    int group, group_host;   // its group, when the child that leads that is no more
    bool stays;   // it has ended, and somebody is to wait for it
};

// A place for a child that is about to be made, which has no number on the host yet, so that no
// other thread takes it; NULL when there is none.
struct guest_child *child_reserve(struct process *p);

// Number in the guest of host process `host`; 0 when it is none of its.
int guest_pid(struct process *p, int host);

// Host number of the guest's child `pid`; 0 when there is none. It can be another process's as soon
// as the guest's is not locked: without that only for calls that reach none but children.
int child_host(struct process *p, int pid);
int child_host_locked(struct process *p, int pid);

// Those that have ended are gone, where the guest ignores that (SIG_IGN, SA_NOCLDWAIT), or stay to
// be waited for: before it says otherwise, with the process locked.
void children_settle(struct process *p);

// Some may have ended: they are gone, where the guest ignores that. Whether there are any left.
void children_ended(struct process *p);
bool children_any(struct process *p);

// waitid of the host has told of *info, with WNOWAIT: takes it, unless `flags` has WNOWAIT too. The
// child's number; 0 where there is nothing to tell: it is gone, it is no child of the guest's,
// another thread was faster, or it is not `only` (0: any).
int child_told(struct process *p, int only, siginfo_t *info, int flags, struct rusage *usage);

// Number in the guest of its parent: 1, as of init, once that has ended.
int parent_shown(const struct process *p);

// Host number of the guest's process group `group`, 0 when there is none; and the guest's of one
// of the host's that a terminal has.
int group_host(struct process *p, int group);
int group_host_locked(struct process *p, int group);
i64 group_terminal(struct process *p, int host);

// Child `leader` is no more: its group keeps its number for the other children in it. The process
// is locked.
void group_outlives(struct process *p, const struct guest_child *leader);

// Ends a forked child of the simulator as its guest has ended.
void process_leave(const struct process *p) __attribute__((noreturn));

#endif
