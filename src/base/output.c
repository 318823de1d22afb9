#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/oom.h"

enum {
    LINKS = 40,   // symbolic links in a row, as Linux
    TRIES = 8,    // names tried, and times what is not ours is replaced
};

// What becomes of what was written.
enum way {
    NEW,        // it takes the place of the name
    IN_PLACE,   // it went where it goes: a device, a pipe
    AT_END,     // it is copied into the file there, which cannot be replaced
};

struct output {
    enum way way;
    int folder;                   // O_PATH; -1 with IN_PLACE
    char name[NAME_MAX + 1];      // in it
    char temporary[32];           // in it, until the end; "": the file has no name yet
    char shown[256];              // for messages
    int target;                   // AT_END: the file there
    FILE *f;
    char path[OUTPUT_PATH];       // of the folder; "" of output_in, whose caller holds it
};

static bool refuse(struct output *o, struct err *e)
{
    err_set(e, "%s: %s", o->shown, strerror(errno));
    output_drop(o);
    return false;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static bool is_at(int folder, const char *path)
{
    struct stat there, held;
    return !stat(path, &there) && !fstat(folder, &held) && is_same(&there, &held);
}

void output_mark(int folder, char path[OUTPUT_PATH])
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
    ssize_t n = readlink(link, path, OUTPUT_PATH - 1);
    path[n > 0 ? n : 0] = 0;
    if (!is_at(folder, path))
        path[0] = 0;
}

bool output_unmoved(int folder, const char *path)
{
    return !*path || is_at(folder, path);
}

static void choose_name(char name[32])
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        random = (uint64_t)(uintptr_t)name ^ (uint64_t)getpid() << 32;
    snprintf(name, 32, ".m2sim-%016" PRIx64, random);
}

// A file without a name in the folder, else under one of chance: its descriptor, or -1.
static int open_new(struct output *o)
{
    int fd = openat(o->folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    bool cannot = errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT;
    for (int k = 0; fd < 0 && cannot && k < TRIES; k++) {
        choose_name(o->temporary);
        fd = openat(o->folder, o->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    0666);
        cannot = errno == EEXIST;
    }
    if (fd < 0)
        o->temporary[0] = 0;
    return fd;
}

// Filesystems in which the host's kernel shows itself: what is written there is no file of ours,
// and what it refuses it refuses at the end.
static bool of_kernel(int fd)
{
    static const uint32_t types[] = { PROC_SUPER_MAGIC,    SYSFS_MAGIC,   CGROUP_SUPER_MAGIC,
                                      CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
                                      SECURITYFS_MAGIC };
    struct statfs fs;
    if (fstatfs(fd, &fs))
        return false;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if ((uint32_t)fs.f_type == types[i])
            return true;
    return false;
}

static bool has(int folder, const char *name, uint64_t attributes)
{
    struct statx x;
    return !statx(folder, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_TYPE, &x) &&
           x.stx_attributes & attributes;
}

// Whether no other file may take the place of the one there, `st`: it is mounted there, may not be
// changed, or is another user's in a folder like /tmp. To be known before the guest runs.
static bool must_stay(const struct output *o, const struct stat *st)
{
    struct stat folder;
    uid_t me = geteuid();
    bool sticky = !fstat(o->folder, &folder) && folder.st_mode & S_ISVTX && me &&
                  st->st_uid != me && folder.st_uid != me;
    return sticky || has(o->folder, "", STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND) ||
           has(o->folder, o->name,
               STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_MOUNT_ROOT);
}

// The folder takes no new file, but the one there can be written: it is, in the end.
static int open_old(struct output *o)
{
    int error = errno;
    o->target = openat(o->folder, o->name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (o->target < 0 || of_kernel(o->target)) {
        errno = error;
        return -1;
    }
    o->way = AT_END;
    return memfd_create("report", MFD_CLOEXEC);
}

// `old`: what has the name now, or NULL.
static struct output *finish(struct output *o, int fd, const struct stat *old, struct err *e)
{
    o->f = fd < 0 ? NULL : fdopen(fd, "w");
    if (fd >= 0 && !o->f && errno == ENOMEM) {
        output_drop(o);
        out_of_memory();
    }
    if (!o->f) {
        if (fd >= 0)
            close(fd);
        refuse(o, e);
        return NULL;
    }
    if (o->way == NEW && old) {   // as far as it may be: the new one is no more open than the old
        bool owned = !fchown(fd, old->st_uid, old->st_gid);
        fchmod(fd, old->st_mode & (owned ? 0777 : 0700 | (old->st_mode & 0077 & 0044)));
    }
    return o;
}

static struct output *make(const char *shown, const char *name)
{
    struct output *o = calloc(1, sizeof(*o));
    if (!o)
        out_of_memory();
    o->folder = o->target = -1;
    snprintf(o->shown, sizeof(o->shown), "%s", shown);
    snprintf(o->name, sizeof(o->name), "%s", name);
    return o;
}

static struct output *open_at(struct output *o, struct err *e)
{
    struct stat st;
    errno = ENOENT;
    if (!fstat(o->folder, &st) && !st.st_nlink)   // the folder is gone
        return refuse(o, e), NULL;
    bool there = !fstatat(o->folder, o->name, &st, AT_SYMLINK_NOFOLLOW);
    if (there && S_ISDIR(st.st_mode))
        errno = EISDIR;
    if (there && S_ISDIR(st.st_mode))
        return refuse(o, e), NULL;
    if (there && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)) {
        o->way = IN_PLACE;
        return finish(o, openat(o->folder, o->name, O_WRONLY | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC),
                      NULL, e);
    }
    bool stays = there && must_stay(o, &st);
    errno = EPERM;
    int fd = stays ? -1 : open_new(o);
    if (fd < 0 && there)
        fd = open_old(o);
    return finish(o, fd, there && S_ISREG(st.st_mode) ? &st : NULL, e);
}

struct output *output_in(int folder, const char *name, mode_t mode, struct err *e)
{
    struct output *o = make(name, name);
    struct stat old;
    o->folder = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    bool is_new = o->folder >= 0 && fstatat(o->folder, name, &old, AT_SYMLINK_NOFOLLOW) != 0;
    o = o->folder < 0 ? (refuse(o, e), NULL) : open_at(o, e);
    if (o && is_new && o->way == NEW)
        fchmod(fileno(o->f), mode);   // whatever umask a guest has set
    return o;
}

static bool in_proc(int fd)
{
    struct statfs fs;
    return !fstatfs(fd, &fs) && fs.f_type == PROC_SUPER_MAGIC;
}

// Splits `path` and opens its folder; false with errno.
static bool enter(struct output *o, const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t n = slash ? (size_t)(slash - path) + 1 : 0;
    if (!*name || n >= sizeof(folder) || strlen(name) > NAME_MAX) {
        errno = *name ? ENAMETOOLONG : *path ? EISDIR : ENOENT;
        return false;
    }
    memcpy(folder, path, n);
    folder[n] = 0;
    snprintf(o->name, sizeof(o->name), "%s", name);
    int from = o->folder < 0 ? AT_FDCWD : o->folder;
    int fd = openat(from, n ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (o->folder >= 0)
        close(o->folder);
    o->folder = fd;
    return true;
}

// What a link of /proc names has no path: standard output and its like are written where they
// stand.
static struct output *open_named(struct output *o, struct err *e)
{
    char own[64], folder[PATH_MAX] = "", link[64], *end;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", o->folder);
    snprintf(own, sizeof(own), "/proc/%d/fd", (int)getpid());
    if (readlink(link, folder, sizeof(folder) - 1) < 0)
        folder[0] = 0;
    long number = strtol(o->name, &end, 10);
    o->way = IN_PLACE;
    int fd = !strcmp(folder, own) && !*end && number < INT_MAX
                 ? fcntl((int)number, F_DUPFD_CLOEXEC, 0)
                 : openat(o->folder, o->name, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    return finish(o, fd, NULL, e);
}

struct output *output_open(const char *path, struct err *e)
{
    struct output *o = make(path, "");
    char text[PATH_MAX];
    errno = ENAMETOOLONG;
    if (strlen(path) >= sizeof(text))
        return refuse(o, e), NULL;
    memcpy(text, path, strlen(path) + 1);
    for (int links = 0; links < LINKS; links++) {
        if (!enter(o, text))
            return refuse(o, e), NULL;
        ssize_t n = readlinkat(o->folder, o->name, text, sizeof(text) - 1);
        if (n < 0) {
            output_mark(o->folder, o->path);
            return open_at(o, e);
        }
        if (in_proc(o->folder))
            return open_named(o, e);
        text[n] = 0;
    }
    errno = ELOOP;
    return refuse(o, e), NULL;
}

FILE *output_stream(struct output *o)
{
    return o->f;
}

bool output_flush(struct output *o, struct err *e)
{
    if (fflush(o->f) == 0 && !ferror(o->f))
        return true;
    return err_set(e, "%s: %s", o->shown, strerror(errno));
}

// Whether the name leads to what was written.
static bool stands(const struct output *o)
{
    struct stat there, mine;
    return !fstatat(o->folder, o->name, &there, AT_SYMLINK_NOFOLLOW) &&
           !fstat(fileno(o->f), &mine) && is_same(&there, &mine);
}

// A process that a guest left behind could meddle with the name between the two steps: then
// again.
static bool put_in_place(struct output *o)
{
    char link[64];
    bool named = o->temporary[0];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fileno(o->f));
    for (int k = 0; k < TRIES; k++) {
        if (!named || k) {
            choose_name(o->temporary);
            if (linkat(AT_FDCWD, link, o->folder, o->temporary, AT_SYMLINK_FOLLOW)) {
                o->temporary[0] = 0;
                return false;
            }
        }
        if (renameat(o->folder, o->temporary, o->folder, o->name))
            return false;
        if (stands(o)) {
            unlinkat(o->folder, o->temporary, 0);   // where it was there twice already
            o->temporary[0] = 0;
            return true;
        }
    }
    errno = EBUSY;
    return false;
}

// The old one is there until there is room for the new one.
static bool copy(struct output *o)
{
    char buf[65536];
    off_t at = 0;
    struct stat st;
    if (fstat(fileno(o->f), &st))
        return false;
    if (st.st_size && fallocate(o->target, 0, 0, st.st_size) && errno != EOPNOTSUPP &&
        errno != ENOSYS)
        return false;
    for (ssize_t n; (n = pread(fileno(o->f), buf, sizeof(buf), at)) != 0; at += n)
        if (n < 0 || write(o->target, buf, (size_t)n) != n)
            return false;
    return !ftruncate(o->target, at);
}

bool output_end(struct output *o, struct err *e)
{
    if (!output_flush(o, e)) {
        output_drop(o);
        return false;
    }
    if ((o->way == NEW && !put_in_place(o)) || (o->way == AT_END && !copy(o)))
        return refuse(o, e);
    FILE *f = o->f;
    o->f = NULL;
    if (fclose(f) != 0)
        return refuse(o, e);
    bool found = o->way == IN_PLACE || output_unmoved(o->folder, o->path);
    if (!found)
        err_set(e, "%s: its folder was moved meanwhile, with what was written", o->shown);
    output_drop(o);
    return found;
}

void output_drop(struct output *o)
{
    if (!o)
        return;
    if (o->temporary[0])
        unlinkat(o->folder, o->temporary, 0);
    if (o->f)
        fclose(o->f);
    if (o->folder >= 0)
        close(o->folder);
    if (o->target >= 0)
        close(o->target);
    free(o);
}

struct output_place output_place(const struct output *o)
{
    struct stat st;
    struct output_place p = { .name = "" };
    if (o->temporary[0] && !fstat(o->folder, &st)) {
        p.device = st.st_dev;
        p.folder = st.st_ino;
        snprintf(p.name, sizeof(p.name), "%s", o->temporary);
    }
    return p;
}
