// Makes random system calls from several threads: random numbers, descriptors, lengths and
// pointers, to memory that is there, half there, read-only or nowhere, with contents that
// often look like what a call expects. What happens to it is no matter; the simulator must
// live. Usage: calls SEED COUNT
//
// Without arguments (that is how execve comes back here) it ends at once.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

typedef uint64_t u64;
typedef uint32_t u32;

enum {
    THREADS = 3,
    AREA = 8 * 16384,      // bytes of a thread's memory to point to
    HIGHEST = 470,         // of a call's number, somewhat more than there are
    TEND = 32,             // calls between two looks after the process
};

struct fuzzer {
    u64 state;
    unsigned long count;
    unsigned char *area;
};

static unsigned char *read_only, *executable, *last_page;

static u64 next(struct fuzzer *f)
{
    u64 z = f->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static u64 below(struct fuzzer *f, u64 n)
{
    return next(f) % n;
}

// The call. Where one returns twice, who gets 0 ends at once, on whatever stack it has.
long call(u64 number, const u64 a[6]);
__asm__(".text\n"
        ".globl call\n"
        "call:\n"
        "  mov x8, x0\n"
        "  mov x9, x1\n"
        "  ldp x0, x1, [x9]\n"
        "  ldp x2, x3, [x9, #16]\n"
        "  ldp x4, x5, [x9, #32]\n"
        "  svc #0\n"
        "  cmp x8, #220\n"   // clone
        "  b.eq 1f\n"
        "  mov x9, #435\n"   // clone3
        "  cmp x8, x9\n"
        "  b.ne 2f\n"
        "1: cbnz x0, 2f\n"
        "  mov x8, #93\n"
        "  svc #0\n"
        "2: ret\n");

static void on_signal(int sig)
{
}

// A number that some length, size, mode or set of flags may be.
static u64 number(struct fuzzer *f)
{
    static const u64 special[] = { 0,          1,          2,           7,          8,
                                   16,         24,         32,          64,         128,
                                   4095,       4096,       16384,       65536,      0x7fffffff,
                                   0x80000000, 0xffffffff, 0x100000000, 1ull << 38, 1ull << 40,
                                   1ull << 47, 1ull << 62, 1ull << 63,  UINT64_MAX, -4096ull,
                                   -100ull };
    switch (below(f, 5)) {
    case 0: return special[below(f, sizeof(special) / sizeof(*special))];
    case 1: return below(f, 16);
    case 2: return (u64)1 << below(f, 64);
    case 3: return next(f) >> below(f, 64);
    default: return below(f, 8192);
    }
}

static u64 pointer(struct fuzzer *f)
{
    switch (below(f, 16)) {
    case 0: return 0;
    case 1: return below(f, 4096);
    case 2: return (u64)read_only + below(f, 16384);
    case 3: return (u64)last_page + 16384 - below(f, 64);       // ends where memory does
    case 4: return (u64)executable;
    case 5: return (1ull << 40) - below(f, 64);
    case 6: return next(f);
    case 7: return (u64)f->area + AREA - below(f, 256);
    case 8: return (u64)f->area + below(f, AREA);               // not aligned
    case 9: return ((u64)0xff << 56) | (u64)f->area;            // a tag
    default: return (u64)f->area + below(f, AREA / 16) * 16;
    }
}

static void put_text(struct fuzzer *f, unsigned char *to)
{
    static const char *const text[] = { "file",
                                        "folder",
                                        "folder/file",
                                        "link",
                                        "../outside",
                                        "/",
                                        "/etc/passwd",
                                        ".",
                                        "",
                                        "/proc/self/exe",
                                        "/proc/self/maps",
                                        "/proc/self/fd/3",
                                        "/proc/self/mem",
                                        "/dev/urandom",
                                        "/dev/null",
                                        "/dev/zero",
                                        "/proc/self/status",
                                        "/dev/stdin",
                                        "new",
                                        "fifo",
                                        "socket",
                                        "/proc/self/cwd/../..",
                                        "link/../../..",
                                        "folder/../folder/./file" };
    const char *s = text[below(f, sizeof(text) / sizeof(*text))];
    memcpy(to, s, strlen(s) + 1);
    if (below(f, 64) == 0)
        memset(to, 'x', 4096);   // without an end nearby
}

// One of the structures that calls take, in 64 bytes (a text may take more).
static void put_structure(struct fuzzer *f, unsigned char *to)
{
    u64 *w = (u64 *)to;
    switch (below(f, 10)) {
    case 0: put_text(f, to); break;
    case 1:   // times: short ones
        for (int i = 0; i < 4; i++)
            w[i] = i % 2 ? below(f, 3000000) : 0;
        break;
    case 2:   // iovec, msghdr, argv: pointers and lengths
        for (int i = 0; i < 8; i++)
            w[i] = i % 2 ? below(f, 4096) : pointer(f);
        break;
    case 3: {
        struct sockaddr_in in = {
            AF_INET, htons((uint16_t)below(f, 2)), { htonl(INADDR_LOOPBACK) }, { 0 }
        };
        memcpy(to, &in, sizeof(in));
        break;
    }
    case 4: {
        struct sockaddr_un un = { AF_UNIX, "" };
        strcpy(un.sun_path + below(f, 2), "socket");
        memcpy(to, &un, 32);
        break;
    }
    case 5:   // sigaction
        w[0] = below(f, 4) ? (u64)on_signal : below(f, 3);
        w[1] = next(f) & 0xfc000007;
        w[2] = pointer(f);
        w[3] = next(f) & ~(1ull << (SIGALRM - 1));
        break;
    case 6:   // pollfd, epoll_event
        for (int i = 0; i < 16; i++)
            ((u32 *)to)[i] = i % 2 ? (u32)next(f) : (u32)below(f, 12);
        break;
    case 7:   // counts and sizes
        for (int i = 0; i < 8; i++)
            w[i] = number(f);
        break;
    case 8:   // clone_args
        memset(to, 0, 64);
        w[0] = below(f, 2) ? 0x3d0f00 : number(f) & ~0xffull;
        w[5] = pointer(f);
        w[6] = below(f, 8192);
        break;
    default:
        for (int i = 0; i < 8; i++)
            w[i] = next(f);
    }
}

static u64 argument(struct fuzzer *f)
{
    switch (below(f, 8)) {
    case 0: return below(f, 12);   // a descriptor
    case 1: return below(f, 64) ? below(f, 6) : (u64)-100;
    case 2:
    case 3: return number(f);
    default: return pointer(f);
    }
}

// Those that would end it, or take what it stands on, come seldom.
static int ends(u64 n)
{
    static const u64 list[] = { SYS_exit,
                                SYS_exit_group,
                                SYS_execve,
                                SYS_rt_sigreturn,
                                SYS_munmap,
                                SYS_mremap,
                                SYS_kill,
                                SYS_tkill,
                                SYS_tgkill,
                                SYS_rt_sigqueueinfo,
                                SYS_rt_tgsigqueueinfo,
                                SYS_brk };
    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
        if (n == list[i])
            return 1;
    return 0;
}

// What would take all memory or the whole disk is kept small.
static void spare(struct fuzzer *f, u64 n, u64 a[6])
{
    if (n == SYS_mmap && a[1] > 1 << 24 && a[1] < 1ull << 40)
        a[1] &= (1 << 24) - 1;
    if (n == SYS_mmap || n == SYS_mremap || n == SYS_munmap || n == SYS_mprotect ||
        n == SYS_madvise)
        a[0] = below(f, 4) ? (u64)f->area + below(f, 8) * 16384 : below(f, 2) ? 0 : a[0];
    if (n == SYS_mmap && a[3] & MAP_FIXED && below(f, 8))
        a[3] &= ~(u64)MAP_FIXED;
    if (n == SYS_mprotect && below(f, 8))
        a[2] |= 3;
    if ((n == SYS_read || n == SYS_pread64 || n == SYS_getrandom) && a[2] < 1ull << 40)
        a[2] &= 0xffffff;
    if (n == SYS_kill)
        a[0] = below(f, 2) ? (u64)getpid() : 0;
}

// Puts right what a random call may have upset: what wakes it, what it may be woken by.
static void tend(struct fuzzer *f)
{
    struct itimerval soon = { { 0, 3000 }, { 0, 3000 } };
    struct sigaction act = { .sa_handler = on_signal };
    sigset_t set;
    sigaction(SIGALRM, &act, NULL);
    for (int sig = 1; sig <= 64; sig++)
        if (below(f, 4) == 0)
            sigaction(sig, &act, NULL);
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    mmap(f->area, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    for (int i = 0; i < 24; i++)
        put_structure(f, f->area + below(f, AREA / 16 - 512) * 16);
    if (below(f, 8) == 0)
        close_range((unsigned)below(f, 12), 1023, 0);
    for (int i = 0; i < 4; i++)
        open("/dev/null", O_RDWR);
}

static void *make_calls(void *arg)
{
    struct fuzzer *f = arg;
    for (unsigned long i = 0; i < f->count; i++) {
        if (i % TEND == 0)
            tend(f);
        u64 n = below(f, HIGHEST), a[6];
        if (ends(n) && below(f, 200))
            continue;
        if (n == SYS_setitimer || n == SYS_rt_sigprocmask)   // keep what wakes it, mostly
            n = below(f, 16) ? SYS_getpid : n;
        if (below(f, 4) == 0)
            put_structure(f, f->area + below(f, AREA / 16 - 512) * 16);
        for (int k = 0; k < 6; k++)
            a[k] = argument(f);
        spare(f, n, a);
        call(n, a);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 0;
    u64 seed = strtoull(argv[1], NULL, 0);
    int map = MAP_PRIVATE | MAP_ANONYMOUS;
    read_only = mmap(NULL, 16384, PROT_READ, map, -1, 0);
    executable = mmap(NULL, 16384, PROT_READ | PROT_EXEC, map, -1, 0);
    last_page = mmap(NULL, 2 * 16384, PROT_READ | PROT_WRITE, map, -1, 0);
    munmap(last_page + 16384, 16384);
    close(open("file", O_CREAT | O_RDWR, 0644));
    mkdirat(AT_FDCWD, "folder", 0755);
    close(open("folder/file", O_CREAT | O_RDWR, 0644));
    symlinkat("../outside", AT_FDCWD, "link");

    static struct fuzzer f[THREADS];
    pthread_t t[THREADS];
    for (int i = 0; i < THREADS; i++) {
        f[i].state = seed * THREADS + (u64)i;
        f[i].count = strtoul(argv[2], NULL, 0);
        f[i].area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, map, -1, 0);
        if (i)
            pthread_create(&t[i], NULL, make_calls, &f[i]);
    }
    make_calls(&f[0]);
    _exit(0);
}
