// A configuration as a core file: every parameter, with where its value came from.
#include <string.h>

#include "config/config.h"

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

static void value(const struct config *c, const struct param *r, FILE *f, int indent)
{
    char text[96], shown[100], origin[512];
    const char *key = strrchr(r->path, '.');
    key = key ? key + 1 : r->path;
    param_format(&c->core, r, text, sizeof(text));
    if (r == &core_table[PARAM_instructions] && text[0] != '/' && strrchr(text, '/'))
        memmove(text, strrchr(text, '/') + 1, strlen(strrchr(text, '/')));   // it lies beside
    snprintf(shown, sizeof(shown),
             r->kind == PARAM_TEXT || r->kind == PARAM_CHOICE ? "\"%s\"" : "%s", text);
    origin_text(&c->origin[r - core_table], r, origin, sizeof(origin));
    fprintf(f, "%*s%s: %-*s # %s\n", indent, "", key, 28 - indent - (int)strlen(key), shown,
            origin);
}

// The rows whose path begins with the `n` characters of `prefix`. A group is written where
// its first row stands.
static void group(const struct config *c, FILE *f, const char *prefix, size_t n, int indent)
{
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        const struct param *r = &core_table[i];
        if (strncmp(r->path, prefix, n) != 0)
            continue;
        const char *dot = strchr(r->path + n, '.');
        if (!dot) {
            value(c, r, f, indent);
            continue;
        }
        size_t below = (size_t)(dot - r->path) + 1;
        bool first = true;
        for (size_t k = 0; k < i; k++)
            first &= strncmp(core_table[k].path, r->path, below) != 0;
        if (!first)
            continue;
        fprintf(f, "%*s%.*s:\n", indent, "", (int)(below - n - 1), r->path + n);
        group(c, f, r->path, below, indent + 2);
    }
}

void config_write(const struct config *c, FILE *f)
{
    fprintf(f, CONFIG_HEAD "; digest %s.\n", c->digest);
    group(c, f, "", 0, 0);
}
