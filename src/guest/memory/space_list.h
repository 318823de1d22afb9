// space_list.h: the region list of a space, for the files that implement space.h.
//
// Every function expects the lock to be held.
#ifndef GUEST_SPACE_LIST_H
#define GUEST_SPACE_LIST_H

#include <sys/mman.h>

#include "guest/memory/space.h"

// Index of the first region that ends above `a`; `count` when there is none.
size_t region_index(const struct space *s, vaddr a);

// The region that holds `a`, or NULL.
struct region *region_find(const struct space *s, vaddr a);

// True when [a, end) is mapped without a hole.
bool regions_cover(const struct space *s, vaddr a, vaddr end);

// What a region can take of the host's memory, in bytes: a copy of its own where it could ever be
// written, or shares with children alone; its shadow where it could be executed; page tables,
// 8 bytes for 4096, where it could be read. Address space alone takes nothing, nor does what a file can take back.
u64 region_cost(const struct region *r);

// Of the parts of regions in [a, end), had they `more` protection.
u64 regions_cost(const struct space *s, vaddr a, vaddr end, u32 more);

// Room for a change that raises the cost from `before` to `after`: false when the simulation may not have so
// much. *reserved is to be given back (bounds.h) when the change is made.
bool space_afford(struct space *s, u64 before, u64 after, u64 *reserved);
void space_afforded(struct space *s, u64 reserved);

// Counts a region's change of cost.
void space_count(struct space *s, u64 before, u64 after);

// What lies in [a, end), whole regions, once had that protection.
void regions_had(struct space *s, vaddr a, vaddr end, u32 ever);

// What a fork leaves of [a, end) is no longer `clear`, but `set` (FORK_*).
void regions_forked(struct space *s, vaddr a, vaddr end, u8 clear, u8 set);

// Takes [a, end) out of the list, splitting regions that reach over.
void regions_remove(struct space *s, vaddr a, vaddr end);

// Adds a region where there is none, and joins it to equal neighbours.
void regions_add(struct space *s, const struct region *r);

// Cuts regions so that none reaches over `a`.
void regions_split(struct space *s, vaddr a);

// Joins equal neighbours from index `i` to the region that begins at or after `end`.
void regions_merge(struct space *s, vaddr a, vaddr end);

// `name` kept as long as the space lives; NULL stays NULL.
const char *space_intern(struct space *s, const char *name);

// Address of a hole of `len` bytes, as high as possible below map_top; 0 when none.
vaddr regions_hole(const struct space *s, u64 len);

// What a change of several steps is made of: between space_lock and space_unlock nobody else
// changes the space, nor executes if code in [a, end) or [b, b_end) may go.
bool space_lock(struct space *s, vaddr a, vaddr end, vaddr b, vaddr b_end);
void space_unlock(struct space *s, bool stopped);
i64 space_map_locked(struct space *s, vaddr hint, u64 len, u32 prot, u32 flags, const char *name);
i64 space_protect_locked(struct space *s, vaddr a, vaddr end, u32 prot);
void space_drop(struct space *s, vaddr a, vaddr end);

// Copies, and lives where memory cannot be touched: false. Only while the fault handler of the
// executor stands (exec_init).
bool space_copy(void *to, const void *from, u64 len);

// Host protection for guest protection: readable when anything is allowed, since
// arm64 pages that can be written or executed can be read; never executable.
static inline int space_host_prot(u32 prot)
{
    return (prot ? PROT_READ : PROT_NONE) | (prot & SPACE_WRITE ? PROT_WRITE : 0);
}

static inline u64 page_up(u64 a)
{
    return (a + GUEST_PAGE - 1) & ~(u64)(GUEST_PAGE - 1);
}

static inline u64 page_down(u64 a)
{
    return a & ~(u64)(GUEST_PAGE - 1);
}

#endif
