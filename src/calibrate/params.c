// Which parameters may be moved, and cores with some of them moved.
#include <math.h>
#include <string.h>

#include "calibrate/answers.h"
#include "calibrate/random.h"

static bool is_number(const struct param *r)
{
    return r->kind == PARAM_COUNTED || r->kind == PARAM_REAL;
}

static bool named(const char *names, const char *path)
{
    size_t n = strlen(path);
    for (const char *at = names; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        at += strncmp(at, "core.", 5) == 0 ? 5 : 0;
        if (!strncmp(at, path, n) && (!at[n] || at[n] == ','))
            return true;
    }
    return !names;
}

static bool add_param(struct calibration *c, enum core_param k, struct err *e)
{
    const struct prior *p = &c->base->fit.of[k];
    double value = param_number(&c->base->core, k);
    if (c->params == CAL_PARAMS)
        return err_set(e, "more than %d parameters may be moved", CAL_PARAMS);
    c->param[c->params++] = (struct cal_param){ k, value, p->low, p->high, p->sd, value, p->sd, 1 };
    return true;
}

// Each name must be that of a parameter that has a prior.
static bool check_names(const struct calibration *c, struct err *e)
{
    char name[128];
    for (const char *at = c->o.names; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        const char *from = at + (strncmp(at, "core.", 5) == 0 ? 5 : 0);
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(from, ","), from);
        if (!*name)
            return err_set(e, "an empty name between commas, or at an end");
        const struct param *r = param_find(name);
        const char *like = r ? NULL : param_like(name);
        if (!r)
            return err_set(e, "no parameter '%.60s'%s%s%s", name, like ? "; is '" : "",
                           like ? like : "", like ? "' meant?" : "");
        if (c->base->origin[r - core_table].kind == ORIGIN_SET)
            return err_set(e, "'%.60s' was set: it is not moved", name);
        if (!is_number(r) || !(c->base->fit.of[r - core_table].sd > 0))
            return err_set(e,
                           "'%.60s' has no prior: give it a line [LOW, HIGH, SD] in the "
                           "section fit: of the core file",
                           name);
        if (!param_read_by(r, c->fit->model))
            return err_set(e, "the %s model does not read '%.60s'", c->fit->model, name);
    }
    return true;
}

bool cal_list_params(struct calibration *c, struct err *e)
{
    if (!check_names(c, e))
        return false;
    for (enum core_param k = 0; k < PARAM_COUNT; k++) {
        const struct param *r = &core_table[k];
        if (is_number(r) && c->base->fit.of[k].sd > 0 && param_read_by(r, c->fit->model) &&
            named(c->o.names, r->path) && !add_param(c, k, e))
            return false;
    }
    if (!c->params)
        return err_set(e,
                       "no parameter of %s may be moved: give some a prior in the section fit: "
                       "of the core file",
                       c->fit->core);
    return true;
}

bool cal_config(const struct calibration *c, const struct config *of, const double *value,
                struct config *to)
{
    struct err why;
    *to = *of;
    for (u32 k = 0; k < c->fits; k++)
        param_set_number(&to->core, c->param[c->chosen[k]].id, value[k]);
    return core_check(&to->core, &why);
}

// By one sd or two, up or down, as far as the bounds let.
void cal_perturb(struct calibration *c)
{
    struct random r = { c->o.seed ^ 0x70657274 };
    double value[CAL_PARAMS];
    for (u32 tries = 0; tries < 100; tries++) {
        for (u32 k = 0; k < c->fits; k++) {
            struct cal_param *p = &c->param[c->chosen[k]];
            double by = p->sd * (1 + random_unit(&r)) * (random_next(&r) & 1 ? 1 : -1);
            double was = param_number(&c->base->core, p->id);
            value[k] = fmin(fmax(was + by, p->low), p->high);
            if (core_table[p->id].kind == PARAM_COUNTED) {
                value[k] = round(value[k]);
                if (value[k] == was)
                    value[k] = was + (by > 0 ? 1 : -1);
                value[k] = fmin(fmax(value[k], p->low), p->high);
            }
        }
        if (cal_config(c, c->base, value, c->centre))
            break;
    }
    for (u32 k = 0; k < c->fits; k++) {
        struct cal_param *p = &c->param[c->chosen[k]];
        p->start = p->value = param_number(&c->centre->core, p->id);
    }
}
