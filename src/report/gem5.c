// The counters as gem5 writes them: scripts made for its stats.txt read this too.
#include "report/report.h"

#include <inttypes.h>
#include <string.h>

#include "report/figures.h"
#include "report/tables.h"

static const char CPU[] = "system.cpu";

static void count_line(FILE *f, const char *name, u64 v, const char *doc, const char *unit)
{
    fprintf(f, "%-40s %12" PRIu64 " # %s (%s)\n", name, v, doc, unit);
}

static void real_line(FILE *f, const char *name, double v, const char *doc, const char *unit)
{
    fprintf(f, "%-40s %12.6f # %s (%s)\n", name, v, doc, unit);
}

struct walk {
    const struct report *r;
    FILE *f;
};

// `core.l1d.reads` is system.cpu.l1d.reads; what the model counts is the CPU's own, which
// then need not say it again.
static void counter(void *ctx, const struct stat_group *g, const struct stat_row *row)
{
    const struct walk *w = ctx;
    const char *part = strchr(g->path, '.');
    char name[96];
    u64 same;
    snprintf(name, sizeof(name), "%s.%s", w->r->runs, row->name);
    if (!part && stat_read(w->r->groups, name, &same))
        return;
    bool own = strcmp(g->path, w->r->runs) == 0;
    snprintf(name, sizeof(name), "%s%s.%s", CPU, part && !own ? part : "", row->name);
    count_line(w->f, name, stat_value(g, row), row->doc, row->unit);
}

static void slots(const struct report *r, FILE *f)
{
    static const char *const names[REPORT_TOPDOWN] = { "retiring", "bad_speculation",
                                                       "frontend_bound", "backend_bound" };
    char name[96];
    for (u32 k = 0; k < REPORT_TOPDOWN; k++) {
        snprintf(name, sizeof(name), "%s.topdown::%s", CPU, names[k]);
        count_line(f, name, r->slots[k], "slots, level 1", "slots");
    }
    for (unsigned k = 0; k < r->level2s; k++) {
        snprintf(name, sizeof(name), "%s.topdown2::%s", CPU, r->level2[k].name);
        count_line(f, name, r->level2[k].slots, r->level2[k].title, "slots");
    }
    for (unsigned k = 0; k < r->causes; k++) {
        snprintf(name, sizeof(name), "%s.cpiStack::%s", CPU, r->cause[k].name);
        count_line(f, name, r->cause[k].slots, r->cause[k].title, "slots");
    }
}

static void branch_lines(const struct report *r, FILE *f)
{
    char name[96];
    struct report_branch branch[REPORT_CLASSES];
    u32 n = report_branches(r->groups, branch);
    u64 branches = 0, wrong = 0;
    stat_read(r->groups, "core.branches", &branches);
    stat_read(r->groups, "core.mispredictions", &wrong);
    snprintf(name, sizeof(name), "%s.branchPred.lookups", CPU);
    count_line(f, name, branches, "branches that are predicted", "Count");
    snprintf(name, sizeof(name), "%s.branchPred.mispredicted", CPU);
    count_line(f, name, wrong, "of these, wrongly", "Count");
    for (const struct report_branch *b = branch; b < branch + n; b++) {
        snprintf(name, sizeof(name), "%s.branchPred.retired::%s", CPU, b->name);
        count_line(f, name, b->retired, "branches retired", "Count");
        snprintf(name, sizeof(name), "%s.branchPred.mispredicted::%s", CPU, b->name);
        count_line(f, name, b->mispredicted, "of these, mispredicted", "Count");
    }
}

static void misses(const struct report_level *l, FILE *f)
{
    char name[96];
    snprintf(name, sizeof(name), "%s.%s.overallMisses", CPU, l->name);
    count_line(f, name, l->misses, "demand misses", "Count");
    snprintf(name, sizeof(name), "%s.%s.overallMissRate", CPU, l->name);
    real_line(f, name, report_ratio((double)l->misses, (double)l->accesses), "misses per access",
              "Ratio");
}

static void levels(const struct report *r, FILE *f)
{
    char name[96];
    struct report_level level[REPORT_LEVELS];
    u32 n = report_levels(r->groups, level);
    for (const struct report_level *l = level; l < level + n; l++) {
        snprintf(name, sizeof(name), "%s.%s.overallAccesses", CPU, l->name);
        count_line(f, name, l->accesses, "demand accesses", "Count");
        if (!l->memory)
            misses(l, f);
    }
}

// A vector with the columns value, share, sum of shares, as gem5's distributions.
static void structure(const struct report_structure *m, FILE *f)
{
    char name[96];
    u64 all = 0, sum = 0;
    for (int k = 0; k < REPORT_BINS; k++)
        all += m->bin[k];
    snprintf(name, sizeof(name), "%s.%s.fullCycles", CPU, m->name);
    count_line(f, name, m->full, "rename waited for room here", "Cycle");
    for (u64 k = 0; k < REPORT_BINS; k++) {
        sum += m->bin[k];
        u64 low = k ? k * m->entries / REPORT_BINS + 1 : 0;
        u64 high = (k + 1) * m->entries / REPORT_BINS;
        snprintf(name, sizeof(name), "%s.%s.occupancy::%" PRIu64 "-%" PRIu64, CPU, m->name, low,
                 high < low ? low : high);
        fprintf(f, "%-40s %12" PRIu64 " %9.2f%% %9.2f%% # %s (Cycle)\n", name, m->bin[k],
                100 * report_ratio((double)m->bin[k], (double)all),
                100 * report_ratio((double)sum, (double)all), m->doc);
    }
    snprintf(name, sizeof(name), "%s.%s.occupancy::total", CPU, m->name);
    count_line(f, name, all, m->doc, "Cycle");
}

static void timed(const struct report *r, FILE *f)
{
    char name[96], doc[32];
    snprintf(name, sizeof(name), "%s.numCycles", CPU);
    count_line(f, name, r->cycles, "simulated cycles", "Cycle");
    snprintf(name, sizeof(name), "%s.cpi", CPU);
    real_line(f, name, report_ratio((double)r->cycles, (double)r->instructions),
              "cycles per instruction", "(Cycle/Count)");
    snprintf(name, sizeof(name), "%s.ipc", CPU);
    real_line(f, name, report_ratio((double)r->instructions, (double)r->cycles),
              "instructions per cycle", "(Count/Cycle)");
    slots(r, f);
    branch_lines(r, f);
    levels(r, f);
    for (unsigned k = 0; k < r->structures; k++)
        if (r->structure[k].entries)
            structure(&r->structure[k], f);
    stat_walk(r->groups, counter, &(struct walk){ r, f });
    for (unsigned k = 0; k < r->events; k++) {
        snprintf(name, sizeof(name), "%s.pmu.%s", CPU, r->event[k].name);
        snprintf(doc, sizeof(doc), "Arm event 0x%02x", r->event[k].number);
        count_line(f, name, r->event[k].value, doc, "Count");
    }
}

void report_gem5(const struct report *r, FILE *f, bool host)
{
    double s = r->timed ? report_ratio((double)r->cycles, r->frequency_ghz * 1e9) : 0;
    fprintf(f, "\n---------- Begin Simulation Statistics ----------\n");
    real_line(f, "simSeconds", s, "simulated time", "Second");
    count_line(f, "simTicks", (u64)(s * 1e12 + 0.5), "simulated ticks", "Tick");
    count_line(f, "simFreq", 1000000000000, "ticks a simulated second", "(Tick/Second)");
    if (host) {
        real_line(f, "hostSeconds", r->host_seconds, "host time", "Second");
        count_line(f, "hostInstRate", (u64)report_ratio((double)r->instructions, r->host_seconds),
                   "instructions a host second", "(Count/Second)");
    }
    count_line(f, "simInsts", r->instructions, "instructions simulated", "Count");
    if (r->timed)
        timed(r, f);
    fprintf(f, "\n---------- End Simulation Statistics   ----------\n");
}
