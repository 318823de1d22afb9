// Tries to open devices whose nodes lie where it may write: `memory` is /dev/mem, `messages`
// /dev/kmsg, `disk` a block device, `none` one that no host has; `bound` is a folder mounted from
// elsewhere with the node `memory`. `nothing` and `zeroes` are /dev/null and /dev/zero under other
// names, `chosen` one that the user allowed by its name, `seen` one of no driver that may be read,
// `same` another node of that, `queue` a FIFO, `socket` a socket.
//
// With an argument it opens `memory` by a descriptor only.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int wrong;

static void expect(int fd, int error, const char *how, const char *path)
{
    int got = fd < 0 ? errno : 0;
    if (got != error) {
        printf("%s %s: %s\n", how, path, got ? strerror(got) : "it opened");
        wrong++;
    }
    if (fd >= 0)
        close(fd);
}

static void refused(const char *path)
{
    static const int flags[] = { O_RDONLY,
                                 O_WRONLY,
                                 O_RDWR,
                                 O_RDWR | O_CREAT,
                                 O_WRONLY | O_TRUNC,
                                 O_RDONLY | O_NONBLOCK,
                                 O_RDONLY | O_NOFOLLOW };
    char again[64];
    for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        expect(open(path, flags[i], 0600), EACCES, "open", path);
    int fd = open(path, O_PATH);
    snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
    expect(open(again, O_RDONLY), EACCES, "open again", path);
    snprintf(again, sizeof(again), "/dev/fd/%d", fd);
    expect(open(again, O_RDWR), EACCES, "open again", path);
    expect(fd, 0, "O_PATH", path);
    expect(open(path, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST, "make", path);
}

// What may be read may be read under another name, and no more.
static void read_only(const char *path)
{
    static const int writes[] = { O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC, O_RDWR | O_CREAT };
    char again[64];
    expect(open(path, O_RDONLY), ENXIO, "open", path);
    for (unsigned i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
        expect(open(path, writes[i], 0600), EACCES, "open to write", path);
    int fd = open(path, O_PATH);
    snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
    expect(open(again, O_RDONLY), ENXIO, "open again", path);
    expect(open(again, O_RDWR), EACCES, "open again to write", path);
    expect(fd, 0, "O_PATH", path);
}

static int by_descriptor(const char *path)
{
    char again[64];
    snprintf(again, sizeof(again), "/proc/self/fd/%d", open(path, O_PATH));
    return open(again, O_RDONLY) != -1 || errno != EACCES;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return by_descriptor("memory");
    static const char *const devices[] = { "memory", "messages", "disk", "none", "bound/memory" };
    for (unsigned i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
        refused(devices[i]);
    symlink("memory", "link");
    expect(open("link", O_RDWR), EACCES, "open", "link");
    link("messages", "again");
    refused("again");
    rename("disk", "moved");
    refused("moved");

    char byte = 1;
    int fd = open("zeroes", O_RDWR);
    if (read(fd, &byte, 1) != 1 || byte)
        expect(-1, 0, "read", "zeroes");
    expect(fd, 0, "open", "zeroes");
    expect(open("nothing", O_WRONLY | O_CREAT | O_TRUNC, 0600), 0, "open", "nothing");
    expect(open("/dev/null", O_RDWR), 0, "open", "/dev/null");
    fd = open("chosen", O_RDWR);
    if (fd < 0 && errno == EACCES)
        expect(fd, 0, "open", "chosen");
    fd = open("queue", O_RDWR);
    if (write(fd, "x", 1) != 1 || read(fd, &byte, 1) != 1 || byte != 'x')
        expect(-1, 0, "use", "queue");
    expect(open("queue", O_WRONLY), 0, "open", "queue");
    expect(fd, 0, "open", "queue");
    expect(open("socket", O_RDWR), ENXIO, "open", "socket");
    read_only("same");
    expect(open("seen", O_RDONLY), ENXIO, "open", "seen");
    expect(open("new", O_RDWR | O_CREAT, 0400), 0, "make", "new");
    return wrong > 0;
}
