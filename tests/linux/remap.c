// What is shared can be made longer, in place or elsewhere, and mapped a second time; what its
// memory does not reach is SIGBUS.
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { BOTH = PROT_READ | PROT_WRITE };

static sigjmp_buf back;
static size_t page;

static void jump_back(int sig)
{
    siglongjmp(back, sig);
}

// The signal that reading *p gives, or 0.
static int fault(volatile char *p)
{
    int sig = sigsetjmp(back, 1);
    if (!sig)
        (void)*p;
    return sig;
}

// `pages` of address space with nothing mapped.
static char *room(size_t pages)
{
    char *p = mmap(NULL, pages * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED && !munmap(p, pages * page));
    return p;
}

static void anonymous_grows(void)
{
    char *at = room(8);
    char *p = mmap(at, 2 * page, BOTH, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(p == at);
    p[0] = 1, p[page] = 2;
    CHECK(mremap(p, 2 * page, 4 * page, 0) == p && p[0] == 1 && p[page] == 2);
    CHECK(fault(p + 2 * page) == SIGBUS && fault(p + 4 * page) == SIGSEGV);
    char *q = mremap(p, 4 * page, 4 * page, MREMAP_MAYMOVE | MREMAP_FIXED, p + 4 * page);
    CHECK(q == p + 4 * page && q[0] == 1 && q[page] == 2 && fault(p) == SIGSEGV);
    CHECK(fault(q + 3 * page) == SIGBUS);
    CHECK(read(0, q + 2 * page, 1) == -1 || read(0, q + 2 * page, 1) == 0);
    CHECK(mremap(q, 4 * page, page, 0) == q && q[0] == 1 && fault(q + page) == SIGSEGV);
    CHECK(mremap(q, page, 2 * page, 0) == q && q[page] == 2);
    CHECK(!munmap(q, 2 * page));
}

static void it_stays_shared_with_a_child(void)
{
    char *p = mmap(NULL, page, BOTH, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *q = mremap(p, page, 64 * page, MREMAP_MAYMOVE);
    CHECK(q != MAP_FAILED);
    int status;
    pid_t pid = fork();
    if (!pid) {
        q[1] = 7;
        _exit(0);
    }
    CHECK(waitpid(pid, &status, 0) == pid && !status && q[1] == 7);
    CHECK(!munmap(q, 64 * page));
}

static void neighbours_are_not_one(void)
{
    char *p = room(4);
    int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED;
    CHECK(mmap(p, page, BOTH, flags, -1, 0) == p);
    CHECK(mmap(p + page, page, BOTH, flags, -1, 0) == p + page);
    CHECK(mremap(p, 2 * page, 3 * page, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
    CHECK(mremap(p, page, 2 * page, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(!munmap(p, 2 * page));
}

static void a_second_mapping_is_made(void)
{
    char *p = mmap(NULL, 2 * page, BOTH, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(mremap(p, 0, 2 * page, 0) == MAP_FAILED && errno == ENOMEM);
    char *q = mremap(p, 0, 2 * page, MREMAP_MAYMOVE);
    CHECK(q != MAP_FAILED && q != p);
    p[page] = 3;
    CHECK(q[page] == 3);
    char *r = mremap(q + page, 0, page, MREMAP_MAYMOVE | MREMAP_FIXED, room(1));
    CHECK(r != MAP_FAILED && r[0] == 3);
    r[0] = 4;
    CHECK(p[page] == 4 && !munmap(p, 2 * page) && q[page] == 4);
    CHECK(!munmap(q, 2 * page) && !munmap(r, page));
    p = mmap(NULL, page, BOTH, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(mremap(p, 0, page, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL);
    CHECK(!munmap(p, page));
    CHECK(mremap(p, 0, page, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
}

// A file, or what else can be made longer.
static void files_grow(int fd, int prot)
{
    CHECK(fd >= 0 && !ftruncate(fd, 100) && pwrite(fd, "one", 3, 0) == 3);
    char *at = room(16), *p = mmap(at, page, BOTH, MAP_SHARED | MAP_FIXED, fd, 0);
    CHECK(p == at && !mprotect(p, page, prot));
    CHECK(mremap(p, page, 4 * page, 0) == p && (!prot || !strcmp(p, "one")));
    CHECK(fault(p + 2 * page) == (prot ? SIGBUS : SIGSEGV));
    CHECK(!ftruncate(fd, 3 * (off_t)page + 5));
    CHECK(pwrite(fd, "two", 3, 2 * (off_t)page) == 3 && (!prot || !strcmp(p + 2 * page, "two")));
    CHECK(pwrite(fd, "three", 5, 3 * (off_t)page) == 5);
    char *q = mremap(p + page, 3 * page, 5 * page, MREMAP_MAYMOVE | MREMAP_FIXED, p + 6 * page);
    CHECK(q == p + 6 * page && !mprotect(q, 5 * page, BOTH));
    CHECK(!strcmp(q + page, "two") && !strcmp(q + 2 * page, "three") && !q[3 * page - 1]);
    CHECK(fault(q + 3 * page) == SIGBUS && fault(p + page) == SIGSEGV);
    q[2 * page] = 'T';
    char c;
    CHECK(pread(fd, &c, 1, 3 * (off_t)page) == 1 && c == 'T');
    CHECK(!munmap(q, 5 * page) && !munmap(p, page) && !close(fd));
}

int main(void)
{
    page = (size_t)sysconf(_SC_PAGESIZE);
    signal(SIGSEGV, jump_back);
    signal(SIGBUS, jump_back);
    anonymous_grows();
    it_stays_shared_with_a_child();
    neighbours_are_not_one();
    if (!under_qemu())   // it makes none
        a_second_mapping_is_made();
    for (int prot = 0; prot < 4; prot += prot ? 2 : 1) {   // none, read, both
        files_grow(open("f", O_RDWR | O_CREAT | O_TRUNC, 0600), prot);
        files_grow(memfd_create("m", 0), prot);
    }
    puts("remap ok");
    return 0;
}
