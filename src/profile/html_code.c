// The instructions and source lines of the hottest functions, for the page.
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "isa/decode.h"
#include "profile/source.h"
#include "profile/web.h"

static const double SMALL = 0.001;   // share of all slots a function's code must have to be in it

enum {
    MOST_CODE = 1100 << 10,   // bytes of instructions, about
    MOST_SOURCE = 300 << 10,
    MOST_LINES = 600,   // of one function between its first and its last
};

// Lines of a file that are wanted.
struct range {
    const char *file;
    u32 first, last;
};

struct code {
    struct web *w;
    u32 *first, *count;   // instructions of each function that is listed
    struct range *range;
    size_t ranges, room, bytes;
    const char **inlined;   // names of functions, as they are come upon
    u32 inlines, inline_room;
};

// -- Which lines --

static void want(struct code *c, const char *file, u32 first, u32 last)
{
    struct range *r = c->ranges ? &c->range[c->ranges - 1] : NULL;
    if (!file || !first)
        return;
    if (r && r->file == file && r->first == first && r->last == last)
        return;
    if (c->ranges == c->room) {
        c->room = 2 * c->room + 64;
        c->range = must(realloc(c->range, c->room * sizeof(*c->range)));
    }
    c->range[c->ranges++] = (struct range){ file, first, last };
}

// Of its own file all from the first line to the last, of others those that it has inlined.
static void want_function(struct code *c, u32 which, u32 first, u32 count)
{
    const struct profile *p = c->w->p;
    const char *own = p->function[which].file;
    u32 low = p->function[which].line, high = low;
    for (u32 k = first; k < first + count; k++) {
        const struct profile_instruction *i = &p->instruction[k];
        bool near = own && i->file && i->line && !strcmp(i->file, own) && low &&
                    i->line + MOST_LINES > low && i->line < low + MOST_LINES;
        if (near && i->line < low)
            low = i->line;
        else if (near && i->line > high && i->line < low + MOST_LINES)
            high = i->line;
        if (!near)
            want(c, i->file, i->line, i->line);
    }
    want(c, own, low, high);
}

static int by_place(const void *left, const void *right)
{
    const struct range *a = left, *b = right;
    int file = strcmp(a->file, b->file);
    if (file)
        return file;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return a->last < b->last ? -1 : a->last > b->last;
}

static void write_range(struct code *c, struct sources *s, const struct range *r)
{
    struct jw *j = &c->w->j;
    char text[400];
    if (!sources_line(s, r->file, r->first))
        return;
    jw_array(j, NULL);
    jw_i64(j, NULL, web_file(c->w, r->file));
    jw_u64(j, NULL, r->first);
    for (u32 k = r->first; k <= r->last && c->bytes < MOST_SOURCE; k++) {
        const char *line = sources_line(s, r->file, k);
        if (!line)
            break;
        u32 indent = sources_indent(s, r->file, k);
        int n =
            snprintf(text, sizeof(text), "%*s%.300s", (int)(indent < 80 ? indent : 80), "", line);
        jw_text(j, NULL, text);
        c->bytes += (size_t)n + 4;
    }
    jw_close(j);
}

// [file, first line, text...]
static void write_source(struct code *c)
{
    struct sources *s = sources_new();
    c->bytes = 0;
    if (c->ranges)
        qsort(c->range, c->ranges, sizeof(*c->range), by_place);
    jw_array(&c->w->j, "source");
    for (size_t k = 0; k < c->ranges && c->bytes < MOST_SOURCE;) {
        struct range r = c->range[k++];
        for (;
             k < c->ranges && !strcmp(c->range[k].file, r.file) && c->range[k].first <= r.last + 1;
             k++)
            r.last = c->range[k].last > r.last ? c->range[k].last : r.last;
        write_range(c, s, &r);
    }
    jw_close(&c->w->j);
    sources_free(s);
}

// -- Instructions --

// The function inlined there, innermost; -1: none.
static i64 inlined_at(struct code *c, const struct profile_instruction *i)
{
    const char *name = i->inlined == PROFILE_NONE ? NULL : c->w->p->inlined[i->inlined].function;
    if (!name)
        return -1;
    for (u32 k = c->inlines; k-- > 0;)
        if (!strcmp(c->inlined[k], name))
            return k;
    if (c->inlines == c->inline_room) {
        c->inline_room = 2 * c->inline_room + 16;
        c->inlined = must(realloc(c->inlined, c->inline_room * sizeof(*c->inlined)));
    }
    c->inlined[c->inlines] = name;
    return c->inlines++;
}

static size_t pairs(const u64 *value, u32 n)
{
    size_t count = 0;
    for (u32 k = 0; k < n; k++)
        count += value[k] != 0;
    return count;
}

// [instructions before it that did not run, text, file, line, inlined, [slots], [events], and how many
// instructions further what it names is, when it names a place]
static void write_instruction(struct code *c, u32 k, u64 gap)
{
    struct web *w = c->w;
    const struct profile_instruction *i = &w->p->instruction[k];
    u64 bias = i->object == PROFILE_NONE ? 0 : w->p->object[i->object].bias;
    char text[96];
    vaddr to;
    jw_array(&w->j, NULL);
    jw_u64(&w->j, NULL, gap);
    jw_text(&w->j, NULL,
            ~i->address ? isa_disassemble(i->word, i->address - bias, text, sizeof(text)) : "");
    jw_i64(&w->j, NULL, web_file(w, i->file));
    jw_u64(&w->j, NULL, i->line);
    jw_i64(&w->j, NULL, inlined_at(c, i));
    web_pairs(w, NULL, w->each[k].slots, w->p->causes);
    web_pairs(w, NULL, w->each[k].events, w->p->events);
    if (~i->address && isa_target(i->word, i->address, &to))
        jw_i64(&w->j, NULL, (i64)(to - i->address) / 4);
    jw_close(&w->j);
    c->bytes +=
        32 + strlen(text) +
        10 * (pairs(w->each[k].slots, w->p->causes) + pairs(w->each[k].events, w->p->events));
}

static void write_function(struct code *c, u32 place)
{
    struct web *w = c->w;
    u32 first = c->first[place], count = c->count[place];
    const struct profile_instruction *i = &w->p->instruction[first];
    u64 bias = i->object == PROFILE_NONE ? 0 : w->p->object[i->object].bias;
    want_function(c, w->order[place], first, count);
    jw_object(&w->j, NULL);
    jw_u64(&w->j, "function", place);
    jw_u64(&w->j, "address", i->address - bias);
    jw_array(&w->j, "instructions");
    for (u32 k = 0; k < count && c->bytes < MOST_CODE; k++) {
        u64 gap =
            k && i[k].address > i[k - 1].address ? (i[k].address - i[k - 1].address) / 4 - 1 : 0;
        write_instruction(c, first + k, gap);
    }
    jw_close(&w->j);
    jw_close(&w->j);
}

static void find_instructions(struct code *c)
{
    const struct profile *p = c->w->p;
    for (u32 k = 0; k < p->instruction_count; k++) {
        u32 place = c->w->place[p->instruction[k].function];
        if (place == PROFILE_NONE)
            continue;
        if (!c->count[place])
            c->first[place] = k;
        if (c->first[place] + c->count[place] == k)
            c->count[place]++;
    }
}

void web_code(struct web *w)
{
    struct code c = { .w = w };
    c.first = must(calloc(w->listed + 1, sizeof(*c.first)));
    c.count = must(calloc(w->listed + 1, sizeof(*c.count)));
    find_instructions(&c);
    jw_array(&w->j, "code");
    for (u32 k = 0; k < w->listed && c.bytes < MOST_CODE; k++)
        if (c.count[k] && w->p->function[w->order[k]].address != ~0ull &&
            (double)w->own[w->order[k]].all >= SMALL * (double)w->all)
            write_function(&c, k);
    jw_close(&w->j);
    jw_array(&w->j, "inlined");
    for (u32 k = 0; k < c.inlines; k++)
        jw_text(&w->j, NULL, c.inlined[k]);
    jw_close(&w->j);
    write_source(&c);
    free(c.first);
    free(c.count);
    free(c.range);
    free(c.inlined);
}
