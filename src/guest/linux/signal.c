// System calls on signals; how they are delivered is in signal.c.
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "guest/process/hostsig.h"
#include "guest/process/timers.h"

enum { SET_BYTES = 8 };   // sizeof(sigset_t) of the kernel

// SIGKILL and SIGSTOP can be neither blocked nor handled.
static const u64 UNBLOCKABLE = (u64)1 << (SIGKILL - 1) | (u64)1 << (SIGSTOP - 1);

i64 sys_rt_sigaction(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u32 sig = a[0];
    struct guest_action new, old;
    if (a[3] != SET_BYTES || sig < 1 || sig > GUEST_SIGNALS)
        return -EINVAL;
    if (a[1] && (sig == SIGKILL || sig == SIGSTOP))
        return -EINVAL;
    if (a[1] && space_read(p->space, &new, a[1], sizeof(new)))
        return -EFAULT;
    pthread_mutex_lock(&p->lock);
    old = p->actions[sig];
    if (a[1] && sig == SIGCHLD)
        children_settle(p);
    if (a[1]) {
        new.mask &= ~UNBLOCKABLE;
        p->actions[sig] = new;
        if (signal_ignored(p, (int)sig))   // those that are pending too
            signal_drop(p, (u64)1 << (sig - 1));
        hostsig_action(p, (int)sig);
    }
    pthread_mutex_unlock(&p->lock);
    return a[2] ? space_write(p->space, a[2], &old, sizeof(old)) : 0;
}

i64 sys_rt_sigprocmask(struct thread *t, const u64 a[6])
{
    struct space *s = t->process->space;
    u64 set, old = t->sigmask;
    if (a[3] != SET_BYTES)
        return -EINVAL;
    if (a[1]) {
        if (space_read(s, &set, a[1], sizeof(set)))
            return -EFAULT;
        switch ((u32)a[0]) {
        case SIG_BLOCK: signal_mask(t, old | set); break;
        case SIG_UNBLOCK: signal_mask(t, old & ~set); break;
        case SIG_SETMASK: signal_mask(t, set); break;
        default: return -EINVAL;
        }
        hostsig_mask(t);
    }
    return a[2] ? space_write(s, a[2], &old, sizeof(old)) : 0;
}

i64 sys_rt_sigpending(struct thread *t, const u64 a[6])
{
    u64 set = signal_pending(t) & t->sigmask;
    return a[1] > SET_BYTES ? -EINVAL : space_write(t->process->space, a[0], &set, a[1]);
}

i64 signal_wait(struct thread *t, u64 set, u64 until)
{
    struct process *p = t->process;
    signal_await(t, set);
    i64 r = p->policy->signal(t, set, until);
    signal_await(t, r == -WAITS ? set : 0);
    return r;
}

i64 sys_rt_sigsuspend(struct thread *t, const u64 a[6])
{
    u64 mask;
    if (t->call.again)
        return signal_wait(t, 0, UINT64_MAX);
    if (a[1] != SET_BYTES)
        return -EINVAL;
    if (space_read(t->process->space, &mask, a[0], sizeof(mask)))
        return -EFAULT;
    t->sigmask_saved = t->sigmask;
    t->restore_mask = true;
    signal_mask(t, mask);
    if (signal_waiting(t, t->sigmask))
        return -EINTR;
    return signal_wait(t, 0, UINT64_MAX);
}

static i64 put_info(struct thread *t, vaddr to, const struct guest_siginfo *i)
{
    u8 info[SIGINFO_BYTES];
    signal_bytes(i, info);
    return space_write(t->process->space, to, info, sizeof(info));
}

// What rt_sigtimedwait waits for, and how long.
static i64 wait_arguments(struct thread *t, const u64 a[6], u64 *set, u64 *until)
{
    struct timespec ts;
    if (a[3] != SET_BYTES)
        return -EINVAL;
    if (space_read(t->process->space, set, a[0], sizeof(*set)))
        return -EFAULT;
    *set &= ~UNBLOCKABLE;
    *until = UINT64_MAX;
    i64 failed = a[2] ? time_get(t, a[2], &ts) : 0;
    if (a[2] && !failed)
        *until = process_now(t->process, CLOCK_MONOTONIC) + time_ns(&ts);
    return failed;
}

i64 sys_rt_sigtimedwait(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u64 set = t->call.wait.set, until = t->call.wait.until;
    i64 failed = t->call.again ? 0 : wait_arguments(t, a, &set, &until);
    if (failed)
        return failed;
    for (int sig = 1; sig <= GUEST_SIGNALS; sig++)
        if (set >> (sig - 1) & 1)
            hostsig_catch(p, sig);
    struct guest_siginfo info;
    while (!signal_take(t, set, &info)) {
        failed = signal_wait(t, set, until);
        if (failed)
            return failed;
        if (!(signal_pending(t) & set))
            return -EAGAIN;
    }
    return a[1] && put_info(t, a[1], &info) ? -EFAULT : info.sig;
}

// ---- sending: to oneself, one's children and one's parent, which are the guest's only

// Host number of the guest's process `pid`, which is not this one; 0: there is none. This one is
// locked until the number has been used.
static int other_host(struct process *p, i32 pid)
{
    bool parent = pid == p->ppid && getppid() == p->parent_host;   // it still lives
    return parent ? p->parent_host : child_host_locked(p, pid);
}

// To the thread itself, if it can take it: it is delivered before the call returns.
static i64 send_self(struct thread *t, int sig)
{
    struct process *p = t->process;
    struct thread *to = sig && t->sigmask >> (sig - 1) & 1 ? NULL : t;
    const struct guest_siginfo info = {
        .sig = sig, .code = SI_USER, .pid = p->pid, .uid = (int)sys_getuid(t, NULL)
    };
    return sig ? signal_queue(p, to, &info) : 0;
}

// To those of the guest's processes this one knows: all others, or its group and itself.
static i64 send_known(struct thread *t, int sig, bool group)
{
    struct process *p = t->process;
    int mine = getpgid(0);
    i64 r = -ESRCH;
    pthread_mutex_lock(&p->lock);
    children_settle(p);
    int parent = other_host(p, p->ppid);
    for (int i = 0; i < GUEST_CHILDREN; i++) {
        int host = p->children[i].pid ? p->children[i].host : 0;
        if (host && (!group || getpgid(host) == mine) && !kill(host, sig))
            r = 0;
    }
    if (parent && (!group || getpgid(parent) == mine) && !kill(parent, sig))
        r = 0;
    pthread_mutex_unlock(&p->lock);
    return group ? send_self(t, sig) : r;
}

i64 sys_kill(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    i32 pid = a[0];
    if ((u32)a[1] > GUEST_SIGNALS)
        return -EINVAL;
    if (pid == p->pid)
        return send_self(t, (int)a[1]);
    if (pid == INT32_MIN)
        return -ESRCH;
    if (pid == 0 || pid == -1)
        return send_known(t, (int)a[1], pid == 0);
    pthread_mutex_lock(&p->lock);
    int host = pid > 0 ? other_host(p, pid) : group_host_locked(p, -pid);
    bool own = pid < 0 && host == getpgid(0);
    i64 r = host && !own ? host_result(kill(pid < 0 ? -host : host, (int)a[1])) : -ESRCH;
    pthread_mutex_unlock(&p->lock);
    return own ? send_known(t, (int)a[1], true) : r;
}

i64 sys_tkill(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    if ((i32)a[0] <= 0 || (u32)a[1] > GUEST_SIGNALS)
        return -EINVAL;
    return signal_queue_tid(
        p, (i32)a[0],
        &(struct guest_siginfo){
            .sig = (int)a[1], .code = SI_TKILL, .pid = p->pid, .uid = (int)sys_getuid(t, NULL) });
}

i64 sys_tgkill(struct thread *t, const u64 a[6])
{
    if ((i32)a[0] != t->process->pid)
        return -ESRCH;
    return sys_tkill(t, (u64[6]){ a[1], a[2] });
}

static i64 queue_other(struct process *p, i32 pid, const struct guest_siginfo *info)
{
    pthread_mutex_lock(&p->lock);
    int host = other_host(p, pid);
    i64 r = !host             ? -ESRCH
            : info->code >= 0 ? -EPERM
                              : hostsig_send(host, info->sig, info->code, info->value);
    pthread_mutex_unlock(&p->lock);
    return r;
}

// rt_sigqueueinfo and rt_tgsigqueueinfo: the sender says what siginfo holds.
static i64 queue_info(struct thread *t, i32 pid, i32 tid, u32 sig, vaddr from)
{
    u8 raw[SIGINFO_BYTES];
    struct guest_siginfo info = { .sig = (int)sig };
    if (space_read(t->process->space, raw, from, sizeof(raw)))
        return -EFAULT;
    if (sig > GUEST_SIGNALS)
        return -EINVAL;
    memcpy(&info.code, raw + 8, 4);
    memcpy(&info.pid, raw + 16, 4);
    memcpy(&info.uid, raw + 20, 4);
    memcpy(&info.value, raw + 24, 8);
    if (pid != t->process->pid)
        return tid ? -ESRCH : queue_other(t->process, pid, &info);
    if (tid)
        return signal_queue_tid(t->process, tid, &info);
    return sig ? signal_queue(t->process, NULL, &info) : 0;
}

i64 sys_rt_sigqueueinfo(struct thread *t, const u64 a[6])
{
    return queue_info(t, a[0], 0, a[1], a[2]);
}

i64 sys_rt_tgsigqueueinfo(struct thread *t, const u64 a[6])
{
    return (i32)a[1] <= 0 ? -EINVAL : queue_info(t, a[0], (i32)a[1], a[2], a[3]);
}

// ---- sigaltstack

// stack_t of arm64.
struct guest_stack {
    u64 sp;
    u32 flags, pad;
    u64 size;
};

enum { MIN_ALTSTACK = 5120, ON_STACK = 1, DISABLED = 2 };   // MINSIGSTKSZ, SS_*

static const u32 AUTODISARM = (u32)1 << 31;

i64 sys_sigaltstack(struct thread *t, const u64 a[6])
{
    struct space *s = t->process->space;
    struct guest_altstack *alt = &t->altstack;
    u64 sp = t->cpu.x[REG_SP];
    bool inside = !(alt->flags & AUTODISARM) && sp > alt->sp && sp - alt->sp <= alt->size;
    struct guest_stack new, old = { .sp = alt->sp, .size = alt->size, .flags = alt->flags };
    old.flags |= !alt->size ? DISABLED : inside ? ON_STACK : 0;
    if (a[0]) {
        if (space_read(s, &new, a[0], sizeof(new)))
            return -EFAULT;
        u32 mode = new.flags & ~AUTODISARM;
        if (inside)
            return -EPERM;
        if (mode != DISABLED && mode != ON_STACK && mode != 0)
            return -EINVAL;
        if (mode != DISABLED && new.size < MIN_ALTSTACK)
            return -ENOMEM;
        *alt = mode == DISABLED
                   ? (struct guest_altstack){ .flags = new.flags &AUTODISARM }
                   : (struct guest_altstack){ new.sp, new.size, new.flags &AUTODISARM };
    }
    return a[1] ? space_write(s, a[1], &old, sizeof(old)) : 0;
}
