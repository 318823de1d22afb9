// What the rules need.
#include <stdlib.h>

#include "explain/about.h"
#include "isa/decode.h"
#include "uarch/bpred/bpred.h"

static bool need_nothing(const struct about *x)
{
    return true;
}

static bool need_crossing(const struct about *x)
{
    return x->w->memory && about_share(x->w->memory->cross_line, x->w->runs) >= 0.3;
}

static bool is_busy(const struct about *x)
{
    return about_units(x->w) && about_uses(x) >= 0.85 * __builtin_popcount(about_units(x->w));
}

static bool need_load_ports(const struct about *x)
{
    return x->g->stack[STACK_l1d] > 0.8 * (double)x->g->slots && is_busy(x);
}

static bool need_far_pages(const struct about *x)
{
    return x->w->memory && x->g->stack[STACK_dtlb] > x->g->slots / 2;
}

static bool need_misses(const struct about *x)
{
    return x->w->memory && x->g->stack[STACK_l1d] < x->g->slots / 2;
}

static bool need_chased(const struct about *x)
{
    return need_misses(x) && about_share(x->w->memory->chased, x->w->runs) >= 0.5;
}

static bool need_strided(const struct about *x)
{
    double share;
    return need_misses(x) && evidence_stride(x->w, &share) != 0 && share >= 0.6;
}

static bool need_narrower(const struct about *x)
{
    return x->w->memory && about_share(x->w->memory->narrower, x->w->runs) >= 0.5;
}

static bool need_sometimes(const struct about *x)
{
    return x->w->memory && about_share(x->w->memory->moved, x->w->runs) >= 0.2;
}

static bool need_large(const struct about *x)
{
    return about_span(x) > x->p->l2_size;
}

static bool need_returns(const struct about *x)
{
    return x->w->plan.branch == 1 + BRANCH_RETURN;
}

static bool need_large_code(const struct about *x)
{
    return x->code > x->p->l1i_size;
}

static bool need_short_runs(const struct about *x)
{
    return about_run_length(x) <= 6;
}

static bool need_chained(const struct about *x)
{
    double lost = (double)x->g->slots / (double)x->p->rename_width;
    return about_chain(x) * (double)x->w->runs >= 0.5 * lost;
}

static bool need_division(const struct about *x)
{
    u32 c = about_class(x->w);
    return (c == CLASS_DIV || c == CLASS_FP_DIV || c == CLASS_FP_SQRT) && need_chained(x);
}

static bool need_busy(const struct about *x)
{
    return is_busy(x);
}

static const struct rule rules[] = {
#define FAMILY(...)
#define RULE(id, family, need, sentence, cure) \
    { #id, FAMILY_##family, need_##need, sentence, cure },
#include "explain/rules.def"
#undef FAMILY
#undef RULE
};

const struct rule *about_rule(const struct about *x)
{
    const struct rule *r = rules;
    while (r->family != x->g->family || !r->need(x))
        r++;
    return r;
}
