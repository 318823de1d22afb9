// How sure parameters are, as a table, as JSON and as a section of a core file.
#include <string.h>

#include "config/print.h"

static const char *const models[PRIOR_MODELS] = { "fast", "detailed" };

void origin_format(const struct origin *o, const char *otherwise, char *text, size_t n)
{
    if (o->kind == ORIGIN_FILE)
        snprintf(text, n, "%s:%u", o->file, o->line);
    else
        snprintf(text, n, "%s", o->kind == ORIGIN_SET ? "--set" : otherwise);
}

// Whether there is more to say than that it is not varied.
static bool is_shown(const struct prior *p)
{
    return p->sd > 0 || p->origin.kind == ORIGIN_FILE;
}

// A number of the parameter's, as a core file has it.
static void format(enum core_param k, double v, char *text, size_t n)
{
    struct core_params scratch = core_defaults;
    param_set_number(&scratch, k, v);
    param_format(&scratch, &core_table[k], text, n);
}

static void show_rest(const struct config_fit *f, FILE *out)
{
    fprintf(out, "# fitted with: %s\n", *f->fitted_with ? f->fitted_with : "(nobody says)");
    for (u32 k = 0; k < PRIOR_MODELS; k++) {
        fprintf(out, "# discrepancy of %s: ", models[k]);
        if (f->discrepancy[k] > 0)
            fprintf(out, "%.15g, standard deviation of ln(simulated / measured)\n",
                    f->discrepancy[k]);
        else
            fprintf(out, "(nobody says)\n");
    }
    for (size_t i = 0; i < f->correlations; i++) {
        const struct correlation *c = &f->correlation[i];
        fprintf(out, "# correlation of core.%s and core.%s: %.15g\n", core_table[c->a].path,
                core_table[c->b].path, c->r);
    }
}

void prior_show(const struct config *c, FILE *out)
{
    fprintf(out, "# %s, digest %s\n", c->core.name, c->digest);
    fprintf(out, "# %-29s %10s %10s %10s %10s  %s\n", "parameter", "value", "low", "high", "sd",
            "from");
    for (u32 k = 0; k < PARAM_COUNT; k++) {
        const struct prior *p = &c->fit.of[k];
        char value[64], low[64], high[64], from[512];
        if (!is_shown(p))
            continue;
        param_format(&c->core, &core_table[k], value, sizeof(value));
        format((enum core_param)k, p->low, low, sizeof(low));
        format((enum core_param)k, p->high, high, sizeof(high));
        origin_format(&p->origin, "any core", from, sizeof(from));
        fprintf(out, "core.%-26s %10s %10s %10s %10.4g  # %s%s%s\n", core_table[k].path, value, low,
                high, p->sd, from, *p->origin.source ? ": " : "", p->origin.source);
    }
    show_rest(&c->fit, out);
}

void prior_json_one(const struct config *c, enum core_param k, struct jw *j)
{
    static const char *const kinds[] = { "generic", "file", "set" };
    const struct prior *p = &c->fit.of[k];
    if (!is_shown(p))
        return;
    jw_object(j, "fit");
    jw_real(j, "low", p->low);
    jw_real(j, "high", p->high);
    jw_real(j, "sd", p->sd);
    jw_text(j, "origin", kinds[p->origin.kind]);
    if (p->origin.kind == ORIGIN_FILE) {
        jw_text(j, "file", p->origin.file);
        jw_u64(j, "line", p->origin.line);
        jw_text(j, "source", p->origin.source);
    }
    jw_close(j);
}

void prior_json(const struct config_fit *f, struct jw *j)
{
    jw_object(j, "fit");
    jw_text(j, "fitted_with", *f->fitted_with ? f->fitted_with : NULL);
    jw_object(j, "discrepancy");
    for (u32 k = 0; k < PRIOR_MODELS; k++)
        if (f->discrepancy[k] > 0)
            jw_real(j, models[k], f->discrepancy[k]);
    jw_close(j);
    jw_array(j, "correlations");
    for (size_t i = 0; i < f->correlations; i++) {
        char path[128];
        jw_object(j, NULL);
        snprintf(path, sizeof(path), "core.%s", core_table[f->correlation[i].a].path);
        jw_text(j, "a", path);
        snprintf(path, sizeof(path), "core.%s", core_table[f->correlation[i].b].path);
        jw_text(j, "b", path);
        jw_real(j, "r", f->correlation[i].r);
        jw_close(j);
    }
    jw_close(j);
    jw_close(j);
}

// A line, when it is another than the parameter's value alone would give.
static void write_line(const struct config *c, enum core_param k, FILE *out, int indent)
{
    const struct prior *p = &c->fit.of[k];
    char low[64], high[64], sd[64], line[256];
    const char *key = strrchr(core_table[k].path, '.');
    key = key ? key + 1 : core_table[k].path;
    format(k, p->low, low, sizeof(low));
    format(k, p->high, high, sizeof(high));
    param_format_real(p->sd, sd, sizeof(sd));
    snprintf(line, sizeof(line), "%*s%s: [%s, %s, %s]", indent, "", key, low, high, sd);
    const char *source = p->origin.kind == ORIGIN_SET ? "--set" : p->origin.source;
    fprintf(out, *source ? "%-31s # %s\n" : "%s\n", line, source);
}

static bool is_written(const struct config *c, enum core_param k)
{
    return c->fit.of[k].origin.kind == ORIGIN_FILE ||
           (c->fit.of[k].origin.kind == ORIGIN_SET && prior_generic(&c->core, k).sd > 0);
}

static void write_words(const char *words, FILE *out)
{
    fprintf(out, "  fitted_with: \"");
    for (; *words; words++)
        fprintf(out, *words == '"' || *words == '\\' ? "\\%c" : "%c", *words);
    fprintf(out, "\"\n");
}

static void write_rest(const struct config_fit *f, FILE *out)
{
    char text[64];
    if (*f->fitted_with)
        write_words(f->fitted_with, out);
    if (f->discrepancy[0] > 0 || f->discrepancy[1] > 0) {
        param_format_real(f->discrepancy[0], text, sizeof(text));
        fprintf(out, "  discrepancy: {fast: %s, ", text);
        param_format_real(f->discrepancy[1], text, sizeof(text));
        fprintf(out, "detailed: %s}\n", text);
    }
    if (f->correlations)
        fprintf(out, "  correlations:\n");
    for (size_t i = 0; i < f->correlations; i++) {
        const struct correlation *c = &f->correlation[i];
        param_format_real(c->r, text, sizeof(text));
        fprintf(out, "    - [%s, %s, %s]\n", core_table[c->a].path, core_table[c->b].path, text);
    }
}

void prior_write(const struct config *c, FILE *out)
{
    const struct config_fit *f = &c->fit;
    bool any = f->correlations || *f->fitted_with || f->discrepancy[0] > 0 || f->discrepancy[1] > 0;
    for (u32 k = 0; k < PARAM_COUNT && !any; k++)
        any = is_written(c, (enum core_param)k);
    if (!any)
        return;
    fprintf(out, "fit:\n");
    write_rest(f, out);
    config_each_line(c, out, 2, is_written, write_line);
}
