#include "guest/process/timers.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "guest/memory/bounds.h"
#include "guest/process/block.h"

static const u64 SECOND = 1000000000;

enum { INTERVALS = 3, SIGEV_SIGNAL_KIND = 0, SIGEV_NONE_KIND = 1, SIGEV_TID_KIND = 4 };

// The clock and signal of setitimer's three.
static const struct {
    int clock, sig;
} intervals[INTERVALS] = {
    { CLOCK_MONOTONIC, SIGALRM },
    { CLOCK_PROCESS_CPUTIME_ID, SIGVTALRM },
    { CLOCK_PROCESS_CPUTIME_ID, SIGPROF },
};

static struct timer_times *times_of(struct guest_timer *m)
{
    return m->shared ? &m->shared->times : &m->own;
}

// When it is due; 0: it is not running.
static u64 due_of(const struct guest_timer *m)
{
    const u64 *due = m->shared ? &m->shared->times.due : &m->own.due;
    return m->kind ? __atomic_load_n(due, __ATOMIC_ACQUIRE) : 0;
}

// Whether the timer goes by the clock of this process: another's may be ahead. It goes by that of
// the one that set it, as long as that has it. To be asked after due_of, which is set last.
static bool is_counted_here(struct guest_timer *m)
{
    if (!m->shared)
        return true;
    int self = getpid(), by = __atomic_load_n(&m->shared->counts, __ATOMIC_SEQ_CST);
    return by == self || ((!by || bounds_ended(by)) &&
                          __atomic_compare_exchange_n(&m->shared->counts, &by, self, false,
                                                      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

bool timers_armed(const struct process *p)
{
    for (int i = 0; i < GUEST_TIMERS; i++)
        if (due_of(&p->timers[i]) || (p->timers[i].kind == TIMER_FD && p->forks))
            return true;   // a timer that others have they may start
    return false;
}

u64 timers_next(struct process *p)
{
    u64 next = UINT64_MAX;
    for (int i = 0; i < GUEST_TIMERS; i++) {
        u64 due = due_of(&p->timers[i]);
        if (!due || !is_counted_here(&p->timers[i]))
            continue;
        due = time_monotonic(p, p->timers[i].clock, due);
        next = due < next ? due : next;
    }
    return next;
}

// Lets the host kick a waiting thread when the next timer is due.
static void arm_host(struct process *p)
{
    if (!p->policy->parallel)
        return;
    u64 next = timers_next(p);
    if (!p->has_host_timer) {
        struct sigevent how = { .sigev_notify = SIGEV_SIGNAL,
                                .sigev_signo = KICK,
                                .sigev_value.sival_ptr = p };
        if (next == UINT64_MAX || timer_create(CLOCK_MONOTONIC, &how, (timer_t *)&p->host_timer))
            return;
        p->has_host_timer = true;
    }
    struct itimerspec when = { 0 };
    if (next != UINT64_MAX)
        when.it_value = (struct timespec){ next / SECOND, next % SECOND + 1 };
    if (when.it_value.tv_nsec >= (long)SECOND)
        when.it_value = (struct timespec){ when.it_value.tv_sec + 1, 0 };
    timer_settime((timer_t)p->host_timer, TIMER_ABSTIME, &when, NULL);
}

static void fire(struct process *p, struct guest_timer *m, u64 times)
{
    m->overrun = times - 1;
    if (m->kind == TIMER_FD) {
        if (write(m->event, &times, sizeof(times)) < 0)
            return;   // nobody has read it for 2^64 times: it does not wait for that
    } else if (m->sig) {
        struct guest_siginfo info = { .sig = m->sig, .code = SI_KERNEL };
        if (m->kind == TIMER_SIGNAL) {
            info.code = SI_TIMER;
            info.pid = m->number;
            info.uid = (int)m->overrun;
            info.value = m->value;
        }
        if (m->tid)
            signal_queue_tid(p, m->tid, &info);
        else
            signal_queue(p, NULL, &info);
    }
}

void timers_check(struct process *p)
{
    if (!timers_armed(p))
        return;
    for (int i = 0; i < GUEST_TIMERS; i++) {
        struct guest_timer *m = &p->timers[i];
        u64 set = due_of(m);
        if (!set || !is_counted_here(m))
            continue;
        u64 now = process_now(p, m->clock);
        pthread_mutex_lock(&p->lock);
        bool due = set == due_of(m) && now >= set;
        u64 interval = due ? times_of(m)->interval : 0;
        u64 times = interval ? (now - set) / interval + 1 : 1;
        due = due && __atomic_compare_exchange_n(&times_of(m)->due, &set,
                                                 interval ? set + times * interval : 0, false,
                                                 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
        pthread_mutex_unlock(&p->lock);
        if (due)
            fire(p, m, times);
    }
    arm_host(p);
}

void timers_free(struct process *p)
{
    if (p->has_host_timer)
        timer_delete((timer_t)p->host_timer);
    p->has_host_timer = false;
}

void timers_clear(struct process *p, bool itimers_too)
{
    for (int i = 0; i < GUEST_TIMERS; i++) {
        struct guest_timer *m = &p->timers[i];
        if (m->kind == TIMER_SIGNAL || (m->kind == TIMER_INTERVAL && itimers_too))
            *m = (struct guest_timer){ 0 };
    }
    if (itimers_too)
        p->has_host_timer = false;   // a child has none of its parent's
    arm_host(p);
}

// ---- what the system calls share

static struct guest_timer *find(struct process *p, enum timer_kind kind, int number)
{
    for (int i = 0; i < GUEST_TIMERS; i++)
        if (p->timers[i].kind == kind && p->timers[i].number == number)
            return &p->timers[i];
    return NULL;
}

static struct guest_timer *new_timer(struct process *p)
{
    for (int i = 0; i < GUEST_TIMERS; i++)
        if (p->timers[i].kind == TIMER_FREE)
            return &p->timers[i];
    return NULL;
}

// Interval and time left, as the four words of itimerspec (ns) or itimerval (us).
static i64 put_left(struct thread *t, vaddr to, const struct guest_timer *m, u64 unit)
{
    u64 due = m ? due_of(m) : 0, now = due ? process_now(t->process, m->clock) : 0;
    u64 left = !due ? 0 : due > now ? due - now : 1;
    u64 interval = !m ? 0 : m->shared ? m->shared->times.interval : m->own.interval;
    if (unit > 1 && left)
        left += unit - 1;
    const u64 words[4] = { interval / SECOND, interval % SECOND / unit, left / SECOND,
                           left % SECOND / unit };
    return to ? space_write(t->process->space, to, words, sizeof(words)) : 0;
}

static i64 take_times(struct timespec ts[2], u64 unit, u64 *interval, u64 *value)
{
    for (int i = 0; i < 2; i++) {
        if (ts[i].tv_sec < 0 || (u64)ts[i].tv_nsec >= SECOND / unit)
            return -EINVAL;
        ts[i].tv_nsec *= (long)unit;
    }
    *interval = time_ns(&ts[0]);
    *value = time_ns(&ts[1]);
    return 0;
}

static i64 get_times(struct thread *t, vaddr from, u64 unit, u64 *interval, u64 *value)
{
    struct timespec ts[2];
    bool failed = space_read(t->process->space, ts, from, sizeof(ts));
    return failed ? -EFAULT : take_times(ts, unit, interval, value);
}

// Forgets what is to be read of a timerfd.
static void drain(int event)
{
    u64 count;
    (void)!read(event, &count, sizeof(count));
}

static void set(struct process *p, struct guest_timer *m, u64 interval, u64 value, bool absolute)
{
    u64 now = absolute || !value ? 0 : process_now(p, m->clock);
    struct timer_times *times = times_of(m);
    __atomic_store_n(&times->due, 0, __ATOMIC_SEQ_CST);   // no process takes one for the other
    if (m->shared) {
        drain(m->event);
        __atomic_store_n(&m->shared->counts, getpid(), __ATOMIC_SEQ_CST);
    }
    pthread_mutex_lock(&p->lock);
    times->interval = interval;
    __atomic_store_n(&times->due, value ? value + now : 0, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&p->lock);
    timers_check(p);
    arm_host(p);
}

// ---- setitimer

i64 sys_getitimer(struct thread *t, const u64 a[6])
{
    if (a[0] >= INTERVALS)
        return -EINVAL;
    return put_left(t, a[1], find(t->process, TIMER_INTERVAL, a[0]), 1000);
}

i64 sys_setitimer(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u64 interval = 0, value = 0;
    if (a[0] >= INTERVALS)
        return -EINVAL;
    i64 failed = a[1] ? get_times(t, a[1], 1000, &interval, &value) : 0;
    if (failed)
        return failed;
    struct guest_timer *m = find(p, TIMER_INTERVAL, a[0]);
    failed = put_left(t, a[2], m, 1000);
    if (failed || (!m && !value))
        return failed;
    if (!m)
        m = new_timer(p);
    if (!m)
        return -ENOMEM;
    if (!m->kind)
        *m = (struct guest_timer){ .kind = TIMER_INTERVAL,
                                   .number = (int)a[0],
                                   .clock = intervals[a[0]].clock,
                                   .sig = intervals[a[0]].sig };
    set(p, m, interval, value, false);
    return 0;
}

// ---- timer_create

// struct sigevent begins so on both.
struct guest_event {
    u64 value;
    i32 sig, notify, tid;
};

i64 sys_timer_create(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    struct guest_event e = { .sig = SIGALRM };
    if (a[1] && space_read(p->space, &e, a[1], 20))
        return -EFAULT;
    struct timespec res;
    i32 clock = a[0];
    bool signals = e.notify != SIGEV_NONE_KIND;
    if ((e.notify != SIGEV_SIGNAL_KIND && e.notify != SIGEV_TID_KIND && signals) ||
        (signals && (e.sig < 1 || e.sig > GUEST_SIGNALS)) || clock < 0 || clock > CLOCK_TAI ||
        clock_getres(clock, &res))
        return -EINVAL;
    struct guest_timer *m = new_timer(p);
    if (!m)
        return -EAGAIN;
    int number = 0;
    while (find(p, TIMER_SIGNAL, number))
        number++;
    if (space_write(p->space, a[2], &number, sizeof(number)))
        return -EFAULT;
    *m = (struct guest_timer){ .kind = TIMER_SIGNAL,
                               .number = number,
                               .clock = clock,
                               .sig = signals ? e.sig : 0,
                               .tid = e.notify == SIGEV_TID_KIND ? e.tid : 0,
                               .value = a[1] ? e.value : (u64)number };
    return 0;
}

i64 sys_timer_settime(struct thread *t, const u64 a[6])
{
    u64 interval, value;
    struct guest_timer *m = find(t->process, TIMER_SIGNAL, a[0]);
    if (!m)
        return -EINVAL;
    i64 failed = get_times(t, a[2], 1, &interval, &value);
    failed = failed ? failed : put_left(t, a[3], m, 1);
    if (!failed)
        set(t->process, m, interval, value, a[1] & TIMER_ABSTIME);
    return failed;
}

i64 sys_timer_gettime(struct thread *t, const u64 a[6])
{
    struct guest_timer *m = find(t->process, TIMER_SIGNAL, a[0]);
    return m ? a[1] ? put_left(t, a[1], m, 1) : -EFAULT : -EINVAL;
}

i64 sys_timer_getoverrun(struct thread *t, const u64 a[6])
{
    struct guest_timer *m = find(t->process, TIMER_SIGNAL, a[0]);
    return m ? (i64)m->overrun : -EINVAL;
}

i64 sys_timer_delete(struct thread *t, const u64 a[6])
{
    struct guest_timer *m = find(t->process, TIMER_SIGNAL, a[0]);
    if (!m)
        return -EINVAL;
    pthread_mutex_lock(&t->process->lock);
    *m = (struct guest_timer){ 0 };
    pthread_mutex_unlock(&t->process->lock);
    return 0;
}

// ---- timerfd. Where time is the host's, its own. Where it is simulated, an eventfd that is written
// to by the process by whose clock the timer goes; all that have it share its times.

// The timer that `fd` is; NULL with *failed.
static struct guest_timer *of_fd(struct thread *t, u64 fd, i64 *failed)
{
    u64 place;
    int host = fd_get(t, fd);
    *failed = host < 0 ? -EBADF : -EINVAL;
    return host >= 0 && fd_kind(t, host, &place) == FD_TIMER ? &t->process->timers[place] : NULL;
}

void timers_hold(struct process *p, u64 place)
{
    __atomic_fetch_add(&p->timers[place].files, 1, __ATOMIC_RELAXED);
}

void timers_put(struct process *p, u64 place)
{
    struct guest_timer *m = &p->timers[place];
    if (__atomic_sub_fetch(&m->files, 1, __ATOMIC_RELAXED))
        return;
    int self = getpid();   // others may have it still
    __atomic_compare_exchange_n(&m->shared->counts, &self, 0, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    close(m->event);
    munmap(m->shared, sizeof(*m->shared));
    *m = (struct guest_timer){ 0 };
}

static i64 new_simulated(struct process *p, u32 clock, u32 flags)
{
    struct guest_timer *m = new_timer(p);
    if (!m)
        return -EMFILE;
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int copy = event < 0 ? -1 : fcntl(event, F_DUPFD_CLOEXEC, 3);
    struct timer_shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (copy < 0 || shared == MAP_FAILED) {
        i64 error = shared == MAP_FAILED ? -ENOMEM : -errno;
        if (copy >= 0)
            close(copy);
        if (event >= 0)
            close(event);
        if (shared != MAP_FAILED)
            munmap(shared, sizeof(*shared));
        return error;
    }
    shared->waits = !(flags & TFD_NONBLOCK);
    *m = (struct guest_timer){
        .kind = TIMER_FD, .clock = (int)clock, .event = event, .shared = shared
    };
    return fd_new_kind(p, copy, FD_TIMER, (u64)(m - p->timers), flags & TFD_CLOEXEC, 0);
}

i64 sys_timerfd_create(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    u32 clock = a[0], flags = a[1];
    if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME) ||
        flags & ~(u32)(TFD_CLOEXEC | TFD_NONBLOCK))
        return -EINVAL;
    if (!p->policy->parallel)
        return new_simulated(p, clock, flags);
    i64 host = host_result(timerfd_create((int)clock, (int)(flags | TFD_CLOEXEC)));
    return fd_new(p, host, flags & TFD_CLOEXEC, 0);
}

bool timerfd_waits(const struct process *p, u64 place)
{
    return __atomic_load_n(&p->timers[place].shared->waits, __ATOMIC_RELAXED);
}

void timerfd_set_waits(struct process *p, u64 place, bool waits)
{
    __atomic_store_n(&p->timers[place].shared->waits, waits, __ATOMIC_RELAXED);
}

i64 timerfd_read(struct thread *t, int host, u64 place, const struct iovec *to, int count,
                 u64 flags)
{
    i64 r = host_result(preadv2(host, to, count, -1, (int)flags));
    if (r != -EAGAIN || flags & RWF_NOWAIT || !timerfd_waits(t->process, place))
        return r;
    if (sched_interrupted(t))
        return -RESTART;
    struct pollfd fd = { host, POLLIN, 0 };
    return sched_wait(t, &(struct thread_wait){ .fds = &fd, .n = 1, .until = UINT64_MAX });
}

static i64 settime_host(struct thread *t, const u64 a[6], const struct itimerspec *new)
{
    struct itimerspec old;
    int host = fd_get(t, a[0]);
    if (host < 0)
        return host;
    i64 failed = host_result(timerfd_settime(host, (int)a[1], new, &old));
    return failed || !a[3] ? failed : space_write(t->process->space, a[3], &old, sizeof(old));
}

i64 sys_timerfd_settime(struct thread *t, const u64 a[6])
{
    u64 interval, value;
    struct itimerspec new;
    i64 failed;
    if (space_read(t->process->space, &new, a[2], sizeof(new)))
        return -EFAULT;
    struct timespec times[2] = { new.it_interval, new.it_value };
    if ((u32)a[1] & ~(u32)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET) ||
        take_times(times, 1, &interval, &value))
        return -EINVAL;
    if (t->process->policy->parallel)
        return settime_host(t, a, &new);
    struct guest_timer *m = of_fd(t, a[0], &failed);
    if (!m)
        return failed;
    failed = put_left(t, a[3], m, 1);
    set(t->process, m, interval, value, a[1] & TFD_TIMER_ABSTIME);
    return failed;
}

i64 sys_timerfd_gettime(struct thread *t, const u64 a[6])
{
    i64 failed;
    struct process *p = t->process;
    if (!p->policy->parallel) {
        struct guest_timer *m = of_fd(t, a[0], &failed);
        return !m ? failed : a[1] ? put_left(t, a[1], m, 1) : -EFAULT;
    }
    struct itimerspec left;
    int host = fd_get(t, a[0]);
    failed = host < 0 ? host : host_result(timerfd_gettime(host, &left));
    return failed ? failed : space_write(p->space, a[1], &left, sizeof(left));
}
