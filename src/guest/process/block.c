#include "guest/process/block.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/process/timers.h"

// The guest thread this host thread runs; for signal handlers, which have no argument.
static _Thread_local struct thread *self;

void block_note(struct process *p, const siginfo_t *info)
{
    int sig = info->si_signo;
    p->host_info[sig] = (struct guest_siginfo){
        .sig = sig,
        .code = info->si_code,
        .pid = info->si_pid,
        .uid = info->si_uid,
        .value = sig == SIGCHLD ? (u64)info->si_status : (u64)info->si_value.sival_ptr,
    };
    __atomic_fetch_or(&p->host_pending, (u64)1 << (sig - 1), __ATOMIC_SEQ_CST);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
    struct thread *t = self;
    if (!t) {   // a helper's host thread
        host_call_kicked(context);
        return;
    }
    if (sig != KICK)
        block_note(t->process, info);
    __atomic_store_n(&t->kicked, 1, __ATOMIC_SEQ_CST);
    host_call_kicked(context);
}

static void catch (int sig)
{
    struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    sigaction(sig, &sa, NULL);
}

void block_prepare(void)
{
    catch (KICK);
}

void block_switch(struct thread *t)
{
    self = t;
    t->host = pthread_self();
    t->has_host = true;
}

void block_thread(struct thread *t)
{
    block_prepare();
    block_switch(t);
}

void block_thread_ends(struct thread *t)
{
    self = NULL;
    t->has_host = false;
}

void block_kick(struct thread *t)
{
    __atomic_store_n(&t->kicked, 1, __ATOMIC_SEQ_CST);
    if (t->has_host && __atomic_load_n(&t->blocking, __ATOMIC_SEQ_CST))
        pthread_kill(t->host, KICK);
}

// Signals of faults stay the simulator's.
static const int OURS[] = { SIGSEGV, SIGBUS,  SIGILL, SIGFPE, SIGTRAP, SIGKILL,
                            SIGSTOP, SIGPIPE, SIGSYS, KICK,   32,      33 };

void block_forward(struct process *p, int sig)
{
    for (size_t i = 0; i < COUNT(OURS); i++)
        if (sig == OURS[i])
            return;
    if (sig < 1 || sig > GUEST_SIGNALS || p->forwarded & (u64)1 << (sig - 1))
        return;
    p->forwarded |= (u64)1 << (sig - 1);
    if (!p->options.interruptible || (sig != SIGINT && sig != SIGTERM))
        catch (sig);
}

void block_collect(struct thread *t)
{
    struct process *p = t->process;
    u64 set = __atomic_exchange_n(&p->host_pending, 0, __ATOMIC_SEQ_CST);
    for (; set; set &= set - 1) {
        struct guest_siginfo info = p->host_info[__builtin_ctzll(set) + 1];
        int guest = guest_pid(p, info.pid);
        if (info.sig == SIGCHLD || guest)
            info.pid = guest;
        signal_queue(p, NULL, &info);
    }
    timers_check(p);
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
