// The policy `turns`: a call that must wait writes down what for, and is called again.
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "guest/process/block.h"
#include "guest/process/helper.h"
#include "guest/process/sched.h"

static u32 count_cpus(void)
{
    return 1;
}

// In order of creation, round and round.
static struct thread *next_in_turn(struct process *p, struct thread *from)
{
    struct thread *t = from;
    do {
        t = t->next ? t->next : p->threads;
        if (sched_can_run(p, t))
            return t;
    } while (t != from);
    return NULL;
}

static u64 now_on(struct process *p, int clock)
{
    const struct process_options *o = &p->options;
    bool cpu = clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
    return o->now_ns(o->clock_ctx, clock) + (cpu ? 0 : p->slept_ns);
}

static i64 yield_turn(struct thread *t)
{
    return t->call.again
               ? 0
               : sched_wait(t, &(struct thread_wait){ .until = UINT64_MAX, .woken = true });
}

static i64 sleep_until(struct thread *t, int clock, u64 until)
{
    struct process *p = t->process;
    u64 end = t->call.again ? t->call.wait.until : time_monotonic(p, clock, until);
    if (process_now(p, CLOCK_MONOTONIC) >= end)
        return 0;
    if (thread_ends(t) || signal_waiting(t, t->sigmask))
        return -EINTR;
    return sched_wait(t, &(struct thread_wait){ .until = end });
}

// Until when a socket waits, by its options.
static u64 socket_until(struct thread *t, int host, short events)
{
    struct timeval tv = { 0 };
    socklen_t size = sizeof(tv);
    int option = events & POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO;
    if (getsockopt(host, SOL_SOCKET, option, &tv, &size) || (!tv.tv_sec && !tv.tv_usec))
        return UINT64_MAX;
    struct timespec ts = { tv.tv_sec, tv.tv_usec * 1000 };
    return process_now(t->process, CLOCK_MONOTONIC) + time_ns(&ts);
}

static i64 wait_ready(struct thread *t, int host, short events)
{
    struct pollfd fd = { host, events, 0 };
    u64 until = t->call.again ? t->call.wait.until : UINT64_MAX;
    if (sched_interrupted(t))
        return -EINTR;
    if (!sched_polls(t->process) || poll(&fd, 1, 0))
        return 0;
    int flags = fcntl(host, F_GETFL);
    if (flags < 0 || flags & O_NONBLOCK)
        return 0;
    if (!t->call.again)
        until = socket_until(t, host, events);
    else if (until != UINT64_MAX && process_now(t->process, CLOCK_MONOTONIC) >= until)
        return -EAGAIN;
    return sched_wait(t, &(struct thread_wait){ .fds = &fd, .n = 1, .until = until });
}

static i64 poll_fds(struct thread *t, struct pollfd *fds, int n, u64 until)
{
    if (t->call.again)
        until = t->call.wait.until;
    if (sched_interrupted(t))
        return -EINTR;
    u64 now = until == UINT64_MAX || !until ? 0 : process_now(t->process, CLOCK_MONOTONIC);
    i64 r = host_result(poll(fds, (nfds_t)n, 0));
    if (r || until <= now)
        return r;
    return sched_wait(t, &(struct thread_wait){ .fds = fds, .n = n, .until = until });
}

static i64 wait_signal(struct thread *t, u64 set, u64 until)
{
    if (t->call.again && (thread_ends(t) || signal_waiting(t, t->sigmask | set)))
        return -EINTR;
    if (signal_pending(t) & set ||
        (until != UINT64_MAX && process_now(t->process, CLOCK_MONOTONIC) >= until))
        return 0;
    return sched_wait(t, &(struct thread_wait){ .until = until, .set = set });
}

static i64 call_unpolled(struct thread *t, long number, const u64 a[6], int which, const void *data,
                         size_t size)
{
    struct process *p = t->process;
    if (t->call.helper) {
        if (helper_done(t->call.helper) || sched_interrupted(t))
            return helper_end(t);
        return sched_wait(t, &(struct thread_wait){ .until = UINT64_MAX });
    }
    if (sched_interrupted(t))
        return -EINTR;
    if (!sched_polls(p))
        return sched_host.unpolled(t, number, a, which, data, size);
    i64 failed = helper_start(t, number, a, which, data, size);
    if (failed)
        return failed;
    helpers_settle(p);
    return helper_done(t->call.helper)
               ? helper_end(t)
               : sched_wait(t, &(struct thread_wait){ .until = UINT64_MAX });
}

// ---- futex: a list of waiting threads

static i64 futex_waited(struct thread *t)
{
    const struct thread_wait *w = &t->call.wait;
    bool timed = w->until != UINT64_MAX;
    if (w->woken)
        return 0;
    if (thread_ends(t) || signal_waiting(t, t->sigmask))
        return timed ? -EINTR : -RESTART;
    return timed && process_now(t->process, CLOCK_MONOTONIC) >= w->until ? -ETIMEDOUT : 0;
}

static i64 futex_wait(struct thread *t, const struct futex *f)
{
    struct process *p = t->process;
    u32 value;
    if (t->call.again) {
        t->call.again = false;   // a lock may wait more than once
        return futex_waited(t);
    }
    if (space_read(p->space, &value, f->a, sizeof(value)))
        return -EFAULT;
    if (value != f->value)
        return -EAGAIN;
    return sched_wait(t, &(struct thread_wait){
                             .until = f->timed ? time_monotonic(p, f->clock, f->until) : UINT64_MAX,
                             .futex = f->a,
                             .value = value,
                             .bitset = f->bitset,
                             .shared = !(f->flags & FUTEX_PRIVATE_FLAG),
                         });
}

// Who waits longest.
static struct thread *longest(struct process *p, vaddr futex, u32 bitset)
{
    struct thread *found = NULL;
    for (struct thread *t = p->threads; t; t = t->next) {
        const struct thread_wait *w = &t->call.wait;
        if (t->call.waits && w->futex == futex && !w->woken && w->bitset & bitset &&
            (!found || w->order < found->call.wait.order))
            found = t;
    }
    return found;
}

static u32 wake(struct process *p, vaddr futex, u32 bitset, u32 count)
{
    u32 n = 0;
    struct thread *t;
    for (; n < count && (t = longest(p, futex, bitset)); n++)
        t->call.wait.woken = true;
    return n;
}

static i64 wake_waiters(struct process *p, const struct futex *f, u32 count)
{
    i64 n = wake(p, f->a, f->bitset, count);
    return f->flags & FUTEX_PRIVATE_FLAG || !p->forks ? n : sched_host.futex_wake(p, f, count);
}

static i64 futex_requeue(struct thread *t, const struct futex *f, const u64 a[6])
{
    struct process *p = t->process;
    struct thread *w;
    u32 value, moved = 0;
    if (f->op == FUTEX_CMP_REQUEUE) {
        if (space_read(p->space, &value, f->a, sizeof(value)))
            return -EFAULT;
        if (value != (u32)a[5])
            return -EAGAIN;
    }
    i64 n = wake(p, f->a, FUTEX_BITSET_MATCH_ANY, (u32)a[2]);
    for (; moved < (u32)a[3] && a[4] != f->a && (w = longest(p, f->a, FUTEX_BITSET_MATCH_ANY));
         moved++)
        w->call.wait.futex = a[4];
    return n + (f->op == FUTEX_CMP_REQUEUE ? moved : 0);
}

// Nothing else runs, so a read and a write do.
static i64 futex_wake_op(struct thread *t, const struct futex *f, const u64 a[6])
{
    struct process *p = t->process;
    u32 code = a[5], op = code >> 28 & 7, cmp = code >> 24 & 15, old, new;
    i32 oparg = (i32)(code << 8) >> 20, cmparg = (i32)(code << 20) >> 20;
    if (code >> 31)
        oparg = (i32)(1u << (oparg & 31));
    if (space_read(p->space, &old, a[4], sizeof(old)))
        return -EFAULT;
    switch (op) {
    case FUTEX_OP_SET: new = oparg; break;
    case FUTEX_OP_ADD: new = old + oparg; break;
    case FUTEX_OP_OR: new = old | oparg; break;
    case FUTEX_OP_ANDN: new = old & ~oparg; break;
    case FUTEX_OP_XOR: new = old ^ oparg; break;
    default: return -ENOSYS;
    }
    if (space_write(p->space, a[4], &new, sizeof(new)))
        return -EFAULT;
    i32 o = old;
    const bool truth[6] = { o == cmparg, o != cmparg, o<cmparg, o <= cmparg, o> cmparg,
                            o >= cmparg };
    if (cmp >= COUNT(truth))
        return -ENOSYS;
    i64 n = wake(p, f->a, FUTEX_BITSET_MATCH_ANY, (u32)a[2]);
    return truth[cmp] ? n + wake(p, a[4], FUTEX_BITSET_MATCH_ANY, (u32)a[3]) : n;
}

const struct sched_policy sched_turns = {
    .name = "turns",
    .parallel = false,
    .quantum = 50000,
    .cpus = count_cpus,
    .next = next_in_turn,
    .now = now_on,
    .yield = yield_turn,
    .sleep = sleep_until,
    .ready = wait_ready,
    .poll = poll_fds,
    .signal = wait_signal,
    .unpolled = call_unpolled,
    .futex_wait = futex_wait,
    .futex_wake = wake_waiters,
    .futex_requeue = futex_requeue,
    .futex_wake_op = futex_wake_op,
};
