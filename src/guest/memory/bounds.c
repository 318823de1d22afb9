#include "guest/memory/bounds.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/memory/bounds_files.h"
#include "guest/memory/bounds_host.h"

struct bounds {
    u64 memory, host;   // bytes: what may be, what the host can give
    u32 processes;
    u64 used;   // by all, and reserved
    void (*refused)(void *ctx, enum bounds_refusal what);
    void *refused_ctx;
    u32 told;   // bit n: what was refused, by whichever process
    struct place {
        int pid;   // of the host; 0: nobody's, negative: a fork of that process is under way
        i64 bytes;
    } place[];
};

// Places, then files.
static size_t size_of(u32 processes)
{
    return sizeof(struct bounds) + processes * sizeof(struct place) + bounds_files_size();
}

struct bounds_files *bounds_files(struct bounds *b)
{
    return (struct bounds_files *)&b->place[b->processes];
}

struct bounds *bounds_new(u64 memory, u32 processes)
{
    u32 n = processes ? processes : BOUNDS_PROCESSES;
    int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
    struct bounds *b = mmap(NULL, size_of(n), PROT_READ | PROT_WRITE, flags, -1, 0);
    if (b == MAP_FAILED)
        return NULL;
    b->memory = memory ? memory : BOUNDS_MEMORY;
    b->host = bounds_host("");
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

u64 bounds_host_memory(const struct bounds *b)
{
    return b->host;
}

void bounds_tell(struct bounds *b, void (*refused)(void *ctx, enum bounds_refusal what), void *ctx)
{
    b->refused = refused;
    b->refused_ctx = ctx;
}

bool bounds_first(struct bounds *b, enum bounds_refusal what)
{
    return !(__atomic_fetch_or(&b->told, 1u << what, __ATOMIC_RELAXED) >> what & 1);
}

static void refused(const struct bounds *b, enum bounds_refusal what)
{
    if (b->refused)
        b->refused(b->refused_ctx, what);
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

bool bounds_ended(int pid)
{
    return (kill(pid, 0) && errno == ESRCH) || is_zombie(pid);
}

static bool becomes(struct place *p, int from, int to)
{
    return __atomic_compare_exchange_n(&p->pid, &from, to, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

// Takes away what the place has that is `pid`'s, and makes it `to`'s. Meanwhile it is held by this
// process, so that nobody finds it free and counts into it.
static void clear(struct bounds *b, u32 k, int pid, int to)
{
    int held = -getpid();
    if (!becomes(&b->place[k], pid, held))
        return;
    bounds_leave(b, k);
    becomes(&b->place[k], held, to);
}

static void sweep(struct bounds *b)
{
    for (u32 k = 0; k < b->processes; k++) {
        int pid = __atomic_load_n(&b->place[k].pid, __ATOMIC_SEQ_CST), who = pid < 0 ? -pid : pid;
        if (!pid)
            continue;
        bool gone = kill(who, 0) && errno == ESRCH, zombie = !gone && is_zombie(who);
        if (gone || (zombie && pid < 0))   // a child that was made all the same will see it
            clear(b, k, pid, 0);
        else if (zombie)
            clear(b, k, pid, pid);
    }
    bounds_files_sweep(b);
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
    bool starved = most < b->memory && take(b, bytes, b->memory);
    if (starved)
        bounds_give_back(b, bytes);
    refused(b, starved ? REFUSED_BY_HOST : REFUSED_MEMORY);
    return false;
}

void bounds_give_back(struct bounds *b, u64 bytes)
{
    __atomic_fetch_sub(&b->used, bytes, __ATOMIC_SEQ_CST);
}

// ---- processes

static i64 find_place(struct bounds *b)
{
    for (u32 k = 0; k < b->processes; k++)
        if (becomes(&b->place[k], 0, -getpid()))
            return k;
    return -EAGAIN;
}

i64 bounds_fork(struct bounds *b, u64 bytes)
{
    i64 place = find_place(b);
    if (place < 0) {
        sweep(b);
        place = find_place(b);
    }
    if (place < 0) {
        refused(b, REFUSED_PROCESS);
        return place;
    }
    if (!bounds_reserve(b, bytes)) {
        __atomic_store_n(&b->place[place].pid, 0, __ATOMIC_SEQ_CST);
        return -ENOMEM;
    }
    __atomic_store_n(&b->place[place].bytes, (i64)bytes, __ATOMIC_SEQ_CST);
    return place;
}

void bounds_forked(struct bounds *b, u32 place, int pid)
{
    struct place *p = &b->place[place];
    if (pid < 0)
        clear(b, place, -getpid(), 0);
    else if (pid > 0)
        becomes(p, -getpid(), pid);   // unless the child was faster
}

bool bounds_child(struct bounds *b, u32 place, int parent)
{
    struct place *p = &b->place[place];
    int pid = getpid();
    bounds_files_forked(b, parent);
    return becomes(p, -parent, pid) || __atomic_load_n(&p->pid, __ATOMIC_SEQ_CST) == pid;
}
