// Process groups. The guest's own first process leads one, which on the host is the one that the
// simulator was started in, with other programs; those that the guest makes are groups of the
// host, so that its kernel knows who may read the terminal and whom a stop stops.
#include <unistd.h>

#include "guest/linux.h"

// Its parent may have made it a leader.
static int own_group(struct process *p)
{
    if (p->parent_host && getpgid(0) == getpid())
        p->group = p->pid;
    return p->group;
}

// Whether the child is in a group whose leader is no more. Left by all, the host may give
// its number to another.
static bool in_outlived(struct guest_child *c)
{
    if (c->group && getpgid(c->host) != c->group_host)
        c->group = c->group_host = 0;
    return c->group;
}

int group_host_locked(struct process *p, int group)
{
    if (group == own_group(p))
        return getpgid(0);
    for (int i = 0; i < GUEST_CHILDREN && group > 0; i++)
        if (p->children[i].group == group && in_outlived(&p->children[i]))
            return p->children[i].group_host;
    return child_host_locked(p, group);   // which leads it, or the host knows no such group
}

int group_host(struct process *p, int group)
{
    pthread_mutex_lock(&p->lock);
    int host = group_host_locked(p, group);
    pthread_mutex_unlock(&p->lock);
    return host;
}

void group_outlives(struct process *p, const struct guest_child *leader)
{
    for (int i = 0; i < GUEST_CHILDREN; i++) {
        struct guest_child *c = &p->children[i];
        if (c->host > 0 && c->host != leader->host && getpgid(c->host) == leader->host) {
            c->group = leader->pid;
            c->group_host = leader->host;
        }
    }
}

// The guest's number of the group that is `host` on the host; 0: none of its.
static int group_shown(struct process *p, int host)
{
    int group = 0;
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < GUEST_CHILDREN && host > 0 && !group; i++)
        if (p->children[i].group_host == host && in_outlived(&p->children[i]))
            group = p->children[i].group;
    pthread_mutex_unlock(&p->lock);
    if (group)
        return group;
    return host == getpgid(0) ? own_group(p) : guest_pid(p, host);
}

i64 group_terminal(struct process *p, int host)
{
    int group = group_shown(p, host);
    return group ? group : host;
}

// Host number of the process whose group is asked for or set: itself or a child.
static int named(struct process *p, i32 pid)
{
    return !pid || pid == p->pid ? getpid() : child_host(p, pid);
}

i64 sys_setpgid(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    i32 pid = a[0], group = a[1];
    if (group < 0)
        return -EINVAL;
    int of = named(p, pid);
    if (!of)
        return -ESRCH;
    if (!group)
        group = pid ? pid : p->pid;
    bool self = of == getpid();
    if (self && !p->parent_host)   // it leads a session, if there is one
        return group == p->pid ? 0 : -EPERM;
    int to = group == (self ? p->pid : pid) ? of : group_host(p, group);
    if (!to)   // of a brother, whom only the parent knows: it calls too
        return self ? 0 : -EPERM;
    if (setpgid(of, to))
        return -errno;
    if (self)
        p->group = group;
    return 0;
}

i64 sys_getpgid(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    int of = named(p, (i32)a[0]);
    if (!of)
        return -ESRCH;
    if (of == getpid())
        return own_group(p);
    pid_t host = getpgid(of);
    return host < 0 ? -errno : group_shown(p, host);
}
