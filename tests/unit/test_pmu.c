// The names of performance counters: the table is well formed, and sums are what they say.
#include "test.h"

#include <string.h>

#include "core/pmu.h"

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
    u64 v[PMU_COUNT];
    s.stack[STACK_base] = 300;
    s.stack[STACK_cracked] = 20;
    s.stack[STACK_icache] = 80;
    s.stack[STACK_dram] = 400;
    core_sum_slots(&s);
    s.branch[BRANCHES_CONDITIONAL].retired = 30;
    s.branch[BRANCHES_DIRECT].retired = 12;
    s.memory.l1d.read_misses = 5;
    s.memory.l1d.write_misses = 6;
    pmu_read(&s, v);
    assert_int_equal(v[PMU_CPU_CYCLES], 100);
    assert_int_equal(v[PMU_OP_RETIRED], 320);
    assert_int_equal(v[PMU_OP_SPEC], 327);
    assert_int_equal(v[PMU_STALL_SLOT_FRONTEND], 80);
    assert_int_equal(v[PMU_STALL_FRONTEND], 10);
    assert_int_equal(v[PMU_STALL_BACKEND], 50);
    assert_int_equal(v[PMU_STALL_SLOT], 480);
    assert_int_equal(v[PMU_BR_RETIRED], 42);
    assert_int_equal(v[PMU_L1D_CACHE_REFILL], 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_has_one_row),
        cmocka_unit_test(numbers_are_those_of_arm),
        cmocka_unit_test(values_come_from_the_counters),
    };
    return cmocka_run_group_tests_name("pmu", tests, NULL, NULL);
}
