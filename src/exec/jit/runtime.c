// Entering and leaving generated code.
#include <assert.h>
#include <cpuid.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "exec/fp/fpenv.h"
#include "exec/sem/hostcpu.h"
#include "exec/jit/block.h"

enum { CODE_BYTES = 64 << 20 };

static pthread_once_t once = PTHREAD_ONCE_INIT;

// -- What the address space tells --

static void code_gone(void *ctx, vaddr a, vaddr end)
{
    struct jit *j = ctx;
    if (j->lost)
        return;
    pthread_mutex_lock(&j->lock);
    code_kill(j, a, end);
    pthread_mutex_unlock(&j->lock);
}

static void forked(void *ctx)
{
    struct jit *j = ctx;
    j->lost = !code_forked(j);
    if (!j->lost)
        leave_fixed_parts(j);
}

static void find_features(struct jit *j)
{
    u32 a, b, c, d;
    j->v3 = HOST_HAS("avx2") && HOST_HAS("fma");
    j->aes = j->v3 && HOST_HAS("aes") && HOST_HAS("pclmul");
    j->sha = j->v3 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && b >> 29 & 1;
}

struct jit *jit_new(struct space *s, bool recording)
{
    struct jit *j = calloc(1, sizeof(*j));
    if (!j)
        return NULL;
    j->space = s;
    j->recording = recording;
    find_features(j);
    if (!__builtin_cpu_supports("popcnt") || !code_new(j, CODE_BYTES)) {
        code_free(j);
        free(j);
        return NULL;
    }
    j->maps[0] = trans_pins(recording);
    j->map_count = 1;
    pthread_once(&once, translate_once);
    pthread_mutex_init(&j->lock, NULL);
    leave_fixed_parts(j);
    s->code_gone = code_gone;
    s->code_forked = forked;
    s->code_ctx = j;
    return j;
}

void jit_set_plain(struct jit *j)
{
    j->v3 = j->aes = j->sha = false;
}

void jit_free(struct jit *j)
{
    if (!j)
        return;
    j->space->code_gone = NULL;
    j->space->code_forked = NULL;
    code_free(j);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

static void set_recording(struct jit *j, bool recording)
{
    j->recording = recording;
    if (j->lost)
        return;
    code_flush(j);
    j->maps[0] = trans_pins(recording);
    leave_fixed_parts(j);
}

void jit_end_recording(struct jit *j)
{
    set_recording(j, false);
}

void jit_begin_recording(struct jit *j)
{
    set_recording(j, true);
}

void jit_set_checking(struct jit *j, enum jit_checking how)
{
    j->checking = how;
}

void jit_set_limit(struct jit *j, u64 bytes)
{
    j->limit = bytes < j->size ? bytes : j->size;
}

void jit_flush(struct jit *j)
{
    code_flush(j);
}

// -- Faults in generated code --

static void take_pins(struct cpu *c, const greg_t *g, const struct pin_map *map)
{
    static const int where[16] = {
        [RBX] = REG_RBX, [RSI] = REG_RSI, [RDI] = REG_RDI, [R8] = REG_R8,   [R9] = REG_R9,
        [R10] = REG_R10, [R11] = REG_R11, [R12] = REG_R12, [R13] = REG_R13,
    };
    for (u32 h = 0; h < COUNT(where); h++)
        if (map->guest[h] != NO_REG)
            c->x[map->guest[h]] = (u64)g[where[h]];
}

static void take_xmm(struct cpu *c, const struct xmm_cache *x, const ucontext_t *u)
{
    for (u8 k = XMM_FIRST; k < XMM_COUNT; k++)
        if (x->dirty >> k & 1)
            memcpy(&c->v[x->guest[k]], &u->uc_mcontext.fpregs->_xmm[k], sizeof(c->v[0]));
}

static void take_flags(struct cpu *c, u8 at, u64 f)
{
    u32 carry = (f ^ (at == FLAGS_SUB)) & 1;
    c->host_nzcv = ((u32)(f & 0xc0) | carry) << 8 | (f >> 11 & 1);
}

static const struct fault_site *site_of(const struct jit *j, const struct block *b, u32 offset)
{
    for (u32 k = b->faults; k < b->faults + b->fault_count; k++)
        if (j->faults[k].at == offset)
            return &j->faults[k];
    return NULL;
}

// Puts what registers hold at a fault into *c; false when the fault was not in generated code.
static bool fault(void *ctx, struct cpu *c, void *context, struct trap *t)
{
    const struct jit *j = ctx;
    const ucontext_t *u = context;
    const greg_t *g = u->uc_mcontext.gregs;
    u64 offset = (u64)g[REG_RIP] - (u64)j->rx;
    if (offset >= j->size)
        return false;
    u32 number = code_find(j, (u32)offset);
    const struct block *b = number == NONE ? NULL : &j->blocks[number];
    const struct fault_site *f = b ? site_of(j, b, (u32)offset) : NULL;
    if (!f)
        return false;
    take_pins(c, g, &j->maps[b->map]);
    if (f->xmm != NONE)
        take_xmm(c, &j->caches[f->xmm], u);
    if (f->flags != FLAGS_CPU)
        take_flags(c, f->flags, (u64)g[REG_EFL]);
    c->left = (u64)g[REG_R14] + b->charge - f->index;
    if (j->recording)
        c->rec = (struct record *)g[REG_R12] + f->index;
    c->exec->next = c->shadow + (b->pc >> 2) + f->index;
    t->write = f->write;
    return true;
}

// -- Running --

static void flags_in(struct cpu *c)
{
    u32 n = cpu_nzcv(c);
    c->host_nzcv = (n >> 31) << 15 | (n >> 30 & 1) << 14 | (n >> 29 & 1) << 8 | (n >> 28 & 1);
}

static void flags_out(struct cpu *c)
{
    u32 h = c->host_nzcv;
    cpu_set_nzcv(c, (h >> 15 & 1) << 31 | (h >> 14 & 1) << 30 | (h >> 8 & 1) << 29 | (h & 1) << 28);
}

// The block at c->pc, or NONE and *why.
static u32 block_at(struct jit *j, struct cpu *c, enum trap_kind *why)
{
    struct region r;
    *why = TRAP_FETCH;
    if (c->pc >= c->window || c->pc & 3)
        return NONE;
    if (!space_region_at(j->space, c->pc, &r) || !(r.prot & SPACE_EXEC))
        return NONE;
    pthread_mutex_lock(&j->lock);
    u32 code = j->entries[c->pc >> 2], b = NONE;
    if (code) {
        b = code_find(j, code);
    } else if (!code_has_room(j) && c->exec->shared) {
        *why = TRAP_CODE_FULL;
    } else {
        if (!code_has_room(j))
            code_flush(j);
        b = translate(j, c, c->pc, &r, why);
    }
    pthread_mutex_unlock(&j->lock);
    return b;
}

static u32 enter(const struct jit *j, struct cpu *c, u32 code)
{
    u32 (*go)(struct cpu *, const u8 *) = (u32(*)(struct cpu *, const u8 *))(j->rx + j->enter);
    return go(c, j->rx + code);
}

enum next { NEXT_BLOCK, NEXT_INTERP, NEXT_STOP };

// Whether `from` is still a jump to `pc`: a flush may have given its number to another site.
static bool same_site(const struct jit *j, u32 from, vaddr pc)
{
    return from < j->site_count && j->sites[from].kind == SITE_LINK && j->sites[from].target == pc;
}

// From c->pc until something needs the world outside.
static enum next blocks(struct jit *j, struct cpu *c, struct trap *t)
{
    u32 from = NONE;   // a site that led here
    for (;;) {
        // Another thread's code_add writes it last of what a block is.
        bool known = c->pc < c->window && !(c->pc & 3) && from == NONE;
        u32 code = known ? __atomic_load_n(&j->entries[c->pc >> 2], __ATOMIC_ACQUIRE) : 0;
        if (!code) {
            enum trap_kind why;
            u32 b = block_at(j, c, &why);
            if (b == NONE && why == TRAP_FETCH)
                return NEXT_INTERP;   // which says what is wrong
            if (b == NONE) {
                *t = (struct trap){ why, .addr = c->pc };
                return NEXT_STOP;
            }
            code = j->blocks[b].code;
            if (from != NONE) {
                pthread_mutex_lock(&j->lock);
                if (same_site(j, from, c->pc) && !j->blocks[b].dead)
                    code_link(j, from, b);
                pthread_mutex_unlock(&j->lock);
            }
        }
        u32 site = enter(j, c, code);
        from = NONE;
        if (site == NONE)
            continue;   // c->pc is set
        c->pc = j->sites[site].target;
        if (j->sites[site].kind == SITE_BUDGET) {
            *t = (struct trap){ TRAP_BUDGET };
            return NEXT_STOP;
        }
        if (j->sites[site].kind == SITE_INTERP)
            return NEXT_INTERP;
        from = site;
    }
}

// Runs up to *left instructions, fewer when the records' buffer has no room for more, and takes
// what retired off *left.
static enum next in_code(struct jit *j, struct cpu *c, struct recorder *r, u64 *left,
                         struct trap *t)
{
    struct exec e = { .space = j->space,
                      .recorder = r,
                      .shared = __atomic_load_n(&j->space->parallel, __ATOMIC_RELAXED),
                      .fault = fault,
                      .fault_ctx = j,
                      .bad = { .run = RUN_BAD_TARGET } };
    u64 room = r ? record_room(r, r->at) : *left, given = room < *left ? room : *left;
    c->jit_code = j->rx;
    c->jit_entries = j->entries;
    c->bad = &e.bad;
    c->left = given;
    c->rec = r ? r->at : NULL;
    exec_begin(c, &e);
    flags_in(c);
    enum next next = NEXT_STOP;
    if (sigsetjmp(e.escape, 0) == 0) {
        next = blocks(j, c, t);
    } else {
        c->pc = (u64)(e.next - c->shadow) * 4;
        *t = e.trap;
    }
    flags_out(c);
    exec_end(c);
    if (r)
        exec_close_records(r, c->rec);
    *left -= given - c->left - e.cut;
    return next;
}

// The interpreter for up to n of *left instructions, which it may pass by a branch-free stretch;
// for one instruction if n is 0.
static struct trap interpret(struct cpu *c, const struct space *s, u64 n, struct recorder *r,
                             u64 *left, u64 *executed)
{
    u64 done;
    struct trap t = n ? exec_run(c, s, n, r, &done) : exec_step(c, s, r, &done);
    *left -= done < *left ? done : *left;
    *executed += done;
    return t;
}

struct trap jit_run(struct jit *j, struct cpu *c, const struct space *s, u64 budget,
                    struct recorder *r, u64 *executed)
{
    struct trap t = { TRAP_BUDGET };
    u64 left = budget;
    *executed = 0;
    assert(!r == !j->recording);
    while (left && t.kind == TRAP_BUDGET) {
        u64 before = left, n = 0;
        if (c->fpcr & FPCR_FZ || j->lost) {   // flushing to zero is the interpreter's
            t = interpret(c, s, left, r, &left, executed);
            continue;
        }
        enum next next = in_code(j, c, r, &left, &t);
        *executed += before - left;
        if (next == NEXT_STOP && t.kind != TRAP_BUDGET)
            break;
        if (next == NEXT_STOP) {   // a block is longer than what may still run, or be recorded
            u64 room = r ? record_room(r, r->at) + 1 : left;
            n = room < left ? room : left;
        }
        if (left)
            t = interpret(c, s, n, r, &left, executed);
    }
    return t;
}
