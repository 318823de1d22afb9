// Files of measurements: checked, and added to a folder of them.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/sim.h"
#include "base/data.h"
#include "base/json.h"
#include "base/output.h"
#include "fit/table.h"

// A line of a file; without a name a comment or the titles.
struct line {
    const char *text, *name, *machine, *core;
    const struct line *replaced;   // by which it is
    bool placed;   // of a new one: it is not to be appended
};

struct lines {
    enum table_id t;   // or TABLES, when the file was none
    struct arena *a;
    struct line *at;
    size_t count, room, rows, faults;
    const char *path;
};

struct work {
    const struct m2sim_measured *o;
    struct jw *json;   // or NULL
    struct lines *file;
    size_t replaced;
};

// -- Reading --

static bool keep(void *ctx, const struct table_line *l, struct err *e)
{
    (void)e;
    struct work *w = ctx;
    struct lines *s = w->file;
    if (s->count == s->room) {
        struct line *more = ARENA_ARRAY(s->a, s->room ? 2 * s->room : 256, struct line);
        if (s->count)
            memcpy(more, s->at, s->count * sizeof(*more));
        s->at = more;
        s->room = s->room ? 2 * s->room : 256;
    }
    struct line *line = &s->at[s->count++];
    *line = (struct line){ .text = l->text };
    if (!l->field)
        return true;
    // Of forms a word has many names: the two are the key.
    bool form = l->table == TABLE_FORMS;
    int core = table_core(l->table);
    line->name = l->field[0];
    line->machine = form ? l->field[1] : table_machine(l->table, l->field, s->a);
    line->core = core >= 0 ? l->field[core] : NULL;
    s->rows++;
    return true;
}

enum { MOST_TOLD = 20 };

static bool fault(void *ctx, unsigned number, const char *text)
{
    struct work *w = ctx;
    if (w->file->faults++ >= MOST_TOLD)
        return true;
    if (w->json) {
        jw_object(w->json, NULL);
        jw_u64(w->json, "line", number);
        jw_text(w->json, "text", text);
        jw_close(w->json);
    }
    if (w->o->fault)
        w->o->fault(w->o->ctx, text);
    return true;
}

// The table that a file of this name would be, or TABLES.
static enum table_id table_named(const char *path)
{
    const char *slash = strrchr(path, '/');
    for (enum table_id t = 0; t < TABLES; t++)
        if (strcmp(slash ? slash + 1 : path, table_file(t)) == 0)
            return t;
    return TABLES;
}

// Reads a file; faults are told, and leave it with those rows that are right.
static bool read_file(struct work *w, const char *path, struct lines *s, struct m2sim_error *e)
{
    struct err err = { "" };
    struct stat st;
    FILE *in = fopen(path, "r");
    if (!in || fstat(fileno(in), &st) || S_ISDIR(st.st_mode)) {
        int why = in ? EISDIR : errno;
        if (in)
            fclose(in);
        return api_fail(e, M2SIM_EXIT_NO_INPUT, "%.400s: %s", path, strerror(why));
    }
    s->path = path;
    w->file = s;
    // The titles say which table it is, so that a file may have any name; those of forms are alike.
    enum table_id named = table_named(path);
    struct table_reader r = { .take = keep, .fault = fault, .ctx = w, .likely = named };
    bool ok = table_read(in, path, &s->t, s->a, &r, &err) || err.kind == ERR_DATA;
    if (s->t == TABLE_FORMS && named == TABLE_E_FORMS)
        s->t = named;
    fclose(in);
    if (s->faults > MOST_TOLD && w->o->fault) {
        err_set(&err, "%.200s: %zu faults more", path, s->faults - MOST_TOLD);
        w->o->fault(w->o->ctx, err.text);
    }
    return ok || api_fail_for(e, M2SIM_EXIT_NO_INPUT, &err);
}

// -- Adding --

static int by_key(const void *a, const void *b)
{
    const struct line *x = *(const struct line *const *)a, *y = *(const struct line *const *)b;
    int d = strcmp(x->name, y->name);
    return d ? d : strcmp(x->machine, y->machine);
}

// Marks the rows of `old` that `new` has too, and those of `new` that need no place of their own.
static size_t match(struct lines *old, struct lines *new)
{
    struct line **rows = ARENA_ARRAY(old->a, old->rows + 1, struct line *);
    size_t n = 0, replaced = 0;
    for (size_t k = 0; k < old->count; k++)
        if (old->at[k].name)
            rows[n++] = &old->at[k];
    qsort(rows, n, sizeof(*rows), by_key);
    for (size_t k = 0; k < new->count; k++) {
        struct line *line = &new->at[k], **at;
        if (!line->name)
            continue;
        at = bsearch(&line, rows, n, sizeof(*rows), by_key);
        if (!at)
            continue;
        (*at)->replaced = line;
        line->placed = true;
        replaced++;
    }
    return replaced;
}

// Behind the last row of a core come the new ones of it.
static bool is_last(const struct lines *old, size_t k)
{
    const struct line *line = &old->at[k];
    if (!line->core)
        return false;
    for (size_t j = k + 1; j < old->count; j++)
        if (old->at[j].name)
            return strcmp(old->at[j].core, line->core) != 0;
    return true;
}

static void add_line(struct lines *s, const struct line *line)
{
    struct work w = { .file = s };
    struct err e;
    keep(&w, &(struct table_line){ .text = line->text }, &e);
    s->at[s->count - 1] =
        (struct line){ line->text, line->name, line->machine, line->core, NULL, false };
    s->rows += line->name != NULL;
}

static struct lines merge(struct lines *old, struct lines *new)
{
    struct lines all = { .t = old->t, .a = old->a, .path = old->path };
    for (size_t k = 0; k < old->count; k++) {
        const struct line *line = &old->at[k];
        add_line(&all, line->replaced ? line->replaced : line);
        if (!line->name || !is_last(old, k))
            continue;
        for (size_t j = 0; j < new->count; j++)
            if (new->at[j].name && !new->at[j].placed && !strcmp(new->at[j].core, line->core)) {
                add_line(&all, &new->at[j]);
                new->at[j].placed = true;
            }
    }
    for (size_t j = 0; j < new->count; j++)
        if (new->at[j].name && !new->at[j].placed)
            add_line(&all, &new->at[j]);
    return all;
}

static void new_table(struct lines *s)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        return;
    table_titles(s->t, f);
    fclose(f);
    char *kept = memcpy(ARENA_ARRAY(s->a, size + 1, char), text, size + 1);
    free(text);
    add_line(s, &(struct line){ .text = kept });
}

// The folder's table `t`, which need not be there yet.
static bool read_table(const struct m2sim_measured *o, const char *folder, struct lines *s,
                       struct m2sim_error *e)
{
    enum table_id t = s->t;
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%.3800s/%s", folder, table_file(t));
    s->path = strcpy(ARENA_ARRAY(s->a, strlen(path) + 1, char), path);
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        new_table(s);
        return true;
    }
    struct work w = { .o = o };
    s->t = TABLES;
    if (!read_file(&w, s->path, s, e))
        return false;
    if (!s->faults && s->t != t)
        return api_fail(e, M2SIM_EXIT_DATA, "%.400s: it has the titles of %s", path,
                        table_file(s->t));
    return !s->faults ||
           api_fail(e, M2SIM_EXIT_DATA, "%.400s: rows are wrong there: nothing is added", path);
}

static struct output *write_table(const struct lines *s, struct m2sim_error *e)
{
    struct err err = { "" };
    struct output *to = output_open(s->path, &err);
    if (!to) {
        api_fail(e, M2SIM_EXIT_OUTPUT, "%s", err.text);
        return NULL;
    }
    for (size_t k = 0; k < s->count; k++)
        fprintf(output_stream(to), "%s\n", s->at[k].text);
    if (output_flush(to, &err))
        return to;
    output_drop(to);
    api_fail(e, M2SIM_EXIT_OUTPUT, "%s", err.text);
    return NULL;
}

// Two that add to one folder take turns.
static int lock_folder(const char *folder, struct m2sim_error *e)
{
    int fd = mkdir(folder, 0777) == 0 || errno == EEXIST
                 ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                 : -1;
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        api_fail(e, M2SIM_EXIT_OUTPUT, "%.400s: %s", folder, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

// All tables are written before the first takes its name.
static bool add_files(const struct m2sim_measured *o, const char *folder, struct lines *files,
                      FILE *out, struct m2sim_error *e)
{
    struct output *to[TABLES] = { NULL };
    struct err err = { "" };
    size_t rows[TABLES] = { 0 }, replaced[TABLES] = { 0 };
    bool ok = true;
    for (enum table_id t = 0; t < TABLES && ok; t++) {
        struct lines table = { .t = t, .a = files->a };
        for (size_t k = 0; k < o->count && ok; k++) {
            if (files[k].t != t)
                continue;
            ok = table.path || read_table(o, folder, &table, e);
            if (!ok)
                break;
            rows[t] += files[k].rows;
            replaced[t] += match(&table, &files[k]);
            table = merge(&table, &files[k]);
        }
        ok = ok && (!table.path || (to[t] = write_table(&table, e)));
    }
    for (enum table_id t = 0; t < TABLES; t++) {
        if (!to[t])
            continue;
        if (!ok)
            output_drop(to[t]);
        else if (!output_end(to[t], &err))
            ok = api_fail(e, M2SIM_EXIT_OUTPUT, "%s", err.text);
        else if (out)
            fprintf(out, "%s/%s: %zu rows added, %zu of them in place of others\n", folder,
                    table_file(t), rows[t], replaced[t]);
    }
    return ok;
}

static bool add(const struct m2sim_measured *o, struct lines *files, FILE *out,
                struct m2sim_error *e)
{
    char folder[PATH_MAX];
    if (o->folder)
        snprintf(folder, sizeof(folder), "%s", o->folder);
    else
        data_find(folder, "measured");
    int lock = lock_folder(folder, e);
    bool ok = lock >= 0 && add_files(o, folder, files, out, e);
    if (lock >= 0)
        close(lock);
    return ok;
}

// -- Both --

static bool check_file(struct work *w, const char *path, struct lines *s, FILE *out,
                       struct m2sim_error *e)
{
    if (w->json) {
        jw_object(w->json, NULL);
        jw_text(w->json, "file", path);
        jw_array(w->json, "faults");
    }
    bool ok = read_file(w, path, s, e);
    if (w->json) {
        jw_close(w->json);
        jw_text(w->json, "table", s->t < TABLES ? table_file(s->t) : NULL);
        jw_u64(w->json, "rows", s->rows);
        jw_u64(w->json, "wrong", s->faults);
        jw_close(w->json);
    } else if (ok && !s->faults && !w->o->add) {
        fprintf(out, "%s: %s, %zu rows\n", path, table_file(s->t), s->rows);
    }
    return ok;
}

bool m2sim_measured(const struct m2sim_measured *o, FILE *f, unsigned flags, bool *wrong,
                    struct m2sim_error *e)
{
    struct arena *a = arena_new();
    struct jw json;
    struct work w = { .o = o, .json = flags & M2SIM_JSON ? &json : NULL };
    struct lines *files = ARENA_ARRAY(a, o->count + 1, struct lines);
    bool ok = true;
    *wrong = false;
    if (w.json) {
        jw_begin(&json, f);
        jw_object(&json, NULL);
        jw_u64(&json, "schema", 1);
        jw_array(&json, "files");
    }
    for (size_t k = 0; k < o->count && ok; k++) {
        files[k] = (struct lines){ .t = TABLES, .a = a };
        ok = check_file(&w, o->files[k], &files[k], f, e);
        *wrong = *wrong || files[k].faults;
    }
    if (ok && o->add && !*wrong)
        ok = add(o, files, w.json ? NULL : f, e);
    if (w.json) {
        jw_close(&json);
        jw_bool(&json, "added", ok && o->add && !*wrong);
        jw_close(&json);
        jw_finish(&json);
    }
    arena_free(a);
    return ok;
}
