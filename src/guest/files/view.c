#include "guest/files/view.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/oom.h"

// The bytes of `prefix` when `path` is it or lies below it, else -1.
static i64 below(const char *path, const char *prefix)
{
    size_t n = strlen(prefix);
    return !strncmp(path, prefix, n) && (path[n] == '/' || !path[n]) ? (i64)n : -1;
}

// ---- making a view

// Name of what is open, without links; "/" becomes "".
static bool name_of(int fd, char text[VIEW_PATH])
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, text, VIEW_PATH - 1);
    text[n < 0 ? 0 : n] = 0;
    if (!strcmp(text, "/"))
        text[0] = 0;
    return n > 0;
}

static struct view_node *exact(const struct view *v, const char *guest, size_t n)
{
    for (size_t i = 0; i < v->count; i++)
        if (!strncmp(v->node[i].guest, guest, n) && !v->node[i].guest[n])
            return &v->node[i];
    return NULL;
}

// The place that `path` is or lies in.
static struct view_node *nearest(const struct view *v, const char *path)
{
    struct view_node *best = &v->node[0];
    for (size_t i = 1; i < v->count; i++)
        if (below(path, v->node[i].guest) > (i64)strlen(best->guest))
            best = &v->node[i];
    return best;
}

static char *copy(const char *text)
{
    char *c = strdup(text);
    if (!c)
        out_of_memory();
    return c;
}

// Takes `fd`.
static void put_node(struct view *v, const char *guest, int fd, enum view_access access)
{
    char host[VIEW_PATH];
    struct stat st;
    name_of(fd, host);
    struct view_node *n = exact(v, guest, strlen(guest));
    if (n) {
        close(n->fd);
        free(n->guest);
        free(n->host);
    } else {
        v->node = realloc(v->node, (v->count + 1) * sizeof(*v->node));
        if (!v->node)
            out_of_memory();
        n = &v->node[v->count++];
    }
    *n = (struct view_node){ copy(guest), copy(host), fd, access,
                             !fstat(fd, &st) && S_ISDIR(st.st_mode) };
}

// The folders above a place can be passed, unless they are there already.
static void put_way(struct view *v, const char *guest)
{
    char part[VIEW_PATH];
    for (const char *slash = guest[0] ? strchr(guest + 1, '/') : NULL; slash;
         slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof(part), "%.*s", (int)(slash - guest), guest);
        struct view_node *n = nearest(v, part);
        size_t known = strlen(n->guest);
        struct stat st;
        if (!part[known] || (n->access != VIEW_PASS && !fstatat(n->fd, part + known + 1, &st, 0)))
            continue;
        int fd = open(part, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0)
            put_node(v, part, fd, VIEW_PASS);
    }
}

// Absolute, with "." and ".." taken out of the text.
static bool lexical(const char *path, char out[VIEW_PATH])
{
    char whole[2 * VIEW_PATH], cwd[VIEW_PATH] = "";
    if (path[0] != '/' && !getcwd(cwd, sizeof(cwd)))
        return false;
    size_t n = 0;
    if (snprintf(whole, sizeof(whole), "%s/%s", cwd, path) >= VIEW_PATH)
        return false;
    char *state;
    for (char *word = strtok_r(whole, "/", &state); word; word = strtok_r(NULL, "/", &state)) {
        if (!strcmp(word, ".."))
            while (n && out[--n] != '/') {
            }
        else if (strcmp(word, ".") != 0)
            n += snprintf(out + n, VIEW_PATH - n, "/%s", word);
    }
    out[n] = 0;
    return true;
}

bool view_add(struct view *v, const char *path, bool write)
{
    char host[VIEW_PATH], guest[VIEW_PATH], typed[VIEW_PATH];
    enum view_access access = write ? VIEW_WRITE : VIEW_READ;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0 || !name_of(fd, host) || !lexical(path, typed)) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool inside = v->rooted && below(host, v->node[0].host) >= 0;
    snprintf(guest, sizeof(guest), "%s", inside ? host + strlen(v->node[0].host) : host);
    // What ".." leads to after a link, the text does not tell.
    bool plain = !strstr(path, "..");
    int again = plain && strcmp(typed, host) && !inside ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    put_way(v, guest);
    put_node(v, guest, fd, access);
    if (again >= 0) {
        put_way(v, typed);
        put_node(v, typed, again, access);
    }
    return true;
}

bool view_add_as(struct view *v, const char *path, const char *guest)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd >= 0)
        put_node(v, guest, fd, VIEW_READ);
    return fd >= 0;
}

// False when the host has too little for it.
static bool add_working_folder(struct view *v)
{
    char cwd[VIEW_PATH];
    if (!getcwd(cwd, sizeof(cwd)) || cwd[0] != '/')
        return true;
    bool inside = v->rooted && below(cwd, v->node[0].host) >= 0;
    return inside || view_add(v, cwd, true) || !err_is_host(errno);
}

static struct view *full(struct view *v, const char *path, struct err *e)
{
    err_system(e, errno, "%s", path);
    view_free(v);
    return NULL;
}

struct view *view_new(const struct view_options *o, struct err *e)
{
    static const char *const devices[] = { "/dev/null", "/dev/zero",    "/dev/full",
                                           "/dev/tty",  "/dev/urandom", "/dev/random" };
    struct view *v = calloc(1, sizeof(*v));
    if (!v)
        out_of_memory();
    v->everything = o->everything;
    v->rooted = o->root;
    v->hidden = o->hidden;
    v->hidden_count = o->hidden_count;
    if (o->everything && o->root) {
        err_set(e, "--root %s: is to be the program's '/', but all of the host's files are too",
                o->root);
        free(v);
        return NULL;
    }
    int fd = open(o->root ? o->root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        err_system(e, errno, "%s%s", o->root ? "--root " : "", o->root ? o->root : "/");
        free(v);
        return NULL;
    }
    put_node(v, "", fd, o->root || o->everything ? VIEW_WRITE : VIEW_PASS);
    if (o->everything)
        return v;
    for (size_t i = 0; i < COUNT(devices); i++)
        if (!view_add(v, devices[i], true) && err_is_host(errno))
            return full(v, devices[i], e);
    if (!add_working_folder(v))
        return full(v, ".", e);
    for (size_t i = 0; i < o->rule_count; i++)
        if (!view_add(v, o->rules[i].path, o->rules[i].write)) {
            err_system(e, errno, "--allow%s %s", o->rules[i].write ? "" : "-read",
                       o->rules[i].path);
            view_free(v);
            return NULL;
        }
    return v;
}

void view_free(struct view *v)
{
    if (!v)
        return;
    for (size_t i = 0; i < v->count; i++) {
        close(v->node[i].fd);
        free(v->node[i].guest);
        free(v->node[i].host);
    }
    free(v->node);
    free(v);
}

bool view_guest_path(const struct view *v, const char *host, char *guest, size_t size)
{
    const struct view_node *best = NULL;
    i64 most = -1;
    for (size_t i = 0; i < v->count; i++) {
        const struct view_node *n = &v->node[i];
        i64 len = below(host, n->host);
        bool is = len >= 0 && (!host[len] || !strcmp(host + len, "/"));
        if (len > most && (n->access != VIEW_PASS || is)) {
            most = len;
            best = n;
        }
    }
    if (!best)
        return false;
    int n = snprintf(guest, size, "%s%s", best->guest, host + most);
    if (!guest[0])
        snprintf(guest, size, "/");
    return n >= 0 && (size_t)n < size;
}

bool view_place_below(const struct view *v, const char *guest)
{
    for (size_t i = 0; i < v->count; i++)
        if (below(v->node[i].guest, guest) >= 0)
            return true;
    return false;
}

// ---- following a path

void view_place_end(struct view_place *to)
{
    if (to->owned)
        close(to->fd);
    to->owned = false;
}

static void enter(struct view_place *at, int fd, bool owned, enum view_access access)
{
    view_place_end(at);
    at->fd = fd;
    at->owned = owned;
    at->access = access;
}

// Puts `middle`, perhaps below the folder `at` is in, and the rest in place of the text.
static i64 go_on(const struct view_place *at, char *text, const char *middle, const char *rest)
{
    char whole[3 * VIEW_PATH];
    bool absolute = middle[0] == '/';
    int n = snprintf(whole, sizeof(whole), "%s%s%s%s", absolute ? "" : at->guest,
                     absolute ? "" : "/", middle, rest);
    if (n >= VIEW_PATH)
        return -ENAMETOOLONG;
    memcpy(text, whole, n + 1);
    return VIEW_LINK;
}

// When `name` in the folder is a link: puts its target in place. `error` when it is none.
static i64 read_link(const struct view_place *at, char *text, const char *name, const char *rest,
                     i64 error)
{
    char target[VIEW_PATH];
    ssize_t n = readlinkat(at->fd, name, target, sizeof(target) - 1);
    if (n < 0)
        return error;
    if (n == 0)
        return -ENOENT;
    target[n] = 0;
    return go_on(at, text, target, rest);
}

// Opens all folders between the nearest place and the last component by one call, when
// there is no link and no ".." among them. The component to go on with, or NULL.
static const char *leap(const struct view *v, const char *from, struct view_place *at)
{
    char middle[VIEW_PATH];
    const char *last = strrchr(from, '/');
    if (v->no_openat2 || at->access == VIEW_PASS || last <= from || !last[1] ||
        strstr(from, "/.") || strstr(from, "//"))
        return NULL;
    size_t n = last - from - 1;
    memcpy(middle, from + 1, n);
    middle[n] = 0;
    struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                            .resolve =
                                RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
    int fd = syscall(SYS_openat2, at->fd, middle, &how, sizeof(how));
    if (fd < 0)
        return NULL;
    size_t known = strlen(at->guest);
    snprintf(at->guest + known, sizeof(at->guest) - known, "/%s", middle);
    enter(at, fd, true, at->access);
    return last;
}

// One component of which `rest` follows. 0: done; VIEW_LINK; or MORE: go on with the rest.
enum { MORE = 3 };

static bool hidden(const struct view *v, const struct view_place *at, const char *name)
{
    struct stat st;
    for (size_t i = 0; i < v->hidden_count; i++)
        if (!strcmp(v->hidden[i].name, name) && !fstat(at->fd, &st) &&
            st.st_dev == v->hidden[i].device && st.st_ino == v->hidden[i].folder)
            return true;
    return false;
}

static i64 component(const struct view *v, char *text, const char *name, const char *rest,
                     bool follow, struct view_place *at)
{
    size_t known = strlen(at->guest);
    bool last = !rest[strspn(rest, "/")];
    at->slash = last && rest[0];
    if (known + strlen(name) + 2 > sizeof(at->guest))
        return -ENAMETOOLONG;
    snprintf(at->guest + known, sizeof(at->guest) - known, "/%s", name);
    const struct view_node *n = exact(v, at->guest, strlen(at->guest));
    if (n) {
        enter(at, n->fd, false, n->access);
        at->mount = true;
        return n->folder || (last && !at->slash) ? MORE : -ENOTDIR;
    }
    at->mount = false;
    at->hidden = at->access == VIEW_PASS || (!known && v->rooted);
    if (at->access == VIEW_PASS || hidden(v, at, name))
        return -ENOENT;
    at->guest[known] = 0;   // links are relative to the folder
    if (last && !at->slash && follow) {
        i64 link = read_link(at, text, name, rest, 0);
        if (link)
            return link;
    } else if (!last || at->slash) {
        int fd = openat(at->fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        i64 error = fd < 0 ? -errno : 0;
        i64 link = fd < 0 ? read_link(at, text, name, rest, error) : MORE;
        if (fd < 0 && !(last && link == -ENOENT))
            return link;
        if (!last)
            enter(at, fd, true, at->access);
        else if (fd >= 0)
            close(fd);
    }
    at->guest[known] = '/';
    if (!last)
        return MORE;
    snprintf(at->name, sizeof(at->name), "%s", name);
    return 0;
}

static i64 walk(const struct view *v, char *text, const char *rest, bool follow,
                struct view_place *at)
{
    for (;;) {
        rest += strspn(rest, "/");
        size_t n = strcspn(rest, "/");
        char name[VIEW_NAME];
        if (!n)
            return 0;
        if (n >= sizeof(name))
            return -ENAMETOOLONG;
        memcpy(name, rest, n);
        name[n] = 0;
        rest += n;
        if (!strcmp(name, "."))
            continue;
        if (!strcmp(name, "..")) {
            char *up = strrchr(at->guest, '/');
            if (up)
                *up = 0;
            i64 r = go_on(at, text, "", rest + strspn(rest, "/"));
            return r < 0 ? r : VIEW_AGAIN;
        }
        i64 r = component(v, text, name, rest, follow, at);
        if (r != MORE)
            return r;
    }
}

i64 view_step(const struct view *v, char *text, bool follow, struct view_place *to)
{
    const struct view_node *n = nearest(v, text);
    const char *rest = text + strlen(n->guest);
    to->fd = n->fd;
    to->owned = to->slash = to->hidden = false;
    to->mount = true;
    to->access = n->access;
    to->name[0] = 0;
    snprintf(to->guest, sizeof(to->guest), "%s", n->guest);
    if (*rest && !n->folder)
        return -ENOTDIR;
    const char *last = leap(v, rest, to);
    if (last)
        to->mount = false;
    i64 r = walk(v, text, last ? last : rest, follow, to);
    if (r)
        view_place_end(to);
    return r;
}
