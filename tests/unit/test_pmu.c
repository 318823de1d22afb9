// The names of performance counters: the table is well formed, and sums are what they say.
#include "test.h"

#include <string.h>

#include "core/counters.h"
#include "core/pmu.h"
#include "report/tables.h"

static void every_event_has_one_row(void **state)
{
    for (u32 a = 0; a < PMU_COUNT; a++) {
        assert_int_equal(pmu_find(pmu_events[a].number), a);
        for (u32 b = 0; b < a; b++) {
            assert_string_not_equal(pmu_events[a].name, pmu_events[b].name);
            assert_true(!*pmu_events[a].apple ||
                        strcmp(pmu_events[a].apple, pmu_events[b].apple) != 0);
        }
    }
    assert_int_equal(pmu_find(0xffff), PMU_COUNT);
}

// Numbers of Arm's common events, from the Arm ARM.
static void numbers_are_those_of_arm(void **state)
{
    assert_int_equal(pmu_events[PMU_CPU_CYCLES].number, 0x11);
    assert_int_equal(pmu_events[PMU_INST_RETIRED].number, 0x08);
    assert_int_equal(pmu_events[PMU_BR_RETIRED].number, 0x21);
    assert_int_equal(pmu_events[PMU_BR_MIS_PRED_RETIRED].number, 0x22);
    assert_int_equal(pmu_events[PMU_OP_RETIRED].number, 0x3a);
    assert_int_equal(pmu_events[PMU_STALL_SLOT_BACKEND].number, 0x3d);
    assert_int_equal(pmu_events[PMU_STALL_SLOT_FRONTEND].number, 0x3e);
}

static void values_come_from_the_counters(void **state)
{
    struct core_stats s = { .cycles = 100, .width = 8, .wrong_uops = 7 };
    struct stat_group groups[CORE_GROUPS];
    s.stack[STACK_base] = 300;
    s.stack[STACK_cracked] = 20;
    s.stack[STACK_icache] = 80;
    s.stack[STACK_dram] = 400;
    core_sum_slots(&s);
    s.predictor.branches = 42;
    s.memory.l1d.read_misses = 5;
    s.memory.l1d.write_misses = 6;
    core_counters(&s, groups);
    assert_int_equal(pmu_read(groups, PMU_CPU_CYCLES), 100);
    assert_int_equal(pmu_read(groups, PMU_OP_RETIRED), 320);
    assert_int_equal(pmu_read(groups, PMU_OP_SPEC), 327);
    assert_int_equal(pmu_read(groups, PMU_STALL_SLOT_FRONTEND), 80);
    assert_int_equal(pmu_read(groups, PMU_STALL_FRONTEND), 10);
    assert_int_equal(pmu_read(groups, PMU_STALL_BACKEND), 50);
    assert_int_equal(pmu_read(groups, PMU_STALL_SLOT), 480);
    assert_int_equal(pmu_read(groups, PMU_BR_RETIRED), 42);
    assert_int_equal(pmu_read(groups, PMU_L1D_CACHE_REFILL), 11);
}

// From left to right, as the tables say it.
static void a_sum_of_counters_is_read_by_its_paths(void **state)
{
    const struct core_stats s = { .cycles = 100, .loads = 7, .stores = 2, .width = 8 };
    struct stat_group groups[CORE_GROUPS];
    u64 value;
    core_counters(&s, groups);
    assert_true(stat_sum(groups, "core.cycles", &value));
    assert_int_equal(value, 100);
    assert_true(stat_sum(groups, "core.cycles + core.loads - core.stores / core.width", &value));
    assert_int_equal(value, 105 / 8);
    assert_true(stat_sum(groups, "core.loads / core.wrong_uops", &value));
    assert_int_equal(value, 0);
    assert_false(stat_sum(groups, "core.cycles + core.load", &value));
    assert_false(stat_sum(groups, "core.loadss", &value));
    assert_false(stat_sum(groups, "core", &value));
}

// A table of the report that names a counter that is not there would have a row less.
static void the_tables_of_the_report_are_whole(void **state)
{
    const struct core_stats s = { 0 };
    struct stat_group groups[CORE_GROUPS];
    struct report_level level[REPORT_LEVELS];
    struct report_branch branch[REPORT_CLASSES];
    core_counters(&s, groups);
    assert_int_equal(report_levels(groups, level), REPORT_LEVELS);
    assert_int_equal(report_branches(groups, branch), REPORT_CLASSES);
    for (u32 k = 0; k < REPORT_LEVELS; k++)
        assert_true(!*level[k].group || stat_group(groups, level[k].group));
    for (u32 k = 0; k < PMU_COUNT; k++)
        assert_int_equal(pmu_read(groups, (enum pmu)k), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_has_one_row),
        cmocka_unit_test(numbers_are_those_of_arm),
        cmocka_unit_test(values_come_from_the_counters),
        cmocka_unit_test(a_sum_of_counters_is_read_by_its_paths),
        cmocka_unit_test(the_tables_of_the_report_are_whole),
    };
    return cmocka_run_group_tests_name("pmu", tests, NULL, NULL);
}
