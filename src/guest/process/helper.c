#include "guest/process/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guest/process/block.h"

enum { STACK = 256 << 10, KICK_NS = 1000000 };

struct helper {
    pthread_t host;
    pid_t process;         // that made it
    int tid, kicked;       // tid: 0 until it runs
    int done;
    long number;
    u64 a[6];
    i64 result;
    _Alignas(8) u8 data[HELPER_DATA];
};

static void *help(void *arg)
{
    struct helper *h = arg;
    __atomic_store_n(&h->tid, gettid(), __ATOMIC_RELEASE);
    h->result = host_call(&h->kicked, h->number, h->a);
    __atomic_store_n(&h->done, 1, __ATOMIC_RELEASE);
    return NULL;
}

i64 helper_start(struct thread *t, long number, const u64 a[6], int which, const void *data,
                 size_t size)
{
    struct helper *h = calloc(1, sizeof(*h));
    pthread_attr_t attr;
    if (!h)
        return -EAGAIN;
    h->process = getpid();
    h->number = number;
    memcpy(h->a, a, sizeof(h->a));
    if (data) {
        memcpy(h->data, data, size);
        h->a[which] = (u64)h->data;
    }
    sigset_t ours, before;   // the guest's signals are for who runs the guest
    sigfillset(&ours);
    sigdelset(&ours, KICK);
    pthread_sigmask(SIG_SETMASK, &ours, &before);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    bool started = !pthread_create(&h->host, &attr, help, h);
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!started) {
        free(h);
        return -EAGAIN;
    }
    t->call.helper = h;
    t->process->helpers++;
    return 0;
}

bool helper_done(const struct helper *h)
{
    return __atomic_load_n(&h->done, __ATOMIC_ACQUIRE) || h->process != getpid();
}

static i64 interrupt(struct helper *h)
{
    const struct timespec pause = { 0, KICK_NS };
    if (!helper_done(h))
        __atomic_store_n(&h->kicked, 1, __ATOMIC_SEQ_CST);
    while (!helper_done(h)) {
        pthread_kill(h->host, KICK);
        nanosleep(&pause, NULL);
    }
    pthread_join(h->host, NULL);
    return h->result;
}

i64 helper_end(struct thread *t)
{
    struct helper *h = t->call.helper;
    i64 r = h->process == getpid() ? interrupt(h) : -EINTR;   // a fork has no such thread
    t->call.helper = NULL;
    t->process->helpers--;
    free(h);
    return r;
}

// proc_pid_stat(5): "tid (name) state ...".
static bool sleeps(int tid)
{
    char path[64], text[256], *end;
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return true;   // no such file here: then the order is the host's
    ssize_t n = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[n < 0 ? 0 : n] = 0;
    end = strrchr(text, ')');
    return !end || strlen(end) < 3 || end[2] != 'R';
}

static void settle(const struct helper *h)
{
    while (!helper_done(h)) {
        int tid = __atomic_load_n(&h->tid, __ATOMIC_ACQUIRE);
        if (tid && sleeps(tid) && !helper_done(h))
            return;
        sched_yield();
    }
}

void helpers_settle(struct process *p)
{
    if (!p->helpers)
        return;
    for (const struct thread *t = p->threads; t; t = t->next)
        if (t->call.helper)
            settle(t->call.helper);
}
