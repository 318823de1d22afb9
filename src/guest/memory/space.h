// space.h: the guest's address space, one reserved window of host memory.
//
// The byte at guest address `a` lies at host address mem + a, for every a below
// `size`; guards of SPACE_GUARD bytes stand before and behind it. Nothing else of the host is ever mapped
// in the window, so an access from -GUARD to size + GUARD reaches guest memory or faults.
// Beside it lies the shadow: 4 bytes a guest byte, in which the executor keeps the
// decoded instruction (16 bytes) of pc at shadow + pc * 4. All zero means "not
// decoded yet". The shadow is accessible exactly where the guest may execute.
//
// Guest memory is never host-executable. Pages are 16 KiB, as on an M2; addresses
// and lengths are bytes. Functions returning i64 give a value or a negative errno
// of Linux. Every function takes the lock itself and may be called from any thread.
#ifndef GUEST_SPACE_H
#define GUEST_SPACE_H

#include <pthread.h>
#include <stdio.h>

#include "base/err.h"
#include "base/types.h"
#include "guest/memory/bounds.h"
#include "guest/memory/region.h"
#include "guest/memory/space_code.h"
#include "guest/memory/space_copy.h"
#include "guest/memory/space_fault.h"

enum {
    GUEST_PAGE_BITS = 14,
    GUEST_PAGE = 1 << GUEST_PAGE_BITS,
    SPACE_GUARD = 1 << 20,   // bytes before and past the window that always fault
    SPACE_LOWEST = 0x10000,   // nothing is mapped below (mmap_min_addr)
    SHADOW_SCALE = 4,   // shadow bytes a guest byte
    // A direct branch reaches 128 MiB either way without a check: the shadow has that much
    // (and the window's guard) of inaccessible room on both sides.
    SHADOW_REACH = (128 << 20) + SPACE_GUARD,
};

// The values Linux uses, so that they can be handed on.
enum { SPACE_READ = 1, SPACE_WRITE = 2, SPACE_EXEC = 4 };

// MADV_WIPEONFORK, MADV_DONTFORK: zeros, nothing.
enum { FORK_WIPES = 1, FORK_DROPS = 2 };

#define SPACE_LARGEST ((u64)1 << 40)   // window

struct space {
    u8 *mem;
    u8 *shadow;
    u64 size;   // of the window: a power of two, 2^31 to 2^40
    struct region *regions;   // sorted by address, never overlapping
    size_t count, capacity;
    char **names;   // every name ever given, once
    size_t name_count;
    vaddr map_top;   // mappings are placed downwards from here
    vaddr brk_start, brk, brk_mapped;   // the heap; [brk_start, brk_mapped) is mapped
    struct bounds *bounds;   // of its memory, or NULL; the space has its place there
    u32 place;
    u64 cost;   // of all regions, see region_cost; changed with the lock held
    u64 moving;   // what of a mapping that is moved is reserved
    u64 made;   // how many were shared without a file
    pthread_mutex_t lock;
    // Several threads execute at once: each holds `world` for reading while it does, and
    // whoever takes decoded instructions away holds it for writing.
    bool parallel;
    pthread_rwlock_t world;

    // Set by whoever keeps translations of the guest's code (exec/jit/), or NULL: what was at
    // [a, end) is no longer code, or other code; and: this is the child of a fork, where
    // nobody executes. Called with the lock held.
    void (*code_gone)(void *ctx, vaddr a, vaddr end);
    void (*code_forked)(void *ctx);
    void *code_ctx;
};

// Reserves the window; 2^40 bytes, or less when the host refuses. NULL and *e when
// even 2^31 cannot be had. Ended by space_free.
struct space *space_new(struct err *e);
void space_free(struct space *s);

static inline u8 *space_host(const struct space *s, vaddr a)
{
    return s->mem + a;
}

// True when [a, a + len) lies in the window (mapped or not), without wrapping.
static inline bool space_in_window(const struct space *s, vaddr a, u64 len)
{
    return a <= s->size && len <= s->size - a;
}

// What the system calls of the same name do; `prot` and `flags` have Linux' values.
// space_map with fd < 0 or MAP_ANONYMOUS gives zeroed memory; `name` is what
// /proc/self/maps shows, or NULL.
i64 space_map(struct space *s, vaddr hint, u64 len, u32 prot, u32 flags, int fd, u64 offset,
              const char *name);
i64 space_unmap(struct space *s, vaddr a, u64 len);
i64 space_protect(struct space *s, vaddr a, u64 len, u32 prot);
i64 space_remap(struct space *s, vaddr old, u64 old_len, u64 new_len, u32 flags, vaddr new_addr);

// Drops contents (MADV_DONTNEED), says what a fork leaves of them (MADV_WIPEONFORK, MADV_DONTFORK);
// other advice is only checked.
i64 space_advise(struct space *s, vaddr a, u64 len, int advice);

// Puts the start of the heap (page aligned up), and moves its end: returns the end
// after the call, which is the old one when `to` cannot be had.
void space_brk_init(struct space *s, vaddr start);
vaddr space_brk(struct space *s, vaddr to);

// True when every byte of [a, a + len) is mapped with at least `prot`.
bool space_range_ok(struct space *s, vaddr a, u64 len, u32 prot);

// Bytes that are mapped.
u64 space_mapped(struct space *s);

// Writes the regions as /proc/self/maps shows them.
void space_print(struct space *s, FILE *f);

#endif
