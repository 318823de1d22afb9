#include "report/uncertainty.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/figures.h"
#include "report/tables.h"

static const double NORMAL = 1.959963984540054;   // beyond which 2.5 % of a normal distribution are

static void add(struct report_figure at[REPORT_FIGURES], u32 *n, const char *group,
                const char *name, double value)
{
    assert(*n < REPORT_FIGURES);
    struct report_figure *f = &at[(*n)++];
    *f = (struct report_figure){ .value = value };
    snprintf(f->name, sizeof(f->name), "%s%s", group, name);
}

static void add_mpki(const struct report *r, struct report_figure at[REPORT_FIGURES], u32 *n,
                     const char *group, const char *name, u64 misses)
{
    char path[64];
    snprintf(path, sizeof(path), "%s.mpki", name);
    add(at, n, group, path, report_per_kilo(r, misses));
}

u32 report_figures(const struct report *r, struct report_figure at[REPORT_FIGURES])
{
    struct report_branch branch[REPORT_CLASSES];
    struct report_level level[REPORT_LEVELS];
    u32 n = 0, times;
    add(at, &n, "", "cycles", (double)r->cycles);
    add(at, &n, "", "cpi", report_ratio((double)r->cycles, (double)r->instructions));
    add(at, &n, "", "ipc", report_ratio((double)r->instructions, (double)r->cycles));
    add(at, &n, "", "seconds", report_seconds(r));
    for (times = n; times;)
        at[--times].time = true;
    for (u32 k = 0; k < REPORT_TOPDOWN; k++)
        add(at, &n, "topdown.", report_topdown[k], report_share(r, r->slots[k]));
    for (u32 k = 0; k < r->level2s; k++) {
        char name[48];
        snprintf(name, sizeof(name), "%s.share", r->level2[k].name);
        add(at, &n, "topdown.level2.", name, report_share(r, r->level2[k].slots));
    }
    add_mpki(r, at, &n, "", "branch", report_counter(r, "core.mispredictions"));
    u32 count = report_branches(r->groups, branch);
    for (u32 k = 0; k < count; k++)
        add_mpki(r, at, &n, "branch.", branch[k].name, branch[k].mispredicted);
    count = report_levels(r->groups, level);
    for (u32 k = 0; k < count; k++)
        if (!level[k].memory)
            add_mpki(r, at, &n, "", level[k].name, level[k].misses);
    return n;
}

void uncertainty_begin(struct report_uncertainty *u, const struct report *r)
{
    u->figures = report_figures(r, u->figure);
    memset(u->range, 0, sizeof(u->range));
}

// Distances are from the figure itself, not from the mean of the draws: that draws lie to one side
// makes it less sure, too.
void uncertainty_add(struct report_uncertainty *u, const struct report *draw)
{
    struct report_figure at[REPORT_FIGURES];
    u32 n = report_figures(draw, at);
    assert(n == u->figures);
    for (u32 k = 0; k < n; k++) {
        double mine = u->figure[k].value, its = at[k].value, far = its - mine;
        if (u->figure[k].time)
            far = mine > 0 && its > 0 ? log(its / mine) : 0;
        u->range[k].parameters_sd += far * far;   // the sum of squares, until the end
    }
}

// The expansion in 1 / n of Abramowitz and Stegun, 26.7.5.
double uncertainty_t(u32 n)
{
    double z = NORMAL, z2 = z * z, v = n;
    double g1 = (z2 + 1) / 4;
    double g2 = ((5 * z2 + 16) * z2 + 3) / 96;
    double g3 = (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    double g4 = ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
    return z * (1 + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v);
}

// The share of the draws has as many degrees of freedom as there are draws; that of the
// discrepancy is taken as known. Both are independent.
static void end_one(const struct report_uncertainty *u, const struct report_figure *f,
                    struct report_range *r)
{
    double sum = r->parameters_sd, discrepancy = f->time ? u->discrepancy : 0;
    r->parameters_sd = u->draws ? sqrt(sum / u->draws) : 0;
    r->sd = hypot(r->parameters_sd, discrepancy);
    double half = hypot(uncertainty_t(u->draws) * r->parameters_sd, NORMAL * discrepancy);
    r->low = f->time ? f->value * exp(-half) : fmax(0, f->value - half);
    r->high = f->time ? f->value * exp(half) : f->value + half;
    if (!strncmp(f->name, "topdown.", 8))
        r->high = fmin(1, r->high);
    r->margin = f->time ? (r->high - r->low) / 2 : half;
}

void uncertainty_end(struct report_uncertainty *u)
{
    for (u32 k = 0; k < u->figures; k++)
        end_one(u, &u->figure[k], &u->range[k]);
}

const struct report_range *uncertainty_of(const struct report_uncertainty *u, const char *name)
{
    for (u32 k = 0; u && k < u->figures; k++)
        if (!strcmp(u->figure[k].name, name))
            return &u->range[k];
    return NULL;
}
