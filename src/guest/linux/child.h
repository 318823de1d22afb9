// child.h: children of a guest process, and groups of processes.
#ifndef GUEST_CHILD_H
#define GUEST_CHILD_H

#include "base/types.h"

struct process;

enum { GUEST_CHILDREN = 256 };   // not yet waited for

// A child by its number in the guest and on the host; number 0: a free place.
struct guest_child {
    int pid, host;
    int group, group_host;   // its group, when the child that leads that is no more
};

// Number in the guest of host process `host`; 0 when it is none of its.
int guest_pid(struct process *p, int host);

// Host number of the guest's child `pid`; 0 when there is none.
int child_host(struct process *p, int pid);

// Number in the guest of its parent: 1, as of init, once that has ended.
int parent_shown(const struct process *p);

// Host number of the guest's process group `group`, 0 when there is none; and the guest's of one
// of the host's that a terminal has.
int group_host(struct process *p, int group);
i64 group_terminal(struct process *p, int host);

// Child `leader` is no more: its group keeps its number for the other children in it. The process
// is locked.
void group_outlives(struct process *p, const struct guest_child *leader);

// Ends a forked child of the simulator as its guest has ended.
void process_leave(const struct process *p) __attribute__((noreturn));

#endif
