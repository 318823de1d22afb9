// What --memory 256MiB --processes 8 promise: address space is free, memory is not, nor by
// children, nor by what was touched and protected since.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20, LIMIT = 256, PROCESSES = 8, MORE = 160 };

static int failures;

static void check(int good, const char *what)
{
    if (!good) {
        printf("not so (errno %d): %s\n", errno, what);
        failures++;
    }
}

static void *map(size_t mib, int prot, int flags)
{
    void *p = mmap(NULL, mib * MIB, prot, flags | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

// MiB that can be had in pieces of 8, touched; all is given back.
static int most(int flags)
{
    void *piece[LIMIT];
    int n = 0;
    while (n < LIMIT && (piece[n] = map(8, PROT_READ | PROT_WRITE, flags)))
        memset(piece[n++], 1, 8 * MIB);
    check(errno == ENOMEM, "the end is ENOMEM");
    for (int k = 0; k < n; k++)
        munmap(piece[k], 8 * MIB);
    return 8 * n;
}

static void memory(void)
{
    int n = most(MAP_PRIVATE);
    check(n > LIMIT / 2 && n < LIMIT, "private memory ends before the limit");
    check(most(MAP_PRIVATE) == n, "what was given back can be had again");
    check(most(MAP_SHARED) == n, "so does shared memory");
    check(most(MAP_PRIVATE | MAP_NORESERVE) == n, "and what is not reserved");
    char *end = sbrk(0);
    check(sbrk(LIMIT * MIB) == (void *)-1 && sbrk(0) == end, "the heap ends there too");
    char *big = map(4096, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE);
    check(big != NULL, "address space is free");
    check(!mprotect(big, 16 * MIB, PROT_READ | PROT_WRITE), "a part of it can be used");
    check(mprotect(big, (size_t)4096 * MIB, PROT_READ | PROT_WRITE) && errno == ENOMEM, "not all");
    munmap(big, (size_t)4096 * MIB);
}

static void hidden(void)
{
    char *p = map(MORE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    check(p != NULL, "a large piece");
    memset(p, 1, (size_t)MORE * MIB);
    check(!mprotect(p, (size_t)MORE * MIB, PROT_NONE), "is protected");
    check(!map(MORE, PROT_READ | PROT_WRITE, MAP_PRIVATE), "and still counts");
    p = mremap(p, (size_t)MORE * MIB, (size_t)(MORE + 16) * MIB, MREMAP_MAYMOVE);
    check(p != MAP_FAILED, "it can be moved and grow a little");
    p = mremap(p, (size_t)(MORE + 16) * MIB, (size_t)LIMIT * MIB, MREMAP_MAYMOVE);
    check(p != MAP_FAILED, "more of what cannot be touched is free");
    check(mprotect(p, (size_t)LIMIT * MIB, PROT_READ | PROT_WRITE) && errno == ENOMEM,
          "it stays so");
    errno = 0;
    pid_t pid = fork();
    if (!pid)
        _exit(0);
    check(pid < 0 && errno == ENOMEM, "there is no room for a child with as much");
    munmap(p, (size_t)LIMIT * MIB);
}

static void children(void)
{
    int made = 0, status, go[2];
    char c;
    pid_t pid;
    check(!pipe(go), "pipe");
    while ((pid = fork()) > 0)
        made++;
    if (!pid) {
        close(go[1]);
        _exit(read(go[0], &c, 1));
    }
    check(errno == EAGAIN && made == PROCESSES - 1, "children end with EAGAIN");
    check(!map(LIMIT - 8 * PROCESSES, PROT_READ | PROT_WRITE, MAP_PRIVATE),
          "they have a part of the memory");
    close(go[1]);
    while (wait(&status) > 0)
        made--;
    check(!made, "all are waited for");
    pid = fork();
    if (!pid) {
        memset(map(128, PROT_READ | PROT_WRITE, MAP_PRIVATE), 1, 128 * MIB);
        kill(getpid(), 9);
    }
    check(waitpid(pid, &status, 0) == pid && status == 9, "one is killed");
    void *p = map(160, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    check(p != NULL, "its memory can be had again");
    munmap(p, 160 * MIB);
}

static void told(void)
{
    struct sysinfo s;
    struct rlimit r;
    char line[80] = "";
    FILE *f = fopen("/proc/meminfo", "r");
    check(f && fgets(line, sizeof(line), f) && !strcmp(line, "MemTotal:         262144 kB\n"),
          "/proc/meminfo");
    check(!sysinfo(&s) && s.totalram == (size_t)LIMIT * MIB, "sysinfo");
    check(!getrlimit(RLIMIT_NPROC, &r) && r.rlim_cur == PROCESSES, "RLIMIT_NPROC");
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    memory();
    hidden();
    children();
    told();
    return failures > 0;
}
