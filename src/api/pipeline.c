// Pipelines: what is kept of a run, and how it is named.
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/images.h"
#include "api/region.h"
#include "base/oom.h"
#include "base/packed.h"
#include "isa/decode.h"
#include "pipeline/pipeline.h"

enum {
    INSTRUCTIONS = 200,   // by default
    PLACES = 64,          // functions of one name
};

struct tracing {
    struct m2sim *sim;
    struct pipeline *pipeline;
    struct images *images;
    char around[REGION_NAME];   // "": nothing
    u64 nth, times;   // of it: which, and how often it began so far
    vaddr place[PLACES];   // as the core sees them
    size_t places;
    const struct image *seen;   // whose names were looked through last
    u64 file_place[PLACES];     // where it has that name
    size_t file_places;
};

// -- While it runs --

static bool arrives(void *ctx, vaddr pc)
{
    struct tracing *t = ctx;
    for (size_t k = 0; k < t->places; k++)
        if (t->place[k] == pc)
            return ++t->times == t->nth;
    return false;
}

static void look_through(struct tracing *t, const struct image *m)
{
    const struct symbol *y = NULL;
    t->seen = m;
    t->file_places = 0;
    while (m->names && (y = symbols_named(m->names, t->around, y)))
        if (t->file_places < PLACES)
            t->file_place[t->file_places++] = y->address;
}

// An instruction's definition comes before it runs, when its file is mapped: so libraries' functions are known
// in time, and no instruction is looked up twice.
static void define(struct tracing *t, vaddr pc)
{
    vaddr at = api_guest_address(t->sim, pc);
    const struct image *m = images_at(t->images, at);
    if (!m)
        return;
    if (m != t->seen)
        look_through(t, m);
    bool here = false;
    for (size_t k = 0; k < t->file_places; k++)
        here |= t->file_place[k] + m->bias == at;
    for (size_t k = 0; k < t->places; k++)
        here &= t->place[k] != pc;
    if (here && t->places < PLACES)
        t->place[t->places++] = pc;
}

void tracing_feed(struct tracing *t, const struct record *r, size_t n)
{
    for (size_t k = 0; k < n && *t->around; k++)
        if (r[k].head & RECORD_DEF && !record_is_other(&r[k]))
            define(t, record_pc(&r[k]));
    pipeline_feed(t->pipeline, r, n);
}

void tracing_fed(struct tracing *t)
{
    if (pipeline_done(t->pipeline))
        m2sim_stop(t->sim);
}

bool tracing_done(const struct tracing *t)
{
    return pipeline_done(t->pipeline);
}

// -- Life --

static bool has_region(const struct m2sim_region *r)
{
    return r->from_symbol || r->to_symbol || r->from_instruction || r->to_instruction || r->marks ||
           r->warm;
}

struct tracing *tracing_new(struct m2sim *s, struct m2sim_error *e)
{
    const struct m2sim_options *o = &s->options;
    u32 count = o->instructions ? o->instructions : INSTRUCTIONS;
    struct tracing *t = ARENA_NEW(s->arena, struct tracing);
    t->sim = s;
    if (count > PIPELINE_MOST)
        return api_fail(e, M2SIM_EXIT_USAGE, "instructions: %u is more than %d", count,
                        PIPELINE_MOST),
               NULL;
    if (o->profile || o->draws)
        return api_fail(e, M2SIM_EXIT_USAGE, "a pipeline is of no profile, and of one core"), NULL;
    if (o->around && has_region(&o->region))
        return api_fail(e, M2SIM_EXIT_USAGE,
                        "--around and a region: what is shown is chosen by one of them"),
               NULL;
    if (o->around && !region_split_name("around", o->around, t->around, &t->nth, e))
        return NULL;
    t->images = images_new(s);
    t->pipeline = pipeline_new(o->around                ? PIPELINE_AROUND
                               : has_region(&o->region) ? PIPELINE_FIRST
                                                        : PIPELINE_LOOP,
                               count, arrives, t);
    core_observe(s->core, pipeline_observer(t->pipeline));
    return t;
}

void tracing_free(struct tracing *t)
{
    if (!t)
        return;
    images_free(t->images);
    pipeline_free(t->pipeline);
}

// -- When it has ended --

// Where `pc` is: in a function, how far.
static const char *function_at(const struct tracing *t, vaddr pc, u64 *offset)
{
    vaddr start, end, at = api_guest_address(t->sim, pc);
    const char *name;
    if (!images_function(t->images, at, &start, &end, &name))
        return NULL;
    *offset = at - start;
    return name;
}

static void name_all(const struct tracing *t, struct arena *a, struct pipeline_view *v)
{
    char text[128];
    for (u32 k = 0; k < v->count; k++) {
        struct pipeline_inst *i = &v->inst[k];
        i->text = arena_text(a, isa_disassemble(i->word, i->pc, text, sizeof(text)));
        i->function = function_at(t, i->pc, &i->offset);
    }
}

// What is shown, behind "200 instructions".
static const char *say(const struct tracing *t, struct arena *a, const struct pipeline_view *v)
{
    const struct m2sim *s = t->sim;
    char text[1024], where[400];
    u64 offset = 0;
    if (v->loop) {
        const char *name = function_at(t, v->loop, &offset);
        if (name)
            snprintf(where, sizeof(where), "%.300s+0x%" PRIx64, name, offset);
        else
            snprintf(where, sizeof(where), "0x%" PRIx64, v->loop);
        snprintf(
            text, sizeof(text),
            "from the loop at %s, which takes %.0f %% of the cycles, behind the first %" PRIu64,
            where, 100 * v->share, v->before);
    } else if (*t->around && t->nth > 1) {
        snprintf(text, sizeof(text), "around call %" PRIu64 " of %s", t->nth, t->around);
    } else if (*t->around) {
        snprintf(text, sizeof(text), "around %s", t->around);
    } else if (s->region) {
        snprintf(text, sizeof(text), "of the region %s", region_text(s->region));
    } else {
        snprintf(text, sizeof(text), "from the start, for there is no loop");
    }
    return arena_text(a, text);
}

static bool nothing(const struct tracing *t, struct m2sim_error *e)
{
    const struct m2sim *s = t->sim;
    if (!*t->around)
        return api_fail(e, M2SIM_EXIT_DATA, "no instruction was timed");
    if (t->places)
        return api_fail(e, M2SIM_EXIT_DATA, "--around: '%.200s' was called %" PRIu64 " times",
                        t->around, t->times);
    const struct image *m = images_at(t->images, s->process->start);
    const char *like = m && m->names ? symbols_like(m->names, t->around) : NULL;
    return api_fail(e, M2SIM_EXIT_DATA,
                    "--around: the program came to no function '%.200s'%s%.100s%s", t->around,
                    like ? "; is '" : "", like ? like : "", like ? "' meant?" : "");
}

static bool write_packed(const struct pipeline_format *to, const struct pipeline_view *v, FILE *f)
{
    char *text = NULL;
    size_t size = 0;
    FILE *whole = open_memstream(&text, &size);
    if (!whole)
        out_of_memory();
    to->write(v, whole);
    if (fclose(whole) != 0)
        out_of_memory();
    bool ok = packed_write(text, size, f);
    free(text);
    return ok;
}

static bool packs(const char *path)
{
    size_t n = path ? strlen(path) : 0;
    return n > 4 && !strcmp(path + n - 4, ".zst");
}

bool m2sim_pipeline(const struct m2sim *s, const char *format, const char *path, FILE *f,
                    struct m2sim_error *e)
{
    const struct pipeline_format *to = pipeline_format(format ? format : "text");
    struct pipeline_view v;
    const struct tracing *t = s->tracing;
    if (!to)
        return m2sim_choose(M2SIM_PIPELINE_FORMATS, format, e);
    if (!t)
        return api_fail(e, M2SIM_EXIT_USAGE, "the run was not asked for its pipeline");
    struct arena *a = arena_new();
    bool ok = pipeline_read(t->pipeline, a, &v) || nothing(t, e);
    if (ok) {
        const char *slash = strrchr(s->options.program, '/');
        v.program = slash ? slash + 1 : s->options.program;
        v.model = s->options.model;
        name_all(t, a, &v);
        v.what = say(t, a, &v);
        errno = 0;
        if (packs(path))
            ok = write_packed(to, &v, f);
        else
            to->write(&v, f);
        ok = ok && fflush(f) == 0 && !ferror(f);
        if (!ok)
            api_fail(e, M2SIM_EXIT_OUTPUT, "%.300s: %s", path ? path : "pipeline",
                     strerror(errno ? errno : EIO));
    }
    arena_free(a);
    return ok;
}

const char *m2sim_pipeline_format_of(const char *path)
{
    const struct pipeline_format *f = pipeline_format_of(path);
    return f ? f->name : NULL;
}
