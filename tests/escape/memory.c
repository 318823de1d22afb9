// Tries to reach memory that is not the guest's: wild pointers in instructions and in
// system calls, lengths that wrap, mappings where none may be. Each load or store is done
// in a child that must end by SIGSEGV or SIGBUS.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int escapes;

static void attempt(int got, const char *how, uint64_t where)
{
    if (got) {
        printf("escaped: %s at %#llx\n", how, (unsigned long long)where);
        escapes++;
    }
}

// The window is 2^40 bytes; the host's programs and libraries are at 0x55.., 0x7f...
static const uint64_t wild[] = {
    0,
    8,
    0xfff,
    0x3fff,
    (1ull << 40) - 4,
    (1ull << 40) - 1,
    1ull << 40,
    (1ull << 40) + 64,
    1ull << 41,
    3ull << 40,
    1ull << 46,
    0x555555554000,
    0x7ffff7dd5000,
    0x7fffffffe000,
    (1ull << 47) - 8,
    1ull << 47,
    1ull << 48,
    1ull << 52,
    1ull << 55,
    1ull << 63,
    ~0ull << 40,
    -8ull,
    -1ull,
    -4096ull,
    -(1ull << 40),
};

enum { WILD = sizeof(wild) / sizeof(*wild) };

// Two addresses in one: top-byte-ignore leaves 56 bits, so those that are inside after all
// are not wild.
static int inside(uint64_t a)
{
    return (a << 8 >> 8) >= 0x4000 && (a << 8 >> 8) < (1ull << 40) - 8;
}

static void access_wild(uint64_t a, int how)
{
    volatile uint64_t *p = (volatile uint64_t *)a;
    switch (how) {
    case 0: (void)*p; break;
    case 1: *p = 1; break;
    case 2: __atomic_fetch_add((uint64_t *)a, 1, __ATOMIC_SEQ_CST); break;
    case 3: __asm__ volatile("ldp q0, q1, [%0]" ::"r"(a) : "v0", "v1", "memory"); break;
    case 4: __asm__ volatile("st1 {v0.16b-v3.16b}, [%0]" ::"r"(a) : "memory"); break;
    case 5: __asm__ volatile("dc zva, %0" ::"r"(a) : "memory"); break;
    case 6:
        __asm__ volatile("ldr x0, [%0, %1, lsl #3]" ::"r"(a), "r"(0x0fffffffffffffffll)
                         : "x0", "memory");
        break;
    case 7: __asm__ volatile("br %0" ::"r"(a)); break;
    default: break;
    }
}

static void instructions(void)
{
    for (int i = 0; i < WILD; i++)
        for (int how = 0; how < 8; how++) {
            int status;
            if (inside(wild[i] + (how == 6 ? -8 : 0)) || (how == 5 && inside(wild[i] & -64)))
                continue;
            pid_t child = fork();
            if (!child) {
                freopen("/dev/null", "w", stderr);
                access_wild(wild[i], how);
                _exit(0);
            }
            waitpid(child, &status, 0);
            int ok =
                WIFSIGNALED(status) && (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS);
            attempt(!ok, "an instruction", wild[i]);
        }
}

static void calls(void)
{
    int fd = open("data", O_CREAT | O_RDWR, 0644);
    static char block[1 << 16];
    memset(block, 'x', sizeof(block));
    if (fd < 0 || write(fd, block, sizeof(block)) != sizeof(block))
        exit(2);
    static const uint64_t lengths[] = { 1,          8,          4096,       1ull << 31, 1ull << 32,
                                        1ull << 40, 1ull << 47, 1ull << 63, -1ull,      -4096ull };
    for (int i = 0; i < WILD; i++)
        for (size_t k = 0; k < sizeof(lengths) / sizeof(*lengths); k++) {
            uint64_t a = wild[i], n = lengths[k];
            if (inside(a))
                continue;
            struct iovec v[2] = { { block, 16 }, { (void *)a, n } };
            attempt(pread(fd, (void *)a, n, 0) > 0, "pread", a);
            attempt(pwrite(fd, (void *)a, n, 0) > 0, "pwrite", a);
            attempt(preadv(fd, v, 2, 0) > 16, "preadv", a);
            attempt(pwritev(fd, v, 2, 0) > 16, "pwritev", a);
            attempt(syscall(SYS_getrandom, a, n, 0) > 0, "getrandom", a);
            attempt(syscall(SYS_getcwd, a, n) > 0, "getcwd", a);
            attempt(syscall(SYS_getdents64, AT_FDCWD, a, n) > 0, "getdents64", a);
            attempt(syscall(SYS_mincore, a & -16384, n, block) == 0 && n < 1ull << 33, "mincore",
                    a);
            attempt(syscall(SYS_newfstatat, AT_FDCWD, ".", a, 0) == 0, "newfstatat", a);
            attempt(syscall(SYS_clock_gettime, 0, a) == 0, "clock_gettime", a);
            attempt(syscall(SYS_rt_sigaction, SIGUSR1, a, NULL, 8) == 0 && a, "rt_sigaction", a);
            attempt(syscall(SYS_openat, AT_FDCWD, a, O_RDONLY) >= 0, "openat", a);
        }
    // Long ones from the guest's own memory: they stop at its end.
    char *own = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(own + 16384, 16384);
    for (size_t k = 3; k < sizeof(lengths) / sizeof(*lengths); k++)
        attempt(pread(fd, own, lengths[k], 0) > 16384, "a long pread", (uint64_t)own);
    close(fd);
}

static void mappings(void)
{
    for (int i = 0; i < WILD; i++) {
        uint64_t a = wild[i] & -16384;
        int fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        if (inside(a) || a == (1ull << 40) - 16384)
            continue;
        attempt(a && mmap((void *)a, 16384, PROT_READ | PROT_WRITE, fixed, -1, 0) != MAP_FAILED,
                "mmap", a);
        attempt(a && mprotect((void *)a, 16384, PROT_READ | PROT_WRITE | PROT_EXEC) == 0,
                "mprotect", a);
        attempt(a && munmap((void *)a, 1ull << 47) == 0, "munmap", a);
        void *own = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        attempt(a && mremap(own, 16384, 16384, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)a) !=
                         MAP_FAILED,
                "mremap", a);
        munmap(own, 16384);
    }
    attempt(mmap(NULL, 1ull << 41, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED,
            "a huge mmap", 0);
    attempt(mmap(NULL, -16384ull, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED,
            "a wrapping mmap", 0);
    attempt((uint64_t)sbrk(1ll << 41) != -1ull, "a huge brk", 0);
}

int main(void)
{
    instructions();
    calls();
    mappings();
    return escapes != 0;
}
