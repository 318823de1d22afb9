// The section `fit:` of a core file (prior.h).
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "config/yaml.h"

// The longest text of a number, and of fitted_with.
enum { NUMBER_MAX = 80, WORDS_MAX = 400 };

// "fit." before it, for messages.
static bool refuse(struct reader *r, struct fy_node *at, const char *path, const char *why)
{
    char full[PATH_MAX_LENGTH + 8];
    snprintf(full, sizeof(full), "fit%s%s", *path ? "." : "", path);
    return yaml_refuse(r, at, full, why);
}

// The text of a plain scalar; false when it is none, or longer than `size` holds.
static bool text_of(struct fy_node *node, char *text, size_t size)
{
    size_t n = 0;
    bool plain = node && fy_node_is_scalar(node) && !fy_node_is_alias(node);
    const char *s = plain ? fy_node_get_scalar(node, &n) : NULL;
    if (!s || n >= size || memchr(s, 0, n))
        return false;
    memcpy(text, s, n);
    text[n] = 0;
    return true;
}

// A number from `min` to `max`, with a suffix where `bytes`.
static bool number_of(struct fy_node *node, double min, double max, bool bytes, double *v)
{
    char text[NUMBER_MAX], *end;
    u64 whole;
    if (!text_of(node, text, sizeof(text)))
        return false;
    if (bytes && number_read(text, &whole)) {
        *v = (double)whole;
    } else {
        if (!*text || strspn(text, "0123456789.+-eE") != strlen(text))   // no hex, inf, nan
            return false;
        *v = strtod(text, &end);
        if (*end || !isfinite(*v))
            return false;
    }
    return *v >= min && *v <= max;
}

// One bound, which must be a value of the parameter.
static bool read_bound(struct reader *r, struct fy_node *key, struct fy_node *node,
                       enum core_param k, double *v)
{
    char text[NUMBER_MAX];
    struct core_params scratch = core_defaults;
    struct err why;
    const struct param *row = &core_table[k];
    if (!text_of(node, text, sizeof(text)))
        return refuse(r, fy_node_is_scalar(node) ? node : key, row->path, "a bound is a number");
    if (!param_set(&scratch, row, text, &why))
        return refuse(r, node, row->path, why.text);
    *v = param_number(&scratch, k);
    return true;
}

static bool refuse_unknown(struct reader *r, struct fy_node *key, const char *path)
{
    char why[200];
    const char *like = param_like(path);
    snprintf(why, sizeof(why), "no such parameter%s%s%s", like ? "; is '" : "", like ? like : "",
             like ? "' meant?" : "");
    return refuse(r, key, path, why);
}

// [LOW, HIGH, SD]
static bool read_line(struct reader *r, struct fy_node *key, struct fy_node *list,
                      enum core_param k)
{
    const struct param *row = &core_table[k];
    struct prior p;
    if (row->kind != PARAM_COUNTED && row->kind != PARAM_REAL)
        return refuse(r, key, row->path, "is no number, and cannot be fitted");
    if (!fy_node_is_sequence(list) || fy_node_sequence_item_count(list) != 3)
        return refuse(r, key, row->path, "is a list of three numbers: [LOW, HIGH, SD]");
    struct fy_node *sd = fy_node_sequence_get_by_index(list, 2);
    if (!read_bound(r, key, fy_node_sequence_get_by_index(list, 0), k, &p.low) ||
        !read_bound(r, key, fy_node_sequence_get_by_index(list, 1), k, &p.high))
        return false;
    if (p.low > p.high)
        return refuse(r, key, row->path, "the first bound is above the second");
    if (!number_of(sd, 0, p.high - p.low, !strcmp(row->unit, "bytes"), &p.sd))
        return refuse(r, fy_node_is_scalar(sd) ? sd : key, row->path,
                      "the standard deviation is a number from 0 to HIGH - LOW");
    p.origin = yaml_origin(r, fy_node_sequence_get_by_index(list, 0));
    p.origin.source = yaml_origin(r, sd).source;   // the comment is behind the last
    r->c->fit.of[k] = p;
    return true;
}

static bool read_discrepancy(struct reader *r, struct fy_node *key, struct fy_node *value)
{
    static const char *const models[PRIOR_MODELS] = { "fast", "detailed" };
    static const char *const wanted =
        "is a number from 0 to 3, or {fast: NUMBER, detailed: NUMBER}";
    double *to = r->c->fit.discrepancy, all;
    if (number_of(value, 0, 3, false, &all)) {
        to[0] = to[1] = all;
        return true;
    }
    if (!fy_node_is_mapping(value))
        return refuse(r, key, "discrepancy", wanted);
    void *at = NULL;
    struct fy_node_pair *pair;
    while ((pair = fy_node_mapping_iterate(value, &at))) {
        char name[16];
        bool known = text_of(fy_node_pair_key(pair), name, sizeof(name)), ok = false;
        for (u32 k = 0; known && k < PRIOR_MODELS; k++)
            if (!strcmp(name, models[k]))
                ok = number_of(fy_node_pair_value(pair), 0, 3, false, &to[k]);
        if (!ok)
            return refuse(r, fy_node_pair_key(pair), "discrepancy", wanted);
    }
    return true;
}

static bool read_member(struct reader *r, struct fy_node *node, struct fy_node *key,
                        enum core_param *k)
{
    char path[PATH_MAX_LENGTH / 2];
    const struct param *row = text_of(node, path, sizeof(path)) ? param_find(path) : NULL;
    if (!row)
        return refuse(r, fy_node_is_scalar(node) ? node : key, "correlations", "no such parameter");
    if (row->kind != PARAM_COUNTED && row->kind != PARAM_REAL)
        return refuse(r, node, "correlations", "the parameter is no number");
    *k = (enum core_param)(row - core_table);
    return true;
}

static bool read_correlation(struct reader *r, struct fy_node *item, struct fy_node *key,
                             struct correlation *c)
{
    if (!fy_node_is_sequence(item) || fy_node_sequence_item_count(item) != 3)
        return refuse(r, fy_node_is_scalar(item) ? item : key, "correlations",
                      "each is a list of three: [PARAMETER, PARAMETER, NUMBER]");
    struct fy_node *first = fy_node_sequence_get_by_index(item, 0);
    struct fy_node *value = fy_node_sequence_get_by_index(item, 2);
    if (!read_member(r, first, key, &c->a) ||
        !read_member(r, fy_node_sequence_get_by_index(item, 1), key, &c->b))
        return false;
    if (c->a == c->b)
        return refuse(r, first, "correlations", "a parameter and itself");
    if (!number_of(value, -1, 1, false, &c->r) || fabs(c->r) == 1)
        return refuse(r, fy_node_is_scalar(value) ? value : key, "correlations",
                      "a correlation is a number between -1 and 1");
    return true;
}

static bool same_pair(const struct correlation *x, const struct correlation *y)
{
    return (x->a == y->a && x->b == y->b) || (x->a == y->b && x->b == y->a);
}

static bool read_correlations(struct reader *r, struct fy_node *key, struct fy_node *list)
{
    int count = fy_node_is_sequence(list) ? fy_node_sequence_item_count(list) : -1;
    if (count < 0 || count > MOST_CORRELATIONS)
        return refuse(r, key, "correlations",
                      "is a list of at most 1024 lists [PARAMETER, PARAMETER, NUMBER]");
    struct correlation *c = ARENA_ARRAY(r->a, (size_t)count + 1, struct correlation);
    void *at = NULL;
    for (int i = 0; i < count; i++) {
        struct fy_node *item = fy_node_sequence_iterate(list, &at);
        if (!read_correlation(r, item, key, &c[i]))
            return false;
        for (int j = 0; j < i; j++)
            if (same_pair(&c[i], &c[j]))
                return refuse(r, fy_node_sequence_get_by_index(item, 0), "correlations",
                              "the pair stands there twice");
    }
    r->c->fit.correlation = c;
    r->c->fit.correlations = (size_t)count;
    r->c->fit.correlations_origin = yaml_origin(r, key);
    return true;
}

static bool read_words(struct reader *r, struct fy_node *key, struct fy_node *value)
{
    char text[WORDS_MAX];
    bool ok = text_of(value, text, sizeof(text));
    for (const char *s = text; ok && *s; s++)
        ok = (u8)*s >= ' ' && *s != 0x7f;
    if (!ok)
        return refuse(r, key, "fitted_with", "is one line of at most 399 characters");
    r->c->fit.fitted_with = yaml_copy(r->a, text, strlen(text));
    return true;
}

// What is no parameter: 1, or 0 when it was refused, or -1 when the key is another.
static int read_other(struct reader *r, const char *path, struct fy_node *key,
                      struct fy_node *value)
{
    if (!strcmp(path, "discrepancy"))
        return read_discrepancy(r, key, value);
    if (!strcmp(path, "correlations"))
        return read_correlations(r, key, value);
    if (!strcmp(path, "fitted_with"))
        return read_words(r, key, value);
    return -1;
}

// The depth is bounded by param_is_group, as that of values is.
static bool read_mapping(struct reader *r, struct fy_node *map, const char *prefix)
{
    void *at = NULL;
    struct fy_node_pair *pair;
    while ((pair = fy_node_mapping_iterate(map, &at))) {
        struct fy_node *key = fy_node_pair_key(pair), *value = fy_node_pair_value(pair);
        char name[PATH_MAX_LENGTH / 2], path[PATH_MAX_LENGTH];
        if (!value || !text_of(key, name, sizeof(name)))
            return refuse(r, key ? key : value, prefix, "a key must be a name");
        snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", name);
        int other = read_other(r, path, key, value);
        const struct param *row = param_find(path);
        bool ok = other > 0;
        if (other < 0 && row)
            ok = read_line(r, key, value, (enum core_param)(row - core_table));
        else if (other < 0 && !param_is_group(path))
            return refuse_unknown(r, key, path);
        else if (other < 0)
            ok = fy_node_is_mapping(value) ? read_mapping(r, value, path)
                                           : refuse(r, key, path, "holds further keys");
        if (!ok)
            return false;
    }
    return true;
}

bool yaml_read_fit(struct reader *r, struct fy_node *key, struct fy_node *map)
{
    if (!fy_node_is_mapping(map))
        return refuse(r, key, "", "is a mapping of parameters");
    return read_mapping(r, map, "");
}

void yaml_forget_fit(struct reader *r)
{
    struct config_fit *f = &r->c->fit;
    bool anew[PARAM_COUNT];
    for (u32 k = 0; k < PARAM_COUNT; k++) {
        struct origin *o = &f->of[k].origin;
        anew[k] = r->c->origin[k].file == r->file;
        if (anew[k] && o->kind == ORIGIN_FILE && o->file != r->file)
            f->of[k] = (struct prior){ 0 };
    }
    if (!f->correlations || f->correlations_origin.file == r->file)
        return;
    struct correlation *kept = ARENA_ARRAY(r->a, f->correlations, struct correlation);
    size_t n = 0;
    for (size_t i = 0; i < f->correlations; i++)
        if (!anew[f->correlation[i].a] && !anew[f->correlation[i].b])
            kept[n++] = f->correlation[i];
    f->correlation = kept;
    f->correlations = n;
}
