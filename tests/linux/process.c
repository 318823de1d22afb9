// The process: identity, limits, time, names.
#define _GNU_SOURCE
#include <sched.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
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

int main(void)
{
    identity();
    time_passes();
    puts("process ok");
    fflush(stdout);
    limits();
    return 0;
}
