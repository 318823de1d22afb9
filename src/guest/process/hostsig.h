// hostsig.h: signals that other processes and the host's kernel send to the simulator.
//
// With options.signals they are the guest's, all that can be caught: a handler writes down who
// sent them, and whoever runs the guest makes them pending in it, where the guest's own masks
// and dispositions decide, as those of Linux would. Without, those are caught that the guest
// handles or waits for. What the simulator needs for itself is told apart by si_code and sender:
// faults, its own kicks, what its own writes raise.
#ifndef GUEST_HOSTSIG_H
#define GUEST_HOSTSIG_H

#include <signal.h>

#include "guest/linux.h"

// The process takes over what the simulator was started with, as after an execve: signals that
// are ignored, those that are blocked. The calling host thread is to run it.
void hostsig_begin(struct process *p);

// Nothing of it runs any more, in any thread; hostsig_free: and it is about to be gone.
void hostsig_end(struct process *p);
void hostsig_free(struct process *p);

// The calling host thread runs `t` (NULL: no thread any more) of `p` (NULL: nor will it).
void hostsig_serve(struct process *p, struct thread *t);

// The guest handles or waits for `sig` from now on.
void hostsig_catch(struct process *p, int sig);

// The guest has changed its disposition of `sig`, or what `t` blocks: the host is told where its
// kernel asks.
void hostsig_action(struct process *p, int sig);
void hostsig_mask(struct thread *t);

// In a signal handler: a signal of the host's for the guest. A thread is to be kicked then.
void hostsig_note(struct process *p, const siginfo_t *info);

// In the handler of a fault: true when it was none but a signal somebody sent.
bool hostsig_sent(int sig, siginfo_t *info, void *context);

// Whether some have come since; makes them pending. A thread of the process calls it, which is
// not locked.
bool hostsig_any(const struct process *p);
void hostsig_collect(struct process *p);

// Forgets those that have come: they were a parent's.
void hostsig_forget(struct process *p);

// Stops the simulator as the default action of `sig` stops a process, until it is continued.
void hostsig_stop(int sig);

// Sends a signal to host process `host`, as rt_sigqueueinfo with `code` and `value` or, when
// `code` is SI_USER, as kill: 0 or -errno.
i64 hostsig_send(int host, int sig, int code, u64 value);

#endif
