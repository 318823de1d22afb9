// epoll: the host's, with the events of arm64, which are not packed.
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "guest/process/block.h"

enum { MAX_EVENTS = 1024 };

struct guest_epoll_event {
    u32 events, pad;
    u64 data;
};

_Static_assert(sizeof(struct guest_epoll_event) == 16, "arm64 struct epoll_event");

i64 sys_epoll_create1(struct thread *t, const u64 a[6])
{
    if (a[0] & ~(u64)EPOLL_CLOEXEC)
        return -EINVAL;
    return fd_new(t->process, host_result(epoll_create1(EPOLL_CLOEXEC)), a[0] & EPOLL_CLOEXEC, 0);
}

i64 sys_epoll_ctl(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    struct guest_epoll_event g = { 0 };
    int epoll = fd_get(t, a[0]), host = fd_get(t, a[2]);
    if (epoll < 0 || host < 0)
        return -EBADF;
    if ((i32)a[1] != EPOLL_CTL_DEL && space_read(p->space, &g, a[3], sizeof(g)))
        return -EFAULT;
    struct epoll_event e = { .events = g.events & ~(u32)EPOLLWAKEUP, .data.u64 = g.data };
    return host_result(epoll_ctl(epoll, (int)a[1], host, &e));
}

// Waits for the epoll descriptor itself to be readable, then asks it: another thread may
// have been quicker.
static i64 wait_events(struct thread *t, int host, struct epoll_event *e, int n, u64 until)
{
    struct pollfd fd = { host, POLLIN, 0 };
    if (sched_interrupted(t))
        return -EINTR;
    for (;;) {
        i64 r = host_result(epoll_wait(host, e, n, 0));
        if (r)
            return r;
        r = block_poll(t, &fd, 1, until);
        if (r <= 0)
            return r;
    }
}

i64 sys_epoll_pwait(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    struct epoll_event e[MAX_EVENTS];
    int host = fd_get(t, a[0]), n = (int)a[2];
    i64 ns = (i32)a[3] < 0 ? -1 : (i64)(i32)a[3] * 1000000;
    if (host < 0)
        return host;
    if (n <= 0)
        return -EINVAL;
    i64 failed = t->cpu.x[8] == 441 ? timeout_at(t, a[3], &ns) : 0;
    failed = failed || t->call.again ? failed : mask_begin(t, a[4], a[5]);
    n = n < MAX_EVENTS ? n : MAX_EVENTS;
    u64 until = ns < 0                 ? UINT64_MAX
                : !ns || t->call.again ? 0
                                       : process_now(p, CLOCK_MONOTONIC) + (u64)ns;
    i64 r = failed ? failed : wait_events(t, host, e, n, until);
    mask_end(t);
    for (i64 i = 0; i < r; i++) {
        struct guest_epoll_event g = { .events = e[i].events, .data = e[i].data.u64 };
        if (space_write(p->space, a[1] + (u64)i * sizeof(g), &g, sizeof(g)))
            return -EFAULT;
    }
    return r;
}
