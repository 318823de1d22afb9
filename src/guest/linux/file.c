// System calls on files by name, and on what is known about files.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guest/process/block.h"
#include "guest/process/loader.h"

// struct stat of arm64 (include/uapi/asm-generic/stat.h); x86-64 has its own.
struct guest_stat {
    u64 dev, ino;
    u32 mode, nlink, uid, gid;
    u64 rdev, pad1;
    i64 size;
    i32 blksize, pad2;
    i64 blocks;
    i64 atime;
    u64 atime_nsec;
    i64 mtime;
    u64 mtime_nsec;
    i64 ctime;
    u64 ctime_nsec;
    u32 unused[2];
};

_Static_assert(sizeof(struct guest_stat) == 128, "arm64 struct stat");

static i64 put_stat(struct thread *t, vaddr to, const struct stat *s)
{
    struct guest_stat g = {
        .dev = s->st_dev,
        .ino = s->st_ino,
        .mode = s->st_mode,
        .nlink = s->st_nlink,
        .uid = s->st_uid,
        .gid = s->st_gid,
        .rdev = s->st_rdev,
        .size = s->st_size,
        .blksize = s->st_blksize,
        .blocks = s->st_blocks,
        .atime = s->st_atim.tv_sec,
        .atime_nsec = s->st_atim.tv_nsec,
        .mtime = s->st_mtim.tv_sec,
        .mtime_nsec = s->st_mtim.tv_nsec,
        .ctime = s->st_ctim.tv_sec,
        .ctime_nsec = s->st_ctim.tv_nsec,
    };
    return space_write(t->process->space, to, &g, sizeof(g));
}

i64 sys_fstat(struct thread *t, const u64 a[6])
{
    struct stat s;
    int host = fd_get(t, a[0]);
    if (host < 0)
        return host;
    return fstat(host, &s) ? -errno : put_stat(t, a[1], &s);
}

// PATH_* of a call's AT_* flags.
static u32 path_flags(u64 flags)
{
    return (flags & AT_SYMLINK_NOFOLLOW ? 0 : PATH_FOLLOW) |
           (flags & AT_EMPTY_PATH ? PATH_EMPTY : 0);
}

i64 sys_newfstatat(struct thread *t, const u64 a[6])
{
    struct stat s;
    struct guest_path path;
    if (a[3] & ~(u64)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
        return -EINVAL;
    i64 failed = path_get(t, a[0], a[1], path_flags(a[3]), &path);
    if (failed)
        return failed;
    failed = path_end(&path, host_result(fstatat(path.dir, path.text, &s, path.at_flags)));
    return failed ? failed : put_stat(t, a[2], &s);
}

i64 sys_statx(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    void *to = window(t, a[4], 256);   // struct statx is the same on both
    i64 failed = to ? path_get(t, a[0], a[1], path_flags(a[2]), &path) : -EFAULT;
    if (failed)
        return failed;
    int flags = (a[2] & ~(u64)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) | path.at_flags;
    return path_end(&path,
                    host_result(syscall(SYS_statx, path.dir, path.text, flags, (u32)a[3], to)));
}

// struct statfs is the same on both.
i64 sys_statfs(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    void *to = window(t, a[1], sizeof(struct statfs));
    i64 failed = to ? path_get(t, AT_FDCWD, a[0], PATH_FOLLOW, &path) : -EFAULT;
    if (failed)
        return failed;
    i64 fd = path_end(&path, path_open(t, &path, O_PATH, 0));
    if (fd < 0)
        return fd;
    i64 r = host_result(syscall(SYS_fstatfs, fd, to));
    close(fd);
    return r;
}

i64 sys_fstatfs(struct thread *t, const u64 a[6])
{
    int host = fd_get(t, a[0]);
    void *to = window(t, a[1], sizeof(struct statfs));
    if (host < 0 || !to)
        return host < 0 ? host : -EFAULT;
    return host_result(syscall(SYS_fstatfs, host, to));
}

// /dev/random and /dev/urandom, whose bytes follow the seed.
static bool is_random(int host)
{
    struct stat st;
    return !fstat(host, &st) && S_ISCHR(st.st_mode) &&
           (st.st_rdev == makedev(1, 8) || st.st_rdev == makedev(1, 9));
}

static i64 open_host(struct thread *t, const u64 a[6], int flags)
{
    struct guest_path path;
    bool new = flags &O_CREAT &&flags &O_EXCL;
    u32 how = (flags & O_NOFOLLOW || new ? 0 : PATH_FOLLOW) | (flags & O_CREAT ? PATH_MAKE : 0);
    i64 failed = path_get(t, a[0], a[1], how, &path);
    if (failed)
        return failed;
    return path_end(&path, path_open(t, &path, flags, a[3]));
}

static i64 open_at(struct thread *t, const u64 a[6])
{
    int flags = open_flags_to_host(a[2]);
    i64 host;
    if (!block_resumed(t, &host))
        host = open_host(t, a, flags);
    bool random = host >= 0 && is_random((int)host);
    return fd_new_kind(t->process, host, random ? FD_RANDOM : FD_HOST, 0, flags & O_CLOEXEC, 0);
}

i64 sys_openat(struct thread *t, const u64 a[6])
{
    i64 fd = open_at(t, a);
    loader_opened(t, a[1], fd);
    return fd;
}

// ---- the tree

i64 sys_faccessat(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    u64 flags = t->cpu.x[8] == 439 ? a[3] : 0;   // faccessat has no flags: x3 is noise
    i64 failed = path_get(t, a[0], a[1], path_flags(flags), &path);
    if (failed)
        return failed;
    int host = path.at_flags | (int)(flags & AT_EACCESS);
    failed = host_result(syscall(SYS_faccessat2, path.dir, path.text, (int)a[2], host));
    if (!failed && a[2] & W_OK && path.access < VIEW_WRITE)
        failed = -EROFS;
    return path_end(&path, failed);
}

// As readlink of /proc/self/fd/N.
static i64 fd_target(struct thread *t, int host, char to[VIEW_PATH])
{
    u64 detail;
    switch (fd_kind(t, host, &detail)) {
    case FD_SIGNALS: return snprintf(to, VIEW_PATH, "anon_inode:[signalfd]");
    case FD_TIMER: return snprintf(to, VIEW_PATH, "anon_inode:[timerfd]");
    default: return path_shown(t->process, host, to, VIEW_PATH) ? (i64)strlen(to) : -ENOENT;
    }
}

// Links that are not there for the view: *n is the length of the target, or -errno.
static bool made_up_link(struct thread *t, const char *text, char to[VIEW_PATH], i64 *n)
{
    struct process *p = t->process;
    char own[32], fd[64];
    int len = snprintf(own, sizeof(own), "/proc/%d/", p->pid);
    if (!strcmp(text, "/proc/self")) {
        *n = snprintf(to, VIEW_PATH, "%d", p->pid);
        return true;
    }
    const char *rest = !strncmp(text, "/proc/self/", 11) ? text + 11
                       : !strncmp(text, own, len)        ? text + len
                                                         : "";
    if (!strcmp(rest, "exe")) {
        *n = snprintf(to, VIEW_PATH, "%s", p->exe);
        return true;
    }
    if (!strcmp(rest, "root")) {
        *n = snprintf(to, VIEW_PATH, "/");
        return true;
    }
    u32 number;
    int host = !strcmp(rest, "cwd") ? fd_cwd(t) : -1;
    if (sscanf(rest, "fd/%u", &number) == 1) {
        snprintf(fd, sizeof(fd), "fd/%u", number);
        host = strcmp(rest, fd) != 0 ? -1 : fd_get(t, number);
    }
    if (host < 0)
        return false;
    *n = fd_target(t, host, to);
    return true;
}

i64 sys_readlinkat(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    char text[VIEW_PATH], target[VIEW_PATH];
    struct guest_path path;
    i64 n = space_string(p->space, text, a[1], sizeof(text));
    if (n < 0 || (i32)a[3] <= 0)
        return n < 0 ? n : -EINVAL;
    if (!made_up_link(t, text, target, &n)) {
        i64 failed = path_get(t, a[0], a[1], PATH_EMPTY, &path);
        if (failed)
            return failed;
        n = path_end(&path, host_result(readlinkat(path.dir, path.text, target, sizeof(target))));
        if (n == -ENOENT && *text && !*path.text)
            n = -EINVAL;   // a folder that was allowed by name is there, and is no link
    }
    if (n < 0)
        return n;
    n = n < (i32)a[3] ? n : (i32)a[3];
    i64 failed = space_write(p->space, a[2], target, n);
    return failed ? failed : n;
}

// Calls that make, remove or change one file by name.
#define BY_PATH(name, dirfd, path_at, how, call) \
    i64 name(struct thread *t, const u64 a[6]) \
    { \
        struct guest_path path; \
        i64 failed = path_get(t, dirfd, path_at, how, &path); \
        return failed ? failed : path_end(&path, host_result(call)); \
    }

BY_PATH(sys_mkdirat, a[0], a[1], PATH_CREATE, mkdirat(path.dir, path.text, a[2]))
BY_PATH(sys_unlinkat, a[0], a[1], PATH_REMOVE, unlinkat(path.dir, path.text, a[2]))
BY_PATH(sys_fchownat, a[0], a[1], PATH_ALTER | path_flags(a[4]),
        fchownat(path.dir, path.text, a[2], a[3], path.at_flags))

i64 sys_mknodat(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    u32 type = a[2] & S_IFMT;
    if (type == S_IFCHR || type == S_IFBLK)
        return -EPERM;
    i64 failed = path_get(t, a[0], a[1], PATH_CREATE, &path);
    return failed ? failed
                  : path_end(&path, host_result(mknodat(path.dir, path.text,
                                                        a[2] & ~(u64)(S_ISUID | S_ISGID), 0)));
}

i64 sys_symlinkat(struct thread *t, const u64 a[6])
{
    char target[4096];
    struct guest_path path;
    i64 n = space_string(t->process->space, target, a[0], sizeof(target));
    i64 failed = n < 0 ? n : path_get(t, a[1], a[2], PATH_CREATE, &path);
    return failed ? failed : path_end(&path, host_result(symlinkat(target, path.dir, path.text)));
}

// A descriptor is only linked when its file has no name yet (O_TMPFILE): a name where one
// may write would give a file that one may only read away.
static i64 link_to(const struct guest_path *from, const struct guest_path *to)
{
    struct stat st;
    char fd[64];
    if (from->text[0])
        return host_result(linkat(from->dir, from->text, to->dir, to->text, 0));
    if (!from->magic || from->made_up || fstat(from->dir, &st) || st.st_nlink)
        return -EPERM;
    snprintf(fd, sizeof(fd), "/proc/self/fd/%d", from->dir);
    return host_result(linkat(AT_FDCWD, fd, to->dir, to->text, AT_SYMLINK_FOLLOW));
}

i64 sys_linkat(struct thread *t, const u64 a[6])
{
    struct guest_path from, to;
    u32 how =
        (a[4] & AT_SYMLINK_FOLLOW ? PATH_FOLLOW : 0) | (a[4] & AT_EMPTY_PATH ? PATH_EMPTY : 0);
    if (a[4] & ~(u64)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    i64 failed = path_get(t, a[0], a[1], how | PATH_ALTER, &from);
    if (failed)
        return failed;
    failed = path_get(t, a[2], a[3], PATH_CREATE, &to);
    failed = failed ? failed : path_end(&to, link_to(&from, &to));
    return path_end(&from, failed);
}

i64 sys_renameat2(struct thread *t, const u64 a[6])
{
    struct guest_path from, to;
    u32 flags = t->cpu.x[8] == 276 ? a[4] : 0;   // renameat has none
    i64 failed = path_get(t, a[0], a[1], PATH_REMOVE, &from);
    if (failed)
        return failed;
    failed = path_get(t, a[2], a[3], PATH_REMOVE, &to);
    if (!failed)
        failed = path_end(
            &to, host_result(syscall(SYS_renameat2, from.dir, from.text, to.dir, to.text, flags)));
    return path_end(&from, failed);
}

// A file that gives whoever runs it the rights of its owner or group is not made: the guest
// may be run by root. On a folder the group's bit is another thing.
static i64 mode_allowed(int host, u64 mode)
{
    struct stat st;
    if (!(mode & (S_ISUID | S_ISGID)))
        return 0;
    bool folder = !fstat(host, &st) && S_ISDIR(st.st_mode);
    return mode & S_ISUID || !folder ? -EPERM : 0;
}

i64 sys_fchmodat(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    char file[64];
    i64 failed = path_get(t, a[0], a[1], PATH_FOLLOW | PATH_ALTER, &path);
    if (failed)
        return failed;
    int fd = path.dir;   // chmod cannot be told to follow nothing, but a descriptor is exact
    if (path.text[0])
        fd = openat(path.dir, path.text, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return path_end(&path, -errno);
    snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
    failed = mode_allowed(fd, a[2]);
    failed = failed ? failed : host_result(chmod(file, a[2]));
    if (fd != path.dir)
        close(fd);
    return path_end(&path, failed);
}

i64 sys_utimensat(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    struct timespec times[2];
    if (a[2] && space_read(p->space, times, a[2], sizeof(times)))
        return -EFAULT;
    if (!a[1]) {   // the descriptor itself
        int host = fd_get(t, a[0]);
        i64 failed = host < 0 ? host : fd_may_change(t, host);
        return failed ? failed
                      : host_result(
                            syscall(SYS_utimensat, host, NULL, a[2] ? times : NULL, (int)a[3]));
    }
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], path_flags(a[3]) | PATH_ALTER, &path);
    if (failed)
        return failed;
    return path_end(&path, host_result(syscall(SYS_utimensat, path.dir, path.text,
                                               a[2] ? times : NULL, path.at_flags)));
}

i64 sys_truncate(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, AT_FDCWD, a[0], PATH_FOLLOW, &path);
    // Not O_WRONLY alone, which would wait for who reads a FIFO.
    i64 fd = failed ? failed : path_end(&path, path_open(t, &path, O_WRONLY | O_NONBLOCK, 0));
    if (fd < 0)
        return fd == -ENXIO ? -EINVAL : fd;
    i64 r = memfd_room(t, (int)fd, a[1]);
    r = r ? r : host_result(ftruncate(fd, a[1]));
    close(fd);
    return r;
}

// ---- the working directory

i64 sys_chdir(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    struct process *p = t->process;
    i64 failed = path_get(t, AT_FDCWD, a[0], PATH_FOLLOW, &path);
    i64 fd = failed ? failed : path_end(&path, path_open(t, &path, O_PATH | O_DIRECTORY, 0));
    if (fd < 0)
        return fd;
    if (!faccessat(fd, ".", X_OK, 0))
        return fd_set_cwd(p, fd);
    failed = -errno;
    close(fd);
    return failed;
}

i64 sys_fchdir(struct thread *t, const u64 a[6])
{
    int host = fd_get(t, a[0]);
    if (host < 0)
        return host;
    if (faccessat(host, ".", X_OK, 0))
        return -errno;
    return fd_set_cwd(t->process, host_result(openat(host, ".", O_PATH | O_DIRECTORY | O_CLOEXEC)));
}

i64 sys_getcwd(struct thread *t, const u64 a[6])
{
    char text[VIEW_PATH];
    if (!path_shown(t->process, fd_cwd(t), text, sizeof(text)))
        return -ENOENT;
    u64 n = strlen(text) + 1;
    if (n > a[1])
        return -ERANGE;
    i64 failed = space_write(t->process->space, a[0], text, n);
    return failed ? failed : (i64)n;
}

// ---- by descriptor

#define BY_FD(name, call) \
    i64 name(struct thread *t, const u64 a[6]) \
    { \
        int host = fd_get(t, a[0]); \
        return host < 0 ? host : host_result(call); \
    }

// What is known of the file changes, which a descriptor for reading would allow too.
#define CHANGE_BY_FD(name, call) \
    i64 name(struct thread *t, const u64 a[6]) \
    { \
        int host = fd_get(t, a[0]); \
        i64 failed = host < 0 ? host : fd_may_change(t, host); \
        return failed ? failed : host_result(call); \
    }

CHANGE_BY_FD(sys_fchmod, mode_allowed(host, a[1]) ? (errno = EPERM, -1) : fchmod(host, a[1]))
CHANGE_BY_FD(sys_fchown, fchown(host, a[1], a[2]))

// What makes a file as long as `end`.
#define GROW_BY_FD(name, end, call) \
    i64 name(struct thread *t, const u64 a[6]) \
    { \
        int host = fd_get(t, a[0]); \
        i64 failed = host < 0 ? host : memfd_room(t, host, end); \
        return failed ? failed : host_result(call); \
    }

GROW_BY_FD(sys_ftruncate, a[1], ftruncate(host, a[1]))
GROW_BY_FD(sys_fallocate, a[1] & FALLOC_FL_PUNCH_HOLE ? 0 : a[2] + a[3],
           fallocate(host, a[1], a[2], a[3]))
BY_FD(sys_fsync, fsync(host))
BY_FD(sys_fsync_none, 0)
BY_FD(sys_lseek, lseek(host, a[1], a[2]))

i64 sys_flock(struct thread *t, const u64 a[6])
{
    int host = fd_get(t, a[0]);
    if (host < 0)
        return host;
    i64 r = t->call.again ? -EWOULDBLOCK : host_result(flock(host, (int)a[1] | LOCK_NB));
    if (r != -EWOULDBLOCK || a[1] & LOCK_NB)
        return r;
    return block_unpolled(t, SYS_flock, (u64[6]){ (u64)host, a[1] }, 0, NULL, 0);
}

i64 sys_getdents64(struct thread *t, const u64 a[6])
{
    int host = fd_get(t, a[0]);
    void *to = window(t, a[1], (u32)a[2]);
    if (host < 0 || !to)
        return host < 0 ? host : -EFAULT;
    return host_result(syscall(SYS_getdents64, host, to, (u32)a[2]));
}

i64 sys_umask(struct thread *t, const u64 a[6])
{
    return umask(a[0]);
}
