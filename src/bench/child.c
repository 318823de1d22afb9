#include "bench/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

// Counts from the child's exec on, with its threads and children. -1 where nothing counts.
static int open_counter(pid_t pid)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .disabled = 1,
        .inherit = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
        .enable_on_exec = 1,
    };
    return (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static double read_counter(int fd)
{
    u64 n;
    double v = fd >= 0 && read(fd, &n, sizeof(n)) == (ssize_t)sizeof(n) && n ? (double)n : NAN;
    if (fd >= 0)
        close(fd);
    return v;
}

// Why a child did not become the program; `early`: before it tried, which is not the program's fault.
struct cause {
    int error;
    bool early;
};

// In the child: waits for the word to begin, and becomes the program. Why it cannot goes into
// `failed`, as a struct cause.
static void become(const struct child *c, int begin, int failed)
{
    char word;
    if (c->tied)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    int in = c->in ? open(c->in, O_RDONLY | O_CLOEXEC) : -1;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int words = open(c->words, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (null >= 0) {
        if (in < 0)
            dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
    }
    if (in >= 0)
        dup2(in, STDIN_FILENO);
    int out = c->out ? open(c->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (words >= 0)
        dup2(words, STDERR_FILENO);
    if (out >= 0)
        dup2(out, STDOUT_FILENO);
    if (c->keep >= 0)
        fcntl(c->keep, F_SETFD, 0);
    for (const char *const *v = c->env; v && *v; v++)
        putenv((char *)*v);
    bool told = read(begin, &word, 1) == 1;
    if (told)
        execvp(c->argv[0], c->argv);
    struct cause cause = { errno, !told };
    ssize_t n = write(failed, &cause, sizeof(cause));
    _exit(n < 0);
}

// Waits for its end, and kills it when that does not come in time.
static bool wait_for(pid_t pid, u32 most, int *status, struct rusage *r)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    double end = now() + most;
    int ready = fd < 0;   // of an old kernel: waits without a bound
    while (!ready) {
        double left = end - now();
        struct pollfd p = { .fd = fd, .events = POLLIN };
        int n = left > 0 ? poll(&p, 1, (int)(left * 1000) + 1) : 0;
        if (n > 0)
            ready = 1;
        else if (left <= 0)
            break;
    }
    if (!ready)
        kill(pid, SIGKILL);
    while (wait4(pid, status, 0, r) < 0 && errno == EINTR) {
    }
    if (fd >= 0)
        close(fd);
    return ready;
}

// What the started child is told and tells: begin[1] is ours to write, failed[0] ours to read.
static bool watch(const struct child *c, pid_t pid, int begin, int failed, struct usage *u,
                  struct err *e)
{
    struct rusage r;
    struct cause cause;
    int counter = open_counter(pid), status;
    double start = now();
    bool told = write(begin, "", 1) == 1;
    close(begin);
    bool in_time = wait_for(pid, c->seconds, &status, &r);
    *u = (struct usage){
        .status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
        .cpu = fmax(seconds(r.ru_utime) + seconds(r.ru_stime), 1e-6),   // the clock's step
        .wall = now() - start,
        .peak_bytes = (u64)r.ru_maxrss * 1024,
        .instructions = read_counter(counter),
    };
    if (!told)
        cause = (struct cause){ EAGAIN, true };
    bool ran = told && read(failed, &cause, sizeof(cause)) != (ssize_t)sizeof(cause);
    close(failed);
    if (!ran && (cause.early || err_is_host(cause.error))) {
        err_system(e, cause.error, "%s: cannot be started", c->argv[0]);
        e->kind = ERR_HOST;
        return false;
    }
    if (!ran)
        return err_set(e, "%s: %s", c->argv[0], strerror(cause.error));
    return in_time || err_set(e, "%s: no end after %u s", c->argv[0], c->seconds);
}

bool child_run(const struct child *c, struct usage *u, struct err *e)
{
    int begin[2] = { -1, -1 }, failed[2] = { -1, -1 };
    pid_t pid = -1;
    if (pipe2(begin, O_CLOEXEC) == 0 && pipe2(failed, O_CLOEXEC) == 0)
        pid = fork();
    if (pid == 0) {
        close(begin[1]);
        become(c, begin[0], failed[1]);
    }
    int error = errno;
    if (begin[0] >= 0)
        close(begin[0]);
    if (failed[1] >= 0)
        close(failed[1]);
    if (pid > 0)
        return watch(c, pid, begin[1], failed[0], u, e);
    if (begin[1] >= 0)
        close(begin[1]);
    if (failed[0] >= 0)
        close(failed[0]);
    return err_system(e, error, "%s: cannot be started", c->argv[0]);
}
