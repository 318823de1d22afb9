// Threads: pthreads over clone and futex, their ends, signals to them, and what they share.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { THREADS = 6, ROUNDS = 20000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_here = PTHREAD_COND_INITIALIZER;
static int count, here;
static long atomic_count;
static __thread int own;

static void *worker(void *arg)
{
    own = (int)(long)arg;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&lock);
        count++;
        pthread_mutex_unlock(&lock);
        __atomic_fetch_add(&atomic_count, 1, __ATOMIC_RELAXED);
        if (i % 1000 == 0)
            free(malloc((size_t)i));
    }
    pthread_mutex_lock(&lock);
    if (++here == THREADS)
        pthread_cond_broadcast(&all_here);
    while (here < THREADS)
        pthread_cond_wait(&all_here, &lock);
    pthread_mutex_unlock(&lock);
    CHECK(own == (int)(long)arg && gettid() != getpid());
    return arg;
}

static void they_count_together(void)
{
    pthread_t t[THREADS];
    long sum = 0;
    for (long i = 0; i < THREADS; i++)
        CHECK(!pthread_create(&t[i], NULL, worker, (void *)i));
    for (int i = 0; i < THREADS; i++) {
        void *result;
        CHECK(!pthread_join(t[i], &result));
        sum += (long)result;
    }
    CHECK(count == THREADS * ROUNDS && atomic_count == THREADS * ROUNDS && sum == 15);
}

static void *sleeper(void *arg)
{
    for (;;)
        pause();
    return arg;
}

static void a_wait_can_be_cancelled(void)
{
    pthread_t t;
    void *result;
    CHECK(!pthread_create(&t, NULL, sleeper, NULL));
    CHECK(!pthread_cancel(t) && !pthread_join(t, &result) && result == PTHREAD_CANCELED);
}

static void *die_holding(void *mutex)
{
    pthread_mutex_lock(mutex);
    return NULL;
}

static void a_robust_mutex_survives_its_owner(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t m;
    pthread_t t;
    void *list;
    size_t size;
    if (syscall(SYS_get_robust_list, 0, &list, &size) && errno == ENOSYS)
        return;   // qemu-user 7.2 has no robust futexes: the lock would never be had
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&m, &attr);
    CHECK(!pthread_create(&t, NULL, die_holding, &m));
    CHECK(!pthread_join(t, NULL));
    CHECK(pthread_mutex_lock(&m) == EOWNERDEAD && !pthread_mutex_consistent(&m));
    CHECK(!pthread_mutex_unlock(&m) && !pthread_mutex_lock(&m) && !pthread_mutex_unlock(&m));
}

static void waits_time_out(void)
{
    struct timespec until, now;
    sem_t s;
    sem_init(&s, 0, 0);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 20000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    CHECK(sem_timedwait(&s, &until) == -1 && errno == ETIMEDOUT);
    clock_gettime(CLOCK_REALTIME, &now);
    CHECK(now.tv_sec > until.tv_sec ||
          (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec));
    pthread_mutex_lock(&lock);
    CHECK(pthread_cond_timedwait(&all_here, &lock, &until) == ETIMEDOUT);
    pthread_mutex_unlock(&lock);
}

static pthread_t main_thread;
static volatile int handled_by_main, handled_elsewhere;

static void note(int sig)
{
    if (pthread_equal(pthread_self(), main_thread))
        handled_by_main++;
    else
        handled_elsewhere++;
}

static volatile int turning;

static void *turn(void *arg)
{
    turning = 1;
    while (!handled_elsewhere)   // no system call: the signal comes between instructions
        ;
    return arg;
}

static void *block_and_wait(void *arg)
{
    sigset_t set;
    int sig;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    CHECK(!sigwait(&set, &sig));
    return (void *)(long)sig;
}

static void signals_find_their_thread(void)
{
    struct sigaction act = { .sa_handler = note };
    pthread_t t;
    void *result;
    sigset_t set;
    main_thread = pthread_self();
    sigaction(SIGUSR1, &act, NULL);
    CHECK(!pthread_create(&t, NULL, turn, NULL));
    while (!turning)
        sched_yield();
    CHECK(!pthread_kill(t, SIGUSR1) && !pthread_join(t, NULL));
    CHECK(handled_elsewhere == 1 && !handled_by_main);
    CHECK(!raise(SIGUSR1) && handled_by_main == 1);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    CHECK(!pthread_create(&t, NULL, block_and_wait, NULL));
    CHECK(!kill(getpid(), SIGUSR2) && !pthread_join(t, &result) && result == (void *)SIGUSR2);
    CHECK(syscall(SYS_tgkill, getpid(), 999999, 0) == -1 && errno == ESRCH);
}

static void *forks(void *arg)
{
    int status;
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (!pid) {
        pthread_t t;   // the child has this thread alone, and may make more
        void *result;
        here = THREADS - 1;
        if (pthread_create(&t, NULL, worker, (void *)3L) || pthread_join(t, &result))
            _exit(1);
        _exit(result == (void *)3L ? 9 : 2);
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 9);
    return arg;
}

static void any_thread_forks(void)
{
    pthread_t t, other;
    CHECK(!pthread_create(&other, NULL, sleeper, NULL));
    CHECK(!pthread_create(&t, NULL, forks, NULL) && !pthread_join(t, NULL));
    pthread_cancel(other);
    pthread_join(other, NULL);
}

static void *pump(void *arg)
{
    char b[1000];
    int *fd = arg;
    memset(b, 'x', sizeof(b));
    for (int i = 0; i < 300; i++)
        CHECK(write(fd[1], b, sizeof(b)) == sizeof(b));
    close(fd[1]);
    return NULL;
}

static void a_pipe_joins_threads(void)
{
    int fd[2];
    long n = 0;
    char b[4096];
    pthread_t t;
    CHECK(!pipe(fd) && !pthread_create(&t, NULL, pump, fd));
    for (ssize_t got; (got = read(fd[0], b, sizeof(b))) > 0;)
        n += got;
    CHECK(n == 300000 && !pthread_join(t, NULL));
    close(fd[0]);
}

// mprotect and munmap while another thread executes and reads what they take away.
static unsigned *code;
static volatile int stop;

static void *runs_code(void *arg)
{
    while (!stop)
        CHECK(((unsigned (*)(void))code)() < 1000);
    return arg;
}

static void code_changes_under_running_threads(size_t page)
{
    pthread_t t[2];
    code = mmap(NULL, page, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    code[0] = 0x52800000;   // mov w0, #0
    code[1] = 0xd65f03c0;   // ret
    __builtin___clear_cache((char *)code, (char *)(code + 2));
    for (int i = 0; i < 2; i++)
        CHECK(!pthread_create(&t[i], NULL, runs_code, NULL));
    for (unsigned n = 0; n < 300; n++) {
        __atomic_store_n(code, 0x52800000 | n << 5, __ATOMIC_RELEASE);
        __builtin___clear_cache((char *)code, (char *)(code + 1));
        CHECK(!mprotect(code, page, PROT_READ | PROT_EXEC));
        CHECK(!mprotect(code, page, PROT_READ | PROT_WRITE | PROT_EXEC));
        CHECK(((unsigned (*)(void))code)() == n);
    }
    stop = 1;
    for (int i = 0; i < 2; i++)
        CHECK(!pthread_join(t[i], NULL));
}

static void *reader(void *arg)
{
    char c = 0;
    CHECK(read(*(int *)arg, &c, 1) == 1);
    return (void *)(long)c;
}

// A call uses what its number meant when it began.
static void a_read_goes_on_when_its_number_changes(void)
{
    int way[2], number;
    pthread_t t;
    void *got;
    CHECK(!pipe(way));
    number = way[0];
    CHECK(!pthread_create(&t, NULL, reader, &number));
    usleep(20000);
    CHECK(!close(way[0]));
    int other = open("/dev/zero", O_RDONLY);
    CHECK(other == number);
    CHECK(write(way[1], "x", 1) == 1);
    CHECK(!pthread_join(t, &got) && (long)got == 'x');
    close(other);
    close(way[1]);
}

// The child has one thread: what the others of its parent use is not open in it for that.
static void a_child_holds_nothing_for_threads_it_has_not(void)
{
    int way[2], status;
    pthread_t t;
    CHECK(!pipe(way));
    CHECK(!pthread_create(&t, NULL, reader, &way[0]));
    usleep(20000);
    int told[2], ready[2];
    char c;
    CHECK(!pipe(told) && !pipe(ready));
    pid_t child = fork();
    CHECK(child >= 0);
    if (!child) {
        close(way[0]);
        close(way[1]);
        close(told[1]);
        CHECK(write(ready[1], "x", 1) == 1);
        _exit(read(told[0], &c, 1) != 0);
    }
    CHECK(write(way[1], "x", 1) == 1);
    CHECK(!pthread_join(t, NULL));
    close(way[0]);
    CHECK(read(ready[0], &c, 1) == 1);
    signal(SIGPIPE, SIG_IGN);
    CHECK(write(way[1], "x", 1) < 0 && errno == EPIPE);
    close(told[0]);
    close(told[1]);
    close(ready[0]);
    close(ready[1]);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    signal(SIGPIPE, SIG_DFL);
    close(way[1]);
}

static void *fork_often(void *arg)
{
    for (int i = 0; i < 30; i++) {
        int status;
        siginfo_t info;
        pid_t pid = i % 3 ? vfork() : fork();
        if (!pid)
            _exit(i);
        CHECK(pid > 0);
        if (i % 2) {
            CHECK(!waitid(P_PID, (id_t)pid, &info, WEXITED) && info.si_pid == pid);
            CHECK(info.si_status == i);
        } else {
            CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == i);
        }
    }
    return arg;
}

static void threads_that_fork_at_once_get_their_own_children(void)
{
    pthread_t t[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK(!pthread_create(&t[i], NULL, fork_often, NULL));
    for (int i = 0; i < THREADS; i++)
        CHECK(!pthread_join(t[i], NULL));
}

static void *nothing(void *arg)
{
    return arg;
}

static void *send_the_rest(void *fd)
{
    usleep(50000);
    CHECK(write((int)(long)fd, "bc", 2) == 2);
    return NULL;
}

// Some bytes are there, and who sends the rest must run. `ends`: nobody sends more than one.
static void a_receive_of_all_waits_for_the_rest(int by_message, int ends)
{
    int fd[2];
    char got[4] = "";
    pthread_t t;
    struct iovec parts[2] = { { got, 2 }, { got + 2, 1 } };
    struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };
    CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, fd) && write(fd[1], "a", 1) == 1);
    CHECK(!pthread_create(&t, NULL, ends ? nothing : send_the_rest, (void *)(long)fd[1]));
    if (ends)
        CHECK(!shutdown(fd[1], SHUT_WR));
    ssize_t n = by_message ? recvmsg(fd[0], &m, MSG_WAITALL) : recv(fd[0], got, 3, MSG_WAITALL);
    CHECK(n == (ends ? 1 : 3) && !memcmp(got, "abc", (size_t)n));
    CHECK(!fcntl(fd[0], F_SETFL, O_NONBLOCK) && (ends || write(fd[1], "d", 1) == 1));
    CHECK(recv(fd[0], got, 3, MSG_WAITALL) == !ends);
    CHECK(!pthread_join(t, NULL));
    close(fd[0]);
    close(fd[1]);
}

static void *receive_three(void *fd)
{
    char got[3], control[64];
    struct iovec part = { got, 3 };
    struct msghdr m = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
    };
    CHECK(recvmsg((int)(long)fd, &m, MSG_WAITALL) == 3);
    return NULL;
}

// Both are woken by each byte, and one finds that the other has taken it.
static void two_receive_all_of_one_stream(void)
{
    int fd[2];
    pthread_t t[2];
    CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
    for (int k = 0; k < 2; k++)
        CHECK(!pthread_create(&t[k], NULL, receive_three, (void *)(long)fd[0]));
    for (int k = 0; k < 6; k++) {
        usleep(10000);
        CHECK(write(fd[1], "x", 1) == 1);
    }
    for (int k = 0; k < 2; k++)
        CHECK(!pthread_join(t[k], NULL));
    close(fd[0]);
    close(fd[1]);
}

static int arrived;

static void arrive(int sig)
{
    __atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
}

// A child sends signals while threads begin and end: none goes with a thread.
static void no_signal_is_lost_with_a_thread(void)
{
    enum { SIGNALS_SENT = 60, PATIENCE = 3 };
    struct sigaction act = { .sa_handler = arrive, .sa_flags = SA_RESTART };
    CHECK(!sigaction(SIGRTMIN + 3, &act, NULL));
    pid_t parent = getpid(), child = fork();
    if (!child) {
        for (int k = 0; k < SIGNALS_SENT; k++) {
            usleep(1000);
            kill(parent, SIGRTMIN + 3);
        }
        _exit(0);
    }
    int status;
    time_t end = 0;
    while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < SIGNALS_SENT &&
           (!end || time(NULL) < end)) {
        pthread_t t[4];
        for (int k = 0; k < 4; k++)
            CHECK(!pthread_create(&t[k], NULL, nothing, NULL));
        for (int k = 0; k < 4; k++)
            CHECK(!pthread_join(t[k], NULL));
        if (!end && waitpid(child, &status, WNOHANG) == child)
            end = time(NULL) + PATIENCE;
    }
    CHECK(__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) == SIGNALS_SENT);
    if (!end)
        waitpid(child, &status, 0);
}

int main(void)
{
    they_count_together();
    a_wait_can_be_cancelled();
    a_robust_mutex_survives_its_owner();
    waits_time_out();
    signals_find_their_thread();
    any_thread_forks();
    threads_that_fork_at_once_get_their_own_children();
    no_signal_is_lost_with_a_thread();
    for (int k = 0; k < 4; k++)
        a_receive_of_all_waits_for_the_rest(k & 1, k & 2);
    two_receive_all_of_one_stream();
    a_pipe_joins_threads();
    a_read_goes_on_when_its_number_changes();
    a_child_holds_nothing_for_threads_it_has_not();
    code_changes_under_running_threads((size_t)sysconf(_SC_PAGESIZE));
    puts("threads ok");
    fflush(stdout);
    pthread_t t;   // exit while another waits
    CHECK(!pthread_create(&t, NULL, sleeper, NULL));
    return 0;
}
