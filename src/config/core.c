#include "config/core.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/number.h"

#define AT(field) offsetof(struct core_params, field)

const struct param core_table[PARAM_COUNT] = {
#define COUNTED(path, field, models, def, min, max, unit, doc) \
    { path, PARAM_COUNTED, AT(field), min, max, unit, doc, models, NULL },
#define REAL(path, field, models, def, min, max, unit, doc) \
    { path, PARAM_REAL, AT(field), min, max, unit, doc, models, NULL },
#define SWITCH(path, field, models, def, doc) \
    { path, PARAM_SWITCH, AT(field), 0, 0, "", doc, models, NULL },
#define CHOICE(path, field, models, def, table, doc) \
    { path, PARAM_CHOICE, AT(field), 0, 0, "", doc, models, choices_##table },
#define TEXT(path, field, models, def, doc) \
    { path, PARAM_TEXT, AT(field), 0, 0, "", doc, models, NULL },
#include "config/core.def"
#undef COUNTED
#undef REAL
#undef SWITCH
#undef CHOICE
#undef TEXT
};

const struct core_params core_defaults = {
#define COUNTED(path, field, models, def, ...) .field = def,
#define REAL COUNTED
#define SWITCH COUNTED
#define CHOICE COUNTED
#define TEXT COUNTED
#include "config/core.def"
#undef COUNTED
#undef REAL
#undef SWITCH
#undef CHOICE
#undef TEXT
};

const struct param *param_find(const char *path)
{
    for (size_t i = 0; i < PARAM_COUNT; i++)
        if (strcmp(core_table[i].path, path) == 0)
            return &core_table[i];
    return NULL;
}

bool param_is_group(const char *path)
{
    size_t n = strlen(path);
    for (size_t i = 0; i < PARAM_COUNT; i++)
        if (strncmp(core_table[i].path, path, n) == 0 && core_table[i].path[n] == '.')
            return true;
    return false;
}

bool param_read_by(const struct param *r, const char *model)
{
    return r->models & (strcmp(model, "fast") == 0 ? FAST : DETAILED);
}

const char *param_like(const char *path)
{
    struct nearest n = { .word = path };
    for (size_t i = 0; i < PARAM_COUNT; i++)
        nearest_try(&n, core_table[i].path);
    return n.best;
}

static bool is_bytes(const struct param *r)
{
    return strcmp(r->unit, "bytes") == 0;
}

static bool read_counted(const struct param *r, const char *text, u64 *value)
{
    return number_read(text, value) && (double)*value >= r->min && (double)*value <= r->max;
}

static bool read_real(const struct param *r, const char *text, double *value)
{
    char *end;
    if (strspn(text, "0123456789.+-eE") != strlen(text))   // no hex, inf, nan
        return false;
    *value = strtod(text, &end);
    return end != text && *end == 0 && isfinite(*value) && *value >= r->min && *value <= r->max;
}

static bool read_switch(const char *text, bool *value)
{
    *value = strcmp(text, "true") == 0;
    return *value || strcmp(text, "false") == 0;
}

static bool is_plain_text(const char *text)
{
    if (strlen(text) >= PARAM_TEXT_MAX)
        return false;
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

// One limit of a range, as a user would write it.
static void format_limit(const struct param *r, double v, char *text, size_t n)
{
    if (is_bytes(r) && v >= 1048576 && fmod(v, 1048576) == 0)
        snprintf(text, n, "%.0f MiB", v / 1048576);
    else if (is_bytes(r) && v >= 1024 && fmod(v, 1024) == 0)
        snprintf(text, n, "%.0f KiB", v / 1024);
    else
        snprintf(text, n, "%.15g", v);
}

static bool refuse_number(const struct param *r, const char *text, struct err *e)
{
    char min[32], max[32];
    format_limit(r, r->min, min, sizeof(min));
    format_limit(r, r->max, max, sizeof(max));
    return err_set(e, "'%.40s' is not a %s from %s to %s%s%s", text,
                   r->kind == PARAM_COUNTED ? "whole number" : "number", min, max,
                   is_bytes(r) ? "" : " ", is_bytes(r) ? "" : r->unit);
}

static bool refuse_choice(const struct param *r, const char *text, struct err *e)
{
    char names[160];
    choice_list(r->choices, names, sizeof(names));
    struct nearest n = { .word = text };
    for (const struct choice *c = r->choices; c->name; c++)
        nearest_try(&n, c->name);
    return err_set(e, "'%.40s' is none of: %s%s%s%s", text, names, n.best ? "; is '" : "",
                   n.best ? n.best : "", n.best ? "' meant?" : "");
}

static bool set_text(void *field, const char *text)
{
    memset(field, 0, PARAM_TEXT_MAX);
    memcpy(field, text, strlen(text));
    return true;
}

bool param_set(struct core_params *p, const struct param *r, const char *text, struct err *e)
{
    void *field = (char *)p + r->offset;
    u64 counted;
    double real;
    bool on;
    switch (r->kind) {
    case PARAM_COUNTED:
        if (!read_counted(r, text, &counted))
            return refuse_number(r, text, e);
        memcpy(field, &counted, sizeof(counted));
        return true;
    case PARAM_REAL:
        if (!read_real(r, text, &real))
            return refuse_number(r, text, e);
        memcpy(field, &real, sizeof(real));
        return true;
    case PARAM_SWITCH:
        if (!read_switch(text, &on))
            return err_set(e, "'%.40s' is neither true nor false", text);
        memcpy(field, &on, sizeof(on));
        return true;
    case PARAM_CHOICE:
        if (choice_find(r->choices, text) < 0)
            return refuse_choice(r, text, e);
        return set_text(field, text);
    case PARAM_TEXT:
        if (!is_plain_text(text))
            return err_set(e, "'%.40s' is not a name of at most %d plain characters", text,
                           PARAM_TEXT_MAX - 1);
        return set_text(field, text);
    }
    return false;
}

void param_format_real(double v, char *text, size_t n)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, n, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    if (fabs(v) >= 1 && fabs(v) < 1e15 && strchr(text, 'e'))   // 100, not 1e+02
        snprintf(text, n, "%.0f", v);
}

void param_format(const struct core_params *p, const struct param *r, char *text, size_t n)
{
    const void *field = (const char *)p + r->offset;
    u64 counted;
    double real;
    switch (r->kind) {
    case PARAM_COUNTED:
        memcpy(&counted, field, sizeof(counted));
        if (is_bytes(r) && counted)
            format_limit(r, (double)counted, text, n);
        else
            snprintf(text, n, "%" PRIu64, counted);
        return;
    case PARAM_REAL:
        memcpy(&real, field, sizeof(real));
        param_format_real(real, text, n);
        return;
    case PARAM_SWITCH: snprintf(text, n, "%s", *(const bool *)field ? "true" : "false"); return;
    case PARAM_CHOICE:
    case PARAM_TEXT: snprintf(text, n, "%s", (const char *)field); return;
    }
}

static bool is_power_of_two(u64 v)
{
    return v && (v & (v - 1)) == 0;
}

// `size` in units of `line` must make a power of two of sets of `ways`.
static bool whole_sets(const char *what, u64 size, u64 ways, u64 line, struct err *e)
{
    if (!is_power_of_two(line))
        return err_set(e, "%s.line: %" PRIu64 " is not a power of two", what, line);
    if (size % (ways * line) || !is_power_of_two(size / (ways * line)))
        return err_set(
            e, "%s: %" PRIu64 " %s in %" PRIu64 " ways do not make a power of two of sets%s", what,
            size, line == 1 ? "entries" : "bytes", ways,
            line > 1 && size % 1000 == 0 ? " (k is 1000, KiB 1024)" : "");
    return true;
}

// There are not too many, and every integer unit has a scheduler.
static bool units_exist(const struct core_params *p, struct err *e)
{
    const u64 own[] = { p->sched_u1, p->sched_u2, p->sched_u3, p->sched_u4,
                        p->sched_u5, p->sched_u6, p->sched_u7, p->sched_u8 };
    u64 all = p->units_int + p->units_mem + p->units_fp;
    if (all > 16)
        return err_set(e, "units: %" PRIu64 " in all, of at most 16", all);
    for (u32 k = 0; k < p->units_int; k++)
        if (!own[k])
            return err_set(e, "scheduler.u%u: 0 entries, but units.int is %" PRIu64, k + 1,
                           p->units_int);
    return true;
}

bool core_check(const struct core_params *p, struct err *e)
{
    if (!is_power_of_two(p->fetch_line))
        return err_set(e, "fetch.line: %" PRIu64 " is not a power of two", p->fetch_line);
    if (!is_power_of_two(p->page_size))
        return err_set(e, "page: %" PRIu64 " is not a power of two", p->page_size);
    if (!is_power_of_two(p->pf_l1i_entries) || !is_power_of_two(p->pf_l1d_entries) ||
        !is_power_of_two(p->pf_l2_entries))
        return err_set(e, "prefetch: the number of entries is not a power of two");
    if (p->whole_lines && !is_power_of_two(p->whole_lines))
        return err_set(e, "stores.whole_lines: %" PRIu64 " is not a power of two", p->whole_lines);
    if (p->l1d_line > p->l2_line || p->l1i_line > p->l2_line)
        return err_set(e, "l2.line: shorter than a line of the first level");
    if (!is_power_of_two(p->dram_channels) || !is_power_of_two(p->dram_interleave))
        return err_set(e, "dram: channels and interleave want powers of two");
    return units_exist(p, e) && whole_sets("l1i", p->l1i_size, p->l1i_ways, p->l1i_line, e) &&
           whole_sets("l1d", p->l1d_size, p->l1d_ways, p->l1d_line, e) &&
           whole_sets("l2", p->l2_size, p->l2_ways, p->l2_line, e) &&
           (!p->slc_size || whole_sets("slc", p->slc_size, p->slc_ways, p->slc_line, e)) &&
           whole_sets("itlb", p->itlb_entries, p->itlb_ways, 1, e) &&
           whole_sets("dtlb", p->dtlb_entries, p->dtlb_ways, 1, e) &&
           whole_sets("l2tlb", p->l2tlb_entries, p->l2tlb_ways, 1, e) &&
           whole_sets("branch.btb1", p->btb1_entries, p->btb1_ways, 1, e) &&
           (!p->btb2_entries || whole_sets("branch.btb2", p->btb2_entries, p->btb2_ways, 1, e));
}
