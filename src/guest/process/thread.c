// Threads of the guest: how they begin, end and are ended.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guest/process/block.h"
#include "guest/process/hostsig.h"
#include "guest/process/loader.h"
#include "guest/process/timers.h"

enum { JOIN_TRIES = 500, JOIN_MS = 10 };

bool thread_ends(const struct thread *t)
{
    const struct process *p = t->process;
    return t->exited || __atomic_load_n(&p->exited, __ATOMIC_ACQUIRE) ||
           (p->survivor && p->survivor != t) ||
           (p->options.stop && __atomic_load_n(p->options.stop, __ATOMIC_RELAXED));
}

struct thread *thread_find(struct process *p, int tid)
{
    for (struct thread *t = p->threads; t; t = t->next)
        if (t->tid == tid && !t->left && !__atomic_load_n(&t->exited, __ATOMIC_RELAXED))
            return t;
    return NULL;
}

bool process_alone(const struct process *p)
{
    return __atomic_load_n(&p->thread_count, __ATOMIC_RELAXED) == 1 && !p->forks &&
           !timers_armed(p) && !p->forwarded;
}

static void kick_all(struct process *p)
{
    for (struct thread *t = p->threads; t; t = t->next)
        block_kick(t);
}

static void end_locked(struct process *p, int status, int sig)
{
    if (!p->exited) {
        p->exit_status = status;
        p->exit_signal = sig;
        __atomic_store_n(&p->exited, true, __ATOMIC_RELEASE);
    }
    kick_all(p);
}

void process_end(struct process *p, int status, int sig)
{
    pthread_mutex_lock(&p->lock);
    end_locked(p, status, sig);
    pthread_mutex_unlock(&p->lock);
}

void process_stop(struct process *p)
{
    process_end(p, 0, 0);
}

static void tell_deadlock(struct process *p)
{
    FILE *f = p->options.messages ? p->options.messages : stderr;
    const char *who =
        p->thread_count > 1 ? "all of the guest's threads wait" : "the guest's only thread waits";
    fprintf(f, "m2sim: deadlock: %s for ever (futex)\n", who);
}

i64 process_deadlock(struct thread *t)
{
    tell_deadlock(t->process);
    t->exited = true;
    process_kill(t->process, SIGKILL);
    return -EINTR;
}

void process_deadlock_locked(struct process *p)
{
    tell_deadlock(p);
    end_locked(p, 0, SIGKILL);
}

void thread_begin(struct thread *t)
{
    block_switch(t);
    t->begun = true;
}

static void remove_signals(struct process *p, const struct thread *t)
{
    int n = 0;
    for (int i = 0; i < p->queued; i++)
        if (p->queue[i].to != t)
            p->queue[n++] = p->queue[i];
    p->queued = n;
}

void thread_free(struct thread *t)
{
    free(t->held);
    free(t->held_as);
    free(t->call.fds);
    free(t);
}

bool thread_end(struct thread *t)
{
    struct process *p = t->process;
    if (t->call.waits)
        call_end(t);
    fds_put(t);
    pthread_mutex_lock(&p->lock);
    t->left = true;
    remove_signals(p, t);
    block_thread_ends(t);
    for (struct thread **at = &p->threads; *at; at = &(*at)->next)
        if (*at == t) {
            *at = t->next;
            break;
        }
    bool orphaned = __atomic_sub_fetch(&p->thread_count, 1, __ATOMIC_RELAXED) == 0 && p->orphan,
         main = t == p->main;
    if (hostsig_any(p))
        kick_all(p);   // it took some for the others and looked at none
    pthread_cond_broadcast(&p->gone);
    pthread_mutex_unlock(&p->lock);   // *p may be gone from here on
    if (!main)
        thread_free(t);
    return orphaned;
}

// Waits until `count` threads are left.
static bool join(struct process *p, int count)
{
    pthread_mutex_lock(&p->lock);
    for (int tries = 0; p->thread_count > count && tries < JOIN_TRIES;) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += JOIN_MS * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&p->gone, &p->lock, &until);
        if (hostsig_any(p))
            kick_all(p);   // who is in here looks at no signals
        bool ending = p->exited || p->survivor || (p->options.stop && *p->options.stop);
        tries += ending;
        if (ending)
            kick_all(p);
    }
    bool done = p->thread_count <= count;
    pthread_mutex_unlock(&p->lock);
    return done;
}

bool process_join(struct process *p)
{
    return join(p, 0);
}

// Where threads take turns, the others are not in the middle of anything.
static void end_others(struct thread *t)
{
    struct process *p = t->process;
    for (struct thread *other = p->threads, *next; other; other = next) {
        next = other->next;
        if (other != t)
            thread_end(other);
    }
    block_switch(t);
}

bool thread_alone(struct thread *t)
{
    struct process *p = t->process;
    pthread_mutex_lock(&p->lock);
    bool first = !p->survivor;
    if (first)
        p->survivor = t;
    kick_all(p);
    pthread_mutex_unlock(&p->lock);
    if (!first)
        return false;
    if (!p->policy->parallel)
        end_others(t);
    bool alone = join(p, 1);
    p->survivor = NULL;
    t->tid = p->pid;
    p->alive = 1;
    return alone;
}

static enum sys_result look(struct thread *t)
{
    bool look = __atomic_load_n(&t->kicked, __ATOMIC_RELAXED) || signal_pending(t) & ~t->sigmask ||
                thread_ends(t);
    return look ? process_signals(t) : SYS_CONTINUE;
}

enum sys_result process_boundary(struct thread *t)
{
    struct process *p = t->process;
    t->used += t->ran;
    t->ran = 0;
    if (sched_left(t))
        return look(t);
    t->used = 0;
    if (timers_armed(p))
        timers_check(p);
    t->passed = !p->policy->parallel && p->thread_count > 1;
    return t->passed ? SYS_TURN : look(t);
}

enum sys_result process_resume(struct thread *t)
{
    struct process *p = t->process;
    block_switch(t);
    if (t->call.waits) {
        enum sys_result r = linux_resume(t);
        return r == SYS_CONTINUE ? process_boundary(t) : r;
    }
    if (t->passed && p->thread_count > 1 && !rseq_abort(t))
        process_kill(p, SIGSEGV);
    t->passed = false;
    return look(t);
}

// ---- system calls

static struct thread *new_thread(struct thread *parent, const u64 a[6])
{
    struct process *p = parent->process;
    struct thread *t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    t->cpu.regs = parent->cpu.regs;
    t->process = p;
    t->sigmask = parent->sigmask;
    t->affinity = parent->affinity;
    t->slack = t->slack_default = parent->slack;
    t->no_new_privileges = parent->no_new_privileges;
    t->cpu.x[0] = 0;
    t->cpu.monitor_size = 0;
    if (a[1])
        t->cpu.x[REG_SP] = a[1];
    if (a[0] & CLONE_SETTLS)
        t->cpu.tpidr = a[3];
    memcpy(t->name, parent == p->main ? p->name : parent->name, sizeof(t->name));
    return t;
}

static void link_last(struct process *p, struct thread *t)
{
    struct thread **at = &p->threads;
    while (*at)
        at = &(*at)->next;
    *at = t;
    __atomic_add_fetch(&p->thread_count, 1, __ATOMIC_RELAXED);
    p->alive++;
}

static void unlink_last(struct process *p, const struct thread *t)
{
    struct thread **at = &p->threads;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    __atomic_sub_fetch(&p->thread_count, 1, __ATOMIC_RELAXED);
    p->alive--;
}

i64 clone_thread(struct thread *parent, const u64 a[6])
{
    struct process *p = parent->process;
    const u64 needed = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
    if ((a[0] & needed) != needed)
        return -EINVAL;
    bool offered = !p->policy->parallel || p->options.spawn;
    struct thread *t = offered ? new_thread(parent, a) : NULL;
    if (!t)
        return offered ? -ENOMEM : -ENOSYS;
    pthread_mutex_lock(&p->lock);
    bool room = p->thread_count < GUEST_THREADS && !p->exited && !p->survivor;
    if (room) {
        t->tid = ++p->last_pid;
        link_last(p, t);
    }
    int tid = t->tid;
    if (p->policy->parallel)
        __atomic_store_n(&p->space->parallel, true, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&p->lock);
    t->clear_child_tid = a[0] & CLONE_CHILD_CLEARTID ? a[4] : 0;
    if (room && a[0] & CLONE_PARENT_SETTID)
        space_write(p->space, a[2], &tid, sizeof(tid));
    if (room && a[0] & CLONE_CHILD_SETTID)
        space_write(p->space, a[4], &tid, sizeof(tid));
    if (room && (!p->policy->parallel || p->options.spawn(p->options.spawn_ctx, t))) {
        __atomic_add_fetch(&p->threads_made, 1, __ATOMIC_RELAXED);
        return tid;
    }
    pthread_mutex_lock(&p->lock);
    if (room)
        unlink_last(p, t);
    pthread_mutex_unlock(&p->lock);
    free(t);
    return -EAGAIN;
}

i64 sys_exit_group(struct thread *t, const u64 a[6])
{
    t->exited = true;
    loader_ended(t, a[0] & 0xff);
    process_end(t->process, a[0] & 0xff, 0);
    return 0;
}

i64 sys_exit(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    pthread_mutex_lock(&p->lock);
    bool last = --p->alive == 0;   // whom the release wakes must not count it
    pthread_mutex_unlock(&p->lock);
    thread_release(t);
    pthread_mutex_lock(&p->lock);
    t->exited = true;
    if (t == p->main && !p->exited)
        p->exit_status = a[0] & 0xff;
    if (last)
        end_locked(p, p->main->exited ? t == p->main ? (int)(a[0] & 0xff) : p->exit_status : 0, 0);
    pthread_mutex_unlock(&p->lock);
    return 0;
}

i64 sys_sched_yield(struct thread *t, const u64 a[6])
{
    t->used = 0;
    return t->process->policy->yield(t);
}
