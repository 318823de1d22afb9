// Paths of the guest: reading, translating and opening them. Every system call that
// takes a path comes through here, so that confinement has one place.
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/linux.h"

// Flags of open whose values differ (asm/fcntl.h of arm64); the others are equal.
static const struct {
    u64 guest;
    int host;
} flag_map[] = {
    { 040000, O_DIRECTORY },
    { 0100000, O_NOFOLLOW },
    { 0200000, O_DIRECT },
    { 0400000, 0 },            // O_LARGEFILE: always so on 64 bits
};

enum { GUEST_DIFFERENT = 0740000 };

int open_flags_to_host(u64 flags)
{
    int host = flags & ~(u64)GUEST_DIFFERENT;
    for (size_t i = 0; i < COUNT(flag_map); i++)
        if (flags & flag_map[i].guest)
            host |= flag_map[i].host;
    return host;
}

u64 open_flags_to_guest(int flags)
{
    u64 guest = 0;
    int different = 0100000;   // the host kernel's O_LARGEFILE, which libc calls 0
    for (size_t i = 0; i < COUNT(flag_map); i++) {
        different |= flag_map[i].host;
        if (flag_map[i].host && flags & flag_map[i].host)
            guest |= flag_map[i].guest;
    }
    return guest | (u64)(flags & ~different);
}

// The rest of `text` after /proc/self/ or the same with the guest's process number.
static const char *own_proc(const struct process *p, const char *text)
{
    char pid[32];
    int n = snprintf(pid, sizeof(pid), "/proc/%d/", p->pid);
    if (!strncmp(text, "/proc/self/", 11))
        return text + 11;
    if (!strncmp(text, "/proc/thread-self/", 18))
        return text + 18;
    return strncmp(text, pid, n) ? NULL : text + n;
}

// The descriptor that /dev/stdin, /dev/fd/3 or /proc/self/fd/3 names, or -1.
static i64 named_fd(const struct process *p, const char *text)
{
    static const char *const standard[] = { "/dev/stdin", "/dev/stdout", "/dev/stderr" };
    for (int i = 0; i < 3; i++)
        if (!strcmp(text, standard[i]))
            return i;
    const char *own = own_proc(p, text), *digits = NULL;
    if (!strncmp(text, "/dev/fd/", 8))
        digits = text + 8;
    else if (own && !strncmp(own, "fd/", 3))
        digits = own + 3;
    if (!digits || !*digits || strspn(digits, "0123456789") != strlen(digits))
        return -1;
    return strtol(digits, NULL, 10);
}

// Puts the root before an absolute path that is there.
static void look_in_root(const struct process *p, struct guest_path *path)
{
    char whole[sizeof(path->text)];
    if (!p->options.root)
        return;
    size_t n = snprintf(whole, sizeof(whole), "%s%s", p->options.root, path->text);
    if (n < sizeof(whole) && !faccessat(AT_FDCWD, whole, F_OK, AT_SYMLINK_NOFOLLOW))
        memcpy(path->text, whole, n + 1);
}

static i64 translate(struct process *p, u64 dirfd, struct guest_path *path)
{
    path->magic = false;
    path->dir = p->cwd;
    if (path->text[0] != '/') {
        path->dir = fd_dir(p, dirfd);
        return path->dir < 0 ? path->dir : 0;
    }
    const char *own = own_proc(p, path->text);
    if (own && !strcmp(own, "exe")) {
        snprintf(path->text, sizeof(path->text), "%s", p->exe);
        look_in_root(p, path);
        return 0;
    }
    i64 fd = named_fd(p, path->text);
    if (fd < 0) {
        look_in_root(p, path);
        return 0;
    }
    int host = fd_host(p, fd);
    if (host < 0)
        return -ENOENT;
    path->magic = true;
    snprintf(path->text, sizeof(path->text), "/proc/self/fd/%d", host);
    return 0;
}

i64 path_get(struct thread *t, u64 dirfd, vaddr text, struct guest_path *path)
{
    i64 n = space_string(t->process->space, path->text, text, sizeof(path->text));
    return n < 0 ? n : translate(t->process, dirfd, path);
}

i64 path_of(struct process *p, const char *text, struct guest_path *path)
{
    if (!memccpy(path->text, text, 0, sizeof(path->text)))
        return -ENAMETOOLONG;
    return translate(p, AT_FDCWD, path);
}

void path_shown(struct process *p, int host, char *text, size_t size)
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", host);
    ssize_t n = readlink(link, text, size - 1);
    text[n < 0 ? 0 : n] = 0;
    size_t root = p->options.root ? strlen(p->options.root) : 0;
    if (root && !strncmp(text, p->options.root, root) && text[root] == '/')
        memmove(text, text + root, strlen(text + root) + 1);
}

// What is open lies in /proc: allowed when it shows no process of the host and is
// only read. (/proc/PID/mem of the simulator would be the worst of all.)
static bool proc_allowed(int fd, int flags)
{
    struct statfs fs;
    if (fstatfs(fd, &fs) || fs.f_type != PROC_SUPER_MAGIC)
        return true;
    char link[64], name[256];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, name, sizeof(name) - 1);
    if (n < 0 || (flags & O_ACCMODE) != O_RDONLY)
        return false;
    name[n] = 0;
    bool process = !strncmp(name, "/proc/", 6) && name[6] >= '0' && name[6] <= '9';
    return !process && strncmp(name, "/proc/k", 7);   // kcore, kmsg, kpage*
}

// openat2 that follows no magic link of /proc, where the host has it.
static int open_host(int dir, const char *text, int flags, u32 mode)
{
    bool creates = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
    if (flags & O_PATH)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    struct open_how how = { .flags = (u32)flags,
                            .mode = creates ? mode & 07777 : 0,
                            .resolve = RESOLVE_NO_MAGICLINKS };
    int fd = syscall(SYS_openat2, dir, text, &how, sizeof(how));
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        fd = openat(dir, text, flags, mode);
    return fd;
}

i64 path_open(struct thread *t, const struct guest_path *path, int flags, u32 mode)
{
    enum {
        KNOWN = O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK |
                O_DSYNC | O_DIRECT | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_SYNC |
                O_PATH | O_TMPFILE
    };
    flags = (flags & KNOWN) | O_CLOEXEC;
    if (path->magic)
        return host_result(open(path->text, flags & ~O_NOFOLLOW));
    i64 made_up = procfs_open(t, path->text);
    if (made_up != -ENOENT)
        return made_up;
    int fd = open_host(path->dir, path->text, flags | O_NOCTTY, mode);
    if (fd < 0)
        return -errno;
    if (!proc_allowed(fd, flags)) {
        close(fd);
        return -EACCES;
    }
    return fd;
}
