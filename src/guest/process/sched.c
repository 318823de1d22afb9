#include "guest/process/sched.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/oom.h"
#include "guest/process/block.h"
#include "guest/process/helper.h"
#include "guest/process/timers.h"

enum {
    IDLE_FDS = 1024,
    IDLE_MS = 20,
    OUTSIDE_MS = 1000,   // how long simulated time waits for what another program may do
    PIECE = 16,   // descriptors, fewer than any host allows
};

// ---- the policies

static const struct sched_policy *const policies[] = {
#define SCHED(name, what) &sched_##name,
#include "guest/process/sched.def"
#undef SCHED
};

const struct sched_policy *sched_policy(const char *name)
{
    for (size_t i = 0; i < COUNT(policies); i++)
        if (!strcmp(policies[i]->name, name))
            return policies[i];
    return NULL;
}

// ---- turns

bool sched_polls(const struct process *p)
{
    return !p->policy->parallel && (p->thread_count > 1 || timers_armed(p));
}

static void keep_fds(struct thread *t, const struct thread_wait *w)
{
    struct thread_call *c = &t->call;
    if (w->n > c->room) {
        c->fds = realloc(c->fds, (size_t)w->n * sizeof(*c->fds));
        if (!c->fds)
            out_of_memory();
        c->room = w->n;
    }
    if (w->n)
        memmove(c->fds, w->fds, (size_t)w->n * sizeof(*c->fds));
    c->wait.fds = c->fds;
}

i64 sched_wait(struct thread *t, const struct thread_wait *w)
{
    t->call.wait = *w;
    t->call.wait.order = t->process->waits++;
    t->call.waits = true;
    keep_fds(t, w);
    return -WAITS;
}

bool sched_interrupted(struct thread *t)
{
    return t->call.again && (thread_ends(t) || signal_waiting(t, t->sigmask));
}

// How many are ready. In pieces, where the host (RLIMIT_NOFILE) polls fewer at a time.
static int poll_all(struct pollfd *fds, nfds_t n, int ms)
{
    int ready = poll(fds, n, ms);
    if (ready >= 0 || errno != EINVAL)
        return ready > 0 ? ready : 0;
    ready = 0;
    for (nfds_t i = 0; i < n; i += PIECE) {
        int some = poll(fds + i, n - i < PIECE ? n - i : PIECE, 0);
        ready += some > 0 ? some : 0;
    }
    if (!ready && ms)
        poll(NULL, 0, ms);
    return ready;
}

static bool child_waits(const struct thread_wait *w)
{
    siginfo_t info = { 0 };
    int flags = (int)w->child | WNOHANG | WNOWAIT;
    return w->child &&
           (waitid((idtype_t)w->child_type, (id_t)w->child_id, &info, flags) || info.si_pid);
}

static bool futex_changed(struct process *p, const struct thread_wait *w)
{
    u32 value;
    return w->futex && w->shared && p->forks &&
           (space_read(p->space, &value, w->futex, 4) || value != w->value);
}

bool sched_can_run(struct process *p, struct thread *t)
{
    const struct thread_wait *w = &t->call.wait;
    if (t->left)
        return false;
    if (!t->call.waits || w->woken || thread_ends(t) || signal_waiting(t, t->sigmask) ||
        signal_pending(t) & w->set)
        return true;
    return (w->until != UINT64_MAX && process_now(p, CLOCK_MONOTONIC) >= w->until) ||
           (w->n && poll_all(t->call.fds, (nfds_t)w->n, 0)) || child_waits(w) ||
           (t->call.helper && helper_done(t->call.helper)) || futex_changed(p, w);
}

// What the threads of a process wait for, taken together.
struct idle {
    struct pollfd fds[IDLE_FDS];
    int n;
    u64 until;
    bool child;      // one is waited for
    bool unpolled;   // something is that cannot be polled
    bool open;       // something is that a signal from outside may end: no futex
};

static void gather(struct process *p, struct idle *all)
{
    all->n = 0;
    all->until = timers_next(p);
    all->child = false;
    all->unpolled = p->forks;
    all->open = p->forwarded;
    for (struct thread *t = p->threads; t; t = t->next) {
        const struct thread_wait *w = &t->call.wait;
        if (!t->call.waits || t->left)
            continue;
        all->until = w->until < all->until ? w->until : all->until;
        for (int i = 0; i < w->n && all->n < IDLE_FDS; i++)
            if (w->fds[i].fd >= 0)
                all->fds[all->n++] = w->fds[i];
        all->child |= w->child != 0;
        all->unpolled |= w->child || t->call.helper;
        all->open |= !w->futex;
    }
}

// A child or a helper of a thread that waits.
static bool something_came(const struct process *p)
{
    for (const struct thread *t = p->threads; t; t = t->next)
        if (t->call.waits && !t->left &&
            (child_waits(&t->call.wait) || (t->call.helper && helper_done(t->call.helper))))
            return true;
    return false;
}

// Waits of the host's time for what another program may do, as long as `ns` of simulated
// time, but not for ever: a client has its chance before the guest's patience is over. False:
// nothing came.
static bool outside_first(struct process *p, struct idle *all, u64 ns)
{
    u64 ms = ns / 1000000 < OUTSIDE_MS ? ns / 1000000 : OUTSIDE_MS;
    if (!all->child && !p->helpers)
        return all->n && poll_all(all->fds, (nfds_t)all->n, (int)ms);
    for (; ms; ms--)
        if (poll_all(all->fds, (nfds_t)all->n, 1) || something_came(p))
            return true;
    return false;
}

// Nobody can run: lets time pass, simulated if something is due, else the host's. False
// when nothing can ever happen.
static bool idle(struct process *p)
{
    struct idle all;
    gather(p, &all);
    if (all.until != UINT64_MAX) {
        u64 now = process_now(p, CLOCK_MONOTONIC), left = all.until > now ? all.until - now : 0;
        if (!outside_first(p, &all, left))
            p->slept_ns += left;
        return true;
    }
    if (!all.n && !all.unpolled && !all.open)
        return false;
    poll_all(all.fds, (nfds_t)all.n, all.unpolled ? 1 : IDLE_MS);
    return true;
}

u64 sched_left(const struct thread *t)
{
    u64 quantum = t->process->policy->quantum;
    return t->used < quantum ? quantum - t->used : 0;
}

void sched_pass(struct thread *t)
{
    t->used = t->process->policy->quantum;
}

struct thread *sched_next(struct thread *from, bool leaves)
{
    struct process *p = from->process;
    struct thread *next;
    from->left = leaves;
    for (;;) {
        block_collect(from);
        helpers_settle(p);
        pthread_mutex_lock(&p->lock);
        next = p->policy->next(p, from);
        bool last = !next && p->thread_count == 1 && leaves;
        if (!next && !last && !idle(p))
            process_deadlock_locked(p);
        pthread_mutex_unlock(&p->lock);
        if (next || last)
            break;
    }
    p->holder = next;
    return next;
}
