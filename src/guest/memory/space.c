#include "guest/memory/space.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/oom.h"
#include "guest/memory/space_list.h"

enum {
    MIN_BITS = 31,
    // Each region costs up to six host mappings, of which Linux allows 65530 a process.
    MAX_REGIONS = 10000,
    PROT_ALL = SPACE_READ | SPACE_WRITE | SPACE_EXEC,
    PROT_BTI_ARM64 = 0x10,
};

// ---- the window and the shadow on the host

static void *reserve(u64 len)
{
    void *p = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

// Makes [p, p + len) inaccessible and empty again. When the host has no room for
// one more mapping it keeps the old one without access.
static void reset(u8 *p, u64 len)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (mmap(p, len, PROT_NONE, flags, -1, 0) != MAP_FAILED)
        return;
    madvise(p, len, MADV_DONTNEED);
    int failed = mprotect(p, len, PROT_NONE);
    assert(!failed);
    (void)failed;
}

// Of the shadow of a window of `size` bytes, with the room on both its sides.
static u64 shadow_bytes(u64 size)
{
    return (size + 2 * (u64)SHADOW_REACH) * SHADOW_SCALE;
}

static u8 *shadow_of(const struct space *s, vaddr a)
{
    return s->shadow + a * SHADOW_SCALE;
}

static void code_gone(const struct space *s, vaddr a, vaddr end)
{
    if (s->code_gone)
        s->code_gone(s->code_ctx, a, end);
}

// Brings the shadow of [a, end), which had `before`, to what `prot` asks for; what
// was decoded is forgotten in any case.
static i64 shadow_set(struct space *s, vaddr a, vaddr end, u32 before, u32 prot)
{
    u64 len = (end - a) * SHADOW_SCALE;
    if (before & SPACE_EXEC) {
        if (prot & SPACE_EXEC)
            madvise(shadow_of(s, a), len, MADV_DONTNEED);
        else
            reset(shadow_of(s, a), len);
        code_gone(s, a, end);
    } else if (prot & SPACE_EXEC) {
        if (mprotect(shadow_of(s, a), len, PROT_READ | PROT_WRITE))
            return -ENOMEM;
    }
    return 0;
}

// Writers come first, or threads that always run would keep them waiting for ever.
static void init_locks(struct space *s)
{
    pthread_rwlockattr_t attr;
    pthread_mutex_init(&s->lock, NULL);
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&s->world, &attr);
    pthread_rwlockattr_destroy(&attr);
}

bool space_enter(struct space *s)
{
    bool parallel = __atomic_load_n(&s->parallel, __ATOMIC_ACQUIRE);
    if (parallel)
        pthread_rwlock_rdlock(&s->world);
    return parallel;
}

void space_leave(struct space *s, bool entered)
{
    if (entered)
        pthread_rwlock_unlock(&s->world);
}

void space_exclusive(struct space *s, void (*f)(void *ctx), void *ctx)
{
    bool parallel = __atomic_load_n(&s->parallel, __ATOMIC_ACQUIRE);
    if (parallel)
        pthread_rwlock_wrlock(&s->world);
    f(ctx);
    if (parallel)
        pthread_rwlock_unlock(&s->world);
}

void space_before_fork(struct space *s)
{
    pthread_mutex_lock(&s->lock);
}

void space_after_fork(struct space *s, bool child)
{
    if (child) {
        init_locks(s);
        if (s->code_forked)
            s->code_forked(s->code_ctx);
    } else {
        pthread_mutex_unlock(&s->lock);
    }
}

u64 space_fork_cost(struct space *s, bool whole)
{
    pthread_mutex_lock(&s->lock);
    u64 cost = s->cost;
    for (size_t i = 0; i < s->count && !whole; i++)
        cost -= s->regions[i].forked & FORK_DROPS ? region_cost(&s->regions[i]) : 0;
    pthread_mutex_unlock(&s->lock);
    return cost;
}

void space_forked(struct space *s, bool whole, u64 counted)
{
    struct bounds *bounds = s->bounds;
    s->bounds = NULL;   // what goes was not counted
    for (size_t i = 0; i < s->count && !whole;) {
        const struct region r = s->regions[i];
        i += !(r.forked & FORK_DROPS);
        if (r.forked & FORK_DROPS) {
            space_drop(s, r.start, r.end);
        } else if (r.forked & FORK_WIPES) {
            madvise(space_host(s, r.start), r.end - r.start, MADV_DONTNEED);
            space_invalidate_code(s, r.start, r.end - r.start);
        }
    }
    s->bounds = bounds;
    if (bounds)   // another thread may have mapped in between
        bounds_count(bounds, s->place, (i64)(s->cost - counted));
}

// Whether [a, end) has executable parts.
static bool has_code(const struct space *s, vaddr a, vaddr end)
{
    bool found = false;
    for (size_t i = region_index(s, a); i < s->count && s->regions[i].start < end; i++)
        found |= s->regions[i].prot & SPACE_EXEC;
    return found;
}

bool space_lock(struct space *s, vaddr a, vaddr end, vaddr b, vaddr b_end)
{
    pthread_mutex_lock(&s->lock);
    if (!s->parallel || !(has_code(s, a, end) || has_code(s, b, b_end)))
        return false;
    pthread_mutex_unlock(&s->lock);
    pthread_rwlock_wrlock(&s->world);
    pthread_mutex_lock(&s->lock);
    return true;
}

static bool lock_code(struct space *s, vaddr a, vaddr end)
{
    return space_lock(s, a, end, a, a);
}

void space_unlock(struct space *s, bool stopped)
{
    pthread_mutex_unlock(&s->lock);
    if (stopped)
        pthread_rwlock_unlock(&s->world);
}

struct space *space_new(struct err *e)
{
    struct space *s = calloc(1, sizeof(*s));
    if (!s)
        out_of_memory();
    for (u64 size = SPACE_LARGEST; size >> MIN_BITS; size /= 2) {
        u64 whole = size + 2 * (u64)SPACE_GUARD;
        u8 *mem = reserve(whole);
        u8 *shadow = mem ? reserve(shadow_bytes(size)) : NULL;
        if (shadow) {
            s->mem = mem + SPACE_GUARD;
            s->shadow = shadow + (u64)SHADOW_REACH * SHADOW_SCALE;
            s->size = s->map_top = size;
            init_locks(s);
            return s;
        }
        if (mem)
            munmap(mem, whole);
    }
    free(s);
    err_set(e, "cannot reserve 2^%d bytes of address space for the guest: %s (is `ulimit -v` set?)",
            MIN_BITS, strerror(errno));
    e->kind = ERR_HOST;
    return NULL;
}

void space_free(struct space *s)
{
    if (!s)
        return;
    munmap(s->mem - SPACE_GUARD, s->size + 2 * (u64)SPACE_GUARD);
    munmap(s->shadow - (u64)SHADOW_REACH * SHADOW_SCALE, shadow_bytes(s->size));
    for (size_t i = 0; i < s->name_count; i++)
        free(s->names[i]);
    free(s->names);
    free(s->regions);
    pthread_mutex_destroy(&s->lock);
    pthread_rwlock_destroy(&s->world);
    free(s);
}

// ---- unmap

// Takes [a, end) away from the guest: list, shadow and memory.
void space_drop(struct space *s, vaddr a, vaddr end)
{
    for (size_t i = region_index(s, a); i < s->count && s->regions[i].start < end; i++) {
        const struct region *r = &s->regions[i];
        vaddr from = r->start > a ? r->start : a, to = r->end < end ? r->end : end;
        shadow_set(s, from, to, r->prot, 0);
        reset(space_host(s, from), to - from);
    }
    regions_remove(s, a, end);
}

i64 space_unmap(struct space *s, vaddr a, u64 len)
{
    u64 whole = page_up(len);
    if (a % GUEST_PAGE || !len || whole < len || !space_in_window(s, a, whole))
        return -EINVAL;
    bool stopped = lock_code(s, a, a + whole);
    space_drop(s, a, a + whole);
    space_unlock(s, stopped);
    return 0;
}

// ---- map

// What a mapping is made of.
struct source {
    int fd;          // -1: anonymous
    u64 offset;
    u64 length;      // of the file; unused when anonymous or a device
    bool regular;    // not a device, which is as good as anonymous
    u64 dev, inode;
};

static i64 source_of(struct source *src, int fd, u64 offset)
{
    struct stat st;
    if (fstat(fd, &st))
        return -EBADF;
    bool zero = S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 5);   // /dev/zero
    if (!S_ISREG(st.st_mode) && !zero)
        return -ENODEV;   // other devices could hand out memory of the host
    *src = (struct source){ .fd = fd,
                            .offset = offset,
                            .length = st.st_size,
                            .regular = S_ISREG(st.st_mode),
                            .dev = st.st_dev,
                            .inode = st.st_ino };
    return 0;
}

// The guest's page is larger than the host's: within the last page of a file the
// guest reads zeros past its end where the host would raise SIGBUS.
static bool fill_tail(u8 *p, u64 len, int prot, const struct source *src)
{
    u64 page = sysconf(_SC_PAGESIZE);
    u64 left = src->length > src->offset ? src->length - src->offset : 0;
    u64 from = (left + page - 1) & ~(page - 1), to = page_up(left);
    if (left >= len || from >= to)
        return true;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    return mmap(p + from, to - from, prot, flags, -1, 0) != MAP_FAILED;
}

static i64 place(struct space *s, vaddr a, u64 len, u32 prot, bool shared, const struct source *src)
{
    int flags = MAP_FIXED | MAP_NORESERVE | (shared ? MAP_SHARED : MAP_PRIVATE);
    if (src->fd < 0)
        flags |= MAP_ANONYMOUS;
    u8 *p = space_host(s, a);
    if (mmap(p, len, space_host_prot(prot), flags, src->fd, src->offset) == MAP_FAILED) {
        i64 error = -errno;
        reset(p, len);
        return error;
    }
    bool done = !src->regular || fill_tail(p, len, space_host_prot(prot), src);
    if (!done || shadow_set(s, a, a + len, 0, prot) < 0) {
        reset(p, len);
        return -ENOMEM;
    }
    return 0;
}

// Where the mapping goes, or a negative errno.
static i64 choose(const struct space *s, vaddr hint, u64 len, u32 flags)
{
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        if (hint % GUEST_PAGE)
            return -EINVAL;
        if (!space_in_window(s, hint, len))
            return -ENOMEM;
        if (hint < SPACE_LOWEST)
            return -EPERM;
        size_t i = region_index(s, hint);
        bool taken = i < s->count && s->regions[i].start < hint + len;
        return flags & MAP_FIXED_NOREPLACE && taken ? -EEXIST : (i64)hint;
    }
    hint = hint <= s->size ? page_up(hint) : 0;
    if (hint >= SPACE_LOWEST && space_in_window(s, hint, len)) {
        size_t i = region_index(s, hint);
        if (i == s->count || s->regions[i].start >= hint + len)
            return hint;
    }
    vaddr a = regions_hole(s, len);
    return a ? (i64)a : -ENOMEM;
}

static i64 map_locked(struct space *s, vaddr hint, u64 len, u32 prot, u32 flags,
                      const struct source *src, const char *name)
{
    i64 a = choose(s, hint, len, flags);
    if (a < 0)
        return a;
    if (s->count >= MAX_REGIONS)
        return -ENOMEM;
    struct region new = { .start = a,
                          .end = a + len,
                          .prot = prot,
                          .ever = prot,
                          .shared = flags & MAP_SHARED,
                          .file = src->fd >= 0 && src->regular,
                          .offset = src->offset,
                          .dev = src->dev,
                          .inode = src->inode,
                          .name = space_intern(s, name) };
    if (new.shared && !new.file) {
        new.dev = 1;
        new.inode = ++s->made;
        new.name = space_intern(s, "/dev/zero (deleted)");
    }
    u64 reserved, before = regions_cost(s, a, a + len, 0) + s->moving;
    if (!space_afford(s, before, region_cost(&new), &reserved))
        return -ENOMEM;
    space_drop(s, a, a + len);
    i64 failed = place(s, a, len, prot, new.shared, src);
    if (!failed)
        regions_add(s, &new);
    space_afforded(s, reserved);
    return failed ? failed : a;
}

i64 space_map(struct space *s, vaddr hint, u64 len, u32 prot, u32 flags, int fd, u64 offset,
              const char *name)
{
    u64 whole = page_up(len);
    u32 type = flags & MAP_TYPE;
    prot &= ~(u32)PROT_BTI_ARM64;
    if (!len || offset % GUEST_PAGE || prot & ~PROT_ALL ||
        (type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_SHARED_VALIDATE) ||
        flags & MAP_HUGETLB)
        return -EINVAL;
    if (whole < len || whole > s->size)
        return -ENOMEM;
    if (offset + whole < offset || offset + whole > INT64_MAX)
        return -EOVERFLOW;

    struct source src = { .fd = -1 };
    if (!(flags & MAP_ANONYMOUS) && fd >= 0) {
        i64 failed = source_of(&src, fd, offset);
        if (failed)
            return failed;
    }
    bool over = flags & MAP_FIXED && space_in_window(s, hint, whole);
    bool stopped = lock_code(s, hint, over ? hint + whole : hint);
    i64 a = map_locked(s, hint, whole, prot, flags, &src, name);
    space_unlock(s, stopped);
    return a;
}

i64 space_map_locked(struct space *s, vaddr hint, u64 len, u32 prot, u32 flags, const char *name)
{
    return map_locked(s, hint, len, prot, flags, &(struct source){ .fd = -1 }, name);
}

// ---- protect, advise

// One whole region. When the host refuses a part of it, what came before is put back, and
// counts as if that could not be.
static i64 protect_region(struct space *s, struct region *r, u32 prot)
{
    u8 *p = space_host(s, r->start);
    u64 len = r->end - r->start, before = region_cost(r);
    i64 failed = 0;
    if (mprotect(p, len, space_host_prot(prot))) {
        failed = -errno;   // a file not open for writing: EACCES
        (void)!mprotect(p, len, space_host_prot(r->prot));
        r->ever |= prot & ~SPACE_EXEC;
    } else {
        failed = shadow_set(s, r->start, r->end, r->prot, prot);
        r->prot = failed ? prot & ~SPACE_EXEC : prot;
        r->ever |= r->prot;
    }
    space_count(s, before, region_cost(r));
    return failed;
}

// Region by region, since a refusal leaves those before it changed, as on Linux: the list and
// the count must say so.
i64 space_protect_locked(struct space *s, vaddr a, vaddr end, u32 prot)
{
    if (!regions_cover(s, a, end) || s->count + 2 > MAX_REGIONS)
        return -ENOMEM;
    u64 reserved;
    if (!space_afford(s, regions_cost(s, a, end, 0), regions_cost(s, a, end, prot), &reserved))
        return -ENOMEM;
    regions_split(s, a);
    regions_split(s, end);
    i64 result = 0;
    size_t i = region_index(s, a);
    while (!result && i < s->count && s->regions[i].start < end)
        result = protect_region(s, &s->regions[i++], prot);
    space_afforded(s, reserved);
    regions_merge(s, a, end);
    return result;
}

i64 space_protect(struct space *s, vaddr a, u64 len, u32 prot)
{
    u64 whole = page_up(len);
    prot &= ~(u32)PROT_BTI_ARM64;
    if (a % GUEST_PAGE || prot & ~PROT_ALL)
        return -EINVAL;
    if (!len)
        return 0;
    if (whole < len || !space_in_window(s, a, whole))
        return -ENOMEM;
    bool stopped = lock_code(s, a, a + whole);
    i64 r = space_protect_locked(s, a, a + whole, prot);
    space_unlock(s, stopped);
    return r;
}

// What a fork leaves of [a, end), which is mapped without a hole.
static i64 advise_fork(struct space *s, vaddr a, vaddr end, int advice)
{
    if (s->count + 2 > MAX_REGIONS)
        return -ENOMEM;
    for (size_t i = region_index(s, a); i < s->count && s->regions[i].start < end; i++)
        if (advice == MADV_WIPEONFORK && (s->regions[i].shared || s->regions[i].file))
            return -EINVAL;
    bool wipes = advice == MADV_WIPEONFORK || advice == MADV_KEEPONFORK;
    u8 which = wipes ? FORK_WIPES : FORK_DROPS;
    bool on = advice == MADV_WIPEONFORK || advice == MADV_DONTFORK;
    regions_forked(s, a, end, which, on ? which : 0);
    return 0;
}

i64 space_advise(struct space *s, vaddr a, u64 len, int advice)
{
    u64 whole = page_up(len);
    if (a % GUEST_PAGE || whole < len)
        return -EINVAL;
    bool drops = advice == MADV_DONTNEED;   // not MADV_FREE, which need not be offered
    bool known = drops || advice <= MADV_WILLNEED ||
                 (advice >= MADV_DONTFORK && advice <= MADV_POPULATE_WRITE);
    if (advice < 0 || !known)
        return -EINVAL;
    if (!len)
        return 0;
    if (!space_in_window(s, a, whole))
        return -ENOMEM;
    bool stopped = lock_code(s, a, drops ? a + whole : a);
    i64 r = regions_cover(s, a, a + whole) ? 0 : -ENOMEM;
    if (!r && (advice == MADV_DONTFORK || advice == MADV_DOFORK || advice == MADV_WIPEONFORK ||
               advice == MADV_KEEPONFORK))
        r = advise_fork(s, a, a + whole, advice);
    if (!r && drops && madvise(space_host(s, a), whole, MADV_DONTNEED))
        r = -errno;
    space_unlock(s, stopped);
    if (!r && drops)
        space_invalidate_code(s, a, whole);
    return r;
}

// Clears the shadow of an executable [a, end); whole pages go back to the host. A thread
// that executes an instruction here may still read it, so that with several only `run`, the
// first two bytes, is cleared.
static void forget(struct space *s, vaddr a, vaddr end)
{
    if (s->parallel) {
        for (a &= ~(vaddr)3; a < end; a += 4)
            __atomic_store_n((u16 *)shadow_of(s, a), 0, __ATOMIC_RELEASE);
        return;
    }
    if (end - a >= GUEST_PAGE) {
        a = page_down(a);
        madvise(shadow_of(s, a), (page_up(end) - a) * SHADOW_SCALE, MADV_DONTNEED);
        return;
    }
    a &= ~(vaddr)3;
    end = (end + 3) & ~(vaddr)3;
    memset(shadow_of(s, a), 0, (end - a) * SHADOW_SCALE);
}

void space_invalidate_code(struct space *s, vaddr a, u64 len)
{
    if (!space_in_window(s, a, len))
        return;
    vaddr end = a + len;
    pthread_mutex_lock(&s->lock);
    for (size_t i = region_index(s, a); i < s->count && s->regions[i].start < end; i++) {
        const struct region *r = &s->regions[i];
        vaddr from = r->start > a ? r->start : a, to = r->end < end ? r->end : end;
        if (r->prot & SPACE_EXEC) {
            forget(s, from, to);
            code_gone(s, from, to);
        }
    }
    pthread_mutex_unlock(&s->lock);
}

void space_forget(struct space *s, vaddr a)
{
    if (!space_in_window(s, a, 4))
        return;
    bool stopped = lock_code(s, a, a + 4);
    const struct region *r = region_find(s, a);
    if (r && r->prot & SPACE_EXEC) {
        memset(shadow_of(s, a & ~(vaddr)3), 0, (size_t)4 * SHADOW_SCALE);
        code_gone(s, a, a + 4);
    }
    space_unlock(s, stopped);
}

// ---- the heap

void space_brk_init(struct space *s, vaddr start)
{
    s->brk_start = s->brk = s->brk_mapped = page_up(start);
}

static vaddr brk_locked(struct space *s, vaddr to)
{
    if (to < s->brk_start || to > s->size)
        return s->brk;
    vaddr end = page_up(to);
    if (end < s->brk_mapped)
        space_drop(s, end, s->brk_mapped);
    if (end > s->brk_mapped) {
        struct source none = { .fd = -1 };
        u32 flags = MAP_PRIVATE | MAP_FIXED_NOREPLACE;
        i64 a = map_locked(s, s->brk_mapped, end - s->brk_mapped, SPACE_READ | SPACE_WRITE, flags,
                           &none, "[heap]");
        if (a < 0)
            return s->brk;
    }
    s->brk_mapped = end;
    return s->brk = to;
}

vaddr space_brk(struct space *s, vaddr to)
{
    pthread_mutex_lock(&s->lock);
    vaddr brk = brk_locked(s, to);
    pthread_mutex_unlock(&s->lock);
    return brk;
}
