// Timers, and signals that come while a call waits.
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t ticks;
static volatile int value;

static void tick(int sig, siginfo_t *info, void *context)
{
    ticks++;
    value = info->si_value.sival_int;
}

static void on(int sig, int flags)
{
    struct sigaction act = { .sa_sigaction = tick, .sa_flags = SA_SIGINFO | flags };
    CHECK(!sigaction(sig, &act, NULL));
    ticks = 0;
}

static void alarms_come(void)
{
    struct itimerval v = { { 0, 2000 }, { 0, 3000 } }, left;
    on(SIGALRM, 0);
    CHECK(!setitimer(ITIMER_REAL, &v, NULL));
    while (ticks < 5)   // between instructions
        ;
    CHECK(!getitimer(ITIMER_REAL, &left) && left.it_interval.tv_usec == 2000);
    memset(&v, 0, sizeof(v));
    CHECK(!setitimer(ITIMER_REAL, &v, &left));
    CHECK(alarm(100) == 0 && alarm(0) > 90);
}

static void a_wait_ends_or_begins_again(void)
{
    struct itimerval v = { { 0, 0 }, { 0, 20000 } };
    int fd[2];
    char c;
    CHECK(!pipe(fd));
    on(SIGALRM, 0);
    CHECK(!setitimer(ITIMER_REAL, &v, NULL));
    CHECK(read(fd[0], &c, 1) == -1 && errno == EINTR && ticks == 1);
    CHECK(!setitimer(ITIMER_REAL, &v, NULL));
    CHECK(poll(&(struct pollfd){ fd[0], POLLIN, 0 }, 1, -1) == -1 && errno == EINTR);
    on(SIGALRM, SA_RESTART);
    pid_t pid = fork();
    if (!pid) {
        struct timespec t = { 0, 100000000 };
        nanosleep(&t, NULL);
        CHECK(write(fd[1], "q", 1) == 1);
        _exit(0);
    }
    CHECK(!setitimer(ITIMER_REAL, &v, NULL));
    CHECK(read(fd[0], &c, 1) == 1 && c == 'q');
    CHECK(waitpid(pid, NULL, 0) == pid);
    struct timespec half = { 0, 500000000 }, rest = { 0 };
    CHECK(!setitimer(ITIMER_REAL, &v, NULL));
    CHECK(nanosleep(&half, &rest) == -1 && errno == EINTR && rest.tv_nsec > 0);
}

static void created_timers_say_who_they_are(void)
{
    struct sigevent e = { .sigev_notify = SIGEV_SIGNAL,
                          .sigev_signo = SIGRTMIN,
                          .sigev_value.sival_int = 77 };
    struct itimerspec when = { .it_value.tv_nsec = 5000000 }, left;
    timer_t t;
    on(SIGRTMIN, 0);
    CHECK(!timer_create(CLOCK_MONOTONIC, &e, &t) && !timer_settime(t, 0, &when, NULL));
    CHECK(!timer_gettime(t, &left));
    while (!ticks)
        pause();
    CHECK(value == 77 && !timer_delete(t) && timer_gettime(t, &left) == -1 && errno == EINVAL);
}

static void timerfds_are_read(void)
{
    struct itimerspec when = { { 0, 5000000 }, { 0, 5000000 } };
    unsigned long long n = 0;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    CHECK(fd >= 0 && !timerfd_settime(fd, 0, &when, NULL));
    CHECK(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 10000) == 1);
    CHECK(read(fd, &n, sizeof(n)) == sizeof(n) && n >= 1);
    CHECK(read(fd, &n, sizeof(n)) == sizeof(n) && n >= 1);
    close(fd);
}

static void queued_signals_keep_their_order(void)
{
    sigset_t set;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < 5; i++)
        CHECK(!sigqueue(getpid(), SIGRTMIN + 1, (union sigval){ .sival_int = i }));
    for (int i = 0; i < 5; i++)
        CHECK(sigwaitinfo(&set, &info) == SIGRTMIN + 1 && info.si_value.sival_int == i);
    struct timespec none = { 0, 1000000 };
    CHECK(sigtimedwait(&set, &info, &none) == -1 && errno == EAGAIN);
}

static void a_child_signals_its_parent(void)
{
    on(SIGUSR1, SA_RESTART);
    on(SIGCHLD, SA_RESTART);
    pid_t pid = fork();
    if (!pid)
        _exit(kill(getppid(), SIGUSR1) ? 1 : 6);
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 6);
    for (int i = 0; ticks < 2 && i < 1000; i++)
        usleep(1000);
    CHECK(ticks == 2);
    siginfo_t info;
    pid = fork();
    if (!pid)
        _exit(4);
    CHECK(!waitid(P_PID, (id_t)pid, &info, WEXITED) && info.si_pid == pid && info.si_status == 4);
}

int main(void)
{
    alarms_come();
    a_wait_ends_or_begins_again();
    created_timers_say_who_they_are();
    timerfds_are_read();
    queued_signals_keep_their_order();
    a_child_signals_its_parent();
    puts("timers ok");
    return 0;
}
