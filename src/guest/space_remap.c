// mremap: growing, shrinking and moving mappings inside the window.
//
// The host's own mremap would leave a hole at the old place in which another host
// thread's mapping could land; so memory is only ever moved onto a mapping made for
// it, and the old place stays reserved.
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/space_list.h"

static u32 flags_of(const struct region *r)
{
    return r->shared ? MAP_SHARED : MAP_PRIVATE;
}

// Lengthens the mapping that ends at `end` when nothing follows it.
static bool grow_in_place(struct space *s, const struct region *r, vaddr end, u64 more)
{
    if (r->end != end || r->shared || r->file)
        return false;
    i64 a = space_map(s, end, more, r->prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
                      0, r->name);
    return a >= 0;
}

// Moves `len` bytes from `old` to `to`, both mapped with equal protection.
static bool move_pages(struct space *s, vaddr old, vaddr to, u64 len, const struct region *r)
{
    void *from = space_host(s, old), *dest = space_host(s, to);
    int flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
    if (mremap(from, len, len, flags, dest) != MAP_FAILED)
        return true;
    if (r->shared)
        return false;
    // Several host mappings under one region: copy.
    if (space_protect(s, old, len, r->prot | SPACE_READ) ||
        space_protect(s, to, len, SPACE_READ | SPACE_WRITE))
        return false;
    memcpy(dest, from, len);
    return !space_protect(s, to, len, r->prot);
}

static i64 move(struct space *s, const struct region *r, vaddr old, u64 old_len, u64 new_len,
                u32 flags, vaddr to)
{
    // A shared mapping cannot be lengthened without its file; nor can a private one of a file.
    if ((r->shared || r->file) && new_len > old_len)
        return -ENOMEM;
    u64 len = old_len < new_len ? old_len : new_len;
    u32 place = flags & MREMAP_FIXED ? MAP_FIXED : 0;
    i64 a = space_map(s, to, new_len, r->prot, flags_of(r) | MAP_ANONYMOUS | place, -1, 0, r->name);
    if (a < 0)
        return a;
    if (!move_pages(s, old, a, len, r)) {
        space_unmap(s, a, new_len);
        return -ENOMEM;
    }
    if (r->file) {   // say so, or a fault past the file's end would be taken for ours
        pthread_mutex_lock(&s->lock);
        regions_remove(s, a, a + new_len);
        struct region moved = *r;
        moved.start = a;
        moved.end = a + new_len;
        moved.offset += old - r->start;
        regions_add(s, &moved);
        pthread_mutex_unlock(&s->lock);
    }
    if (flags & MREMAP_DONTUNMAP)
        space_advise(s, old, old_len, MADV_DONTNEED);
    else
        space_unmap(s, old, old_len);
    return a;
}

i64 space_remap(struct space *s, vaddr old, u64 old_len, u64 new_len, u32 flags, vaddr new_addr)
{
    u32 all = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
    u64 from = page_up(old_len), to = page_up(new_len);
    bool fixed = flags & MREMAP_FIXED, keep = flags & MREMAP_DONTUNMAP;
    if (old % GUEST_PAGE || flags & ~all || !to || to < new_len || from < old_len ||
        ((fixed || keep) && !(flags & MREMAP_MAYMOVE)) || (keep && from != to))
        return -EINVAL;
    if (fixed && (new_addr % GUEST_PAGE || !space_in_window(s, new_addr, to) ||
                  (new_addr < old + from && old < new_addr + to)))
        return -EINVAL;
    struct region r;
    if (!from || !space_in_window(s, old, from) || !space_region_at(s, old, &r) ||
        r.end < old + from)
        return !from ? -EINVAL : -EFAULT;
    if (!fixed && !keep) {
        if (to <= from)
            return to < from && space_unmap(s, old + to, from - to) ? -EINVAL : (i64)old;
        if (grow_in_place(s, &r, old + from, to - from))
            return old;
        if (!(flags & MREMAP_MAYMOVE))
            return -ENOMEM;
    }
    return move(s, &r, old, from, to, flags, new_addr);
}
