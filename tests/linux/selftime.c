// A benchmark that measures itself, by every clock and counter there is: 20 dependent
// additions take 20 cycles, 5.708 ns at the M2's 3.504 GHz. `selftime emulated` checks
// what there is without a timing model.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>
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

// -- What a counter shows when it is mapped --

enum { PAGE = 16384 };

static struct perf_event_mmap_page *map(int fd, size_t size, int prot, int flags, off_t at)
{
    return mmap(NULL, size, prot, flags, fd, at);
}

static void a_page_says_that_it_cannot_be_counted_from(void)
{
    int fd =
        counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, PERF_FORMAT_TOTAL_TIME_ENABLED, -1);
    const struct perf_event_mmap_page *p = map(fd, PAGE, PROT_READ, MAP_SHARED, 0);
    CHECK(p != MAP_FAILED);
    CHECK(!p->version && !p->compat_version && !p->cap_user_rdpmc && !p->cap_user_time);
    CHECK(p->cap_bit0_is_deprecated && !p->index && p->lock % 2 == 0);
    CHECK(p->data_offset == PAGE && !p->data_size && !p->data_head && !p->data_tail);
    uint32_t lock = p->lock;
    CHECK(!ioctl(fd, PERF_EVENT_IOC_ENABLE, 0));
    adds();
    CHECK(!ioctl(fd, PERF_EVENT_IOC_DISABLE, 0));
    uint64_t v[2];
    CHECK(read(fd, v, sizeof(v)) == sizeof(v));
    CHECK(p->lock != lock && p->lock % 2 == 0 && !p->index);
    CHECK((uint64_t)p->offset == v[0]);
    CHECK_NEAR(p->offset, INSTRUCTIONS, 0.0001);
    CHECK(p->time_enabled == v[1] && p->time_running == v[1]);
    CHECK(!ioctl(fd, PERF_EVENT_IOC_RESET, 0) && p->offset == 0);
    // Once more, with other rights; the size stays what it is.
    struct perf_event_mmap_page *again = map(fd, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
    CHECK(again != MAP_FAILED && again->data_offset == PAGE);
    again->data_tail = 42;
    CHECK(p->data_tail == 42);
    CHECK(map(fd, 3 * PAGE, PROT_READ, MAP_SHARED, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(!munmap(again, PAGE));
    close(fd);   // the page outlives it
    CHECK(p->data_offset == PAGE && p->data_tail == 42);
    CHECK(!munmap((void *)p, PAGE));
}

static void a_buffer_without_samples_stays_empty(void)
{
    int fd = counter(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, 0, -1);
    for (size_t pages = 1; pages <= 8; pages *= 2) {
        struct perf_event_mmap_page *p =
            map(fd, (1 + pages) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
        CHECK(p != MAP_FAILED);
        CHECK(p->data_size == pages * PAGE && p->data_offset == PAGE && !p->data_head &&
              !p->data_tail);
        const char *data = (const char *)p + PAGE;
        CHECK(!data[0] && !data[pages * PAGE - 1]);
        CHECK(!ioctl(fd, PERF_EVENT_IOC_ENABLE, 0));
        adds();
        CHECK(value(fd) > 0 && !p->data_head && !data[0]);
        pid_t child = fork();
        if (!child)
            _exit(!(value(fd) > 0));
        int status;
        CHECK(waitpid(child, &status, 0) == child && !status && !p->data_head);
        CHECK(!munmap(p, (1 + pages) * PAGE));
    }
    close(fd);
}

static void maps_linux_would_refuse_are_refused(void)
{
    int fd = counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, 0, -1);
    const struct {
        size_t size;
        int flags;
        off_t at;
        int error;
    } wrong[] = {
        { PAGE, MAP_PRIVATE, 0, EINVAL },
        { 4 * PAGE, MAP_SHARED, 0, EINVAL },
        { 0, MAP_SHARED, 0, EINVAL },
        { PAGE, MAP_SHARED, 4096, EINVAL },
        { PAGE, MAP_SHARED, PAGE, EINVAL },
        { (1 + 4096) * (size_t)PAGE, MAP_SHARED, 0, EPERM },
        { -(size_t)PAGE, MAP_SHARED, 0, ENOMEM },
    };
    for (size_t k = 0; k < sizeof(wrong) / sizeof(*wrong); k++) {
        CHECK(map(fd, wrong[k].size, PROT_READ, wrong[k].flags, wrong[k].at) == MAP_FAILED);
        CHECK(errno == wrong[k].error);
    }
    void *p = map(fd, 1, PROT_READ, MAP_SHARED, 0);   // a page, as any length up to it
    CHECK(p != MAP_FAILED && !munmap(p, 1));
    char byte;
    CHECK(pread(fd, &byte, 1, 0) == -1 && write(fd, &byte, 1) == -1 && ftruncate(fd, 0) == -1);
    close(fd);
}

static void counters_are_mapped(void)
{
    a_page_says_that_it_cannot_be_counted_from();
    a_buffer_without_samples_stays_empty();
    maps_linux_would_refuse_are_refused();
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
        counters_are_mapped();
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
    counters_are_mapped();
    what_is_not_there_is_refused();
    print_totals(cycles, instructions);
    return 0;
}
