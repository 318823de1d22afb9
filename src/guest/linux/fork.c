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

// The place of the guest's child `pid`; of nobody when 0.
static struct guest_child *by_pid(struct process *p, int pid)
{
    for (int i = 0; i < GUEST_CHILDREN; i++)
        if (p->children[i].pid == pid)
            return &p->children[i];
    return NULL;
}

static struct guest_child *by_host(struct process *p, int host)
{
    for (int i = 0; i < GUEST_CHILDREN; i++)
        if (p->children[i].pid && p->children[i].host == host)
            return &p->children[i];
    return NULL;
}

int child_host(struct process *p, int pid)
{
    pthread_mutex_lock(&p->lock);
    const struct guest_child *c = pid > 0 ? by_pid(p, pid) : NULL;
    int host = c ? c->host : 0;
    pthread_mutex_unlock(&p->lock);
    return host;
}

// A place for a child that is about to be made, which has no number on the host yet, so that no
// other thread takes it; NULL when there is none.
static struct guest_child *reserve_child(struct process *p)
{
    pthread_mutex_lock(&p->lock);
    struct guest_child *place = by_pid(p, 0);
    if (place) {
        *place = (struct guest_child){ ++p->last_pid, 0 };
        p->forks = true;
        hostsig_catch(p, SIGCHLD);
    }
    pthread_mutex_unlock(&p->lock);
    return place;
}

// The number of the child that a wait of the host told of, 0 when it is none of the guest's. It may
// have ended while its fork, which is locked, had not come to its number. `ends`: it is no child
// any more.
static int told_child(struct process *p, int host, bool ends)
{
    pthread_mutex_lock(&p->lock);
    struct guest_child *child = by_host(p, host);
    int pid = child ? child->pid : 0;
    if (child && ends) {
        group_outlives(p, child);
        *child = (struct guest_child){ 0 };
    }
    pthread_mutex_unlock(&p->lock);
    return pid;
}

static bool any_child(struct process *p)
{
    bool any = false;
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < GUEST_CHILDREN && !any; i++)
        any = p->children[i].pid;
    pthread_mutex_unlock(&p->lock);
    return any;
}

int guest_pid(struct process *p, int host)
{
    // Without the lock: a handler of the host's signals asks too.
    const struct guest_child *c = host > 0 ? by_host(p, host) : NULL;
    return c ? c->pid : host > 0 && host == p->parent_host ? p->ppid : 0;
}

int parent_shown(const struct process *p)
{
    return p->parent_host && getppid() != p->parent_host ? 1 : p->ppid;
}

// In the child: the process is now another.
static void become_child(struct thread *t, const u64 a[6], int pid)
{
    struct process *p = t->process;
    p->death_signal = 0;
    p->ppid = p->pid;
    p->pid = p->last_pid = t->tid = pid;
    memset(p->children, 0, sizeof(p->children));
    p->pending = t->pending = 0;
    hostsig_forget(p);
    p->queued = 0;
    p->parent_host = getppid();
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
    struct guest_child *place = bounds_place < 0 ? NULL : reserve_child(p);
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
        become_child(t, a, pid);
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
    if (type == P_PID)
        who->id = child_host(p, id);
    if (type == P_PGID)
        who->id = id ? group_host(p, id) : getpgid(0);
    return any_child(p) && (who->id || type == P_ALL || (type == P_PGID && !id));
}

// That the wait of `t` is for one of `kinds`. Where threads take turns, others run meanwhile.
static i64 wait_turn(struct thread *t, const struct waited *who, u32 kinds)
{
    return sched_wait(t, &(struct thread_wait){ .until = UINT64_MAX,
                                                .child = kinds,
                                                .child_type = (i32)who->type,
                                                .child_id = who->id });
}

// wait4 of the host.
static i64 wait_host(struct thread *t, const struct waited *who, int *status, int flags,
                     struct rusage *usage)
{
    struct process *p = t->process;
    int host = who->type == P_ALL           ? -1
               : who->type == P_PID         ? who->id
               : who->id == (int)getpgid(0) ? 0
                                            : -who->id;
    if (sched_interrupted(t))
        return -RESTART;
    if (!sched_polls(p))
        return restartable(
            block_call(t, SYS_wait4, (u64)host, (u64)status, flags, (u64)usage, 0, 0));
    pid_t got = wait4(host, status, flags | WNOHANG, usage);
    if (got || flags & WNOHANG)
        return host_result(got);
    const u32 kinds = WEXITED | ((u32)flags & (WUNTRACED | WCONTINUED));
    return wait_turn(t, who, kinds);
}

i64 sys_wait4(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    int pid = (i32)a[0], status = 0;
    struct waited who;
    struct rusage usage;
    if (a[2] & ~(u64)(WNOHANG | WUNTRACED | WCONTINUED | 0xe0000000))   // and __WALL and kin
        return -EINVAL;
    if (pid == INT32_MIN)
        return -ESRCH;
    if (!find_waited(p, pid > 0 ? P_PID : pid == -1 ? P_ALL : P_PGID, pid < 0 ? -pid : pid, &who))
        return -ECHILD;
    for (pid = 0; !pid;) {
        i64 got =
            wait_host(t, &who, &status, (int)a[2] & (WNOHANG | WUNTRACED | WCONTINUED), &usage);
        if (got <= 0)
            return got;
        pid = told_child(p, (int)got, WIFEXITED(status) || WIFSIGNALED(status));
    }
    struct rusage none = { 0 };
    if ((a[1] && space_write(p->space, a[1], &status, sizeof(status))) ||
        (a[3] && space_write(p->space, a[3], p->policy->parallel ? &usage : &none, sizeof(usage))))
        return -EFAULT;
    return pid;
}

// The same for waitid: 0, and who has ended, if somebody has.
static i64 waitid_host(struct thread *t, const struct waited *who, siginfo_t *info, int flags)
{
    struct process *p = t->process;
    if (sched_interrupted(t))
        return -RESTART;
    if (!sched_polls(p))
        return restartable(
            block_call(t, SYS_waitid, (u64)who->type, (u64)who->id, (u64)info, (u64)flags, 0, 0));
    i64 failed = host_result(waitid(who->type, (id_t)who->id, info, flags | WNOHANG));
    if (failed || info->si_pid || flags & WNOHANG)
        return failed;
    return wait_turn(t, who, (u32)flags & ~WNOWAIT);
}

// Whether it has ended, and was not only stopped or continued.
static bool has_ended(int code)
{
    return code == CLD_EXITED || code == CLD_KILLED || code == CLD_DUMPED;
}

i64 sys_waitid(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u32 type = a[0], flags = a[3];
    struct waited who;
    const u32 kinds = WNOHANG | WEXITED | WSTOPPED | WCONTINUED;
    const u32 known = WNOHANG | WEXITED | WSTOPPED | WCONTINUED | WNOWAIT | 0xe0000000;
    if (flags & ~known || !(flags & (WEXITED | WSTOPPED | WCONTINUED)) || type > P_PGID ||
        (type == P_PID && (i32)a[1] <= 0) || (type == P_PGID && (i32)a[1] < 0))
        return -EINVAL;
    if (!find_waited(p, type, (i32)a[1], &who))
        return -ECHILD;
    siginfo_t info = { 0 };
    int pid = 0;
    while (!pid) {
        i64 failed = waitid_host(t, &who, &info, (int)(flags & (kinds | WNOWAIT)));
        if (failed)
            return failed;
        if (!info.si_pid)
            break;
        pid = told_child(p, info.si_pid, has_ended(info.si_code) && !(flags & WNOWAIT));
        if (!pid && flags & WNOWAIT)   // it is not to be told again
            waitid(P_PID, (id_t)info.si_pid, &info, (int)(flags & kinds));
    }
    u8 raw[128] = { 0 };
    if (pid) {
        const int head[3] = { SIGCHLD, 0, info.si_code };
        const int tail[3] = { pid, (int)info.si_uid, info.si_status };
        memcpy(raw, head, sizeof(head));
        memcpy(raw + 16, tail, sizeof(tail));
    }
    return a[2] ? space_write(p->space, a[2], raw, sizeof(raw)) : 0;
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
