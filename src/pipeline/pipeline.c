#include "pipeline/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

// How a stretch is found. The ring holds what came last; a capture copies what comes from its begin on,
// until `count` have retired. Of loops the one that took most cycles is known at the end alone: a loop that has
// at least half as many as the leader is captured whenever what it took has doubled, so that one of
// the last half of its iterations is there when it turns out to be the one.

enum { FIRST_LOOPS = 256, THREADS_AHEAD = 1024 };

struct list {
    struct pipeline_inst *inst;
    size_t count, room;
    u32 retired;
    u64 before;
};

struct loop {
    vaddr branch, head;   // branch 0: a free place of the table
    u64 cycles, next;   // next: it is captured when it has taken so many
    struct list kept;
};

// From its instruction `from` on, counted by retirement, a thread runs.
struct turn {
    u64 from;
    u32 thread;
};

struct pipeline {
    struct observer observer;
    enum pipeline_what what;
    u32 count;
    bool (*arrives)(void *, vaddr pc);
    void *ctx;

    u64 retired, fed;
    struct turn turn[THREADS_AHEAD];   // a ring
    u32 turn_head, turn_tail, thread, fed_thread;

    struct pipeline_inst *ring;   // PIPELINE_AROUND
    size_t ring_size, ring_at;

    struct list now;   // what is captured
    struct list first;   // PIPELINE_LOOP: of the run, for one without loops
    bool capturing, done;
    vaddr capturing_for;   // branch of the loop; 0: of none

    struct loop *loop;   // PIPELINE_LOOP
    size_t loops, loop_room;
    vaddr last_pc;
    bool last_branch;   // it may close a loop
    cycle turned;   // when the last loop was closed
    cycle last_retire, first_retire;
    u64 most;   // cycles of the leader
};

// -- Lists --

static void put(struct list *l, const struct pipeline_inst *i)
{
    if (l->count == l->room) {
        l->room = l->room ? 2 * l->room : 256;
        l->inst = realloc(l->inst, l->room * sizeof(*l->inst));
        if (!l->inst)
            out_of_memory();
    }
    l->inst[l->count++] = *i;
    l->retired += !i->t.squashed;
}

static void clear(struct list *l)
{
    free(l->inst);
    *l = (struct list){ 0 };
}

// In the order of stages. What is thrown away has passed none later than that, though it is known when it would
// have been done; the fast model's tail of a fused pair has its head's times but that of its own renaming.
static void settle(struct times *t)
{
    cycle *const stage[] = { &t->fetch, &t->rename, &t->dispatch, &t->issue, &t->done };
    cycle next = t->retire;
    for (size_t k = COUNT(stage); k-- > 0;) {
        if (*stage[k] > next)
            *stage[k] = t->squashed && k ? 0 : next;
        next = *stage[k] ? *stage[k] : next;
    }
}

static struct pipeline_inst copy_of(const struct pipeline *p, vaddr pc, const struct plan *plan,
                                    const struct times *t)
{
    struct pipeline_inst i = { .pc = pc,
                               .word = plan->word,
                               .thread = p->thread,
                               .t = *t,
                               .source_count = plan->src_count,
                               .result_count = plan->dst_count };
    settle(&i.t);
    memcpy(i.source, plan->src, sizeof(i.source));
    memcpy(i.result, plan->dst, sizeof(i.result));
    return i;
}

// -- Loops --

static struct loop *find_loop(struct pipeline *p, vaddr branch)
{
    size_t k = (size_t)(branch * 0x9e3779b97f4a7c15 >> 20) & (p->loop_room - 1);
    while (p->loop[k].branch && p->loop[k].branch != branch)
        k = (k + 1) & (p->loop_room - 1);
    return &p->loop[k];
}

static void more_loops(struct pipeline *p)
{
    struct loop *old = p->loop;
    size_t n = p->loop_room;
    p->loop_room = n ? 2 * n : FIRST_LOOPS;
    p->loop = calloc(p->loop_room, sizeof(*p->loop));
    if (!p->loop)
        out_of_memory();
    for (size_t k = 0; k < n; k++)
        if (old[k].branch)
            *find_loop(p, old[k].branch) = old[k];
    free(old);
}

// What loops that have fallen behind have kept.
static void forget_behind(struct pipeline *p)
{
    for (size_t k = 0; k < p->loop_room; k++)
        if (p->loop[k].cycles < p->most / 4)
            clear(&p->loop[k].kept);
}

// The branch before has closed a loop that begins at `head`.
static void close_loop(struct pipeline *p, vaddr head)
{
    if (2 * p->loops >= p->loop_room)
        more_loops(p);
    struct loop *l = find_loop(p, p->last_pc);
    p->loops += !l->branch;
    l->branch = p->last_pc;
    l->head = head;
    l->cycles += p->last_retire - p->turned;
    p->turned = p->last_retire;
    p->most = l->cycles > p->most ? l->cycles : p->most;
    if (p->capturing || l->cycles < l->next || 2 * l->cycles < p->most)
        return;
    forget_behind(p);
    l->next = 2 * l->cycles + 1;
    p->capturing = true;
    p->capturing_for = l->branch;
    p->now.before = p->retired;
}

static void end_capture(struct pipeline *p)
{
    p->capturing = false;
    if (!p->capturing_for && p->what != PIPELINE_LOOP) {
        p->done = true;
        return;
    }
    struct list *to = p->capturing_for ? &find_loop(p, p->capturing_for)->kept : &p->first;
    clear(to);
    *to = p->now;
    p->now = (struct list){ 0 };
}

// -- Around a place --

static void remember(struct pipeline *p, const struct pipeline_inst *i)
{
    p->ring[p->ring_at++ % p->ring_size] = *i;
}

// What came before, so many retired.
static void recall(struct pipeline *p, u32 retired)
{
    size_t first = p->ring_at > p->ring_size ? p->ring_at - p->ring_size : 0, at = p->ring_at;
    u32 found = 0;
    while (at > first && found < retired)
        found += !p->ring[--at % p->ring_size].t.squashed;
    p->now.before = p->retired - found;
    for (; at < p->ring_at; at++)
        put(&p->now, &p->ring[at % p->ring_size]);
    p->capturing = true;
}

// -- What the core tells --

static void note(void *ctx, vaddr pc, const struct plan *plan, const struct times *t)
{
    struct pipeline *p = ctx;
    if (p->done)
        return;
    while (!t->squashed && p->turn_head != p->turn_tail &&
           p->turn[p->turn_head % THREADS_AHEAD].from <= p->retired)
        p->thread = p->turn[p->turn_head++ % THREADS_AHEAD].thread;
    struct pipeline_inst i = copy_of(p, pc, plan, t);
    if (!t->squashed && p->what == PIPELINE_LOOP && p->last_branch && pc <= p->last_pc)
        close_loop(p, pc);
    if (!t->squashed && p->what == PIPELINE_AROUND && !p->capturing && p->arrives(p->ctx, pc))
        recall(p, p->count / 2);
    if (p->capturing)
        put(&p->now, &i);
    else if (p->ring)
        remember(p, &i);
    if (t->squashed)
        return;
    p->retired++;
    if (p->retired == 1)
        p->first_retire = p->turned = t->retire;
    p->last_retire = t->retire;
    p->last_pc = pc;
    p->last_branch = plan->branch == 1 + BRANCH_DIRECT || plan->branch == 1 + BRANCH_CONDITIONAL;
    if (p->capturing && p->now.retired >= p->count)
        end_capture(p);
}

void pipeline_feed(struct pipeline *p, const struct record *r, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (!(r[k].head & RECORD_DEF))
            p->fed++;
        else if (record_is_other(&r[k]) && record_kind(&r[k]) == RECORD_THREAD &&
                 p->turn_tail - p->turn_head < THREADS_AHEAD)
            p->turn[p->turn_tail++ % THREADS_AHEAD] = (struct turn){ p->fed, (u32)r[k].addr };
    }
}

// -- Life --

struct pipeline *pipeline_new(enum pipeline_what what, u32 count, bool (*arrives)(void *, vaddr pc),
                              void *ctx)
{
    struct pipeline *p = calloc(1, sizeof(*p));
    if (!p)
        out_of_memory();
    p->observer = (struct observer){ .inst = note, .ctx = p };
    p->what = what;
    p->count = count;
    p->arrives = arrives;
    p->ctx = ctx;
    p->capturing = what != PIPELINE_AROUND;
    if (what == PIPELINE_AROUND) {
        p->ring_size = 4096 + 4 * (size_t)count;
        p->ring = calloc(p->ring_size, sizeof(*p->ring));
        if (!p->ring)
            out_of_memory();
    }
    return p;
}

void pipeline_free(struct pipeline *p)
{
    if (!p)
        return;
    for (size_t k = 0; k < p->loop_room; k++)
        clear(&p->loop[k].kept);
    free(p->loop);
    free(p->ring);
    free(p->now.inst);
    free(p->first.inst);
    free(p);
}

const struct observer *pipeline_observer(const struct pipeline *p)
{
    return &p->observer;
}

bool pipeline_done(const struct pipeline *p)
{
    return p->done;
}

// -- Reading --

static int by_fetch(const void *left, const void *right)
{
    const struct pipeline_inst *a = left, *b = right;
    return a->t.seq < b->t.seq ? -1 : a->t.seq > b->t.seq;
}

// Of two loops of which something is there the one that took more; of equal ones the earlier.
static const struct loop *hottest(const struct pipeline *p)
{
    const struct loop *best = NULL;
    for (size_t k = 0; k < p->loop_room; k++) {
        const struct loop *l = &p->loop[k];
        bool more = l->kept.count && (!best || l->cycles > best->cycles ||
                                      (l->cycles == best->cycles && l->branch < best->branch));
        best = more ? l : best;
    }
    return best;
}

static u32 register_of(u8 source)
{
    return source < PLAN_REGS ? source : (u32)(source - PLAN_AS_ADDRESS);
}

// Who made each source, as far as it is in the list; what is thrown away is nobody's producer but of what is
// thrown away with it.
static void find_producers(struct pipeline_view *v)
{
    u32 writer[2][PLAN_REGS] = { 0 };   // number + 1
    bool wrong = false;
    for (u32 k = 0; k < v->count; k++) {
        struct pipeline_inst *i = &v->inst[k];
        if (k && i->thread != v->inst[k - 1].thread)
            memset(writer, 0, sizeof(writer));
        if (i->t.squashed && !wrong)
            memcpy(writer[1], writer[0], sizeof(writer[1]));
        wrong = i->t.squashed;
        for (u32 s = 0; s < i->source_count; s++) {
            u32 from = writer[wrong][register_of(i->source[s])];
            bool known = !from;
            for (u32 n = 0; n < i->producers && !known; n++)
                known = i->producer[n] == from - 1;
            if (!known)
                i->producer[i->producers++] = from - 1;
        }
        for (u32 d = 0; d < i->result_count; d++)
            if (i->result[d] < PLAN_NONE)
                writer[wrong][i->result[d]] = k + 1;
    }
}

bool pipeline_read(struct pipeline *p, struct arena *a, struct pipeline_view *v)
{
    const struct list *l = &p->now;
    *v = (struct pipeline_view){ 0 };
    if (p->what == PIPELINE_LOOP) {
        const struct loop *best = hottest(p);
        l = best ? &best->kept : p->first.count ? &p->first : &p->now;
        if (best) {
            v->loop = best->head;
            v->share = (double)best->cycles / (double)(p->last_retire - p->first_retire + 1);
        }
    }
    if (!l->retired)
        return false;
    v->count = (u32)l->count;
    v->retired = l->retired;
    v->before = l->before;
    v->inst = ARENA_ARRAY(a, l->count, struct pipeline_inst);
    memcpy(v->inst, l->inst, l->count * sizeof(*l->inst));
    qsort(v->inst, v->count, sizeof(*v->inst), by_fetch);
    v->begin = v->inst[0].t.fetch;
    for (u32 k = 0; k < v->count; k++) {
        struct times *t = &v->inst[k].t;
        v->begin = t->fetch < v->begin ? t->fetch : v->begin;
        if (!t->squashed)
            v->end = t->retire > v->end ? t->retire : v->end;
    }
    find_producers(v);
    return true;
}

// -- Stages --

const struct pipeline_stage pipeline_stages[PIPELINE_STAGES] = {
    { 'F', "fetch", "fetched" },           { 'R', "rename", "renamed" },
    { 'D', "dispatch", "in a scheduler" }, { 'I', "issue", "issued" },
    { 'E', "done", "executed" },           { 'C', "retire", "retired" },
};

cycle pipeline_at(const struct pipeline_inst *i, u32 k)
{
    const struct times *t = &i->t;
    const cycle at[PIPELINE_STAGES] = { t->fetch, t->rename, t->dispatch,
                                        t->issue, t->done,   t->squashed ? 0 : t->retire };
    return at[k];
}

const char *pipeline_wait(const struct pipeline_inst *i)
{
    bool none =
        i->t.cause == STACK_base || i->t.cause == STACK_cracked || i->t.cause >= STACK_COUNT;
    return none ? "" : core_causes[i->t.cause].name;
}
