// One function: its source and instructions, what each cost, and why.
//
// Branches inside the function are drawn at the left of the instructions, from where they are to
// where they go, inner ones nearer.
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/oom.h"
#include "isa/decode.h"
#include "isa/facts.h"
#include "profile/profile.h"
#include "profile/source.h"
#include "report/figures.h"

enum { LANES = 6 };   // branches drawn beside one another

struct arrow {
    u32 low, high;   // rows
    u32 lane;
    bool back;   // to a lower row
};

struct view {
    const struct profile *p;
    u32 first, count;   // instructions
    struct profile_sum *sum;   // of all of the profile
    struct arrow *arrow;
    u32 arrows;
    struct sources *sources;
    u64 all;   // slots of the function
};

static u64 event(const struct view *v, const struct profile_sum *s, const char *name)
{
    u32 k = profile_event(v->p, name);
    return k == PROFILE_NONE ? 0 : s->events[k];
}

static bool branch_to(const struct view *v, u32 row, u32 *to)
{
    const struct profile_instruction *i = &v->p->instruction[v->first + row];
    vaddr target;
    enum isa_branch kind = isa_branch(isa_row(isa_op_of_run(isa_decode(i->word).run)));
    if ((kind != ISA_CONDITIONAL && kind != ISA_DIRECT) ||
        !isa_target(i->word, i->address, &target))
        return false;
    for (u32 k = 0; k < v->count; k++)
        if (v->p->instruction[v->first + k].address == target) {
            *to = k;
            return true;
        }
    return false;
}

static int by_length(const void *left, const void *right)
{
    const struct arrow *a = left, *b = right;
    u32 x = a->high - a->low, y = b->high - b->low;
    if (x != y)
        return x < y ? -1 : 1;
    return a->low < b->low ? -1 : a->low > b->low;
}

// Short ones get the lanes next to the code; one that finds none is not drawn.
static void draw_arrows(struct view *v)
{
    v->arrow = calloc(v->count + 1, sizeof(*v->arrow));
    if (!v->arrow)
        out_of_memory();
    for (u32 k = 0, to; k < v->count; k++)
        if (branch_to(v, k, &to) && to != k)
            v->arrow[v->arrows++] =
                (struct arrow){ to < k ? to : k, to < k ? k : to, LANES, to < k };
    qsort(v->arrow, v->arrows, sizeof(*v->arrow), by_length);
    for (struct arrow *a = v->arrow; a < v->arrow + v->arrows; a++)
        for (a->lane = 0; a->lane < LANES; a->lane++) {
            bool free = true;
            for (const struct arrow *b = v->arrow; b < a && free; b++)
                free = b->lane != a->lane || b->high < a->low || b->low > a->high;
            if (free)
                break;
        }
}

// Columns from the outermost lane to the code: '|' passes, '+' begins or ends, '>' is the target.
static void print_arrows(const struct view *v, u32 row, FILE *f)
{
    char text[2 * LANES + 2];
    memset(text, ' ', sizeof(text));
    text[2 * LANES + 1] = 0;
    for (const struct arrow *a = v->arrow; a < v->arrow + v->arrows; a++) {
        if (a->lane == LANES || row < a->low || row > a->high)
            continue;
        u32 at = 2 * (LANES - 1 - a->lane);
        if (row != a->low && row != a->high) {
            text[at] = text[at] == '-' ? '+' : '|';
            continue;
        }
        bool target = row == (a->back ? a->low : a->high);
        text[at] = '+';
        for (u32 k = at + 1; k < 2 * LANES; k++)
            text[k] = text[k] == '|' || text[k] == '+' ? '+' : '-';
        text[2 * LANES] = target ? '>' : text[2 * LANES] == '>' ? '>' : '-';
    }
    fputs(text, f);
}

// Which level answered a load, in percent; how often a branch was wrong.
static void print_events(const struct view *v, const struct profile_sum *s, FILE *f)
{
    static const char *const level[] = { "forwarded", "l2", "slc", "dram" };
    u64 executed = event(v, s, "executed"), wrong = event(v, s, "mispredicted");
    for (size_t k = 0; k < COUNT(level); k++)
        if (event(v, s, level[k]))
            fprintf(f, "  %s %.1f %%", level[k],
                    100 * report_part(event(v, s, level[k]), executed));
    if (event(v, s, "dtlb"))
        fprintf(f, "  dTLB missed %.1f %%", 100 * report_part(event(v, s, "dtlb"), executed));
    if (wrong)
        fprintf(f, "  mispredicted %.1f %%", 100 * report_part(wrong, executed));
    else if (event(v, s, "taken") && event(v, s, "taken") < executed)
        fprintf(f, "  taken %.1f %%", 100 * report_part(event(v, s, "taken"), executed));
}

static void print_cause(const struct view *v, const struct profile_sum *s, FILE *f)
{
    u64 slots;
    const struct profile_label *worst = profile_worst(v->p, s, &slots);
    bool said = worst && report_part(s->all, v->all) >= 0.01 && report_part(slots, s->all) >= 0.1;
    fprintf(f, "%-12s", said ? worst->name : "");
}

static void print_row(const struct view *v, u32 row, FILE *f)
{
    const struct profile_instruction *i = &v->p->instruction[v->first + row];
    const struct profile_sum *s = &v->sum[v->first + row];
    char text[96], count[32], cycles[32];
    u64 bias = i->object == PROFILE_NONE ? 0 : v->p->object[i->object].bias;
    fprintf(f, "%5.1f%% %14s %14s  ", 100 * report_part(s->all, v->all),
            report_grouped((s->all + v->p->width / 2) / v->p->width, cycles),
            report_grouped(event(v, s, "executed"), count));
    print_cause(v, s, f);
    print_arrows(v, row, f);
    fprintf(f, " %8" PRIx64 "  %-44s", i->address - bias,
            isa_disassemble(i->word, i->address - bias, text, sizeof(text)));
    print_events(v, s, f);
    fputc('\n', f);
}

static void print_source(const struct view *v, u32 row, FILE *f)
{
    const struct profile_instruction *i = &v->p->instruction[v->first + row];
    const struct profile_instruction *before = row ? i - 1 : NULL;
    if (!i->file || !i->line)
        return;
    if (before && before->file && before->line == i->line && !strcmp(before->file, i->file))
        return;
    const char *slash = strrchr(i->file, '/'), *source = sources_line(v->sources, i->file, i->line);
    fprintf(f, "%52s %s:%u%s%.110s\n", "", slash ? slash + 1 : i->file, i->line,
            source ? ":  " : "", source ? source : "");
}

static void print_gap(const struct view *v, u32 row, FILE *f)
{
    const struct profile_instruction *i = &v->p->instruction[v->first + row];
    if (row && i->address != i[-1].address + 4)
        fprintf(f, "%52s ... %" PRIu64 " not executed\n", "", (i->address - i[-1].address - 4) / 4);
}

static void print_function(struct view *v, u32 function, FILE *f)
{
    const struct profile_function *fn = &v->p->function[function];
    char text[32];
    v->all = 0;
    for (u32 k = 0; k < v->count; k++)
        v->all += v->sum[v->first + k].all;
    fprintf(f, "\n  %s", fn->name);
    if (fn->file)
        fprintf(f, "  %s:%u", fn->file, fn->line);
    fprintf(f, "  %s cycles\n\n", report_grouped((v->all + v->p->width / 2) / v->p->width, text));
    fprintf(f, "%6s %14s %14s  %-12s\n", "own", "cycles", "executed", "waits for");
    draw_arrows(v);
    for (u32 k = 0; k < v->count; k++) {
        print_gap(v, k, f);
        print_source(v, k, f);
        print_row(v, k, f);
    }
    free(v->arrow);
    v->arrow = NULL;
    v->arrows = 0;
}

static bool fail_like(const struct profile *p, const char *name, struct err *e)
{
    struct nearest n = { .word = name };
    for (u32 k = 0; k < p->functions; k++)
        nearest_try(&n, p->function[k].name);
    return err_set(e, "no function '%.200s' ran%s%s%s", name, n.best ? "; is '" : "",
                   n.best ? n.best : "", n.best ? "' meant?" : "");
}

bool profile_annotate(const struct profile *p, const char *name, FILE *f, struct err *e)
{
    struct view v = { .p = p, .sum = profile_by_instruction(p), .sources = sources_new() };
    bool found = false;
    for (u32 k = 0; k < p->instruction_count; k += v.count ? v.count : 1) {
        u32 function = p->instruction[k].function;
        v.first = k;
        v.count = 0;
        while (k + v.count < p->instruction_count &&
               p->instruction[k + v.count].function == function)
            v.count++;
        if (strcmp(p->function[function].name, name) != 0)
            continue;
        found = true;
        print_function(&v, function, f);
    }
    sources_free(v.sources);
    free(v.sum);
    if (!found)
        return fail_like(p, name, e);
    fputc('\n', f);
    return (fflush(f) == 0 && !ferror(f)) || err_system(e, errno, "the annotation");
}
