// Descriptors that tell of signals and files, pipes spliced, many messages at once, and what
// /dev/urandom and /proc say.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static sigset_t set_of(int one, int two)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, one);
    if (two)
        sigaddset(&set, two);
    return set;
}

static bool readable(int fd)
{
    struct pollfd p = { fd, POLLIN, 0 };
    return poll(&p, 1, 0) == 1 && p.revents == POLLIN;
}

static void a_signalfd_tells_of_blocked_signals(void)
{
    struct signalfd_siginfo s[2];
    sigset_t both = set_of(SIGUSR1, SIGUSR2), one = set_of(SIGUSR2, 0);
    CHECK(!sigprocmask(SIG_BLOCK, &both, NULL));
    int fd = signalfd(-1, &both, SFD_NONBLOCK | SFD_CLOEXEC), copy;
    CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC && (fcntl(fd, F_GETFL) & O_NONBLOCK));
    CHECK(read(fd, s, sizeof(s)) == -1 && errno == EAGAIN && !readable(fd));
    CHECK(read(fd, s, 100) == -1 && errno == EINVAL);
    CHECK(write(fd, s, sizeof(s)) == -1 && errno == EINVAL);
    CHECK(!kill(getpid(), SIGUSR1) &&
          !sigqueue(getpid(), SIGUSR2, (union sigval){ .sival_int = 77 }));
    CHECK(readable(fd) && (copy = dup(fd)) >= 0 && readable(copy));
    CHECK(read(copy, s, sizeof(s)) == sizeof(s));
    CHECK(s[0].ssi_signo == SIGUSR1 && s[0].ssi_code == SI_USER &&
          s[0].ssi_pid == (unsigned)getpid());
    CHECK(s[1].ssi_signo == SIGUSR2 && s[1].ssi_code == SI_QUEUE && s[1].ssi_int == 77);
    CHECK(!readable(fd) && !close(copy));

    CHECK(signalfd(fd, &one, 0) == fd);   // another set
    CHECK(!kill(getpid(), SIGUSR1) && !readable(fd) && !kill(getpid(), SIGUSR2) && readable(fd));
    CHECK(read(fd, s, sizeof(s)) == sizeof(s[0]) && s[0].ssi_signo == SIGUSR2 && !readable(fd));
    int sig;
    CHECK(!sigwait(&both, &sig) && sig == SIGUSR1);
    CHECK(signalfd(0, &one, 0) == -1 && errno == EINVAL && signalfd(99, &one, 0) == -1 &&
          errno == EBADF);

    struct epoll_event e = { .events = EPOLLIN, .data.u32 = 5 }, got;
    int epoll = epoll_create1(0);
    CHECK(!epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) && epoll_wait(epoll, &got, 1, 0) == 0);
    CHECK(!kill(getpid(), SIGUSR2) && epoll_wait(epoll, &got, 1, -1) == 1 && got.data.u32 == 5);
    CHECK(read(fd, s, sizeof(s)) == sizeof(s[0]) && !close(epoll) && !close(fd));
}

static void *sleep_a_little(void *arg)
{
    usleep(20000);
    return NULL;
}

// Another thread is there, so that a wait would go through the scheduler.
static void a_vector_takes_the_signals_there_are(void)
{
    struct signalfd_siginfo s[2];
    struct iovec parts[2] = { { &s[0], sizeof(s[0]) }, { &s[1], sizeof(s[1]) } };
    sigset_t one = set_of(SIGUSR1, 0);
    pthread_t other;
    CHECK(!sigprocmask(SIG_BLOCK, &one, NULL));
    CHECK(!pthread_create(&other, NULL, sleep_a_little, NULL));
    int fd = signalfd(-1, &one, 0);
    raise(SIGUSR1);
    CHECK(readv(fd, parts, 2) == sizeof(s[0]) && s[0].ssi_signo == SIGUSR1);
    usleep(1000);
    CHECK(!pthread_join(other, NULL));
    close(fd);
}

static void a_signalfd_waits_for_a_child(void)
{
    struct signalfd_siginfo s;
    sigset_t child = set_of(SIGCHLD, 0);
    int status;
    CHECK(!sigprocmask(SIG_BLOCK, &child, NULL));
    int fd = signalfd(-1, &child, 0);
    pid_t pid = fork();
    if (!pid) {
        usleep(20000);
        _exit(3);
    }
    CHECK(pid > 0 && read(fd, &s, sizeof(s)) == sizeof(s));
    CHECK(s.ssi_signo == SIGCHLD && s.ssi_pid == (unsigned)pid && s.ssi_status == 3);
    CHECK(waitpid(pid, &status, 0) == pid && !close(fd));
}

static void *send_late(void *arg)
{
    usleep(10000);
    CHECK(!kill(getpid(), SIGUSR1));
    return arg;
}

static void a_reader_of_a_signalfd_is_woken(void)
{
    struct signalfd_siginfo s;
    sigset_t one = set_of(SIGUSR1, 0);
    pthread_t t;
    int fd = signalfd(-1, &one, 0);
    CHECK(!pthread_create(&t, NULL, send_late, NULL));
    CHECK(read(fd, &s, sizeof(s)) == sizeof(s) && s.ssi_signo == SIGUSR1);
    CHECK(!pthread_join(t, NULL) && !close(fd));
}

static void inotify_tells_of_files(void)
{
    char buffer[1024] __attribute__((aligned(8)));
    struct inotify_event *e = (struct inotify_event *)buffer;
    CHECK(!mkdir("watched", 0755));
    int fd = inotify_init1(IN_NONBLOCK);
    int watch = inotify_add_watch(fd, "watched", IN_CREATE | IN_DELETE);
    CHECK(fd >= 0 && watch >= 0 && read(fd, buffer, sizeof(buffer)) == -1 && errno == EAGAIN);
    CHECK(!close(open("watched/file", O_CREAT | O_WRONLY, 0644)));
    CHECK(readable(fd) && read(fd, buffer, sizeof(buffer)) > 0);
    CHECK(e->wd == watch && e->mask == IN_CREATE && !strcmp(e->name, "file"));
    CHECK(!unlink("watched/file") && read(fd, buffer, sizeof(buffer)) > 0 && e->mask == IN_DELETE);
    CHECK(!inotify_rm_watch(fd, watch) && inotify_rm_watch(fd, 99) == -1 && errno == EINVAL);
    CHECK(inotify_add_watch(fd, "absent", IN_CREATE) == -1 && errno == ENOENT);
    CHECK(inotify_add_watch(99, "watched", IN_CREATE) == -1 && errno == EBADF);
    CHECK(!rmdir("watched") && !close(fd));
}

static void pipes_are_spliced(void)
{
    int a[2], b[2], file = open("spliced", O_CREAT | O_RDWR, 0644);
    char text[16] = { 0 };
    loff_t at = 3;
    CHECK(!pipe(a) && !pipe(b) && file >= 0);
    struct iovec iov[2] = { { "abc", 3 }, { "defgh", 5 } };
    CHECK(vmsplice(a[1], iov, 2, 0) == 8);
    CHECK(tee(a[0], b[1], 100, 0) == 8 && read(b[0], text, 16) == 8 && !strcmp(text, "abcdefgh"));
    CHECK(splice(a[0], NULL, file, NULL, 6, 0) == 6 && splice(a[0], NULL, file, &at, 2, 0) == 2);
    CHECK(at == 5 && pread(file, text, 16, 0) == 6 && !memcmp(text, "abcghf", 6));
    at = 1;
    CHECK(splice(file, &at, b[1], NULL, 4, 0) == 4 && read(b[0], text, 16) == 4);
    CHECK(!memcmp(text, "bcgh", 4));
    CHECK(splice(file, NULL, file, NULL, 4, 0) == -1 && errno == EINVAL);
    CHECK(splice(99, NULL, file, NULL, 4, 0) == -1 && errno == EBADF);
    CHECK(!close(a[0]) && !close(a[1]) && !close(b[0]) && !close(b[1]) && !close(file));
}

static void *drain(void *arg)
{
    char b[5000];
    long n = 0;
    for (ssize_t got; (got = read(*(int *)arg, b, sizeof(b))) > 0;)
        n += got;
    return (void *)n;
}

static void splicing_more_than_a_pipe_holds_waits_for_its_reader(void)
{
    int p[2], file = open("large", O_CREAT | O_RDWR, 0644);
    pthread_t t;
    void *n;
    CHECK(!ftruncate(file, 300000) && !pipe(p) && !pthread_create(&t, NULL, drain, &p[0]));
    for (long left = 300000; left > 0;) {
        ssize_t got = splice(file, NULL, p[1], NULL, (size_t)left, 0);
        CHECK(got > 0);
        left -= got;
    }
    CHECK(!close(p[1]) && !pthread_join(t, &n) && (long)n == 300000 && !close(p[0]) &&
          !close(file));
}

static void many_messages_go_at_once(void)
{
    int s[2];
    char text[3][8] = { "one", "two", "three" }, got[3][8] = { "" };
    struct iovec out[3], in[3];
    struct mmsghdr sent[3] = { 0 }, received[3] = { 0 };
    for (int i = 0; i < 3; i++) {
        out[i] = (struct iovec){ text[i], strlen(text[i]) };
        in[i] = (struct iovec){ got[i], 8 };
        sent[i].msg_hdr = (struct msghdr){ .msg_iov = &out[i], .msg_iovlen = 1 };
        received[i].msg_hdr = (struct msghdr){ .msg_iov = &in[i], .msg_iovlen = 1 };
    }
    CHECK(!socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    CHECK(sendmmsg(s[0], sent, 3, 0) == 3 && sent[2].msg_len == 5);
    CHECK(recvmmsg(s[1], received, 2, 0, NULL) == 2 && !strcmp(got[1], "two"));
    CHECK(recvmmsg(s[1], received, 3, MSG_WAITFORONE, NULL) == 1 && !strcmp(got[0], "three"));
    CHECK(received[0].msg_len == 5);
    CHECK(recvmmsg(s[1], received, 3, MSG_DONTWAIT, NULL) == -1 && errno == EAGAIN);
    CHECK(recvmmsg(99, received, 3, 0, NULL) == -1 && errno == EBADF);
    CHECK(!close(s[0]) && !close(s[1]));
}

static int threads(void)
{
    char line[256];
    int n = 0;
    FILE *f = fopen("/proc/self/status", "r");
    CHECK(f);
    while (fgets(line, sizeof(line), f))
        sscanf(line, "Threads: %d", &n);
    CHECK(!fclose(f));
    return n;
}

static void the_threads_are_counted(void)
{
    pthread_t t;
    sigset_t set = set_of(SIGUSR1, 0);
    int sig, alone = threads();
    CHECK(!pthread_create(&t, NULL, send_late, NULL));
    CHECK((threads() == alone + 1 || under_qemu()) && !pthread_join(t, NULL) &&
          !sigwait(&set, &sig));
}

static void the_cpus_agree(void)
{
    char line[256];
    int cpus = 0;
    cpu_set_t all, one;
    CHECK(!sched_getaffinity(0, sizeof(all), &all) && get_nprocs() >= CPU_COUNT(&all));
    FILE *f = fopen("/proc/cpuinfo", "r");
    CHECK(f);
    while (fgets(line, sizeof(line), f))
        cpus += !strncmp(line, "processor", 9);
    CHECK(cpus == get_nprocs_conf() && !fclose(f));
    CPU_ZERO(&one);
    CHECK(sched_setaffinity(0, sizeof(one), &one) == -1 && errno == EINVAL);
    for (int i = 0; !CPU_COUNT(&one); i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    CHECK(!sched_setaffinity(0, sizeof(one), &one) && !sched_getaffinity(0, sizeof(all), &all));
    CHECK(CPU_EQUAL(&one, &all) && sched_getcpu() >= 0);
}

static void random_devices_differ_from_call_to_call(void)
{
    char a[2][32], b[32];
    int fd = open("/dev/urandom", O_RDONLY);
    struct iovec iov[2] = { { a[0], 32 }, { a[1], 32 } };
    CHECK(fd >= 0 && readv(fd, iov, 2) == 64 && read(fd, b, 32) == 32);
    CHECK(memcmp(a[0], a[1], 32) && memcmp(a[1], b, 32) && !close(fd));
}

// Each polls fewer than RLIMIT_NOFILE allows, both together more.
static void *poll_many(void *pipe_end)
{
    struct pollfd p[200];
    for (int k = 0; k < 200; k++)
        p[k] = (struct pollfd){ *(int *)pipe_end, POLLIN, 0 };
    CHECK(poll(p, 200, 50) == 0);
    return NULL;
}

static int two_poll(void)
{
    int ends[2];
    pthread_t t[2];
    CHECK(!pipe(ends));
    for (int k = 0; k < 2; k++)
        CHECK(!pthread_create(&t[k], NULL, poll_many, &ends[0]));
    for (int k = 0; k < 2; k++)
        CHECK(!pthread_join(t[k], NULL));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "polls"))
        return two_poll();
    if (argc > 1) {   // print what the seed gives
        unsigned long x;
        int fd = open(argv[1], O_RDONLY);
        CHECK(read(fd, &x, sizeof(x)) == sizeof(x));
        printf("%lx\n", x);
        return 0;
    }
    a_signalfd_tells_of_blocked_signals();
    a_vector_takes_the_signals_there_are();
    a_signalfd_waits_for_a_child();
    a_reader_of_a_signalfd_is_woken();
    inotify_tells_of_files();
    pipes_are_spliced();
    splicing_more_than_a_pipe_holds_waits_for_its_reader();
    many_messages_go_at_once();
    the_threads_are_counted();
    the_cpus_agree();
    random_devices_differ_from_call_to_call();
    puts("notify ok");
    return 0;
}
