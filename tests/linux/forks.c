// What the child of a fork has of its parent, and what it has not: memory, what prctl keeps,
// its parent itself, timers.
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { PAGE = 16384 };

static void child_ends_well(pid_t pid)
{
    int status;
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status));
}

static unsigned char *pages(int n, int flags)
{
    unsigned char *p = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED);
    memset(p, 7, n * PAGE);
    return p;
}

static void memory_is_wiped(void)
{
    unsigned char *p = pages(4, MAP_PRIVATE), *shared = pages(1, MAP_SHARED);
    CHECK(madvise(shared, PAGE, MADV_WIPEONFORK) == -1 && errno == EINVAL);
    CHECK(!madvise(p, 3 * PAGE, MADV_WIPEONFORK) && !madvise(p + PAGE, PAGE, MADV_KEEPONFORK));
    pid_t pid = fork();
    if (!pid) {
        CHECK(!p[0] && !p[PAGE - 1] && p[PAGE] == 7 && !p[2 * PAGE] && p[3 * PAGE] == 7);
        p[0] = 8;
        pid_t grandchild = fork();   // it is so of the child's too
        if (!grandchild)
            _exit(p[0]);
        child_ends_well(grandchild);
        _exit(p[0] != 8);
    }
    child_ends_well(pid);
    CHECK(p[0] == 7);
    p = mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, pages(2, MAP_PRIVATE));
    CHECK(p != MAP_FAILED && p[0] == 7);
    p[PAGE] = 7;   // what is added is as what was there
    pid = fork();
    if (!pid)
        _exit(p[0] | p[PAGE]);
    child_ends_well(pid);
}

static void memory_is_left_out(void)
{
    unsigned char *p = pages(3, MAP_PRIVATE), *shared = pages(2, MAP_SHARED), vec;
    CHECK(!madvise(p, 2 * PAGE, MADV_DONTFORK) && !madvise(p, PAGE, MADV_DOFORK));
    CHECK(!madvise(shared, PAGE, MADV_DONTFORK));
    pid_t pid = fork();
    if (!pid) {
        CHECK(p[0] == 7 && p[2 * PAGE] == 7 && shared[PAGE] == 7);
        CHECK(mincore(p + PAGE, PAGE, &vec) == -1 && errno == ENOMEM);
        CHECK(mincore(shared, PAGE, &vec) == -1 && errno == ENOMEM);
        p[PAGE] = 1;
        _exit(0);
    }
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    CHECK(p[PAGE] == 7 && shared[0] == 7);
}

// A child that shares the memory has all of it.
static void advice_is_for_copies(void)
{
    unsigned char *wiped = pages(1, MAP_PRIVATE), *left_out = pages(1, MAP_PRIVATE);
    CHECK(!madvise(wiped, PAGE, MADV_WIPEONFORK) && !madvise(left_out, PAGE, MADV_DONTFORK));
    pid_t pid = vfork();
    if (!pid)
        _exit(*wiped != 7 || *left_out != 7);
    child_ends_well(pid);
    pid = fork();
    if (!pid)
        _exit(*wiped);
    child_ends_well(pid);
}

static void prctl_is_kept(void)
{
    CHECK(prctl(PR_GET_DUMPABLE) == 1 && !prctl(PR_SET_DUMPABLE, 0) && !prctl(PR_GET_DUMPABLE));
    CHECK(prctl(PR_SET_DUMPABLE, 2) == -1 && errno == EINVAL);
    CHECK(prctl(PR_GET_TIMERSLACK) == 50000 && !prctl(PR_SET_TIMERSLACK, 1234));
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == -1 && errno == EINVAL);
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0) == -1 && errno == EINVAL);
    CHECK(!prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    CHECK(!prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) && !prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
    pid_t pid = fork();
    if (!pid) {
        CHECK(!prctl(PR_GET_DUMPABLE) && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
        CHECK(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1 && prctl(PR_GET_TIMERSLACK) == 1234);
        CHECK(!prctl(PR_SET_TIMERSLACK, 99) && prctl(PR_GET_TIMERSLACK) == 99);
        CHECK(!prctl(PR_SET_TIMERSLACK, 0) && prctl(PR_GET_TIMERSLACK) == 1234);
        _exit(0);
    }
    child_ends_well(pid);
    CHECK(!prctl(PR_SET_TIMERSLACK, 0) && prctl(PR_GET_TIMERSLACK) == 50000);
    CHECK(!prctl(PR_SET_DUMPABLE, 1));
}

static int native;   // run by a kernel, in whatever session

// `sig`, which is blocked or ends it, comes to a process whose parent ends, and which has come to
// another: 1, where nobody else asks for orphans. It says 's', or nothing.
static char end_of_parent(int sig, int blocked)
{
    int said[2], sync[2], kept = 0;
    char c = 0;
    CHECK(!pipe(said) && !pipe(sync));
    pid_t pid = fork();
    if (!pid) {
        pid_t parent = getpid();
        if (!fork()) {
            sigset_t set;
            sigemptyset(&set);
            sigaddset(&set, sig);
            CHECK(!sigprocmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL));
            CHECK(!prctl(PR_SET_PDEATHSIG, sig) && !prctl(PR_GET_PDEATHSIG, &kept) && kept == sig);
            pid_t grandchild = fork();
            if (!grandchild)
                _exit(prctl(PR_GET_PDEATHSIG, &kept) || kept);
            child_ends_well(grandchild);
            close(said[0]);
            CHECK(write(sync[1], "r", 1) == 1);
            c = sigwaitinfo(&set, NULL) == sig ? 's' : '?';
            if (native ? getppid() == parent : getppid() != 1)
                c = 'p';
            CHECK(write(said[1], &c, 1) == 1);
            _exit(0);
        }
        CHECK(read(sync[0], &c, 1) == 1);
        _exit(0);
    }
    child_ends_well(pid);
    close(said[1]);
    ssize_t n = read(said[0], &c, 1);
    close(said[0]);
    close(sync[0]);
    close(sync[1]);
    return n == 1 ? c : 0;
}

static void a_parents_end_is_told(void)
{
    int sig = 5;
    CHECK(!prctl(PR_GET_PDEATHSIG, &sig) && !sig);
    CHECK(prctl(PR_SET_PDEATHSIG, 65) == -1 && errno == EINVAL);
    CHECK(end_of_parent(SIGUSR1, 1) == 's' && end_of_parent(SIGTERM, 1) == 's');
    CHECK(end_of_parent(SIGKILL, 0) == 0);
}

static void start(int fd, long ms)
{
    const struct itimerspec when = { .it_value.tv_nsec = ms * 1000000 };
    CHECK(!timerfd_settime(fd, 0, &when, NULL));
}

// How often it has run out since that was last asked; 0: it has not.
static unsigned long long times(int fd)
{
    unsigned long long n = 0;
    ssize_t got = read(fd, &n, sizeof(n));
    CHECK(got == sizeof(n) || (got == -1 && errno == EAGAIN));
    return n;
}

static int ready(int fd, int ms)
{
    return poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, ms);
}

static void a_timer_has_several_descriptors(void)
{
    struct itimerspec left;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), two = dup(fd), three = dup2(fd, 100);
    CHECK(fd >= 0 && two >= 0 && three == 100);
    start(two, 20);
    CHECK(!timerfd_gettime(fd, &left) && left.it_value.tv_nsec > 0 && !times(three));
    CHECK(ready(three, -1) == 1 && times(fd) == 1 && !times(two));
    CHECK(!timerfd_gettime(three, &left) && !left.it_value.tv_nsec);
    start(three, 20);
    CHECK(!close(fd) && timerfd_gettime(fd, &left) == -1 && errno == EBADF);
    CHECK(ready(two, -1) == 1 && !close(three) && times(two) == 1);
    start(two, 1);
    CHECK(ready(two, -1) == 1);
    start(two, 0);   // what was to be read is gone, and it does not run
    CHECK(!ready(two, 10) && !times(two) && !close(two));
    CHECK(timerfd_gettime(1, &left) == -1 && errno == EINVAL);
}

static void a_timer_is_its_processes_together(void)
{
    struct itimerspec left;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK),
        slow = timerfd_create(CLOCK_MONOTONIC, 0);
    start(fd, 30);
    pid_t pid = fork();
    if (!pid)
        _exit(ready(fd, -1) != 1 || close(fd));
    child_ends_well(pid);
    CHECK(ready(fd, -1) == 1 && times(fd) == 1 && !ready(fd, 50) && !times(fd));
    pid = fork();
    if (!pid) {   // starts what its parent waits for
        start(slow, 20);
        _exit(0);
    }
    CHECK(times(slow) == 1);
    child_ends_well(pid);
    CHECK(!timerfd_gettime(slow, &left) && !left.it_value.tv_nsec);
    CHECK(!close(fd) && !close(slow));
}

static long now_ms(void)
{
    struct timespec t;
    CHECK(!clock_gettime(CLOCK_MONOTONIC, &t));
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// Also while another process that has it sleeps past it, and then has nothing to do.
static void a_timer_goes_by_the_clock_of_who_sets_it(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), end[2];
    char c;
    CHECK(fd >= 0 && !pipe(end));
    pid_t pid = fork();
    if (!pid) {
        struct timespec longer = { 0, 300000000 };
        _exit(close(end[1]) || nanosleep(&longer, NULL) || read(end[0], &c, 1));
    }
    long began = now_ms();
    start(fd, 200);
    for (volatile int i = 0; i < 300000; i++)
        ;
    CHECK(now_ms() - began >= 200 || !times(fd));
    CHECK(ready(fd, -1) == 1 && now_ms() - began >= 200 && times(fd) == 1);
    CHECK(!close(end[0]) && !close(end[1]) && !close(fd));
    child_ends_well(pid);
}

static void a_timer_outlives_who_set_it(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    pid_t pid = fork();
    if (!pid)
        _exit(times(fd) != 1);
    start(fd, 20);
    CHECK(!close(fd));
    child_ends_well(pid);

    fd = timerfd_create(CLOCK_MONOTONIC, 0);
    pid = fork();
    if (!pid) {
        start(fd, 20);
        raise(SIGKILL);
    }
    CHECK(times(fd) == 1 && waitpid(pid, NULL, 0) == pid && !close(fd));
}

// Whichever is quicker has it; the other one waits for the next time.
static void two_read_one_timer(void)
{
    const struct itimerspec often = { { 0, 1000000 }, { 0, 1000000 } };
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    CHECK(fd >= 0 && !timerfd_settime(fd, 0, &often, NULL));
    pid_t pid = fork();
    for (int i = 0; i < (pid ? 60 : 30); i++)
        CHECK(times(fd) > 0);
    if (!pid)
        _exit(0);
    child_ends_well(pid);
    CHECK(!close(fd));
}

// As for a user who may not: never a plain fork.
static void namespaces_are_refused(void)
{
    const int kinds[] = { CLONE_NEWNS,  CLONE_NEWUTS,  CLONE_NEWIPC,   CLONE_NEWPID,
                          CLONE_NEWNET, CLONE_NEWUSER, CLONE_NEWCGROUP };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        unsigned long args[11] = { (unsigned long)kinds[i], 0, 0, 0, SIGCHLD };
        CHECK(syscall(SYS_clone, kinds[i] | SIGCHLD, 0, 0, 0, 0) == -1 && errno == EPERM);
        CHECK(syscall(SYS_clone3, args, sizeof(args)) == -1 && errno == EPERM);
        CHECK(unshare(kinds[i]) == -1 && errno == EPERM);
    }
    CHECK(setns(0, 0) == -1 && (errno == EPERM || errno == EINVAL));
}

int main(int argc, char **argv)
{
    native = argc > 1 && !strcmp(argv[1], "native");
    memory_is_wiped();
    memory_is_left_out();
    advice_is_for_copies();
    prctl_is_kept();
    a_parents_end_is_told();
    a_timer_has_several_descriptors();
    a_timer_is_its_processes_together();
    a_timer_goes_by_the_clock_of_who_sets_it();
    a_timer_outlives_who_set_it();
    two_read_one_timer();
    if (!native)   // where the user may
        namespaces_are_refused();
    puts("forks ok");
    return 0;
}
