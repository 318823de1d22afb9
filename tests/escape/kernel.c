// Tries to see processes of the host, and to change what is its kernel's, through filesystems
// that are mounted where it may write: `held` is a procfs, `bound` is /proc once more, `file` is
// /proc/1/maps, `devices` a sysfs.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int escapes;

static void attempt(int got, const char *how, const char *path)
{
    if (got >= 0) {
        printf("escaped: %s %s\n", how, path);
        escapes++;
    }
}

static int opened(int fd)
{
    if (fd >= 0)
        close(fd);
    return fd;
}

static void file(const char *path)
{
    struct stat st;
    attempt(opened(open(path, O_RDONLY)), "open", path);
    attempt(opened(open(path, O_RDWR)), "open to write", path);
    attempt(truncate(path, 0), "truncate", path);
    attempt(strcmp(path, "file") ? stat(path, &st) : -1, "stat", path);
}

static void process(const char *folder, const char *pid)
{
    static const char *const files[] = { "maps",    "mem",         "cmdline",
                                         "environ", "task/1/maps", "fdinfo/0" };
    char path[512], to[64];
    for (int i = 0; i < 6; i++) {
        snprintf(path, sizeof(path), "%s/%s/%s", folder, pid, files[i]);
        file(path);
    }
    snprintf(path, sizeof(path), "%s/%s/exe", folder, pid);
    attempt(readlink(path, to, sizeof(to)), "readlink", path);
    attempt(opened(open(path, O_RDONLY)), "open", path);
    snprintf(path, sizeof(path), "%s/%s", folder, pid);
    attempt(opened(open(path, O_RDONLY | O_DIRECTORY)), "opendir", path);
    attempt(chdir(path), "chdir", path);
    int dir = open(path, O_PATH | O_DIRECTORY);
    attempt(openat(dir, "maps", O_RDONLY), "openat", path);
}

int main(void)
{
    static const char *const folders[] = { "held", "bound", "link", "d/../held", "held/../bound" };
    char pid[16];
    mkdir("d", 0755);
    symlink("held", "link");
    for (int i = 0; i < 5; i++) {
        process(folders[i], "self");
        for (int n = 1; n < 8; n++) {
            snprintf(pid, sizeof(pid), "%d", n);
            process(folders[i], pid);
        }
    }
    file("file");
    attempt(opened(open("held/kcore", O_RDONLY)), "open", "held/kcore");
    attempt(opened(open("held/sys/kernel/hostname", O_WRONLY)), "open", "held/sys/kernel/hostname");
    attempt(opened(open("devices/kernel/mm/ksm/run", O_WRONLY)), "write", "devices");
    attempt(chmod("devices/kernel/mm", 0700), "chmod", "devices");
    DIR *d = opendir("devices/kernel");
    attempt(d ? -1 : 0, "not reading", "devices/kernel");
    return escapes > 0;
}
