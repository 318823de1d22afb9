// The probe: a shared object that LD_PRELOAD puts into a process that `m2sim bench` measures. It
// counts what malloc and its relatives hand out and, when asked, notes by a timer for each
// thread's CPU time where the thread is. It writes into the memory of probe_data.h alone, and
// takes itself out of the environment, so that nothing else inherits it.
//
// The state of a process-wide probe is file-scope: there is one, and handlers have no argument.
// The signal is SIGSTKFLT, which nothing else raises. Allocation goes by glibc's own
// __libc_malloc, so that neither the dynamic linker's nor the first calls need a special case.
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "bench/probe_data.h"

#define PUBLIC __attribute__((visibility("default")))

static struct probe_head *head;
static __thread bool inside __attribute__((tls_model("initial-exec")));

// -- Samples --

static void take(enum probe_kind kind, u64 weight, void *const *pc, int depth)
{
    u64 at = __atomic_fetch_add(&head->taken, 1, __ATOMIC_RELAXED);
    if (at >= head->room)
        return;
    struct probe_sample *s = &head->sample[at];
    s->kind = kind;
    s->depth = (u32)(depth < PROBE_DEPTH ? depth : PROBE_DEPTH);
    s->weight = weight;
    memcpy(s->pc, pc, s->depth * sizeof(*pc));
}

static void on_tick(int sig, siginfo_t *info, void *context)
{
    const ucontext_t *u = context;
    int error = errno, from = 0;
    void *pc[PROBE_DEPTH + 4], *at = (void *)u->uc_mcontext.gregs[REG_RIP];
    inside = true;
    int n = backtrace(pc, PROBE_DEPTH + 4);
    inside = false;
    while (from < n && pc[from] != at)
        from++;
    u64 ticks = 1 + (info->si_overrun > 0 ? (u64)info->si_overrun : 0);
    if (from < n)
        take(PROBE_CPU, ticks, pc + from, n - from);
    else
        take(PROBE_CPU, ticks, &at, 1);   // in code without unwind information
    errno = error;
}

static void sample_thread(void)
{
    struct sigevent how = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGSTKFLT };
    how._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    struct itimerspec every = { .it_interval.tv_nsec = 1000000000 / head->hz,
                                .it_value.tv_nsec = 1000000000 / head->hz };
    timer_t timer;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGSTKFLT);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    if (timer_create(CLOCK_THREAD_CPUTIME_ID, &how, &timer) == 0)
        timer_settime(timer, 0, &every, NULL);
}

// -- Beginning --

static int add_module(struct dl_phdr_info *i, size_t size, void *ctx)
{
    struct probe_module *m = &head->module[head->modules];
    if (head->modules == PROBE_MODULES)
        return 1;
    m->base = i->dlpi_addr;
    m->low = UINT64_MAX;
    for (int k = 0; k < i->dlpi_phnum; k++) {
        const ElfW(Phdr) *p = &i->dlpi_phdr[k];
        if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
            continue;
        u64 low = i->dlpi_addr + p->p_vaddr, high = low + p->p_memsz;
        m->low = low < m->low ? low : m->low;
        m->high = high > m->high ? high : m->high;
    }
    strncpy(m->path, i->dlpi_name, PROBE_PATH - 1);
    head->modules += m->high > 0;
    return 0;
}

static void begin_sampling(void)
{
    struct sigaction sa = { .sa_sigaction = on_tick,
                            .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART };
    sigaction(SIGSTKFLT, &sa, NULL);
    sample_thread();
}

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv(PROBE_VARIABLE);
    struct stat st;
    int fd = number ? atoi(number) : -1;
    unsetenv("LD_PRELOAD");
    unsetenv(PROBE_VARIABLE);
    if (fd < 0 || fstat(fd, &st) != 0)
        return;
    struct probe_head *h =
        mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (h == MAP_FAILED || h->magic != PROBE_MAGIC)
        return;
    head = h;
    if (h->hz)
        backtrace((void *[4]){ NULL }, 4);   // the first call loads the unwinder
    dl_iterate_phdr(add_module, NULL);
    h->ready = 1;
    if (h->hz)
        begin_sampling();
}

// -- What it stands in for --

static void *counted(void *p, size_t size)
{
    if (!head || inside || !p)
        return p;
    __atomic_fetch_add(&head->allocations, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&head->allocated_bytes, size, __ATOMIC_RELAXED);
    if (!head->hz)
        return p;
    void *pc[PROBE_DEPTH + 2];
    inside = true;
    int n = backtrace(pc, PROBE_DEPTH + 2);
    inside = false;
    if (n > 2)
        take(PROBE_ALLOCATION, size, pc + 2, n - 2);   // without this function and malloc
    return p;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

PUBLIC __attribute__((noinline)) void *malloc(size_t size)
{
    return counted(__libc_malloc(size), size);
}

PUBLIC __attribute__((noinline)) void *calloc(size_t n, size_t size)
{
    return counted(__libc_calloc(n, size), n * size);
}

PUBLIC __attribute__((noinline)) void *realloc(void *p, size_t size)
{
    return counted(__libc_realloc(p, size), size);
}

PUBLIC __attribute__((noinline)) void *aligned_alloc(size_t align, size_t size)
{
    return counted(__libc_memalign(align, size), size);
}

PUBLIC __attribute__((noinline)) int posix_memalign(void **to, size_t align, size_t size)
{
    *to = counted(__libc_memalign(align, size), size);
    return *to ? 0 : ENOMEM;
}

struct start {
    void *(*run)(void *arg);
    void *arg;
};

static void *start_sampled(void *arg)
{
    struct start s = *(struct start *)arg;
    free(arg);
    sample_thread();
    return s.run(s.arg);
}

PUBLIC int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        dlsym(RTLD_NEXT, "pthread_create");
    struct start *s = head && head->hz ? __libc_malloc(sizeof(*s)) : NULL;
    if (!s)
        return real(thread, attr, run, arg);
    *s = (struct start){ run, arg };
    return real(thread, attr, start_sampled, s);
}
