#include "guest/sched.h"

#include <poll.h>
#include <sys/wait.h>
#include <time.h>

#include "guest/block.h"
#include "guest/timers.h"

enum {
    IDLE_FDS = 1024,
    IDLE_MS = 20,
    OUTSIDE_MS = 1000,   // how long simulated time waits for what another program may send
};

static bool child_waits(void)
{
    siginfo_t info = { 0 };
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

static bool futex_changed(struct process *p, const struct sched_wait *w)
{
    u32 value;
    return w->futex && w->shared && p->forks &&
           (space_read(p->space, &value, w->futex, 4) || value != w->value);
}

static bool can_run(struct process *p, struct thread *t)
{
    const struct sched_wait *w = t->wait;
    if (t->left)
        return false;
    if (!w || w->woken || thread_ends(t) || signal_waiting(t, t->sigmask) ||
        signal_pending(t) & w->set)
        return true;
    return (w->until != UINT64_MAX && process_now(p, CLOCK_MONOTONIC) >= w->until) ||
           (w->n && poll(w->fds, w->n, 0) != 0) || (w->child && child_waits()) ||
           futex_changed(p, w);
}

static struct thread *next_after(struct process *p, struct thread *from)
{
    struct thread *t = from;
    do {
        t = t->next ? t->next : p->threads;
        if (can_run(p, t))
            return t;
    } while (t != from);
    return NULL;
}

// Waits of the host's time for descriptors to be ready, as long as `ns` of simulated time, but
// not for ever: a client has its chance before the guest's patience is over. False: they are not.
static bool outside_first(struct pollfd *fds, int n, u64 ns)
{
    u64 ms = ns / 1000000 < OUTSIDE_MS ? ns / 1000000 : OUTSIDE_MS;
    return n && poll(fds, n, (int)ms) != 0;
}

// Nobody can run: lets time pass, simulated if something is due, else the host's. False
// when nothing can ever happen.
static bool idle(struct process *p, struct thread *last)
{
    struct pollfd fds[IDLE_FDS];
    int n = 0;
    bool outside = p->forks;
    u64 until = timers_next(p);
    for (struct thread *t = p->threads; t; t = t->next) {
        const struct sched_wait *w = t->wait;
        if (!w || t->left)
            continue;
        until = w->until < until ? w->until : until;
        for (int i = 0; i < w->n && n < IDLE_FDS; i++)
            if (w->fds[i].fd >= 0)
                fds[n++] = w->fds[i];
        outside |= w->child;
    }
    if (until != UINT64_MAX) {
        u64 now = process_now(p, CLOCK_MONOTONIC), left = until > now ? until - now : 0;
        if (!outside_first(fds, n, left))
            p->slept_ns += left;
        return true;
    }
    if (!n && !outside && !p->forwarded)
        return false;
    poll(fds, n, outside ? 1 : IDLE_MS);
    return true;
}

// Picks who runs next; `from` has the baton and the process is locked.
static void pass(struct thread *from)
{
    struct process *p = from->process;
    struct thread *next;
    for (;;) {
        pthread_mutex_unlock(&p->lock);
        block_collect(from);
        pthread_mutex_lock(&p->lock);
        next = next_after(p, from);
        if (next)
            break;
        if (p->thread_count == 1 && from->left)
            break;   // the last one goes
        if (!idle(p, from))
            process_deadlock_locked(p);
    }
    p->holder = next;
    if (next && next != from)
        pthread_cond_signal(&next->turn);
}

static void wait_for_turn(struct thread *t)
{
    while (t->process->holder != t)
        pthread_cond_wait(&t->turn, &t->process->lock);
}

void sched_enter(struct thread *t)
{
    struct process *p = t->process;
    if (!p->options.now_ns)
        return;
    pthread_mutex_lock(&p->lock);
    if (!p->holder)
        p->holder = t;
    wait_for_turn(t);
    pthread_mutex_unlock(&p->lock);
}

void sched_wait(struct thread *t, struct sched_wait *w)
{
    struct process *p = t->process;
    pthread_mutex_lock(&p->lock);
    w->order = p->waits++;
    t->wait = w;
    pass(t);
    wait_for_turn(t);
    t->wait = NULL;
    pthread_mutex_unlock(&p->lock);
}

void sched_pass(struct thread *t)
{
    struct process *p = t->process;
    if (!p->options.now_ns || p->thread_count < 2)
        return;
    pthread_mutex_lock(&p->lock);
    pass(t);
    wait_for_turn(t);
    pthread_mutex_unlock(&p->lock);
}

void sched_leave(struct thread *t)
{
    t->left = true;
    if (t->process->options.now_ns)
        pass(t);
}

static struct thread *longest(struct process *p, vaddr futex, u32 bitset)
{
    struct thread *found = NULL;
    for (struct thread *t = p->threads; t; t = t->next) {
        const struct sched_wait *w = t->wait;
        if (w && w->futex == futex && !w->woken && w->bitset & bitset &&
            (!found || w->order < found->wait->order))
            found = t;
    }
    return found;
}

i64 sched_wake(struct process *p, vaddr futex, u32 bitset, u32 count, vaddr to, u32 requeue,
               u32 *moved)
{
    u32 n = 0, m = 0;
    struct thread *t;
    pthread_mutex_lock(&p->lock);
    for (; n < count && (t = longest(p, futex, bitset)); n++)
        t->wait->woken = true;
    for (; m < requeue && to != futex && (t = longest(p, futex, bitset)); m++)
        t->wait->futex = to;
    pthread_mutex_unlock(&p->lock);
    *moved = m;
    return n;
}
