#include "report/tables.h"

#include <inttypes.h>

#include "report/figures.h"

const char *const report_topdown[REPORT_TOPDOWN] = { "retiring", "bad_speculation",
                                                     "frontend_bound", "backend_bound" };

static bool sum(const struct stat_group *groups, const char *counters, u64 *value)
{
    *value = 0;
    return !*counters || stat_sum(groups, counters, value);
}

u32 report_levels(const struct stat_group *groups, struct report_level level[REPORT_LEVELS])
{
    static const struct {
        const char *name, *group, *accesses, *misses;
    } rows[REPORT_LEVELS] = {
#define LEVEL(name, group, accesses, misses) { #name, group, accesses, misses },
#define BRANCH(...)
#include "report/tables.def"
#undef LEVEL
#undef BRANCH
    };
    u32 n = 0;
    for (u32 k = 0; k < REPORT_LEVELS; k++) {
        struct report_level *l = &level[n];
        *l = (struct report_level){ rows[k].name, rows[k].group, .memory = !*rows[k].misses };
        n += sum(groups, rows[k].accesses, &l->accesses) && sum(groups, rows[k].misses, &l->misses);
    }
    return n;
}

u32 report_branches(const struct stat_group *groups, struct report_branch branch[REPORT_CLASSES])
{
    static const struct {
        const char *name, *retired, *mispredicted;
    } rows[REPORT_CLASSES] = {
#define LEVEL(...)
#define BRANCH(name, retired, mispredicted) { #name, retired, mispredicted },
#include "report/tables.def"
#undef LEVEL
#undef BRANCH
    };
    u32 n = 0;
    for (u32 k = 0; k < REPORT_CLASSES; k++) {
        struct report_branch *b = &branch[n];
        *b = (struct report_branch){ .name = rows[k].name };
        n += sum(groups, rows[k].retired, &b->retired) &&
             sum(groups, rows[k].mispredicted, &b->mispredicted);
    }
    return n;
}

const char *report_grouped(u64 n, char text[32])
{
    char digits[24];
    int k = snprintf(digits, sizeof(digits), "%" PRIu64, n), at = 0;
    for (int i = 0; i < k; i++) {
        if (i && (k - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = 0;
    return text;
}
