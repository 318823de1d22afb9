// The files of /proc and /sys that speak of the guest, made up when they are opened.
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/linux.h"
#include "guest/process/stack.h"

static void cpuinfo(struct thread *t, FILE *f)
{
    char features[512];
    hwcap_names(features, sizeof(features));
    // MIDR of an M2: implementer 0x61 (Apple), part 0x33 (Avalanche). The timer's 24 MHz
    // give the BogoMIPS.
    for (u32 cpu = 0; cpu < t->process->cpus; cpu++)
        fprintf(f,
                "processor\t: %u\nBogoMIPS\t: 48.00\nFeatures\t: %s\n"
                "CPU implementer\t: 0x61\nCPU architecture: 8\nCPU variant\t: 0x1\n"
                "CPU part\t: 0x033\nCPU revision\t: 0\n\n",
                cpu, features);
}

static void maps(struct thread *t, FILE *f)
{
    space_print(t->process->space, f);
}

static void cmdline(struct thread *t, FILE *f)
{
    for (const char *const *arg = t->process->options.argv; arg && *arg; arg++)
        fwrite(*arg, 1, strlen(*arg) + 1, f);
}

static void comm(struct thread *t, FILE *f)
{
    fprintf(f, "%s\n", t->process->name);
}

// Signal sets as 16 digits: ignored and handled ones follow from the actions.
static void signal_sets(struct thread *t, FILE *f)
{
    const struct process *p = t->process;
    u64 ignored = 0, caught = 0;
    for (int sig = 1; sig <= GUEST_SIGNALS; sig++) {
        ignored |= (u64)(p->actions[sig].handler == 1) << (sig - 1);
        caught |= (u64)(p->actions[sig].handler > 1) << (sig - 1);
    }
    // Other threads queue and take signals at the same time, under the lock.
    pthread_mutex_lock(&t->process->lock);
    int queued = p->queued;
    pthread_mutex_unlock(&t->process->lock);
    fprintf(f, "SigQ:\t%d/%d\n", queued, GUEST_QUEUE);
    fprintf(f, "SigPnd:\t%016" PRIx64 "\nShdPnd:\t%016" PRIx64 "\nSigBlk:\t%016" PRIx64 "\n",
            t->pending, p->pending, t->sigmask);
    fprintf(f, "SigIgn:\t%016" PRIx64 "\nSigCgt:\t%016" PRIx64 "\n", ignored, caught);
}

static void status(struct thread *t, FILE *f)
{
    const struct process *p = t->process;
    u64 kib = space_mapped(p->space) / 1024;
    fprintf(f, "Name:\t%s\nState:\tR (running)\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\n", p->name, p->pid,
            t->tid, parent_shown(p));
    fprintf(f, "Uid:\t%u\t%u\t%u\t%u\n", getuid(), geteuid(), geteuid(), geteuid());
    fprintf(f, "Gid:\t%u\t%u\t%u\t%u\n", getgid(), getegid(), getegid(), getegid());
    fprintf(f, "VmSize:\t%8" PRIu64 " kB\nVmRSS:\t%8" PRIu64 " kB\n", kib, kib);
    fprintf(f, "Threads:\t%d\n", p->alive);
    signal_sets(t, f);
    fprintf(f, "Cpus_allowed_list:\t0%s", p->cpus > 1 ? "" : "\n");
    if (p->cpus > 1)
        fprintf(f, "-%u\n", p->cpus - 1);
}

static void stat_line(struct thread *t, FILE *f)
{
    const struct process *p = t->process;
    fprintf(f, "%d (%s) R %d %d %d 0 -1 0", p->pid, p->name, parent_shown(p), p->pid, p->pid);
    for (int field = 10; field <= 52; field++) {
        u64 value = field == 20   ? (u64)p->alive   // num_threads, vsize, startstack
                    : field == 23 ? space_mapped(p->space)
                    : field == 28 ? p->stack_top
                                  : 0;
        fprintf(f, " %llu", (unsigned long long)value);
    }
    putc('\n', f);
}

// As sysinfo(2) says it.
static void meminfo(struct thread *t, FILE *f)
{
    u64 kib = bounds_memory(t->process->space->bounds) / 1024;
    fprintf(f,
            "MemTotal:       %8" PRIu64 " kB\nMemFree:        %8" PRIu64
            " kB\nMemAvailable:   %8" PRIu64 " kB\nBuffers:               0 kB\n"
            "Cached:                0 kB\nSwapTotal:             0 kB\n"
            "SwapFree:              0 kB\n",
            kib, kib / 2, kib / 2);
}

static void cpu_list(struct thread *t, FILE *f)
{
    u32 n = t->process->cpus;
    fprintf(f, n > 1 ? "0-%u\n" : "%u\n", n - 1);
}

static const struct {
    const char *name;   // after /proc/self/, or whole
    void (*print)(struct thread *t, FILE *f);
} files[] = {
    { "/proc/cpuinfo", cpuinfo },
    { "/proc/meminfo", meminfo },
    { "maps", maps },
    { "cmdline", cmdline },
    { "comm", comm },
    { "status", status },
    { "stat", stat_line },
    { "/sys/devices/system/cpu/online", cpu_list },
    { "/sys/devices/system/cpu/possible", cpu_list },
    { "/sys/devices/system/cpu/present", cpu_list },
};

i64 procfs_open(struct thread *t, const char *text)
{
    char own[32];
    int n = snprintf(own, sizeof(own), "/proc/%d/", t->process->pid);
    const char *name = text;
    if (!strncmp(text, "/proc/self/", 11))
        name = text + 11;
    else if (!strncmp(text, own, n))
        name = text + n;
    for (size_t i = 0; i < COUNT(files); i++) {
        if (text[0] != '/' || strcmp(name, files[i].name))
            continue;
        int fd = memfd_create(files[i].name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        int copy = fd < 0 ? -1 : dup(fd);
        FILE *f = copy < 0 ? NULL : fdopen(copy, "w");
        if (!f)
            return -EMFILE;
        files[i].print(t, f);
        fclose(f);
        fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
        lseek(fd, 0, SEEK_SET);
        return fd;
    }
    return -ENOENT;
}
