// Paths of the guest: reading, following and opening them. Every system call that takes a
// path comes through here, and every path through the view, so that confinement has one
// place. What the guest's own /proc/self/fd and /dev/fd name is its descriptors, which it
// may open again with the rights they have and no more.
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guest/process/block.h"
#include "guest/process/loader.h"

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

i64 path_end(struct guest_path *path, i64 result)
{
    if (path->owned)
        close(path->dir);
    path->owned = false;
    return result;
}

static i64 path_end_on(struct guest_path *path, i64 failed)
{
    return failed ? path_end(path, failed) : 0;
}

// ---- names of what is open

static bool host_name(int host, char *text, size_t size)
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", host);
    ssize_t n = readlink(link, text, size - 1);
    text[n < 0 ? 0 : n] = 0;
    return n > 0;
}

bool path_shown(struct process *p, int host, char *text, size_t size)
{
    char name[VIEW_PATH];
    text[0] = 0;
    if (!host_name(host, name, sizeof(name)))
        return false;
    if (name[0] == '/' && strncmp(name, "/memfd:", 7) != 0 && strncmp(name, "/dev/pts/", 9) != 0)
        return view_guest_path(p->view, name, text, size);
    return (size_t)snprintf(text, size, "%s", name) < size;
}

// What the view allows on the file that `host` has open; VIEW_PASS when it has no name there.
static enum view_access access_of(struct thread *t, int host)
{
    struct process *p = t->process;
    struct guest_path path;
    char text[VIEW_PATH];
    if (!path_shown(p, host, text, sizeof(text)) || text[0] != '/' ||
        path_of(t, text, PATH_QUIET, &path))
        return VIEW_PASS;
    enum view_access access = path.magic ? VIEW_PASS : path.access;
    path_end(&path, 0);
    return access;
}

i64 fd_may_change(struct thread *t, int host)
{
    char name[VIEW_PATH];
    int flags = fcntl(host, F_GETFL);
    bool writes = !(flags & O_PATH) && (flags & O_ACCMODE) != O_RDONLY;
    if (writes || !host_name(host, name, sizeof(name)) || name[0] != '/')
        return 0;
    return access_of(t, host) == VIEW_WRITE ? 0 : -EROFS;
}

// ---- filesystems in which the host's kernel shows itself and its processes

// The most that the guest may have of each, under whatever name it is mounted.
static const struct {
    u32 type;
    enum view_access most;
} kernel_files[] = {
    { SYSFS_MAGIC, VIEW_READ },         { CGROUP_SUPER_MAGIC, VIEW_READ },
    { CGROUP2_SUPER_MAGIC, VIEW_READ }, { DEBUGFS_MAGIC, VIEW_PASS },
    { TRACEFS_MAGIC, VIEW_PASS },       { SECURITYFS_MAGIC, VIEW_PASS },
    { SELINUX_MAGIC, VIEW_PASS },       { SMACK_MAGIC, VIEW_PASS },
    { BPF_FS_MAGIC, VIEW_PASS },        { BINFMTFS_MAGIC, VIEW_PASS },
    { PSTOREFS_MAGIC, VIEW_PASS },      { EFIVARFS_MAGIC, VIEW_PASS },
    { NSFS_MAGIC, VIEW_PASS },          { 0x62656570, VIEW_PASS },   // configfs
};

// Whether what is open on a procfs is no process and no memory of the host. (/proc/PID/mem of
// the simulator would be the worst of all.) Only the names of the host's own /proc tell: under
// another mount, or a part of it bound somewhere, a process can have any.
static bool proc_shown(int fd)
{
    char name[VIEW_PATH];
    struct stat st, proc;
    if (!host_name(fd, name, sizeof(name)) || strncmp(name, "/proc", 5) != 0 ||
        (name[5] && name[5] != '/') || fstat(fd, &st) || stat("/proc", &proc) ||
        st.st_dev != proc.st_dev)
        return false;
    const char *rest = name[5] ? name + 6 : "";
    bool process = *rest >= '0' && *rest <= '9';
    return !process && *rest != 'k' && strncmp(rest, "vmcore", 6) != 0;   // kcore, kmsg, kpage*
}

// The most that the guest may have of what is open. A filesystem that cannot tell its type is
// none of these.
static enum view_access most_of(const struct process *p, int fd)
{
    struct statfs fs;
    if (fstatfs(fd, &fs))
        return VIEW_WRITE;
    if (fs.f_type == PROC_SUPER_MAGIC)
        return proc_shown(fd) ? VIEW_READ : VIEW_PASS;
    for (size_t i = 0; i < COUNT(kernel_files) && !p->view->everything; i++)
        if ((u32)fs.f_type == kernel_files[i].type)
            return kernel_files[i].most;
    return VIEW_WRITE;
}

// What a place must allow for something there to be opened so.
static enum view_access access_asked(int flags)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY || (!(flags & O_PATH) && flags & O_TRUNC);
    return writes ? VIEW_WRITE : VIEW_READ;
}

// Whether what is open may be opened so.
static bool may_open(const struct process *p, int fd, int flags)
{
    return most_of(p, fd) >= access_asked(flags);
}

// ---- devices

// Those whose use changes nothing of the host (devices.txt of Linux).
static const struct {
    unsigned major, minor;
} harmless[] = {
    { 1, 3 },   // null
    { 1, 5 },   // zero
    { 1, 7 },   // full
    { 1, 8 },   // random
    { 1, 9 },   // urandom
    { 5, 0 },   // tty: the terminal that the guest has
};

// Whether what `st` tells of is no device, or one that the guest may open so: it is harmless, or the
// user named it, to be written when it is, or all files of the host. Its number decides, for its
// name can be any.
static bool device_shown(const struct process *p, const struct stat *st, int flags)
{
    struct stat given;
    const struct view *v = p->view;
    if ((!S_ISCHR(st->st_mode) && !S_ISBLK(st->st_mode)) || v->everything)
        return true;
    for (size_t i = 0; i < COUNT(harmless) && S_ISCHR(st->st_mode); i++)
        if (st->st_rdev == makedev(harmless[i].major, harmless[i].minor))
            return true;
    for (const struct view_node *n = v->node; n < v->node + v->count; n++)
        if (!n->folder && n->access >= access_asked(flags) && !fstat(n->fd, &given) &&
            (given.st_mode & S_IFMT) == (st->st_mode & S_IFMT) && given.st_rdev == st->st_rdev)
            return true;
    return false;
}

// ---- telling the user

static void refuse(struct process *p, const char *path, const char *allow, const char *what,
                   const char *then)
{
    if (p->refused || p->options.quiet || !strncmp(path, "/proc/", 6))
        return;
    p->refused = true;
    fprintf(p->options.messages ? p->options.messages : stderr,
            "m2sim: %s: %s; --allow %s would %s\n", path, what, allow, then);
}

// The existing file or folder on the way to `path` that the user could allow.
static const char *to_allow(const char *path, char folder[VIEW_PATH])
{
    struct stat st;
    const char *slash = strrchr(path, '/');
    if (!lstat(path, &st) || !slash || slash == path)
        return path;
    snprintf(folder, VIEW_PATH, "%.*s", (int)(slash - path), path);
    return folder;
}

static void refuse_writing(struct process *p, const struct guest_path *path)
{
    char folder[VIEW_PATH];
    if (!path->kernel)   // which nothing allows
        refuse(p, path->guest, to_allow(path->guest, folder), "read-only for the program",
               "let it write");
}

static i64 refuse_device(struct process *p, const struct guest_path *path, int fd)
{
    char host[VIEW_PATH], guest[VIEW_PATH];
    snprintf(guest, sizeof(guest), "%s", path->guest);
    if (host_name(fd, host, sizeof(host)) &&
        (guest[0] || path_shown(p, fd, guest, sizeof(guest))))   // by a descriptor: it has no path
        refuse(p, guest, host, "a device of the host", "let it be opened");
    return -EACCES;   // as on a filesystem that is mounted with nodev
}

// The guest is told that it is not there; the user, when it is or its folder is.
static void refuse_hidden(struct process *p, const char *path, bool makes)
{
    struct stat st;
    char folder[VIEW_PATH];
    const char *allow = makes ? to_allow(path, folder) : path;
    // Files of the host are no part of another system, and not missed by who tries many.
    if (!p->view->rooted && !loader_probes(path) && !p->refused && !lstat(allow, &st))
        refuse(p, path, allow, "hidden from the program", "show it");
}

// ---- paths that the view does not have: /proc/self and /dev/fd

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

// The descriptor that /dev/stdin, /dev/fd/3 or /proc/self/fd/3 begins with, or -1; *rest is
// what follows it.
static i64 named_fd(const struct process *p, const char *text, const char **rest)
{
    static const char *const standard[] = { "/dev/stdin", "/dev/stdout", "/dev/stderr" };
    *rest = "";
    for (int i = 0; i < 3; i++)
        if (!strcmp(text, standard[i]))
            return i;
    const char *own = own_proc(p, text), *digits = NULL;
    if (!strncmp(text, "/dev/fd/", 8))
        digits = text + 8;
    else if (own && !strncmp(own, "fd/", 3))
        digits = own + 3;
    size_t n = digits ? strspn(digits, "0123456789") : 0;
    if (!n || n > 6 || (digits[n] && digits[n] != '/'))
        return -1;
    *rest = digits + n;
    return strtol(digits, NULL, 10);
}

static i64 set_text(char *text, const char *first, const char *rest)
{
    char whole[2 * VIEW_PATH];
    int n = snprintf(whole, sizeof(whole), "%s%s", first, rest);
    if (n >= VIEW_PATH)
        return -ENAMETOOLONG;
    memcpy(text, whole, n + 1);
    return VIEW_LINK;
}

// A file by descriptor instead of by name.
static void is_file(struct guest_path *path, int host, bool owned)
{
    path->dir = host;
    path->owned = owned;
    path->magic = true;
    path->access = VIEW_WRITE;   // the descriptor says
    path->text[0] = 0;
    path->at_flags = AT_EMPTY_PATH;
}

// 0: *path is found; VIEW_LINK: `text` is changed; VIEW_AGAIN: nothing of ours.
static i64 own_file(struct thread *t, char *text, struct guest_path *path)
{
    struct process *p = t->process;
    char name[VIEW_PATH];
    const char *rest;
    if (strncmp(text, "/proc/", 6) && strncmp(text, "/dev/", 5) && strncmp(text, "/sys/", 5))
        return VIEW_AGAIN;
    i64 fd = named_fd(p, text, &rest);
    int host = fd >= 0 ? fd_get(t, fd) : -1;
    if (fd >= 0 && host < 0)
        return -ENOENT;
    if (fd >= 0 && *rest)
        return path_shown(p, host, name, sizeof(name)) && name[0] == '/'
                   ? set_text(text, name, rest)
                   : -EACCES;
    if (fd >= 0) {
        is_file(path, host, false);
        return 0;
    }
    const char *own = own_proc(p, text);
    if (own && !strcmp(own, "exe"))
        return set_text(text, p->exe, "");
    if (own && !strncmp(own, "root", 4) && (!own[4] || own[4] == '/'))
        return set_text(text, "/", own + 4);
    if (own && !strncmp(own, "cwd", 3) && (!own[3] || own[3] == '/'))
        return path_shown(p, fd_cwd(t), name, sizeof(name)) ? set_text(text, name, own + 3)
                                                            : -ENOENT;
    i64 made_up = procfs_open(t, text);
    if (made_up < 0)
        return made_up == -ENOENT ? VIEW_AGAIN : made_up;
    is_file(path, made_up, true);
    path->made_up = true;
    return 0;
}

// ---- following

// Whether what was found may be done what `flags` say.
static i64 check(struct thread *t, u32 flags, const struct guest_path *path)
{
    struct process *p = t->process;
    bool file = !path->text[0];
    if (flags & PATH_CREATE && file)
        return -EEXIST;
    if (flags & PATH_REMOVE && (file || view_place_below(p->view, path->guest)))
        return path->magic ? -EACCES : -EBUSY;
    if (flags & (PATH_CREATE | PATH_REMOVE | PATH_ALTER) && !path->magic &&
        path->access < VIEW_WRITE) {
        refuse_writing(p, path);
        return -EROFS;
    }
    return flags & PATH_ALTER && path->magic ? fd_may_change(t, path->dir) : 0;
}

// Follows the absolute path in `text`, which is spent.
static i64 follow(struct thread *t, char *text, u32 flags, struct guest_path *path)
{
    struct process *p = t->process;
    struct view_place place;
    i64 r = VIEW_LINK;
    for (int links = 0; links <= VIEW_LINKS && r > 0; links += r == VIEW_LINK) {
        r = own_file(t, text, path);
        if (r != VIEW_AGAIN)
            continue;
        r = view_step(p->view, text, flags & PATH_FOLLOW, &place);
        if (r == -ENOENT && place.hidden && !(flags & PATH_QUIET))
            refuse_hidden(p, text, flags & (PATH_CREATE | PATH_MAKE));
        if (r)
            continue;
        path->dir = place.fd;
        path->owned = place.owned;
        path->slash = place.slash;
        enum view_access most = most_of(p, place.fd);
        path->kernel = most < VIEW_WRITE;
        path->access = place.access < most ? place.access : most;
        if (most == VIEW_PASS)
            return path_end(path, -EACCES);
        memcpy(path->text, place.name, sizeof(place.name));
        memcpy(path->guest, place.guest, sizeof(place.guest));
        path->at_flags = place.name[0] ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH;
    }
    if (r)
        return r > 0 ? -ELOOP : r;
    return path_end_on(path, check(t, flags, path));
}

static i64 translate(struct thread *t, int dir, char *text, u32 flags, struct guest_path *path)
{
    char whole[2 * VIEW_PATH];
    memset(path, 0, offsetof(struct guest_path, text));
    path->dir = -1;
    path->text[0] = path->guest[0] = 0;
    if (!text[0] && !(flags & PATH_EMPTY))
        return -ENOENT;
    if (text[0] == '/')
        return follow(t, text, flags, path);
    if (dir < 0)
        return dir;
    if (!text[0]) {
        is_file(path, dir, false);
        return path_end_on(path, check(t, flags, path));
    }
    if (!path_shown(t->process, dir, whole, sizeof(whole) / 2))
        return -EACCES;
    if (whole[0] != '/')
        return -ENOTDIR;
    size_t n = strlen(whole);
    if (n + 1 + strlen(text) >= VIEW_PATH)
        return -ENAMETOOLONG;
    whole[n] = '/';
    memcpy(whole + n + (n > 1), text, strlen(text) + 1);
    return follow(t, whole, flags, path);
}

i64 path_get(struct thread *t, u64 dirfd, vaddr at, u32 flags, struct guest_path *path)
{
    char text[VIEW_PATH];
    i64 n = space_string(t->process->space, text, at, sizeof(text));
    path->owned = false;
    return n < 0 ? n : translate(t, text[0] == '/' ? -1 : fd_dir(t, dirfd), text, flags, path);
}

i64 path_of(struct thread *t, const char *name, u32 flags, struct guest_path *path)
{
    char text[VIEW_PATH];
    path->owned = false;
    if (!memccpy(text, name, 0, sizeof(text)))
        return -ENAMETOOLONG;
    return translate(t, text[0] == '/' ? -1 : fd_cwd(t), text, flags, path);
}

// ---- opening

// A FIFO is opened when somebody opens its other end.
static bool open_waits(mode_t type, int flags)
{
    return S_ISFIFO(type) && !(flags & (O_NONBLOCK | O_PATH)) && (flags & O_ACCMODE) != O_RDWR;
}

// The program that runs is not written to, by whichever name. Who may not write it hears that.
static bool is_busy(const struct process *p, int fd, mode_t type, int flags)
{
    struct stat st;
    bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;
    return writes && !(flags & O_PATH) && S_ISREG(type) && !fstat(fd, &st) &&
           st.st_dev == p->exe_device && st.st_ino == p->exe_inode &&
           !faccessat(fd, "", W_OK, AT_EMPTY_PATH | AT_EACCESS);
}

// `type`: st_mode of it.
static i64 reopen_as(struct thread *t, int fd, mode_t type, int flags, u32 mode)
{
    char link[64];
    if (!may_open(t->process, fd, flags))
        return -EACCES;
    if (is_busy(t->process, fd, type, flags))
        return -ETXTBSY;
    int n = snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    flags &= ~O_NOFOLLOW;
    if (!open_waits(type, flags))
        return host_result(open(link, flags, mode));
    const u64 a[6] = { (u64)AT_FDCWD, (u64)link, (u64)flags, mode };
    return block_unpolled(t, SYS_openat, a, 1, link, (size_t)n + 1);
}

static i64 reopen(struct thread *t, int fd, int flags, u32 mode)
{
    struct stat st;
    return fstat(fd, &st) ? -errno : reopen_as(t, fd, st.st_mode, flags, mode);
}

// Opens what `fd`, a name, stands for: what there is, which is looked at before it is opened, for
// a FIFO waits and to open a device can be to use it.
static i64 open_found(struct thread *t, const struct guest_path *path, int fd, int flags, u32 mode)
{
    struct stat st;
    if (fstat(fd, &st))
        return -errno;
    if (!device_shown(t->process, &st, flags))
        return refuse_device(t->process, path, fd);
    if (flags & O_CREAT && S_ISDIR(st.st_mode))
        return -EISDIR;
    return reopen_as(t, fd, st.st_mode, flags & O_CREAT ? flags & ~(O_CREAT | O_EXCL) : flags,
                     mode);
}

// Opens a name in a folder.
static i64 open_name(struct thread *t, const struct guest_path *path, int flags, u32 mode)
{
    enum { TRIES = 100 };   // others make and remove it meanwhile
    bool makes = flags & O_CREAT, only_new = makes && flags & O_EXCL;
    for (int k = 0; k < TRIES; k++) {
        int look = flags & O_PATH ? flags : O_PATH | O_CLOEXEC;
        int fd = only_new ? -1 : openat(path->dir, path->text, look | O_NOFOLLOW);
        if (fd >= 0 && flags & O_PATH && may_open(t->process, fd, flags))
            return fd;
        if (fd >= 0) {
            i64 r = flags & O_PATH ? -EACCES : open_found(t, path, fd, flags, mode);
            close(fd);
            return r;
        }
        if (!only_new && (errno != ENOENT || !makes))
            return -errno;
        fd = openat(path->dir, path->text, flags | O_EXCL | O_NOFOLLOW, mode);
        if (fd >= 0 || errno != EEXIST || only_new)
            return host_result(fd);
    }
    return -ENOENT;
}

// Opens again what a descriptor has open, with the rights of it or of its name.
static i64 open_again(struct thread *t, const struct guest_path *path, int flags)
{
    char name[VIEW_PATH];
    int have = fcntl(path->dir, F_GETFL), way = flags & O_ACCMODE;
    bool can_read = !(have & O_PATH) && (have & O_ACCMODE) != O_WRONLY;
    bool can_write = !(have & O_PATH) && (have & O_ACCMODE) != O_RDONLY;
    bool reads = way != O_WRONLY, writes = way != O_RDONLY || flags & O_TRUNC;
    bool named = host_name(path->dir, name, sizeof(name)) && name[0] == '/';
    if (named && !(flags & O_PATH) && ((reads && !can_read) || (writes && !can_write))) {
        enum view_access access = access_of(t, path->dir);
        if (access < (writes && !can_write ? VIEW_WRITE : VIEW_READ))
            return -EACCES;
        return open_found(t, path, path->dir, flags & ~(O_CREAT | O_EXCL), 0);
    }
    return reopen(t, path->dir, flags & ~(O_CREAT | O_EXCL), 0);
}

static i64 open_here(struct thread *t, const struct guest_path *path, int flags, u32 mode)
{
    struct process *p = t->process;
    bool temporary = (flags & O_TMPFILE) == O_TMPFILE;
    bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC || temporary;
    bool makes = flags & O_CREAT;
    if (path->access == VIEW_PASS && !(flags & O_PATH)) {
        const char *name = path->guest[0] ? path->guest : "/";
        refuse(p, name, name, "hidden from the program", "show it");
        return -EACCES;
    }
    if (writes && path->access < VIEW_WRITE && !(flags & O_PATH)) {
        refuse_writing(p, path);
        return -EROFS;
    }
    if (makes && path->access < VIEW_WRITE)
        flags &= ~(O_CREAT | O_EXCL);
    if (path->slash && makes)
        return -EISDIR;
    if (path->text[0]) {
        i64 fd = open_name(t, path, flags, mode);
        return fd == -ENOENT && makes && path->access < VIEW_WRITE ? -EROFS : fd;
    }
    if (makes && flags & O_EXCL)
        return -EEXIST;
    if (makes && !temporary && flags & O_CREAT)
        flags &= ~O_CREAT;
    return reopen(t, path->dir, flags, mode);
}

i64 path_open(struct thread *t, struct guest_path *path, int flags, u32 mode)
{
    enum {
        KNOWN = O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_NONBLOCK | O_DSYNC |
                O_DIRECT | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_SYNC | O_PATH | O_TMPFILE
    };
    flags = (flags & KNOWN) | O_CLOEXEC | O_NOCTTY;
    if (flags & O_PATH)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if (path->made_up) {
        if ((flags & O_ACCMODE) != O_RDONLY)
            return -EACCES;
        path->owned = false;
        return path->dir;
    }
    return path->magic ? open_again(t, path, flags) : open_here(t, path, flags, mode & 01777);
}
