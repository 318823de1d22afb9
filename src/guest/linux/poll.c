// System calls that wait for several descriptors: ppoll, pselect6.
#include <poll.h>

#include "guest/process/block.h"

enum { MAX_POLL = 1024 };

// Waits on host descriptors; `wait_ns` < 0 has no end.
static i64 wait_for(struct thread *t, struct pollfd *fds, int n, i64 wait_ns)
{
    u64 until = wait_ns < 0 ? UINT64_MAX : 0;
    if (wait_ns > 0 && !t->call.again)
        until = process_now(t->process, CLOCK_MONOTONIC) + (u64)wait_ns;
    return block_poll(t, fds, n, until);
}

i64 timeout_at(struct thread *t, vaddr a, i64 *ns)
{
    struct timespec ts;
    *ns = -1;
    if (!a)
        return 0;
    i64 failed = time_get(t, a, &ts);
    if (failed)
        return failed;
    u64 whole = ts.tv_sec > INT64_MAX / 2000000000 ? INT64_MAX / 2 : ts.tv_sec * 1000000000ull;
    *ns = whole + ts.tv_nsec;
    return 0;
}

i64 mask_begin(struct thread *t, vaddr a, u64 size)
{
    u64 mask;
    if (!a)
        return 0;
    if (size != 8)
        return -EINVAL;
    if (space_read(t->process->space, &mask, a, 8))
        return -EFAULT;
    t->sigmask_saved = t->sigmask;
    t->restore_mask = true;
    signal_mask(t, mask);
    return signal_waiting(t, t->sigmask) ? -EINTR : 0;
}

void mask_end(struct thread *t)
{
    if (!t->restore_mask || t->call.waits || signal_waiting(t, t->sigmask))
        return;
    signal_mask(t, t->sigmask_saved);
    t->restore_mask = false;
}

// Polls guest descriptors: fds[].fd are the guest's numbers and stay so.
static i64 poll_guest(struct thread *t, struct pollfd *fds, u32 n, i64 ns)
{
    struct pollfd host[MAX_POLL];
    int bad = 0;
    for (u32 i = 0; i < n; i++) {
        int fd = fds[i].fd < 0 ? -1 : fd_get(t, fds[i].fd);
        fds[i].revents = fd < 0 && fds[i].fd >= 0 ? POLLNVAL : 0;
        bad += fds[i].revents != 0;
        host[i] = (struct pollfd){ .fd = fd, .events = fds[i].events };
    }
    i64 r = wait_for(t, host, n, bad ? 0 : ns);
    if (r < 0)
        return r;
    for (u32 i = 0; i < n; i++)
        fds[i].revents |= host[i].revents;
    return r + bad;
}

i64 sys_ppoll(struct thread *t, const u64 a[6])
{
    struct pollfd fds[MAX_POLL];
    struct space *s = t->process->space;
    u32 n = a[1];
    i64 ns;
    if (n > MAX_POLL)
        return -EINVAL;
    if (space_read(s, fds, a[0], n * sizeof(*fds)))
        return -EFAULT;
    i64 failed = timeout_at(t, a[2], &ns);
    failed = failed || t->call.again ? failed : mask_begin(t, a[3], a[4]);
    i64 r = failed ? failed : poll_guest(t, fds, n, ns);
    mask_end(t);
    if (r >= 0 && space_write(s, a[0], fds, n * sizeof(*fds)))
        return -EFAULT;
    return r;
}

// select on top of poll. Which events make a descriptor readable, writable or
// exceptional: select(2).
static const short select_events[3] = {
    POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
    POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR,
    POLLPRI,
};

enum { SET_WORDS = MAX_POLL / 64 };

struct sets {
    u64 bits[3][SET_WORDS];
};

static bool in_set(const u64 *set, u32 fd)
{
    return set[fd / 64] >> fd % 64 & 1;
}

static i64 select_guest(struct thread *t, struct sets *sets, u32 n, i64 ns)
{
    struct pollfd fds[MAX_POLL];
    u32 used = 0;
    for (u32 fd = 0; fd < n; fd++) {
        short events = 0;
        for (int k = 0; k < 3; k++)
            events |= in_set(sets->bits[k], fd) ? select_events[k] : 0;
        if (events && fd_get(t, fd) < 0)
            return -EBADF;
        if (events)
            fds[used++] = (struct pollfd){ .fd = fd, .events = events };
    }
    i64 r = poll_guest(t, fds, used, ns);
    if (r < 0)
        return r;
    struct sets out = { 0 };
    r = 0;
    for (u32 i = 0; i < used; i++)
        for (int k = 0; k < 3; k++)
            if (in_set(sets->bits[k], fds[i].fd) && fds[i].revents & select_events[k]) {
                out.bits[k][fds[i].fd / 64] |= (u64)1 << fds[i].fd % 64;
                r++;
            }
    *sets = out;
    return r;
}

i64 sys_pselect6(struct thread *t, const u64 a[6])
{
    struct space *s = t->process->space;
    struct sets sets = { 0 };
    u64 mask[2] = { 0 };
    i64 ns;
    u32 n = a[0] > MAX_POLL && (i32)a[0] >= 0 ? MAX_POLL : a[0];
    if ((i32)a[0] < 0)
        return -EINVAL;
    u32 bytes = (n + 63) / 64 * 8;
    for (int k = 0; k < 3; k++)
        if (a[1 + k] && space_read(s, sets.bits[k], a[1 + k], bytes))
            return -EFAULT;
    if (a[5] && space_read(s, mask, a[5], sizeof(mask)))
        return -EFAULT;
    i64 failed = timeout_at(t, a[4], &ns);
    failed = failed || t->call.again ? failed : mask_begin(t, mask[0], mask[1]);
    i64 r = failed ? failed : select_guest(t, &sets, n, ns);
    mask_end(t);
    for (int k = 0; k < 3 && r >= 0; k++)
        if (a[1 + k] && space_write(s, a[1 + k], sets.bits[k], bytes))
            return -EFAULT;
    return r;
}
