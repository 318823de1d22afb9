#include "explain/evidence.h"

#include <math.h>
#include <string.h>

enum {
    CHUNK = 64,            // instructions
    PAGE_WORDS = 4096,     // instructions of a page of code
    GRANULES = 8192,       // of 8 bytes, of the last stores, a power of two
    SHORTLY = 400,         // instructions from a store to a load that reads it
};

struct code_page {
    u64 number;   // pc / (4 * PAGE_WORDS)
    struct watched *chunk[PAGE_WORDS / CHUNK];
};

struct granule {
    u64 number;   // address / 8 + 1; 0: none
    u64 at;       // instructions by then
    vaddr pc;     // of the store
    u64 flow;     // when its data is there
    u32 size;
    bool narrow;  // it has no 16 bytes of one register
};

// Where the value of a register comes from.
struct value {
    u64 flow;      // when it is there
    vaddr load;    // the last load on the way to it, or 0
};

struct evidence {
    struct arena *arena;
    const struct core_params *p;
    struct instr_table *table;
    struct code_page **page;   // open addressing, a power of two
    u32 pages, count;
    u64 instructions;
    struct value value[PLAN_REGS];
    struct granule granule[GRANULES];
};

struct evidence *evidence_new(struct arena *a, const struct config *c, struct err *e)
{
    struct evidence *v = ARENA_NEW(a, struct evidence);
    v->arena = a;
    v->p = &c->core;
    v->pages = 256;
    v->page = ARENA_ARRAY(a, v->pages, struct code_page *);
    v->table = instr_table_new(a, c, e);
    return v->table ? v : NULL;
}

// -- Places --

static struct code_page **find(const struct evidence *v, u64 number)
{
    u32 at = (u32)(number * 0x9e3779b97f4a7c15 >> 40) & (v->pages - 1);
    while (v->page[at] && v->page[at]->number != number)
        at = (at + 1) & (v->pages - 1);
    return &v->page[at];
}

static void grow(struct evidence *v)
{
    struct code_page **old = v->page;
    u32 n = v->pages;
    v->pages *= 2;
    v->page = ARENA_ARRAY(v->arena, v->pages, struct code_page *);
    for (u32 k = 0; k < n; k++)
        if (old[k])
            *find(v, old[k]->number) = old[k];
}

static struct code_page *page_of(struct evidence *v, vaddr pc)
{
    u64 number = pc / (4 * PAGE_WORDS);
    struct code_page **at = find(v, number);
    if (*at)
        return *at;
    if (2 * ++v->count >= v->pages) {
        grow(v);
        at = find(v, number);
    }
    *at = ARENA_NEW(v->arena, struct code_page);
    (*at)->number = number;
    return *at;
}

static struct watched *place_in(const struct code_page *page, vaddr pc)
{
    struct watched *chunk = page->chunk[pc / 4 % PAGE_WORDS / CHUNK];
    return chunk ? &chunk[pc / 4 % CHUNK] : NULL;
}

const struct watched *evidence_at(const struct evidence *v, vaddr pc)
{
    const struct code_page *page = *find(v, pc / (4 * PAGE_WORDS));
    const struct watched *w = page ? place_in(page, pc) : NULL;
    return w && w->runs ? w : NULL;
}

void evidence_each(const struct evidence *v, void (*each)(void *ctx, const struct watched *w),
                   void *ctx)
{
    for (u32 k = 0; k < v->pages; k++)
        for (u32 c = 0; v->page[k] && c < PAGE_WORDS / CHUNK; c++)
            for (u32 n = 0; v->page[k]->chunk[c] && n < CHUNK; n++)
                if (v->page[k]->chunk[c][n].runs)
                    each(ctx, &v->page[k]->chunk[c][n]);
}

// What ran under another word before is forgotten but for its executions.
static void define(struct evidence *v, vaddr pc, u32 word)
{
    struct code_page *page = page_of(v, pc);
    struct watched **chunk = &page->chunk[pc / 4 % PAGE_WORDS / CHUNK];
    if (!*chunk)
        *chunk = ARENA_ARRAY(v->arena, CHUNK, struct watched);
    struct watched *w = &(*chunk)[pc / 4 % CHUNK];
    w->pc = pc;
    w->plan = plan_of(v->table, v->p, word);
    w->plan.word = word;
    if (w->plan.kind >= PLAN_LOAD && !w->memory)
        w->memory = ARENA_NEW(v->arena, struct evidence_memory);
    if (w->plan.branch && !w->branch)
        w->branch = ARENA_NEW(v->arena, struct evidence_branch);
}

// -- Memory --

// Keeps the strides that come most often: one that is not among them takes the place of one
// that has lost all its votes.
static void vote(struct evidence_memory *m, i64 stride)
{
    u32 least = 0;
    for (u32 k = 0; k < EVIDENCE_STRIDES; k++) {
        if (m->stride[k].count && m->stride[k].stride == stride) {
            m->stride[k].count++;
            return;
        }
        if (m->stride[k].count < m->stride[least].count)
            least = k;
    }
    if (m->stride[least].count) {
        for (u32 k = 0; k < EVIDENCE_STRIDES; k++)
            m->stride[k].count -= m->stride[k].count > 0;
        return;
    }
    m->stride[least].stride = stride;
    m->stride[least].count = 1;
}

i64 evidence_stride(const struct watched *w, double *share)
{
    const struct evidence_memory *m = w->memory;
    u32 most = 0;
    for (u32 k = 1; k < EVIDENCE_STRIDES; k++)
        if (m->stride[k].count > m->stride[most].count)
            most = k;
    *share = w->runs > 1 ? (double)m->stride[most].count / (double)(w->runs - 1) : 0;
    return m->stride[most].stride;
}

static void note_page(struct evidence_memory *m, u64 page)
{
    u64 mixed = (page ^ page >> 7) * 0xff51afd7ed558ccd;   // neighbours must not spread evenly
    u32 bit = (u32)((mixed ^ mixed >> 32) * 0xc4ceb9fe1a85ec53 >> 52);
    m->page[bit / 64] |= 1ull << bit % 64;
}

// Linear counting: of as many bits as pages, 1 / e stay empty.
u64 evidence_pages(const struct evidence_memory *m)
{
    u32 set = 0;
    for (u32 k = 0; k < EVIDENCE_PAGES / 64; k++)
        set += (u32)__builtin_popcountll(m->page[k]);
    double empty = set < EVIDENCE_PAGES ? EVIDENCE_PAGES - set : 1;
    return (u64)(EVIDENCE_PAGES * log(EVIDENCE_PAGES / empty) + 0.5);
}

static void note_address(struct evidence *v, struct watched *w, u64 addr)
{
    struct evidence_memory *m = w->memory;
    u64 end = addr + w->plan.size, page = v->p->page_size;
    if (w->runs)
        vote(m, (i64)(addr - m->last));
    if (!w->runs || addr < m->low)
        m->low = addr;
    if (end > m->high)
        m->high = end;
    m->last = addr;
    m->cross_line += addr / 64 != (end - 1) / 64;
    m->cross_page += addr / page != (end - 1) / page;
    note_page(m, addr / page);
}

static void note_store(struct evidence_memory *m, vaddr pc)
{
    for (u32 k = 0; k < EVIDENCE_STORES; k++)
        if (!m->store[k] || m->store[k] == pc) {
            m->store[k] = pc;
            return;
        }
}

// Looks for stores shortly before that have bytes of the load; when their data is there, or 0.
static u64 note_forwarding(struct evidence *v, struct watched *w, u64 addr)
{
    struct evidence_memory *m = w->memory;
    const struct granule *from = NULL;
    bool narrower = false;
    u64 flow = 0;
    for (u64 g = addr / 8; g <= (addr + w->plan.size - 1) / 8; g++) {
        const struct granule *s = &v->granule[g % GRANULES];
        if (s->number != g + 1 || v->instructions - s->at > SHORTLY)
            continue;
        narrower |=
            s->size < w->plan.size || (s->narrow && w->plan.wide) || (from && from->pc != s->pc);
        flow = s->flow > flow ? s->flow : flow;
        note_store(m, s->pc);
        from = s;
    }
    u64 distance = from ? v->instructions - from->at : 0;
    m->moved += from && m->distance && m->distance != distance;
    m->distance = from ? distance : m->distance;
    m->forwarded += from != NULL;
    m->narrower += narrower;
    return flow;
}

static void write_granules(struct evidence *v, const struct watched *w, u64 addr, u64 flow)
{
    for (u64 g = addr / 8; g <= (addr + w->plan.size - 1) / 8; g++)
        v->granule[g % GRANULES] =
            (struct granule){ g + 1, v->instructions, w->pc, flow, w->plan.size, w->plan.narrow };
}

// -- Records --

static void note_branch(struct watched *w, const struct record *r)
{
    struct evidence_branch *b = w->branch;
    bool taken = r->head & RECORD_TAKEN;
    b->taken += taken;
    for (u32 k = 0; taken && k < EVIDENCE_TARGETS; k++)
        if (!b->target[k] || b->target[k] == r->addr) {
            b->target[k] = r->addr;
            break;
        }
}

// What its sources are together; *chased: an address comes from the instruction's own last value.
static struct value sources(const struct evidence *v, const struct watched *w, bool *chased)
{
    const struct plan *p = &w->plan;
    struct value all = { 0 };
    for (u32 k = 0; k < p->src_count; k++) {
        bool address = p->src[k] >= PLAN_AS_ADDRESS;
        u8 reg = address ? (u8)(p->src[k] - PLAN_AS_ADDRESS) : p->src[k];
        if (reg >= PLAN_NONE)
            continue;
        const struct value *s = &v->value[reg];
        all.flow = s->flow > all.flow ? s->flow : all.flow;
        *chased |= address && s->load == w->pc;
        if (s->load)
            all.load = s->load;
    }
    return all;
}

static void note(struct evidence *v, struct watched *w, const struct record *r)
{
    const struct plan *p = &w->plan;
    bool chased = false, loads = w->memory && p->kind != PLAN_STORE;
    struct value made = sources(v, w, &chased);
    if (w->memory) {
        note_address(v, w, r->addr);
        w->memory->chased += chased && loads;
    }
    if (loads) {
        u64 data = note_forwarding(v, w, r->addr);
        made.flow = data > made.flow ? data + (u64)v->p->forward_known - p->latency : made.flow;
        made.load = w->pc;
    }
    made.flow += p->latency;
    if (p->kind >= PLAN_STORE)
        write_granules(v, w, r->addr, made.flow);
    if (w->branch)
        note_branch(w, r);
    for (u32 k = 0; k < p->dst_count; k++)
        if (p->dst[k] < PLAN_NONE)
            v->value[p->dst[k]] = made;
    if (w->runs++ && made.flow > w->flow)
        w->advanced += made.flow - w->flow;
    w->flow = made.flow;
    v->instructions++;
}

void evidence_feed(void *evidence, const struct record *r, size_t n)
{
    struct evidence *v = evidence;
    const struct code_page *page = NULL;
    for (const struct record *end = r + n; r < end; r++) {
        vaddr pc = record_pc(r);
        if (r->head & RECORD_DEF) {
            if (!record_is_other(r))
                define(v, pc, (u32)r->addr);
            continue;
        }
        if (!page || page->number != pc / (4 * PAGE_WORDS))
            page = page_of(v, pc);
        note(v, place_in(page, pc), r);
    }
}
