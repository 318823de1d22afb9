// A configuration as a core file: every parameter, with where its value came from.
#include <string.h>

#include "config/config.h"
#include "config/print.h"

static void origin_text(const struct origin *o, const struct param *r, char *text, size_t n)
{
    if (o->kind == ORIGIN_FILE && *o->source)
        snprintf(text, n, "%s", o->source);
    else
        snprintf(text, n, "%s (%s)", r->doc,
                 o->kind == ORIGIN_SET    ? "--set"
                 : o->kind == ORIGIN_FILE ? "core file"
                                          : "default");
}

static void write_value(const struct config *c, enum core_param k, FILE *f, int indent)
{
    const struct param *r = &core_table[k];
    char text[96], shown[100], origin[512];
    const char *key = strrchr(r->path, '.');
    key = key ? key + 1 : r->path;
    param_format(&c->core, r, text, sizeof(text));
    if (r == &core_table[PARAM_instructions] && text[0] != '/' && strrchr(text, '/'))
        memmove(text, strrchr(text, '/') + 1, strlen(strrchr(text, '/')));   // it lies beside
    snprintf(shown, sizeof(shown),
             r->kind == PARAM_TEXT || r->kind == PARAM_CHOICE ? "\"%s\"" : "%s", text);
    origin_text(&c->origin[k], r, origin, sizeof(origin));
    fprintf(f, "%*s%s: %-*s # %s\n", indent, "", key, 28 - indent - (int)strlen(key), shown,
            origin);
}

struct lines {
    const struct config *c;
    FILE *f;
    config_wanted *wanted;
    config_line *line;
};

// Whether one of the `count` first rows that are wanted begins with the `n` characters of `path`.
static bool any_before(const struct lines *l, size_t count, const char *path, size_t n)
{
    for (size_t k = 0; k < count; k++)
        if (!strncmp(core_table[k].path, path, n) && l->wanted(l->c, (enum core_param)k))
            return true;
    return false;
}

// The rows whose path begins with the `n` characters of `prefix`. A group is written where
// its first row stands.
static void group(const struct lines *l, const char *prefix, size_t n, int indent)
{
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        const struct param *r = &core_table[i];
        if (strncmp(r->path, prefix, n) != 0 || !l->wanted(l->c, (enum core_param)i))
            continue;
        const char *dot = strchr(r->path + n, '.');
        if (!dot) {
            l->line(l->c, (enum core_param)i, l->f, indent);
            continue;
        }
        size_t below = (size_t)(dot - r->path) + 1;
        if (any_before(l, i, r->path, below))
            continue;
        fprintf(l->f, "%*s%.*s:\n", indent, "", (int)(below - n - 1), r->path + n);
        group(l, r->path, below, indent + 2);
    }
}

void config_each_line(const struct config *c, FILE *f, int indent, config_wanted *wanted,
                      config_line *line)
{
    group(&(struct lines){ c, f, wanted, line }, "", 0, indent);
}

static bool is_wanted(const struct config *c, enum core_param k)
{
    return true;
}

void config_write(const struct config *c, FILE *f)
{
    fprintf(f, CONFIG_HEAD "; digest %s.\n", c->digest);
    config_each_line(c, f, 0, is_wanted, write_value);
    prior_write(c, f);
}
