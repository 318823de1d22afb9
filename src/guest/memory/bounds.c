#include "guest/memory/bounds.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { EXIT_OURS = 70, MADE = -1 };

struct bounds {
    u64 memory, host;   // bytes: what may be, what the host can give
    u32 processes;
    u64 used;   // by all, and reserved
    struct place {
        int pid;   // of the host; 0: nobody's, MADE: a fork is under way
        i64 bytes;
    } place[];
};

static size_t size_of(u32 processes)
{
    return sizeof(struct bounds) + processes * sizeof(struct place);
}

// An eighth is left to the host.
static u64 host_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (u64)pages * (u64)page / 8 * 7 : UINT64_MAX;
}

struct bounds *bounds_new(u64 memory, u32 processes)
{
    u32 n = processes ? processes : BOUNDS_PROCESSES;
    int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
    struct bounds *b = mmap(NULL, size_of(n), PROT_READ | PROT_WRITE, flags, -1, 0);
    if (b == MAP_FAILED)
        return NULL;
    b->memory = memory ? memory : BOUNDS_MEMORY;
    b->host = host_memory();
    b->processes = n;
    b->place[0].pid = getpid();
    return b;
}

void bounds_free(struct bounds *b)
{
    if (b)
        munmap(b, size_of(b->processes));
}

u64 bounds_memory(const struct bounds *b)
{
    return b ? b->memory : BOUNDS_MEMORY;
}

u32 bounds_processes(const struct bounds *b)
{
    return b ? b->processes : BOUNDS_PROCESSES;
}

void bounds_count(struct bounds *b, u32 place, i64 bytes)
{
    __atomic_fetch_add(&b->place[place].bytes, bytes, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&b->used, (u64)bytes, __ATOMIC_SEQ_CST);
}

// ---- who has ended without a word

// Whether process `pid` has ended but for its parent's wait: it has no memory then.
static bool is_zombie(int pid)
{
    char name[32], text[256];
    snprintf(name, sizeof(name), "/proc/%d/stat", pid);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = 0;
    const char *state = strrchr(text, ')');
    return state && state[1] == ' ' && (state[2] == 'Z' || state[2] == 'X');
}

static void sweep(struct bounds *b)
{
    for (u32 k = 0; k < b->processes; k++) {
        struct place *p = &b->place[k];
        int pid = __atomic_load_n(&p->pid, __ATOMIC_SEQ_CST);
        if (pid <= 0)
            continue;
        bool gone = kill(pid, 0) && errno == ESRCH;
        if (gone || is_zombie(pid))
            bounds_leave(b, k);
        if (gone)
            __atomic_compare_exchange_n(&p->pid, &pid, 0, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST);
    }
}

void bounds_leave(struct bounds *b, u32 place)
{
    if (!b)
        return;
    i64 bytes = __atomic_exchange_n(&b->place[place].bytes, 0, __ATOMIC_SEQ_CST);
    __atomic_fetch_sub(&b->used, (u64)bytes, __ATOMIC_SEQ_CST);
}

// ---- memory

static bool take(struct bounds *b, u64 bytes, u64 most)
{
    u64 used = __atomic_load_n(&b->used, __ATOMIC_SEQ_CST);
    do {
        if (used > most || bytes > most - used)
            return false;
    } while (!__atomic_compare_exchange_n(&b->used, &used, used + bytes, false, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
    return true;
}

bool bounds_reserve(struct bounds *b, u64 bytes)
{
    u64 most = b->memory < b->host ? b->memory : b->host;
    if (take(b, bytes, most))
        return true;
    sweep(b);
    if (take(b, bytes, most))
        return true;
    if (b->host >= b->memory || !take(b, bytes, b->memory))
        return false;
    fprintf(
        stderr,
        "m2sim: the program wants more memory than this host has (%llu MiB of --memory's %llu)\n",
        (unsigned long long)(b->host >> 20), (unsigned long long)(b->memory >> 20));
    fflush(NULL);
    _exit(EXIT_OURS);
}

void bounds_give_back(struct bounds *b, u64 bytes)
{
    __atomic_fetch_sub(&b->used, bytes, __ATOMIC_SEQ_CST);
}

// ---- processes

static i64 find_place(struct bounds *b)
{
    for (u32 k = 0; k < b->processes; k++) {
        int nobody = 0;
        if (__atomic_compare_exchange_n(&b->place[k].pid, &nobody, MADE, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            return k;
    }
    return -EAGAIN;
}

i64 bounds_fork(struct bounds *b, u64 bytes)
{
    i64 place = find_place(b);
    if (place < 0) {
        sweep(b);
        place = find_place(b);
    }
    if (place < 0)
        return place;
    if (!bounds_reserve(b, bytes)) {
        __atomic_store_n(&b->place[place].pid, 0, __ATOMIC_SEQ_CST);
        return -ENOMEM;
    }
    __atomic_store_n(&b->place[place].bytes, (i64)bytes, __ATOMIC_SEQ_CST);
    return place;
}

void bounds_forked(struct bounds *b, u32 place, int pid)
{
    if (pid < 0)
        bounds_leave(b, place);
    __atomic_store_n(&b->place[place].pid, pid < 0 ? 0 : pid, __ATOMIC_SEQ_CST);
}
