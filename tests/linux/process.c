// The process: identity, limits, time, names.
#define _GNU_SOURCE
#include <sched.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static void identity(void)
{
    char exe[4096], name[16] = { 0 };
    struct utsname u;
    CHECK(getpid() > 0 && getppid() > 0 && gettid() == getpid() && getuid() == geteuid());
    CHECK(readlink("/proc/self/exe", exe, sizeof(exe)) > 0 && exe[0] == '/');
    CHECK(!uname(&u) && !strcmp(u.sysname, "Linux") && !strcmp(u.machine, "aarch64"));
    CHECK(!prctl(PR_SET_NAME, "a name") && !prctl(PR_GET_NAME, name) && !strcmp(name, "a name"));
    CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
    CHECK(!strcmp((char *)getauxval(AT_PLATFORM), "aarch64") && getauxval(AT_CLKTCK) == 100);
    CHECK(getauxval(AT_HWCAP) & HWCAP_ATOMICS && getauxval(AT_EXECFN) && !getauxval(AT_SECURE));
    cpu_set_t set;
    CHECK(!sched_getaffinity(0, sizeof(set), &set) && CPU_COUNT(&set) >= 1 && !sched_yield());
    struct sysinfo info;
    CHECK(!sysinfo(&info) && info.totalram > info.freeram && info.mem_unit >= 1);
}

static void limits(void)
{
    struct rlimit r, s;
    CHECK(!getrlimit(RLIMIT_STACK, &r) && r.rlim_cur >= 1 << 20);
    CHECK(!getrlimit(RLIMIT_NOFILE, &r) && r.rlim_cur >= 64);
    r.rlim_cur = 64;
    CHECK(!setrlimit(RLIMIT_NOFILE, &r) && !getrlimit(RLIMIT_NOFILE, &s) && s.rlim_cur == 64);
    CHECK(dup2(1, 64) == -1 && errno == EBADF);
    int fd, last = -1;
    while ((fd = dup(1)) >= 0)
        last = fd;
    CHECK(errno == EMFILE && last == 63);
}

static void time_passes(void)
{
    struct timespec a, b, half = { 0, 20000000 };
    struct timeval tv;
    struct tms t;
    struct rusage u;
    CHECK(!clock_gettime(CLOCK_MONOTONIC, &a) && !nanosleep(&half, NULL));
    CHECK(!clock_gettime(CLOCK_MONOTONIC, &b));
    CHECK((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec >= 20000000);
    CHECK(!gettimeofday(&tv, NULL) && times(&t) != -1 && !getrusage(RUSAGE_SELF, &u));
    CHECK(!clock_getres(CLOCK_REALTIME, &a) && a.tv_sec == 0 && a.tv_nsec == 1);
    CHECK(clock_gettime(1234, &a) == -1 && errno == EINVAL);
    CHECK(clock() != (clock_t)-1);
    unsigned char r[64] = { 0 }, zero[64] = { 0 };
    CHECK(getrandom(r, sizeof(r), 0) == sizeof(r) && memcmp(r, zero, sizeof(r)));
}

// Nobody has this number.
enum { NOBODY = 0x3fffff };

static void scheduling(void)
{
    struct sched_param normal = { 0 }, high = { 1 }, beyond = { 100 }, *nowhere = (void *)8;
    CHECK(!sched_setscheduler(0, SCHED_OTHER, &normal) && !sched_setparam(getpid(), &normal));
    CHECK(sched_setscheduler(0, SCHED_OTHER, &high) == -1 && errno == EINVAL);
    CHECK(sched_setscheduler(0, SCHED_FIFO, &normal) == -1 && errno == EINVAL);
    CHECK(sched_setscheduler(0, SCHED_RR, &beyond) == -1 && errno == EINVAL);
    CHECK(sched_setscheduler(0, 77, &normal) == -1 && errno == EINVAL);
    CHECK(sched_setscheduler(0, -1, &normal) == -1 && errno == EINVAL);
    CHECK(sched_setscheduler(-1, SCHED_OTHER, &normal) == -1 && errno == EINVAL);
    CHECK(sched_setscheduler(NOBODY, 77, &normal) == -1 && errno == ESRCH);
    CHECK(syscall(SYS_sched_setscheduler, 0, 0, NULL) == -1 && errno == EINVAL);
    CHECK(sched_setparam(0, &high) == -1 && errno == EINVAL);
    CHECK(sched_setparam(NOBODY, &normal) == -1 && errno == ESRCH);
    CHECK(sched_getscheduler(0) == SCHED_OTHER && sched_getscheduler(-1) == -1 && errno == EINVAL);
    CHECK(sched_getscheduler(NOBODY) == -1 && errno == ESRCH);
    CHECK(!sched_getparam(0, &high) && high.sched_priority == 0);
    CHECK(sched_getparam(-1, &high) == -1 && errno == EINVAL);
    CHECK(sched_getparam(NOBODY, &high) == -1 && errno == ESRCH);
    if (under_qemu())   // which looks for the memory first
        return;
    CHECK(syscall(SYS_sched_getparam, 0, NULL) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_sched_getparam, 0, nowhere) == -1 && errno == EFAULT);
    CHECK(syscall(SYS_sched_setparam, 0, nowhere) == -1 && errno == EFAULT);
    CHECK(syscall(SYS_sched_setscheduler, NOBODY, 0, nowhere) == -1 && errno == EFAULT);
}

static void priorities(void)
{
    errno = 0;
    CHECK(getpriority(PRIO_PROCESS, getpid()) == getpriority(PRIO_PROCESS, 0) && !errno);
    CHECK(getpriority(3, 0) == -1 && errno == EINVAL);
    CHECK(getpriority(PRIO_PROCESS, NOBODY) == -1 && errno == ESRCH);
    CHECK(getpriority(PRIO_PGRP, NOBODY) == -1 && errno == ESRCH);
    CHECK(getpriority(PRIO_USER, 0x7ffffff0) == -1 && errno == ESRCH);
    CHECK(!setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0)));
    CHECK(setpriority(-1, 0, 19) == -1 && errno == EINVAL);
    CHECK(setpriority(PRIO_PROCESS, NOBODY, 19) == -1 && errno == ESRCH);
    CHECK(setpriority(PRIO_PGRP, NOBODY, 19) == -1 && errno == ESRCH);
}

static void capabilities(void)
{
    unsigned head[2] = { 1, 0 }, data[6];
    CHECK(syscall(SYS_capget, head, data) == -1 && errno == EINVAL && head[0] == 0x20080522);
    head[0] = 2;
    CHECK(!syscall(SYS_capget, head, NULL) && head[0] == 0x20080522);
    CHECK(!syscall(SYS_capget, head, data));
    head[1] = -1;
    CHECK(syscall(SYS_capget, head, data) == -1 && errno == EINVAL);
    head[1] = NOBODY;
    CHECK(syscall(SYS_capget, head, data) == -1 && errno == ESRCH);
    CHECK(syscall(SYS_capget, 8, data) == -1 && errno == EFAULT);
}

int main(void)
{
    identity();
    scheduling();
    priorities();
    capabilities();
    time_passes();
    puts("process ok");
    fflush(stdout);
    limits();
    return 0;
}
