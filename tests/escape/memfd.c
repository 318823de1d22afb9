// What --memory 256MiB promises of files that are memory: however they grow, together they and
// the rest stay within it, and what nobody has any more can be had again.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20, LIMIT = 256, PIECE = 8 };

static int failures;
static char piece[PIECE * MIB];

static void check(int good, const char *what)
{
    if (!good) {
        printf("not so (errno %d): %s\n", errno, what);
        failures++;
    }
}

static int file(void)
{
    int fd = memfd_create("bomb", 0);
    check(fd >= 0, "memfd_create");
    return fd;
}

enum way { WRITE, WRITEV, PWRITE, PWRITEV, APPEND, FALLOCATE, KEEP, SENDFILE, COPY, WAYS };

// Bytes that the file got by one step of `way`.
static ssize_t step(enum way way, int fd, int source, off_t at)
{
    struct iovec v[2] = { { piece, PIECE * MIB / 2 }, { piece, PIECE * MIB / 2 } };
    off_t zero = 0;
    switch (way) {
    case WRITEV: return writev(fd, v, 2);
    case PWRITE: return pwrite(fd, piece, sizeof(piece), at);
    case PWRITEV: return pwritev(fd, v, 2, at);
    case FALLOCATE: return fallocate(fd, 0, at, PIECE * MIB) ? -1 : PIECE * MIB;
    case KEEP: return fallocate(fd, FALLOC_FL_KEEP_SIZE, at, PIECE * MIB) ? -1 : PIECE * MIB;
    case SENDFILE: return sendfile(fd, source, &zero, PIECE * MIB);
    case COPY: return copy_file_range(source, &zero, fd, NULL, PIECE * MIB, 0);
    default: return write(fd, piece, sizeof(piece));
    }
}

static void grow(enum way way)
{
    char what[40];
    off_t size = 0;
    ssize_t n;
    int fd = file(), source = file();
    check(write(source, piece, sizeof(piece)) == sizeof(piece), "a source");
    if (way == APPEND)
        fcntl(fd, F_SETFL, O_APPEND);
    while (size < (off_t)LIMIT * MIB && (n = step(way, fd, source, size)) > 0)
        size += n;
    snprintf(what, sizeof(what), "way %d ends, at %d MiB", way, (int)(size / MIB));
    check(n < 0 && errno == ENOSPC && size > LIMIT / 2 * MIB && size < (off_t)LIMIT * MIB, what);
    close(fd);
    close(source);
}

static void far(void)
{
    int fd = file();
    check(ftruncate(fd, (off_t)1 << 40) && errno == ENOSPC, "ftruncate");
    check(!ftruncate(fd, 64 * MIB) && !ftruncate(fd, 0), "ftruncate within");
    check(pwrite(fd, "", 1, (off_t)1 << 40) < 0 && errno == ENOSPC, "pwrite far away");
    check(lseek(fd, (off_t)1 << 40, SEEK_SET) > 0 && write(fd, "", 1) < 0 && errno == ENOSPC,
          "write far away");
    check(mmap(NULL, (size_t)LIMIT * MIB, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED &&
              errno == ENOMEM,
          "a mapping beyond");
    char again[40];
    snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
    int other = open(again, O_RDWR);
    check(other >= 0 && ftruncate(other, (off_t)1 << 40) && errno == ENOSPC, "opened again");
    check(truncate(again, (off_t)1 << 40) && errno == ENOSPC, "truncate");
    close(other);
    close(fd);
}

static void many(void)
{
    int fd[LIMIT / PIECE], n = 0;
    while (n < LIMIT / PIECE && !ftruncate(fd[n] = file(), PIECE * MIB))
        n++;
    check(n < LIMIT / PIECE && n > LIMIT / PIECE / 2, "several count together");
    check(mmap(NULL, 16 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED,
          "with the rest");
    for (int k = 0; k <= n; k++)
        close(fd[k]);
}

static void given_back(void)
{
    for (int k = 0; k < 20; k++) {
        int fd = file();
        check(!ftruncate(fd, 100 * MIB), "100 MiB, again");
        char *p = mmap(NULL, 100 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        check(p != MAP_FAILED, "mapped");
        close(fd);
        fd = file();
        check(ftruncate(fd, 200 * MIB), "a mapping without a descriptor counts");
        close(fd);
        munmap(p, 100 * MIB);
    }
    char *p = mmap(NULL, 200 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(p != MAP_FAILED && !munmap(p, 200 * MIB), "as memory too");
}

static void child(void)
{
    int fd = file(), status;
    if (!fork()) {
        int grown = !ftruncate(fd, 100 * MIB), refused = ftruncate(fd, 250 * MIB);
        _exit(!(grown && refused));
    }
    wait(&status);
    check(!status, "a child's growing counts");
    int other = file();
    check(ftruncate(other, 200 * MIB), "in the parent");
    close(fd);
    check(!ftruncate(other, 200 * MIB), "until it is closed");
    close(other);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    memset(piece, 1, sizeof(piece));
    for (enum way way = WRITE; way < WAYS; way++)
        grow(way);
    far();
    many();
    given_back();
    child();
    return failures > 0;
}
