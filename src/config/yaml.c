// yaml.c: the reader of core files.
//
// libfyaml parses; this file walks the mappings, joins keys with dots, and finds
// the comment behind each value itself, because the library's own comment
// support is experimental.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "config/yaml.h"

// The library compares every key with all before it.
enum { LARGEST_TEXT = 64 << 10, MOST_KEYS = 4096 };

char *yaml_copy(struct arena *a, const char *s, size_t n)
{
    char *t = ARENA_ARRAY(a, n + 1, char);
    memcpy(t, s, n);
    return t;
}

static const struct fy_mark *mark_of(struct fy_node *node)
{
    struct fy_token *token = fy_node_is_scalar(node) ? fy_node_get_scalar_token(node) : NULL;
    return token ? fy_token_start_mark(token) : NULL;
}

bool yaml_refuse(struct reader *r, struct fy_node *at, const char *path, const char *why)
{
    const struct fy_mark *m = mark_of(at);
    if (!m)
        return err_set(r->e, "%s: %s: %s", r->file, path, why);
    return err_set(r->e, "%s:%d:%d: %s: %s", r->file, m->line + 1, m->column + 1, path, why);
}

// What follows '#' behind the `i` bytes of text, to the end of that line.
static const char *comment_behind(struct reader *r, size_t i)
{
    while (i < r->n && r->text[i] != '\n' && r->text[i] != '#')
        i++;
    if (i >= r->n || r->text[i] == '\n')
        return "";
    for (i++; i < r->n && r->text[i] == ' '; i++)
        ;
    size_t stop = i;
    while (stop < r->n && r->text[stop] != '\n' && r->text[stop] != '\r')
        stop++;
    while (stop > i && r->text[stop - 1] == ' ')
        stop--;
    return yaml_copy(r->a, r->text + i, stop - i);
}

struct origin yaml_origin(struct reader *r, struct fy_node *value)
{
    const struct fy_mark *m = mark_of(value);
    const struct fy_mark *end = m ? fy_token_end_mark(fy_node_get_scalar_token(value)) : NULL;
    return (struct origin){ ORIGIN_FILE, r->file, m ? (unsigned)m->line + 1 : 0,
                            m ? (unsigned)m->column + 1 : 0,
                            comment_behind(r, end ? end->input_pos : r->n) };
}

static bool refuse_unknown(struct reader *r, struct fy_node *key, const char *path)
{
    char why[200];
    const char *like = param_like(path);
    if (!strcmp(path, "core"))
        snprintf(why, sizeof(why),
                 "is of --set alone: in a file parameters begin at the first column, 'rob:'");
    else if (like)
        snprintf(why, sizeof(why), "no such parameter; is '%s' meant?", like);
    else
        snprintf(why, sizeof(why), "no such parameter");
    return yaml_refuse(r, key, path, why);
}

static bool read_value(struct reader *r, struct fy_node *key, struct fy_node *value,
                       const char *path)
{
    const struct param *row = param_find(path);
    if (!row && param_is_group(path))
        return yaml_refuse(r, key, path, "holds further keys, not a value");
    if (!row)
        return refuse_unknown(r, key, path);
    size_t n;
    const char *s = fy_node_get_scalar(value, &n);
    char text[PARAM_TEXT_MAX + 32] = "";
    if (n >= sizeof(text))
        n = sizeof(text) - 1;   // too long for any value: will be refused
    memcpy(text, s ? s : "", s ? n : 0);
    struct err why;
    if (!param_set(&r->c->core, row, text, &why))
        return yaml_refuse(r, value, path, why.text);
    r->c->origin[row - core_table] = yaml_origin(r, value);
    return true;
}

static bool read_extends(struct reader *r, struct fy_node *value)
{
    size_t n = 0;
    const char *s = fy_node_is_scalar(value) ? fy_node_get_scalar(value, &n) : NULL;
    if (!s || n == 0 || n >= CONFIG_NAME_MAX || memchr(s, 0, n))
        return yaml_refuse(r, value, "extends", "is not the name of a core file");
    memcpy(r->parent, s, n);
    r->parent[n] = 0;
    return true;
}

static bool read_pair(struct reader *r, struct fy_node_pair *pair, const char *prefix, bool *deeper,
                      char path[PATH_MAX_LENGTH])
{
    struct fy_node *key = fy_node_pair_key(pair), *value = fy_node_pair_value(pair);
    size_t n = 0;
    const char *s = key && fy_node_is_scalar(key) ? fy_node_get_scalar(key, &n) : NULL;
    *deeper = false;
    if (!s || n > PATH_MAX_LENGTH / 2 || !value)
        return yaml_refuse(r, key ? key : value, *prefix ? prefix : "core", "a key must be a name");
    snprintf(path, PATH_MAX_LENGTH, "%s%s%.*s", prefix, *prefix ? "." : "", (int)n, s);
    if (strcmp(path, "extends") == 0)
        return read_extends(r, value);
    if (strcmp(path, "fit") == 0)
        return yaml_read_fit(r, key, value);
    if (fy_node_is_scalar(value) && !fy_node_is_alias(value))
        return read_value(r, key, value, path);
    if (!fy_node_is_mapping(value))
        return yaml_refuse(r, key, path, "lists and aliases are not used here");
    if (!param_is_group(path))
        return param_find(path) ? yaml_refuse(r, key, path, "is one value, not a mapping")
                                : refuse_unknown(r, key, path);
    *deeper = true;
    return true;
}

// The depth is bounded by param_is_group: only paths of the table go deeper.
static bool read_mapping(struct reader *r, struct fy_node *map, const char *prefix)
{
    void *at = NULL;
    struct fy_node_pair *pair;
    while ((pair = fy_node_mapping_iterate(map, &at))) {
        char path[PATH_MAX_LENGTH];
        bool deeper;
        if (!read_pair(r, pair, prefix, &deeper, path))
            return false;
        if (deeper && !read_mapping(r, fy_node_pair_value(pair), path))
            return false;
    }
    return true;
}

static bool refuse_syntax(struct reader *r, struct fy_diag *diag)
{
    void *at = NULL;
    struct fy_diag_error *first = fy_diag_errors_iterate(diag, &at);
    if (!first)
        return err_set(r->e, "%s:1:1: a core file is a mapping of parameters", r->file);
    return err_set(r->e, "%s:%d:%d: %.150s", r->file, first->line, first->column, first->msg);
}

// Keys stand behind a line's end or a comma.
static bool check_size(struct reader *r)
{
    size_t keys = 1;
    for (size_t i = 0; i < r->n && r->n <= LARGEST_TEXT; i++)
        keys += r->text[i] == '\n' || r->text[i] == '\r' || r->text[i] == ',';
    if (r->n <= LARGEST_TEXT && keys <= MOST_KEYS)
        return true;
    return err_set(r->e, "%.200s: too long; a core file has at most %d KiB and %d lines and commas",
                   r->file, LARGEST_TEXT >> 10, MOST_KEYS);
}

// What begins with % in the first column is for the library, which can take for ever over it.
static bool check_directives(struct reader *r)
{
    int line = 1;
    size_t mark = r->n > 3 && !memcmp(r->text, "\xef\xbb\xbf", 3) ? 3 : 0;   // of byte order
    for (size_t i = mark; i < r->n; i++) {
        bool after = i > mark && r->text[i - 1] == '\n';
        line += after;
        if (r->text[i] == '%' && (after || i == mark || r->text[i - 1] == '\r'))
            return err_set(r->e, "%.200s:%d:1: a core file has no directives (%%)", r->file, line);
    }
    return true;
}

// The library reads as far as the end of a document, or a zero byte, and is silent about what follows.
static bool check_end(struct reader *r)
{
    int line = 1;
    bool any = false;   // a line that is neither empty nor a comment
    if (memchr(r->text, 0, r->n))
        return err_set(r->e, "%.200s: has a zero byte", r->file);
    for (size_t i = 0, n; i < r->n; i += n + 1, line++) {
        const char *at = r->text + i, *end = memchr(at, '\n', r->n - i);
        n = end ? (size_t)(end - at) : r->n - i;
        bool mark = n >= 3 && (!memcmp(at, "---", 3) || !memcmp(at, "...", 3)) &&
                    (n == 3 || strchr(" \t\r", at[3]));
        if (mark && (any || *at == '.'))
            return err_set(r->e, "%.200s:%d:1: a core file is one document", r->file, line);
        size_t blank = 0;
        while (blank < n && strchr(" \t\r", at[blank]))
            blank++;
        any |= mark || (blank < n && at[blank] != '#');
    }
    return true;
}

// The library does not look whether it gets memory. So what a text of `n` bytes will need is taken
// before, and left with the C library: below the block returned, which is to be freed at the end.
static void *reserve(size_t n)
{
    enum { BLOCK = 1 << 16, AN_EVENT = 128 };   // bytes that a byte of text becomes at most
    void **top = NULL;
    size_t left = n * AN_EVENT / BLOCK + 8;
    do {
        void **block = malloc(BLOCK);
        if (!block)
            out_of_memory();
        *block = top;
        top = block;
    } while (--left);
    for (void **block = *top, **next; block; block = next) {
        next = *block;
        free(block);
    }
    return top;
}

static bool read_document(struct reader *r, struct fy_diag *diag)
{
    struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag };
    errno = 0;   // the library does not tell want of memory from a mistake
    struct fy_document *doc = fy_document_build_from_string(&cfg, r->text, r->n);
    if (!doc && errno == ENOMEM)
        out_of_memory();
    if (!doc)
        return refuse_syntax(r, diag);
    struct fy_node *root = fy_document_root(doc);
    bool ok = root && fy_node_is_mapping(root)
                  ? read_mapping(r, root, "")
                  : err_set(r->e, "%s:1:1: a core file is a mapping of parameters", r->file);
    fy_document_destroy(doc);
    yaml_forget_fit(r);
    return ok;
}

bool config_read(struct config *c, struct arena *a, const char *file, const char *text, size_t n,
                 char parent[CONFIG_NAME_MAX], struct err *e)
{
    struct reader r = { c, a, yaml_copy(a, file, strlen(file)), text, n, parent, e };
    *parent = 0;
    if (!check_size(&r) || !check_directives(&r) || !check_end(&r))
        return false;
    struct fy_diag_cfg quiet;
    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    void *top = reserve(n);
    struct fy_diag *diag = fy_diag_create(&quiet);
    if (!diag)
        out_of_memory();
    fy_diag_set_collect_errors(diag, true);
    bool ok = read_document(&r, diag);
    fy_diag_destroy(diag);
    free(top);
    return ok;
}
