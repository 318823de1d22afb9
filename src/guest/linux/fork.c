// Children: a guest's fork is a fork of the simulator, whose child runs on with the
// guest's child in it. Memory is copied on write by the host, descriptors are inherited;
// numbers of processes are translated. vfork and posix_spawn are served by the same
// copy, since what their child does to memory before execve is its own business.
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/process/block.h"
#include "guest/process/hostsig.h"
#include "guest/process/timers.h"

// Of which a guest makes none: its user may not.
static const u64 NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                              CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

// In the child: the process is now another. `parent`: the host's number of the one that forked,
// which may have ended.
static void become_child(struct thread *t, const u64 a[6], int pid, int parent)
{
    struct process *p = t->process;
    p->death_signal = 0;
    p->ppid = p->pid;
    p->pid = p->last_pid = t->tid = pid;
    memset(p->children, 0, sizeof(p->children));
    p->pending = t->pending = 0;
    hostsig_forget(p);
    p->queued = 0;
    p->parent_host = parent;
    fds_forked(p, t);
    p->main = p->threads = p->holder = t;
    p->thread_count = p->alive = 1;
    p->survivor = t->next = NULL;
    p->helpers = 0;
    t->host = pthread_self();
    p->space->parallel = false;
    timers_clear(p, true);
    signalfd_forked(p);
    p->random_state += (u64)pid << 32;
    t->robust_list = 0;
    t->slack_default = t->slack;
    t->clear_child_tid = a[0] & CLONE_CHILD_CLEARTID ? a[4] : 0;
    if (a[1])
        t->cpu.x[REG_SP] = a[1];
    if (a[0] & CLONE_SETTLS)
        t->cpu.tpidr = a[3];
    if (a[0] & CLONE_CHILD_SETTID)
        space_write(p->space, a[4], &pid, sizeof(pid));
    p->options.forked(p->options.fork_ctx);
}

// fork with what other threads may hold held, so that the child finds it free. (The C
// library sees to its own locks.) Signals are blocked from then on; they were as in *mask.
static pid_t fork_alone(struct process *p, struct guest_child *place, sigset_t *mask)
{
    sigset_t all;
    sigfillset(&all);   // none may be lost before the child is one
    pthread_sigmask(SIG_BLOCK, &all, mask);
    pthread_mutex_lock(&p->lock);
    space_before_fork(p->space);
    pid_t host = fork();
    space_after_fork(p->space, host == 0);
    place->host = host;
    if (host < 0)
        place->pid = 0;
    if (host)
        pthread_mutex_unlock(&p->lock);
    else
        pthread_mutex_init(&p->lock, NULL);
    return host;
}

i64 sys_clone(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    if (a[0] & NAMESPACES)
        return -EPERM;
    if (a[0] & CLONE_PIDFD)
        return -EINVAL;
    if (a[0] & CLONE_THREAD)
        return clone_thread(t, a);
    const u64 shares = CLONE_SIGHAND | CLONE_FILES | CLONE_FS;
    bool spawns = !(a[0] & CLONE_VM) || a[0] & CLONE_VFORK;
    if (!p->options.forked || a[0] & shares || !spawns)
        return -ENOSYS;
    struct bounds *bounds = p->space->bounds;
    bool whole = a[0] & CLONE_VM;   // on Linux it shares the memory, so no advice on forks holds
    u64 cost = space_fork_cost(p->space, whole);
    i64 bounds_place = bounds_fork(bounds, cost);
    struct guest_child *place = bounds_place < 0 ? NULL : child_reserve(p);
    if (bounds_place < 0)
        return bounds_place;
    if (!place) {
        bounds_forked(bounds, (u32)bounds_place, -1);
        return -EAGAIN;
    }
    process_now(p, CLOCK_MONOTONIC);   // the timing model comes to rest: the child has a copy
    fflush(NULL);
    sigset_t mask;
    int self = getpid(), pid = place->pid;
    pid_t host = fork_alone(p, place, &mask);
    int error = errno;
    if (host == 0 && !bounds_child(bounds, (u32)bounds_place, self))
        _exit(128 + SIGKILL);   // nobody waits: the parent is gone
    if (host == 0) {
        p->space->place = (u32)bounds_place;
        space_forked(p->space, whole, cost);
        become_child(t, a, pid, self);
    }
    if (host)
        bounds_forked(bounds, (u32)bounds_place, host);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    if (host <= 0)
        return host < 0 ? -error : 0;
    __atomic_fetch_add(&p->children_made, 1, __ATOMIC_RELAXED);
    if (a[0] & CLONE_PARENT_SETTID)
        space_write(p->space, a[2], &pid, sizeof(pid));
    return pid;
}

// clone3's arguments in clone's form.
i64 sys_clone3(struct thread *t, const u64 a[6])
{
    // flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid …
    u64 c[11] = { 0 };
    if (a[1] < 64 || a[1] > 4096)
        return a[1] < 64 ? -EINVAL : -E2BIG;
    if (space_read(t->process->space, c, a[0], a[1] < sizeof(c) ? a[1] : sizeof(c)))
        return -EFAULT;
    if (c[0] & CLONE_NEWTIME)   // a signal's number for clone
        return -EPERM;
    if (c[0] & (CSIGNAL | CLONE_INTO_CGROUP) || c[8])
        return -EINVAL;
    return sys_clone(t, (u64[6]){ c[0] | (c[4] & 0xff), c[5] ? c[5] + c[6] : 0, c[3], c[7], c[2] });
}

// Whom a wait is for, as waitid of the host has it.
struct waited {
    idtype_t type;
    int id;
};

// The process of the host that has `id` in the guest, any for P_ALL, or those of its group, the
// caller's own for 0. False: nobody.
static bool find_waited(struct process *p, idtype_t type, int id, struct waited *who)
{
    *who = (struct waited){ type, 0 };
    if (!children_any(p))
        return false;
    if (type == P_PID)
        who->id = child_host(p, id);
    if (type == P_PGID)
        who->id = id ? group_host(p, id) : getpgid(0);
    return who->id || type == P_ALL || (type == P_PGID && !id);
}

// waitid of the host, which leaves whom it tells of: who that is, if there is somebody, or -EAGAIN
// when a signal came that may have been the end of the last. Where threads take turns, others run
// meanwhile.
static i64 wait_host(struct thread *t, const struct waited *who, siginfo_t *info, int flags)
{
    if (sched_interrupted(t))
        return -RESTART;
    if (!sched_polls(t->process)) {
        const u64 a[6] = { who->type, (u64)who->id, (u64)info, (u64)(flags | WNOWAIT) };
        i64 r = block_once(t, SYS_waitid, a);
        return r == -EINTR && !block_must_look(t) ? -EAGAIN : restartable(r);
    }
    i64 failed = host_result(waitid(who->type, (id_t)who->id, info, flags | WNOHANG | WNOWAIT));
    if (failed || info->si_pid || flags & WNOHANG)
        return failed;
    return sched_wait(t, &(struct thread_wait){ .until = UINT64_MAX,
                                                .child = (u32)flags & ~WNOWAIT,
                                                .child_type = (i32)who->type,
                                                .child_id = who->id });
}

// waitid: the child's number, 0 where none has anything to tell, or an error.
static i64 wait_child(struct thread *t, idtype_t type, int id, int flags, siginfo_t *info,
                      struct rusage *usage)
{
    struct process *p = t->process;
    struct waited who;
    while (find_waited(p, type, id, &who)) {
        *info = (siginfo_t){ 0 };
        i64 failed = wait_host(t, &who, info, flags);
        if (failed == -EAGAIN)
            continue;
        if (failed || !info->si_pid)
            return failed;
        int pid = child_told(p, type == P_PID ? id : 0, info, flags, usage);
        if (pid)
            return pid;
    }
    return -ECHILD;
}

// What waitid tells, as wait4 does.
static int wait_status(const siginfo_t *info)
{
    switch (info->si_code) {
    case CLD_EXITED: return (info->si_status & 0xff) << 8;
    case CLD_KILLED: return info->si_status;
    case CLD_DUMPED: return info->si_status | 0x80;
    case CLD_CONTINUED: return 0xffff;
    default: return info->si_status << 8 | 0x7f;   // it was stopped
    }
}

i64 sys_wait4(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    int pid = (i32)a[0];
    const u32 kinds = WNOHANG | WUNTRACED | WCONTINUED;
    siginfo_t info;
    struct rusage usage = { 0 }, none = { 0 };
    if (a[2] & ~(u64)(kinds | 0xe0000000))   // and __WALL and kin
        return -EINVAL;
    if (pid == INT32_MIN)
        return -ESRCH;
    i64 got = wait_child(t,
                         pid > 0     ? P_PID
                         : pid == -1 ? P_ALL
                                     : P_PGID,
                         pid < 0 ? -pid : pid, (int)((a[2] & kinds) | WEXITED), &info, &usage);
    if (got <= 0)
        return got;
    int status = wait_status(&info);
    if ((a[1] && space_write(p->space, a[1], &status, sizeof(status))) ||
        (a[3] && space_write(p->space, a[3], p->policy->parallel ? &usage : &none, sizeof(usage))))
        return -EFAULT;
    return got;
}

i64 sys_waitid(struct thread *t, const u64 a[6])
{
    u32 type = a[0], flags = a[3];
    const u32 kinds = WNOHANG | WEXITED | WSTOPPED | WCONTINUED | WNOWAIT,
              known = kinds | 0xe0000000;
    if (flags & ~known || !(flags & (WEXITED | WSTOPPED | WCONTINUED)) || type > P_PGID ||
        (type == P_PID && (i32)a[1] <= 0) || (type == P_PGID && (i32)a[1] < 0))
        return -EINVAL;
    siginfo_t info;
    struct rusage usage;
    i64 pid = wait_child(t, type, (i32)a[1], (int)(flags & kinds), &info, &usage);
    if (pid < 0)
        return pid;
    u8 raw[128] = { 0 };
    if (pid) {
        const int head[3] = { SIGCHLD, 0, info.si_code };
        const int tail[3] = { (int)pid, (int)info.si_uid, info.si_status };
        memcpy(raw, head, sizeof(head));
        memcpy(raw + 16, tail, sizeof(tail));
    }
    return a[2] ? space_write(t->process->space, a[2], raw, sizeof(raw)) : 0;
}

void process_leave(const struct process *p)
{
    fflush(NULL);
    bounds_leave(p->space->bounds, p->space->place);
    if (p->exit_signal) {
        struct rlimit none = { 0, 0 };
        setrlimit(RLIMIT_CORE, &none);   // the dump would be the simulator's
        signal(p->exit_signal, SIG_DFL);
        kill(getpid(), p->exit_signal);
    }
    _exit(process_status(p));
}
