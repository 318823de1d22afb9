#include "guest/memory/bounds_files.h"

#include <fcntl.h>
#include <unistd.h>

struct bounds_files {
    u64 device;   // of all; 0: none was made
    struct entry {
        u64 inode, bytes;   // inode 0: nobody's
        int owner, watch;   // the process that watches it, 0 for none; its descriptor
    } entry[BOUNDS_FILES];
};

size_t bounds_files_size(void)
{
    return sizeof(struct bounds_files);
}

bool bounds_files_has(struct bounds *b, int host, struct stat *st)
{
    u64 device = __atomic_load_n(&bounds_files(b)->device, __ATOMIC_SEQ_CST);
    return device && !fstat(host, st) && st->st_dev == device;
}

static bool swap(u64 *at, u64 from, u64 to)
{
    return __atomic_compare_exchange_n(at, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

// The place of a file; a new one when it has none; NULL when all are taken.
static struct entry *find(struct bounds_files *f, u64 inode)
{
    for (struct entry *e = f->entry; e < f->entry + BOUNDS_FILES; e++)
        if (__atomic_load_n(&e->inode, __ATOMIC_SEQ_CST) == inode)
            return e;
    for (struct entry *e = f->entry; e < f->entry + BOUNDS_FILES; e++)
        if (swap(&e->inode, 0, inode))
            return e;
    return NULL;
}

bool bounds_files_add(struct bounds *b, int watch)
{
    struct bounds_files *f = bounds_files(b);
    struct stat st;
    if (fstat(watch, &st))
        return false;
    __atomic_store_n(&f->device, st.st_dev, __ATOMIC_SEQ_CST);
    struct entry *e = find(f, st.st_ino);
    if (!e)
        return false;
    e->watch = watch;
    __atomic_store_n(&e->owner, getpid(), __ATOMIC_SEQ_CST);
    return true;
}

bool bounds_files_grow(struct bounds *b, u64 inode, u64 size)
{
    const u64 page = 4096;
    struct entry *e = find(bounds_files(b), inode);
    size = (size + page - 1) & ~(page - 1);
    while (e) {
        u64 had = __atomic_load_n(&e->bytes, __ATOMIC_SEQ_CST);
        if (had >= size)
            return true;
        if (!bounds_reserve(b, size - had))
            return false;
        if (swap(&e->bytes, had, size))
            return true;   // what was reserved is what it has
        bounds_give_back(b, size - had);
    }
    return false;
}

// A lease for writing is granted when no other descriptor and no mapping has the file.
static bool is_alone(int watch)
{
    bool alone = !fcntl(watch, F_SETLEASE, F_WRLCK);
    if (alone)
        fcntl(watch, F_SETLEASE, F_UNLCK);
    return alone;
}

void bounds_files_sweep(struct bounds *b)
{
    struct bounds_files *f = bounds_files(b);
    for (struct entry *e = f->entry; f->device && e < f->entry + BOUNDS_FILES; e++) {
        int owner = getpid();   // and no other thread
        if (!__atomic_compare_exchange_n(&e->owner, &owner, 0, false, __ATOMIC_SEQ_CST,
                                         __ATOMIC_SEQ_CST))
            continue;
        if (!is_alone(e->watch)) {
            __atomic_store_n(&e->owner, owner, __ATOMIC_SEQ_CST);
            continue;
        }
        close(e->watch);
        bounds_give_back(b, __atomic_exchange_n(&e->bytes, 0, __ATOMIC_SEQ_CST));
        __atomic_store_n(&e->inode, 0, __ATOMIC_SEQ_CST);
    }
}

void bounds_files_forked(struct bounds *b, int parent)
{
    struct bounds_files *f = bounds_files(b);
    for (struct entry *e = f->entry; f->device && e < f->entry + BOUNDS_FILES; e++)
        if (__atomic_load_n(&e->owner, __ATOMIC_SEQ_CST) == parent)
            close(e->watch);
}
