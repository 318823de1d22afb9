// System calls on time. In the timing modes the clock is the simulated one and sleeping
// costs no host time; otherwise both are the host's.
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>

#include "guest/process/block.h"

enum {
    LAST_CLOCK = CLOCK_TAI,
    TICK_NS = 10000000,         // AT_CLKTCK: 100 a second
    COARSE_NS = 4000000,        // CONFIG_HZ=250
};

static const u64 SECOND = 1000000000;

static struct timespec timespec_of(u64 ns)
{
    return (struct timespec){ ns / SECOND, ns % SECOND };
}

static bool cpu_clock(int clock)
{
    return clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}

// A negative clock names the CPU time of a process or thread; the only ones are ours.
static int known_clock(int clock)
{
    if (clock < 0)
        return clock & 4 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_PROCESS_CPUTIME_ID;
    return clock <= LAST_CLOCK && clock != 10 ? clock : -1;   // 10 was CLOCK_SGI_CYCLE
}

u64 process_now(struct process *p, int clock)
{
    return p->policy->now(p, known_clock(clock));
}

i64 time_get(struct thread *t, vaddr a, struct timespec *ts)
{
    if (space_read(t->process->space, ts, a, sizeof(*ts)))
        return -EFAULT;
    return ts->tv_sec < 0 || (u64)ts->tv_nsec >= SECOND ? -EINVAL : 0;
}

u64 time_ns(const struct timespec *ts)
{
    bool far = (u64)ts->tv_sec > INT64_MAX / SECOND / 4;
    return far ? INT64_MAX / 4 : (u64)ts->tv_sec * SECOND + (u64)ts->tv_nsec;
}

u64 time_monotonic(struct process *p, int clock, u64 until)
{
    if (clock == CLOCK_MONOTONIC)
        return until;
    u64 now = process_now(p, clock);
    return process_now(p, CLOCK_MONOTONIC) + (until > now ? until - now : 0);
}

static i64 put_time(struct thread *t, vaddr a, u64 ns)
{
    struct timespec ts = timespec_of(ns);
    return space_write(t->process->space, a, &ts, sizeof(ts));
}

i64 sys_clock_gettime(struct thread *t, const u64 a[6])
{
    if (known_clock(a[0]) < 0)
        return -EINVAL;
    return put_time(t, a[1], process_now(t->process, a[0]));
}

i64 sys_clock_getres(struct thread *t, const u64 a[6])
{
    int clock = known_clock(a[0]);
    if (clock < 0)
        return -EINVAL;
    bool coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
    return a[1] ? put_time(t, a[1], coarse ? COARSE_NS : 1) : 0;
}

i64 sys_gettimeofday(struct thread *t, const u64 a[6])
{
    struct space *s = t->process->space;
    u64 ns = process_now(t->process, CLOCK_REALTIME);
    struct timeval tv = { ns / SECOND, ns % SECOND / 1000 };
    u32 zone[2] = { 0 };
    if (a[0] && space_write(s, a[0], &tv, sizeof(tv)))
        return -EFAULT;
    return a[1] ? space_write(s, a[1], zone, sizeof(zone)) : 0;
}

static i64 sleep_on(struct thread *t, int clock, bool absolute, vaddr wanted, vaddr rest)
{
    struct process *p = t->process;
    struct timespec ts;
    u64 until = t->call.limit;
    if (!t->call.again) {
        i64 failed = time_get(t, wanted, &ts);
        if (failed)
            return failed;
        until = time_ns(&ts) + (absolute ? 0 : process_now(p, clock));
    }
    i64 r = p->policy->sleep(t, clock, until);
    if (r == -WAITS)
        t->call.limit = until;
    if (r == -EINTR && !absolute && rest) {
        u64 now = process_now(p, clock);
        put_time(t, rest, until > now ? until - now : 0);
    }
    return r;
}

i64 sys_nanosleep(struct thread *t, const u64 a[6])
{
    return sleep_on(t, CLOCK_MONOTONIC, false, a[0], a[1]);
}

i64 sys_clock_nanosleep(struct thread *t, const u64 a[6])
{
    int clock = known_clock(a[0]);
    if (clock < 0 || cpu_clock(clock) || a[1] & ~(u64)TIMER_ABSTIME)
        return -EINVAL;
    return sleep_on(t, clock, a[1] & TIMER_ABSTIME, a[2], a[3]);
}

i64 sys_times(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    i64 tms[4] = { process_now(p, CLOCK_PROCESS_CPUTIME_ID) / TICK_NS };
    if (a[0] && space_write(p->space, a[0], tms, sizeof(tms)))
        return -EFAULT;
    return process_now(p, CLOCK_BOOTTIME) / TICK_NS;
}

i64 sys_getrusage(struct thread *t, const u64 a[6])
{
    int who = a[0];
    struct rusage r = { 0 };   // the same on both
    if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
        return -EINVAL;
    if (who != RUSAGE_CHILDREN && t->process->policy->parallel) {
        getrusage(who, &r);
    } else if (who != RUSAGE_CHILDREN) {
        u64 ns = process_now(t->process, CLOCK_PROCESS_CPUTIME_ID);
        r.ru_utime = (struct timeval){ ns / SECOND, ns % SECOND / 1000 };
    }
    return space_write(t->process->space, a[1], &r, sizeof(r));
}
