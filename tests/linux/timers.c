// Timers, and signals that come while a call waits.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
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

// One count for all buffers of a call. (Kernels before 6.10 fill them one by one.)
static void a_timerfd_is_read_into_several(void)
{
    struct itimerspec when = { { 0, 2000000 }, { 0, 2000000 } };
    unsigned long long n[2] = { 0 };
    struct iovec two[2] = { { &n[0], 8 }, { &n[1], 8 } };
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    CHECK(fd >= 0 && !timerfd_settime(fd, 0, &when, NULL));
    for (int i = 0; i < 3; i++) {
        ssize_t got = readv(fd, two, 2);
        CHECK((got == 8 || got == 16) && n[0] >= 1);
        got = preadv2(fd, two, 2, -1, 0);
        CHECK((got == 8 || got == 16) && n[0] >= 1);
    }
    CHECK(preadv(fd, two, 2, 0) == -1 && errno == ESPIPE);
    CHECK(preadv(fd, two, 2, -1) == -1 && errno == EINVAL);
    CHECK(read(fd, n, 4) == -1 && errno == EINVAL);
    close(fd);
}

static void nobody_writes(int fd)
{
    const unsigned long long n[2] = { 1, ~0ull - 1 };
    const struct iovec two[2] = { { (void *)&n[0], 8 }, { (void *)&n[1], 8 } };
    CHECK(write(fd, n, 8) == -1 && errno == EINVAL);
    CHECK(write(fd, n, 0) == -1 && errno == EINVAL);
    CHECK(writev(fd, two, 2) == -1 && errno == EINVAL);
    CHECK(pwritev2(fd, two, 2, -1, 0) == -1 && errno == EINVAL);
    CHECK(pwritev(fd, two, 2, -1) == -1 && errno == EINVAL);
    CHECK(pwritev(fd, two, 2, 0) == -1 && errno == ESPIPE);
    CHECK(pwrite(fd, n, 8, 0) == -1 && errno == ESPIPE);
    CHECK(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 0) == 0);
}

static void what_tells_is_not_written_to(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    int timer = timerfd_create(CLOCK_MONOTONIC, 0), signals = signalfd(-1, &set, 0);
    nobody_writes(timer);
    nobody_writes(signals);
    close(timer);
    close(signals);
}

static void a_timerfd_waits_or_not(void)
{
    unsigned long long n;
    int fd = timerfd_create(CLOCK_MONOTONIC, 0), yes = 1, no = 0, two = dup(fd);
    CHECK(fcntl(fd, F_GETFL) == O_RDWR && !fcntl(fd, F_SETFL, O_NONBLOCK));
    CHECK(fcntl(two, F_GETFL) == (O_RDWR | O_NONBLOCK));
    CHECK(read(two, &n, 8) == -1 && errno == EAGAIN);
    CHECK(!fcntl(two, F_SETFL, 0) && fcntl(fd, F_GETFL) == O_RDWR);
    CHECK(!ioctl(two, FIONBIO, &yes) && fcntl(fd, F_GETFL) == (O_RDWR | O_NONBLOCK));
    CHECK(read(fd, &n, 8) == -1 && errno == EAGAIN);
    CHECK(!ioctl(fd, FIONBIO, &no) && fcntl(two, F_GETFL) == O_RDWR);
    struct itimerval soon = { { 0, 0 }, { 0, 5000 } };
    on(SIGALRM, 0);
    CHECK(!setitimer(ITIMER_REAL, &soon, NULL) && read(fd, &n, 8) == -1 && errno == EINTR);
    close(fd);
    close(two);
}

static int sets(int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
    return timerfd_settime(fd, flags, new, old) ? errno : 0;
}

static void timerfds_say_what_is_wrong(void)
{
    struct itimerspec good = { .it_value.tv_sec = 9 }, bad = { .it_value.tv_nsec = 1000000000 },
                      left, *nowhere = (struct itimerspec *)8;
    char name[64], to[64] = "";
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    CHECK(sets(-1, 4, nowhere, NULL) == EFAULT && sets(fd, 4, nowhere, NULL) == EFAULT);
    CHECK(sets(-1, 4, &good, NULL) == EINVAL && sets(-1, 0, &bad, NULL) == EINVAL);
    CHECK(sets(-1, 0, &good, NULL) == EBADF && sets(0, 0, &good, NULL) == EINVAL);
    CHECK(timerfd_gettime(-1, nowhere) == -1 && (errno == EBADF || under_qemu()));
    CHECK(timerfd_gettime(fd, nowhere) == -1 && errno == EFAULT);
    CHECK(sets(fd, 0, &good, nowhere) == EFAULT);   // it runs all the same
    CHECK(!timerfd_gettime(fd, &left) && left.it_value.tv_sec >= 8);
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    CHECK(readlink(name, to, sizeof(to) - 1) > 0 && !strcmp(to, "anon_inode:[timerfd]"));
    close(fd);
}

// It arrives as what it is, or is not sent.
static void a_timerfd_is_sent(void)
{
    int pair[2], fd = timerfd_create(CLOCK_MONOTONIC, 0);
    char byte = 0;
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = { .head = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
    struct iovec one = { &byte, 1 };
    struct msghdr m = {
        .msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    struct itimerspec left;
    CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
    if (sendmsg(pair[0], &m, 0) == 1) {
        CHECK(!close(fd) && recvmsg(pair[1], &m, 0) == 1);
        memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
        CHECK(!timerfd_gettime(fd, &left));
    } else {
        CHECK(errno == EPERM);
    }
    CHECK(!close(fd) && !close(pair[0]) && !close(pair[1]));
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
    a_timerfd_is_read_into_several();
    what_tells_is_not_written_to();
    a_timerfd_waits_or_not();
    timerfds_say_what_is_wrong();
    a_timerfd_is_sent();
    queued_signals_keep_their_order();
    a_child_signals_its_parent();
    puts("timers ok");
    return 0;
}
