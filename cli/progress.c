#include "progress.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { WIDEST = 200, LOOKS_MS = 250 };

// Forks of the guest wipe the line too, so this is memory that they share.
struct progress {
    pthread_mutex_t lock;     // of the next three
    int width;                // of the line that is shown, or 0
    bool open;                // what the guest wrote last is not the end of a line
    double written;           // when that was, seconds of CLOCK_MONOTONIC

    struct m2sim *sim;
    uint64_t limit;
    double begun;
    FILE *messages;
    pthread_t thread;
    bool running;             // the thread; to be cleared
};

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct progress *progress_new(bool quiet)
{
    const char *term = getenv("TERM");
    if (quiet || !isatty(STDERR_FILENO) || !term || !strcmp(term, "dumb"))
        return NULL;
    struct progress *p =
        mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);   // a fork may be killed
    pthread_mutex_init(&p->lock, &a);
    pthread_mutexattr_destroy(&a);
    return p;
}

static void lock(struct progress *p)
{
    if (pthread_mutex_lock(&p->lock) != 0)   // who held it is dead
        pthread_mutex_consistent(&p->lock);
}

static void put(const char *text, size_t n)
{
    if (write(STDERR_FILENO, text, n) < 0)
        return;   // a terminal that is gone is not missed
}

// With the lock held. Spaces, as terminals differ and NO_COLOR asks for no escapes.
static void wipe(struct progress *p)
{
    char blank[WIDEST + 2];
    if (!p->width)
        return;
    blank[0] = '\r';
    memset(blank + 1, ' ', (size_t)p->width);
    blank[p->width + 1] = '\r';
    put(blank, (size_t)p->width + 2);
    p->width = 0;
}

// With the lock held. A line as wide as the terminal would begin another.
static void draw(struct progress *p, const char *text)
{
    struct winsize w;
    char line[2 * WIDEST + 2];
    int most = ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col - 1 : 79;
    if (most > WIDEST)
        most = WIDEST;
    int n = (int)strlen(text) < most ? (int)strlen(text) : most;
    int rest = p->width > n ? p->width - n : 0;   // of the one before
    int all =
        snprintf(line, sizeof(line), "\r%.*s%*s\r%.*s", n, text, rest, "", rest ? n : 0, text);
    put(line, (size_t)(rest ? all : n + 1));
    p->width = n;
}

void progress_clear(struct progress *p)
{
    if (!p)
        return;
    lock(p);
    wipe(p);
    pthread_mutex_unlock(&p->lock);
}

void progress_step(void *ctx, const char *what, size_t done, size_t total)
{
    struct progress *p = ctx;
    char text[WIDEST + 1];
    snprintf(text, sizeof(text), "%zu/%zu %s", done, total, what);
    lock(p);
    if (done < total)
        draw(p, text);
    else
        wipe(p);
    pthread_mutex_unlock(&p->lock);
}

// -- Of a run --

static void guest_writes(void *ctx, int fd, char last)
{
    struct progress *p = ctx;
    if (!isatty(fd))
        return;
    lock(p);
    wipe(p);
    p->open = last != '\n';
    p->written = seconds();
    pthread_mutex_unlock(&p->lock);
}

static ssize_t write_message(void *ctx, const char *text, size_t n)
{
    progress_clear(ctx);
    return write(STDERR_FILENO, text, n);
}

void progress_prepare(struct progress *p, struct m2sim_options *o)
{
    if (!p)
        return;
    o->writes = guest_writes;
    o->writes_ctx = p;
    p->messages = fopencookie(p, "w", (cookie_io_functions_t){ .write = write_message });
    if (p->messages)
        setvbuf(p->messages, NULL, _IOLBF, 0);
    o->messages = p->messages;
}

static void describe(const struct progress *p, double now, char *text, size_t size)
{
    struct m2sim_progress m;
    m2sim_progress(p->sim, &m);
    double done = (double)m.instructions, speed = done / (now - p->begun);
    int n = snprintf(text, size, "%.1f M instructions, %.1f M/s", done / 1e6, speed / 1e6);
    if (m.ipc > 0)
        n += snprintf(text + n, size - (size_t)n, ", IPC %.2f", m.ipc);
    if (p->limit > m.instructions && speed > 0) {
        unsigned long left = (unsigned long)(((double)p->limit - done) / speed + 0.5);
        snprintf(text + n, size - (size_t)n, ", %lu:%02lu:%02lu left", left / 3600, left / 60 % 60,
                 left % 60);
    }
}

static void *watch(void *arg)
{
    struct progress *p = arg;
    uint64_t all = ~0ull;   // with 32 and 33, which pthread_sigmask() leaves out
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof(all));
    while (__atomic_load_n(&p->running, __ATOMIC_ACQUIRE)) {
        char text[WIDEST + 1];
        double now = seconds();
        describe(p, now, text, sizeof(text));
        lock(p);
        if (!p->open && now - p->written >= 1)
            draw(p, text);
        pthread_mutex_unlock(&p->lock);
        nanosleep(&(struct timespec){ 0, LOOKS_MS * 1000000L }, NULL);
    }
    return NULL;
}

void progress_begin(struct progress *p, struct m2sim *s, uint64_t limit)
{
    sigset_t all, before;
    if (!p)
        return;
    p->sim = s;
    p->limit = limit;
    p->begun = p->written = seconds();
    p->running = true;
    sigfillset(&all);   // signals are the guest's threads' business
    pthread_sigmask(SIG_SETMASK, &all, &before);
    p->running = pthread_create(&p->thread, NULL, watch, p) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void progress_end(struct progress *p)
{
    if (!p || !p->running)
        return;
    __atomic_store_n(&p->running, false, __ATOMIC_RELEASE);
    pthread_join(p->thread, NULL);
    progress_clear(p);
}

void progress_free(struct progress *p)
{
    if (!p)
        return;
    progress_clear(p);
    if (p->messages)
        fclose(p->messages);
    pthread_mutex_destroy(&p->lock);
    munmap(p, sizeof(*p));
}
