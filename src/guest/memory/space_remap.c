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

// ---- what is shared is made longer

// How much of [p, p + len) lies before the file's end: what follows cannot be read.
static u64 readable(const u8 *p, u64 len)
{
    u64 page = (u64)sysconf(_SC_PAGESIZE), low = 0, high = len / page;
    while (low < high) {
        u64 mid = low + (high - low) / 2;
        u8 byte;
        if (space_copy(&byte, p + mid * page, 1))
            low = mid + 1;
        else
            high = mid;
    }
    return low * page;
}

// Another mapping, `len` bytes, of what is mapped at `from` takes the place of what is at `to`,
// which may be the same. It is made elsewhere: an empty piece of a shared mapping "grows" into a
// second one.
static bool map_again(u8 *from, u8 *to, u64 len, const struct region *r)
{
    u8 *other = mremap(from, 0, len, MREMAP_MAYMOVE);
    if (other == MAP_FAILED)
        return false;
    int prot = space_host_prot(r->prot);
    u64 there = len;
    if (r->file && (prot & PROT_READ || !mprotect(other, len, PROT_READ)))
        there = readable(other, len);
    if ((!(prot & PROT_READ) && mprotect(other, len, prot)) ||
        mremap(other, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED) {
        munmap(other, len);
        return false;
    }
    u64 tail = page_up(there) - there;   // zeros up to the end of the guest's page
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    return !tail || mmap(to + there, tail, prot, flags, -1, 0) != MAP_FAILED;
}

// The list has what `r` is at `old`, `len` bytes, at `start`.
static void relist(struct space *s, const struct region *r, vaddr old, vaddr start, u64 len,
                   bool beyond)
{
    struct region new = *r;
    new.start = start;
    new.end = start + len;
    new.offset += old - r->start;
    new.beyond = beyond;
    regions_remove(s, start, start + len);
    regions_add(s, &new);
}

static bool stretch_in_place(struct space *s, const struct region *r, vaddr old, vaddr end,
                             u64 more)
{
    u32 flags = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    if (r->end != end || space_map_locked(s, end, more, r->prot, flags, r->name) < 0)
        return false;
    if (!map_again(space_host(s, old), space_host(s, old), end + more - old, r)) {
        space_drop(s, end, end + more);
        return false;
    }
    relist(s, r, r->start, r->start, end + more - r->start, !r->file);
    return true;
}

// ---- all others

// Lengthens the mapping that ends at `end` when nothing follows it.
static bool grow_in_place(struct space *s, const struct region *r, vaddr old, vaddr end, u64 more)
{
    if (r->shared)
        return stretch_in_place(s, r, old, end, more);
    if (r->end != end || r->file)
        return false;
    u32 flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    return space_map_locked(s, end, more, r->prot, flags, r->name) >= 0;
}

static i64 move(struct space *s, const struct region *r, vaddr old, u64 old_len, u64 new_len,
                u32 flags, vaddr to)
{
    // A private mapping of a file cannot be lengthened without the file.
    bool longer = new_len > old_len;
    if (r->file && !r->shared && longer)
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
    bool moved = r->shared && longer
                     ? map_again(space_host(s, old), space_host(s, (vaddr)a), new_len, r)
                     : move_pages(s, old, (vaddr)a, len, r);
    if (!moved) {
        space_drop(s, (vaddr)a, (vaddr)a + new_len);
        return -ENOMEM;
    }
    if (r->file || r->shared)   // say so, or a fault past the file's end would be taken for ours
        relist(s, r, old, (vaddr)a, new_len, longer ? !r->file : r->beyond);
    if (flags & MREMAP_DONTUNMAP)
        madvise(space_host(s, old), old_len, MADV_DONTNEED);   // what was copied
    else if (old_len)
        space_drop(s, old, old + old_len);   // from a piece of no length a second one is made
    return a;
}

static i64 remap_locked(struct space *s, vaddr old, u64 from, u64 to, u32 flags, vaddr new_addr)
{
    bool fixed = flags & MREMAP_FIXED, keep = flags & MREMAP_DONTUNMAP;
    const struct region *found = space_in_window(s, old, from) ? region_find(s, old) : NULL;
    if (!found || found->end < old + from)
        return -EFAULT;
    if (!from && !found->shared)
        return -EINVAL;
    struct region r = *found;
    if (!from && !(flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    if (from && !fixed && !keep) {
        if (to < from)
            space_drop(s, old + to, old + from);
        if (to <= from || grow_in_place(s, &r, old, old + from, to - from))
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
                  (new_addr < old + (from ? from : 1) && old < new_addr + to)))
        return -EINVAL;
    vaddr end = space_in_window(s, old, from) ? old + from : old;
    bool stopped = space_lock(s, old, end, new_addr, fixed ? new_addr + to : new_addr);
    const struct region *r = region_find(s, old);
    u8 forked = r ? r->forked : 0;
    i64 a = remap_locked(s, old, from, to, flags, new_addr);
    if (a >= 0 && forked)
        regions_forked(s, (vaddr)a, (vaddr)a + to, 0, forked);
    space_unlock(s, stopped);
    if (keep && a >= 0)
        space_invalidate_code(s, old, from);
    return a;
}
