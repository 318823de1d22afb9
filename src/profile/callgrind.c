// A profile as callgrind's output: costs of instructions, and of calls with what they lead to.
//
// What a function calls is told of the paths: the same callee from the same place is one call line. A
// function that was on its path already has its calls counted there.
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "profile/measures.h"
#include "profile/names.h"

// A function leads to another: by a call at `site`, or somehow when that is PROFILE_NONE; this counts
// as one call, for callgrind_annotate takes the line after `calls=0` for the function's own.
struct edge {
    u32 caller, site, callee;
    u64 calls;
    const u64 *sum;   // what it leads to
};

struct writing {
    const struct profile *p;
    struct measures m;
    struct arena *arena;
    FILE *f;
    struct names objects, files, functions;
    struct edge *edge;
    u32 edges;
    u64 *own;   // of each instruction
    const char *file;   // that lines are of
};

// -- Calls --

static void add_edge(struct writing *w, u32 caller, u32 site, u32 callee, u64 calls, const u64 *sum)
{
    w->edge[w->edges++] = (struct edge){ caller, site, callee, calls, sum };
}

// Of each path and what is below it; of each instruction; and edges.
static void gather(struct writing *w)
{
    const struct profile *p = w->p;
    u32 n = w->m.count;
    u64 *below = ARENA_ARRAY(w->arena, (size_t)p->paths * n, u64);
    w->own = ARENA_ARRAY(w->arena, (size_t)p->instruction_count * n + 1, u64);
    w->edge = ARENA_ARRAY(w->arena, 2 * (size_t)p->paths + p->costs, struct edge);
    for (u32 k = 0; k < p->costs; k++) {
        u32 path = p->cost[k].path, to = p->instruction[p->cost[k].instruction].function;
        measures_add(&w->m, k, &below[(size_t)path * n]);
        measures_add(&w->m, k, &w->own[(size_t)p->cost[k].instruction * n]);
        if (!path || p->path[path].function == to)
            continue;
        u64 *sum = ARENA_ARRAY(w->arena, n, u64);   // it went there without a call
        measures_add(&w->m, k, sum);
        add_edge(w, p->path[path].function, PROFILE_NONE, to, 1, sum);
    }
    for (u32 k = p->paths; k-- > 1;) {
        u32 parent = p->path[k].parent, site = profile_call_site(p, k);
        if (!parent)
            continue;
        for (u32 v = 0; v < n; v++)
            below[(size_t)parent * n + v] += below[(size_t)k * n + v];
        u32 caller = p->path[parent].function;
        u32 from = site == PROFILE_NONE ? caller : p->instruction[site].function;
        if (from != caller)
            add_edge(w, caller, PROFILE_NONE, from, 1, &below[(size_t)k * n]);
        add_edge(w, from, site, p->path[k].function, p->path[k].calls, &below[(size_t)k * n]);
    }
}

static int by_place(const void *left, const void *right)
{
    const struct edge *a = left, *b = right;
    if (a->caller != b->caller)
        return a->caller < b->caller ? -1 : 1;
    if (a->site != b->site)
        return a->site < b->site ? -1 : 1;
    return a->callee < b->callee ? -1 : a->callee > b->callee;
}

// Makes one of those with the same ends.
static void join_edges(struct writing *w)
{
    u32 n = 0;
    qsort(w->edge, w->edges, sizeof(*w->edge), by_place);
    for (u32 k = 0; k < w->edges;) {
        u64 *sum = ARENA_ARRAY(w->arena, w->m.count, u64), calls = 0;
        const struct edge first = w->edge[k];
        for (; k < w->edges && !by_place(&first, &w->edge[k]); k++) {
            calls += w->edge[k].calls;
            for (u32 v = 0; v < w->m.count; v++)
                sum[v] += w->edge[k].sum[v];
        }
        w->edge[n++] = (struct edge){ first.caller, first.site, first.callee, calls, sum };
    }
    w->edges = n;
}

// -- Lines --

// A name with its number, and after that its number alone; a line ends it.
static void put_name(struct writing *w, const char *key, struct names *names, const char *name)
{
    u32 known = names->count, id = names_id(names, name);
    fprintf(w->f, "%s=(%u)", key, id + 1);
    if (id == known) {
        fputc(' ', w->f);
        for (; *name; name++)
            fputc((unsigned char)*name < ' ' ? ' ' : *name, w->f);
    }
    fputc('\n', w->f);
}

static const char *object_of(const struct writing *w, u32 function)
{
    u32 object = w->p->function[function].object;
    return object == PROFILE_NONE ? "???" : w->p->object[object].path;
}

static const char *file_of(const struct writing *w, u32 function)
{
    const char *file = w->p->function[function].file;
    return file ? file : "???";
}

static u64 entry_of(const struct writing *w, u32 function)
{
    const struct profile_function *f = &w->p->function[function];
    return profile_file_address(w->p, f->object, f->address);
}

static void put_costs(struct writing *w, u64 address, u32 line, const u64 *sum)
{
    u32 n = w->m.count;
    while (n && !sum[n - 1])
        n--;
    fprintf(w->f, "0x%" PRIx64 " %u", address, line);
    for (u32 v = 0; v < n; v++)
        fprintf(w->f, " %" PRIu64, sum[v]);
    fputs(n ? "\n" : " 0\n", w->f);
}

// Lines that follow are of another file than those before: of code that is inlined, or back from it.
static void set_file(struct writing *w, u32 function, const char *file)
{
    if (!strcmp(file, w->file))
        return;
    put_name(w, strcmp(file, file_of(w, function)) ? "fi" : "fe", &w->files, file);
    w->file = file;
}

static void put_call(struct writing *w, const struct edge *e)
{
    const struct profile *p = w->p;
    const struct profile_instruction *site =
        e->site == PROFILE_NONE ? NULL : &p->instruction[e->site];
    set_file(w, e->caller, site && site->file ? site->file : file_of(w, e->caller));
    put_name(w, "cob", &w->objects, object_of(w, e->callee));
    put_name(w, "cfi", &w->files, file_of(w, e->callee));
    put_name(w, "cfn", &w->functions, p->function[e->callee].name);
    fprintf(w->f, "calls=%" PRIu64 " 0x%" PRIx64 " %u\n", e->calls, entry_of(w, e->callee),
            p->function[e->callee].line);
    put_costs(w,
              site ? profile_file_address(p, site->object, site->address) : entry_of(w, e->caller),
              site ? site->line : p->function[e->caller].line, e->sum);
}

static void put_function(struct writing *w, u32 function)
{
    fputc('\n', w->f);
    put_name(w, "ob", &w->objects, object_of(w, function));
    w->file = file_of(w, function);
    put_name(w, "fl", &w->files, w->file);
    put_name(w, "fn", &w->functions, w->p->function[function].name);
}

static void put_instruction(struct writing *w, u32 k)
{
    const struct profile_instruction *i = &w->p->instruction[k];
    set_file(w, i->function, i->file ? i->file : file_of(w, i->function));
    put_costs(w, profile_file_address(w->p, i->object, i->address), i->line,
              &w->own[(size_t)k * w->m.count]);
}

// -- All of it --

// "bad_speculation" as BadSpeculation: names are of letters and digits.
static void put_event(struct writing *w, const char *name)
{
    bool upper = true;
    fputc(' ', w->f);
    for (; *name; name++) {
        if (*name != '_')
            fputc(upper && *name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name, w->f);
        upper = *name == '_';
    }
}

static void put_head(struct writing *w)
{
    const struct profile *p = w->p;
    fprintf(w->f, "# callgrind format\nversion: 1\ncreator: m2sim %s\ncmd: %s\n", p->version,
            p->command);
    fprintf(w->f, "desc: Core: %s, %s model, %.3f GHz, %" PRIu64 " slots a cycle\n", p->core,
            p->model, p->frequency_ghz, p->width);
    fprintf(w->f, "positions: instr line\nevents:");
    for (u32 v = 0; v < w->m.count; v++)
        put_event(w, w->m.measure[v].name);
    u64 *sum = ARENA_ARRAY(w->arena, w->m.count, u64);
    for (u32 k = 0; k < p->costs; k++)
        measures_add(&w->m, k, sum);
    fprintf(w->f, "\nsummary:");
    for (u32 v = 0; v < w->m.count; v++)
        fprintf(w->f, " %" PRIu64, sum[v]);
    fputc('\n', w->f);
}

// First the instruction's cost, then the calls from there; those from nowhere come last.
static void put_functions(struct writing *w)
{
    const struct profile *p = w->p;
    u32 *order = ARENA_ARRAY(w->arena, (size_t)p->functions + 1, u32);   // instructions up to each
    for (u32 k = 0; k < p->instruction_count; k++)
        order[p->instruction[k].function + 1]++;
    for (u32 k = 0; k < p->functions; k++)
        order[k + 1] += order[k];
    u32 *of = ARENA_ARRAY(w->arena, (size_t)p->instruction_count + 1, u32);
    u32 *at = ARENA_ARRAY(w->arena, (size_t)p->functions + 1, u32), edge = 0;
    memcpy(at, order, p->functions * sizeof(*at));
    for (u32 k = 0; k < p->instruction_count; k++)
        of[at[p->instruction[k].function]++] = k;
    for (u32 f = 0; f < p->functions; f++) {
        bool calls = edge < w->edges && w->edge[edge].caller == f;
        if (order[f] == order[f + 1] && !calls)
            continue;
        put_function(w, f);
        for (u32 k = order[f]; k < order[f + 1]; k++) {
            put_instruction(w, of[k]);
            for (; edge < w->edges && w->edge[edge].caller == f && w->edge[edge].site == of[k];
                 edge++)
                put_call(w, &w->edge[edge]);
        }
        for (; edge < w->edges && w->edge[edge].caller == f; edge++)
            put_call(w, &w->edge[edge]);
    }
}

bool profile_callgrind(const struct profile *p, FILE *f, struct err *e)
{
    struct writing w = { .p = p, .f = f, .arena = arena_new() };
    measures_begin(&w.m, p);
    gather(&w);
    join_edges(&w);
    put_head(&w);
    put_functions(&w);
    measures_end(&w.m);
    names_free(&w.objects);
    names_free(&w.files);
    names_free(&w.functions);
    arena_free(w.arena);
    return (fflush(f) == 0 && !ferror(f)) || err_system(e, errno, "the profile");
}
