#include "core/pmu.h"

#include <assert.h>

const struct pmu_event pmu_events[PMU_COUNT] = {
#define PMU(number, name, apple, value) { number, #name, apple },
#include "core/pmu.def"
#undef PMU
};

u64 pmu_read(const struct stat_group *groups, enum pmu which)
{
    static const char *const values[PMU_COUNT] = {
#define PMU(number, name, apple, value) value,
#include "core/pmu.def"
#undef PMU
    };
    u64 value = 0;
    bool counted = stat_sum(groups, values[which], &value);
    assert(counted);
    return value;
}

enum pmu pmu_find(u64 number)
{
    for (enum pmu k = 0; k < PMU_COUNT; k++)
        if (pmu_events[k].number == number)
            return k;
    return PMU_COUNT;
}
