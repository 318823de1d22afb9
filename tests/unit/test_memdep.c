// Pairs of loads and stores: learned, waited for, forgotten.
#include "test.h"

#include "base/arena.h"
#include "uarch/memdep.h"

static const struct memdep_params avalanche = {
    .pairs = 64, .counter_max = 3, .age = 17, .random = true
};

static int open_arena(void **state)
{
    *state = arena_new();
    return 0;
}

static int close_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static void a_load_waits_for_nothing_before_it_went_wrong(void **state)
{
    struct memdep *m = memdep_new(*state, &avalanche);
    memdep_store(m, 0x1000, 1);
    assert_int_equal(memdep_load(m, 0x1004), 0);
}

static void a_pair_waits_for_the_youngest_instance_of_its_store(void **state)
{
    struct memdep *m = memdep_new(*state, &avalanche);
    memdep_violation(m, 0x1004, 0x1000);
    memdep_store(m, 0x1000, 7);
    memdep_store(m, 0x1000, 9);
    memdep_store(m, 0x2000, 10);
    assert_int_equal(memdep_load(m, 0x1004), 9);
    assert_int_equal(memdep_load(m, 0x1008), 0);
}

static void a_load_of_two_pairs_waits_for_the_later_store(void **state)
{
    struct memdep *m = memdep_new(*state, &avalanche);
    memdep_violation(m, 0x1008, 0x1000);
    memdep_violation(m, 0x1008, 0x1004);
    memdep_store(m, 0x1000, 7);
    memdep_store(m, 0x1004, 8);
    assert_int_equal(memdep_load(m, 0x1008), 8);
}

static void waiting_in_vain_three_times_ends_it(void **state)
{
    struct memdep *m = memdep_new(*state, &avalanche);
    memdep_violation(m, 0x1004, 0x1000);
    memdep_store(m, 0x1000, 1);
    for (u32 i = 0; i < 3; i++) {
        assert_int_equal(memdep_load(m, 0x1004), 1);
        memdep_waited(m, 0x1004, 1, false);
    }
    assert_int_equal(memdep_load(m, 0x1004), 0);
    assert_int_equal(memdep_stats(m).waits, 3);
}

static void stores_thrown_away_are_not_waited_for(void **state)
{
    struct memdep *m = memdep_new(*state, &avalanche);
    memdep_violation(m, 0x1004, 0x1000);
    memdep_store(m, 0x1000, 12);
    memdep_squash(m, 11);
    assert_int_equal(memdep_load(m, 0x1004), 0);
}

static void unused_pairs_age_out(void **state)
{
    struct memdep_params p = avalanche;
    p.age = 4;
    struct memdep *m = memdep_new(*state, &p);
    memdep_violation(m, 0x1004, 0x1000);
    memdep_store(m, 0x1000, 1);
    for (u32 i = 0; i < 3 * 16; i++)
        memdep_load(m, 0x9000);
    assert_int_equal(memdep_load(m, 0x1004), 0);
}

// Violations an iteration, in the long run, of `pairs` pairs used in turn.
static u32 violations(void *a, const struct memdep_params *p, u32 pairs)
{
    struct memdep *m = memdep_new(a, p);
    u64 before = 0, seq = 0;
    for (u32 round = 0; round < 40; round++) {
        if (round == 20)
            before = memdep_stats(m).violations;
        for (u32 n = 0; n < pairs; n++) {
            memdep_store(m, 0x1000 + n * 8, ++seq);
            u64 wait = memdep_load(m, 0x1004 + n * 8);
            if (wait != seq)
                memdep_violation(m, 0x1004 + n * 8, 0x1000 + n * 8);
            else
                memdep_waited(m, 0x1004 + n * 8, wait, true);
        }
    }
    return (u32)(memdep_stats(m).violations - before) / 20;
}

static void beyond_its_size_pairs_are_lost_gradually(void **state)
{
    assert_int_equal(violations(*state, &avalanche, 62), 0);
    assert_int_equal(violations(*state, &avalanche, 64), 0);
    assert_in_range(violations(*state, &avalanche, 72), 8, 50);        // 8 at least, not all
    assert_in_range(violations(*state, &avalanche, 128), 64, 127);
}

static void on_the_small_core_they_are_lost_at_once(void **state)
{
    const struct memdep_params blizzard = { .pairs = 16, .counter_max = 3, .age = 17 };
    assert_int_equal(violations(*state, &blizzard, 16), 0);
    assert_int_equal(violations(*state, &blizzard, 17), 17);
    assert_int_equal(violations(*state, &blizzard, 24), 24);
}

static void a_pair_that_met_is_known(void **state)
{
    struct memdep *m = memdep_new(*state, &avalanche);
    assert_false(memdep_knows(m, 0x1004, 0x1000));
    memdep_met(m, 0x1004, 0x1000);
    assert_true(memdep_knows(m, 0x1004, 0x1000));
    assert_false(memdep_knows(m, 0x1004, 0x1008));
    assert_false(memdep_knows(m, 0x100c, 0x1000));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(a_load_waits_for_nothing_before_it_went_wrong),
        T(a_pair_waits_for_the_youngest_instance_of_its_store),
        T(a_load_of_two_pairs_waits_for_the_later_store),
        T(waiting_in_vain_three_times_ends_it),
        T(stores_thrown_away_are_not_waited_for),
        T(unused_pairs_age_out),
        T(beyond_its_size_pairs_are_lost_gradually),
        T(on_the_small_core_they_are_lost_at_once),
        T(a_pair_that_met_is_known),
    };
    return cmocka_run_group_tests_name("memdep", tests, NULL, NULL);
}
