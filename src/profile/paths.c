#include "profile/paths.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "isa/decode.h"
#include "isa/facts.h"

enum {
    PAGE_BITS = 14,
    PAGE_INSNS = 1 << (PAGE_BITS - 2),
    BUCKETS = 4096,
    FIRST_SLOTS = 1024,
    MOST_FRAMES = 1 << 20,   // of a stack: what is called deeper is on the path of its caller
    PARKED = 32,             // stacks left, of a thread
    SIGRETURN = 139,         // rt_sigreturn
};

static const vaddr FROM_SIGNAL = 1;   // where a handler returns to: no address

// A page of code.
struct page {
    struct page *next;   // of the same bucket
    vaddr number;
    u32 word[PAGE_INSNS];
    u8 branch[PAGE_INSNS];   // enum isa_branch
};

// A call that has not returned; the last is of the function that runs.
struct frame {
    vaddr back;   // where it returns to; 0: nowhere
    vaddr start, end;   // of the function
    u32 path;
    u32 jumped;   // path before a jump took the place of its function; 0: none did
    vaddr jumped_start, jumped_end;   // that function
};

struct stack {
    struct frame *frame;
    size_t depth, room;
    u64 beyond;   // calls deeper than MOST_FRAMES
};

struct thread {
    struct thread *next;
    u64 number;
    struct stack now, parked[PARKED];
    u32 oldest;   // of those parked
};

// Where one gets by a call or jump from a path.
struct child {
    u32 parent, path;   // path 0: free
    enum path_kind kind;
    vaddr site, to;
    vaddr start, end;   // of the function that holds `to`
};

struct paths {
    struct arena *arena;
    paths_function *function;
    void *ctx;
    struct page *bucket[BUCKETS], *current;
    struct path *path;   // `count` of at most `most`
    u32 count, most;
    struct child *child;   // open addressing, a power of two
    u32 slots, children;
    struct thread *threads, *thread;
    u64 folded;
};

// -- Code --

static struct page *page_of(struct paths *p, vaddr pc)
{
    vaddr number = pc >> PAGE_BITS;
    if (p->current && p->current->number == number)
        return p->current;
    struct page **at = &p->bucket[number % BUCKETS];
    while (*at && (*at)->number != number)
        at = &(*at)->next;
    if (!*at) {
        *at = ARENA_NEW(p->arena, struct page);
        (*at)->number = number;
    }
    return p->current = *at;
}

static void define(struct paths *p, vaddr pc, u32 word)
{
    struct page *page = page_of(p, pc);
    u32 k = pc >> 2 & (PAGE_INSNS - 1);
    page->word[k] = word;
    page->branch[k] = (u8)isa_branch(isa_row(isa_op_of_run(isa_decode(word).run)));
}

u32 paths_word(const struct paths *p, vaddr pc)
{
    const struct page *at = p->bucket[(pc >> PAGE_BITS) % BUCKETS];
    while (at && at->number != pc >> PAGE_BITS)
        at = at->next;
    return at ? at->word[pc >> 2 & (PAGE_INSNS - 1)] : 0;
}

// -- The tree --

struct paths *paths_new(struct arena *a, u32 most, paths_function *function, void *ctx)
{
    struct paths *p = ARENA_NEW(a, struct paths);
    p->arena = a;
    p->function = function;
    p->ctx = ctx;
    p->most = most;
    p->path = ARENA_ARRAY(a, most, struct path);
    p->count = 1;
    p->slots = FIRST_SLOTS;
    p->child = calloc(p->slots, sizeof(*p->child));
    if (!p->child)
        out_of_memory();
    return p;
}

static struct child *find_child(const struct paths *p, u32 parent, enum path_kind kind, vaddr site,
                                vaddr to)
{
    u64 hash = (parent * 0x9e3779b97f4a7c15 ^ site * 0xc2b2ae3d27d4eb4f ^ to) + kind;
    u32 k = (u32)(hash * 0x9e3779b97f4a7c15 >> 32) & (p->slots - 1);
    for (;; k = (k + 1) & (p->slots - 1)) {
        struct child *c = &p->child[k];
        if (!c->path || (c->parent == parent && c->kind == kind && c->site == site && c->to == to))
            return c;
    }
}

static void grow(struct paths *p)
{
    struct child *old = p->child;
    u32 slots = p->slots;
    p->slots *= 2;
    p->child = calloc(p->slots, sizeof(*p->child));
    if (!p->child)
        out_of_memory();
    for (u32 k = 0; k < slots; k++)
        if (old[k].path)
            *find_child(p, old[k].parent, old[k].kind, old[k].site, old[k].to) = old[k];
    free(old);
}

// The path on which a function is that is called from `parent`.
static u32 make_path(struct paths *p, u32 parent, enum path_kind kind, vaddr site, vaddr entry)
{
    for (u32 up = parent; up; up = p->path[up].parent)
        if (p->path[up].entry == entry)
            return up;
    if (p->count == p->most)
        return parent ? parent : 1;
    p->path[p->count] = (struct path){ parent, kind, site, entry, 0 };
    return p->count++;
}

// What the function called is remembered as of, so that a call made before asks nobody.
static const struct child *enter(struct paths *p, u32 parent, enum path_kind kind, vaddr site,
                                 vaddr to, const struct frame *where)
{
    struct child *c = find_child(p, parent, kind, site, to);
    if (!c->path) {
        struct child made = { parent, 0, kind, site, to, where->start, where->end };
        made.path = make_path(p, parent, kind, site, made.start);
        *c = made;
        if (++p->children * 2 > p->slots) {
            grow(p);
            c = find_child(p, parent, kind, site, to);
        }
    }
    p->path[c->path].calls++;
    p->folded += p->path[c->path].entry != c->start;
    return c;
}

// The place of what is entered there, when it was before.
static const struct child *known(const struct paths *p, u32 parent, enum path_kind kind, vaddr site,
                                 vaddr to)
{
    const struct child *c = find_child(p, parent, kind, site, to);
    return c->path ? c : NULL;
}

u32 paths_count(const struct paths *p)
{
    return p->count;
}

struct path paths_at(const struct paths *p, u32 number)
{
    return p->path[number];
}

u64 paths_folded(const struct paths *p)
{
    return p->folded;
}

// -- Stacks --

static struct frame *top(const struct paths *p)
{
    struct stack *s = &p->thread->now;
    return s->depth ? &s->frame[s->depth - 1] : NULL;
}

static void bounds(const struct paths *p, vaddr pc, struct frame *f)
{
    if (!p->function(p->ctx, pc, &f->start, &f->end))
        f->start = pc, f->end = 0;   // from there on, up to nobody knows where
}

static bool holds(const struct frame *f, vaddr pc)
{
    return pc - f->start < f->end - f->start && f->end;
}

static void push(struct paths *p, enum path_kind kind, vaddr site, vaddr entry, vaddr back)
{
    struct stack *s = &p->thread->now;
    const struct frame *caller = top(p);
    struct frame f = { .back = back };
    if (s->depth == MOST_FRAMES) {
        s->beyond++;
        return;
    }
    u32 parent = caller ? caller->path : 0;
    const struct child *c = known(p, parent, kind, site, entry);
    if (!c)
        bounds(p, entry, &f);
    c = enter(p, parent, kind, site, entry, &f);
    f.start = c->start;
    f.end = c->end;
    f.path = c->path;
    if (s->depth == s->room) {
        s->room = s->room ? 2 * s->room : 64;
        s->frame = realloc(s->frame, s->room * sizeof(*s->frame));
        if (!s->frame)
            out_of_memory();
    }
    s->frame[s->depth++] = f;
}

static void park(struct thread *t, const struct frame *frame, size_t depth)
{
    struct stack *s = &t->parked[t->oldest];
    t->oldest = (t->oldest + 1) % PARKED;
    if (s->room < depth) {
        s->room = depth;
        s->frame = realloc(s->frame, depth * sizeof(*frame));
        if (!s->frame)
            out_of_memory();
    }
    if (depth)
        memcpy(s->frame, frame, depth * sizeof(*frame));
    s->depth = depth;
    s->beyond = 0;
}

// The stack left last that would return to `to`, and how many of its frames are then left; NULL: none.
static struct stack *left_for(struct thread *t, vaddr to, size_t *depth)
{
    for (u32 n = 1; n <= PARKED; n++) {
        struct stack *s = &t->parked[(t->oldest + PARKED - n) % PARKED];
        for (size_t k = s->depth; k-- > 1;)
            if (s->frame[k].back == to) {
                *depth = k;
                return s;
            }
    }
    return NULL;
}

// Another stack goes on; the one so far may come back.
static bool resume(struct paths *p, vaddr to)
{
    struct thread *t = p->thread;
    size_t depth;
    struct stack *s = left_for(t, to, &depth);
    if (!s)
        return false;
    struct stack was = t->now;
    t->now = *s;
    *s = was;
    t->now.depth = depth;
    return true;
}

// Leaves what lies above `depth` frames; it may have been another stack's.
static void unwind(struct paths *p, size_t depth)
{
    struct stack *s = &p->thread->now;
    if (s->depth - depth > 1)
        park(p->thread, s->frame + depth, s->depth - depth);
    s->depth = depth;
    s->beyond = 0;
}

// The path of the one that called the function that runs: what takes its place is called from there, too.
static u32 parent_of(const struct paths *p)
{
    const struct stack *s = &p->thread->now;
    return s->depth > 1 ? s->frame[s->depth - 2].path : p->path[top(p)->path].parent;
}

// The function that holds `to` takes the place of the one that runs.
static void replace(struct paths *p, vaddr pc, vaddr to)
{
    struct frame *f = top(p);
    struct frame next = {
        .back = f->back, .jumped = f->path, .jumped_start = f->start, .jumped_end = f->end
    };
    u32 parent = parent_of(p);
    const struct child *c = known(p, parent, PATH_JUMP, pc, to);
    if (!c)
        bounds(p, to, &next);
    if (!c && !next.end && !f->end)   // nobody knows that it is another one
        return;
    c = enter(p, parent, PATH_JUMP, pc, to, &next);
    next.start = c->start;
    next.end = c->end;
    next.path = c->path;
    *f = next;
}

// A return, or a jump through a register, to `to` which is not in the function that runs nor where it
// was called: up the stack, or to another one.
static void go_to(struct paths *p, vaddr pc, vaddr to)
{
    struct stack *s = &p->thread->now;
    for (size_t k = s->depth; k-- > 1;)
        if (s->frame[k].back == to) {
            unwind(p, k);
            return;
        }
    if (resume(p, to))
        return;
    for (size_t k = s->depth; k-- > 0;)
        if (holds(&s->frame[k], to)) {
            unwind(p, k + 1);
            return;
        }
    replace(p, pc, to);
}

static void give_back(struct paths *p, vaddr pc, vaddr to)
{
    struct stack *s = &p->thread->now;
    const struct frame *f = top(p);
    if (s->beyond)
        s->beyond--;
    else if (f->back == to && s->depth > 1)
        s->depth--;
    else if (f->back != FROM_SIGNAL)   // else to what calls sigreturn
        go_to(p, pc, to);
}

// Whether a function begins at `to`, where the one that runs jumps from `pc`.
static bool begins(const struct paths *p, vaddr pc, vaddr to)
{
    const struct child *c = known(p, parent_of(p), PATH_JUMP, pc, to);
    struct frame there;
    if (c)
        return c->start == to;
    bounds(p, to, &there);
    return there.start == to;
}

// To the beginning of another function, or by a direct jump to some place in it: a tail call. A jump
// through a register to another place is what longjmp and switches of stacks end with.
static void jump(struct paths *p, vaddr pc, vaddr to, bool direct)
{
    struct frame *f = top(p);
    if (holds(f, to))
        return;
    if (f->jumped && to - f->jumped_start < f->jumped_end - f->jumped_start &&
        to != f->jumped_start) {   // from a part of it that lies elsewhere
        *f = (struct frame){ f->back, f->jumped_start, f->jumped_end, f->jumped, 0, 0, 0 };
        return;
    }
    if (direct || begins(p, pc, to))
        replace(p, pc, to);
    else
        go_to(p, pc, to);
}

static void branch(struct paths *p, vaddr pc, vaddr to)
{
    switch ((enum isa_branch)page_of(p, pc)->branch[pc >> 2 & (PAGE_INSNS - 1)]) {
    case ISA_CALL:
    case ISA_INDIRECT_CALL: push(p, PATH_CALL, pc, to, pc + 4); break;
    case ISA_RETURN: give_back(p, pc, to); break;
    case ISA_DIRECT: jump(p, pc, to, true); break;
    case ISA_INDIRECT: jump(p, pc, to, false); break;
    case ISA_CONDITIONAL:
    case ISA_NO_BRANCH: break;
    }
}

// -- Records --

static void change_thread(struct paths *p, u64 number)
{
    struct thread *t = p->threads;
    while (t && t->number != number)
        t = t->next;
    if (!t) {
        t = ARENA_NEW(p->arena, struct thread);
        t->number = number;
        t->next = p->threads;
        p->threads = t;
    }
    p->thread = t;
}

static void end_signal(struct paths *p)
{
    struct stack *s = &p->thread->now;
    for (size_t k = s->depth; k-- > 1;)
        if (s->frame[k].back == FROM_SIGNAL) {
            s->depth = k;
            s->beyond = 0;
            return;
        }
}

static void other(struct paths *p, const struct record *r)
{
    switch (record_kind(r)) {
    case RECORD_THREAD: change_thread(p, r->addr); break;
    case RECORD_SYSCALL:
        if (r->addr == SIGRETURN && p->thread)
            end_signal(p);
        break;
    case RECORD_SIGNAL:
        if (p->thread && top(p))
            push(p, PATH_SIGNAL, 0, record_pc(r), FROM_SIGNAL);
        break;
    default: break;
    }
}

static u32 path_now(const struct paths *p)
{
    const struct frame *f = p->thread ? top(p) : NULL;
    return f ? f->path : 0;
}

// The stretch up to `r` is one.
static void hand_on(const struct record *from, const struct record *r, u32 path,
                    void (*run)(void *ctx, u32 path, const struct record *r, size_t n), void *ctx)
{
    if (r > from)
        run(ctx, path, from, (size_t)(r - from));
}

void paths_feed(struct paths *p, const struct record *r, size_t n,
                void (*run)(void *ctx, u32 path, const struct record *r, size_t n), void *ctx)
{
    const struct record *from = r, *end = r + n;
    u32 path = path_now(p);
    for (; r < end; r++) {
        u64 kind = r->head & RECORD_OTHER;
        if (path && __builtin_expect(!kind, 1))
            continue;
        vaddr pc = record_pc(r);
        if (kind == RECORD_DEF) {
            define(p, pc, (u32)r->addr);
            continue;
        }
        if (kind == RECORD_OTHER) {
            if (record_kind(r) == RECORD_WORD)
                continue;
            other(p, r);
            hand_on(from, r, path, run, ctx);
            from = r + 1;
            path = path_now(p);
            continue;
        }
        if (!path) {   // the first of a thread
            if (!p->thread)
                change_thread(p, 0);
            hand_on(from, r, path, run, ctx);
            from = r;
            push(p, PATH_ROOT, 0, pc, 0);
            path = path_now(p);
        }
        if (kind)
            branch(p, pc, r->addr);
        u32 next = path_now(p);
        if (next == path)
            continue;
        hand_on(from, r + 1, path, run, ctx);
        from = r + 1;
        path = next;
    }
    hand_on(from, end, path, run, ctx);
}

void paths_free(struct paths *p)
{
    if (!p)
        return;
    for (struct thread *t = p->threads; t; t = t->next) {
        free(t->now.frame);
        for (u32 k = 0; k < PARKED; k++)
            free(t->parked[k].frame);
    }
    free(p->child);
}
