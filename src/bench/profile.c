#include "bench/profile.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bench/probe.h"
#include "symbols/sites.h"

static const struct {
    const char *beginning, *part;
} components[] = {
#define COMPONENT(beginning, part) { beginning, part },
#include "bench/components.def"
#undef COMPONENT
};

// The part after the last "src/" or, for the command line, from "cli/".
static const char *in_tree(const char *file)
{
    const char *found = NULL, *cli = strstr(file, "/cli/");
    for (const char *p = file; (p = strstr(p, "src/")) != NULL; p += 4)
        if (p == file || p[-1] == '/')
            found = p + 4;
    return found ? found : cli ? cli + 1 : NULL;
}

const char *profile_part(const char *file)
{
    const char *name = file ? in_tree(file) : NULL;
    for (size_t k = 0; name && k < COUNT(components); k++)
        if (!strncmp(name, components[k].beginning, strlen(components[k].beginning)))
            return components[k].part;
    return NULL;
}

// -- Naming addresses --

struct namer {
    const struct probe_head *head;
    struct sites *sites;
};

struct place {
    const char *function, *file, *part;
    int line;
};

static const char *library_part(const char *path)
{
    bool probe = strstr(path, "/libm2sim-probe") || strstr(path, "/libgcc_s");   // and its unwinder
    return probe ? "the probe" : "C library and others";
}

static struct place place_of(struct namer *n, u64 pc)
{
    const struct probe_module *m = probe_module_at(n->head, pc);
    if (!m)
        return (struct place){ "[generated code]", NULL, "generated code", 0 };
    struct site s = sites_at(n->sites, pc);
    const char *part = *m->path ? library_part(m->path) : profile_part(s.file);
    if (!part)   // inlined from a header of the system
        part = "rest of m2sim";
    const char *file = s.file ? in_tree(s.file) : NULL;
    const char *slash = strrchr(m->path, '/');
    return (struct place){ s.function, file ? file : slash ? slash + 1 : NULL, part, s.line };
}

// -- Samples --

// A stack that does not go back to where threads begin was cut where code has no unwind
// information: the handlers of the interpreter, generated code.
static bool is_whole(const char *outermost)
{
    static const char *const begins[] = { "_start",  "clone",    "clone3",
                                          "__clone", "__clone3", "start_thread" };
    for (size_t k = 0; k < COUNT(begins); k++)
        if (!strcmp(outermost, begins[k]))
            return true;
    return false;
}

static void add_stack(struct profile_mode *m, struct namer *n, const struct probe_sample *s)
{
    char text[4096];
    size_t at = 0;
    struct place outer = place_of(n, s->pc[s->depth - 1] - (s->depth > 1));
    if (!is_whole(outer.function))
        at = (size_t)snprintf(text, sizeof(text), "[%s];",
                              s->depth == PROBE_DEPTH ? "deeper" : outer.part);
    for (u32 k = s->depth; k-- > 0 && at < sizeof(text) - 200;) {
        // A return address is behind the call.
        struct place p = place_of(n, s->pc[k] - (k > 0));
        at += (size_t)snprintf(text + at, 190, "%.180s%s", p.function, k ? ";" : "");
    }
    tally_add(&m->stack, text, NULL, s->weight);
}

static void add_time(struct profile_mode *m, struct namer *n, const struct probe_sample *s)
{
    struct place p = place_of(n, s->pc[0]);
    tally_add(&m->part, p.part, NULL, s->weight);
    tally_add(&m->function, p.function, p.file, s->weight);
    char line[256];
    snprintf(line, sizeof(line), "%.200s:%d", p.file ? p.file : "?", p.line);
    tally_add(&m->line, line, NULL, s->weight);
    add_stack(m, n, s);
}

// To the innermost function that is of the program itself, not of a library.
static void add_allocation(struct profile_mode *m, struct namer *n, const struct probe_sample *s)
{
    struct place p = { "[before main]", NULL, "C library and others", 0 };
    for (u32 k = 0; k < s->depth; k++) {
        const struct probe_module *in = probe_module_at(n->head, s->pc[k]);
        if (!in || *in->path)
            continue;
        p = place_of(n, s->pc[k] - 1);
        break;
    }
    tally_add(&m->from_part, p.part, NULL, s->weight);
    tally_add(&m->from_function, p.function, p.file, s->weight);
}

static struct profile_mode *mode_of(struct bench_profile *p, const char *mode)
{
    for (size_t k = 0; k < p->modes; k++)
        if (!strcmp(p->mode[k].mode, mode))
            return &p->mode[k];
    assert(p->modes < PROFILE_MODES);
    struct profile_mode *m = &p->mode[p->modes++];
    *m = (struct profile_mode){ .mode = mode };
    struct tally *all[] = { &m->part,  &m->function,  &m->line,
                            &m->stack, &m->from_part, &m->from_function };
    for (size_t k = 0; k < COUNT(all); k++)
        tally_init(all[k], p->arena);
    return m;
}

static struct sites *sites_of(const struct probe_head *h, const char *program)
{
    struct sites_file file[PROBE_MODULES];
    size_t count = 0;
    for (u32 k = 0; k < h->modules && k < PROBE_MODULES; k++) {
        const struct probe_module *m = &h->module[k];
        const char *path = *m->path ? m->path : program;
        if (*path == '/')   // not the kernel's vdso
            file[count++] = (struct sites_file){ path, m->base };
    }
    return sites_new(file, count);
}

bool profile_add(struct bench_profile *p, const char *mode, const struct probe_head *h,
                 const char *program, u64 instructions, double cpu)
{
    struct namer n = { h, sites_of(h, program) };
    if (!n.sites)
        return false;
    struct profile_mode *m = mode_of(p, mode);
    u64 taken = h->taken < h->room ? h->taken : h->room;
    for (u64 k = 0; k < taken; k++) {
        const struct probe_sample *s = &h->sample[k];
        if (!s->depth || s->depth > PROBE_DEPTH)
            continue;
        if (s->kind == PROBE_CPU)
            add_time(m, &n, s);
        else
            add_allocation(m, &n, s);
    }
    m->programs++;
    m->instructions += instructions;
    m->cpu += cpu;
    m->lost += h->taken - taken;
    m->allocations += h->allocations;
    m->allocated_bytes += h->allocated_bytes;
    sites_free(n.sites);
    return true;
}

void profile_finish(struct bench_profile *p)
{
    for (size_t k = 0; k < p->modes; k++) {
        tally_sort(&p->mode[k].part);
        tally_sort(&p->mode[k].function);
        tally_sort(&p->mode[k].line);
        tally_sort(&p->mode[k].stack);
        tally_sort(&p->mode[k].from_part);
        tally_sort(&p->mode[k].from_function);
    }
}

void profile_free(struct bench_profile *p)
{
    for (size_t k = 0; k < p->modes; k++) {
        tally_free(&p->mode[k].part);
        tally_free(&p->mode[k].function);
        tally_free(&p->mode[k].line);
        tally_free(&p->mode[k].stack);
        tally_free(&p->mode[k].from_part);
        tally_free(&p->mode[k].from_function);
    }
}
