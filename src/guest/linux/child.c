// Children by their numbers. On the host one that has ended keeps its number until it is reaped,
// and it is reaped nowhere but here, with the process locked, as it leaves the table: so no number
// in the table is ever another process's. The host's kernel is never asked to reap by itself.
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/process/hostsig.h"

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

// Whether children that end now are gone at once, as nobody cares to wait for them.
static bool unwaited(const struct process *p)
{
    const struct guest_action *a = &p->actions[SIGCHLD];
    return a->handler == (u64)SIG_IGN || a->flags & SA_NOCLDWAIT;
}

static bool has_ended(const siginfo_t *info)
{
    int code = info->si_code;
    return code == CLD_EXITED || code == CLD_KILLED || code == CLD_DUMPED;
}

static void gone(struct process *p, struct guest_child *c)
{
    group_outlives(p, c);
    *c = (struct guest_child){ 0 };
}

// If it has ended: it is gone, or stays until somebody waits, whatever the guest says from then on.
static void settle(struct process *p, struct guest_child *c)
{
    siginfo_t info = { 0 };
    if (!c->pid || c->host <= 0 || c->stays)
        return;
    if (waitid(P_PID, (id_t)c->host, &info, WEXITED | WNOHANG | WNOWAIT))
        gone(p, c);   // reaped by a program that has the simulator in it
    else if (info.si_pid && !unwaited(p))
        c->stays = true;
    else if (info.si_pid && !waitid(P_PID, (id_t)c->host, &info, WEXITED | WNOHANG))
        gone(p, c);
}

void children_settle(struct process *p)
{
    for (int i = 0; i < GUEST_CHILDREN; i++)
        settle(p, &p->children[i]);
}

void children_ended(struct process *p)
{
    pthread_mutex_lock(&p->lock);
    if (unwaited(p))
        children_settle(p);
    pthread_mutex_unlock(&p->lock);
}

int child_host_locked(struct process *p, int pid)
{
    struct guest_child *c = pid > 0 ? by_pid(p, pid) : NULL;
    if (c)
        settle(p, c);
    return c ? c->host : 0;
}

int child_host(struct process *p, int pid)
{
    pthread_mutex_lock(&p->lock);
    int host = child_host_locked(p, pid);
    pthread_mutex_unlock(&p->lock);
    return host;
}

struct guest_child *child_reserve(struct process *p)
{
    pthread_mutex_lock(&p->lock);
    struct guest_child *place = by_pid(p, 0);
    if (!place) {
        children_settle(p);
        place = by_pid(p, 0);
    }
    if (place) {
        *place = (struct guest_child){ .pid = ++p->last_pid };
        p->forks = true;
        hostsig_catch(p, SIGCHLD);
    }
    pthread_mutex_unlock(&p->lock);
    return place;
}

int child_told(struct process *p, int only, siginfo_t *info, int flags, struct rusage *usage)
{
    pthread_mutex_lock(&p->lock);
    struct guest_child *c = by_host(p, info->si_pid);
    bool other = c && only && c->pid != only;   // which got the number meanwhile
    if (c && !other)
        settle(p, c);
    int pid = c && !other ? c->pid : 0;
    // One that is none of the guest's is not to be told again.
    bool take = !c || (pid && !(flags & WNOWAIT));
    if (take &&
        (syscall(SYS_waitid, P_PID, info->si_pid, info, (flags & ~WNOWAIT) | WNOHANG, usage) ||
         !info->si_pid))
        pid = 0;   // another thread was faster
    else if (take && c && has_ended(info))
        gone(p, c);
    pthread_mutex_unlock(&p->lock);
    return pid;
}

bool children_any(struct process *p)
{
    bool any = false;
    children_ended(p);
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
