// A profile as a page for a browser (page/, docs/page.md): only what the page shows, by numbers.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "page/page.h"
#include "profile/web.h"

static const double SMALL =
    0.0005;   // share of all slots below which a function or path is left out

static bool is_small(const struct web *w, u64 slots)
{
    return (double)slots < SMALL * (double)w->all || !slots;
}

i64 web_file(struct web *w, const char *file)
{
    if (!file)
        return -1;
    for (u32 k = w->files; k-- > 0;)
        if (w->file[k] == file || !strcmp(w->file[k], file))
            return k;
    if (w->files == w->file_room) {
        w->file_room = 2 * w->file_room + 16;
        w->file = realloc(w->file, w->file_room * sizeof(*w->file));
        if (!w->file)
            out_of_memory();
    }
    w->file[w->files] = file;
    return w->files++;
}

void web_pairs(struct web *w, const char *key, const u64 *value, u32 n)
{
    jw_array(&w->j, key);
    for (u32 k = 0; k < n; k++)
        if (value[k]) {
            jw_u64(&w->j, NULL, k);
            jw_u64(&w->j, NULL, value[k]);
        }
    jw_close(&w->j);
}

// -- Head --

static void write_labels(struct jw *j, const char *key, const struct profile_label *l, u32 n)
{
    jw_array(j, key);
    for (u32 k = 0; k < n; k++) {
        jw_array(j, NULL);
        jw_text(j, NULL, l[k].name);
        jw_text(j, NULL, l[k].doc);
        jw_text(j, NULL, l[k].group);
        jw_text(j, NULL, l[k].class);
        jw_close(j);
    }
    jw_close(j);
}

static void write_head(struct web *w)
{
    const struct profile *p = w->p;
    struct profile_sum total;
    profile_total(p, &total);
    w->all = total.all;
    jw_text(&w->j, "command", p->command);
    jw_text(&w->j, "program", p->program);
    jw_text(&w->j, "program_digest", p->program_digest);
    jw_text(&w->j, "version", p->version);
    jw_text(&w->j, "model", p->model);
    jw_text(&w->j, "core", p->core);
    jw_text(&w->j, "config_digest", p->config_digest);
    jw_real(&w->j, "frequency_ghz", p->frequency_ghz);
    jw_u64(&w->j, "width", p->width);
    jw_u64(&w->j, "cycles", p->cycles);
    jw_u64(&w->j, "instructions", p->instructions);
    jw_u64(&w->j, "folded", p->folded);
    jw_bool(&w->j, "paths_full", p->paths_full);
    write_labels(&w->j, "causes", p->cause, p->causes);
    write_labels(&w->j, "events", p->event, p->events);
    web_pairs(w, "slots", total.slots, p->causes);
    web_pairs(w, "counts", total.events, p->events);
}

// -- Functions --

static void list_functions(struct web *w)
{
    const struct profile *p = w->p;
    w->order = must_calloc(p->functions, sizeof(*w->order));
    w->place = must_calloc(p->functions, sizeof(*w->place));
    w->calls = profile_calls(p);
    w->own = profile_by_function(p);
    w->each = profile_by_instruction(p);
    w->below = profile_inclusive(p);
    u32 *hot = profile_hottest(p, w->own);
    for (u32 k = 0; k < p->functions; k++) {
        u32 which = hot[k];
        w->place[which] = is_small(w, w->below[which]) ? PROFILE_NONE : w->listed;
        if (w->place[which] != PROFILE_NONE)
            w->order[w->listed++] = which;
    }
    free(hot);
}

// [name, file, line, slots with what it calls, calls, [own slots], [own events], object]
static void write_functions(struct web *w)
{
    const struct profile *p = w->p;
    u64 rest = 0;
    jw_array(&w->j, "functions");
    for (u32 k = 0; k < w->listed; k++) {
        const struct profile_function *f = &p->function[w->order[k]];
        jw_array(&w->j, NULL);
        jw_text(&w->j, NULL, f->name);
        jw_i64(&w->j, NULL, web_file(w, f->file));
        jw_u64(&w->j, NULL, f->line);
        jw_u64(&w->j, NULL, w->below[w->order[k]]);
        jw_u64(&w->j, NULL, w->calls[w->order[k]]);
        web_pairs(w, NULL, w->own[w->order[k]].slots, p->causes);
        web_pairs(w, NULL, w->own[w->order[k]].events, p->events);
        jw_text(&w->j, NULL, f->object == PROFILE_NONE ? "" : p->object[f->object].path);
        jw_close(&w->j);
    }
    jw_close(&w->j);
    for (u32 k = 0; k < p->functions; k++)
        rest += w->place[k] == PROFILE_NONE ? w->own[k].all : 0;
    jw_object(&w->j, "others");
    jw_u64(&w->j, "functions", p->functions - w->listed);
    jw_u64(&w->j, "slots", rest);
    jw_close(&w->j);
}

// -- Call paths --

struct node {
    u32 parent, function, written;   // written: its number in the page
    u64 slots, calls;
};

// Finds nodes by parent and function.
struct tree {
    struct node *node;
    u32 nodes, *slot, mask;
};

static u32 node_of(struct tree *t, u32 parent, u32 function)
{
    u32 at = (parent * 0x9e3779b1u ^ function * 0x85ebca6bu) & t->mask;
    for (; t->slot[at]; at = (at + 1) & t->mask) {
        const struct node *n = &t->node[t->slot[at]];
        if (n->parent == parent && n->function == function)
            return t->slot[at];
    }
    t->node[t->nodes] = (struct node){ parent, function, 0, 0, 0 };
    return t->slot[at] = t->nodes++;
}

static void grow_tree(struct tree *t, const struct profile *p)
{
    u32 size = 16, *of = must_calloc(p->paths, sizeof(*of));
    while (size < 2 * p->paths)
        size *= 2;
    t->mask = size - 1;
    t->slot = must_calloc(size, sizeof(*t->slot));
    t->node = must_calloc(p->paths + 1, sizeof(*t->node));
    t->node[0].function = PROFILE_NONE;   // all of it
    t->nodes = 1;
    for (u32 k = 1; k < p->paths; k++) {
        of[k] = node_of(t, of[p->path[k].parent], p->path[k].function);
        t->node[of[k]].calls += p->path[k].calls;
    }
    for (u32 k = 0; k < p->costs; k++)
        for (u32 n = 0; n < p->causes; n++)
            t->node[of[p->cost[k].path]].slots += p->cost[k].slots[n];
    free(of);
}

// [parent, function, slots with all below, calls]; the first is the whole program.
void web_tree(struct web *w)
{
    struct tree t = { 0 };
    u32 written = 0;
    grow_tree(&t, w->p);
    for (u32 k = t.nodes; k-- > 1;)
        t.node[t.node[k].parent].slots += t.node[k].slots;
    jw_array(&w->j, "tree");
    for (u32 k = 0; k < t.nodes; k++) {
        struct node *n = &t.node[k];
        u32 place = k ? w->place[n->function] : PROFILE_NONE;
        n->written = PROFILE_NONE;
        if (k && (is_small(w, n->slots) || place == PROFILE_NONE ||
                  t.node[n->parent].written == PROFILE_NONE))
            continue;
        n->written = written++;
        jw_array(&w->j, NULL);
        jw_u64(&w->j, NULL, t.node[n->parent].written);
        jw_i64(&w->j, NULL, k ? (i64)place : -1);
        jw_u64(&w->j, NULL, n->slots);
        jw_u64(&w->j, NULL, n->calls);
        jw_close(&w->j);
    }
    jw_close(&w->j);
    free(t.node);
    free(t.slot);
}

// -- All of it --

static void write_profile(const struct profile *p, FILE *f)
{
    struct web w = { .p = p };
    jw_begin(&w.j, f);
    jw_object(&w.j, NULL);
    write_head(&w);
    list_functions(&w);
    write_functions(&w);
    web_tree(&w);
    web_code(&w);
    jw_array(&w.j, "files");
    for (u32 k = 0; k < w.files; k++)
        jw_text(&w.j, NULL, w.file[k]);
    jw_close(&w.j);
    jw_close(&w.j);
    jw_finish(&w.j);
    free(w.own);
    free(w.each);
    free(w.below);
    free(w.calls);
    free(w.order);
    free(w.place);
    free(w.file);
}

bool profile_html(const struct profile *p, FILE *f, struct err *e)
{
    if (!page_can(e))
        return false;
    struct page *page = page_begin(f);
    if (p->report)
        fputs(p->report, page_part(page, "report"));
    if (p->config)
        fputs(p->config, page_part(page, "config"));
    if (p->labels)
        fputs(p->labels, page_part(page, "labels"));
    write_profile(p, page_part(page, "profile"));
    return page_end(page, e);
}
