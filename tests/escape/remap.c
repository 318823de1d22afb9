// One thread maps and moves, one takes away what it moves or shortens the file of it, two hand
// both places to system calls that read and write them. Whatever the calls say, the simulator
// must live. Ends with 77 without threads.
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 16384, BYTES = 2 * PAGE, SECONDS = 1 };

static char *place, *other;
static int file;
static volatile int over;

static void *caller(void *arg)
{
    char word[64];
    struct iovec parts[2] = { { other + PAGE - 8, 16 }, { place + 100, 8 } };
    while (!over) {
        uname((void *)other);
        uname((void *)place);
        sched_setaffinity(0, 8, (void *)(other + PAGE));
        preadv(file, parts, 2, 0);
        readlink(place, word, sizeof(word));
    }
    return NULL;
}

static void *unmapper(void *arg)
{
    while (!over)
        munmap(place, BYTES);
    return NULL;
}

static void *protector(void *arg)
{
    while (!over) {
        mprotect(place, BYTES, PROT_NONE);
        mprotect(place, BYTES, PROT_READ | PROT_WRITE);
    }
    return NULL;
}

static void *shortener(void *arg)
{
    while (!over) {
        ftruncate(file, 0);
        ftruncate(file, 5000);
    }
    return NULL;
}

static void race(void *(*against)(void *), int of_file)
{
    pthread_t t[3];
    time_t end = time(NULL) + SECONDS;
    int flags = MAP_PRIVATE | MAP_FIXED | (of_file ? 0 : MAP_ANONYMOUS);
    over = 0;
    if (pthread_create(&t[0], NULL, against, NULL))
        exit(77);
    for (int k = 1; k < 3; k++)
        if (pthread_create(&t[k], NULL, caller, NULL))
            exit(77);
    while (time(NULL) < end)
        for (int k = 0; k < 50; k++) {
            mmap(place, BYTES, PROT_READ | PROT_WRITE, flags, of_file ? file : -1, 0);
            mremap(place, BYTES, BYTES, MREMAP_MAYMOVE | MREMAP_FIXED, other);
            mremap(other, PAGE, BYTES, MREMAP_MAYMOVE);
        }
    over = 1;
    for (int k = 0; k < 3; k++)
        pthread_join(t[k], NULL);
}

// A file's mapping that is moved after the file has become shorter, whatever the host's kernel
// can move at a time.
static int moved(void)
{
    ftruncate(file, 5000);
    pwrite(file, "head", 4, 0);
    char *from = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    char *to = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    from[1] = 'E';
    char *now = mremap(from, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    int wrong = now != to || now[0] != 'h' || now[1] != 'E' || now[4999] || now[PAGE - 1];
    from = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    from[1] = 'E';
    now = mremap(from, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
    wrong |= now == MAP_FAILED || now[1] != 'E' || from[0] != 'h' || from[1] != 'e';
    ftruncate(file, 0);
    return wrong | (mremap(from, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to);
}

int main(void)
{
    file = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
    place = mmap(NULL, BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    other = mmap(NULL, BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (moved()) {
        puts("a mapping that was moved is not what it was");
        return 1;
    }
    race(unmapper, 0);
    race(protector, 0);
    race(shortener, 1);
    race(unmapper, 1);
    return 0;
}
