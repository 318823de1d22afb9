// tables.h: the tables of a report (tables.def), filled from counters.
//
// A row whose counters a machine does not have is left out.
#ifndef REPORT_TABLES_H
#define REPORT_TABLES_H

#include "base/stat.h"

// A cache, a TLB, memory.
struct report_level {
    const char *name, *group;   // group "": no counters of its own
    u64 accesses, misses;
    bool memory;   // it misses nothing
};

struct report_branch {
    const char *name;
    u64 retired, mispredicted;
};

enum {
#define LEVEL(...) +1
#define BRANCH(...)
    REPORT_LEVELS = 0
#include "report/tables.def"
#undef LEVEL
#undef BRANCH
    ,
#define LEVEL(...)
#define BRANCH(...) +1
    REPORT_CLASSES = 0
#include "report/tables.def"
#undef LEVEL
#undef BRANCH
};

// How many rows there are.
u32 report_levels(const struct stat_group *groups, struct report_level level[REPORT_LEVELS]);
u32 report_branches(const struct stat_group *groups, struct report_branch branch[REPORT_CLASSES]);

#endif
