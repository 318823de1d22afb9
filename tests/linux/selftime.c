// A benchmark that measures itself, by every clock and counter there is: 20 dependent
// additions take 20 cycles, 5.708 ns at the M2's 3.504 GHz. `selftime emulated` checks
// what there is without a timing model.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { LOOPS = 50000, CYCLES = 20 * LOOPS, INSTRUCTIONS = 22 * LOOPS };

static const double NS = CYCLES / 3.504;

static void adds(void)
{
    uint64_t n = LOOPS, x = 0;
    __asm__ volatile("1: .rept 20\n add %1, %1, #1\n .endr\n subs %0, %0, #1\n b.ne 1b"
                     : "+r"(n), "+r"(x)
                     :
                     : "cc");
    CHECK(x == 20 * LOOPS);
}

static int near(double got, double want, double tolerance)
{
    return got >= want * (1 - tolerance) && got <= want * (1 + tolerance);
}

#define CHECK_NEAR(got, want, tolerance)                                                           \
    do {                                                                                           \
        double got_ = (double)(got), want_ = (double)(want);                                              \
        if (!near(got_, want_, tolerance))                                                                \
            fprintf(stderr, "%s: %g, wanted %g\n", #got, got_, want_);                                    \
        CHECK(near(got_, want_, tolerance));                                                              \
    } while (0)

static double ns_of(clockid_t clock)
{
    struct timespec t;
    CHECK(!clock_gettime(clock, &t));
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint64_t ticks(void)
{
    uint64_t t;
    __asm__ volatile("isb\n mrs %0, cntvct_el0" : "=r"(t));
    return t;
}

static double user_seconds(void)
{
    struct rusage r;
    CHECK(!getrusage(RUSAGE_SELF, &r));
    return (double)r.ru_utime.tv_sec + (double)r.ru_utime.tv_usec / 1e6;
}

static void clocks_agree(void)
{
    static const clockid_t clock[] = { CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_PROCESS_CPUTIME_ID,
                                       CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW };
    for (size_t k = 0; k < sizeof(clock) / sizeof(*clock); k++) {
        double start = ns_of(clock[k]);
        adds();
        CHECK_NEAR(ns_of(clock[k]) - start, NS, 0.005);
    }
    struct timeval a, b;
    gettimeofday(&a, NULL);
    adds();
    gettimeofday(&b, NULL);
    CHECK_NEAR((b.tv_sec - a.tv_sec) * 1e6 + (double)(b.tv_usec - a.tv_usec), NS / 1e3, 0.01);
    double before = user_seconds();
    adds();
    CHECK_NEAR(user_seconds() - before, NS / 1e9, 0.01);
    uint64_t frequency, start = ticks();
    adds();
    uint64_t taken = ticks() - start;
    __asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
    CHECK(frequency == 24000000);
    CHECK_NEAR(taken, NS * 24e6 / 1e9, 0.005);
    struct tms tms;
    CHECK(times(&tms) != -1);
    CHECK(tms.tms_utime == (clock_t)(user_seconds() * 100));
}

static int counter(uint32_t type, uint64_t config, uint64_t format, int group)
{
    struct perf_event_attr a = { .type = type,
                                 .size = sizeof(a),
                                 .config = config,
                                 .read_format = format,
                                 .disabled = group == -1,
                                 .exclude_kernel = 1,
                                 .exclude_hv = 1 };
    return (int)syscall(SYS_perf_event_open, &a, 0, -1, group, 0);
}

static uint64_t value(int fd)
{
    uint64_t v;
    CHECK(read(fd, &v, sizeof(v)) == sizeof(v));
    return v;
}

static uint64_t counted(uint32_t type, uint64_t config)
{
    int fd = counter(type, config, 0, -1);
    CHECK(fd >= 0);
    CHECK(value(fd) == 0);
    CHECK(!ioctl(fd, PERF_EVENT_IOC_ENABLE, 0));
    adds();
    CHECK(!ioctl(fd, PERF_EVENT_IOC_DISABLE, 0));
    uint64_t v = value(fd);
    adds();
    CHECK(value(fd) == v);
    CHECK(!ioctl(fd, PERF_EVENT_IOC_RESET, 0) && value(fd) == 0);
    close(fd);
    return v;
}

#define CACHE(what, op, result)                                                                    \
    (PERF_COUNT_HW_CACHE_##what | PERF_COUNT_HW_CACHE_OP_##op << 8 |                               \
     PERF_COUNT_HW_CACHE_RESULT_##result << 16)

static void counters_agree(void)
{
    CHECK_NEAR(counted(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES), CYCLES, 0.005);
    CHECK_NEAR(counted(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS), INSTRUCTIONS, 0.0001);
    CHECK_NEAR(counted(PERF_TYPE_RAW, 0x11), CYCLES, 0.005);
    CHECK_NEAR(counted(PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS), LOOPS, 0.005);
    CHECK_NEAR(counted(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK), NS, 0.005);
    CHECK(counted(PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES) < 20);
    CHECK(counted(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES) < 20);
    CHECK(counted(PERF_TYPE_HW_CACHE, CACHE(DTLB, READ, MISS)) < 20);
    CHECK(counted(PERF_TYPE_HW_CACHE, CACHE(LL, READ, MISS)) < 20);
    // Nearly nothing but the additions' chain holds the core up, and it does all the time.
    CHECK_NEAR(counted(PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND),
               CYCLES * (1 - 21.0 / 160), 0.02);
}

static void groups_are_read_at_once(void)
{
    uint64_t format = PERF_FORMAT_GROUP | PERF_FORMAT_ID | PERF_FORMAT_TOTAL_TIME_ENABLED |
                      PERF_FORMAT_TOTAL_TIME_RUNNING;
    struct {
        uint64_t count, enabled, running;
        struct {
            uint64_t value, id;
        } each[2];
    } g;
    uint64_t id;
    int leader = counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, format, -1);
    int member = counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, format, leader);
    CHECK(leader >= 0 && member >= 0);
    adds();   // not counted: the leader is disabled
    CHECK(!ioctl(leader, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP));
    adds();
    CHECK(!ioctl(leader, PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP));
    CHECK(read(leader, &g, sizeof(g)) == sizeof(g) && g.count == 2);
    CHECK_NEAR(g.each[0].value, CYCLES, 0.005);
    CHECK_NEAR(g.each[1].value, INSTRUCTIONS, 0.0001);
    CHECK_NEAR(g.enabled, NS, 0.005);
    CHECK(g.running == g.enabled);
    CHECK(!ioctl(member, PERF_EVENT_IOC_ID, &id) && id == g.each[1].id && id != g.each[0].id);
    CHECK(read(leader, &g, 8) == -1 && errno == ENOSPC);
    int copy = dup(leader);
    close(leader);
    CHECK(read(copy, &g, sizeof(g)) == sizeof(g));
    close(copy);
    close(member);
}

static void what_is_not_there_is_refused(void)
{
    struct perf_event_attr a = { .type = PERF_TYPE_HARDWARE,
                                 .size = sizeof(a),
                                 .sample_period = 1000 };
    CHECK(syscall(SYS_perf_event_open, &a, 0, -1, -1, 0) == -1 && errno == EOPNOTSUPP);
    a.sample_period = 0;
    CHECK(syscall(SYS_perf_event_open, &a, 0, -1, 0, 0) == -1 && errno == EBADF);
    CHECK(syscall(SYS_perf_event_open, &a, 99999, -1, -1, 0) == -1 && errno == ESRCH);
    CHECK(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0) == -1 && errno == EFAULT);
    a.size = 8;
    CHECK(syscall(SYS_perf_event_open, &a, 0, -1, -1, 0) == -1 && errno == E2BIG);
    CHECK(a.size >= PERF_ATTR_SIZE_VER0);
    CHECK(counter(PERF_TYPE_HARDWARE, 999, 0, -1) == -1 && errno == ENOENT);
    CHECK(counter(PERF_TYPE_RAW, 0xfff, 0, -1) == -1 && errno == ENOENT);
    CHECK(counter(PERF_TYPE_TRACEPOINT, 1, 0, -1) == -1 && errno == ENOENT);
    for (int k = 0; k < 2000; k++)   // closed ones are forgotten
        close(counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, 0, -1));
    CHECK(counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, 0, -1) >= 0);
}

// Of the whole run: the runner compares with the report.
static void print_totals(int cycles, int instructions)
{
    printf("%llu %llu\n", (unsigned long long)value(cycles),
           (unsigned long long)value(instructions));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        CHECK_NEAR(counted(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS), INSTRUCTIONS, 0.0001);
        CHECK(counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, 0, -1) == -1 &&
              errno == ENOENT);
        return 0;
    }
    int cycles = counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, 0, -1);
    int instructions = counter(PERF_TYPE_RAW, 0x08, 0, -1);
    CHECK(cycles >= 0 && instructions >= 0);
    CHECK(!ioctl(cycles, PERF_EVENT_IOC_ENABLE, 0));
    CHECK(!ioctl(instructions, PERF_EVENT_IOC_ENABLE, 0));
    clocks_agree();
    counters_agree();
    groups_are_read_at_once();
    what_is_not_there_is_refused();
    print_totals(cycles, instructions);
    return 0;
}
