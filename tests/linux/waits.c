// Calls that wait, one a row of syscalls.def that may, each ended in each way by another
// thread: `waits CALL wake|signal|exit|close|unmap`. Status 0: it ended as on Linux.
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 65536, PAGE = 16384 };

// A pair of pipes, or of sockets; a and b of whatever the call is about.
static int in = -1, out = -1, other = -1, word;
static pid_t child;
static char *buffer;
static struct iovec iov;
static pthread_t waiter;

static void fill(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    while (write(fd, buffer, 4096) > 0)
        ;
    fcntl(fd, F_SETFL, flags);
}

static void drain(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    char bytes[4096];
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    while (read(fd, bytes, sizeof(bytes)) > 0)
        ;
    fcntl(fd, F_SETFL, flags);
}

static void with_pipe(void)
{
    int ends[2];
    pipe(ends);
    in = ends[0];
    out = ends[1];
}

static void with_full_pipe(void)
{
    with_pipe();
    fill(out);
}

static void with_two_pipes(void)   // from `in` to `other`
{
    int ends[2];
    pipe(ends);
    other = ends[1];
    with_pipe();
}

static void with_sockets(void)
{
    int ends[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    in = ends[0];
    out = ends[1];
}

static void with_full_sockets(void)
{
    with_sockets();
    fill(out);
}

static void with_file(void)
{
    with_full_pipe();
    other = open("file", O_RDWR | O_CREAT, 0600);
    write(other, buffer, PAGE);
    lseek(other, 0, SEEK_SET);
}

static struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "socket" };

static void with_listener(void)
{
    in = socket(AF_UNIX, SOCK_STREAM, 0);
    unlink(name.sun_path);
    bind(in, (struct sockaddr *)&name, sizeof(name));
    listen(in, 0);
    out = socket(AF_UNIX, SOCK_STREAM, 0);
}

static void with_full_listener(void)
{
    int full;
    with_listener();
    do {
        full = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    } while (!connect(full, (struct sockaddr *)&name, sizeof(name)));
    close(full);
}

static void with_fifo(void)
{
    mkfifo("fifo", 0600);
    in = out = -1;
}

static void with_lock(void)
{
    in = open("file", O_RDWR | O_CREAT, 0600);
    out = open("file", O_RDWR);
}

static void with_flock(void)
{
    with_lock();
    flock(in, LOCK_EX);
}

static void with_range(void)
{
    struct flock lock = { .l_type = F_WRLCK };
    with_lock();
    fcntl(in, F_OFD_SETLK, &lock);
}

static void with_child(void)
{
    with_pipe();
    child = fork();
    if (!child) {
        char c;
        close(out);
        _exit(read(in, &c, 1) != 1);
    }
}

static void with_epoll(void)
{
    struct epoll_event e = { .events = EPOLLIN };
    with_pipe();
    other = epoll_create1(0);
    epoll_ctl(other, EPOLL_CTL_ADD, in, &e);
}

static void with_nothing(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    in = out = -1;
}

static void with_terminal(void)
{
    struct termios settings;
    if (tcgetattr(0, &settings) || write(0, "some text\n", 10) != 10)
        exit(2);
}

static void put(void)
{
    write(out, buffer, 1);
}
static void get(void)
{
    drain(in);
}
static void unlock(void)
{
    flock(in, LOCK_UN);
}
static void join_in(void)
{
    connect(out, (struct sockaddr *)&name, sizeof(name));
}
static void take(void)
{
    close(accept(in, NULL, NULL));
}
static void open_out(void)
{
    close(open("fifo", O_WRONLY));
}
static void notify(void)
{
    pthread_kill(waiter, SIGUSR2);
}
static void pass(void)
{
}
static void unlock_range(void)
{
    struct flock lock = { .l_type = F_UNLCK };
    fcntl(in, F_OFD_SETLK, &lock);
}
static void wake(void)
{
    word = 1;
    syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static sigset_t empty;
static struct timespec soon = { 1, 0 };

static long set_lock(void)
{
    struct flock lock = { .l_type = F_WRLCK };
    return fcntl(out, F_OFD_SETLKW, &lock);
}

// A pseudo-terminal has sent all, so this does not wait long.
static long drain_terminal(void)
{
    struct termios settings;
    return tcdrain(0) || tcgetattr(0, &settings) || tcsetattr(0, TCSADRAIN, &settings) ||
                   tcsetattr(0, TCSAFLUSH, &settings)
               ? -1
               : 0;
}

static long select_in(void)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(in, &set);
    return pselect(in + 1, &set, NULL, NULL, NULL, NULL);
}

static long poll_in(void)
{
    struct pollfd fd = { in, POLLIN, 0 };
    return ppoll(&fd, 1, NULL, NULL);
}

static struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
static struct mmsghdr messages = { { .msg_iov = &iov, .msg_iovlen = 1 }, 0 };
static struct epoll_event event;

static long wait_usr2(void)
{
    siginfo_t info;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    return sigtimedwait(&set, &info, NULL);
}

static long suspend(void)   // whatever signal it is, it ends so
{
    sigsuspend(&empty);
    return errno == EINTR ? 0 : -1;
}

// What waits: name, what it needs, the call, what lets it go on.
#define CALL(name, with, wakes, call) \
    static long call_##name(void) { return call; }
#include "waits.def"
#undef CALL

static const struct {
    const char *name;
    void (*with)(void), (*wakes)(void);
    long (*call)(void);
} calls[] = {
#define CALL(name, with, wakes, call) { #name, with, wakes, call_##name },
#include "waits.def"
#undef CALL
};

static long result;
static int failure;

static void on_signal(int sig)
{
}

static void *wait_in(void *call)
{
    result = ((long (*)(void))call)();
    failure = errno;
    return NULL;
}

// 0 when the call ended as it should.
static int judge(size_t k, const char *how)
{
    int always = calls[k].call == call_sched_yield || calls[k].call == call_ioctl ||
                 calls[k].call == call_rt_sigsuspend;
    printf("%ld %s\n", result, strerror(failure));
    if (!strcmp(how, "wake"))
        return result < 0;
    if (!strcmp(how, "signal"))
        return always ? result < 0 : result >= 0 || failure != EINTR;
    return !strcmp(how, "close") && calls[k].wakes == put && result < 0;   // it held what it had
}

static int end(size_t k, const char *how)
{
    const struct timespec a_little = { 0, 50000000 };
    void *room = buffer;
    calls[k].with();
    pthread_create(&waiter, NULL, wait_in, (void *)calls[k].call);
    nanosleep(&a_little, NULL);
    if (!strcmp(how, "exit"))
        exit(0);
    buffer = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!strcmp(how, "unmap"))
        munmap(room, SIZE);
    if (!strcmp(how, "close"))   // the end that it waits at
        close(calls[k].wakes == get                                  ? out
              : calls[k].wakes == put && calls[k].with != with_epoll ? in
                                                                     : other);
    if (!strcmp(how, "signal"))
        pthread_kill(waiter, SIGUSR1);
    else
        calls[k].wakes();
    pthread_join(waiter, NULL);
    if (child) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    return judge(k, how);
}

int main(int argc, char **argv)
{
    struct sigaction sa = { .sa_handler = on_signal };
    sigaction(SIGUSR1, &sa, NULL);
    sigaction(SIGUSR2, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);
    buffer = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    iov = (struct iovec){ buffer, 4096 };
    for (size_t k = 0; argc == 3 && k < sizeof(calls) / sizeof(calls[0]); k++)
        if (!strcmp(calls[k].name, argv[1]))
            return end(k, argv[2]);
    return 2;
}
