// Memory: mappings, protection, files in memory, the heap, and code that is written.
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "check.h"

static sigjmp_buf back;
static siginfo_t seen;

static void jump_back(int sig, siginfo_t *info, void *context)
{
    seen = *info;
    siglongjmp(back, 1);
}

static int faults(volatile char *p)
{
    if (sigsetjmp(back, 1))
        return 1;
    (void)*p;
    return 0;
}

static void pages_come_and_go(size_t page)
{
    char *p = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED && p[0] == 0 && p[4 * page - 1] == 0);
    memset(p, 1, 4 * page);
    CHECK(!munmap(p + page, page) && faults(p + page) && seen.si_code == SEGV_MAPERR);
    CHECK(!faults(p) && p[2 * page] == 1);
    CHECK(!mprotect(p, page, PROT_NONE) && faults(p) && seen.si_code == SEGV_ACCERR);
    CHECK(mmap(p + page, page, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
          p + page);
    CHECK(p[page] == 0);
    CHECK(!madvise(p + 2 * page, page, MADV_DONTNEED) && p[2 * page] == 0 && p[3 * page] == 1);
    CHECK(!munmap(p, 4 * page));
    CHECK(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
          errno == EINVAL);
}

static void mappings_move(size_t page)
{
    char *p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    strcpy(p, "moved");
    char *q = mremap(p, page, 64 * page, MREMAP_MAYMOVE);
    CHECK(q != MAP_FAILED && !strcmp(q, "moved") && q[64 * page - 1] == 0);
    CHECK(!munmap(q, 64 * page));
    char *big = malloc(1 << 20);   // realloc of large blocks is mremap
    memset(big, 7, 1 << 20);
    for (int i = 1; i < 6; i++) {
        big = realloc(big, (size_t)(1 << 20) << i);
        CHECK(big && big[0] == 7 && big[(1 << 20) - 1] == 7);
    }
    free(big);
}

static void files_are_mapped(size_t page)
{
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(write(fd, "hello", 5) == 5);
    char *shared = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *private = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(shared != MAP_FAILED && private != MAP_FAILED);
    CHECK(!strcmp(shared, "hello") && shared[page - 1] == 0);
    private[0] = 'P';
    shared[1] = 'S';
    char b[6] = { 0 };
    CHECK(pread(fd, b, 5, 0) == 5 && !strcmp(b, "hSllo") && private[0] == 'P');
    CHECK(!msync(shared, page, MS_SYNC));
    CHECK(faults(shared + page) && seen.si_signo == SIGBUS && seen.si_code == BUS_ADRERR);
    CHECK(!munmap(shared, 2 * page) && !munmap(private, page));
    CHECK(mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 1) == MAP_FAILED && errno == EINVAL);
    close(fd);
    CHECK(mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EBADF);
    unlink("f");
}

static void the_heap_moves(void)
{
    char *start = sbrk(0);
    CHECK(sbrk(100000) == start);
    memset(start, 3, 100000);
    CHECK(sbrk(-100000) == start + 100000 && sbrk(0) == start);
    CHECK(sbrk(100000) == start && start[50000] == 0);
}

// mov w0, #n; ret, written twice into one place.
static void code_is_written_and_run(size_t page)
{
    unsigned *code =
        mmap(NULL, page, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(code != MAP_FAILED);
    for (unsigned n = 1; n < 100; n++) {
        code[0] = 0x52800000 | n << 5;
        code[1] = 0xd65f03c0;
        __builtin___clear_cache((char *)code, (char *)(code + 2));
        CHECK(((unsigned (*)(void))code)() == n);
    }
    CHECK(!mprotect(code, page, PROT_READ | PROT_WRITE));
    code[0] = 0x52800000 | 777 << 5;
    CHECK(!mprotect(code, page, PROT_READ | PROT_EXEC) && ((unsigned (*)(void))code)() == 777);
}

// Copies between lists of buffers of the process itself; what cannot be read ends it early.
static void memory_is_copied_by_system_call(size_t page)
{
    char from[8] = "abcdefg", to[8] = "";
    char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED && !munmap(p + page, page));
    struct iovec local[] = { { to, 2 }, { to + 2, 6 } },
                 remote[] = { { from, 5 }, { from + 5, 3 } };
    CHECK(process_vm_readv(getpid(), local, 2, remote, 2, 0) == 8 && !strcmp(to, from));
    CHECK(process_vm_writev(getpid(), local, 1, remote, 1, 0) == 2);
    struct iovec hole = { p + page - 4, 8 };
    CHECK(process_vm_readv(getpid(), local, 2, &hole, 1, 0) <= 4);
    hole.iov_base = p + page;
    CHECK(process_vm_readv(getpid(), local, 2, &hole, 1, 0) == -1 && errno == EFAULT);
    CHECK(process_vm_readv(getpid(), local, 2, remote, 2, 1) == -1 && errno == EINVAL);
    CHECK(process_vm_readv(1, local, 2, remote, 2, 0) == -1);
}

int main(void)
{
    size_t page = sysconf(_SC_PAGESIZE);
    struct sigaction act = { .sa_sigaction = jump_back, .sa_flags = SA_SIGINFO };
    sigaction(SIGSEGV, &act, NULL);
    sigaction(SIGBUS, &act, NULL);
    CHECK(getauxval(AT_PAGESZ) == page);
    pages_come_and_go(page);
    mappings_move(page);
    files_are_mapped(page);
    the_heap_moves();
    code_is_written_and_run(page);
    if (!under_qemu())   // it has neither call
        memory_is_copied_by_system_call(page);
    puts("memory ok");
    return 0;
}
