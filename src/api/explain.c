// Where a run lost time, and what better cores give.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/profiling.h"
#include "api/what_if.h"
#include "explain/loss.h"

// A run of other instructions by more than this share is not the same run.
#define OTHER 0.01

// -- Places --

struct place {
    const char *function, *file;
    u32 line;
};

static bool is_header_of_the_system(const char *file)
{
    return file && (strstr(file, "/include/") || strstr(file, "/lib/gcc"));
}

// Of inlined code the function it is written in, but what stands in a compiler's or a library's headers is its
// caller's.
static struct place place_of(const struct profile *p, const struct profile_instruction *i)
{
    const char *outer = i->function == PROFILE_NONE ? NULL : p->function[i->function].name;
    struct place at = { outer, i->file, i->line };
    u32 k = i->inlined;
    if (k != PROFILE_NONE)
        at.function = p->inlined[k].function;
    for (; k != PROFILE_NONE && is_header_of_the_system(at.file); k = p->inlined[k].next) {
        u32 next = p->inlined[k].next;
        at = (struct place){ next == PROFILE_NONE ? outer : p->inlined[next].function,
                             p->inlined[k].file, p->inlined[k].line };
    }
    return at;
}

static struct explain_cost *costs_of(const struct profile *p, struct arena *a)
{
    struct explain_cost *all = ARENA_ARRAY(a, p->instruction_count + 1, struct explain_cost);
    struct profile_sum *sum = profile_by_instruction(p);
    u32 wrong = profile_event(p, core_events[EVENT_mispredicted].name);
    for (u32 k = 0; k < p->instruction_count; k++) {
        struct place at = place_of(p, &p->instruction[k]);
        all[k] = (struct explain_cost){ .pc = p->instruction[k].address,
                                        .wrong = sum[k].events[wrong],
                                        .function = at.function,
                                        .file = at.file,
                                        .line = (int)at.line };
        for (u32 c = 0; c < STACK_COUNT; c++)
            all[k].slots[c] = sum[k].slots[profile_cause(p, core_causes[c].name)];
    }
    free(sum);
    return all;
}

// -- What-ifs --

static int by_cycles(const void *left, const void *right)
{
    const struct what_if *const *a = left, *const *b = right;
    if (!(*a)->cycles != !(*b)->cycles)
        return (*a)->cycles ? -1 : 1;
    return ((*a)->cycles > (*b)->cycles) - ((*a)->cycles < (*b)->cycles);
}

// Those that were asked for, the best first.
static size_t sorted(const struct what_if *all, const struct what_if *row[WHATIFS])
{
    size_t n = 0;
    for (u32 k = 0; k < WHATIFS; k++)
        if (all[k].row)
            row[n++] = &all[k];
    qsort(row, n, sizeof(*row), by_cycles);
    return n;
}

// `as_is`: on the core as it is.
static void what_if_text(const struct what_if *w, const struct what_if *as_is, FILE *f)
{
    fprintf(f, "  %-31s", w->row->name);
    if (!w->cycles)
        fprintf(f, " not known: %s\n", w->fault);
    else
        fprintf(f, " %7.2fx %14" PRIu64 " cycles\n", (double)as_is->cycles / (double)w->cycles,
                w->cycles);
    fprintf(f, "      %s\n", w->command);
}

static void what_ifs_text(const struct what_if **row, size_t rows, const struct what_if *as_is,
                          const struct core_stats *c, FILE *f)
{
    if (!rows)
        return;
    fprintf(f, "\nWhat if the core had\n");
    for (size_t k = 0; k < rows; k++)
        what_if_text(row[k], as_is, f);
    what_if_text(as_is, as_is, f);
    double less = fabs((double)as_is->instructions - (double)c->instructions);
    if (as_is->cycles && less > OTHER * (double)c->instructions)
        fprintf(f,
                "  These ran %" PRIu64 " instructions, not %" PRIu64
                ": what is read from standard input must be a file.\n",
                as_is->instructions, c->instructions);
}

static void what_if_json(const struct what_if *w, const struct what_if *as_is, struct jw *j)
{
    jw_object(j, NULL);
    jw_text(j, "id", w->row->id);
    jw_text(j, "name", w->row->name);
    jw_array(j, "sets");
    for (size_t k = 0; k < w->set_count; k++)
        jw_text(j, NULL, w->sets[k]);
    jw_close(j);
    jw_text(j, "command", w->command);
    if (w->cycles) {
        jw_u64(j, "cycles", w->cycles);
        jw_u64(j, "instructions", w->instructions);
        jw_real(j, "speedup", (double)as_is->cycles / (double)w->cycles);
    } else {
        jw_text(j, "fault", w->fault);
    }
    jw_close(j);
}

// -- Reports --

static void text(const struct m2sim *s, const struct explained *x, const struct core_stats *c,
                 FILE *f)
{
    const char *name = strrchr(s->options.program, '/');
    fprintf(f, "%s: %" PRIu64 " cycles for %" PRIu64 " instructions (IPC %.2f) on %s, %s model\n",
            name ? name + 1 : s->options.program, c->cycles, c->instructions,
            c->cycles ? (double)c->instructions / (double)c->cycles : 0, s->config.core.name,
            s->options.model);
    explain_text(x, f);
}

static void json(const struct m2sim *s, const struct explained *x, const struct core_stats *c,
                 const struct what_if **row, size_t rows, const struct what_if *as_is, FILE *f)
{
    struct jw j;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_u64(&j, "schema", 1);
    jw_text(&j, "program", s->options.program);
    jw_text(&j, "command", s->options.command);
    jw_text(&j, "core", s->config.core.name);
    jw_text(&j, "model", s->options.model);
    jw_text(&j, "version", m2sim_full_version());
    jw_u64(&j, "instructions", c->instructions);
    jw_u64(&j, "cycles", c->cycles);
    explain_json(x, &j);
    jw_array(&j, "what_if");
    for (size_t k = 0; k < rows; k++)
        what_if_json(row[k], as_is, &j);
    if (rows)
        what_if_json(as_is, as_is, &j);
    jw_close(&j);
    jw_close(&j);
    jw_finish(&j);
}

bool m2sim_explain(const struct m2sim *s, struct m2sim_what_ifs *w, FILE *f, unsigned flags,
                   struct m2sim_error *e)
{
    struct arena *a = arena_new();
    struct core_stats c;
    const struct what_if *row[WHATIFS];
    core_stats(s->core, &c);
    const struct profile *p = profiling_result(s, a, e);
    if (!p) {
        arena_free(a);
        return false;
    }
    struct explained x =
        explain(a, costs_of(p, a), p->instruction_count, s->evidence, &s->config, c.cycles);
    const struct what_if *all = w ? what_ifs_wait(w) : NULL;
    size_t rows = w ? sorted(all, row) : 0;
    const struct what_if *as_is = w ? &all[WHAT_IF_NOTHING] : NULL;
    if (flags & M2SIM_JSON) {
        json(s, &x, &c, row, rows, as_is, f);
    } else {
        text(s, &x, &c, f);
        what_ifs_text(row, rows, as_is, &c, f);
    }
    arena_free(a);
    fflush(f);
    return !ferror(f) || api_fail(e, M2SIM_EXIT_OUTPUT, "the report cannot be written");
}
