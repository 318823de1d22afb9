#include "guest/block.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/sched.h"
#include "guest/timers.h"

// The guest thread this host thread runs; for signal handlers, which have no argument.
static _Thread_local struct thread *self;

static void on_signal(int sig, siginfo_t *info, void *context)
{
    struct thread *t = self;
    if (!t)
        return;
    if (sig != KICK) {
        t->process->host_info[sig] = (struct guest_siginfo){
            .sig = sig,
            .code = info->si_code,
            .pid = info->si_pid,
            .uid = info->si_uid,
            .value = sig == SIGCHLD ? (u64)info->si_status : (u64)info->si_value.sival_ptr,
        };
        __atomic_fetch_or(&t->process->host_pending, (u64)1 << (sig - 1), __ATOMIC_SEQ_CST);
    }
    __atomic_store_n(&t->kicked, 1, __ATOMIC_SEQ_CST);
    host_call_kicked(context);
}

static void catch (int sig)
{
    struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    sigaction(sig, &sa, NULL);
}

void block_thread(struct thread *t)
{
    catch (KICK);
    self = t;
    t->host = pthread_self();
    t->has_host = true;
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

static bool must_look(struct thread *t)
{
    __atomic_store_n(&t->kicked, 0, __ATOMIC_SEQ_CST);
    block_collect(t);
    return thread_ends(t) || signal_waiting(t, t->sigmask) || signal_pending(t) & t->awaited;
}

i64 block_call(struct thread *t, long number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
    const u64 args[6] = { a, b, c, d, e, f };
    for (;;) {
        __atomic_store_n(&t->blocking, 1, __ATOMIC_SEQ_CST);
        i64 r = host_call(&t->kicked, number, args);
        __atomic_store_n(&t->blocking, 0, __ATOMIC_SEQ_CST);
        if (r != -EINTR || must_look(t))
            return r;
    }
}

i64 block_ready(struct thread *t, int host, short events)
{
    struct process *p = t->process;
    if (!p->options.now_ns || (p->thread_count < 2 && !timers_armed(p)))
        return 0;
    int flags = fcntl(host, F_GETFL);
    struct pollfd fd = { host, events, 0 };
    if (flags < 0 || flags & O_NONBLOCK)
        return 0;
    while (poll(&fd, 1, 0) == 0) {
        sched_wait(t, &(struct sched_wait){ .fds = &fd, .n = 1, .until = UINT64_MAX });
        if (thread_ends(t) || signal_waiting(t, t->sigmask))
            return -EINTR;
    }
    return 0;
}

i64 block_poll(struct thread *t, struct pollfd *fds, int n, u64 until)
{
    struct process *p = t->process;
    for (;;) {
        u64 now = until == UINT64_MAX || !until ? 0 : process_now(p, CLOCK_MONOTONIC);
        u64 left = until > now ? until - now : 0;
        i64 r = host_result(poll(fds, n, 0));
        if (r || !left)
            return r;
        if (p->options.now_ns) {
            sched_wait(t, &(struct sched_wait){ .fds = fds, .n = n, .until = until });
            if (thread_ends(t) || signal_waiting(t, t->sigmask))
                return -EINTR;
            continue;
        }
        struct timespec ts = { left / 1000000000, left % 1000000000 };
        const u64 args[6] = { (u64)fds, n, until == UINT64_MAX ? 0 : (u64)&ts };
        __atomic_store_n(&t->blocking, 1, __ATOMIC_SEQ_CST);
        r = host_call(&t->kicked, SYS_ppoll, args);
        __atomic_store_n(&t->blocking, 0, __ATOMIC_SEQ_CST);
        if (r != -EINTR || must_look(t))
            return r;
    }
}

void block_poll_once(struct thread *t, u64 until)
{
    block_poll(t, NULL, 0, until);
}
