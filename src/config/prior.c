#include "config/prior.h"

#include <math.h>
#include <string.h>

#include "config/config.h"
#include "config/draw.h"

enum measure { NONE, ABSOLUTE, RELATIVE };

static const struct {
    enum measure measure;
    double sd, below, above;
} generic[PARAM_COUNT] = {
#define PRIOR(field, measure, sd, below, above) [PARAM_##field] = { measure, sd, below, above },
#include "config/prior.def"
#undef PRIOR
};

double param_number(const struct core_params *p, enum core_param k)
{
    const void *field = (const char *)p + core_table[k].offset;
    u64 counted;
    double real;
    if (core_table[k].kind == PARAM_COUNTED)
        return memcpy(&counted, field, sizeof(counted)), (double)counted;
    return memcpy(&real, field, sizeof(real)), real;
}

void param_set_number(struct core_params *p, enum core_param k, double v)
{
    void *field = (char *)p + core_table[k].offset;
    u64 counted = (u64)floor(v + 0.5);
    if (core_table[k].kind == PARAM_COUNTED)
        memcpy(field, &counted, sizeof(counted));
    else
        memcpy(field, &v, sizeof(v));
}

static bool is_number(enum core_param k)
{
    return core_table[k].kind == PARAM_COUNTED || core_table[k].kind == PARAM_REAL;
}

struct prior prior_generic(const struct core_params *p, enum core_param k)
{
    const struct param *r = &core_table[k];
    struct prior out = { .origin = { .kind = ORIGIN_DEFAULT, .source = "" } };
    if (!is_number(k))
        return out;
    double v = param_number(p, k), unit = generic[k].measure == RELATIVE ? v : 1;
    out.low = fmax(r->min, v - generic[k].below * unit);
    out.high = fmin(r->max, v + generic[k].above * unit);
    if (r->kind == PARAM_COUNTED) {
        out.low = ceil(out.low);
        out.high = floor(out.high);
    }
    out.sd = v != 0 ? generic[k].sd * unit : 0;
    if (out.sd == 0)
        out.low = out.high = v;
    return out;
}

static u32 model_of(const char *model)
{
    return strcmp(model, "fast") != 0;
}

double prior_discrepancy(const struct config_fit *f, const char *model)
{
    return f->discrepancy[model_of(model)];
}

static bool refuse(const struct origin *o, struct err *e, const char *path, const char *why)
{
    return err_set(e, "%s:%u:%u: fit.%s: %s", o->file, o->line, o->column, path, why);
}

static bool finish_one(struct config *c, enum core_param k, struct err *e)
{
    struct prior *p = &c->fit.of[k];
    double v = is_number(k) ? param_number(&c->core, k) : 0;
    if (c->origin[k].kind == ORIGIN_SET) {
        *p = (struct prior){ v, v, 0, { .kind = ORIGIN_SET, .source = "" } };
        return true;
    }
    if (p->origin.kind != ORIGIN_FILE) {
        *p = prior_generic(&c->core, k);
        return true;
    }
    if (v >= p->low && v <= p->high)
        return true;
    char why[160];
    snprintf(why, sizeof(why), "the value, %.15g, is not from %.15g to %.15g", v, p->low, p->high);
    return refuse(&p->origin, e, core_table[k].path, why);
}

static void list_members(struct config_fit *f, struct arena *a)
{
    bool in[PARAM_COUNT] = { false };
    enum core_param *member = ARENA_ARRAY(a, 2 * f->correlations + 1, enum core_param);
    f->members = 0;
    for (size_t i = 0; i < f->correlations; i++)
        in[f->correlation[i].a] = in[f->correlation[i].b] = true;
    for (u32 k = 0; k < PARAM_COUNT; k++)
        if (in[k])
            member[f->members++] = (enum core_param)k;
    f->member = member;
}

static size_t place(const struct config_fit *f, enum core_param k)
{
    size_t at = 0;
    while (f->member[at] != k)
        at++;
    return at;
}

// Makes L of the matrix m, n by n and of which the lower triangle is read, in its place
// (Cholesky). False when it is not positive definite.
static bool factorize(double *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = m[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= draw_product(m[i * n + k], m[j * n + k]);
            if (i == j && sum < 1e-9)
                return false;
            m[i * n + j] = i == j ? sqrt(sum) : sum / m[j * n + j];
        }
    return true;
}

static bool correlate(struct config_fit *f, struct arena *a, struct err *e)
{
    list_members(f, a);
    size_t n = f->members;
    double *m = ARENA_ARRAY(a, n * n + 1, double);
    for (size_t i = 0; i < n; i++)
        m[i * n + i] = 1;
    for (size_t i = 0; i < f->correlations; i++) {
        size_t x = place(f, f->correlation[i].a), y = place(f, f->correlation[i].b);
        m[x * n + y] = m[y * n + x] = f->correlation[i].r;
    }
    f->factor = m;
    return factorize(m, n) ||
           refuse(&f->correlations_origin, e, "correlations",
                  "their matrix is not positive definite: no numbers correlate so");
}

bool prior_finish(struct config *c, struct arena *a, struct err *e)
{
    for (u32 k = 0; k < PARAM_COUNT; k++)
        if (!finish_one(c, (enum core_param)k, e))
            return false;
    return correlate(&c->fit, a, e);
}
