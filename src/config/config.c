#include "config/config.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/data.h"
#include "base/nearest.h"

enum { MOST_PARENTS = 8, LARGEST_FILE = 4 << 20 };

// The whole file in the arena, zero-terminated; NULL with `e` filled.
static char *read_file(struct arena *a, const char *path, size_t *n, struct err *e)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    if (!f || fstat(fileno(f), &st) != 0) {
        err_system(e, errno, "%.200s", path);
        if (f)
            fclose(f);
        return NULL;
    }
    char *text = NULL;
    if (!S_ISREG(st.st_mode) || st.st_size > LARGEST_FILE) {
        err_set(e, "%.200s: not a regular file of at most %d bytes", path, LARGEST_FILE);
    } else {
        text = ARENA_ARRAY(a, (size_t)st.st_size + 1, char);
        *n = fread(text, 1, (size_t)st.st_size, f);
        if (ferror(f)) {
            err_system(e, errno, "%.200s", path);
            text = NULL;
        }
    }
    fclose(f);
    return text;
}

bool config_is_path(const char *name)
{
    size_t n = strlen(name);
    return strchr(name, '/') || (n > 5 && strcmp(name + n - 5, ".yaml") == 0);
}

enum { MOST_CORES = 64 };

// The folders of core files.
struct folders {
    char path[DATA_FOLDERS][PATH_MAX];
    size_t count;
};

static void list_folders(struct folders *l)
{
    l->count = data_folders(l->path);
    for (size_t k = 0; k < l->count; k++)
        if (strlen(l->path[k]) < PATH_MAX - 8)
            strcat(l->path[k], "/cores");
}

static bool exists(char *path, const char *folder, const char *name)
{
    return snprintf(path, PATH_MAX, "%s/%s.yaml", folder, name) < PATH_MAX &&
           access(path, F_OK) == 0;
}

// What has been found by config_cores.
struct cores {
    char *name[MOST_CORES];
    size_t count;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void look_into(struct cores *c, const char *folder)
{
    DIR *d = opendir(folder);
    struct dirent *entry;
    while (d && (entry = readdir(d)) && c->count < MOST_CORES) {
        size_t n = strlen(entry->d_name);
        bool seen = n < 6 || strcmp(entry->d_name + n - 5, ".yaml") != 0;
        for (size_t k = 0; k < c->count && !seen; k++)
            seen = strlen(c->name[k]) == n - 5 && !strncmp(c->name[k], entry->d_name, n - 5);
        char *name = seen ? NULL : strndup(entry->d_name, n - 5);
        if (name)
            c->name[c->count++] = name;
    }
    if (d)
        closedir(d);
    qsort(c->name, c->count, sizeof(*c->name), by_name);
}

// What the first line of its file says of a core.
static const char *meaning(char line[256], const struct folders *folders, const char *name)
{
    char path[PATH_MAX];
    FILE *f = NULL;
    for (size_t k = 0; k < folders->count && !f; k++)
        if (exists(path, folders->path[k], name))
            f = fopen(path, "r");
    char *text = f && fgets(line, 256, f) ? strstr(line, ".yaml: ") : NULL;
    if (f)
        fclose(f);
    if (!text)
        return "";
    text += strlen(".yaml: ");
    text[strcspn(text, ",.\n")] = 0;
    return text;
}

void config_cores(void (*each)(void *ctx, const char *name, const char *meaning), void *ctx)
{
    struct folders folders;
    struct cores c = { .count = 0 };
    list_folders(&folders);
    for (size_t k = 0; k < folders.count; k++)
        look_into(&c, folders.path[k]);
    for (size_t k = 0; k < c.count; k++) {
        char line[256];
        each(ctx, c.name[k], meaning(line, &folders, c.name[k]));
        free(c.name[k]);
    }
}

// The cores there are, for a refusal.
struct known {
    struct nearest nearest;
    char near[64], all[200];
    size_t n;
};

static void add_known(void *ctx, const char *name, const char *what)
{
    struct known *k = ctx;
    const char *before = k->nearest.best;
    unsigned least = k->nearest.distance;
    nearest_try(&k->nearest, name);
    if (k->nearest.best && (!before || k->nearest.distance < least))
        snprintf(k->near, sizeof(k->near), "%s", name);
    if (k->n < sizeof(k->all))
        k->n +=
            (size_t)snprintf(k->all + k->n, sizeof(k->all) - k->n, "%s%s", k->n ? ", " : "", name);
}

static bool refuse_core(const char *name, struct err *e)
{
    struct known k = { .nearest.word = name };
    config_cores(add_known, &k);
    return err_set(e, "no core '%.60s': %s%sor a file PATH/NAME.yaml%s%s%s", name, k.all,
                   k.n ? " " : "", *k.near ? "; is '" : "", k.near, *k.near ? "' meant?" : "");
}

// A name: beside the file that extends it, then in the folders. A path: from that file's folder, or
// without one from the working directory. `near` is NULL or a file.
static bool locate(char path[PATH_MAX], const char *name, const char *near, struct err *e)
{
    char folder[PATH_MAX];
    if (config_is_path(name)) {
        bool beside = near && *name != '/';
        while (beside && !strncmp(name, "./", 2))
            name += 2;
        snprintf(folder, sizeof(folder), "%s", beside ? near : ".");
        if (snprintf(path, PATH_MAX, beside ? "%2$s/%1$s" : "%1$s", name, dirname(folder)) <
            PATH_MAX)
            return true;
        return err_set(e, "%.200s: the path is too long", name);
    }
    if (near) {
        snprintf(folder, sizeof(folder), "%s", near);
        if (exists(path, dirname(folder), name))
            return true;
    }
    struct folders folders;
    list_folders(&folders);
    for (size_t k = 0; k < folders.count; k++)
        if (exists(path, folders.path[k], name))
            return true;
    return refuse_core(name, e);
}

// The chain of files, from the one named to the one that extends nothing.
struct chain {
    const char *file[MOST_PARENTS], *text[MOST_PARENTS];
    size_t n[MOST_PARENTS], count;
};

// Refuses a `path` that is a file of the chain again.
static bool is_new(const struct chain *ch, const char *path, struct err *e)
{
    struct stat a, b;
    for (size_t i = 0; i < ch->count && !stat(path, &a); i++) {
        const char *last = ch->file[ch->count - 1];
        if (stat(ch->file[i], &b) || a.st_dev != b.st_dev || a.st_ino != b.st_ino)
            continue;
        return i + 1 == ch->count
                   ? err_set(e, "%.200s: extends itself", last)
                   : err_set(e, "%.200s: extends %.200s, which extends it", last, ch->file[i]);
    }
    return true;
}

static bool follow(struct chain *ch, struct config *scratch, struct arena *a, const char *name,
                   struct err *e)
{
    char path[PATH_MAX], parent[CONFIG_NAME_MAX];
    const char *near = NULL;
    for (;;) {
        if (ch->count == MOST_PARENTS)
            return err_set(e, "%s: more than %d files extend one another", ch->file[0],
                           MOST_PARENTS);
        if (!locate(path, name, near, e) || !is_new(ch, path, e))
            return false;
        size_t i = ch->count++;
        near = ch->file[i] = arena_text(a, path);
        ch->text[i] = read_file(a, path, &ch->n[i], e);
        if (!ch->text[i] || !config_read(scratch, a, path, ch->text[i], ch->n[i], parent, e))
            return false;
        if (!*parent)
            return true;
        name = arena_text(a, parent);
    }
}

static bool apply_set(struct config *c, const char *set, struct err *e)
{
    const char *eq = strchr(set, '=');
    char path[128] = "";
    if (!eq || strncmp(set, "core.", 5) != 0 || (size_t)(eq - set) >= sizeof(path))
        return err_set(e, "--set %.60s: want core.PATH=VALUE", set);
    memcpy(path, set + 5, (size_t)(eq - set) - 5);
    const struct param *r = param_find(path);
    if (!r) {
        const char *like = param_like(path);
        return err_set(e, "--set %.60s: no such parameter%s%s%s", set,
                       like ? "; is 'core." : " (see 'm2sim config show')", like ? like : "",
                       like ? "' meant?" : "");
    }
    struct err why;
    if (!param_set(&c->core, r, eq + 1, &why))
        return err_set(e, "--set core.%s: %.150s", path, why.text);
    c->origin[r - core_table] = (struct origin){ .kind = ORIGIN_SET, .source = "" };
    return true;
}

static u64 fnv1a(u64 h, const void *data, size_t n)
{
    for (const u8 *p = data; n--; p++)
        h = (h ^ *p) * 0x100000001b3;
    return h;
}

static u64 hash_values(const struct config *c)
{
    u64 h = 0xcbf29ce484222325;
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        char value[64];
        param_format(&c->core, &core_table[i], value, sizeof(value));
        h = fnv1a(h, core_table[i].path, strlen(core_table[i].path) + 1);
        h = fnv1a(h, value, strlen(value) + 1);
    }
    return h;
}

// Finds the instruction table beside the file that named it, and digests all.
static bool finish(struct config *c, struct arena *a, struct err *e)
{
    const struct origin *o = &c->origin[PARAM_instructions];
    char path[PATH_MAX] = "", folder[PATH_MAX];
    u64 h = hash_values(c);
    if (*c->core.instructions && (o->kind != ORIGIN_FILE || c->core.instructions[0] == '/')) {
        snprintf(path, sizeof(path), "%s", c->core.instructions);
    } else if (*c->core.instructions) {
        snprintf(folder, sizeof(folder), "%s", o->file);
        if (snprintf(path, sizeof(path), "%s/%s", dirname(folder), c->core.instructions) >=
            (int)sizeof(path))
            return err_set(e, "%.200s: name too long", o->file);
    }
    if (*path) {
        size_t n;
        const char *table = read_file(a, path, &n, e);
        if (!table)
            return false;
        h = fnv1a(h, table, n);
    }
    c->instructions = arena_text(a, path);
    snprintf(c->digest, sizeof(c->digest), "%016llx", (unsigned long long)h);
    return true;
}

static void start(struct config *c)
{
    *c = (struct config){ .core = core_defaults, .instructions = "", .fit.fitted_with = "" };
    for (size_t i = 0; i < PARAM_COUNT; i++)
        c->origin[i].source = "";
}

const char *const *config_unread(const struct config *c, struct arena *a, const char *model)
{
    const char **list = ARENA_ARRAY(a, PARAM_COUNT + 1, const char *);
    for (size_t i = 0, n = 0; i < PARAM_COUNT; i++) {
        char path[128];
        snprintf(path, sizeof(path), "core.%s", core_table[i].path);
        if (c->origin[i].kind == ORIGIN_SET && !param_read_by(&core_table[i], model))
            list[n++] = arena_text(a, path);
    }
    return list;
}

bool config_load(struct config *c, struct arena *a, const char *name, const char *const *sets,
                 size_t count, struct err *e)
{
    struct chain ch = { .count = 0 };
    start(c);
    if (!follow(&ch, c, a, name, e))
        return false;
    start(c);   // follow read the files youngest first; lay them down eldest first
    for (size_t i = ch.count; i-- > 0;) {
        char parent[CONFIG_NAME_MAX];
        if (!config_read(c, a, ch.file[i], ch.text[i], ch.n[i], parent, e))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!apply_set(c, sets[i], e))
            return false;
    struct err why;
    if (!core_check(&c->core, &why))
        return err_set(e, "%.80s%s: %.160s", ch.file[0], count ? " with --set" : "", why.text);
    return prior_finish(c, a, e) && finish(c, a, e);
}
