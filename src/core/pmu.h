// pmu.h: what a model counted, under the names of Arm's performance monitors.
#ifndef CORE_PMU_H
#define CORE_PMU_H

#include "base/stat.h"

enum pmu {
#define PMU(number, name, ...) PMU_##name,
#include "core/pmu.def"
#undef PMU
    PMU_COUNT
};

struct pmu_event {
    u32 number;                // of Arm's event
    const char *name, *apple;  // "" where Apple has none
};

extern const struct pmu_event pmu_events[PMU_COUNT];

// Its value, of the counters that core/counters.h gives paths.
u64 pmu_read(const struct stat_group *groups, enum pmu which);

// The event of Arm's `number`, or PMU_COUNT.
enum pmu pmu_find(u64 number);

#endif
