// System calls on the process itself: identity, limits, ending, waiting.
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "guest/linux.h"

enum {
    PR_PAC_KEYS = 31,           // PR_PAC_APIAKEY to PR_PAC_APGAKEY
    NICE_ZERO = 20,             // what the system call returns for nice 0
};

i64 sys_zero(struct thread *t, const u64 a[6])
{
    return 0;
}

i64 sys_enosys(struct thread *t, const u64 a[6])
{
    return -ENOSYS;
}

i64 sys_eperm(struct thread *t, const u64 a[6])
{
    return -EPERM;
}

i64 sys_enotsup(struct thread *t, const u64 a[6])
{
    return -EOPNOTSUPP;
}

// ---- identity

i64 sys_getpid(struct thread *t, const u64 a[6])
{
    return t->process->pid;
}

i64 sys_getppid(struct thread *t, const u64 a[6])
{
    return parent_shown(t->process);
}

i64 sys_gettid(struct thread *t, const u64 a[6])
{
    return t->tid;
}

i64 sys_getuid(struct thread *t, const u64 a[6])
{
    return getuid();
}

i64 sys_geteuid(struct thread *t, const u64 a[6])
{
    return geteuid();
}

i64 sys_getgid(struct thread *t, const u64 a[6])
{
    return getgid();
}

i64 sys_getegid(struct thread *t, const u64 a[6])
{
    return getegid();
}

// Changing identity would change the simulator's: only what changes nothing succeeds.
static i64 keeps_id(const u64 a[6], u32 real, u32 effective)
{
    return ((u32)a[0] == real || (u32)a[0] == effective) ? 0 : -EPERM;
}

i64 sys_setuid(struct thread *t, const u64 a[6])
{
    return keeps_id(a, getuid(), geteuid());
}

i64 sys_setgid(struct thread *t, const u64 a[6])
{
    return keeps_id(a, getgid(), getegid());
}

static i64 put_ids(struct thread *t, const u64 a[6], const u32 ids[3])
{
    for (int i = 0; i < 3; i++)
        if (space_write(t->process->space, a[i], &ids[i], sizeof(ids[i])))
            return -EFAULT;
    return 0;
}

i64 sys_getresuid(struct thread *t, const u64 a[6])
{
    return put_ids(t, a, (u32[3]){ getuid(), geteuid(), geteuid() });
}

i64 sys_getresgid(struct thread *t, const u64 a[6])
{
    return put_ids(t, a, (u32[3]){ getgid(), getegid(), getegid() });
}

i64 sys_getgroups(struct thread *t, const u64 a[6])
{
    int n = a[0];
    void *to = n > 0 ? window(t, a[1], (u64)n * 4) : NULL;
    if (n > 0 && !to)
        return -EFAULT;
    return host_result(syscall(SYS_getgroups, n, to));
}

i64 sys_set_tid_address(struct thread *t, const u64 a[6])
{
    t->clear_child_tid = a[0];
    return t->tid;
}

// ---- the machine

i64 sys_uname(struct thread *t, const u64 a[6])
{
    char u[6][65] = { "Linux", "m2", "6.6.0", "#1 SMP PREEMPT_DYNAMIC", "aarch64", "(none)" };
    return space_write(t->process->space, a[0], u, sizeof(u));
}

// The same on every host: a machine of as much memory as the program may have, half of it free.
i64 sys_sysinfo(struct thread *t, const u64 a[6])
{
    u64 memory = bounds_memory(t->process->space->bounds);
    struct sysinfo s = { .uptime = process_now(t->process, CLOCK_BOOTTIME) / 1000000000,
                         .totalram = memory,
                         .freeram = memory / 2,
                         .procs = 1,
                         .mem_unit = 1 };
    return space_write(t->process->space, a[0], &s, sizeof(s));
}

static u64 all_cpus(const struct process *p)
{
    return p->cpus < 64 ? ((u64)1 << p->cpus) - 1 : UINT64_MAX;
}

// The thread sched_setaffinity and its like name; the process is locked.
static struct thread *named(struct thread *t, u64 tid)
{
    return (i32)tid ? thread_find(t->process, (i32)tid) : t;
}

i64 sys_sched_getaffinity(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    if ((u32)a[1] < sizeof(u64) || (u32)a[1] % sizeof(u64))
        return -EINVAL;
    pthread_mutex_lock(&p->lock);
    const struct thread *of = named(t, a[0]);
    u64 mask = of && of->affinity ? of->affinity : all_cpus(p);
    pthread_mutex_unlock(&p->lock);
    i64 failed = of ? space_write(p->space, a[2], &mask, sizeof(mask)) : -ESRCH;
    return failed ? failed : (i64)sizeof(mask);
}

// Kept and shown again; on which of the host's a thread runs is the host's business.
i64 sys_sched_setaffinity(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u64 mask = 0;
    if (space_read(p->space, &mask, a[2], (u32)a[1] < sizeof(mask) ? (u32)a[1] : sizeof(mask)))
        return -EFAULT;
    mask &= all_cpus(p);
    pthread_mutex_lock(&p->lock);
    struct thread *of = named(t, a[0]);
    if (of && mask)
        of->affinity = mask;
    pthread_mutex_unlock(&p->lock);
    return !of ? -ESRCH : mask ? 0 : -EINVAL;
}

i64 sys_getcpu(struct thread *t, const u64 a[6])
{
    unsigned cpu = 0;
    u32 node = 0;
    if (t->process->cpus > 1 && !getcpu(&cpu, NULL))
        cpu %= t->process->cpus;
    if ((a[0] && space_write(t->process->space, a[0], &cpu, sizeof(cpu))) ||
        (a[1] && space_write(t->process->space, a[1], &node, sizeof(node))))
        return -EFAULT;
    return 0;
}

// Whether there is a thread or process of the guest's with this number.
static bool is_known(struct thread *t, i32 pid)
{
    struct process *p = t->process;
    pthread_mutex_lock(&p->lock);
    bool known = !pid || pid == p->ppid || thread_find(p, pid) || child_host_locked(p, pid);
    pthread_mutex_unlock(&p->lock);
    return known;
}

// Who runs is the host's business: what is asked for is checked, and not followed.
static i64 schedule(struct thread *t, i32 pid, u32 policy, vaddr param)
{
    i32 priority;
    if ((i32)policy < 0 || !param || pid < 0)
        return -EINVAL;
    if (space_read(t->process->space, &priority, param, sizeof(priority)))
        return -EFAULT;
    if (!is_known(t, pid))
        return -ESRCH;
    policy &= ~(u32)SCHED_RESET_ON_FORK;
    bool real_time = policy == SCHED_FIFO || policy == SCHED_RR;
    bool known =
        real_time || policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE;
    return known && priority >= real_time && priority <= (real_time ? 99 : 0) ? 0 : -EINVAL;
}

i64 sys_sched_setscheduler(struct thread *t, const u64 a[6])
{
    return schedule(t, (i32)a[0], (u32)a[1], a[2]);
}

i64 sys_sched_setparam(struct thread *t, const u64 a[6])
{
    return schedule(t, (i32)a[0], SCHED_OTHER, a[1]);
}

i64 sys_sched_getscheduler(struct thread *t, const u64 a[6])
{
    return (i32)a[0] < 0 ? -EINVAL : is_known(t, (i32)a[0]) ? SCHED_OTHER : -ESRCH;
}

i64 sys_sched_getparam(struct thread *t, const u64 a[6])
{
    u32 zero = 0;
    i64 policy = a[1] ? sys_sched_getscheduler(t, a) : -EINVAL;
    return policy < 0 ? policy : space_write(t->process->space, a[1], &zero, sizeof(zero));
}

i64 sys_sched_priority(struct thread *t, const u64 a[6])
{
    bool real_time = a[0] == 1 || a[0] == 2;   // SCHED_FIFO, SCHED_RR: 1 to 99
    bool known = real_time || a[0] == 0 || a[0] == 3 || a[0] == 5 || a[0] == 6;
    if (!known)
        return -EINVAL;
    return !real_time ? 0 : t->cpu.x[8] == 125 ? 99 : 1;
}

i64 sys_getpriority(struct thread *t, const u64 a[6])
{
    i32 who = (i32)a[1];
    bool known = false;
    switch ((u32)a[0]) {
    case PRIO_PROCESS: known = is_known(t, who); break;
    case PRIO_PGRP: known = !who || group_host(t->process, who); break;
    case PRIO_USER: known = !who || who == sys_getuid(t, NULL); break;
    default: return -EINVAL;
    }
    return known ? NICE_ZERO : -ESRCH;
}

i64 sys_setpriority(struct thread *t, const u64 a[6])
{
    i64 now = sys_getpriority(t, a);
    return now < 0 ? now : 0;
}

// No capability, as an ordinary user has none.
i64 sys_capget(struct thread *t, const u64 a[6])
{
    struct space *s = t->process->space;
    u32 head[2], none[6] = { 0 };
    if (space_read(s, head, a[0], sizeof(head)))
        return -EFAULT;
    bool one = head[0] == 0x19980330, known = one || head[0] == 0x20071026 || head[0] == 0x20080522;
    if (!known) {
        head[0] = 0x20080522;
        return space_write(s, a[0], head, sizeof(head)) ? -EFAULT : a[1] ? -EINVAL : 0;
    }
    if ((i32)head[1] < 0)
        return a[1] ? -EINVAL : 0;
    if (a[1] && !is_known(t, (i32)head[1]))
        return -ESRCH;
    return a[1] ? space_write(s, a[1], none, one ? 12 : 24) : 0;
}

i64 sys_getrandom(struct thread *t, const u64 a[6])
{
    u8 part[256];
    u64 len = a[1] < INT32_MAX ? a[1] : INT32_MAX;
    if (a[2] & ~(u64)7)
        return -EINVAL;
    for (u64 done = 0; done < len; done += sizeof(part)) {
        u64 n = len - done < sizeof(part) ? len - done : sizeof(part);
        process_random(t->process, part, n);
        if (space_write(t->process->space, a[0] + done, part, n))
            return done ? (i64)done : -EFAULT;
    }
    return len;
}

// ---- limits: kept, and shown again; the host's are left alone

i64 sys_prlimit64(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    struct guest_rlimit new, old;
    if (a[0] && (i32)a[0] != p->pid)
        return -ESRCH;
    if ((u32)a[1] >= GUEST_RLIMITS)
        return -EINVAL;
    if (a[2] && space_read(p->space, &new, a[2], sizeof(new)))
        return -EFAULT;
    old = p->rlimits[(u32)a[1]];
    if (a[2] && new.soft > new.hard)
        return -EINVAL;
    if (a[2] && new.hard > old.hard)
        return -EPERM;
    if (a[3] && space_write(p->space, a[3], &old, sizeof(old)))
        return -EFAULT;
    if (a[2])
        p->rlimits[(u32)a[1]] = new;
    return 0;
}

i64 sys_getrlimit(struct thread *t, const u64 a[6])
{
    return a[1] ? sys_prlimit64(t, (u64[6]){ 0, a[0], 0, a[1] }) : -EFAULT;
}

i64 sys_setrlimit(struct thread *t, const u64 a[6])
{
    return a[1] ? sys_prlimit64(t, (u64[6]){ 0, a[0], a[1], 0 }) : -EFAULT;
}

// ---- prctl

static i64 reset_keys(struct thread *t, const u64 a[6])
{
    if (a[1] & ~(u64)PR_PAC_KEYS || a[2] || a[3] || a[4])
        return -EINVAL;
    for (int key = 0; key < 5; key++)
        if (!a[1] || a[1] >> key & 1)
            process_random(t->process, t->cpu.pac_key[key], sizeof(t->cpu.pac_key[key]));
    return 0;
}

// The host's kernel sees the parent end, and its signals are the guest's (hostsig.h).
static i64 set_death_signal(struct process *p, u64 sig)
{
    if (sig > GUEST_SIGNALS ||
        !(p->options.signals || p->parent_host))   // the library's user has it
        return -EINVAL;
    i64 failed = host_result(prctl(PR_SET_PDEATHSIG, sig, 0, 0, 0));
    if (!failed)
        p->death_signal = (int)sig;
    return failed;
}

// What is kept and shown again: a guest gains no privileges, its core is never dumped, and how
// late its timers may be, or how large the host's pages are, the host decides.
static i64 kept(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    bool rest = a[2] || a[3] || a[4];
    switch ((i32)a[0]) {
    case PR_GET_DUMPABLE: return !p->undumpable;
    case PR_SET_DUMPABLE:
        if (a[1] > 1)
            return -EINVAL;
        p->undumpable = !a[1];
        return 0;
    case PR_GET_NO_NEW_PRIVS: return a[1] || rest ? -EINVAL : t->no_new_privileges;
    case PR_SET_NO_NEW_PRIVS:
        if (a[1] != 1 || rest)
            return -EINVAL;
        t->no_new_privileges = true;
        return 0;
    case PR_GET_THP_DISABLE: return a[1] || rest ? -EINVAL : p->no_huge_pages;
    case PR_SET_THP_DISABLE:
        if (rest)
            return -EINVAL;
        p->no_huge_pages = a[1];
        return 0;
    case PR_GET_TIMERSLACK: return (i64)t->slack;
    case PR_SET_TIMERSLACK: t->slack = (i64)a[1] > 0 ? a[1] : t->slack_default; return 0;
    default: return -EINVAL;
    }
}

i64 sys_prctl(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    char name[16] = { 0 };
    switch ((i32)a[0]) {
    case PR_SET_NAME:
        if (space_string(p->space, name, a[1], sizeof(name)) == -EFAULT)
            return -EFAULT;
        memcpy(t == p->main ? p->name : t->name, name, sizeof(name) - 1);
        return 0;
    case PR_GET_NAME:
        return space_write(p->space, a[1], t == p->main ? p->name : t->name, sizeof(p->name));
    case PR_SET_PDEATHSIG: return set_death_signal(p, a[1]);
    case PR_GET_PDEATHSIG: return space_write(p->space, a[1], &p->death_signal, sizeof(int));
    case PR_GET_TAGGED_ADDR_CTRL: return 0;
    case PR_PAC_RESET_KEYS: return reset_keys(t, a);
    default: return kept(t, a);
    }
}
