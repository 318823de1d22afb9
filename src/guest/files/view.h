// view.h: which of the host's files a guest can name, and under which path.
//
// A view is a list of places, each a host file or folder at an absolute guest path, like
// the mounts of a machine. A path is followed component by component from the nearest
// place; symbolic links and ".." are read here, in the guest's names, so that neither can
// lead out of it: the host's kernel is only ever asked for one name in an open folder, or
// for several by openat2 with links and ".." forbidden. It does not know descriptors of
// the guest, /proc, or what is told to the user.
#ifndef GUEST_VIEW_H
#define GUEST_VIEW_H

#include <sys/types.h>

#include "base/err.h"
#include "base/types.h"

enum {
    VIEW_PATH = 4096,          // bytes of a path, its NUL included
    VIEW_NAME = 256,           // of one component
    VIEW_LINKS = 40,           // symbolic links in one path, as Linux
};

enum view_access {
    VIEW_PASS,                 // on the way to a place: only its status can be asked for
    VIEW_READ,
    VIEW_WRITE,                // and read
};

struct view_rule {
    const char *path;          // on the host; the guest sees it under the same path
    bool write;
};

// A name in a folder of the host that is not there for the guest: the simulator's own file.
struct view_hidden {
    dev_t device;
    ino_t folder;
    const char *name;
};

struct view_options {
    const char *root;          // folder that is the guest's "/", or NULL
    const struct view_rule *rules;
    size_t rule_count;
    bool everything;           // all of the host's files, as they are
    const struct view_hidden *hidden;
    size_t hidden_count;
};

struct view_node {
    char *guest, *host;        // absolute, without links, "." or ".."; "/" is ""
    int fd;                    // O_PATH
    enum view_access access;
    bool folder;
};

struct view {
    struct view_node *node;    // node[0] is "/"
    size_t count;
    bool rooted;               // by `root`
    bool everything;
    const struct view_hidden *hidden;   // the caller's
    size_t hidden_count;
    bool no_openat2;           // walk by single steps only (old kernels, tests)
};

// What a path leads to. Either `name`, one component that is not followed any more, in
// folder `fd`; or with an empty name the file `fd` itself, which is O_PATH.
struct view_place {
    int fd;
    bool owned;                // view_place_end closes fd
    bool mount;                // it is a place of the view: cannot be moved or removed
    bool slash;                // the path ended in "/"
    bool hidden;               // after -ENOENT: the view ends here, the host's files may not
    enum view_access access;
    char name[VIEW_NAME];
    char guest[VIEW_PATH];     // the path of it, without links
};

// The root or everything, the working directory, what the rules name, and a few devices.
// NULL and *e when a path does not exist.
struct view *view_new(const struct view_options *o, struct err *e);
void view_free(struct view *v);

// Shows one more file of the host under its own path. False when it does not exist.
bool view_add(struct view *v, const char *host, bool write);

// The same under the path `guest`, of which nothing is there on the host.
bool view_add_as(struct view *v, const char *host, const char *guest);

// Follows the absolute path in `text` (room: VIEW_PATH). 0 and *to, which view_place_end
// must end; a negative errno; or VIEW_LINK or VIEW_AGAIN: it met a link or "..", and `text`
// is the path to follow now. The last component, if a link, is only followed with `follow`.
enum { VIEW_LINK = 1, VIEW_AGAIN = 2 };
i64 view_step(const struct view *v, char *text, bool follow, struct view_place *to);
void view_place_end(struct view_place *to);

// The guest's path of a host path without links. False when it has none.
bool view_guest_path(const struct view *v, const char *host, char *guest, size_t size);

// Whether a place of the view lies below this path: it must not be moved then.
bool view_place_below(const struct view *v, const char *guest);

#endif
