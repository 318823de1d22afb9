// The policy `host`: each guest thread has a host thread, on which its calls wait.
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "guest/process/block.h"
#include "guest/process/sched.h"

static const u64 SECOND = 1000000000;

static u32 count_cpus(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof(set), &set) ? 1 : (u32)CPU_COUNT(&set);
}

static u64 now_on(struct process *p, int clock)
{
    struct timespec ts = { 0 };
    clock_gettime(clock, &ts);
    return (u64)ts.tv_sec * SECOND + (u64)ts.tv_nsec;
}

static i64 yield_turn(struct thread *t)
{
    return sched_yield();
}

static i64 sleep_until(struct thread *t, int clock, u64 until)
{
    struct timespec ts = { until / SECOND, until % SECOND };
    return block_call(t, SYS_clock_nanosleep, (u64)clock, TIMER_ABSTIME, (u64)&ts, 0, 0, 0);
}

// The call itself waits.
static i64 wait_ready(struct thread *t, int host, short events)
{
    return 0;
}

static i64 poll_fds(struct thread *t, struct pollfd *fds, int n, u64 until)
{
    for (;;) {
        u64 now = until == UINT64_MAX || !until ? 0 : process_now(t->process, CLOCK_MONOTONIC);
        u64 left = until > now ? until - now : 0;
        struct timespec ts = { left / SECOND, left % SECOND };
        i64 r = host_result(poll(fds, (nfds_t)n, 0));
        if (r || !left)
            return r;
        r = block_once(t, SYS_ppoll,
                       (u64[6]){ (u64)fds, (u64)n, until == UINT64_MAX ? 0 : (u64)&ts });
        if (r != -EINTR || block_must_look(t))
            return r;
    }
}

static i64 wait_signal(struct thread *t, u64 set, u64 until)
{
    while (!(signal_pending(t) & set)) {
        if (until != UINT64_MAX && process_now(t->process, CLOCK_MONOTONIC) >= until)
            break;
        poll_fds(t, NULL, 0, until);
        bool taken = signal_pending(t) & set;   // what was waited for comes before the rest
        if (!taken && (thread_ends(t) || signal_waiting(t, t->sigmask | set)))
            return -EINTR;
    }
    return 0;
}

static i64 call_unpolled(struct thread *t, long number, const u64 a[6], int which, const void *data,
                         size_t size)
{
    u64 b[6] = { a[0], a[1], a[2], a[3], a[4], a[5] };
    if (data)
        b[which] = (u64)data;
    return block_call(t, number, b[0], b[1], b[2], b[3], b[4], b[5]);
}

// ---- futex: the host's own, on window addresses

static i64 futex_wait(struct thread *t, const struct futex *f)
{
    struct process *p = t->process;
    struct timespec ts = { f->until / SECOND, f->until % SECOND };
    bool alone = !f->timed && process_alone(p);
    u32 value;
    if (alone && !space_read(p->space, &value, f->a, sizeof(value)) && value == f->value)
        return process_deadlock(t);
    u64 op = FUTEX_WAIT_BITSET | (f->flags & FUTEX_PRIVATE_FLAG) |
             (f->clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);
    i64 r = block_call(t, SYS_futex, (u64)space_host(p->space, f->a), op, f->value,
                       f->timed ? (u64)&ts : 0, 0, f->bitset);
    return r == -EINTR && !f->timed ? -RESTART : r;
}

static i64 wake_waiters(struct process *p, const struct futex *f, u32 count)
{
    return host_result(syscall(SYS_futex, space_host(p->space, f->a),
                               FUTEX_WAKE_BITSET | (f->flags & FUTEX_PRIVATE_FLAG), count, NULL,
                               NULL, f->bitset));
}

static i64 futex_requeue(struct thread *t, const struct futex *f, const u64 a[6])
{
    struct space *s = t->process->space;
    return host_result(syscall(SYS_futex, space_host(s, f->a),
                               f->op | (f->flags & FUTEX_PRIVATE_FLAG), (u32)a[2], a[3],
                               space_host(s, a[4]), (u32)a[5]));
}

static i64 futex_wake_op(struct thread *t, const struct futex *f, const u64 a[6])
{
    struct space *s = t->process->space;
    return host_result(syscall(SYS_futex, space_host(s, f->a),
                               FUTEX_WAKE_OP | (f->flags & FUTEX_PRIVATE_FLAG), (u32)a[2], a[3],
                               space_host(s, a[4]), (u32)a[5]));
}

const struct sched_policy sched_host = {
    .name = "host",
    .parallel = true,
    .quantum = 250000,   // below 10 ms
    .cpus = count_cpus,
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
