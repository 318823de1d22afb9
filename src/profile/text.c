// A profile for the terminal: hot functions, then hot lines, and why.
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "profile/profile.h"
#include "profile/source.h"
#include "report/figures.h"

enum { MOST_FUNCTIONS = 15, MOST_LINES = 20 };

static const double SMALL = 0.002;   // share of all slots below which nothing is listed

static const char *cycles(const struct profile *p, u64 slots, char text[32])
{
    return report_grouped((slots + p->width / 2) / p->width, text);
}

// What it waits for, if that is more than a tenth of its slots.
static void print_cause(const struct profile *p, const struct profile_sum *s, FILE *f)
{
    u64 slots;
    const struct profile_label *worst = profile_worst(p, s, &slots);
    if (worst && report_part(slots, s->all) >= 0.1)
        fprintf(f, "%3.0f %% %s: %s\n", 100 * report_part(slots, s->all), worst->name, worst->doc);
    else
        fprintf(f, "retires most of the time\n");
}

static void print_head(const struct profile *p, FILE *f)
{
    char a[32], b[32];
    fprintf(f, "\n  m2sim: %s\n\n", p->command);
    fprintf(f, "  %s cycles, %s instructions, %.2f per cycle, %.6f ms   # %s, %s model, %.3f GHz\n",
            report_grouped(p->cycles, a), report_grouped(p->instructions, b),
            report_part(p->instructions, p->cycles), (double)p->cycles / p->frequency_ghz / 1e6,
            p->core, p->model, p->frequency_ghz);
}

static void print_functions(const struct profile *p, u64 all, FILE *f)
{
    struct profile_sum *own = profile_by_function(p);
    u64 *below = profile_inclusive(p), *calls = profile_calls(p);
    u32 *hot = profile_hottest(p, own), executed = profile_event(p, "executed");
    fprintf(f, "\n  Hot functions: cycles of their own, and with what they call\n");
    fprintf(f, "    %6s %14s %7s %12s %5s  %s\n", "own", "cycles", "with", "calls", "IPC",
            "function, and what it waits for most");
    for (u32 k = 0; k < p->functions && k < MOST_FUNCTIONS; k++) {
        const struct profile_sum *s = &own[hot[k]];
        char text[32], count[32];
        if (report_part(s->all, all) < SMALL)
            break;
        fprintf(f, "    %5.1f%% %14s %6.1f%% %12s %5.2f  %s\n", 100 * report_part(s->all, all),
                cycles(p, s->all, text), 100 * report_part(below[hot[k]], all),
                report_grouped(calls[hot[k]], count),
                executed == PROFILE_NONE ? 0 : report_part(s->events[executed] * p->width, s->all),
                p->function[hot[k]].name);
        fprintf(f, "    %50s", "");
        print_cause(p, s, f);
    }
    free(hot);
    free(own);
    free(below);
    free(calls);
}

static void print_lines(const struct profile *p, u64 all, FILE *f)
{
    u32 count, listed = 0;
    struct profile_line *line = profile_by_line(p, &count);
    struct sources *sources = sources_new();
    for (u32 k = 0; k < count && listed < MOST_LINES; k++) {
        const struct profile_line *l = &line[k];
        char text[32];
        if (!l->file || !l->line)
            continue;
        if (report_part(l->sum.all, all) < SMALL)
            break;
        if (!listed++)
            fprintf(f, "\n  Hot lines\n");
        const char *slash = strrchr(l->file, '/');
        const char *source = sources_line(sources, l->file, l->line);
        fprintf(f, "    %5.1f%% %14s  %s:%u  %s\n", 100 * report_part(l->sum.all, all),
                cycles(p, l->sum.all, text), slash ? slash + 1 : l->file, l->line,
                p->function[l->function].name);
        if (source)
            fprintf(f, "    %21s  | %.100s\n", "", source);
        fprintf(f, "    %21s  ", "");
        print_cause(p, &l->sum, f);
    }
    if (!listed)
        fprintf(
            f, "\n  No source lines: the program has no debugging information (compile with -g)\n");
    sources_free(sources);
    free(line);
}

bool profile_text(const struct profile *p, FILE *f, struct err *e)
{
    struct profile_sum total;
    profile_total(p, &total);
    print_head(p, f);
    print_functions(p, total.all, f);
    print_lines(p, total.all, f);
    if (p->folded)
        fprintf(f,
                "\n  %" PRIu64 " calls of functions that were on their path already count there\n",
                p->folded);
    if (p->paths_full)
        fprintf(
            f,
            "\n  There were more call paths than are kept: what is deeper counts for the caller\n");
    fputc('\n', f);
    return (fflush(f) == 0 && !ferror(f)) || err_system(e, errno, "the profile");
}
