// files: a file in the current directory, written, read, mapped, sought, renamed and removed.
// Checked by: its contents are a formula of the position, whichever way they are read.
#include "check.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { BYTES = 40000 };

static const char *const name = "files-of-guest.tmp", *const other = "files-of-guest.moved";

static unsigned char byte_at(long i)
{
    return (unsigned char)(i * i + i / 251);
}

static uint64_t errors_in(const unsigned char *p, long from, long n)
{
    uint64_t wrong = 0;
    for (long i = 0; i < n; i++)
        wrong += p[i] != byte_at(from + i);
    return wrong;
}

static uint64_t write_and_read(void)
{
    static unsigned char buffer[BYTES];
    uint64_t wrong = 0;
    FILE *f = fopen(name, "w+b");
    if (!f)
        return 1;
    for (long i = 0; i < BYTES; i++)
        putc(byte_at(i), f);
    rewind(f);
    wrong += fread(buffer, 1, BYTES, f) != BYTES || errors_in(buffer, 0, BYTES) || getc(f) != EOF;
    wrong +=
        fseek(f, -100, SEEK_END) != 0 || ftell(f) != BYTES - 100 || getc(f) != byte_at(BYTES - 100);
    fclose(f);
    return wrong;
}

static uint64_t system_calls(void)
{
    static unsigned char buffer[256];
    struct stat s;
    uint64_t wrong = 0;
    int fd = open(name, O_RDWR | O_CLOEXEC);
    wrong += fd < 0 || fstat(fd, &s) != 0 || s.st_size != BYTES || !S_ISREG(s.st_mode);
    wrong += pread(fd, buffer, 256, 1000) != 256 || errors_in(buffer, 1000, 256);
    wrong += lseek(fd, 2000, SEEK_SET) != 2000 || read(fd, buffer, 10) != 10 ||
             errors_in(buffer, 2000, 10);
    unsigned char *map = mmap(NULL, BYTES, PROT_READ, MAP_PRIVATE, fd, 0);
    wrong += map == MAP_FAILED || errors_in(map, 0, BYTES) || munmap(map, BYTES) != 0;
    wrong += ftruncate(fd, 100) != 0 || fstat(fd, &s) != 0 || s.st_size != 100 || close(fd) != 0;
    wrong += rename(name, other) != 0 || access(name, F_OK) == 0 || stat(other, &s) != 0;
    wrong += unlink(other) != 0 || stat(other, &s) == 0 || errno != ENOENT;
    wrong += read(fd, buffer, 1) != -1 || errno != EBADF;
    return wrong;
}

static uint64_t places_and_times(void)
{
    struct utsname u;
    struct timespec a, b;
    char here[4096], back[4096];
    uint64_t wrong = 0;
    wrong += uname(&u) != 0 || strcmp(u.machine, "aarch64") != 0;
    wrong += clock_gettime(CLOCK_MONOTONIC, &a) != 0 || clock_gettime(CLOCK_MONOTONIC, &b) != 0;
    wrong += b.tv_sec < a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec < a.tv_nsec);
    wrong += !getcwd(here, sizeof here) || mkdir("files-of-guest.dir", 0777) != 0;
    wrong += chdir("files-of-guest.dir") != 0 || !getcwd(back, sizeof back) ||
             strncmp(here, back, strlen(here)) != 0;
    int entries = 0;
    DIR *d = opendir(".");
    while (d && readdir(d))
        entries++;
    wrong +=
        entries != 2 || closedir(d) != 0 || chdir("..") != 0 || rmdir("files-of-guest.dir") != 0;
    return wrong;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 20), wrong = 0, after = 0, where = 0;
    for (uint64_t round = 0; round < scale; round++) {
        wrong += write_and_read();
        after += system_calls();
        where += places_and_times();
    }
    int bad = expect("stdio", wrong, 0);
    bad |= expect("calls", after, 0);
    return bad | expect("places", where, 0);
}
