#include "fit/earlier.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

bool earlier_add(struct earlier *to, const char *set, const char *core, const char *family,
                 size_t run, double mean)
{
    if (!to->error)
        to->error = ARENA_ARRAY(to->points.arena, EARLIER_ERRORS, struct earlier_error);
    if (to->errors == EARLIER_ERRORS || (run && !(mean >= 0)))
        return false;
    to->error[to->errors++] = (struct earlier_error){ set, core, family, run, mean };
    return true;
}

static const char *text(struct earlier *to, const json_t *o, const char *key)
{
    const char *t = json_string_value(json_object_get(o, key));
    return t ? results_text(&to->points, "%s", t) : "";
}

static double number(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static bool read_point(struct earlier *to, const struct result *of, const json_t *o)
{
    struct result r = *of;
    r.name = text(to, o, "name");
    r.hw = r.low = r.high = number(o, "measured");
    r.sim = number(o, "simulated");
    r.shown_only = !json_is_true(json_object_get(o, "counted"));
    if (!*r.name || isnan(r.hw))
        return false;
    *results_add(&to->points) = r;
    return true;
}

static bool read_error(struct earlier *to, const struct result *of, const json_t *o)
{
    json_int_t run = json_integer_value(json_object_get(o, "run"));
    return run >= 0 &&
           earlier_add(to, of->set, of->core, of->family, (size_t)run, number(o, "mape"));
}

static bool read_family(struct earlier *to, const struct result *set, const json_t *o)
{
    struct result of = *set;
    of.family = text(to, o, "family");
    if (!*of.family || !read_error(to, &of, o))
        return false;
    size_t k;
    const json_t *list = json_object_get(o, "measurements"), *point;
    json_array_foreach(list, k, point) if (!read_point(to, &of, point)) return false;
    return true;
}

static bool read_set(struct earlier *to, const json_t *o)
{
    struct result of = { .set = text(to, o, "set"),
                         .core = text(to, o, "core"),
                         .family = "all",
                         .unit = "",
                         .x = NAN };
    if (!*of.set || !*of.core || !read_error(to, &of, o))
        return false;
    size_t k;
    const json_t *list = json_object_get(o, "families"), *family;
    json_array_foreach(list, k, family) if (!read_family(to, &of, family)) return false;
    return true;
}

static bool read_root(struct earlier *to, const json_t *root)
{
    const json_t *list = json_object_get(root, "sets"), *set;
    size_t k;
    to->model = text(to, root, "model");
    to->version = text(to, root, "version");
    to->label = text(to, root, "label");
    to->when = "";
    json_array_foreach(list, k, set) if (!read_set(to, set)) return false;
    return *to->model && to->errors;
}

bool earlier_load(struct earlier *to, const char *path, struct err *e)
{
    json_error_t error;
    FILE *f = fopen(path, "r");
    if (!f)
        return err_system(e, errno, "%.300s", path);
    errno = 0;
    json_t *root = json_loadf(f, 0, &error);
    bool unreadable = ferror(f);
    if (!root && errno == ENOMEM)
        out_of_memory();
    if (unreadable)
        err_system(e, errno, "%.300s", path);
    fclose(f);
    bool ok = root && read_root(to, root);
    json_decref(root);
    if (ok || unreadable)
        return ok && !unreadable;
    if (root)
        err_set(e, "%.300s: not what 'm2sim accuracy --json' writes", path);
    else
        err_set(e, "%.300s:%d:%d: %.100s", path, error.line, error.column, error.text);
    e->kind = ERR_DATA;
    return false;
}
