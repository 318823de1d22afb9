// Sentences of rules, with what fields.def has filled in.
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "explain/about.h"
#include "isa/decode.h"

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

void about_percent(FILE *f, double share)
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
    u64 stride = (u64)llabs(evidence_stride(x->w, &share)), line = x->p->l1d_line;
    if (stride >= x->p->page_size)
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
        for (size_t c = 0; c < x->count; c++) {
            const struct explain_cost *s = &x->all[c];
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
        put_bytes(f, about_span(x));
    else if (field == FIELD_pages)
        fprintf(f, "%" PRIu64, evidence_pages(m));
    else
        about_percent(f, about_share(field == FIELD_crossing        ? m->cross_line
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
        about_percent(f, about_share(field == FIELD_wrong ? x->cost->wrong : b->taken, x->w->runs));
}

static void put_field(FILE *f, enum field field, const struct about *x)
{
    const struct core_params *p = x->p;
    enum cause cause = about_worst(x->g);
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
    case FIELD_code: put_bytes(f, x->code); break;
    case FIELD_l1i: put_bytes(f, p->l1i_size); break;
    case FIELD_run_length: fprintf(f, "%.1f", about_run_length(x)); break;
    case FIELD_latency:
        fprintf(f, "%u cycle%s", x->w->plan.latency, x->w->plan.latency == 1 ? "" : "s");
        break;
    case FIELD_chain:
        fprintf(f, "%.3g cycle%s", about_chain(x), about_chain(x) == 1 ? "" : "s");
        break;
    case FIELD_uses: fprintf(f, "%.1f", about_uses(x)); break;
    case FIELD_units: put_units(f, __builtin_popcount(about_units(x->w))); break;
    case FIELDS: break;
    }
}

void about_say(FILE *f, const char *text, const struct about *x)
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
