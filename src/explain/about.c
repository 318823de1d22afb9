#include "explain/about.h"

#include <math.h>
#include <string.h>

#include "isa/decode.h"

double about_share(u64 part, u64 all)
{
    return all ? (double)part / (double)all : 0;
}

static bool same_function(const struct explain_cost *a, const struct explain_cost *b)
{
    if (!a->function || !b->function)
        return a->pc == b->pc;
    return strcmp(a->function, b->function) == 0;
}

// Slots of a function in cycles.
static double function_cycles(const struct about *x)
{
    u64 slots = 0;
    for (size_t k = 0; k < x->count; k++)
        for (u32 c = 0; same_function(&x->all[k], x->cost) && c < STACK_COUNT; c++)
            slots += x->all[k].slots[c];
    return (double)slots / (double)x->p->rename_width;
}

u16 about_units(const struct watched *w)
{
    const struct plan *p = &w->plan;
    return p->issue_count ? p->issue[p->kind >= PLAN_LOAD ? p->memory_issue : 0].units : 0;
}

double about_uses(const struct about *x)
{
    u64 runs = 0;
    u16 units = about_units(x->w);
    for (size_t k = 0; k < x->count; k++) {
        const struct explain_cost *c = &x->all[k];
        const struct watched *w = same_function(c, x->cost) ? evidence_at(x->v, c->pc) : NULL;
        if (w && about_units(w) && !(about_units(w) & ~units))
            runs += w->runs;
    }
    double cycles = function_cycles(x);
    return cycles > 0 ? (double)runs / cycles : 0;
}

double about_run_length(const struct about *x)
{
    u64 runs = 0, taken = 0;
    for (size_t k = 0; k < x->count; k++) {
        const struct explain_cost *c = &x->all[k];
        const struct watched *w = same_function(c, x->cost) ? evidence_at(x->v, c->pc) : NULL;
        runs += w ? w->runs : 0;
        taken += w && w->branch ? w->branch->taken : 0;
    }
    return taken ? (double)runs / (double)taken : INFINITY;
}

double about_chain(const struct about *x)
{
    return x->w->runs > 1 ? (double)x->w->advanced / (double)(x->w->runs - 1) : 0;
}

u64 about_span(const struct about *x)
{
    const struct evidence_memory *m = x->w->memory;
    return m ? m->high - m->low : 0;
}

enum cause about_worst(const struct group *g)
{
    u32 most = 0;
    for (u32 k = 1; k < STACK_COUNT; k++)
        if (g->stack[k] > g->stack[most])
            most = k;
    return (enum cause)most;
}

u32 about_class(const struct watched *w)
{
    struct insn i = isa_decode(w->plan.word);
    return i.run <= RUN_UNDEFINED ? CLASS_NOP : isa_row(isa_op_of_run(i.run))->class;
}
