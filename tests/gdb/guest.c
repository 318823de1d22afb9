// The program that the scripted session of this folder debugs.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct point {
    int x, y;
};

static volatile int watched;
static volatile char around[64];
static volatile double ratio = 0.25;
static volatile sig_atomic_t caught;

static void on_usr1(int sig)
{
    caught = sig;
}

__attribute__((noinline)) static int leaf(int n, struct point *p)
{
    p->x += n;
    p->y -= n;
    return p->x * p->y;
}

__attribute__((noinline)) static int middle(int n)
{
    struct point p = { n, 2 * n };
    int r = leaf(n, &p);
    return r + p.x;
}

__attribute__((noinline)) static void change(int n)
{
    for (int k = 0; k < n; k++)
        around[k] = 'a';   // beside it: not what is watched
    watched = watched;     // written, but not changed
    watched = n;
}

__attribute__((noinline)) static int look(void)
{
    return watched + 1;
}

__attribute__((noinline)) static void before(void)
{
    asm volatile("");
}

__attribute__((noinline)) static void finished(void)
{
    asm volatile("");
}

static void *worker(void *done)
{
    *(int *)done += 1;
    return NULL;
}

static void start_thread(void)
{
    pthread_t t;
    int done = 0;
    pthread_create(&t, NULL, worker, &done);
    pthread_join(t, NULL);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "exec"))
        execl("/proc/self/exe", "again", NULL);
    signal(SIGUSR1, on_usr1);
    int r = middle(5);
    change(42);
    r += look();
    raise(SIGUSR1);
    ratio *= 3;
    before();
    printf("%d %d %.2f %d\n", r, watched, ratio, caught == SIGUSR1);
    fflush(stdout);
    finished();
    if (argc > 1 && !strcmp(argv[1], "crash"))
        *(volatile int *)(long)(argc - 2) = 1;
    if (argc > 1 && !strcmp(argv[1], "threads"))
        start_thread();
    return 7;
}
