// signal_wait.h: waiting for signals, and what system calls show of them.
#ifndef GUEST_SIGNAL_WAIT_H
#define GUEST_SIGNAL_WAIT_H

#include "guest/signal.h"

// Puts a signal mask in place for a wait. -EINTR when a signal comes by that; the mask is
// then restored by its delivery, else by mask_end.
i64 mask_begin(struct thread *t, vaddr a, u64 size);
void mask_end(struct thread *t);

// struct siginfo of arm64.
enum { SIGINFO_BYTES = 128 };
void signal_bytes(const struct guest_siginfo *i, u8 raw[SIGINFO_BYTES]);

// Name without SIG: "SEGV".
const char *signal_name(int sig);

// What is readable follows what is pending; the process is locked.
void signalfd_update(struct process *p);

// In a child: its own, apart from its parent's.
void signalfd_forked(struct process *p);

// read(2) of a descriptor, `host` on the host, for `set`.
i64 signalfd_read(struct thread *t, int host, u64 set, vaddr to, u64 size);

// Waits until a signal of `set` is pending (0) or one can be delivered (-EINTR), or `until`
// of CLOCK_MONOTONIC (0).
i64 signal_wait(struct thread *t, u64 set, u64 until);

#endif
