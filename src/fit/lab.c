#include "fit/lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/oom.h"
#include "core/core.h"
#include "exec/exec.h"
#include "guest/memory/space.h"
#include "isa/cpu.h"
#include "stream/lines.h"

enum { SLICE = 4096, MOST_SLICES = 1 << 13 };

struct lab {
    const struct config *config;
    const char *model;
    struct space *space;
    struct arena *arena;
    struct core *core;
    struct cpu *cpu;
    struct record *buffer;
    struct recorder recorder;
    struct lines *lines;    // in front of it, when core_reads_lines
    vaddr code, code_end;   // the program being written
    bool too_long;   // it or its data
    // Of the run in progress.
    vaddr head;
    u64 visits, first, last;
    cycle begin, end;
};

static void visit(struct lab *l)
{
    cycle now = core_now(l->core);
    if (l->visits == l->first)
        l->begin = now;
    if (l->visits == l->last)
        l->end = now;
    l->visits++;
}

// Feeds the core, with a look at its clock before the first and the last head that count.
// What comes after the last is dropped.
static void feed(struct lab *l, const struct record *r, size_t n)
{
    size_t from = 0;
    for (size_t k = 0; k < n && l->visits <= l->last; k++) {
        if (record_pc(&r[k]) != l->head || r[k].head & RECORD_DEF)
            continue;
        if (l->visits == l->first || l->visits == l->last) {
            core_feed(l->core, r + from, k - from);
            from = k;
        }
        visit(l);
    }
    if (l->visits <= l->last && n > from)
        core_feed(l->core, r + from, n - from);
}

static struct record *take(void *ctx, struct record *full)
{
    struct lab *l = ctx;
    feed(l, full, RECORD_BATCH);
    return full;
}

static void flush(struct lab *l)
{
    if (l->lines)
        lines_flush(l->lines);
    struct recorder *r = &l->recorder;
    feed(l, r->buffer, (size_t)(r->at - r->buffer));
    r->at = r->buffer;
}

// -- Life --

static bool read_memory(void *who, void *to, vaddr va, u32 size)
{
    const struct lab *l = who;
    return space_read(l->space, to, va, size) == 0;
}

static void forget_lines(struct lab *l)
{
    lines_free(l->lines);
    l->lines = core_reads_lines(l->config) ? lines_new(&l->recorder, read_memory, l) : NULL;
}

static bool map(struct space *s, struct err *e)
{
    u32 fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, data = SPACE_READ | SPACE_WRITE;
    i64 at = space_map(s, LAB_CODE, LAB_CODE_SIZE, data | SPACE_EXEC, fixed, -1, 0, NULL);
    if (at >= 0)
        at = space_map(s, LAB_DATA, LAB_DATA_SIZE, data, fixed, -1, 0, NULL);
    return at >= 0 || err_system(e, (int)-at, "no room for what is measured");
}

struct lab *lab_new(const struct config *c, const char *model, struct err *e)
{
    struct lab *l = calloc(1, sizeof(*l));
    if (!l)
        out_of_memory();
    l->config = c;
    l->model = model;
    l->arena = arena_new();
    l->space = space_new(e);
    l->buffer =
        aligned_alloc(RECORD_BATCH * sizeof(struct record), RECORD_BATCH * sizeof(struct record));
    l->cpu = aligned_alloc(64, (sizeof(*l->cpu) + 63) / 64 * 64);
    if (!l->buffer || !l->cpu)
        out_of_memory();
    l->recorder = (struct recorder){ l->buffer, l->buffer, take, l };
    forget_lines(l);
    l->core = l->space ? core_new(l->arena, c, model, e) : NULL;
    if (l->core && map(l->space, e)) {
        l->code = l->code_end = LAB_CODE;
        return l;
    }
    lab_free(l);
    return NULL;
}

void lab_free(struct lab *l)
{
    if (!l)
        return;
    if (l->space)
        space_free(l->space);
    arena_free(l->arena);
    lines_free(l->lines);
    free(l->buffer);
    free(l->cpu);
    free(l);
}

void lab_reset(struct lab *l)
{
    struct err e;
    arena_free(l->arena);
    l->arena = arena_new();
    l->core = core_new(l->arena, l->config, l->model, &e);
    if (!l->core)   // it could be made before
        host_failed(e.text);
    forget_lines(l);
    space_invalidate_code(l->space, LAB_CODE, l->code_end - LAB_CODE);
    space_advise(l->space, LAB_DATA, LAB_DATA_SIZE, MADV_DONTNEED);
    l->code = l->code_end = LAB_CODE;
    l->too_long = false;
}

// -- Programs --

vaddr lab_code(struct lab *l, u64 align)
{
    l->code = l->code_end = (l->code_end + align - 1) & ~(align - 1);
    return l->code;
}

void lab_word(struct lab *l, vaddr at, u32 word)
{
    if (at - LAB_CODE > LAB_CODE_SIZE - sizeof(word)) {
        l->too_long = true;
        return;
    }
    memcpy(space_host(l->space, at), &word, sizeof(word));
    if (at + sizeof(word) > l->code_end)
        l->code_end = at + sizeof(word);
}

void lab_data(struct lab *l, vaddr at, u64 value)
{
    if (at - LAB_DATA <= LAB_DATA_SIZE - sizeof(value))
        memcpy(space_host(l->space, at), &value, sizeof(value));
    else
        l->too_long = true;
}

static struct recorder *recorder(struct lab *l)
{
    return l->lines ? lines_recorder(l->lines) : &l->recorder;
}

// A trap that left pc at the instruction: it retires without effect.
static void step_over(struct lab *l, struct trap t)
{
    if (t.kind == TRAP_BUDGET || t.kind == TRAP_SVC || t.kind == TRAP_COUNTER ||
        t.kind == TRAP_ICACHE || t.kind == TRAP_MARK)
        return;
    recorder_put(recorder(l), (struct record){ l->cpu->pc, t.kind == TRAP_MEMORY ? t.addr : 0 });
    l->cpu->pc += 4;
}

double lab_run(struct lab *l, const struct lab_run *r)
{
    if (l->too_long)
        return NAN;
    struct cpu *c = l->cpu;
    memset(c, 0, sizeof(*c));
    exec_init(c, l->space);
    memcpy(c->x, r->x, sizeof(r->x));
    c->x[REG_SP] = LAB_DATA + LAB_DATA_SIZE / 2;
    c->zf = 1;   // NE
    c->pc = r->start;
    l->head = r->head;
    l->visits = 0;
    l->first = r->warm;
    l->last = r->warm + r->count;
    for (u32 k = 0; k < MOST_SLICES && l->visits <= l->last; k++) {
        u64 executed;
        struct trap t = exec_run(c, l->space, SLICE, recorder(l), &executed);
        step_over(l, t);
        flush(l);
    }
    return l->visits > l->last ? (double)(l->end - l->begin) / r->count : NAN;
}
