#include "guest/process/hostsig.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/process/block.h"

enum { SET_BYTES = 8 };   // sizeof(sigset_t) of the kernel

// Of this host thread, for handlers, which have no argument: the guest thread it runs, and whose
// thread that is, was or will be.
static _Thread_local struct thread *self;
static _Thread_local struct process *home;

// It blocks SIGTTIN or SIGTTOU, see tty_refuses.
static _Thread_local bool holds;

// struct sigaction of the kernel on x86-64 and arm64, for the C library hides signals 32 and 33.
struct action {
    u64 handler, flags, restorer, mask;
};

static u64 bit(int sig)
{
    return (u64)1 << (sig - 1);
}

static bool stops_tty(int sig)
{
    return sig == SIGTTIN || sig == SIGTTOU;
}

// ---- in handlers

// One of ours, for our own thread.
static bool is_kick(int sig, const siginfo_t *info)
{
    if (info->si_code == SI_TIMER)
        return sig == KICK && info->si_value.sival_ptr == home;
    return info->si_code == SI_TKILL && info->si_pid == getpid();
}

// What the kernel sends for a write of the simulator's own: the call fails too, which is enough.
static bool of_own_write(int sig, const siginfo_t *info)
{
    return (sig == SIGPIPE || sig == SIGXFSZ) && info->si_code == SI_USER &&
           info->si_pid == getpid();
}

void hostsig_note(struct process *p, const siginfo_t *info)
{
    int sig = info->si_signo;
    const struct guest_siginfo bare = { .sig = sig, .code = info->si_code };
    u32 at = __atomic_load_n(&p->host.tail, __ATOMIC_RELAXED);
    do {
        if (at - __atomic_load_n(&p->host.head, __ATOMIC_ACQUIRE) < GUEST_QUEUE)
            continue;
        if (!signal_needs_room(&bare))   // others Linux too refuses
            __atomic_fetch_or(&p->host.untold, bit(sig), __ATOMIC_SEQ_CST);
        return;
    } while (!__atomic_compare_exchange_n(&p->host.tail, &at, at + 1, false, __ATOMIC_ACQ_REL,
                                          __ATOMIC_RELAXED));
    struct host_signal *s = &p->host.queue[at % GUEST_QUEUE];
    s->info = (struct guest_siginfo){
        .sig = sig,
        .code = info->si_code,
        .pid = info->si_pid,
        .uid = (int)info->si_uid,
        .value = sig == SIGCHLD && info->si_code > 0 ? (u64)info->si_status
                                                     : (u64)info->si_value.sival_ptr,
    };
    __atomic_store_n(&s->ready, 1, __ATOMIC_SEQ_CST);
}

// A call on the terminal that the kernel makes again after this handler: it would not come to
// an end when the guest blocks the signal, unless the host does.
static bool tty_refuses(const struct thread *t, const siginfo_t *info, ucontext_t *context)
{
    int sig = info->si_signo;
    if (!stops_tty(sig) || info->si_code != SI_KERNEL || !t || !(t->sigmask & bit(sig)))
        return false;
    sigaddset(&context->uc_sigmask, sig);
    return holds = true;
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
    struct thread *t = self;
    struct process *p = home;
    bool ours = is_kick(sig, info) || of_own_write(sig, info) || tty_refuses(t, info, context);
    if (p && !ours && p->caught & bit(sig))
        hostsig_note(p, info);
    t = t || !p ? t : p->main;
    if (t)
        __atomic_store_n(&t->kicked, 1, __ATOMIC_SEQ_CST);
    host_call_kicked(context);
}

// Faults of the simulator itself happen again, for real.
static void on_trap(int sig, siginfo_t *info, void *context)
{
    if (info->si_code <= 0)
        on_signal(sig, info, context);
    else
        signal(sig, SIG_DFL);
}

bool hostsig_sent(int sig, siginfo_t *info, void *context)
{
    if (info->si_code > 0 || !home || !(home->caught & bit(sig)))
        return false;
    on_signal(sig, info, context);
    return true;
}

// ---- what is caught

static struct sigaction handler(int sig)
{
    bool trap = sig == SIGILL || sig == SIGFPE || sig == SIGTRAP;
    return (struct sigaction){ .sa_sigaction = trap ? on_trap : on_signal,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK };
}

static void set_action(int sig, int flags)
{
    struct action raw;
    struct sigaction sa = handler(sig);
    sa.sa_flags |= flags;
    if (sig != 32 && sig != 33) {
        sigaction(sig, &sa, NULL);
        return;
    }
    // As the library has it for another one.
    sigaction(KICK, &sa, NULL);
    if (!syscall(SYS_rt_sigaction, KICK, NULL, &raw, SET_BYTES))
        syscall(SYS_rt_sigaction, sig, &raw, NULL, SET_BYTES);
}

static bool had_handler(int sig, u64 *is)
{
    struct action raw = { 0 };
    syscall(SYS_rt_sigaction, sig, NULL, &raw, SET_BYTES);
    *is = raw.handler;
    return raw.handler > (u64)SIG_IGN;
}

// Whether `sig` comes in another way: as a fault, or by options.interruptible.
static bool comes_otherwise(const struct process *p, int sig, u64 was)
{
    bool interrupts = sig == SIGINT || sig == SIGTERM;
    return sig == SIGKILL || sig == SIGSTOP || sig == SIGSEGV || sig == SIGBUS ||
           (interrupts && p->options.interruptible && was != (u64)SIG_IGN);
}

static void catch (struct process *p, int sig)
{
    u64 was;
    // Of the simulator's: it needs that signal. The library handles 33 for calls that nobody here makes.
    bool had = had_handler(sig, &was) && sig != 32 && sig != 33;
    p->caught |= bit(sig);
    if (!comes_otherwise(p, sig, was) && (!had || sig == SIGXFSZ))
        set_action(sig, 0);
}

static void inherit(struct process *p)
{
    u64 mask = 0;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, SET_BYTES);
    for (int sig = 1; sig <= GUEST_SIGNALS; sig++) {
        u64 was;
        had_handler(sig, &was);
        p->actions[sig].handler = was == (u64)SIG_IGN;
    }
    p->main->sigmask = mask & ~(bit(SIGKILL) | bit(SIGSTOP));
}

void hostsig_begin(struct process *p)
{
    hostsig_serve(p, NULL);
    if (p->options.signals && !p->options.clean)
        inherit(p);
    set_action(KICK, 0);
    if (!p->options.signals) {
        signal(SIGPIPE, SIG_IGN);
        signal(SIGXFSZ, SIG_IGN);
        return;
    }
    for (int sig = 1; sig <= GUEST_SIGNALS; sig++) {
        u64 was;
        had_handler(sig, &was);
        bool dropped = was == (u64)SIG_IGN && (p->options.clean || stops_tty(sig));
        if (!dropped || sig == SIGPIPE || sig == SIGXFSZ)
            catch (p, sig);
    }
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
}

void hostsig_end(struct process *p)
{
    static const int stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };
    for (size_t i = 0; i < COUNT(stops); i++)
        if (p->caught & bit(stops[i]))
            signal(stops[i], SIG_DFL);
}

void hostsig_free(struct process *p)
{
    if (home == p)
        hostsig_serve(NULL, NULL);
}

void hostsig_serve(struct process *p, struct thread *t)
{
    self = t;
    home = p;
}

void hostsig_catch(struct process *p, int sig)
{
    if (sig < 1 || sig > GUEST_SIGNALS || p->forwarded & bit(sig))
        return;
    p->forwarded |= bit(sig);
    if (!(p->caught & bit(sig)))
        catch (p, sig);
}

void hostsig_action(struct process *p, int sig)
{
    const struct guest_action *a = &p->actions[sig];
    if (a->handler > (u64)SIG_IGN)
        hostsig_catch(p, sig);
    // The kernel itself tells of those that stop. Not SA_NOCLDWAIT, see child.c.
    if (sig == SIGCHLD && p->caught & bit(sig))
        set_action(sig, (int)a->flags & SA_NOCLDSTOP);
    if (stops_tty(sig) && p->options.signals) {
        p->caught |= bit(sig);
        if (a->handler == (u64)SIG_IGN)
            signal(sig, SIG_IGN);
        else
            set_action(sig, 0);
    }
}

void hostsig_mask(struct thread *t)
{
    sigset_t mask;
    if (!holds)
        return;
    sigemptyset(&mask);
    for (int sig = SIGTTIN; sig <= SIGTTOU; sig++)
        if (t->sigmask & bit(sig))
            sigaddset(&mask, sig);
    holds = t->sigmask & (bit(SIGTTIN) | bit(SIGTTOU));
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

// ---- handing on

bool hostsig_any(const struct process *p)
{
    return __atomic_load_n(&p->host.untold, __ATOMIC_SEQ_CST) ||
           __atomic_load_n(&p->host.head, __ATOMIC_RELAXED) !=
               __atomic_load_n(&p->host.tail, __ATOMIC_SEQ_CST);
}

void hostsig_forget(struct process *p)
{
    for (; p->host.head != p->host.tail; p->host.head++)
        p->host.queue[p->host.head % GUEST_QUEUE].ready = 0;
    p->host.untold = 0;
}

static bool next(struct process *p, struct guest_siginfo *info)
{
    pthread_mutex_lock(&p->lock);
    u32 head = p->host.head;
    struct host_signal *s = &p->host.queue[head % GUEST_QUEUE];
    bool any = hostsig_any(p) && __atomic_load_n(&s->ready, __ATOMIC_SEQ_CST);
    if (any) {
        *info = s->info;
        __atomic_store_n(&s->ready, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&p->host.head, head + 1, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&p->lock);
    return any;
}

void hostsig_collect(struct process *p)
{
    struct guest_siginfo info;
    bool child = false;
    while (hostsig_any(p) && next(p, &info)) {
        int guest = guest_pid(p, info.pid);
        if (guest || (info.sig == SIGCHLD && info.code > 0))
            info.pid = guest;
        else
            info.outside = true;
        child |= info.sig == SIGCHLD;
        signal_arrives(p, &info);
    }
    u64 untold = __atomic_exchange_n(&p->host.untold, 0, __ATOMIC_SEQ_CST);
    if (child || untold & bit(SIGCHLD))
        children_ended(p);
    for (; untold; untold &= untold - 1)
        signal_arrives(p, &(struct guest_siginfo){ .sig = __builtin_ctzll(untold) + 1,
                                                   .code = SI_USER,
                                                   .outside = true });
}

void hostsig_stop(int sig)
{
    if (sig == SIGSTOP) {
        kill(getpid(), SIGSTOP);
        return;
    }
    signal(sig, SIG_DFL);
    syscall(SYS_tgkill, getpid(), gettid(), sig);
    set_action(sig, 0);
}

i64 hostsig_send(int host, int sig, int code, u64 value)
{
    if (code == SI_USER)
        return host_result(kill(host, sig));
    siginfo_t info = { .si_signo = sig, .si_code = code };
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_ptr = (void *)value;
    return host_result(syscall(SYS_rt_sigqueueinfo, host, sig, &info));
}
