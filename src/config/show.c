#include <string.h>

#include "base/json.h"
#include "config/print.h"

// "290 groups", "128 KiB", "true", and `(none)` for an empty name.
static void format_value(const struct config *c, const struct param *r, char *text, size_t n)
{
    param_format(&c->core, r, text, n);
    if (!*text)
        snprintf(text, n, "(none)");
    if (*r->unit && !strchr(text, ' '))
        snprintf(text + strlen(text), n - strlen(text), " %s", r->unit);
}

void config_show(const struct config *c, FILE *f, bool origins)
{
    fprintf(f, "# %s, digest %s\n", c->core.name, c->digest);
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        const struct param *r = &core_table[i];
        char value[96], origin[512];
        format_value(c, r, value, sizeof(value));
        origin_format(&c->origin[i], "default", origin, sizeof(origin));
        const char *source = c->origin[i].source;
        if (!origins)
            fprintf(f, "core.%-26s %-24s # %s\n", r->path, value, r->doc);
        else if (*source)
            fprintf(f, "core.%-26s %-24s # %s: %s\n", r->path, value, origin, source);
        else
            fprintf(f, "core.%-26s %-24s # %s\n", r->path, value, origin);
    }
}

static void value_json(const struct config *c, const struct param *r, struct jw *j)
{
    const void *field = (const char *)&c->core + r->offset;
    switch (r->kind) {
    case PARAM_COUNTED: jw_u64(j, "value", *(const u64 *)field); break;
    case PARAM_REAL: jw_real(j, "value", *(const double *)field); break;
    case PARAM_SWITCH: jw_bool(j, "value", *(const bool *)field); break;
    case PARAM_CHOICE:
    case PARAM_TEXT: jw_text(j, "value", field); break;
    }
}

static void choices_json(const struct param *r, struct jw *j)
{
    if (!r->choices)
        return;
    jw_array(j, "choices");
    for (const struct choice *c = r->choices; c->name; c++)
        jw_text(j, NULL, c->name);
    jw_close(j);
}

static void models_json(const struct param *r, struct jw *j)
{
    jw_array(j, "models");
    if (r->models & FAST)
        jw_text(j, NULL, "fast");
    if (r->models & DETAILED)
        jw_text(j, NULL, "detailed");
    jw_close(j);
}

static void origin_json(const struct origin *o, struct jw *j)
{
    static const char *const kinds[] = { "default", "file", "set" };
    jw_text(j, "origin", kinds[o->kind]);
    if (o->kind != ORIGIN_FILE)
        return;
    jw_text(j, "file", o->file);
    jw_u64(j, "line", o->line);
    jw_text(j, "source", o->source);
}

void config_show_json(const struct config *c, FILE *f)
{
    struct jw j;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_u64(&j, "schema", 1);
    jw_text(&j, "core", c->core.name);
    jw_text(&j, "digest", c->digest);
    jw_object(&j, "parameters");
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        const struct param *r = &core_table[i];
        char path[128];
        snprintf(path, sizeof(path), "core.%s", r->path);
        jw_object(&j, path);
        value_json(c, r, &j);
        if (*r->unit)
            jw_text(&j, "unit", r->unit);
        if (r->kind == PARAM_COUNTED || r->kind == PARAM_REAL) {
            jw_real(&j, "min", r->min);
            jw_real(&j, "max", r->max);
        }
        choices_json(r, &j);
        models_json(r, &j);
        jw_text(&j, "meaning", r->doc);
        origin_json(&c->origin[i], &j);
        prior_json_one(c, (enum core_param)i, &j);
        jw_close(&j);
    }
    jw_close(&j);
    prior_json(&c->fit, &j);
    jw_close(&j);
    jw_finish(&j);
}
