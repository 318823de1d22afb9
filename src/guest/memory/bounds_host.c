#include "guest/memory/bounds_host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The text of a small file; false when it cannot be read.
static bool text_of(const char *name, char *to, size_t size)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, to, size - 1);
    if (fd >= 0)
        close(fd);
    to[n > 0 ? n : 0] = 0;
    return n > 0;
}

// "max" is no number.
static u64 limit_of(const char *name)
{
    char text[64], *end;
    if (!text_of(name, text, sizeof(text)))
        return UINT64_MAX;
    errno = 0;
    u64 n = strtoull(text, &end, 10);
    return end == text || errno ? UINT64_MAX : n;
}

// Of the group `path` and those above. In a container the path may be the host's, and the
// hierarchy shown begin at its end: then only its top is there.
static u64 least_of(const char *root, const char *top, char *path, const char *file)
{
    char name[PATH_MAX];
    u64 least = UINT64_MAX;
    for (;;) {
        if (snprintf(name, sizeof(name), "%s%s%s%s", root, top, path, file) < (int)sizeof(name)) {
            u64 limit = limit_of(name);
            least = limit < least ? limit : least;
        }
        char *slash = strrchr(path, '/');
        if (!slash)
            return least;
        *slash = 0;
    }
}

// Whether the controllers "a,b,c" include memory.
static bool of_memory(const char *controllers)
{
    for (size_t n; *controllers; controllers += n + (controllers[n] == ',')) {
        n = strcspn(controllers, ",");
        if (n == 6 && !strncmp(controllers, "memory", n))
            return true;
    }
    return false;
}

// Lines of /proc/self/cgroup: NUMBER:CONTROLLERS:PATH, of version 2 without controllers.
u64 bounds_cgroup(const char *root)
{
    char name[PATH_MAX], text[8192], *next;
    u64 least = UINT64_MAX;
    snprintf(name, sizeof(name), "%s/proc/self/cgroup", root);
    if (!text_of(name, text, sizeof(text)))
        return least;
    for (char *line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
        char *controllers = strchr(line, ':'),
             *path = controllers ? strchr(++controllers, ':') : NULL;
        if (!path)
            continue;
        *path++ = 0;
        u64 limit = UINT64_MAX;
        if (!*controllers)
            limit = least_of(root, "/sys/fs/cgroup", path, "/memory.max");
        else if (of_memory(controllers))
            limit = least_of(root, "/sys/fs/cgroup/memory", path, "/memory.limit_in_bytes");
        least = limit < least ? limit : least;
    }
    return least;
}

u64 bounds_host(const char *root)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    u64 most = pages > 0 && page > 0 ? (u64)pages * (u64)page : UINT64_MAX;
    u64 limit = bounds_cgroup(root);
    most = limit < most ? limit : most;
    return most / 8 * 7;
}
