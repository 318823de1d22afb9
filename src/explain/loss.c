#include "explain/loss.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "isa/decode.h"
#include "uarch/bpred/bpred.h"

enum spread { ONE_LINE, FUNCTION };

enum family {
#define FAMILY(id, ...) FAMILY_##id,
#define RULE(...)
#include "explain/rules.def"
#undef FAMILY
#undef RULE
    FAMILIES
};

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

enum field {
#define FIELD(name, ...) FIELD_##name,
#include "explain/fields.def"
#undef FIELD
    FIELDS
};

static const char *const field_names[FIELDS] = {
#define FIELD(name, ...) #name,
#include "explain/fields.def"
#undef FIELD
};

// A part of an instruction's slots.
struct part {
    const struct explain_cost *cost;
    const struct watched *w;   // or NULL
    enum family family;
    u64 slots;
    u32 group;
};

struct group {
    enum family family;
    u64 slots, stack[STACK_COUNT];
    const struct part *lead;   // with most of them
};

// All there is to make losses of.
struct work {
    struct arena *arena;
    const struct explain_cost *cost;
    size_t costs;
    const struct evidence *v;
    const struct core_params *p;
    u64 cycles, code;   // code: bytes that ran
    struct part *part;
    struct group *group;
    u32 parts, groups;
};

// What the evidence is asked about.
struct about {
    const struct work *work;
    const struct group *g;
    const struct explain_cost *cost;   // of the lead
    const struct watched *w;   // of the lead; never NULL
};

// -- What is known of a loss --

static double share_of(u64 part, u64 all)
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
    for (size_t k = 0; k < x->work->costs; k++)
        for (u32 c = 0; same_function(&x->work->cost[k], x->cost) && c < STACK_COUNT; c++)
            slots += x->work->cost[k].slots[c];
    return (double)slots / (double)x->work->p->rename_width;
}

static u16 units_of(const struct watched *w)
{
    const struct plan *p = &w->plan;
    return p->issue_count ? p->issue[p->kind >= PLAN_LOAD ? p->memory_issue : 0].units : 0;
}

// How many of the function's instructions that can go to none but the lead's units run in a cycle.
static double uses(const struct about *x)
{
    u64 runs = 0;
    u16 units = units_of(x->w);
    for (size_t k = 0; k < x->work->costs; k++) {
        const struct explain_cost *c = &x->work->cost[k];
        const struct watched *w = same_function(c, x->cost) ? evidence_at(x->work->v, c->pc) : NULL;
        if (w && units_of(w) && !(units_of(w) & ~units))
            runs += w->runs;
    }
    double cycles = function_cycles(x);
    return cycles > 0 ? (double)runs / cycles : 0;
}

static double run_length(const struct about *x)
{
    u64 runs = 0, taken = 0;
    for (size_t k = 0; k < x->work->costs; k++) {
        const struct explain_cost *c = &x->work->cost[k];
        const struct watched *w = same_function(c, x->cost) ? evidence_at(x->work->v, c->pc) : NULL;
        runs += w ? w->runs : 0;
        taken += w && w->branch ? w->branch->taken : 0;
    }
    return taken ? (double)runs / (double)taken : INFINITY;
}

// Cycles from one result to the next on a core on which only sources are waited for.
static double chain(const struct about *x)
{
    u64 runs = x->w->runs, from = x->w->first_flow, to = x->w->flow;
    return runs > 1 && to > from ? (double)(to - from) / (double)(runs - 1) : 0;
}

static u64 span(const struct about *x)
{
    const struct evidence_memory *m = x->w->memory;
    return m ? m->high - m->low : 0;
}

// The cause with most of the slots.
static enum cause worst(const struct group *g)
{
    u32 most = 0;
    for (u32 k = 1; k < STACK_COUNT; k++)
        if (g->stack[k] > g->stack[most])
            most = k;
    return (enum cause)most;
}

static u32 class_of(const struct watched *w)
{
    struct insn i = isa_decode(w->plan.word);
    return i.run <= RUN_UNDEFINED ? CLASS_NOP : isa_row(isa_op_of_run(i.run))->class;
}

// -- Needs --

static bool need_nothing(const struct about *x)
{
    return true;
}

static bool need_crossing(const struct about *x)
{
    return x->w->memory && share_of(x->w->memory->cross_line, x->w->runs) >= 0.3;
}

static bool is_busy(const struct about *x)
{
    return units_of(x->w) && uses(x) >= 0.85 * __builtin_popcount(units_of(x->w));
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
    return need_misses(x) && share_of(x->w->memory->chased, x->w->runs) >= 0.5;
}

static bool need_strided(const struct about *x)
{
    double share;
    return need_misses(x) && evidence_stride(x->w, &share) != 0 && share >= 0.6;
}

static bool need_narrower(const struct about *x)
{
    return x->w->memory && share_of(x->w->memory->narrower, x->w->runs) >= 0.5;
}

static bool need_sometimes(const struct about *x)
{
    return x->w->memory && share_of(x->w->memory->moved, x->w->runs) >= 0.2;
}

static bool need_large(const struct about *x)
{
    return span(x) > x->work->p->l2_size;
}

static bool need_returns(const struct about *x)
{
    return x->w->plan.branch == 1 + BRANCH_RETURN;
}

static bool need_large_code(const struct about *x)
{
    return x->work->code > x->work->p->l1i_size;
}

static bool need_short_runs(const struct about *x)
{
    return run_length(x) <= 6;
}

static bool need_chained(const struct about *x)
{
    double lost = (double)x->g->slots / (double)x->work->p->rename_width;
    return chain(x) * (double)x->w->runs >= 0.5 * lost;
}

static bool need_division(const struct about *x)
{
    u32 c = class_of(x->w);
    return (c == CLASS_DIV || c == CLASS_FP_DIV || c == CLASS_FP_SQRT) && need_chained(x);
}

static bool need_busy(const struct about *x)
{
    return is_busy(x);
}

static const struct rule {
    const char *id;
    enum family family;
    bool (*need)(const struct about *x);
    const char *sentence, *cure;
} rules[] = {
#define FAMILY(...)
#define RULE(id, family, need, sentence, cure) \
    { #id, FAMILY_##family, need_##need, sentence, cure },
#include "explain/rules.def"
#undef FAMILY
#undef RULE
};

// -- Sentences --

static void put_bytes(FILE *f, u64 n)
{
    static const char *const unit[] = { "bytes", "KiB", "MiB", "GiB" };
    double v = (double)n;
    u32 k = 0;
    for (; v >= 1024 && k + 1 < COUNT(unit); k++)
        v /= 1024;
    fprintf(f, v < 10 && k ? "%.3g %s" : "%.0f %s", v, unit[k]);
}

static void put_place(FILE *f, const struct explain_cost *c)
{
    const char *slash = c->file ? strrchr(c->file, '/') : NULL;
    fprintf(f, "`%s`", c->function ? c->function : "?");
    if (c->file)
        fprintf(f, " (%s:%d)", slash ? slash + 1 : c->file, c->line);
    else
        fprintf(f, " (0x%" PRIx64 ")", c->pc);
}

static void put_percent(FILE *f, double share)
{
    fprintf(f, share > 0 && share < 0.01 ? "%.1f %%" : "%.0f %%", 100 * share);
}

static const char *level_name(enum cause cause)
{
    return cause == STACK_l1d    ? "the L1D"
           : cause == STACK_l2   ? "the L2"
           : cause == STACK_slc  ? "the system level cache"
           : cause == STACK_dram ? "main memory"
                                 : "the TLB";
}

static void put_step(FILE *f, const struct about *x)
{
    double share;
    u64 stride = (u64)llabs(evidence_stride(x->w, &share)), line = x->work->p->l1d_line;
    if (stride >= x->work->p->page_size)
        fprintf(f, "one page an access");
    else if (stride >= line || !stride)
        fprintf(f, "one line an access");
    else
        fprintf(f, "one line in %" PRIu64 " accesses", (line + stride - 1) / stride);
}

static void put_mnemonic(FILE *f, const struct watched *w)
{
    char text[96];
    isa_disassemble(w->plan.word, w->pc, text, sizeof(text));
    fprintf(f, "%.*s", (int)strcspn(text, " \t"), text);
}

// " (FILE:LINE, FILE:LINE)" of the stores that a load reads from.
static void put_stores(FILE *f, const struct about *x)
{
    const struct evidence_memory *m = x->w->memory;
    int last = -1, n = 0;
    for (u32 k = 0; m && k < EVIDENCE_STORES && m->store[k]; k++)
        for (size_t c = 0; c < x->work->costs; c++) {
            const struct explain_cost *s = &x->work->cost[c];
            if (s->pc != m->store[k] || !s->file || s->line == last)
                continue;
            const char *slash = strrchr(s->file, '/');
            fprintf(f, "%s%s:%d", n++ ? ", " : " (", slash ? slash + 1 : s->file, s->line);
            last = s->line;
        }
    if (n)
        fprintf(f, ")");
}

static void put_units(FILE *f, int n)
{
    fprintf(f, "%d unit%s", n, n == 1 ? "" : "s");
}

static u32 targets(const struct evidence_branch *b)
{
    u32 n = 0;
    while (n < EVIDENCE_TARGETS && b->target[n])
        n++;
    return n;
}

// A field of an instruction that accesses memory.
static void put_memory(FILE *f, enum field field, const struct about *x)
{
    const struct evidence_memory *m = x->w->memory;
    double share;
    i64 stride = m ? evidence_stride(x->w, &share) : 0;
    u64 runs = x->w->runs;
    if (!m)
        fprintf(f, "?");
    else if (field == FIELD_stride)
        fprintf(f, "%s", stride < 0 ? "-" : ""), put_bytes(f, (u64)llabs(stride));
    else if (field == FIELD_step)
        put_step(f, x);
    else if (field == FIELD_span)
        put_bytes(f, span(x));
    else if (field == FIELD_pages)
        fprintf(f, "%" PRIu64, evidence_pages(m));
    else
        put_percent(f, share_of(field == FIELD_crossing        ? m->cross_line
                                : field == FIELD_pages_crossed ? m->cross_page
                                                               : m->forwarded,
                                runs));
}

static void put_branch(FILE *f, enum field field, const struct about *x)
{
    const struct evidence_branch *b = x->w->branch;
    if (!b)
        fprintf(f, "?");
    else if (field == FIELD_targets)
        fprintf(f, "%u%s", targets(b), targets(b) == EVIDENCE_TARGETS ? " or more" : "");
    else
        put_percent(f, share_of(field == FIELD_wrong ? x->cost->wrong : b->taken, x->w->runs));
}

static void put_field(FILE *f, enum field field, const struct about *x)
{
    const struct core_params *p = x->work->p;
    enum cause cause = worst(x->g);
    switch (field) {
    case FIELD_place: put_place(f, x->cost); break;
    case FIELD_function: fprintf(f, "`%s`", x->cost->function ? x->cost->function : "?"); break;
    case FIELD_mnemonic: put_mnemonic(f, x->w); break;
    case FIELD_runs: fprintf(f, "%" PRIu64, x->w->runs); break;
    case FIELD_missed:
        fprintf(f, "%s", cause == STACK_slc || cause == STACK_dram ? "L2" : "L1D");
        break;
    case FIELD_level: fprintf(f, "%s", level_name(cause)); break;
    case FIELD_stride:
    case FIELD_step:
    case FIELD_span:
    case FIELD_pages:
    case FIELD_crossing:
    case FIELD_pages_crossed:
    case FIELD_forwarded: put_memory(f, field, x); break;
    case FIELD_wrong:
    case FIELD_taken:
    case FIELD_targets: put_branch(f, field, x); break;
    case FIELD_by: put_stores(f, x); break;
    case FIELD_page: put_bytes(f, p->page_size); break;
    case FIELD_dtlb: fprintf(f, "%" PRIu64, p->dtlb_entries); break;
    case FIELD_ras: fprintf(f, "the %" PRIu64 " that are remembered", p->ras_entries); break;
    case FIELD_code: put_bytes(f, x->work->code); break;
    case FIELD_l1i: put_bytes(f, p->l1i_size); break;
    case FIELD_run_length: fprintf(f, "%.1f", run_length(x)); break;
    case FIELD_latency:
        fprintf(f, "%u cycle%s", x->w->plan.latency, x->w->plan.latency == 1 ? "" : "s");
        break;
    case FIELD_chain: fprintf(f, "%.3g cycle%s", chain(x), chain(x) == 1 ? "" : "s"); break;
    case FIELD_uses: fprintf(f, "%.1f", uses(x)); break;
    case FIELD_units: put_units(f, __builtin_popcount(units_of(x->w))); break;
    case FIELDS: break;
    }
}

static void put_sentence(FILE *f, const char *text, const struct about *x)
{
    for (; *text; text++) {
        if (*text != '{') {
            fputc(*text, f);
            continue;
        }
        size_t n = strcspn(++text, "}");
        u32 k = 0;
        while (k < FIELDS && (strncmp(field_names[k], text, n) != 0 || field_names[k][n]))
            k++;
        assert(k < FIELDS && text[n] == '}');
        put_field(f, (enum field)k, x);
        text += n;
    }
}

static void say(struct work *k, const struct group *g, u64 all, struct loss *out)
{
    struct about x = { k, g, g->lead->cost, g->lead->w };
    const struct rule *r = rules;
    while (r->family != g->family || !r->need(&x))
        r++;
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    assert(f);
    put_percent(f, share_of(g->slots, all));
    fprintf(f, " of slots ");
    put_sentence(f, r->sentence, &x);
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
                          .share = share_of(g->slots, all) };
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
    const struct watched *w = evidence_at(k->v, c->pc);
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
    struct work k = { .arena = a, .cost = cost, .costs = n, .v = v, .p = &c->core };
    struct explained x = { .all = cycles * c->core.rename_width };
    k.cycles = cycles;
    k.part = ARENA_ARRAY(a, n * FAMILIES + 1, struct part);
    k.group = ARENA_ARRAY(a, n * FAMILIES + 1, struct group);
    evidence_each(v, add_code, &k.code);
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
    x.largest = k.groups ? share_of(k.group[0].slots, x.all) : 0;
    return x;
}

// -- Reports --

void explain_text(const struct explained *x, FILE *f)
{
    fprintf(f, "%.0f %% of slots do work that is kept", 100 * share_of(x->used, x->all));
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
