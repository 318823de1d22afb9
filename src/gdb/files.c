// vFile: the debugger reads the guest's files, those that the guest itself can reach. Nothing
// can be written.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gdb/session.h"
#include "guest/linux.h"

// The protocol's own numbers of errors ("File-I/O Protocol", errno values).
static int error_number(i64 e)
{
    static const int same[] = { EPERM,  ENOENT, EINTR,  EBADF,   EACCES, EFAULT,
                                EBUSY,  EEXIST, ENODEV, ENOTDIR, EISDIR, EINVAL,
                                ENFILE, EMFILE, EFBIG,  ENOSPC,  ESPIPE, EROFS };
    for (size_t k = 0; k < COUNT(same); k++)
        if (same[k] == e)
            return (int)e;
    return e == ENAMETOOLONG ? 91 : 9999;
}

static void result(struct gdb *g, i64 r)
{
    if (r < 0)
        packet_text(&g->reply, "F-1,%x", (unsigned)error_number(-r));
    else
        packet_text(&g->reply, "F%llx", (unsigned long long)r);
}

static i64 open_seen(struct gdb *g, const char *name)
{
    struct process *p = g->process;
    struct guest_path path;
    i64 failed = path_of(p->main, name, PATH_FOLLOW | PATH_QUIET, &path);
    return failed ? failed : path_end(&path, path_open(p->main, &path, O_RDONLY | O_NONBLOCK, 0));
}

// Only what has an end: a device or pipe could keep the debugger waiting.
static i64 open_regular(struct gdb *g, const char *name)
{
    struct stat st;
    i64 fd = open_seen(g, name);
    if (fd < 0 || (!fstat((int)fd, &st) && S_ISREG(st.st_mode)))
        return fd;
    close((int)fd);
    return -EACCES;
}

static i64 open_file(struct gdb *g, const char *p)
{
    char name[4096];
    const char *comma = strchr(p, ',');
    u64 flags;
    if (!comma || (size_t)(comma - p) / 2 >= sizeof(name))
        return -EINVAL;
    for (const char *c = p; c < comma; c += 2)
        if (packet_bytes((char[3]){ c[0], c[1] }, name + (c - p) / 2, 1) != 1)
            return -EINVAL;
    name[(comma - p) / 2] = 0;
    comma++;
    if (!packet_number(&comma, &flags) || flags)
        return -EACCES;
    for (int k = 0; k < GDB_FILES; k++)
        if (g->files[k] < 0) {
            i64 fd = open_regular(g, name);
            g->files[k] = fd < 0 ? -1 : (int)fd;
            return fd < 0 ? fd : k;
        }
    return -EMFILE;
}

// The host's descriptor of the number at *p.
static int *file_at(struct gdb *g, const char **p)
{
    u64 n;
    return packet_number(p, &n) && n < GDB_FILES && g->files[n] >= 0 ? &g->files[n] : NULL;
}

static void read_file(struct gdb *g, const char *p)
{
    u8 bytes[PACKET_MAX / 2];
    u64 count, offset;
    int *fd = file_at(g, &p);
    bool good = fd && packet_take(&p, ',') && packet_number(&p, &count) && packet_take(&p, ',') &&
                packet_number(&p, &offset) && offset <= INT64_MAX;
    if (!good) {
        result(g, -EINVAL);
        return;
    }
    // Escapes double a byte, and the length comes before them.
    u64 most = sizeof(bytes) - 16;
    i64 n = host_result(pread(*fd, bytes, count < most ? count : most, (off_t)offset));
    result(g, n);
    if (n >= 0) {
        packet_text(&g->reply, ";");
        packet_binary(&g->reply, bytes, (u64)n);
    }
}

static void put(u8 *to, int bytes, u64 value)
{
    for (int k = 0; k < bytes; k++)
        to[k] = (u8)(value >> 8 * (bytes - 1 - k));   // big-endian
}

// struct stat of the protocol: 64 bytes.
static void stat_file(struct gdb *g, const char *p)
{
    struct stat st;
    u8 out[64] = { 0 };
    int *fd = file_at(g, &p);
    if (!fd || fstat(*fd, &st)) {
        result(g, -EBADF);
        return;
    }
    put(out, 4, st.st_dev);
    put(out + 4, 4, st.st_ino);
    put(out + 8, 4, st.st_mode);
    put(out + 12, 4, st.st_nlink);
    put(out + 28, 8, (u64)st.st_size);
    put(out + 36, 8, 4096);
    put(out + 44, 8, (u64)st.st_blocks);
    put(out + 52, 4, (u64)st.st_atime);
    put(out + 56, 4, (u64)st.st_mtime);
    put(out + 60, 4, (u64)st.st_ctime);
    result(g, sizeof(out));
    packet_text(&g->reply, ";");
    packet_binary(&g->reply, out, sizeof(out));
}

static i64 close_file(struct gdb *g, const char *p)
{
    int *fd = file_at(g, &p);
    if (!fd)
        return -EBADF;
    close(*fd);
    *fd = -1;
    return 0;
}

void files_close(struct gdb *g)
{
    for (int k = 0; k < GDB_FILES; k++) {
        if (g->files[k] >= 0)
            close(g->files[k]);
        g->files[k] = -1;
    }
}

void file_packet(struct gdb *g, const char *p)
{
    if (!strncmp(p, "open:", 5))
        result(g, open_file(g, p + 5));
    else if (!strncmp(p, "pread:", 6))
        read_file(g, p + 6);
    else if (!strncmp(p, "fstat:", 6))
        stat_file(g, p + 6);
    else if (!strncmp(p, "close:", 6))
        result(g, close_file(g, p + 6));
    else if (!strncmp(p, "setfs:", 6))
        result(g, 0);   // there is one view of the files
}
