// Children: a guest's fork is a fork of the simulator, whose child runs on with the
// guest's child in it. Memory is copied on write by the host, descriptors are inherited;
// numbers of processes are translated. vfork and posix_spawn are served by the same
// copy, since what their child does to memory before execve is its own business.
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/linux.h"

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
    const struct guest_child *c = pid > 0 ? by_pid(p, pid) : NULL;
    return c ? c->host : 0;
}

static bool any_child(const struct process *p)
{
    for (int i = 0; i < GUEST_CHILDREN; i++)
        if (p->children[i].pid)
            return true;
    return false;
}

bool child_ends(struct thread *t)
{
    siginfo_t info;
    if (!any_child(t->process) || waitid(P_ALL, 0, &info, WEXITED | WNOWAIT))
        return false;
    signal_send(t, &(struct guest_siginfo){ .sig = SIGCHLD, .code = SI_USER });
    return true;
}

// In the child: the process is now another.
static void become_child(struct thread *t, const u64 a[6], int pid)
{
    struct process *p = t->process;
    p->ppid = p->pid;
    p->pid = p->last_pid = t->tid = pid;
    memset(p->children, 0, sizeof(p->children));
    p->pending = t->pending = 0;
    p->random_state += (u64)pid << 32;
    t->robust_list = 0;
    t->clear_child_tid = a[0] & CLONE_CHILD_CLEARTID ? a[4] : 0;
    if (a[1])
        t->cpu.x[REG_SP] = a[1];
    if (a[0] & CLONE_SETTLS)
        t->cpu.tpidr = a[3];
    if (a[0] & CLONE_CHILD_SETTID)
        space_write(p->space, a[4], &pid, sizeof(pid));
    p->options.forked(p->options.fork_ctx);
}

i64 sys_clone(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    const u64 shares = CLONE_THREAD | CLONE_SIGHAND | CLONE_FILES | CLONE_FS;
    bool spawns = !(a[0] & CLONE_VM) || a[0] & CLONE_VFORK;
    struct guest_child *place = by_pid(p, 0);
    if (!p->options.forked || a[0] & shares || !spawns)
        return -ENOSYS;
    if (!place)
        return -EAGAIN;
    int pid = p->last_pid + 1;
    process_now(p, CLOCK_MONOTONIC);   // the timing model comes to rest: the child has a copy
    fflush(NULL);
    pid_t host = fork();
    if (host < 0)
        return -errno;
    if (host == 0) {
        become_child(t, a, pid);
        return 0;
    }
    p->last_pid = pid;
    *place = (struct guest_child){ pid, host };
    if (a[0] & CLONE_PARENT_SETTID)
        space_write(p->space, a[2], &pid, sizeof(pid));
    return pid;
}

i64 sys_wait4(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    int pid = a[0], status = 0, host = pid > 0 ? child_host(p, pid) : -1;
    struct rusage usage;
    if (a[2] & ~(u64)(WNOHANG | WUNTRACED | WCONTINUED | 0xe0000000))   // and __WALL and kin
        return -EINVAL;
    if (host == 0 || !any_child(p))
        return -ECHILD;
    struct guest_child *child = NULL;
    while (!child) {
        pid_t got = wait4(host, &status, a[2] & WNOHANG, &usage);
        if (got <= 0)
            return host_result(got);
        child = by_host(p, got);
    }
    pid = child->pid;
    *child = (struct guest_child){ 0 };
    struct rusage none = { 0 };
    if ((a[1] && space_write(p->space, a[1], &status, sizeof(status))) ||
        (a[3] && space_write(p->space, a[3], p->options.now_ns ? &none : &usage, sizeof(usage))))
        return -EFAULT;
    return pid;
}

void process_leave(const struct process *p)
{
    fflush(NULL);
    if (p->exit_signal) {
        struct rlimit none = { 0, 0 };
        setrlimit(RLIMIT_CORE, &none);   // the dump would be the simulator's
        signal(p->exit_signal, SIG_DFL);
        kill(getpid(), p->exit_signal);
    }
    _exit(process_status(p));
}
