// Code memory, and the lists of what is in it.
#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exec/jit/block.h"

enum {
    BLOCKS = 1 << 19,
    SITES = BLOCKS * 3,
    FAULTS = 1 << 22,
    CACHES = 1 << 19,
    NODES = BLOCKS * 6,
    DEPS = BLOCKS * 6,
    MAPS = BLOCKS,
};
// Calls reach 2 GiB: code memory lies no farther than this from the program.
#define REACH ((u64)1 << 30)

static void *reserve(u64 bytes)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

// Code memory is shared and anonymous, so that a second view of it can be had (mremap of no
// length) without a name: perf looks for names in its map of a process only where memory has none.
static u8 *map_code(void *at, u64 size)
{
    int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | (at ? MAP_FIXED : 0);
    void *p = mmap(at, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

// The executable view of `rw`, in the place of what is mapped at `at`.
static bool map_view(u8 *rw, void *at, u64 size)
{
    return mremap(rw, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, at) == at &&
           mprotect(at, size, PROT_READ | PROT_EXEC) == 0;
}

// The executable view, near the program's text.
static u8 *map_near(u8 *rw, u64 size)
{
    u64 text = (u64)code_new & ~0xffffull;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
    for (u64 away = 1 << 24; away < REACH; away += 1 << 24) {
        for (int side = 0; side < 2; side++) {
            void *at = (void *)(side ? text + away : text - away - size);
            void *p = mmap(at, size, PROT_NONE, flags, -1, 0);
            if (p == at && map_view(rw, at, size))
                return p;
            if (p != MAP_FAILED)
                munmap(p, size);
        }
    }
    return NULL;
}

bool code_new(struct jit *j, u64 size)
{
    j->size = j->limit = size;
    j->rw = map_code(NULL, size);
    if (!j->rw)
        return false;
    j->rx = map_near(j->rw, size);
    j->entries = reserve(j->space->size);
    j->blocks = reserve(BLOCKS * sizeof(*j->blocks));
    j->sites = reserve(SITES * sizeof(*j->sites));
    j->faults = reserve(FAULTS * sizeof(*j->faults));
    j->caches = reserve(CACHES * sizeof(*j->caches));
    j->nodes = reserve(NODES * sizeof(*j->nodes));
    j->deps = reserve(DEPS * sizeof(*j->deps));
    j->maps = reserve(MAPS * sizeof(*j->maps));
    j->trans = calloc(1, sizeof(*j->trans));
    memset(j->heads, 0xff, sizeof(j->heads));
    return j->rw && j->rx && j->entries && j->blocks && j->sites && j->faults && j->caches &&
           j->nodes && j->deps && j->maps && j->trans;
}

static void unmap(void *p, u64 bytes)
{
    if (p)
        munmap(p, bytes);
}

void code_free(struct jit *j)
{
    unmap(j->rw, j->size);
    unmap(j->rx, j->size);
    unmap(j->entries, j->space->size);
    unmap(j->blocks, BLOCKS * sizeof(*j->blocks));
    unmap(j->sites, SITES * sizeof(*j->sites));
    unmap(j->faults, FAULTS * sizeof(*j->faults));
    unmap(j->caches, CACHES * sizeof(*j->caches));
    unmap(j->nodes, NODES * sizeof(*j->nodes));
    unmap(j->deps, DEPS * sizeof(*j->deps));
    unmap(j->maps, MAPS * sizeof(*j->maps));
    free(j->trans);
}

static void empty(struct jit *j)
{
    j->used = j->fixed;
    j->block_count = j->site_count = j->fault_count = j->cache_count = j->node_count = 0;
    j->dep_count = 0;
    j->map_count = 1;
    memset(j->heads, 0xff, sizeof(j->heads));
}

void code_flush(struct jit *j)
{
    for (u32 b = 0; b < j->block_count; b++)
        j->entries[j->blocks[b].pc >> 2] = 0;
    empty(j);
}

bool code_forked(struct jit *j)
{
    if (!map_code(j->rw, j->size) || !map_view(j->rw, j->rx, j->size))
        return false;
    pthread_mutex_init(&j->lock, NULL);
    madvise(j->entries, j->space->size, MADV_DONTNEED);
    empty(j);
    j->used = 0;
    return true;
}

bool code_has_room(const struct jit *j)
{
    return j->used + BLOCK_BYTES <= j->limit && j->block_count < BLOCKS &&
           j->site_count + 2 * BLOCK_INSNS + 8 < SITES &&
           j->fault_count + 4 * BLOCK_INSNS * INSN_COLD < FAULTS &&
           j->cache_count + 4 * BLOCK_INSNS < CACHES && j->node_count + 4 * BLOCK_DEPS < NODES &&
           j->dep_count + BLOCK_DEPS < DEPS;
}

u32 code_site(struct jit *j, u8 kind, vaddr target)
{
    u32 k = j->site_count++;
    j->sites[k] = (struct site){ .target = target, .kind = kind, .to = NONE, .next = NONE };
    return k;
}

// -- Which blocks a change of code concerns --

static u32 head_of(u64 page)
{
    return (u32)(page * 0x9e3779b97f4a7c15ull >> 50) & (PAGE_HEADS - 1);
}

static void add_to_pages(struct jit *j, u32 block, vaddr a, vaddr end)
{
    for (u64 page = a >> GUEST_PAGE_BITS; page <= (end - 1) >> GUEST_PAGE_BITS; page++) {
        u32 *head = &j->heads[head_of(page)];
        if (*head != NONE && j->nodes[*head].block == block)
            continue;
        j->nodes[j->node_count] = (struct page_node){ block, *head };
        *head = j->node_count++;
    }
}

void code_add(struct jit *j, u32 block)
{
    struct block *b = &j->blocks[block];
    add_to_pages(j, block, b->pc, b->pc + 4 * b->count);
    for (const struct dep *d = j->deps + b->first_dep; d < j->deps + b->first_dep + b->dep_count;
         d++)
        add_to_pages(j, block, d->at, d->at + 4 * d->count);
    __atomic_store_n(&j->entries[b->pc >> 2], b->code, __ATOMIC_RELEASE);
}

u32 code_find(const struct jit *j, u32 offset)
{
    u32 low = 0, high = __atomic_load_n(&j->block_count, __ATOMIC_ACQUIRE);
    while (low < high) {
        u32 middle = low + (high - low) / 2;
        if (j->blocks[middle].end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < j->block_count && j->blocks[low].code <= offset ? low : NONE;
}

// The displacement is aligned, so that other threads see the old one or the new one.
static void set_jump(struct jit *j, const struct site *s, u32 to)
{
    u32 *at = (u32 *)(j->rw + s->jump);
    __atomic_store_n(at, to - (s->jump + 4), __ATOMIC_RELEASE);
}

void code_link(struct jit *j, u32 site, u32 block)
{
    struct site *s = &j->sites[site];
    struct block *b = &j->blocks[block];
    if (s->to != NONE)
        return;
    s->to = block;
    s->next = b->incoming;
    b->incoming = site;
    set_jump(j, s, b->code);
}

static void kill_block(struct jit *j, struct block *b)
{
    b->dead = true;
    __atomic_store_n(&j->entries[b->pc >> 2], 0, __ATOMIC_RELEASE);
    for (u32 k = b->incoming; k != NONE;) {
        struct site *s = &j->sites[k];
        k = s->next;
        s->to = s->next = NONE;
        set_jump(j, s, s->stub);
    }
    b->incoming = NONE;
}

static bool concerns(const struct jit *j, const struct block *b, vaddr a, vaddr end)
{
    bool found = b->pc < end && a < b->pc + 4 * b->count;
    for (const struct dep *d = j->deps + b->first_dep; d < j->deps + b->first_dep + b->dep_count;
         d++)
        found |= d->at < end && a < d->at + 4 * d->count;
    return found;
}

static void kill_in_page(struct jit *j, u64 page, vaddr a, vaddr end)
{
    for (u32 *at = &j->heads[head_of(page)]; *at != NONE;) {
        struct page_node *n = &j->nodes[*at];
        struct block *b = &j->blocks[n->block];
        if (!b->dead && concerns(j, b, a, end))
            kill_block(j, b);
        if (b->dead)
            *at = n->next;
        else
            at = &n->next;
    }
}

void code_kill(struct jit *j, vaddr a, vaddr end)
{
    u64 first = a >> GUEST_PAGE_BITS, last = (end - 1) >> GUEST_PAGE_BITS;
    if (end <= a || !j->block_count)
        return;
    if (last - first < 64) {
        for (u64 page = first; page <= last; page++)
            kill_in_page(j, page, a, end);
        return;
    }
    for (u32 b = 0; b < j->block_count; b++)
        if (!j->blocks[b].dead && concerns(j, &j->blocks[b], a, end))
            kill_block(j, &j->blocks[b]);
}

void jit_each_block(const struct jit *j,
                    void (*each)(void *ctx, const void *code, u64 bytes, vaddr pc), void *ctx)
{
    for (u32 b = 0; b < j->block_count; b++)
        if (!j->blocks[b].dead)
            each(ctx, j->rx + j->blocks[b].code, j->blocks[b].end - j->blocks[b].code,
                 j->blocks[b].pc);
}
