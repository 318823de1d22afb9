// Breakpoints and watchpoints.
//
// A breakpoint is a RUN_BREAKPOINT in the executor's decoded code, so that guest memory
// stays as it is and code without one runs at full speed. Decoded code is forgotten when
// the guest changes or maps it; breakpoints are put back before every run.
//
// Watchpoints stop before the access, as those of the hardware do, and need no look at how an
// instruction makes its address: an instruction is executed, and undone when its record
// tells that it touched something watched. An access that overlaps a watched byte lies
// within ACCESS_MAX - 1 bytes around what is watched, of which a copy is kept.
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "gdb/session.h"
#include "isa/decode.h"
#include "isa/facts.h"

// -- Breakpoints --

static bool executable(const struct gdb *g, vaddr a)
{
    struct region r;
    return a % 4 == 0 && space_region_at(g->process->space, a, &r) && r.prot & SPACE_EXEC;
}

static struct insn *decoded(const struct gdb *g, vaddr a)
{
    return (struct insn *)g->process->space->shadow + a / 4;
}

static bool break_add(struct gdb *g, vaddr addr, bool hardware)
{
    for (u32 k = 0; k < g->break_count; k++)
        if (g->breaks[k].addr == addr && g->breaks[k].hardware == hardware)
            return true;
    if (g->break_count == GDB_BREAKS || !executable(g, addr))
        return false;
    g->breaks[g->break_count++] = (struct breakpoint){ addr, hardware };
    return true;
}

static void take_out(struct gdb *g, vaddr a)
{
    if (executable(g, a) && decoded(g, a)->run == RUN_BREAKPOINT)
        *decoded(g, a) = (struct insn){ 0 };
}

static void break_remove(struct gdb *g, vaddr addr, bool hardware)
{
    for (u32 k = 0; k < g->break_count; k++)
        if (g->breaks[k].addr == addr && g->breaks[k].hardware == hardware) {
            take_out(g, addr);
            g->breaks[k] = g->breaks[--g->break_count];
            return;
        }
}

void points_insert(struct gdb *g)
{
    for (u32 k = 0; k < g->break_count; k++)
        if (executable(g, g->breaks[k].addr))
            *decoded(g, g->breaks[k].addr) = (struct insn){ .run = RUN_BREAKPOINT };
}

void points_take_out(struct gdb *g)
{
    for (u32 k = 0; k < g->break_count; k++)
        take_out(g, g->breaks[k].addr);
}

// -- Watchpoints --

// Copies what is around the watched bytes: whole, or only their own pages when those beside
// them are not mapped.
static void capture(const struct gdb *g, struct watch *w)
{
    struct space *s = g->process->space;
    u64 margin = ACCESS_MAX - 1;
    vaddr from = w->addr > margin ? w->addr - margin : 0, end = w->addr + w->len + margin;
    w->area = from;
    w->area_len = (u32)(end - from);
    if (space_read(s, w->bytes, from, w->area_len) == 0)
        return;
    vaddr page = w->addr & ~(u64)(GUEST_PAGE - 1);
    vaddr page_end = ((w->addr + w->len - 1) | (GUEST_PAGE - 1)) + 1;
    w->area = from > page ? from : page;
    w->area_len = (u32)((end < page_end ? end : page_end) - w->area);
    if (space_read(s, w->bytes, w->area, w->area_len) < 0)
        w->area_len = 0;
}

void watches_capture(struct gdb *g)
{
    for (u32 k = 0; k < g->watch_count; k++)
        capture(g, &g->watches[k]);
}

static void give_back(struct gdb *g)
{
    for (u32 k = 0; k < g->watch_count; k++) {
        const struct watch *w = &g->watches[k];
        space_poke(g->process->space, w->area, w->bytes, w->area_len);
    }
}

static bool watch_add(struct gdb *g, enum stop_why why, vaddr addr, u64 len)
{
    struct space *s = g->process->space;
    if (g->watch_count == GDB_WATCHES || !len || len > GDB_WATCH_MAX ||
        !space_in_window(s, addr, len))
        return false;
    struct watch w = { .why = why, .addr = addr, .len = (u32)len };
    w.bytes = malloc(len + 2 * ACCESS_MAX);
    if (!w.bytes)
        out_of_memory();
    capture(g, &w);
    g->watches[g->watch_count++] = w;
    return true;
}

static void watch_remove(struct gdb *g, enum stop_why why, vaddr addr, u64 len)
{
    for (u32 k = 0; k < g->watch_count; k++) {
        struct watch *w = &g->watches[k];
        if (w->why == why && w->addr == addr && w->len == len) {
            free(w->bytes);
            *w = g->watches[--g->watch_count];
            return;
        }
    }
}

static void stop_at_watch(struct gdb *g, const struct watch *w, int tid)
{
    g->stop = (struct stop){ true, w->why, SIGTRAP, tid, w->addr };
}

void watches_check(struct gdb *g, int tid)
{
    u8 now[GDB_WATCH_MAX];
    for (u32 k = 0; k < g->watch_count && !g->stop.due; k++) {
        const struct watch *w = &g->watches[k];
        if (w->why == WHY_RWATCH || !w->area_len ||
            space_read(g->process->space, now, w->addr, w->len) < 0)
            continue;
        if (memcmp(now, w->bytes + (w->addr - w->area), w->len))
            stop_at_watch(g, w, tid);
    }
    watches_capture(g);
}

// -- Stepping --

static bool touches(const struct watch *w, vaddr a, u64 len, u32 flags)
{
    bool kind = (flags & LOADS && w->why != WHY_WATCH) || (flags & STORES && w->why != WHY_RWATCH);
    return kind && a < w->addr + w->len && w->addr < a + len;
}

static const struct watch *watched(const struct gdb *g, const struct record *r)
{
    u32 word;
    if (space_read(g->process->space, &word, record_pc(r), sizeof(word)) < 0)
        return NULL;
    const struct row *row = isa_row(isa_op_of_run(isa_decode(word).run));
    u32 flags = row->flags;
    u64 len = isa_access_bytes(row, word);
    for (u32 k = 0; len && k < g->watch_count; k++)
        if (touches(&g->watches[k], r->addr, len, flags))
            return &g->watches[k];
    return NULL;
}

static void pass_on(struct recorder *to, const struct record *r)
{
    if (!to)
        return;
    *to->at++ = *r;
    if (to->at == to->buffer + RECORD_BATCH)
        to->at = to->buffer = to->next(to->ctx, to->buffer);
}

struct trap watched_step(struct gdb *g, struct thread *t, struct recorder *to, u64 *executed)
{
    struct cpu before = t->cpu;
    g->recorder.at = g->recorder.buffer;
    bool entered = space_enter(g->process->space);
    struct trap trap = exec_step(&t->cpu, g->process->space, &g->recorder, executed);
    space_leave(g->process->space, entered);
    for (const struct record *r = g->recorder.buffer; r < g->recorder.at; r++) {
        const struct watch *w = r->head & RECORD_DEF ? NULL : watched(g, r);
        if (!w) {
            pass_on(to, r);
            continue;
        }
        t->cpu = before;
        give_back(g);
        stop_at_watch(g, w, t->tid);
        *executed = 0;
        return (struct trap){ TRAP_BUDGET };
    }
    watches_capture(g);
    return trap;
}

// -- Both --

bool point_add(struct gdb *g, u32 type, vaddr addr, u64 len)
{
    static const enum stop_why why[] = { [2] = WHY_WATCH, [3] = WHY_RWATCH, [4] = WHY_AWATCH };
    return type < 2 ? break_add(g, addr, type == 1) : watch_add(g, why[type], addr, len);
}

void point_remove(struct gdb *g, u32 type, vaddr addr, u64 len)
{
    static const enum stop_why why[] = { [2] = WHY_WATCH, [3] = WHY_RWATCH, [4] = WHY_AWATCH };
    if (type < 2)
        break_remove(g, addr, type == 1);
    else
        watch_remove(g, why[type], addr, len);
}

void points_drop(struct gdb *g)
{
    points_take_out(g);
    g->break_count = 0;
    while (g->watch_count)
        free(g->watches[--g->watch_count].bytes);
}
