#include "guest/memory/space_list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

// A guest that maps more files than this sees the rest without a name.
enum { MAX_NAMES = 4096 };

size_t region_index(const struct space *s, vaddr a)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (s->regions[mid].end > a)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

struct region *region_find(const struct space *s, vaddr a)
{
    size_t i = region_index(s, a);
    return i < s->count && s->regions[i].start <= a ? &s->regions[i] : NULL;
}

bool regions_cover(const struct space *s, vaddr a, vaddr end)
{
    for (size_t i = region_index(s, a); a < end; i++) {
        if (i == s->count || s->regions[i].start > a)
            return false;
        a = s->regions[i].end;
    }
    return true;
}

u64 region_cost(const struct region *r)
{
    enum { TABLE_SHARE = 512 };   // 4096 / 8
    u64 len = r->end - r->start;
    bool owns = r->shared ? r->ever && !r->file : r->ever & SPACE_WRITE;
    return (owns ? len : 0) + (r->ever & SPACE_EXEC ? SHADOW_SCALE * len : 0) +
           (r->ever ? len / TABLE_SHARE : 0);
}

u64 regions_cost(const struct space *s, vaddr a, vaddr end, u32 more)
{
    u64 sum = 0;
    for (size_t i = region_index(s, a); i < s->count && s->regions[i].start < end; i++) {
        struct region part = s->regions[i];
        part.start = part.start > a ? part.start : a;
        part.end = part.end < end ? part.end : end;
        part.ever |= more;
        sum += region_cost(&part);
    }
    return sum;
}

bool space_afford(struct space *s, u64 before, u64 after, u64 *reserved)
{
    *reserved = s->bounds && after > before ? after - before : 0;
    return !*reserved || bounds_reserve(s->bounds, *reserved);
}

void space_afforded(struct space *s, u64 reserved)
{
    if (reserved)
        bounds_give_back(s->bounds, reserved);
}

void space_count(struct space *s, u64 before, u64 after)
{
    __atomic_store_n(&s->cost, s->cost + after - before, __ATOMIC_RELAXED);
    if (s->bounds && after != before)
        bounds_count(s->bounds, s->place, (i64)(after - before));
}

static void insert_at(struct space *s, size_t i, const struct region *r)
{
    struct region copy = *r;   // r may lie in the array that moves
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 64;
        s->regions = realloc(s->regions, s->capacity * sizeof(*s->regions));
        if (!s->regions)
            out_of_memory();
    }
    memmove(&s->regions[i + 1], &s->regions[i], (s->count - i) * sizeof(*r));
    s->regions[i] = copy;
    s->count++;
}

static void remove_at(struct space *s, size_t i, size_t n)
{
    if (!n)
        return;   // also when there is no array yet
    memmove(&s->regions[i], &s->regions[i + n], (s->count - i - n) * sizeof(*s->regions));
    s->count -= n;
}

void regions_split(struct space *s, vaddr a)
{
    struct region *r = region_find(s, a);
    if (!r || r->start == a)
        return;
    struct region high = *r;
    high.start = a;
    if (high.file || high.shared)
        high.offset += a - r->start;
    r->end = a;
    insert_at(s, region_index(s, a), &high);
}

void regions_remove(struct space *s, vaddr a, vaddr end)
{
    regions_split(s, a);
    regions_split(s, end);
    size_t from = region_index(s, a), to = from;
    while (to < s->count && s->regions[to].start < end)
        space_count(s, region_cost(&s->regions[to++]), 0);
    remove_at(s, from, to - from);
}

static bool joins(const struct region *a, const struct region *b)
{
    return a->end == b->start && a->prot == b->prot && a->ever == b->ever &&
           a->shared == b->shared && a->file == b->file && a->name == b->name && a->dev == b->dev &&
           a->inode == b->inode && a->beyond == b->beyond && a->forked == b->forked &&
           ((!a->file && !a->shared) || a->offset + (a->end - a->start) == b->offset);
}

void regions_merge(struct space *s, vaddr a, vaddr end)
{
    size_t i = region_index(s, a ? a - 1 : 0);
    while (i + 1 < s->count && s->regions[i].start <= end) {
        if (joins(&s->regions[i], &s->regions[i + 1])) {
            s->regions[i].end = s->regions[i + 1].end;
            remove_at(s, i + 1, 1);
        } else {
            i++;
        }
    }
}

void regions_had(struct space *s, vaddr a, vaddr end, u32 ever)
{
    regions_split(s, a);
    regions_split(s, end);
    for (size_t i = region_index(s, a); i < s->count && s->regions[i].start < end; i++) {
        struct region *r = &s->regions[i];
        u64 before = region_cost(r);
        r->ever |= ever;
        space_count(s, before, region_cost(r));
    }
    regions_merge(s, a, end);
}

void regions_forked(struct space *s, vaddr a, vaddr end, u8 clear, u8 set)
{
    regions_split(s, a);
    regions_split(s, end);
    for (size_t i = region_index(s, a); i < s->count && s->regions[i].start < end; i++)
        s->regions[i].forked = (s->regions[i].forked & ~clear) | set;
    regions_merge(s, a, end);
}

void regions_add(struct space *s, const struct region *r)
{
    size_t i = region_index(s, r->start);
    assert(i == s->count || s->regions[i].start >= r->end);
    vaddr start = r->start, end = r->end;
    struct region new = *r;
    new.ever |= new.prot;
    insert_at(s, i, &new);
    space_count(s, 0, region_cost(&new));
    regions_merge(s, start, end);
}

const char *space_intern(struct space *s, const char *name)
{
    if (!name)
        return NULL;
    for (size_t i = 0; i < s->name_count; i++)
        if (!strcmp(s->names[i], name))
            return s->names[i];
    if (s->name_count == MAX_NAMES)
        return NULL;
    s->names = realloc(s->names, (s->name_count + 1) * sizeof(*s->names));
    char *copy = strdup(name);
    if (!s->names || !copy)
        out_of_memory();
    return s->names[s->name_count++] = copy;
}

vaddr regions_hole(const struct space *s, u64 len)
{
    vaddr top = s->map_top;
    size_t i = region_index(s, top);
    if (i < s->count && s->regions[i].start < top)
        top = s->regions[i].start;
    while (i-- > 0) {
        const struct region *r = &s->regions[i];
        if (r->end <= top && top - r->end >= len)
            return top - len;
        if (r->start < top)
            top = r->start;
    }
    return top > SPACE_LOWEST && top - SPACE_LOWEST >= len ? top - len : 0;
}
