// mremap: growing, shrinking and moving mappings inside the window.
//
// The host's own mremap would leave a hole at the old place in which another host
// thread's mapping could land; so memory is only ever moved onto a mapping made for
// it, and the old place stays reserved.
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/memory/space_list.h"

static u32 flags_of(const struct region *r)
{
    return r->shared ? MAP_SHARED : MAP_PRIVATE;
}

// Lengthens the mapping that ends at `end` when nothing follows it.
static bool grow_in_place(struct space *s, const struct region *r, vaddr end, u64 more)
{
    if (r->end != end || r->shared || r->file)
        return false;
    u32 flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    return space_map_locked(s, end, more, r->prot, flags, r->name) >= 0;
}

// Kernels before 6.17 move one mapping of the host at a time, and one of the guest's can be
// several: halves are tried, down to the host's page. What is no mapping of its own even then is
// copied, and left empty where its file has gone.
static bool move_host(u8 *from, u8 *to, u64 len, bool shared)
{
    int flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
    u64 page = (u64)sysconf(_SC_PAGESIZE), half = len / 2 / page * page;
    if (mremap(from, len, len, flags, to) != MAP_FAILED)
        return true;
    if (half)
        return move_host(from, to, half, shared) &&
               move_host(from + half, to + half, len - half, shared);
    if (!shared)
        space_copy(to, from, len);
    return !shared;
}

// Moves `len` bytes from `old` to `to`, both mapped with equal protection.
static bool move_pages(struct space *s, vaddr old, vaddr to, u64 len, const struct region *r)
{
    u8 *from = space_host(s, old), *dest = space_host(s, to);
    int flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
    if (mremap(from, len, len, flags, dest) != MAP_FAILED)
        return true;
    bool open = r->prot & SPACE_WRITE || r->shared;   // else a copy could not be made
    if (!open && (space_protect_locked(s, old, old + len, r->prot | SPACE_READ) ||
                  space_protect_locked(s, to, to + len, SPACE_READ | SPACE_WRITE)))
        return false;
    bool moved = move_host(from, dest, len, r->shared);
    return moved && (open || !space_protect_locked(s, to, to + len, r->prot));
}

static i64 move(struct space *s, const struct region *r, vaddr old, u64 old_len, u64 new_len,
                u32 flags, vaddr to)
{
    // A shared mapping cannot be lengthened without its file; nor can a private one of a file.
    if ((r->shared || r->file) && new_len > old_len)
        return -ENOMEM;
    u64 len = old_len < new_len ? old_len : new_len;
    u32 place = flags & MREMAP_FIXED ? MAP_FIXED : 0;
    struct region whole = *r;
    whole.start = 0;
    whole.end = new_len;
    u64 reserved, before = flags & MREMAP_DONTUNMAP ? 0 : regions_cost(s, old, old + old_len, 0);
    if (!space_afford(s, before, region_cost(&whole), &reserved))
        return -ENOMEM;
    s->moving = region_cost(&whole);   // is reserved
    i64 a = space_map_locked(s, to, new_len, r->prot, flags_of(r) | MAP_ANONYMOUS | place, r->name);
    s->moving = 0;
    if (a >= 0)
        regions_had(s, (vaddr)a, (vaddr)a + new_len, r->ever);
    space_afforded(s, reserved);
    if (a < 0)
        return a;
    if (!move_pages(s, old, (vaddr)a, len, r)) {
        space_drop(s, (vaddr)a, (vaddr)a + new_len);
        return -ENOMEM;
    }
    if (r->file) {   // say so, or a fault past the file's end would be taken for ours
        regions_remove(s, (vaddr)a, (vaddr)a + new_len);
        struct region moved = *r;
        moved.start = (vaddr)a;
        moved.end = (vaddr)a + new_len;
        moved.offset += old - r->start;
        regions_add(s, &moved);
    }
    if (flags & MREMAP_DONTUNMAP)
        madvise(space_host(s, old), old_len, MADV_DONTNEED);   // what was copied
    else
        space_drop(s, old, old + old_len);
    return a;
}

static i64 remap_locked(struct space *s, vaddr old, u64 from, u64 to, u32 flags, vaddr new_addr)
{
    bool fixed = flags & MREMAP_FIXED, keep = flags & MREMAP_DONTUNMAP;
    const struct region *found = from && space_in_window(s, old, from) ? region_find(s, old) : NULL;
    if (!found || found->end < old + from)
        return !from ? -EINVAL : -EFAULT;
    struct region r = *found;
    if (!fixed && !keep) {
        if (to < from)
            space_drop(s, old + to, old + from);
        if (to <= from || grow_in_place(s, &r, old + from, to - from))
            return (i64)old;
        if (!(flags & MREMAP_MAYMOVE))
            return -ENOMEM;
    }
    return move(s, &r, old, from, to, flags, new_addr);
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
    vaddr end = space_in_window(s, old, from) ? old + from : old;
    bool stopped = space_lock(s, old, end, new_addr, fixed ? new_addr + to : new_addr);
    i64 a = remap_locked(s, old, from, to, flags, new_addr);
    space_unlock(s, stopped);
    if (keep && a >= 0)
        space_invalidate_code(s, old, from);
    return a;
}
