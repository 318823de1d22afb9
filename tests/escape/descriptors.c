// One thread makes a descriptor's number mean now a file that may be written, now one that may
// only be read; another asks for what is allowed for the first and forbidden for the second. Were
// a number looked at and used apart, one of the many times would hit. argv[1]: the folder with
// `kept`, which may only be read. Ends with 77 without threads.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { NUMBER = 40, SECONDS = 2 };

static char kept[4096];
static volatile int over;
static struct stat forbidden;

static void *swap(void *arg)
{
    while (!over) {
        int mine = open("mine", O_RDWR | O_CREAT, 0644);
        dup2(mine, NUMBER);
        close(mine);
        close(NUMBER);
        int only_read = open(kept, O_RDONLY);
        dup2(only_read, NUMBER);
        close(only_read);
    }
    return NULL;
}

// Opens what the number names anew, to write: what comes must not be the file of `kept`.
static int reopened(void)
{
    struct stat st;
    int fd = open("/proc/self/fd/40", O_WRONLY);
    int bad = fd >= 0 && !fstat(fd, &st) && st.st_ino == forbidden.st_ino &&
              st.st_dev == forbidden.st_dev;
    if (fd >= 0)
        close(fd);
    return bad;
}

// The mode of a file that may only be read stays.
static int changed(void)
{
    struct stat st;
    fchmod(NUMBER, 0640);
    return !stat(kept, &st) && st.st_mode != forbidden.st_mode;
}

static int shortened(void)
{
    struct stat st;
    if (truncate("/proc/self/fd/40", 1))
        return 0;
    return !stat(kept, &st) && st.st_size != forbidden.st_size;
}

// Names in the folder that is the working one now, or was before.
static void *wander(void *arg)
{
    mkdir("below", 0755);
    int here = open(".", O_RDONLY | O_DIRECTORY);
    while (!over)
        if (chdir("below") || fchdir(here))
            break;
    fchdir(here);
    return NULL;
}

static int strayed(void)
{
    return mkdir("../../strange", 0755) == 0;
}

static int race(const char *name, void *(*other)(void *), int (*try)(void))
{
    pthread_t thread;
    time_t end = time(NULL) + SECONDS;
    int bad = 0;
    over = 0;
    if (pthread_create(&thread, NULL, other, NULL))
        exit(77);
    while (!bad && time(NULL) < end)
        for (int k = 0; k < 200 && !bad; k++)
            bad = try();
    over = 1;
    pthread_join(thread, NULL);
    if (bad)
        printf("escaped: %s\n", name);
    return bad;
}

int main(int argc, char **argv)
{
    snprintf(kept, sizeof(kept), "%s/kept/file", argv[1]);
    if (stat(kept, &forbidden))
        return 2;
    return race("opening a number again", swap, reopened) |
           race("fchmod of a number", swap, changed) |
           race("truncating by a number", swap, shortened) |
           race("names in a folder that is left", wander, strayed);
}
