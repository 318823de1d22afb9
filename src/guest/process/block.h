// block.h: host system calls that may wait, and how a waiting guest thread is woken.
//
// A thread to be woken has `kicked` set and its host thread gets KICK. The call returns
// -EINTR without having begun when `kicked` was set before it, so no wake-up is lost.
#ifndef GUEST_BLOCK_H
#define GUEST_BLOCK_H

#include <poll.h>
#include <signal.h>

#include "guest/linux.h"

// Makes the calling host thread the one that runs `t`, whatever it was before.
void block_switch(struct thread *t);

// It runs `t` no more: signals that come find nobody. The process is locked.
void block_thread_ends(struct thread *t);

// Makes `t` look at its signals, if it waits; the process is locked.
void block_kick(struct thread *t);

// Makes pending what has come from the host (hostsig.h), and from timers.
void block_collect(struct thread *t);

// The host's system call: its result or -errno; -EINTR only when `t` has a signal to
// handle, or ends.
i64 block_call(struct thread *t, long number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f);

// One try: -EINTR may also be a wake-up that means nothing, which block_must_look tells.
i64 block_once(struct thread *t, long number, const u64 a[6]);
bool block_must_look(struct thread *t);

// Waits until host descriptor `host` is ready for `events`, where threads take turns; where
// they run in parallel the call itself waits. 0, -EINTR or -WAITS.
i64 block_ready(struct thread *t, int host, short events);

// poll; waits until `until` of CLOCK_MONOTONIC of the guest (UINT64_MAX: for ever).
i64 block_poll(struct thread *t, struct pollfd *fds, int n, u64 until);

// A host call that waits and cannot be polled; *data, or NULL, is what argument `which` points
// to. Where it is under way for `t` block_resumed is true, with its result or -WAITS: what was
// prepared for it need not be again.
i64 block_unpolled(struct thread *t, long number, const u64 a[6], int which, const void *data,
                   size_t size);
bool block_resumed(struct thread *t, i64 *result);

// A call that SA_RESTART restarts: -EINTR becomes -RESTART.
static inline i64 restartable(i64 r)
{
    return r == -EINTR ? -RESTART : r;
}

// block_x86.c, block_generic.c: the call itself; -EINTR when *kicked. Between host_call_begin
// and host_call_end it has not begun: a handler that finds the pc there moves it to
// host_call_stop. (elsewhere: see there)
i64 host_call(int *kicked, long number, const u64 a[6]);
void host_call_kicked(void *context);

#endif
