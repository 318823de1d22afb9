// A profile as pprof's: a sample for each instruction on each path, compressed by gzip.
//
// Numbers of fields are those of pprof's profile.proto.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "profile/measures.h"
#include "profile/names.h"
#include "profile/protobuf.h"

enum {
    PROTO_SAMPLE_TYPE = 1,
    PROTO_SAMPLE = 2,
    PROTO_MAPPING = 3,
    PROTO_LOCATION = 4,
    PROTO_FUNCTION = 5,
    PROTO_STRING = 6,
    PROTO_DURATION = 10,
    PROTO_PERIOD_TYPE = 11,
    PROTO_PERIOD = 12,
    PROTO_COMMENT = 13,
    PROTO_DEFAULT_TYPE = 14
};

struct writing {
    const struct profile *p;
    struct measures m;
    struct arena *arena;
    struct message all, part, inner;
    struct names strings;
    struct pairs functions;   // name and file
    bool *used;   // locations: one for each instruction, then one for each function's beginning
};

static u32 string(struct writing *w, const char *text)
{
    return names_id(&w->strings, text ? text : "");
}

static u64 function(struct writing *w, const char *name, const char *file)
{
    return pairs_id(&w->functions, string(w, name), string(w, file)) + 1ull;
}

static void put_value_type(struct writing *w, unsigned field, const struct measure *m)
{
    message_number(&w->part, 1, string(w, m->name));
    message_number(&w->part, 2, string(w, m->unit));
    message_part(&w->all, field, &w->part);
}

// -- Samples --

static u64 at_instruction(struct writing *w, u32 instruction)
{
    w->used[instruction] = true;
    return instruction + 1ull;
}

static u64 at_entry(struct writing *w, u32 f)
{
    w->used[w->p->instruction_count + f] = true;
    return w->p->instruction_count + f + 1ull;
}

// Locations of a path from the function that calls its own: where each calls. Into `to`, leaf first: how many.
static size_t put_callers(struct writing *w, u32 path, u64 *to)
{
    const struct profile *p = w->p;
    size_t n = 0;
    for (u32 parent; (parent = p->path[path].parent) != 0; path = parent) {
        u32 site = profile_call_site(p, path), caller = p->path[parent].function;
        if (site != PROFILE_NONE)
            to[n++] = at_instruction(w, site);
        if (site == PROFILE_NONE || p->instruction[site].function != caller)
            to[n++] = at_entry(w, caller);
    }
    return n;
}

// Samples of one path stand together, and share their callers.
static void put_samples(struct writing *w)
{
    const struct profile *p = w->p;
    u64 *place = ARENA_ARRAY(w->arena, 2 * (size_t)p->paths + 2, u64), value[MOST_MEASURES];
    size_t callers = 0;
    for (u32 k = 0; k < p->costs; k++) {
        const struct profile_cost *c = &p->cost[k];
        u32 own = p->instruction[c->instruction].function, of = p->path[c->path].function;
        if (!k || c->path != c[-1].path)
            callers = put_callers(w, c->path, place + 2);
        u64 *first = place + 2;
        if (c->path && own != of)
            *--first = at_entry(w, of);
        *--first = at_instruction(w, c->instruction);
        memset(value, 0, sizeof(value));
        measures_add(&w->m, k, value);
        message_numbers(&w->part, 1, first, (size_t)(place + 2 - first) + callers);
        message_numbers(&w->part, 2, value, w->m.count);
        message_part(&w->all, PROTO_SAMPLE, &w->part);
    }
}

// -- Places --

static void put_line(struct writing *w, const char *name, const char *file, u32 line)
{
    message_number(&w->inner, 1, function(w, name, file));
    message_number(&w->inner, 2, line);
    message_part(&w->part, 4, &w->inner);
}

static void put_location(struct writing *w, u64 id, u32 object, u64 address)
{
    message_number(&w->part, 1, id);
    message_number(&w->part, 2, object == PROFILE_NONE ? 0 : object + 1ull);
    message_number(&w->part, 3, address == ~0ull ? 0 : address);
}

static void put_instruction(struct writing *w, u32 k)
{
    const struct profile *p = w->p;
    const struct profile_instruction *i = &p->instruction[k];
    const struct profile_function *f = &p->function[i->function];
    u32 inlined[MOST_INLINED_FRAMES];
    u32 n = profile_inlined_at(p, k, inlined, MOST_INLINED_FRAMES), line = i->line;
    const char *file = i->file;
    put_location(w, k + 1ull, i->object, i->address);
    for (u32 j = 0; j < n; j++) {
        const struct profile_inline *in = &p->inlined[inlined[j]];
        put_line(w, in->function, file, line);
        file = in->file;
        line = in->line;
    }
    put_line(w, f->name, file ? file : f->file, line);
    message_part(&w->all, PROTO_LOCATION, &w->part);
}

static void put_locations(struct writing *w)
{
    const struct profile *p = w->p;
    for (u32 k = 0; k < p->instruction_count; k++)
        if (w->used[k])
            put_instruction(w, k);
    for (u32 k = 0; k < p->functions; k++) {
        const struct profile_function *f = &p->function[k];
        u32 id = p->instruction_count + k;
        if (!w->used[id])
            continue;
        put_location(w, id + 1ull, f->object, f->address);
        put_line(w, f->name, f->file, f->line);
        message_part(&w->all, PROTO_LOCATION, &w->part);
    }
}

static void put_functions(struct writing *w)
{
    for (u32 k = 0; k < w->functions.count; k++) {
        u64 pair = w->functions.pair[k];
        message_number(&w->part, 1, k + 1ull);
        message_number(&w->part, 2, pair >> 32);
        message_number(&w->part, 3, pair >> 32);
        message_number(&w->part, 4, (u32)pair);
        message_part(&w->all, PROTO_FUNCTION, &w->part);
    }
}

// What of an object ran; the program's own comes first, which readers take for the main one.
static void put_mapping(struct writing *w, u32 object)
{
    const struct profile *p = w->p;
    u64 low = ~0ull, high = 0;
    for (u32 k = 0; k < p->instruction_count; k++)
        if (p->instruction[k].object == object && p->instruction[k].address != ~0ull) {
            low = p->instruction[k].address < low ? p->instruction[k].address : low;
            high = p->instruction[k].address + 4 > high ? p->instruction[k].address + 4 : high;
        }
    message_number(&w->part, 1, object + 1ull);
    message_number(&w->part, 2, p->object[object].bias ? p->object[object].bias : low & ~4095ull);
    message_number(&w->part, 3, (high + 4095) & ~4095ull);
    message_number(&w->part, 5, string(w, p->object[object].path));
    for (unsigned known = 7; known <= 10; known++)   // functions, files, lines, inlined ones
        message_number(&w->part, known, 1);
    message_part(&w->all, PROTO_MAPPING, &w->part);
}

static void put_mappings(struct writing *w)
{
    const struct profile *p = w->p;
    for (int others = 0; others <= 1; others++)
        for (u32 k = 0; k < p->objects; k++)
            if ((strcmp(p->object[k].path, p->program) != 0) == others)
                put_mapping(w, k);
}

static void put_about(struct writing *w)
{
    const struct profile *p = w->p;
    const char *const comments[] = { p->command, p->core, p->model, p->version };
    message_number(&w->all, PROTO_DURATION, (u64)((double)p->cycles / p->frequency_ghz));
    put_value_type(w, PROTO_PERIOD_TYPE, &w->m.measure[MEASURE_CYCLES]);
    message_number(&w->all, PROTO_PERIOD, 1);
    for (size_t k = 0; k < COUNT(comments); k++)
        message_number(&w->all, PROTO_COMMENT, string(w, comments[k]));
    message_number(&w->all, PROTO_DEFAULT_TYPE, string(w, w->m.measure[MEASURE_CYCLES].name));
}

// -- All of it --

static bool write_gzip(const struct message *m, FILE *f)
{
    enum { GZIP = 16, CHUNK = 1 << 16 };
    z_stream z = { 0 };
    u8 out[CHUNK];
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return errno = ENOMEM, false;
    bool ok = true;
    int status = Z_OK;
    for (size_t at = 0; ok && status == Z_OK;) {
        size_t left = m->count - at, now = left < 1 << 30 ? left : 1 << 30;
        z.next_in = m->byte + at;
        z.avail_in = (unsigned)now;
        do {
            z.next_out = out;
            z.avail_out = CHUNK;
            status = deflate(&z, now == left ? Z_FINISH : Z_NO_FLUSH);
            ok = fwrite(out, 1, CHUNK - z.avail_out, f) == CHUNK - z.avail_out;
        } while (ok && status == Z_OK && !z.avail_out);
        at += now - z.avail_in;
    }
    deflateEnd(&z);
    return ok && fflush(f) == 0 && !ferror(f);
}

bool profile_pprof(const struct profile *p, FILE *f, struct err *e)
{
    struct writing w = { .p = p, .arena = arena_new() };
    measures_begin(&w.m, p);
    w.used = ARENA_ARRAY(w.arena, (size_t)p->instruction_count + p->functions + 1, bool);
    string(&w, "");   // has to be the first
    for (u32 k = 0; k < w.m.count; k++)
        put_value_type(&w, PROTO_SAMPLE_TYPE, &w.m.measure[k]);
    put_samples(&w);
    put_mappings(&w);
    put_locations(&w);
    put_functions(&w);
    put_about(&w);
    for (u32 k = 0; k < w.strings.count; k++)
        message_text(&w.all, PROTO_STRING, w.strings.text[k]);
    bool ok = write_gzip(&w.all, f) || err_system(e, errno, "the profile");
    measures_end(&w.m);
    message_free(&w.all);
    message_free(&w.part);
    message_free(&w.inner);
    names_free(&w.strings);
    pairs_free(&w.functions);
    arena_free(w.arena);
    return ok;
}
