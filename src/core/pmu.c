#include "core/pmu.h"

const struct pmu_event pmu_events[PMU_COUNT] = {
#define PMU(number, name, apple, value) { number, #name, apple },
#include "core/pmu.def"
#undef PMU
};

static u64 all_branches(const struct core_stats *s)
{
    u64 n = 0;
    for (int k = 0; k < BRANCHES_COUNT; k++)
        n += s->branch[k].retired;
    return n;
}

void pmu_read(const struct core_stats *s, u64 value[PMU_COUNT])
{
#define PMU(number, name, apple, expression) value[PMU_##name] = expression;
#include "core/pmu.def"
#undef PMU
}

enum pmu pmu_find(u64 number)
{
    for (enum pmu k = 0; k < PMU_COUNT; k++)
        if (pmu_events[k].number == number)
            return k;
    return PMU_COUNT;
}
