// The files of /proc that speak of the guest, made up when they are opened.
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/linux.h"
#include "guest/stack.h"

static void cpuinfo(struct thread *t, FILE *f)
{
    char features[512];
    hwcap_names(features, sizeof(features));
    // MIDR of an M2: implementer 0x61 (Apple), part 0x33 (Avalanche). The timer's 24 MHz
    // give the BogoMIPS.
    fprintf(f,
            "processor\t: 0\nBogoMIPS\t: 48.00\nFeatures\t: %s\n"
            "CPU implementer\t: 0x61\nCPU architecture: 8\nCPU variant\t: 0x1\n"
            "CPU part\t: 0x033\nCPU revision\t: 0\n\n",
            features);
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

static void status(struct thread *t, FILE *f)
{
    const struct process *p = t->process;
    fprintf(f, "Name:\t%s\nState:\tR (running)\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\n", p->name, p->pid,
            t->tid, p->ppid);
    fprintf(f, "Uid:\t%u\t%u\t%u\t%u\n", getuid(), geteuid(), geteuid(), geteuid());
    fprintf(f, "Gid:\t%u\t%u\t%u\t%u\nThreads:\t1\n", getgid(), getegid(), getegid(), getegid());
}

static void stat_line(struct thread *t, FILE *f)
{
    const struct process *p = t->process;
    fprintf(f, "%d (%s) R %d %d %d 0 -1 0", p->pid, p->name, p->ppid, p->pid, p->pid);
    for (int field = 10; field <= 52; field++) {
        u64 value = field == 20 ? 1 : field == 28 ? p->stack_top : 0;   // num_threads, startstack
        fprintf(f, " %llu", (unsigned long long)value);
    }
    putc('\n', f);
}

static const struct {
    const char *name;   // after /proc/self/, or whole
    void (*print)(struct thread *t, FILE *f);
} files[] = {
    { "/proc/cpuinfo", cpuinfo }, { "maps", maps },      { "cmdline", cmdline }, { "comm", comm },
    { "status", status },         { "stat", stat_line },
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
        int fd = memfd_create(files[i].name, MFD_CLOEXEC);
        int copy = fd < 0 ? -1 : dup(fd);
        FILE *f = copy < 0 ? NULL : fdopen(copy, "w");
        if (!f)
            return -EMFILE;
        files[i].print(t, f);
        fclose(f);
        lseek(fd, 0, SEEK_SET);
        return fd;
    }
    return -ENOENT;
}
