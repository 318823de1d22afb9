// Profiles as files: JSON, and the same compressed (docs/profile-format.md).
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <zstd.h>

#include "base/json.h"
#include "base/oom.h"
#include "base/packed.h"
#include "profile/profile.h"

#define FORMAT "m2prof"

static const u64 MOST_BYTES = 4ull << 30;   // of a file, unpacked

// -- Writing --

static void write_labels(struct jw *j, const char *key, const struct profile_label *l, u32 n)
{
    jw_array(j, key);
    for (u32 k = 0; k < n; k++) {
        jw_object(j, NULL);
        jw_text(j, "name", l[k].name);
        jw_text(j, "doc", l[k].doc);
        jw_text(j, "group", l[k].group);
        jw_text(j, "class", l[k].class);
        jw_close(j);
    }
    jw_close(j);
}

static void write_index(struct jw *j, const char *key, u32 n)
{
    if (n == PROFILE_NONE)
        jw_i64(j, key, -1);
    else
        jw_u64(j, key, n);
}

static void write_head(struct jw *j, const struct profile *p)
{

    jw_text(j, "format", FORMAT);
    jw_u64(j, "schema", PROFILE_VERSION);
    jw_text(j, "command", p->command);
    jw_text(j, "program", p->program);
    jw_text(j, "program_digest", p->program_digest);
    jw_text(j, "m2sim", p->version);
    jw_text(j, "model", p->model);
    jw_text(j, "core", p->core);
    jw_text(j, "config_digest", p->config_digest);
    jw_real(j, "frequency_ghz", p->frequency_ghz);
    jw_u64(j, "width", p->width);
    jw_u64(j, "cycles", p->cycles);
    jw_u64(j, "retired", p->instructions);
    jw_u64(j, "folded", p->folded);
    jw_bool(j, "paths_full", p->paths_full);
    write_labels(j, "causes", p->cause, p->causes);
    write_labels(j, "events", p->event, p->events);
}

static void write_code(struct jw *j, const struct profile *p)
{
    jw_array(j, "objects");
    for (u32 k = 0; k < p->objects; k++) {
        jw_object(j, NULL);
        jw_text(j, "path", p->object[k].path);
        jw_u64(j, "bias", p->object[k].bias);
        jw_close(j);
    }
    jw_close(j);
    jw_array(j, "functions");
    for (const struct profile_function *f = p->function; f < p->function + p->functions; f++) {
        jw_object(j, NULL);
        jw_text(j, "name", f->name);
        write_index(j, "object", f->object);
        jw_u64(j, "address", f->address);
        jw_u64(j, "size", f->size);
        jw_text(j, "file", f->file);
        jw_u64(j, "line", f->line);
        jw_close(j);
    }
    jw_close(j);
    jw_array(j, "inlines");
    for (const struct profile_inline *i = p->inlined; i < p->inlined + p->inlines; i++) {
        jw_object(j, NULL);
        jw_text(j, "function", i->function);
        jw_text(j, "file", i->file);
        jw_u64(j, "line", i->line);
        write_index(j, "next", i->next);
        jw_close(j);
    }
    jw_close(j);
}

static void write_instructions(struct jw *j, const struct profile *p)
{
    jw_array(j, "instructions");
    for (u32 k = 0; k < p->instruction_count; k++) {
        const struct profile_instruction *i = &p->instruction[k];
        jw_object(j, NULL);
        jw_i64(j, "address", (i64)i->address);
        jw_u64(j, "word", i->word);
        write_index(j, "function", i->function);
        write_index(j, "object", i->object);
        jw_text(j, "file", i->file);
        jw_u64(j, "line", i->line);
        write_index(j, "inlined", i->inlined);
        jw_close(j);
    }
    jw_close(j);
}

static void write_paths(struct jw *j, const struct profile *p)
{
    jw_array(j, "paths");
    for (const struct profile_path *q = p->path; q < p->path + p->paths; q++) {
        jw_object(j, NULL);
        jw_u64(j, "parent", q->parent);
        jw_text(j, "kind", q->kind);
        jw_u64(j, "site", q->site);
        jw_u64(j, "entry", q->entry);
        write_index(j, "function", q->function);
        jw_u64(j, "calls", q->calls);
        jw_close(j);
    }
    jw_close(j);
}

// Only what is not 0: the number of the cause or event, and how much of it.
static void write_pairs(struct jw *j, const char *key, const u64 *value, u32 n)
{
    jw_array(j, key);
    for (u32 k = 0; k < n; k++)
        if (value[k]) {
            jw_u64(j, NULL, k);
            jw_u64(j, NULL, value[k]);
        }
    jw_close(j);
}

bool profile_json(const struct profile *p, FILE *f, struct err *e)
{
    struct jw j;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    write_head(&j, p);
    write_code(&j, p);
    write_instructions(&j, p);
    write_paths(&j, p);
    jw_array(&j, "costs");
    for (u32 k = 0; k < p->costs; k++) {
        const struct profile_cost *c = &p->cost[k];
        jw_object(&j, NULL);
        jw_u64(&j, "path", c->path);
        jw_u64(&j, "instruction", c->instruction);
        write_pairs(&j, "slots", c->slots, p->causes);
        write_pairs(&j, "events", c->events, p->events);
        jw_close(&j);
    }
    jw_close(&j);
    jw_close(&j);
    return jw_finish(&j) || err_system(e, errno, "the profile");
}

bool profile_m2prof(const struct profile *p, FILE *f, struct err *e)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        out_of_memory();
    struct err ignored;
    profile_json(p, to, &ignored);
    if (fclose(to))
        out_of_memory();
    bool ok = packed_write(text, size, f);
    free(text);
    return ok || err_system(e, errno, "the profile");
}

// -- Reading --

// What is being read, and the first fault.
struct reading {
    struct profile *p;
    struct arena *arena;
    const char *name;
    struct err *e;
    bool ok;
};

static void bad(struct reading *r, const char *what)
{
    if (r->ok)
        err_set(r->e, "%.300s: not a whole profile: %s", r->name, what);
    r->ok = false;
}

static const char *text_or_null(struct reading *r, const json_t *o, const char *key)
{
    const char *v = json_string_value(json_object_get(o, key));
    return v ? arena_text(r->arena, v) : NULL;
}

static const char *text(struct reading *r, const json_t *o, const char *key)
{
    const char *v = text_or_null(r, o, key);
    if (!v)
        bad(r, key);
    return v ? v : "";
}

static u64 number(struct reading *r, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_integer(v))
        bad(r, key);
    return (u64)json_integer_value(v);
}

static u32 small(struct reading *r, const json_t *o, const char *key)
{
    u64 v = number(r, o, key);
    if (v > INT32_MAX)
        bad(r, key);
    return (u32)v;
}

// A number below `count`, or where there may be none -1.
static u32 index_of(struct reading *r, const json_t *o, const char *key, u32 count, bool none)
{
    u64 v = number(r, o, key);
    if (none && v == ~0ull)
        return PROFILE_NONE;
    if (v >= count)
        bad(r, key);
    return v < count ? (u32)v : 0;
}

static const json_t *list(struct reading *r, const json_t *o, const char *key, u32 *count)
{
    const json_t *v = json_object_get(o, key);
    size_t n = json_array_size(v);
    if (!json_is_array(v) || n > INT32_MAX)
        bad(r, key);
    *count = r->ok ? (u32)n : 0;
    return v;
}

static struct profile_label *read_labels(struct reading *r, const json_t *root, const char *key,
                                         u32 *count, u32 most)
{
    const json_t *all = list(r, root, key, count);
    if (!*count || *count > most)
        bad(r, key);
    if (!r->ok)
        return NULL;
    struct profile_label *l = ARENA_ARRAY(r->arena, *count, struct profile_label);
    for (u32 k = 0; k < *count; k++) {
        const json_t *o = json_array_get(all, k);
        l[k] = (struct profile_label){ text(r, o, "name"), text(r, o, "doc"), text(r, o, "group"),
                                       text(r, o, "class") };
    }
    return l;
}

static void read_head(struct reading *r, const json_t *root)
{
    struct profile *p = r->p;
    p->command = text(r, root, "command");
    p->program = text(r, root, "program");
    p->program_digest = text(r, root, "program_digest");
    p->version = text(r, root, "m2sim");
    p->model = text(r, root, "model");
    p->core = text(r, root, "core");
    p->config_digest = text(r, root, "config_digest");
    p->frequency_ghz = json_number_value(json_object_get(root, "frequency_ghz"));
    p->width = number(r, root, "width");
    p->cycles = number(r, root, "cycles");
    p->instructions = number(r, root, "retired");
    p->folded = number(r, root, "folded");
    p->paths_full = json_is_true(json_object_get(root, "paths_full"));
    if (!p->width || !(p->frequency_ghz > 0))
        bad(r, "width or frequency_ghz");
    p->cause = read_labels(r, root, "causes", &p->causes, PROFILE_MOST_CAUSES);
    p->event = read_labels(r, root, "events", &p->events, PROFILE_MOST_EVENTS);
}

static void read_code(struct reading *r, const json_t *root)
{
    struct profile *p = r->p;
    const json_t *all = list(r, root, "objects", &p->objects), *o;
    p->object = ARENA_ARRAY(r->arena, p->objects + 1, struct profile_object);
    for (u32 k = 0; k < p->objects && (o = json_array_get(all, k)); k++)
        p->object[k] = (struct profile_object){ text(r, o, "path"), number(r, o, "bias") };
    all = list(r, root, "functions", &p->functions);
    p->function = ARENA_ARRAY(r->arena, p->functions + 1, struct profile_function);
    for (u32 k = 0; k < p->functions && (o = json_array_get(all, k)); k++)
        p->function[k] = (struct profile_function){
            text(r, o, "name"),         index_of(r, o, "object", p->objects, true),
            number(r, o, "address"),    number(r, o, "size"),
            text_or_null(r, o, "file"), small(r, o, "line"),
        };
    all = list(r, root, "inlines", &p->inlines);
    p->inlined = ARENA_ARRAY(r->arena, p->inlines + 1, struct profile_inline);
    for (u32 k = 0; k < p->inlines && (o = json_array_get(all, k)); k++) {
        p->inlined[k] = (struct profile_inline){ text(r, o, "function"), text_or_null(r, o, "file"),
                                                 small(r, o, "line"),
                                                 index_of(r, o, "next", p->inlines, true) };
        if (p->inlined[k].next != PROFILE_NONE && p->inlined[k].next >= k)
            bad(r, "next");   // an outer one comes first, so that a list ends
    }
}

static void read_instructions(struct reading *r, const json_t *root)
{
    struct profile *p = r->p;
    const json_t *all = list(r, root, "instructions", &p->instruction_count), *o;
    p->instruction = ARENA_ARRAY(r->arena, p->instruction_count + 1, struct profile_instruction);
    for (u32 k = 0; k < p->instruction_count && (o = json_array_get(all, k)); k++)
        p->instruction[k] = (struct profile_instruction){
            number(r, o, "address"),
            (u32)number(r, o, "word"),
            index_of(r, o, "function", p->functions, false),
            index_of(r, o, "object", p->objects, true),
            text_or_null(r, o, "file"),
            small(r, o, "line"),
            index_of(r, o, "inlined", p->inlines, true),
        };
}

static void read_paths(struct reading *r, const json_t *root)
{
    struct profile *p = r->p;
    const json_t *all = list(r, root, "paths", &p->paths), *o;
    p->path = ARENA_ARRAY(r->arena, p->paths + 1, struct profile_path);
    if (!p->paths)
        bad(r, "paths");
    for (u32 k = 0; k < p->paths && (o = json_array_get(all, k)); k++)
        p->path[k] = (struct profile_path){
            index_of(r, o, "parent", k ? k : 1, false),
            text(r, o, "kind"),
            number(r, o, "site"),
            number(r, o, "entry"),
            index_of(r, o, "function", p->functions, k == 0),
            number(r, o, "calls"),
        };
}

static const u64 *read_pairs(struct reading *r, const json_t *o, const char *key, u32 count)
{
    u64 *v = ARENA_ARRAY(r->arena, count, u64);
    const json_t *pairs = json_object_get(o, key);
    for (size_t k = 0; k + 1 < json_array_size(pairs); k += 2) {
        u64 which = (u64)json_integer_value(json_array_get(pairs, k));
        if (which >= count)
            bad(r, key);
        else
            v[which] = (u64)json_integer_value(json_array_get(pairs, k + 1));
    }
    if (!json_is_array(pairs))
        bad(r, key);
    return v;
}

static void read_costs(struct reading *r, const json_t *root)
{
    struct profile *p = r->p;
    const json_t *all = list(r, root, "costs", &p->costs), *o;
    p->cost = ARENA_ARRAY(r->arena, p->costs + 1, struct profile_cost);
    for (u32 k = 0; r->ok && k < p->costs && (o = json_array_get(all, k)); k++)
        p->cost[k] = (struct profile_cost){
            index_of(r, o, "path", p->paths, false),
            index_of(r, o, "instruction", p->instruction_count, false),
            read_pairs(r, o, "slots", p->causes),
            read_pairs(r, o, "events", p->events),
        };
}

static void read_all(struct reading *r, const json_t *root)
{
    const char *format = json_string_value(json_object_get(root, "format"));
    u64 version = (u64)json_integer_value(json_object_get(root, "schema"));
    if (!format || strcmp(format, FORMAT)) {
        r->ok = err_set(r->e, "%.300s: not a profile of m2sim", r->name);
        return;
    }
    if (version != PROFILE_VERSION) {
        r->ok = err_set(r->e, "%.300s: a profile of version %llu; this m2sim reads version %d",
                        r->name, (unsigned long long)version, PROFILE_VERSION);
        return;
    }
    void (*const parts[])(struct reading *, const json_t *) = {
        read_head, read_code, read_instructions, read_paths, read_costs,
    };
    for (size_t k = 0; r->ok && k < COUNT(parts); k++)
        parts[k](r, root);
}

// All bytes of the file, or NULL.
static char *whole(FILE *f, size_t *size)
{
    size_t room = 1 << 16, n = 0;
    char *bytes = malloc(room);
    while (bytes) {
        n += fread(bytes + n, 1, room - n, f);
        if (n < room)
            break;
        room *= 2;
        char *more = room > MOST_BYTES ? NULL : realloc(bytes, room);
        if (!more)
            free(bytes);
        bytes = more;
    }
    *size = n;
    return bytes;
}

// What a frame of zstd holds; NULL when it is damaged or too large. Its size is in its header, since
// it was compressed at once.
static char *unpack(const char *packed, size_t size, size_t *n)
{
    unsigned long long room = ZSTD_getFrameContentSize(packed, size);
    if (room == ZSTD_CONTENTSIZE_ERROR || room == ZSTD_CONTENTSIZE_UNKNOWN || room > MOST_BYTES)
        return NULL;
    char *bytes = malloc(room + 1);
    if (!bytes)
        return NULL;
    *n = ZSTD_decompress(bytes, room, packed, size);
    if (!ZSTD_isError(*n))
        return bytes;
    free(bytes);
    return NULL;
}

static struct profile *unreadable(struct err *e, const char *path, const char *why)
{
    err_set(e, "%.300s: %s", path, why);
    e->kind = ERR_UNREADABLE;
    return NULL;
}

struct profile *profile_read(const char *path, struct arena *a, struct err *e)
{
    FILE *f = fopen(path, "rb");
    size_t size = 0, n = 0;
    if (!f)
        return unreadable(e, path, strerror(errno));
    char *packed = whole(f, &size);
    bool failed = ferror(f);
    int why = errno;
    fclose(f);
    if (failed || !packed) {
        free(packed);
        return unreadable(e, path, failed ? strerror(why) : "too large for a profile");
    }
    char *json = unpack(packed, size, &n);
    json_error_t error;
    json_t *root = json ? json_loadb(json, n, 0, &error) : json_loadb(packed, size, 0, &error);
    free(json);
    free(packed);
    if (!root)
        return err_set(e, "%.300s: not a profile of m2sim, or damaged", path), NULL;
    struct reading r = { ARENA_NEW(a, struct profile), a, path, e, true };
    read_all(&r, root);
    json_decref(root);
    return r.ok ? r.p : NULL;
}
