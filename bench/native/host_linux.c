// Linux on AArch64: the clock, a counter of cycles where the kernel lends one, affinity.
#include <linux/perf_event.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "native.h"

double host_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

u64 host_cycles(const struct host *h)
{
    u64 n = 0;
    if (read(h->cycles, &n, sizeof(n)) != sizeof(n))
        native_fail("the counter of cycles cannot be read");
    return n;
}

static int open_cycles(void)
{
    struct perf_event_attr a = { .size = sizeof(a),
                                 .type = PERF_TYPE_HARDWARE,
                                 .config = PERF_COUNT_HW_CPU_CYCLES,
                                 .exclude_kernel = 1,
                                 .exclude_hv = 1 };
    return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

// A number of a file of /sys; -1 where it is not.
static long number_of(const char *format, int cpu)
{
    char path[128], text[32] = "";
    snprintf(path, sizeof(path), format, cpu);
    FILE *f = fopen(path, "r");
    bool ok = f && fgets(text, sizeof(text), f);
    if (f)
        fclose(f);
    return ok ? strtol(text, NULL, 10) : -1;
}

#define CAPACITY "/sys/devices/system/cpu/cpu%d/cpu_capacity"

// The processors of a kind: those of the largest capacity, or all others. None where all are alike.
static bool cores_of(enum core_kind kind, cpu_set_t *set)
{
    long most = 0;
    CPU_ZERO(set);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        long capacity = number_of(CAPACITY, cpu);
        most = capacity > most ? capacity : most;
    }
    for (int cpu = 0; cpu < CPU_SETSIZE && most; cpu++) {
        long capacity = number_of(CAPACITY, cpu);
        if (capacity > 0 && (capacity == most) == (kind == P_CORE))
            CPU_SET(cpu, set);
    }
    return CPU_COUNT(set) > 0;
}

// The part number of Apple's core `cpu`, or 0.
static u32 part_of(int cpu)
{
    char line[256];
    int at = -1;
    u32 implementer = 0, part = 0;
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && fgets(line, sizeof(line), f)) {
        const char *value = strchr(line, ':');
        if (!strncmp(line, "processor", 9) && value)
            at = atoi(value + 1);
        if (!strncmp(line, "CPU implementer", 15) && value && at == cpu)
            implementer = (u32)strtoul(value + 1, NULL, 0);
        if (!strncmp(line, "CPU part", 8) && value && at == cpu)
            part = (u32)strtoul(value + 1, NULL, 0);
    }
    if (f)
        fclose(f);
    return implementer == 0x61 ? part : 0;
}

void host_begin(struct host *h, enum core_kind kind, int cpu)
{
    cpu_set_t set;
    *h = (struct host){ .kind = kind, .machine = "AArch64" };
    if (cpu < 0 && kind != ANY_CORE && cores_of(kind, &set))
        h->pinned = sched_setaffinity(0, sizeof(set), &set) == 0;
    if (cpu < 0)
        cpu = sched_getcpu();
    CPU_ZERO(&set);
    if (cpu >= 0 && cpu < CPU_SETSIZE)
        CPU_SET(cpu, &set);
    h->pinned = sched_setaffinity(0, sizeof(set), &set) == 0;
    host_name(h, part_of(cpu), NULL);
    u64 hz;
    __asm__("mrs %0, cntfrq_el0" : "=r"(hz));   // of the counter that the clock is made of
    h->tick = 1e9 / (double)hz;
    h->cycles = open_cycles();
}

u8 *host_code(size_t size)
{
    madvise(native_data, LAB_DATA_SIZE, MADV_NOHUGEPAGE);
    void *p =
        mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        native_fail("no memory that can be both written and executed");
    return p;
}

void host_write(void)
{
}

void host_ready(u8 *from, size_t size)
{
    __builtin___clear_cache((char *)from, (char *)from + size);
}
