#include "base/save.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/oom.h"

#define MAGIC "m2save\n"

struct head {
    char magic[8];
    u64 digest;
};

struct section {
    char name[16];
    u32 version, zero;
    u64 bytes;
};

// Written: all so far is in `data`, the section in progress begins at `section`.
// Read: `at` to `end` is what is left of the section in progress.
struct save {
    bool reads, failed;
    const char *name;   // of the section in progress
    u8 *data;
    const u8 *from;
    size_t size, room, section;
    size_t at, end;
    char error[128];
};

static struct save *make(bool reads)
{
    struct save *s = calloc(1, sizeof(*s));
    if (!s)
        out_of_memory();
    s->reads = reads;
    return s;
}

static void put(struct save *s, const void *from, size_t n)
{
    if (s->size + n > s->room) {
        s->room = 2 * (s->size + n);
        s->data = realloc(s->data, s->room);
        if (!s->data)
            out_of_memory();
    }
    memcpy(s->data + s->size, from, n);
    s->size += n;
}

static void fail(struct save *s, const char *what)
{
    if (!s->failed)
        snprintf(s->error, sizeof(s->error), "section %s %s", s->name ? s->name : "?", what);
    s->failed = true;
}

struct save *save_new(void)
{
    struct save *s = make(false);
    put(s, &(struct head){ MAGIC, 0 }, sizeof(struct head));
    return s;
}

struct save *save_open(const void *data, size_t size, struct err *e)
{
    struct head h;
    if (size < sizeof(h) || memcmp(data, MAGIC, sizeof(h.magic)) != 0) {
        err_set(e, "not a saved state of m2sim");
        return NULL;
    }
    memcpy(&h, data, sizeof(h));
    if (XXH3_64bits((const u8 *)data + sizeof(h), size - sizeof(h)) != h.digest) {
        err_set(e, "the saved state is damaged: its digest is another");
        return NULL;
    }
    struct save *s = make(true);
    s->from = data;
    s->size = size;
    return s;
}

void save_free(struct save *s)
{
    if (s)
        free(s->data);
    free(s);
}

bool save_reads(const struct save *s)
{
    return s->reads;
}

// The size of the written section in progress is known now.
static void close_section(struct save *s)
{
    struct section c;
    if (!s->section)
        return;
    memcpy(&c, s->data + s->section, sizeof(c));
    c.bytes = s->size - s->section - sizeof(c);
    memcpy(s->data + s->section, &c, sizeof(c));
}

static void find_section(struct save *s, const char *name, u32 version)
{
    struct section c;
    if (s->at != s->end)
        fail(s, "has more than is known");
    s->name = name;
    for (size_t at = sizeof(struct head); s->size - at >= sizeof(c); at += c.bytes) {
        memcpy(&c, s->from + at, sizeof(c));
        at += sizeof(c);
        if (c.bytes > s->size - at)
            break;
        if (strncmp(c.name, name, sizeof(c.name)) != 0)
            continue;
        s->at = at;
        s->end = at + c.bytes;
        if (c.version != version || c.zero)
            fail(s, "is of another version");
        return;
    }
    fail(s, "is missing");
    s->at = s->end;
}

void save_section(struct save *s, const char *name, u32 version)
{
    struct section c = { .version = version };
    size_t n = strlen(name);
    assert(n > 0 && n < sizeof(c.name));
    if (s->reads) {
        find_section(s, name, version);
        return;
    }
    close_section(s);
    memcpy(c.name, name, n);
    s->section = s->size;
    put(s, &c, sizeof(c));
}

void save_bytes(struct save *s, void *at, size_t n, size_t size)
{
    if (!s->reads) {
        put(s, at, n * size);
        return;
    }
    if (!s->failed && s->end - s->at < n * size)
        fail(s, "is too short");
    if (s->failed)
        return;
    memcpy(at, s->from + s->at, n * size);
    s->at += n * size;
}

void save_same(struct save *s, u64 value)
{
    u64 was = value;
    SAVE(s, was);
    if (was != value)
        fail(s, "is of a core with other parameters");
}

void save_check(struct save *s, bool ok)
{
    if (s->reads && !ok)
        fail(s, "has values that cannot be");
}

const void *save_data(struct save *s, size_t *size)
{
    struct head h = { MAGIC, 0 };
    close_section(s);
    h.digest = XXH3_64bits(s->data + sizeof(h), s->size - sizeof(h));
    memcpy(s->data, &h, sizeof(h));
    *size = s->size;
    return s->data;
}

bool save_ok(const struct save *s, struct err *e)
{
    if (s->failed)
        return err_set(e, "saved state: %s", s->error);
    if (s->reads && s->at != s->end)
        return err_set(e, "saved state: section %s has more than is known", s->name);
    return true;
}
