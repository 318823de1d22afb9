// System calls on signals; how they are delivered is in signal.c.
#include <signal.h>
#include <string.h>

#include "guest/linux.h"

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
    old = p->actions[sig];
    if (a[1]) {
        new.mask &= ~UNBLOCKABLE;
        p->actions[sig] = new;
    }
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
        case SIG_BLOCK: t->sigmask |= set; break;
        case SIG_UNBLOCK: t->sigmask &= ~set; break;
        case SIG_SETMASK: t->sigmask = set; break;
        default: return -EINVAL;
        }
        t->sigmask &= ~UNBLOCKABLE;
    }
    return a[2] ? space_write(s, a[2], &old, sizeof(old)) : 0;
}

static u64 pending(const struct thread *t)
{
    return t->pending | __atomic_load_n(&t->process->pending, __ATOMIC_ACQUIRE);
}

i64 sys_rt_sigpending(struct thread *t, const u64 a[6])
{
    u64 set = pending(t) & t->sigmask;
    return a[1] > SET_BYTES ? -EINVAL : space_write(t->process->space, a[0], &set, a[1]);
}

i64 sys_rt_sigsuspend(struct thread *t, const u64 a[6])
{
    u64 mask;
    if (a[1] != SET_BYTES)
        return -EINVAL;
    if (space_read(t->process->space, &mask, a[0], sizeof(mask)))
        return -EFAULT;
    t->sigmask_saved = t->sigmask;
    t->restore_mask = true;
    t->sigmask = mask & ~UNBLOCKABLE;
    if (signal_waiting(t, t->sigmask) || child_ends(t))
        return -EINTR;
    return process_deadlock(t, "sigsuspend");
}

static i64 put_info(struct thread *t, vaddr to, const struct guest_siginfo *i)
{
    u8 info[128] = { 0 };
    memcpy(info, &i->sig, 4);
    memcpy(info + 8, &i->code, 4);
    memcpy(info + 16, &i->pid, 4);
    memcpy(info + 20, &i->uid, 4);
    return space_write(t->process->space, to, info, sizeof(info));
}

i64 sys_rt_sigtimedwait(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    struct timespec ts;
    u64 set;
    if (a[3] != SET_BYTES)
        return -EINVAL;
    if (space_read(p->space, &set, a[0], sizeof(set)))
        return -EFAULT;
    u64 ready = pending(t) & set;
    if (ready) {
        int sig = __builtin_ctzll(ready) + 1;
        t->pending &= ~((u64)1 << (sig - 1));
        __atomic_fetch_and(&p->pending, ~((u64)1 << (sig - 1)), __ATOMIC_ACQ_REL);
        t->info[sig].sig = sig;
        return a[1] && put_info(t, a[1], &t->info[sig]) ? -EFAULT : sig;
    }
    if (!a[2])
        return process_deadlock(t, "sigwait");
    i64 failed = time_get(t, a[2], &ts);
    if (failed)
        return failed;
    u64 ns = (u64)ts.tv_sec > INT32_MAX ? INT64_MAX / 2 : ts.tv_sec * 1000000000ull + ts.tv_nsec;
    time_sleep(p, CLOCK_MONOTONIC, process_now(p, CLOCK_MONOTONIC) + ns);
    return -EAGAIN;
}

// ---- sending: only to oneself, since no other process of the host is the guest's

static i64 send(struct thread *t, u64 sig, int code)
{
    if ((u32)sig > GUEST_SIGNALS)
        return -EINVAL;
    if ((u32)sig)
        signal_send(
            t, &(struct guest_siginfo){
                   .sig = sig, .code = code, .pid = t->process->pid, .uid = sys_getuid(t, NULL) });
    return 0;
}

i64 sys_kill(struct thread *t, const u64 a[6])
{
    i32 pid = a[0], own = t->process->pid;
    int child = child_host(t->process, pid);
    if (child)
        return (u32)a[1] > GUEST_SIGNALS ? -EINVAL : host_result(kill(child, a[1]));
    if (pid != own && pid != 0 && pid != -own && pid != -1)
        return -ESRCH;
    return send(t, a[1], SI_USER);
}

i64 sys_tkill(struct thread *t, const u64 a[6])
{
    return (i32)a[0] != t->tid ? -ESRCH : send(t, a[1], SI_TKILL);
}

i64 sys_tgkill(struct thread *t, const u64 a[6])
{
    if ((i32)a[0] != t->process->pid)
        return -ESRCH;
    return sys_tkill(t, (u64[6]){ a[1], a[2] });
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
