#include "explain/loss.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "explain/about.h"

static const struct {
    enum spread spread;
    u32 causes;   // a bit a cause
} families[FAMILIES] = {
#define CAUSE(name) | 1u << STACK_##name
#define FAMILY(id, spread, causes) { spread, 0 causes },
#define RULE(...)
#include "explain/rules.def"
#undef FAMILY
#undef RULE
#undef CAUSE
};

// A part of an instruction's slots.
struct part {
    const struct explain_cost *cost;
    const struct watched *w;   // or NULL
    enum family family;
    u64 slots;
    u32 group;
};

// All there is to make losses of.
struct work {
    struct arena *arena;
    struct about about;   // but for what differs from loss to loss
    struct part *part;
    struct group *group;
    u32 parts, groups;
};

static void say(struct work *k, const struct group *g, u64 all, struct loss *out)
{
    struct about x = k->about;
    x.g = g;
    x.cost = g->lead->cost;
    x.w = g->lead->w;
    const struct rule *r = about_rule(&x);
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    assert(f);
    about_percent(f, about_share(g->slots, all));
    fprintf(f, " of slots ");
    about_say(f, r->sentence, &x);
    fclose(f);
    char *kept = ARENA_ARRAY(k->arena, size + 1, char);
    memcpy(kept, text, size);
    free(text);
    *out = (struct loss){ .rule = r->id,
                          .text = kept,
                          .cure = r->cure,
                          .function = x.cost->function,
                          .file = x.cost->file,
                          .line = x.cost->line,
                          .pc = x.cost->pc,
                          .share = about_share(g->slots, all) };
    memcpy(out->stack, g->stack, sizeof(out->stack));
}

// -- Putting together --

// What a store waits for memory is a matter of stores; what a load that reads what was just
// written waits for the L1D, one of forwarding.
static enum family family_of(enum cause cause, const struct watched *w)
{
    u32 k = 0;
    while (k < FAMILIES && !(families[k].causes >> cause & 1))
        k++;
    if (k == FAMILY_memory && w->plan.kind == PLAN_STORE)
        return FAMILY_stores;
    if (cause == STACK_l1d && w->memory && 2 * w->memory->forwarded > w->runs)
        return FAMILY_forward;
    return (enum family)k;
}

static void add_parts(struct work *k, const struct explain_cost *c)
{
    const struct watched *w = evidence_at(k->about.v, c->pc);
    u64 slots[FAMILIES] = { 0 };
    for (u32 n = 0; w && n < STACK_COUNT; n++) {
        enum family f = family_of((enum cause)n, w);
        if (f < FAMILIES)
            slots[f] += c->slots[n];
    }
    for (u32 f = 0; f < FAMILIES; f++)
        if (slots[f])
            k->part[k->parts++] = (struct part){ c, w, (enum family)f, slots[f], 0 };
}

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int by_place(const void *left, const void *right)
{
    const struct part *a = left, *b = right;
    int d = (int)a->family - (int)b->family;
    if (!d)
        d = compare_texts(a->cost->function, b->cost->function);
    if (!d && (families[a->family].spread == ONE_LINE || !a->cost->function)) {
        d = compare_texts(a->cost->file, b->cost->file);
        d = d ? d : a->cost->line - b->cost->line;
        if (!d && !a->cost->file)
            d = (a->cost->pc > b->cost->pc) - (a->cost->pc < b->cost->pc);
    }
    return d;
}

static void add_to_group(struct group *g, const struct part *p)
{
    g->slots += p->slots;
    if (!g->lead || p->slots > g->lead->slots)
        g->lead = p;
    for (u32 k = 0; k < STACK_COUNT; k++)
        if (family_of((enum cause)k, p->w) == p->family)
            g->stack[k] += p->cost->slots[k];
}

static void make_groups(struct work *k)
{
    qsort(k->part, k->parts, sizeof(*k->part), by_place);
    for (u32 n = 0; n < k->parts; n++) {
        if (!n || by_place(&k->part[n - 1], &k->part[n]))
            k->group[k->groups++] = (struct group){ .family = k->part[n].family };
        k->part[n].group = k->groups - 1;
        add_to_group(&k->group[k->groups - 1], &k->part[n]);
    }
}

static void move_group(struct group *to, struct group *from)
{
    to->slots += from->slots;
    for (u32 k = 0; k < STACK_COUNT; k++)
        to->stack[k] += from->stack[k];
    *from = (struct group){ .lead = from->lead };
}

// The store queue fills behind loads that wait for what stores of it have.
static void join_stores(struct work *k, struct group *g)
{
    const struct evidence_memory *m = g->lead->w->memory;
    for (u32 n = 0; m && n < k->parts; n++) {
        const struct part *p = &k->part[n];
        bool reads = false;
        for (u32 s = 0; s < EVIDENCE_STORES; s++)
            reads |= m->store[s] && m->store[s] == p->cost->pc;
        if (p->family == FAMILY_stores && reads)
            move_group(g, &k->group[p->group]);
    }
}

static int by_slots(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    return (a->slots < b->slots) - (a->slots > b->slots);
}

// Beside a loss four times as large it does not matter yet.
static bool is_large(const struct work *k, u32 g, u64 all)
{
    u64 slots = k->group[g].slots;
    return (double)slots >= EXPLAIN_LARGE * (double)all && 4 * slots >= k->group[0].slots;
}

// Whether its place has a loss already, which is larger: the one is behind the other.
static bool is_named(const struct explained *x, const struct group *g)
{
    const struct explain_cost *c = g->lead->cost;
    for (u32 k = 0; k < x->losses; k++) {
        const struct loss *l = &x->loss[k];
        if (c->file ? l->line == c->line && !compare_texts(l->file, c->file) : l->pc == c->pc)
            return true;
    }
    return false;
}

static void add_code(void *ctx, const struct watched *w)
{
    *(u64 *)ctx += 4;
}

struct explained explain(struct arena *a, const struct explain_cost *cost, size_t n,
                         const struct evidence *v, const struct config *c, u64 cycles)
{
    struct work k = { .arena = a, .about = { .v = v, .p = &c->core, .all = cost, .count = n } };
    struct explained x = { .all = cycles * c->core.rename_width };
    k.part = ARENA_ARRAY(a, n * FAMILIES + 1, struct part);
    k.group = ARENA_ARRAY(a, n * FAMILIES + 1, struct group);
    evidence_each(v, add_code, &k.about.code);
    for (size_t i = 0; i < n; i++) {
        add_parts(&k, &cost[i]);
        x.used += cost[i].slots[STACK_base] + cost[i].slots[STACK_cracked];
    }
    make_groups(&k);
    for (u32 g = 0; g < k.groups; g++)
        if (k.group[g].family == FAMILY_forward)
            join_stores(&k, &k.group[g]);
    qsort(k.group, k.groups, sizeof(*k.group), by_slots);
    for (u32 g = 0; g < k.groups && x.losses < EXPLAIN_LOSSES && is_large(&k, g, x.all); g++)
        if (!is_named(&x, &k.group[g]))
            say(&k, &k.group[g], x.all, &x.loss[x.losses++]);
    x.largest = k.groups ? about_share(k.group[0].slots, x.all) : 0;
    return x;
}

// -- Reports --

void explain_text(const struct explained *x, FILE *f)
{
    fprintf(f, "%.0f %% of slots do work that is kept", 100 * about_share(x->used, x->all));
    if (!x->losses) {
        fprintf(f, "; there is no single large loss: none takes more than %.0f %%\n",
                100 * x->largest);
        return;
    }
    fprintf(f, "; the largest loss%s:\n", x->losses > 1 ? "es" : "");
    for (u32 k = 0; k < x->losses; k++)
        fprintf(f, "\n%u. %s.\n   %s\n", k + 1, x->loss[k].text, x->loss[k].cure);
}

void explain_json(const struct explained *x, struct jw *j)
{
    jw_u64(j, "slots", x->all);
    jw_u64(j, "used", x->used);
    jw_array(j, "losses");
    for (u32 k = 0; k < x->losses; k++) {
        const struct loss *l = &x->loss[k];
        jw_object(j, NULL);
        jw_text(j, "rule", l->rule);
        jw_real(j, "share", l->share);
        jw_text(j, "text", l->text);
        jw_text(j, "cure", l->cure);
        jw_text(j, "function", l->function);
        jw_text(j, "file", l->file);
        jw_u64(j, "line", (u64)l->line);
        jw_u64(j, "address", l->pc);
        jw_object(j, "causes");
        for (u32 n = 0; n < STACK_COUNT; n++)
            if (l->stack[n])
                jw_u64(j, core_causes[n].name, l->stack[n]);
        jw_close(j);
        jw_close(j);
    }
    jw_close(j);
    jw_real(j, "largest", x->largest);
}
