// The wall of system calls: what it leaves and what it refuses, asked of the kernel by children
// that stand behind it.
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "base/types.h"

// The status of `f` in a child behind the wall of `parts`: the number of what failed, or 0.
static int behind(unsigned parts, int (*f)(void))
{
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        struct err e;
        _exit(sandbox_enter(parts, &e) ? f() : 255);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static bool refused(long number, long a, long b, long c, long d)
{
    errno = 0;
    return syscall(number, a, b, c, d, 0, 0) == -1 && errno == ENOSYS;
}

// Calls with arguments that would be refused with another error, or do no harm.
static int forbidden(void)
{
    static const long number[] = {
        SYS_execve,          SYS_execveat,         SYS_bpf,
        SYS_mount,           SYS_umount2,          SYS_pivot_root,
        SYS_chroot,          SYS_keyctl,           SYS_add_key,
        SYS_userfaultfd,     SYS_io_uring_setup,   SYS_unshare,
        SYS_setns,           SYS_process_vm_readv, SYS_process_vm_writev,
        SYS_perf_event_open, SYS_kexec_load,       SYS_init_module,
        SYS_finit_module,    SYS_delete_module,    SYS_open_by_handle_at,
        SYS_clone3,          SYS_setuid,           SYS_setgid,
        SYS_capset,          SYS_reboot,           SYS_swapon,
        SYS_clock_settime,   SYS_settimeofday,     SYS_sethostname,
        SYS_pidfd_getfd,     SYS_pidfd_open,       SYS_acct,
    };
    for (size_t k = 0; k < COUNT(number); k++)
        if (!refused(number[k], -1, -1, -1, -1))
            return (int)k + 1;
    return 0;
}

static void calls_that_m2sim_does_not_need_are_refused(void **state)
{
    assert_int_equal(behind(SANDBOX_INET, forbidden), 0);
}

static int arguments(void)
{
    bool wrong[] = {
        !refused(SYS_socket, AF_PACKET, SOCK_RAW, 0, 0),
        !refused(SYS_socket, AF_NETLINK, SOCK_RAW, 0, 0),
        !refused(SYS_socketpair, AF_INET, SOCK_STREAM, 0, 0),
        !refused(SYS_clone, CLONE_NEWNET, 0, 0, 0),
        !refused(SYS_clone, CLONE_NEWUSER, 0, 0, 0),
        !refused(SYS_ioctl, 0, TIOCSTI, 0, 0),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)   // which need all of it
        !refused(SYS_prctl, PR_SET_MM, 0, 0, 0),
#endif
        !refused(SYS_prlimit64, getppid(), 0, 0, 0),
        !refused(SYS_mknodat, -1, (long)"node", S_IFCHR | 0600, 0),
        !refused(SYS_mknodat, -1, (long)"node", S_IFBLK | 0600, 0),
        !refused(SYS_fchmod, -1, S_ISUID | 0755, 0, 0),
        !refused(SYS_fchmodat, -1, (long)"file", S_ISUID | 02755, 0),
    };
    for (size_t k = 0; k < COUNT(wrong); k++)
        if (wrong[k])
            return (int)k + 1;
    return 0;
}

static void calls_are_refused_by_their_arguments(void **state)
{
    assert_int_equal(behind(SANDBOX_INET, arguments), 0);
}

static int sockets_of_inet(void)
{
    return (socket(AF_INET, SOCK_STREAM, 0) >= 0) + 2 * (socket(AF_INET6, SOCK_DGRAM, 0) >= 0) +
           4 * (socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
}

static void sockets_of_inet_are_a_part_of_their_own(void **state)
{
    assert_int_equal(behind(SANDBOX_ALWAYS, sockets_of_inet), 4);
    assert_int_equal(behind(SANDBOX_INET, sockets_of_inet) & 5, 5);
}

static void *run(void *ctx)
{
    return ctx;
}

// What the C library does for a run: threads, memory, files, children.
static int needed(void)
{
    int status = 1, ends[2];
    char byte = 0;
    pthread_t t;
    if (pthread_create(&t, NULL, run, NULL) || pthread_join(t, NULL))
        return 1;
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || mprotect(p, 4096, PROT_READ | PROT_EXEC))
        return 2;
    int fd = open("/proc/self/status", O_RDONLY);
    if (fd < 0 || read(fd, &byte, 1) != 1 || byte != 'N' || pipe2(ends, O_CLOEXEC))
        return 3;
    pid_t child = fork();
    if (!child)
        _exit(write(ends[1], &byte, 1) == 1 && refused(SYS_execve, 0, 0, 0, 0) ? 0 : 1);
    return child < 0 || waitpid(child, &status, 0) != child || status ? 4 : 0;
}

static void what_a_run_needs_is_left_also_to_children(void **state)
{
    assert_int_equal(behind(SANDBOX_ALWAYS, needed), 0);
}

static int again(void)
{
    struct err e;
    return !sandbox_enter(SANDBOX_ALWAYS, &e);
}

static void a_second_wall_can_be_built_inside(void **state)
{
    assert_int_equal(behind(SANDBOX_INET, again), 0);
}

static int other_thread;

static void *look(void *ctx)
{
    while (!__atomic_load_n(&other_thread, __ATOMIC_ACQUIRE))
        usleep(1000);
    return refused(SYS_execve, 0, 0, 0, 0) ? NULL : ctx;
}

static void the_wall_stands_around_threads_that_there_are(void **state)
{
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        struct err e;
        pthread_t t;
        void *failed = &e;
        if (pthread_create(&t, NULL, look, &e) || !sandbox_enter(SANDBOX_ALWAYS, &e))
            _exit(2);
        __atomic_store_n(&other_thread, 1, __ATOMIC_RELEASE);
        pthread_join(t, &failed);
        _exit(failed != NULL);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_that_m2sim_does_not_need_are_refused),
        cmocka_unit_test(calls_are_refused_by_their_arguments),
        cmocka_unit_test(sockets_of_inet_are_a_part_of_their_own),
        cmocka_unit_test(what_a_run_needs_is_left_also_to_children),
        cmocka_unit_test(a_second_wall_can_be_built_inside),
        cmocka_unit_test(the_wall_stands_around_threads_that_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
