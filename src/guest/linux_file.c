// System calls on files by name, and on what is known about files.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/linux.h"

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
    int host = fd_host(t->process, a[0]);
    if (host < 0)
        return host;
    return fstat(host, &s) ? -errno : put_stat(t, a[1], &s);
}

// Following a made-up descriptor path must not stop at the link, whatever the flags say.
static int at_flags(const struct guest_path *path, u64 flags)
{
    return path->magic ? (int)flags & ~AT_SYMLINK_NOFOLLOW : (int)flags;
}

i64 sys_newfstatat(struct thread *t, const u64 a[6])
{
    struct stat s;
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], &path);
    if (failed)
        return failed;
    if (a[3] & ~(u64)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
        return -EINVAL;
    if (fstatat(path.dir, path.text, &s, at_flags(&path, a[3])))
        return -errno;
    return put_stat(t, a[2], &s);
}

i64 sys_statx(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], &path);
    void *to = window(t, a[4], 256);   // struct statx is the same on both
    if (failed || !to)
        return failed ? failed : -EFAULT;
    return host_result(
        syscall(SYS_statx, path.dir, path.text, at_flags(&path, a[2]), (u32)a[3], to));
}

// struct statfs is the same on both.
i64 sys_statfs(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, AT_FDCWD, a[0], &path);
    void *to = window(t, a[1], sizeof(struct statfs));
    if (failed || !to)
        return failed ? failed : -EFAULT;
    int fd = openat(path.dir, path.text, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    i64 r = host_result(syscall(SYS_fstatfs, fd, to));
    close(fd);
    return r;
}

i64 sys_fstatfs(struct thread *t, const u64 a[6])
{
    int host = fd_host(t->process, a[0]);
    void *to = window(t, a[1], sizeof(struct statfs));
    if (host < 0 || !to)
        return host < 0 ? host : -EFAULT;
    return host_result(syscall(SYS_fstatfs, host, to));
}

i64 sys_openat(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], &path);
    if (failed)
        return failed;
    int flags = open_flags_to_host(a[2]);
    return fd_new(t->process, path_open(t, &path, flags, a[3]), flags & O_CLOEXEC, 0);
}

i64 sys_memfd_create(struct thread *t, const u64 a[6])
{
    char name[256];
    i64 n = space_string(t->process->space, name, a[0], sizeof(name));
    if (n < 0 || a[1] & ~(u64)(MFD_CLOEXEC | MFD_ALLOW_SEALING))
        return n == -EFAULT ? n : -EINVAL;
    int host = memfd_create(name, a[1] | MFD_CLOEXEC);
    return fd_new(t->process, host_result(host), a[1] & MFD_CLOEXEC, 0);
}

// ---- the tree

i64 sys_faccessat(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], &path);
    if (failed)
        return failed;
    bool two = t->cpu.x[8] == 439;   // faccessat has no flags: x3 is noise
    return host_result(faccessat(path.dir, path.text, a[2], two ? at_flags(&path, a[3]) : 0));
}

i64 sys_readlinkat(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    char text[4096];
    i64 n = space_string(p->space, text, a[1], sizeof(text));
    if (n < 0 || (i32)a[3] <= 0)
        return n < 0 ? n : -EINVAL;
    char own[32];
    snprintf(own, sizeof(own), "/proc/%d/exe", p->pid);
    if (!strcmp(text, "/proc/self/exe") || !strcmp(text, own)) {
        u64 len = strlen(p->exe) < (u32)a[3] ? strlen(p->exe) : (u32)a[3];
        i64 failed = space_write(p->space, a[2], p->exe, len);
        return failed ? failed : (i64)len;
    }
    if (!strcmp(text, "/proc/self")) {
        n = snprintf(text, sizeof(text), "%d", p->pid);
        n = n < (i32)a[3] ? n : (i32)a[3];
        i64 failed = space_write(p->space, a[2], text, n);
        return failed ? failed : n;
    }
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], &path);
    void *to = window(t, a[2], (u32)a[3]);
    if (failed || !to)
        return failed ? failed : -EFAULT;
    return host_result(syscall(SYS_readlinkat, path.dir, path.text, to, (int)a[3]));
}

i64 sys_mkdirat(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], &path);
    return failed ? failed : host_result(mkdirat(path.dir, path.text, a[2]));
}

i64 sys_mknodat(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], &path);
    u32 type = a[2] & S_IFMT;
    if (failed)
        return failed;
    if (type == S_IFCHR || type == S_IFBLK)
        return -EPERM;
    return host_result(mknodat(path.dir, path.text, a[2], 0));
}

i64 sys_unlinkat(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], &path);
    return failed ? failed : host_result(unlinkat(path.dir, path.text, a[2]));
}

i64 sys_symlinkat(struct thread *t, const u64 a[6])
{
    char target[4096];
    struct guest_path path;
    i64 n = space_string(t->process->space, target, a[0], sizeof(target));
    i64 failed = n < 0 ? n : path_get(t, a[1], a[2], &path);
    return failed ? failed : host_result(symlinkat(target, path.dir, path.text));
}

i64 sys_linkat(struct thread *t, const u64 a[6])
{
    struct guest_path from, to;
    i64 failed = path_get(t, a[0], a[1], &from);
    failed = failed ? failed : path_get(t, a[2], a[3], &to);
    if (failed)
        return failed;
    int flags = from.magic ? AT_SYMLINK_FOLLOW : (int)a[4];
    return host_result(linkat(from.dir, from.text, to.dir, to.text, flags));
}

i64 sys_renameat2(struct thread *t, const u64 a[6])
{
    struct guest_path from, to;
    i64 failed = path_get(t, a[0], a[1], &from);
    failed = failed ? failed : path_get(t, a[2], a[3], &to);
    if (failed)
        return failed;
    u32 flags = t->cpu.x[8] == 276 ? a[4] : 0;   // renameat has none
    return host_result(syscall(SYS_renameat2, from.dir, from.text, to.dir, to.text, flags));
}

i64 sys_fchmodat(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], &path);
    return failed ? failed : host_result(fchmodat(path.dir, path.text, a[2], 0));
}

i64 sys_fchownat(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], &path);
    return failed ? failed
                  : host_result(fchownat(path.dir, path.text, a[2], a[3], at_flags(&path, a[4])));
}

i64 sys_utimensat(struct thread *t, const u64 a[6])
{
    struct timespec times[2];
    if (a[2] && space_read(t->process->space, times, a[2], sizeof(times)))
        return -EFAULT;
    if (!a[1]) {   // the descriptor itself
        int host = fd_host(t->process, a[0]);
        return host < 0 ? host
                        : host_result(
                              syscall(SYS_utimensat, host, NULL, a[2] ? times : NULL, (int)a[3]));
    }
    struct guest_path path;
    i64 failed = path_get(t, a[0], a[1], &path);
    if (failed)
        return failed;
    return host_result(
        syscall(SYS_utimensat, path.dir, path.text, a[2] ? times : NULL, at_flags(&path, a[3])));
}

i64 sys_truncate(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, AT_FDCWD, a[0], &path);
    i64 fd = failed ? failed : path_open(t, &path, O_WRONLY, 0);
    if (fd < 0)
        return fd;
    i64 r = host_result(ftruncate(fd, a[1]));
    close(fd);
    return r;
}

// ---- the working directory

static i64 move_to(struct process *p, int dir)
{
    if (dir < 0)
        return -errno;
    int old = p->cwd;
    p->cwd = dir;
    close(old);
    return 0;
}

i64 sys_chdir(struct thread *t, const u64 a[6])
{
    struct guest_path path;
    i64 failed = path_get(t, AT_FDCWD, a[0], &path);
    if (failed)
        return failed;
    if (faccessat(path.dir, path.text, X_OK, 0))
        return -errno;
    return move_to(t->process, openat(path.dir, path.text, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

i64 sys_fchdir(struct thread *t, const u64 a[6])
{
    int host = fd_host(t->process, a[0]);
    if (host < 0)
        return host;
    if (faccessat(host, ".", X_OK, 0))
        return -errno;
    return move_to(t->process, openat(host, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

i64 sys_getcwd(struct thread *t, const u64 a[6])
{
    char link[64], text[4096];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", t->process->cwd);
    ssize_t n = readlink(link, text, sizeof(text) - 1);
    if (n < 0)
        return -errno;
    text[n] = 0;
    if ((u64)n + 1 > a[1])
        return -ERANGE;
    i64 failed = space_write(t->process->space, a[0], text, n + 1);
    return failed ? failed : n + 1;
}

// ---- by descriptor

#define BY_FD(name, call) \
    i64 name(struct thread *t, const u64 a[6]) \
    { \
        int host = fd_host(t->process, a[0]); \
        return host < 0 ? host : host_result(call); \
    }

BY_FD(sys_fchmod, fchmod(host, a[1]))
BY_FD(sys_fchown, fchown(host, a[1], a[2]))
BY_FD(sys_ftruncate, ftruncate(host, a[1]))
BY_FD(sys_fallocate, fallocate(host, a[1], a[2], a[3]))
BY_FD(sys_fsync, fsync(host))
BY_FD(sys_fsync_none, 0)
BY_FD(sys_flock, flock(host, a[1]))
BY_FD(sys_lseek, lseek(host, a[1], a[2]))

i64 sys_getdents64(struct thread *t, const u64 a[6])
{
    int host = fd_host(t->process, a[0]);
    void *to = window(t, a[1], (u32)a[2]);
    if (host < 0 || !to)
        return host < 0 ? host : -EFAULT;
    return host_result(syscall(SYS_getdents64, host, to, (u32)a[2]));
}

i64 sys_umask(struct thread *t, const u64 a[6])
{
    return umask(a[0]);
}
