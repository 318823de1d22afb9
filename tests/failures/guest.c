// guest.c: a program that looks at the result of each call it makes; whatever fails, it says so
// in a line that begins with "guest:" and ends with 9. With "t" a thread of it, with "f" a child
// does the work.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 1 << 20 };

static void must(int good, const char *what)
{
    if (good)
        return;
    dprintf(2, "guest: %s: %s\n", what, strerror(errno));
    _exit(9);
}

static void *work(void *unused)
{
    char text[64];
    struct stat st;
    int fd = open("input", O_RDONLY);
    must(fd >= 0, "open");
    must(fstat(fd, &st) == 0, "fstat");
    ssize_t n = read(fd, text, sizeof(text));
    must(n == st.st_size, "read");
    must(close(fd) == 0, "close");
    char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(p != MAP_FAILED, "mmap");
    memset(p, 1, SIZE);
    p = mremap(p, SIZE, 2 * SIZE, MREMAP_MAYMOVE);
    must(p != MAP_FAILED, "mremap");
    must(mprotect(p, SIZE, PROT_READ) == 0, "mprotect");
    must(munmap(p, 2 * SIZE) == 0, "munmap");
    char *heap = malloc(SIZE / 4);
    must(heap != NULL, "malloc");
    memset(heap, 2, SIZE / 4);
    free(heap);
    must(write(1, text, (size_t)n) == n, "write");
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t t;
    if (argc > 1 && *argv[1] == 't') {
        errno = pthread_create(&t, NULL, work, NULL);
        must(errno == 0, "pthread_create");
        pthread_join(t, NULL);
    } else if (argc > 1 && *argv[1] == 'f') {
        int status;
        pid_t child = fork();
        must(child >= 0, "fork");
        if (!child) {
            work(NULL);
            _exit(0);
        }
        must(waitpid(child, &status, 0) == child && WIFEXITED(status), "wait");
        return WEXITSTATUS(status);
    } else {
        work(NULL);
    }
    return 0;
}
