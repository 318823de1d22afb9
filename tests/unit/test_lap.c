// When the address of a load is foreseen, and when it must not be.
#include "test.h"

#include "base/arena.h"
#include "uarch/lap.h"

static const struct lap_params avalanche = {
    .entries = 60,
    .train = 500,
    .max_stride = 255,
    .page = 16384,
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

// Runs the load n times from `va` by `stride`; what it would predict next.
static vaddr after(struct lap *l, vaddr pc, u32 n, vaddr va, i64 stride)
{
    for (u32 i = 0; i < n; i++, va += (vaddr)stride)
        lap_train(l, pc, va, lap_predict(l, pc));
    vaddr next = lap_predict(l, pc);
    lap_squash(l, pc);
    return next;
}

static void a_constant_address_is_predicted_after_500_loads(void **state)
{
    struct lap *l = lap_new(*state, &avalanche);
    assert_int_equal(after(l, 0x400, 500, 0x8000, 0), LAP_NONE);   // 499 confirmed the first
    assert_int_equal(after(l, 0x400, 1, 0x8000, 0), 0x8000);
    assert_int_equal(lap_stats(l).wrong, 0);
}

// Only what is younger than the squash goes: the loads before it still move the address on.
static void loads_before_a_squash_stay_under_way(void **state)
{
    struct lap *l = lap_new(*state, &avalanche);
    after(l, 0x400, 600, 0x10000, 16);   // the next is at 0x10000 + 600 * 16
    assert_int_equal(lap_predict(l, 0x400), 0x10000 + 600 * 16);
    assert_int_equal(lap_predict(l, 0x400), 0x10000 + 601 * 16);
    assert_int_equal(lap_predict(l, 0x400), 0x10000 + 602 * 16);
    lap_squash(l, 0x400);
    assert_int_equal(lap_predict(l, 0x400), 0x10000 + 602 * 16);
}

static void strides_to_255_bytes_are_predicted(void **state)
{
    struct lap *l = lap_new(*state, &avalanche);
    assert_int_equal(after(l, 0x400, 600, 0x10000, 16), 0x10000 + 600 * 16);
    assert_int_equal(after(l, 0x404, 600, 0x13ff8, -8), 0x13ff8 - 600 * 8);
    struct lap_params p = avalanche;
    p.train = 10;
    l = lap_new(*state, &p);
    assert_int_equal(after(l, 0x400, 20, 0x10000, 255), 0x10000 + 20 * 255);
    assert_int_equal(after(l, 0x404, 20, 0x10000, 256), LAP_NONE);
}

static void the_next_page_is_not_predicted(void **state)
{
    struct lap_params p = avalanche;
    p.train = 10;
    struct lap *l = lap_new(*state, &p);
    assert_int_equal(after(l, 0x400, 20, 0x14000 - 20 * 8, 8), LAP_NONE);
}

static void a_surprise_starts_training_anew(void **state)
{
    struct lap *l = lap_new(*state, &avalanche);
    after(l, 0x400, 600, 0x8000, 0);
    lap_train(l, 0x400, 0x9000, lap_predict(l, 0x400));
    assert_int_equal(lap_stats(l).wrong, 1);
    assert_int_equal(lap_predict(l, 0x400), LAP_NONE);
}

static void instances_under_way_are_counted(void **state)
{
    struct lap_params p = avalanche;
    p.train = 10;
    struct lap *l = lap_new(*state, &p);
    after(l, 0x400, 20, 0x10000, 8);                       // last: 0x10098
    assert_int_equal(lap_predict(l, 0x400), 0x100a0);
    assert_int_equal(lap_predict(l, 0x400), 0x100a8);
    lap_train(l, 0x400, 0x100a0, 0x100a0);
    assert_int_equal(lap_predict(l, 0x400), 0x100b0);
}

static void more_loads_than_entries_are_never_learned(void **state)
{
    struct lap_params p = avalanche;
    p.train = 10;
    struct lap *l = lap_new(*state, &p);
    for (u32 round = 0; round < 50; round++)
        for (vaddr n = 0; n < 61; n++)
            lap_train(l, 0x400 + 4 * n, 0x8000 + 8 * n, lap_predict(l, 0x400 + 4 * n));
    assert_int_equal(lap_stats(l).predicted, 0);
    l = lap_new(*state, &p);
    for (u32 round = 0; round < 50; round++)
        for (vaddr n = 0; n < 60; n++)
            lap_train(l, 0x400 + 4 * n, 0x8000 + 8 * n, lap_predict(l, 0x400 + 4 * n));
    assert_int_equal(lap_stats(l).right, 60 * (50 - 11));
}

static void without_entries_there_is_no_predictor(void **state)
{
    struct lap_params p = { 0 };
    struct lap *l = lap_new(*state, &p);
    assert_int_equal(after(l, 0x400, 1000, 0x8000, 0), LAP_NONE);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(a_constant_address_is_predicted_after_500_loads),
        T(loads_before_a_squash_stay_under_way),
        T(strides_to_255_bytes_are_predicted),
        T(the_next_page_is_not_predicted),
        T(a_surprise_starts_training_anew),
        T(instances_under_way_are_counted),
        T(more_loads_than_entries_are_never_learned),
        T(without_entries_there_is_no_predictor),
    };
    return cmocka_run_group_tests_name("lap", tests, NULL, NULL);
}
