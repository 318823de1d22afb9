// path.h: paths of the guest: followed, opened and shown.
#ifndef GUEST_PATH_H
#define GUEST_PATH_H

#include <stddef.h>

#include "base/types.h"
#include "guest/files/view.h"

struct process;
struct thread;

enum {
    PATH_FOLLOW = 1,       // a link at the end is followed
    PATH_EMPTY = 2,        // an empty path means the descriptor itself
    PATH_CREATE = 4,       // the name will be made: it must be new, its folder writable
    PATH_REMOVE = 8,       // the name will go or be replaced; its folder must be writable
    PATH_ALTER = 16,       // the file will change: it must be writable
    PATH_MAKE = 32,        // the file may be made (open knows more)
    PATH_QUIET = 64,       // the user is not told of a refusal
};

// A file of the guest: `text`, one component that must not be followed, in folder `dir`;
// or, when `text` is empty, `dir` itself. at_flags says so to the host's *at calls.
struct guest_path {
    int dir, at_flags;
    bool owned;            // path_end closes dir
    bool magic;            // dir is one of the guest's own descriptors
    bool made_up;          // dir is a file of procfs.c
    bool slash;            // the path ended in "/"
    bool kernel;           // on /proc, /sys or the like: of the host's kernel
    enum view_access access;
    char text[VIEW_NAME];
    char guest[VIEW_PATH]; // where it is, without links
};

// Reads and follows a path: 0 or -errno. After 0, path_end must follow.
i64 path_get(struct thread *t, u64 dirfd, vaddr text, u32 flags, struct guest_path *path);

// The same for a path the simulator itself has, from the working directory.
i64 path_of(struct thread *t, const char *text, u32 flags, struct guest_path *path);

// Gives back what `path` holds; returns `result`.
i64 path_end(struct guest_path *path, i64 result);

// Opens with host flags: a host descriptor (close-on-exec) or -errno. Files by
// which the host's kernel shows its processes or itself are refused.
i64 path_open(struct thread *t, struct guest_path *path, int flags, u32 mode);

// The guest's path of what `host` has open, or its name when it is no file ("pipe:[7]").
// False when the guest has no path to it.
bool path_shown(struct process *p, int host, char *text, size_t size);

// 0 when mode, owner and times of what `host` has open may be changed, else -errno.
i64 fd_may_change(struct thread *t, int host);

// Open flags of arm64 to the host's and back.
int open_flags_to_host(u64 flags);
u64 open_flags_to_guest(int flags);

// A host descriptor to read a made-up /proc file from; -ENOENT when `text` is none.
i64 procfs_open(struct thread *t, const char *text);

#endif
