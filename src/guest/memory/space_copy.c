// Reading and writing guest memory from the simulator, and what a fault there means.
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/memory/space_list.h"

// arm64 pages that allow anything can be read.
static bool allows(const struct region *r, u32 prot)
{
    if (prot & SPACE_READ && !r->prot)
        return false;
    prot &= ~(u32)SPACE_READ;
    return (r->prot & prot) == prot;
}

// Checks [a, a + len) for `prot`; *file tells whether a part of it is a file, whose
// memory can raise SIGBUS however mapped it is.
static bool range_ok(struct space *s, vaddr a, u64 len, u32 prot, bool *file)
{
    if (!space_in_window(s, a, len))
        return false;
    vaddr end = a + len;
    for (size_t i = region_index(s, a); a < end; i++) {
        const struct region *r = &s->regions[i];
        if (i == s->count || r->start > a || !allows(r, prot))
            return false;
        *file |= r->file || r->beyond;
        a = r->end;
    }
    return true;
}

// Where the copy that this host thread makes goes on after a fault.
static _Thread_local sigjmp_buf *landing;

bool space_copy(void *to, const void *from, u64 len)
{
    sigjmp_buf here;
    bool done = !sigsetjmp(here, 0);
    if (done) {
        landing = &here;
        __asm__ volatile("" ::: "memory");
        memcpy(to, from, len);
        __asm__ volatile("" ::: "memory");
    }
    landing = NULL;
    return done;
}

void space_land(void)
{
    if (landing)
        siglongjmp(*landing, 1);
}

bool space_range_ok(struct space *s, vaddr a, u64 len, u32 prot)
{
    bool file = false;
    pthread_mutex_lock(&s->lock);
    bool ok = range_ok(s, a, len, prot, &file);
    pthread_mutex_unlock(&s->lock);
    return ok;
}

i64 space_read(struct space *s, void *to, vaddr from, u64 len)
{
    bool file = false;
    pthread_mutex_lock(&s->lock);
    bool ok = range_ok(s, from, len, SPACE_READ, &file);
    if (ok && !file)
        memcpy(to, space_host(s, from), len);
    else if (ok)
        ok = space_copy(to, space_host(s, from), len);
    pthread_mutex_unlock(&s->lock);
    return ok ? 0 : -EFAULT;
}

static bool write_locked(struct space *s, vaddr to, const void *from, u64 len)
{
    bool file = false;
    if (!range_ok(s, to, len, SPACE_WRITE, &file))
        return false;
    if (!file) {
        memcpy(space_host(s, to), from, len);
        return true;
    }
    return space_copy(space_host(s, to), from, len);
}

i64 space_write(struct space *s, vaddr to, const void *from, u64 len)
{
    pthread_mutex_lock(&s->lock);
    bool ok = write_locked(s, to, from, len);
    pthread_mutex_unlock(&s->lock);
    return ok ? 0 : -EFAULT;
}

i64 space_swap32(struct space *s, vaddr a, u32 old, u32 new)
{
    bool file = false, done = false;
    u32 seen = old;
    pthread_mutex_lock(&s->lock);
    bool ok = a % 4 == 0 && range_ok(s, a, 4, SPACE_WRITE, &file);
    if (ok && !file)
        done = __atomic_compare_exchange_n((u32 *)space_host(s, a), &seen, new, false,
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    else if (ok)   // its memory can fault: as nearly as the host offers
        done = ok = write_locked(s, a, &new, sizeof(new));
    pthread_mutex_unlock(&s->lock);
    return ok ? done : -EFAULT;
}

i64 space_poke(struct space *s, vaddr to, const void *from, u64 len)
{
    const u8 *bytes = from;
    while (len) {
        struct region r;
        if (!space_region_at(s, to, &r))
            return -EFAULT;
        u64 part = r.end - to < len ? r.end - to : len;
        vaddr page = page_down(to), end = page_up(to + part);
        if (!(r.prot & SPACE_WRITE) && space_protect(s, page, end - page, r.prot | SPACE_WRITE))
            return -EFAULT;
        i64 failed = space_write(s, to, bytes, part);
        if (!(r.prot & SPACE_WRITE))
            space_protect(s, page, end - page, r.prot);
        space_invalidate_code(s, to, part);
        if (failed)
            return failed;
        to += part;
        bytes += part;
        len -= part;
    }
    return 0;
}

i64 space_string(struct space *s, char *to, vaddr from, u64 size)
{
    for (u64 done = 0; done < size;) {
        // Never over a page boundary: the string may end just before a hole.
        u64 part = GUEST_PAGE - (from + done) % GUEST_PAGE;
        if (part > size - done)
            part = size - done;
        if (space_read(s, to + done, from + done, part))
            return -EFAULT;
        const char *nul = memchr(to + done, 0, part);
        if (nul)
            return nul - to;
        done += part;
    }
    return -ENAMETOOLONG;
}

enum space_fault space_fault_at(const struct space *s, const void *host, vaddr *a)
{
    const u8 *p = host;
    if (p >= s->mem - SPACE_GUARD && p < s->mem + s->size + SPACE_GUARD) {
        *a = p - s->mem;
        return SPACE_FAULT_DATA;
    }
    i64 reach = (i64)SHADOW_REACH * SHADOW_SCALE, at = p - s->shadow;
    if (at >= -reach && at < (i64)s->size * SHADOW_SCALE + reach) {
        *a = (vaddr)(at >> 2) & ~(vaddr)3;
        return SPACE_FAULT_FETCH;
    }
    return SPACE_FAULT_NONE;
}

void space_fault_signal(struct space *s, vaddr a, u32 prot, int *sig, int *code)
{
    struct region r;
    *sig = SIGSEGV;
    if (!space_region_at(s, a, &r)) {
        *code = SEGV_MAPERR;
    } else if (!allows(&r, prot)) {
        *code = SEGV_ACCERR;
    } else if (r.file || r.beyond) {
        *sig = SIGBUS;
        *code = BUS_ADRERR;
    } else {
        *code = SEGV_MAPERR;   // unmapped when it faulted, mapped by another thread since
    }
}

bool space_region_at(struct space *s, vaddr a, struct region *r)
{
    pthread_mutex_lock(&s->lock);
    const struct region *found = region_find(s, a);
    if (found)
        *r = *found;
    pthread_mutex_unlock(&s->lock);
    return found;
}

bool space_region_from(struct space *s, vaddr a, struct region *r)
{
    pthread_mutex_lock(&s->lock);
    size_t k = region_index(s, a);
    bool found = k < s->count;
    if (found)
        *r = s->regions[k];
    pthread_mutex_unlock(&s->lock);
    return found;
}

u64 space_mapped(struct space *s)
{
    u64 bytes = 0;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->count; i++)
        bytes += s->regions[i].end - s->regions[i].start;
    pthread_mutex_unlock(&s->lock);
    return bytes;
}

void space_print(struct space *s, FILE *f)
{
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->count; i++) {
        const struct region *r = &s->regions[i];
        char shared = r->shared ? 's' : 'p';
        int n = fprintf(
            f, "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64 " %02x:%02x %" PRIu64 " ",
            r->start, r->end, r->prot & SPACE_READ ? 'r' : '-', r->prot & SPACE_WRITE ? 'w' : '-',
            r->prot & SPACE_EXEC ? 'x' : '-', shared, r->file ? r->offset : 0,
            (unsigned)(r->dev >> 8 & 0xfff), (unsigned)(r->dev & 0xff), r->inode);
        if (r->name)
            fprintf(f, "%*s%s", n < 73 ? 73 - n : 0, "", r->name);
        putc('\n', f);
    }
    pthread_mutex_unlock(&s->lock);
}
