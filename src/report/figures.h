// figures.h: the figures that a report makes of what it is given.
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "report/report.h"

// The names of report.slots, in JSON.
extern const char *const report_topdown[REPORT_TOPDOWN];

// The same for people.
extern const char *const report_topdown_titles[REPORT_TOPDOWN];

// a / b; 0 when b is.
static inline double report_ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

// The share that `part` is of `whole`.
static inline double report_part(u64 part, u64 whole)
{
    return report_ratio((double)part, (double)whole);
}

// Of `n` events, those in a thousand instructions.
static inline double report_per_kilo(const struct report *r, u64 n)
{
    return 1000 * report_ratio((double)n, (double)r->instructions);
}

// Simulated.
static inline double report_seconds(const struct report *r)
{
    return report_ratio((double)r->cycles, r->frequency_ghz * 1e9);
}

static inline u64 report_slots_sum(const struct report *r)
{
    u64 sum = 0;
    for (int k = 0; k < REPORT_TOPDOWN; k++)
        sum += r->slots[k];
    return sum;
}

// Of `slots`, their share of all.
static inline double report_share(const struct report *r, u64 slots)
{
    return report_ratio((double)slots, (double)report_slots_sum(r));
}

// The counter of that path; 0 when there is none.
static inline u64 report_counter(const struct report *r, const char *path)
{
    u64 n = 0;
    stat_read(r->groups, path, &n);
    return n;
}

// 1234567 as 1,234,567; returns `text`.
const char *report_grouped(u64 n, char text[32]);

#endif
