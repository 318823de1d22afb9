// What --memory 256MiB --processes 8 promise: address space is free, memory is not, nor by
// children, nor by what was touched and protected since.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
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

// Writes to each page: the simulator need not time a write of each byte.
static void touch(char *p, size_t mib)
{
    for (size_t k = 0; k < mib * MIB; k += 4096)
        p[k] = 1;
}

// MiB that can be had in pieces of 8, touched; all is given back.
static int most(int flags)
{
    void *piece[LIMIT];
    int n = 0;
    while (n < LIMIT && (piece[n] = map(8, PROT_READ | PROT_WRITE, flags)))
        touch(piece[n++], 8);
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
    touch(p, MORE);
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

// A change of protection that fails half way: the part it changed counts.
static void half_way(const char *self)
{
    enum { PIECE = 16 * MIB, PAGE = 16384, MOST = LIMIT * MIB / PIECE };
    char *piece[MOST];
    int fd = open(self, O_RDONLY), n = 0;
    check(fd >= 0, "a file open to read");
    while (n < MOST) {
        char *p = mmap(NULL, PIECE + PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        check(p != MAP_FAILED, "memory to read is free");
        void *file = mmap(p + PIECE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
        check(file != MAP_FAILED, "the file behind it");
        piece[n] = p;
        errno = 0;
        check(mprotect(p, PIECE + PAGE, PROT_READ | PROT_WRITE) < 0, "not all is made writable");
        n++;
        if (errno != EACCES)
            break;
        touch(p, PIECE / MIB);   // what came before the file was
    }
    check(errno == ENOMEM && n > 1, "and it ends before the limit");
    while (n-- > 0)
        munmap(piece[n], PIECE + PAGE);
    close(fd);
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
        touch(map(128, PROT_READ | PROT_WRITE, MAP_PRIVATE), 128);
        kill(getpid(), 9);
    }
    check(waitpid(pid, &status, 0) == pid && status == 9, "one is killed");
    void *p = map(160, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    check(p != NULL, "its memory can be had again");
    munmap(p, 160 * MIB);
}

// Memory that a child is not given needs no room; what it has given back is not counted twice.
static void left_out(void)
{
    char *p = map(MORE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    int status = -1;
    check(p && !madvise(p, (size_t)MORE * MIB, MADV_DONTFORK),
          "a large piece for the parent alone");
    pid_t pid = fork();
    if (!pid)
        _exit(map(LIMIT - MORE, PROT_READ | PROT_WRITE, MAP_PRIVATE) != NULL);
    check(pid > 0 && waitpid(pid, &status, 0) == pid && !status,
          "a child with little, and no more");
    munmap(p, (size_t)MORE * MIB);
    check(most(MAP_PRIVATE) < LIMIT, "the limit is where it was");
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

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    memory();
    hidden();
    half_way(argv[0]);
    children();
    left_out();
    told();
    return failures > 0;
}
