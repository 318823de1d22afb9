// pmu.h: what a model counted, under the names of Arm's performance monitors.
#ifndef CORE_PMU_H
#define CORE_PMU_H

#include "core/core.h"

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

// All values, by enum pmu.
void pmu_read(const struct core_stats *s, u64 value[PMU_COUNT]);

// The event of Arm's `number`, or PMU_COUNT.
enum pmu pmu_find(u64 number);

#endif
