#include "guest/process/block.h"

#include <pthread.h>

#include "guest/process/hostsig.h"
#include "guest/process/timers.h"

void block_switch(struct thread *t)
{
    hostsig_serve(t->process, t);
    t->host = pthread_self();
    t->has_host = true;
}

void block_thread_ends(struct thread *t)
{
    struct process *p = t->process;
    bool stays = t == p->main || !p->policy->parallel;   // others' host threads end
    sigset_t all;
    sigfillset(&all);
    if (!stays)
        pthread_sigmask(SIG_BLOCK, &all, NULL);   // they are for the others
    hostsig_serve(stays ? p : NULL, NULL);
    t->has_host = false;
}

void block_kick(struct thread *t)
{
    __atomic_store_n(&t->kicked, 1, __ATOMIC_SEQ_CST);
    if (t->has_host && __atomic_load_n(&t->blocking, __ATOMIC_SEQ_CST) &&
        pthread_kill(t->host, KICK) == EAGAIN)   // so many signals are pending at the host's user
        pthread_kill(t->host, SIGURG);
}

void block_collect(struct thread *t)
{
    hostsig_collect(t->process);
    timers_check(t->process);
}

bool block_must_look(struct thread *t)
{
    __atomic_store_n(&t->kicked, 0, __ATOMIC_SEQ_CST);
    block_collect(t);
    return thread_ends(t) || signal_waiting(t, t->sigmask) || signal_pending(t) & t->awaited;
}

i64 block_once(struct thread *t, long number, const u64 a[6])
{
    __atomic_store_n(&t->blocking, 1, __ATOMIC_SEQ_CST);
    i64 r = host_call(&t->kicked, number, a);
    __atomic_store_n(&t->blocking, 0, __ATOMIC_SEQ_CST);
    return r;
}

i64 block_call(struct thread *t, long number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
    const u64 args[6] = { a, b, c, d, e, f };
    for (;;) {
        i64 r = block_once(t, number, args);
        if (r != -EINTR || block_must_look(t))
            return r;
    }
}

i64 block_ready(struct thread *t, int host, short events)
{
    return t->process->policy->ready(t, host, events);
}

i64 block_poll(struct thread *t, struct pollfd *fds, int n, u64 until)
{
    return t->process->policy->poll(t, fds, n, until);
}

i64 block_unpolled(struct thread *t, long number, const u64 a[6], int which, const void *data,
                   size_t size)
{
    return restartable(t->process->policy->unpolled(t, number, a, which, data, size));
}

bool block_resumed(struct thread *t, i64 *result)
{
    static const u64 none[6] = { 0 };
    bool under_way = t->call.helper;
    if (under_way)
        *result = block_unpolled(t, 0, none, 0, NULL, 0);
    return under_way;
}
