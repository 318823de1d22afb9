// futex: the commands; how a thread waits and is woken is the policy's (sched.h). And the
// robust list.
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "guest/process/block.h"
#include "guest/process/timers.h"

enum { ROBUST_LIMIT = 2048, COMMANDS = 0x7f };

static i64 futex_wait(struct thread *t, const u64 a[6], struct futex *f)
{
    struct process *p = t->process;
    struct timespec ts;
    bool absolute = f->op == FUTEX_WAIT_BITSET;
    f->bitset = absolute ? (u32)a[5] : FUTEX_BITSET_MATCH_ANY;
    f->clock = f->flags & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    f->timed = a[3];
    if (!f->bitset)
        return -EINVAL;
    if (a[3] && !t->call.again) {
        i64 failed = time_get(t, a[3], &ts);
        if (failed)
            return failed;
        f->until = time_ns(&ts) + (absolute ? 0 : process_now(p, f->clock));
    }
    return p->policy->futex_wait(t, f);
}

void futex_wake(struct process *p, vaddr a, u32 count)
{
    // As Linux wakes clear_child_tid: not private. A waiter that said private is told too.
    struct futex f = { .a = a, .bitset = FUTEX_BITSET_MATCH_ANY };
    if (a % 4 || !space_in_window(p->space, a, 4))
        return;
    p->policy->futex_wake(p, &f, count);
    f.flags = FUTEX_PRIVATE_FLAG;
    if (p->policy->parallel)
        p->policy->futex_wake(p, &f, count);
}

static i64 requeue(struct thread *t, const u64 a[6], const struct futex *f)
{
    if ((i32)a[2] < 0 || (i32)a[3] < 0)
        return -EINVAL;
    return t->process->policy->futex_requeue(t, f, a);
}

// ---- priority inheritance: there are no priorities here, so a lock is one whose word names
// its owner. Who finds it taken marks it and waits; unlocking wakes all, since the next
// owner, who may take it without a system call, does not know that others wait.

static bool alive(struct process *p, u32 tid)
{
    pthread_mutex_lock(&p->lock);
    bool found = thread_find(p, (int)tid) || p->forks;   // a child's threads are not known
    pthread_mutex_unlock(&p->lock);
    return found;
}

// One try: 0 when taken, 1 with *f set up to wait for the owner, or an error.
static i64 try_pi(struct thread *t, struct futex *f)
{
    struct space *s = t->process->space;
    u32 value;
    for (;;) {
        if (space_read(s, &value, f->a, sizeof(value)))
            return -EFAULT;
        u32 owner = value & FUTEX_TID_MASK, marks = value & ~(u32)FUTEX_TID_MASK;
        if ((int)owner == t->tid)
            return -EDEADLK;
        if (owner && !alive(t->process, owner))
            return -ESRCH;
        u32 new = owner ? value | FUTEX_WAITERS : (u32)t->tid | marks;
        i64 r = space_swap32(s, f->a, value, new);
        if (r < 0)
            return r;
        f->value = new;
        if (r)
            return owner != 0;
    }
}

// *f says until when.
static i64 lock_pi(struct thread *t, struct futex *f)
{
    f->bitset = FUTEX_BITSET_MATCH_ANY;
    for (;;) {
        i64 r = t->call.again ? 1 : try_pi(t, f);   // again: it has waited
        if (r <= 0)
            return r;
        r = t->process->policy->futex_wait(t, f);
        if (r && r != -EAGAIN)
            return r;
    }
}

static i64 pi_until(struct thread *t, vaddr a, int clock, struct futex *f)
{
    struct timespec ts;
    f->timed = a;
    f->clock = clock;
    if (t->call.again) {   // it was read before the first wait
        f->clock = CLOCK_MONOTONIC;
        f->until = t->call.wait.until;
        return 0;
    }
    i64 failed = a ? time_get(t, a, &ts) : 0;
    f->until = a && !failed ? time_ns(&ts) : 0;
    return failed;
}

static i64 unlock_pi(struct thread *t, const struct futex *f)
{
    struct space *s = t->process->space;
    u32 value;
    for (;;) {
        if (space_read(s, &value, f->a, sizeof(value)))
            return -EFAULT;
        if ((int)(value & FUTEX_TID_MASK) != t->tid)
            return -EPERM;
        i64 r = space_swap32(s, f->a, value, 0);
        if (r < 0)
            return r;
        if (r)
            break;
    }
    i64 n = t->process->policy->futex_wake(t->process, f, INT32_MAX);
    return n < 0 ? n : 0;
}

// FUTEX_WAIT_REQUEUE_PI: waits at one word, then takes the lock at another. Its waker wakes
// all it would move: each takes the lock in its turn.
static i64 wait_requeue_pi(struct thread *t, const u64 a[6], struct futex *f)
{
    int clock = f->flags & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    i64 r = pi_until(t, a[3], clock, f);
    if (r)
        return r;
    f->bitset = FUTEX_BITSET_MATCH_ANY;
    if (!t->call.count) {
        r = t->process->policy->futex_wait(t, f);
        if (r)
            return r == -RESTART ? -EINTR : r;
        t->call.count = 1;   // what it waits for from here on is the lock
    }
    f->a = a[4];
    r = lock_pi(t, f);
    if (r != -WAITS)
        t->call.count = 0;
    return r;
}

static i64 cmp_requeue_pi(struct thread *t, const u64 a[6], const struct futex *f)
{
    u32 value;
    if ((i32)a[2] != 1 || (i32)a[3] < 0)
        return -EINVAL;
    if (space_read(t->process->space, &value, f->a, sizeof(value)))
        return -EFAULT;
    if (value != (u32)a[5])
        return -EAGAIN;
    return t->process->policy->futex_wake(t->process, f,
                                          1 + (u32)a[3] < INT32_MAX ? 1 + (u32)a[3] : INT32_MAX);
}

static i64 futex_pi(struct thread *t, const u64 a[6], struct futex *f)
{
    i64 failed;
    switch (f->op) {
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
        failed =
            pi_until(t, a[3],
                     f->op == FUTEX_LOCK_PI || f->flags & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME
                                                                               : CLOCK_MONOTONIC,
                     f);
        return failed ? failed : lock_pi(t, f);
    case FUTEX_TRYLOCK_PI: failed = try_pi(t, f); return failed == 1 ? -EAGAIN : failed;
    case FUTEX_UNLOCK_PI: return unlock_pi(t, f);
    case FUTEX_WAIT_REQUEUE_PI: return wait_requeue_pi(t, a, f);
    case FUTEX_CMP_REQUEUE_PI: return cmp_requeue_pi(t, a, f);
    default: return -ENOSYS;
    }
}

i64 sys_futex(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    struct futex f = { .a = a[0], .op = a[1] & COMMANDS, .flags = a[1] & ~COMMANDS, .value = a[2] };
    f.bitset = f.op == FUTEX_WAKE_BITSET ? (u32)a[5] : FUTEX_BITSET_MATCH_ANY;
    bool two = f.op == FUTEX_REQUEUE || f.op == FUTEX_CMP_REQUEUE || f.op == FUTEX_WAKE_OP ||
               f.op == FUTEX_WAIT_REQUEUE_PI || f.op == FUTEX_CMP_REQUEUE_PI;
    if (f.flags & ~(u32)(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME))
        return -ENOSYS;
    if (a[0] % 4 || (two && a[4] % 4))
        return -EINVAL;
    if (!space_in_window(p->space, a[0], 4) || (two && !space_in_window(p->space, a[4], 4)))
        return -EFAULT;
    switch (f.op) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET: return futex_wait(t, a, &f);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET: return f.bitset ? p->policy->futex_wake(p, &f, a[2]) : -EINVAL;
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE: return requeue(t, a, &f);
    case FUTEX_WAKE_OP: return p->policy->futex_wake_op(t, &f, a);
    default: return futex_pi(t, a, &f);
    }
}

// ---- robust futexes: owned by a thread that ends

i64 sys_set_robust_list(struct thread *t, const u64 a[6])
{
    if (a[1] != 24)   // sizeof(struct robust_list_head)
        return -EINVAL;
    t->robust_list = a[0];
    return 0;
}

i64 sys_get_robust_list(struct thread *t, const u64 a[6])
{
    struct space *s = t->process->space;
    u64 size = 24;
    pthread_mutex_lock(&t->process->lock);
    struct thread *of = a[0] ? thread_find(t->process, a[0]) : t;
    u64 head = of ? of->robust_list : 0;
    pthread_mutex_unlock(&t->process->lock);
    if (!of)
        return -ESRCH;
    return space_write(s, a[1], &head, 8) || space_write(s, a[2], &size, 8) ? -EFAULT : 0;
}

static void owner_died(struct thread *t, vaddr a)
{
    struct space *s = t->process->space;
    u32 value;
    while (a % 4 == 0 && !space_read(s, &value, a, 4)) {
        if ((int)(value & FUTEX_TID_MASK) != t->tid)
            return;
        i64 r = space_swap32(s, a, value, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED);
        if (r < 0)
            return;
        if (r && value & FUTEX_WAITERS)
            futex_wake(t->process, a, INT32_MAX);   // one would do, if it is no PI lock
        if (r)
            return;
    }
}

static void release_robust(struct thread *t)
{
    struct space *s = t->process->space;
    u64 head[3];   // next, offset, pending
    if (!t->robust_list || space_read(s, head, t->robust_list, sizeof(head)))
        return;
    u64 at = head[0] & ~(u64)1;
    for (int i = 0; i < ROBUST_LIMIT && at && at != t->robust_list; i++) {
        u64 next;
        if (space_read(s, &next, at, sizeof(next)))
            return;
        if (at != (head[2] & ~(u64)1))
            owner_died(t, at + head[1]);
        at = next & ~(u64)1;
    }
    if (head[2] & ~(u64)1)
        owner_died(t, (head[2] & ~(u64)1) + head[1]);
}

void thread_release(struct thread *t)
{
    u32 zero = 0;
    release_robust(t);
    t->robust_list = 0;
    if (!t->clear_child_tid)
        return;
    space_write(t->process->space, t->clear_child_tid, &zero, sizeof(zero));
    futex_wake(t->process, t->clear_child_tid, 1);
    t->clear_child_tid = 0;
}
