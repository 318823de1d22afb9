// Counts where a run's time goes, and names the places.
#include "api/profiling.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/images.h"
#include "base/oom.h"
#include "profile/paths.h"
#include "report/figures.h"
#include "symbols/sites.h"

enum { MOST_INLINED = 32 };

struct profiling {
    struct m2sim *sim;
    struct paths *paths;
    struct images *images;
    bool warm;   // what comes only warms the core
};

// -- While it runs --

static bool function_at(void *ctx, vaddr pc, vaddr *start, vaddr *end)
{
    const struct profiling *p = ctx;
    const char *name;
    vaddr at = api_guest_address(p->sim, pc), moved = pc - at;
    if (!images_function(p->images, at, start, end, &name))
        return false;
    *start += moved;
    *end = *end == UINT64_MAX ? UINT64_MAX : *end + moved;
    return true;
}

struct profiling *profiling_new(struct m2sim *s)
{
    struct profiling *p = ARENA_NEW(s->arena, struct profiling);
    p->sim = s;
    p->images = images_new(s);
    p->paths = paths_new(s->arena, PLAN_PATHS, function_at, p);
    core_profile(s->core);
    return p;
}

void profiling_free(struct profiling *p)
{
    if (!p)
        return;
    images_free(p->images);
    paths_free(p->paths);
}

static void run(void *ctx, u32 path, const struct record *r, size_t n)
{
    struct m2sim *s = ctx;
    core_path(s->core, path);
    if (s->profiling->warm)
        core_warm(s->core, r, n);
    else
        core_feed(s->core, r, n);
}

void profiling_feed(struct profiling *p, const struct record *r, size_t n, bool warm)
{
    p->warm = warm;
    paths_feed(p->paths, r, n, run, p->sim);
}

// -- When it has ended --

struct entry {
    vaddr pc;
    u32 path;
    const struct cost *cost;
};

struct gathering {
    const struct profiling *from;
    struct arena *arena;
    struct profile *p;
    struct entry *entry;
    size_t entries, room;
    struct sites *sites;
    u32 function_room, inline_room, object_room;
};

static void add(void *ctx, u32 path, vaddr pc, const struct cost *cost)
{
    struct gathering *g = ctx;
    if (g->entries == g->room) {
        g->room = g->room ? 2 * g->room : 4096;
        g->entry = realloc(g->entry, g->room * sizeof(*g->entry));
        if (!g->entry)
            out_of_memory();
    }
    g->entry[g->entries++] = (struct entry){ pc, path, cost };
}

// The core's own lasts as long as the call.
static void add_copy(void *ctx, u32 path, vaddr pc, const struct cost *cost)
{
    struct gathering *g = ctx;
    struct cost *kept = ARENA_NEW(g->arena, struct cost);
    *kept = *cost;
    add(ctx, path, pc, kept);
}

static int by_pc(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->pc != b->pc)
        return a->pc < b->pc ? -1 : 1;
    return a->path < b->path ? -1 : a->path > b->path;
}

static int by_path(const void *left, const void *right)
{
    const struct profile_cost *a = left, *b = right;
    if (a->path != b->path)
        return a->path < b->path ? -1 : 1;
    return a->instruction < b->instruction ? -1 : a->instruction > b->instruction;
}

// -- Labels --

static void put_labels(struct gathering *g)
{
    struct profile *p = g->p;
    p->causes = STACK_COUNT;
    p->cause = ARENA_ARRAY(g->arena, STACK_COUNT, struct profile_label);
    for (u32 k = 0; k < STACK_COUNT; k++) {
        const struct core_topdown2 *of = &core_topdown2[core_causes[k].of];
        p->cause[k] = (struct profile_label){ core_causes[k].name, core_causes[k].doc, of->title,
                                              report_topdown_titles[of->of] };
    }
    p->events = EVENT_COUNT;
    p->event = ARENA_ARRAY(g->arena, EVENT_COUNT, struct profile_label);
    for (u32 k = 0; k < EVENT_COUNT; k++)
        p->event[k] = (struct profile_label){ core_events[k].name, core_events[k].doc, "", "" };
    _Static_assert((int)STACK_COUNT <= (int)PROFILE_MOST_CAUSES, "room for all causes");
    _Static_assert((int)EVENT_COUNT <= (int)PROFILE_MOST_EVENTS, "and events");
}

// -- Places --

// An array of the arena with room for one more.
static void *more_room(struct gathering *g, void *old, u32 count, u32 *room, size_t size)
{
    if (count < *room)
        return old;
    *room = 2 * *room + 64;
    void *more = arena_alloc(g->arena, *room, size, 8);
    if (old)
        memcpy(more, old, count * size);
    return more;
}

static u32 object_at(struct gathering *g, vaddr pc)
{
    struct profile *p = g->p;
    vaddr at = api_guest_address(g->from->sim, pc);
    const struct image *m = pc == (vaddr)ACCOUNT_NOBODY ? NULL : images_at(g->from->images, at);
    if (!m)
        return PROFILE_NONE;
    u64 bias = m->bias + pc - at;
    for (u32 k = 0; k < p->objects; k++)
        if (p->object[k].bias == bias && !strcmp(p->object[k].path, m->file))
            return k;
    p->object = more_room(g, p->object, p->objects, &g->object_room, sizeof(*p->object));
    p->object[p->objects] = (struct profile_object){ arena_text(g->arena, m->file), bias };
    return p->objects++;
}

static void open_sites(struct gathering *g, const struct entry *all, size_t n)
{
    struct sites_file file[64];
    size_t files = 0;
    const struct image *last = NULL;
    for (size_t k = 0; k < n; k++) {
        if (all[k].pc == (vaddr)ACCOUNT_NOBODY)
            continue;
        const struct image *m =
            images_at(g->from->images, api_guest_address(g->from->sim, all[k].pc));
        bool known = !m || m == last || !m->host;
        for (size_t f = 0; !known && f < files; f++)
            known = !strcmp(file[f].path, m->host);
        if (!known && files < COUNT(file))
            file[files++] = (struct sites_file){ m->host, m->bias };
        last = m;
    }
    g->sites = sites_new(file, files);
}

// Where there is no name it is that of the file, and how far in it the function is.
static const char *made_up(struct gathering *g, u32 object, vaddr pc)
{
    char text[300];
    const struct profile_object *o = object == PROFILE_NONE ? NULL : &g->p->object[object];
    const char *slash = o ? strrchr(o->path, '/') : NULL;
    snprintf(text, sizeof(text), "%.200s+0x%" PRIx64,
             !o      ? "unknown"
             : slash ? slash + 1
                     : o->path,
             pc - (o ? o->bias : 0));
    return arena_text(g->arena, text);
}

static u32 add_function(struct gathering *g, vaddr start, vaddr end, const char *name, vaddr pc)
{
    struct profile *p = g->p;
    p->function = more_room(g, p->function, p->functions, &g->function_room, sizeof(*p->function));
    u32 object = object_at(g, pc);
    struct site s = { NULL, NULL, 0 };
    if (g->sites && name && pc != (vaddr)ACCOUNT_NOBODY)
        s = sites_function(g->sites, api_guest_address(g->from->sim, start));
    p->function[p->functions] = (struct profile_function){
        name ? arena_text(g->arena, name) : made_up(g, object, start),
        object,
        start,
        name && end != UINT64_MAX ? end - start : 0,
        s.file ? arena_text(g->arena, s.file) : NULL,
        (u32)(s.line > 0 ? s.line : 0),
    };
    return p->functions++;
}

// The number of the function at `pc`. They are asked for in the order of their addresses, so that it is
// the last or a new one; without a name they begin where something was called.
static u32 function_of(struct gathering *g, vaddr pc, bool entry)
{
    struct profile *p = g->p;
    struct profile_function *last = p->functions ? &p->function[p->functions - 1] : NULL;
    vaddr start, end;
    const char *name;
    if (pc == (vaddr)ACCOUNT_NOBODY)
        return add_function(g, pc, pc, "[no instruction]", pc);
    if (last && pc - last->address < last->size)
        return p->functions - 1;
    vaddr at = api_guest_address(g->from->sim, pc);
    if (!images_function(g->from->images, at, &start, &end, &name)) {
        bool same = last && !last->size && last->object == object_at(g, pc) && !entry;
        return same ? p->functions - 1 : add_function(g, pc, pc, NULL, pc);
    }
    start += pc - at;
    end = end == UINT64_MAX ? end : end + pc - at;
    if (last && last->address == start)
        return p->functions - 1;
    return add_function(g, start, end, name, pc);
}

// The list of functions inlined at an instruction; that of the one before, when it is the same.
static u32 inlined_at(struct gathering *g, vaddr at, u32 before)
{
    struct profile *p = g->p;
    struct site_call call[MOST_INLINED];
    size_t n = sites_inlined(g->sites, at, call, MOST_INLINED);
    u32 next = PROFILE_NONE, same = before;
    for (size_t k = 0; k < n; k++, same = p->inlined[same].next) {
        if (same == PROFILE_NONE)
            break;
        const struct profile_inline *i = &p->inlined[same];
        const char *file = call[k].file ? call[k].file : "";
        if (strcmp(i->function, call[k].function) || i->line != (u32)call[k].line ||
            strcmp(i->file ? i->file : "", file) || (i->next == PROFILE_NONE) != (k + 1 == n))
            break;
        if (k + 1 == n)
            return before;
    }
    for (size_t k = n; k-- > 0;) {   // outer ones first
        p->inlined = more_room(g, p->inlined, p->inlines, &g->inline_room, sizeof(*p->inlined));
        p->inlined[p->inlines] = (struct profile_inline){
            arena_text(g->arena, call[k].function),
            call[k].file ? arena_text(g->arena, call[k].file) : NULL,
            (u32)call[k].line,
            next,
        };
        next = p->inlines++;
    }
    return next;
}

static struct profile_instruction instruction_at(struct gathering *g, vaddr pc, u32 function,
                                                 const struct profile_instruction *before)
{
    struct profile_instruction i = {
        .address = pc,
        .word = pc == (vaddr)ACCOUNT_NOBODY ? 0 : paths_word(g->from->paths, pc),
        .function = function,
        .object = object_at(g, pc),
        .inlined = PROFILE_NONE,
    };
    if (!g->sites || pc == (vaddr)ACCOUNT_NOBODY)
        return i;
    vaddr at = api_guest_address(g->from->sim, pc);
    struct site s = sites_line(g->sites, at);
    i.line = (u32)(s.line > 0 ? s.line : 0);
    if (s.file && before && before->file && !strcmp(before->file, s.file))
        i.file = before->file;
    else if (s.file)
        i.file = arena_text(g->arena, s.file);
    i.inlined = inlined_at(g, at, before ? before->inlined : PROFILE_NONE);
    return i;
}

// -- All of it --

// Entries of paths stand among the instructions, so that functions come in order.
static void put_places(struct gathering *g)
{
    struct profile *p = g->p;
    const struct paths *paths = g->from->paths;
    size_t counted = g->entries;
    for (u32 k = 1; k < paths_count(paths); k++)
        add(g, k, paths_at(paths, k).entry, NULL);
    qsort(g->entry, g->entries, sizeof(*g->entry), by_pc);
    open_sites(g, g->entry, g->entries);
    p->paths = paths_count(paths);
    p->path = ARENA_ARRAY(g->arena, p->paths, struct profile_path);
    p->path[0] = (struct profile_path){ .kind = "none", .function = PROFILE_NONE };
    p->instruction = ARENA_ARRAY(g->arena, counted + 1, struct profile_instruction);
    p->cost = ARENA_ARRAY(g->arena, counted + 1, struct profile_cost);
    static const char *const kind[] = { "root", "call", "jump", "signal" };
    for (size_t k = 0; k < g->entries;) {
        vaddr pc = g->entry[k].pc;
        size_t end = k;
        bool entry = false, cost = false;
        for (; end < g->entries && g->entry[end].pc == pc; end++) {
            entry |= !g->entry[end].cost;
            cost |= g->entry[end].cost != NULL;
        }
        u32 function = function_of(g, pc, entry);
        if (cost) {
            const struct profile_instruction *last =
                p->instruction_count ? &p->instruction[p->instruction_count - 1] : NULL;
            p->instruction[p->instruction_count] = instruction_at(g, pc, function, last);
            p->instruction_count++;
        }
        for (; k < end; k++) {
            const struct entry *e = &g->entry[k];
            if (e->cost) {
                p->cost[p->costs++] = (struct profile_cost){ e->path, p->instruction_count - 1,
                                                             e->cost->slots, e->cost->events };
                continue;
            }
            struct path q = paths_at(paths, e->path);
            p->path[e->path] =
                (struct profile_path){ q.parent, kind[q.kind], q.site, q.entry, function, q.calls };
        }
    }
    qsort(p->cost, p->costs, sizeof(*p->cost), by_path);
}

static void put_head(struct gathering *g)
{
    const struct m2sim *s = g->from->sim;
    struct core_stats stats;
    core_stats(s->core, &stats);
    g->p->command = s->options.command;
    g->p->program = s->options.program;
    g->p->program_digest = s->digest;
    g->p->version = m2sim_full_version();
    g->p->model = s->options.model;
    g->p->core = s->config.core.name;
    g->p->config_digest = s->config.digest;
    g->p->frequency_ghz = s->config.core.clock_mhz / 1e3;
    g->p->width = stats.width;
    g->p->cycles = stats.cycles;
    g->p->instructions = stats.instructions;
    g->p->folded = paths_folded(g->from->paths);
    g->p->paths_full = paths_count(g->from->paths) == PLAN_PATHS;
}

// Whether each cause has the slots that `time` says, and each instruction retired is one of them.
static bool sums_hold(const struct m2sim *s, const struct profile *p, struct m2sim_error *e)
{
    struct core_stats stats;
    struct profile_sum sum;
    core_stats(s->core, &stats);
    profile_total(p, &sum);
    for (u32 k = 0; k < STACK_COUNT; k++)
        if (sum.slots[k] != stats.stack[k])
            return api_fail(e, M2SIM_EXIT_INTERNAL,
                            "the profile has %" PRIu64 " slots of '%s', the core %" PRIu64
                            ": a fault of m2sim",
                            sum.slots[k], core_causes[k].name, stats.stack[k]);
    if (sum.all != stats.width * stats.cycles || sum.events[EVENT_executed] != stats.instructions ||
        sum.events[EVENT_mispredicted] != stats.mispredictions)
        return api_fail(e, M2SIM_EXIT_INTERNAL,
                        "the profile's sums are not the core's: a fault of m2sim");
    return true;
}

struct profile *profiling_result(const struct m2sim *s, struct arena *a, struct m2sim_error *e)
{
    struct gathering g = { .from = s->profiling, .arena = a, .p = ARENA_NEW(a, struct profile) };
    put_labels(&g);
    put_head(&g);
    core_each_cost(s->core, add_copy, &g);
    put_places(&g);
    free(g.entry);
    sites_free(g.sites);
    return sums_hold(s, g.p, e) ? g.p : NULL;
}
