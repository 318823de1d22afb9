// What each prefetcher wants, worked out by hand.
#include "test.h"

#include "base/arena.h"
#include "uarch/prefetch.h"

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

static struct prefetch *make(void *a, enum prefetch_kind kind, u32 degree, u32 distance, u32 cross)
{
    struct prefetch_params p = { .kind = kind,
                                 .degree = degree,
                                 .distance = distance,
                                 .entries = 16,
                                 .cross_page = cross,
                                 .near = 4 };
    return prefetch_new(a, &p, 64, 16384);
}

static void none_wants_nothing(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_none, 4, 4, 0);
    for (vaddr va = 0; va < 4096; va += 64)
        assert_int_equal(prefetch_train(f, 0, va, out), 0);
}

static void next_wants_the_lines_after_it_in_the_page(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_next, 2, 0, 0);
    assert_int_equal(prefetch_train(f, 0, 0x1008, out), 2);
    assert_int_equal(out[0], 0x1040);
    assert_int_equal(out[1], 0x1080);
    assert_int_equal(prefetch_train(f, 0, 0x3f80, out), 1);
    assert_int_equal(prefetch_train(f, 0, 0x3fc0, out), 0);
    f = make(*state, PREFETCH_next, 2, 0, 1);
    assert_int_equal(prefetch_train(f, 0, 0x3fc0, out), 2);
}

static void stride_wants_to_see_the_same_step_twice(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_stride, 2, 4, 0);
    assert_int_equal(prefetch_train(f, 0x400, 0x1000, out), 0);
    assert_int_equal(prefetch_train(f, 0x400, 0x1100, out), 0);
    assert_int_equal(prefetch_train(f, 0x404, 0x9000, out), 0);   // another load
    assert_int_equal(prefetch_train(f, 0x400, 0x1200, out), 2);
    assert_int_equal(out[0], 0x1600);
    assert_int_equal(out[1], 0x1700);
    assert_int_equal(prefetch_train(f, 0x400, 0x1280, out), 0);   // another step
}

static void stride_goes_down_too(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_stride, 1, 1, 0);
    for (vaddr va = 0x2000; va > 0x1e00; va -= 0x100)
        prefetch_train(f, 0x400, va, out);
    assert_int_equal(prefetch_train(f, 0x400, 0x1e00, out), 1);
    assert_int_equal(out[0], 0x1d00);
}

static void a_stream_runs_ahead_and_stays_there(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_stream, 2, 3, 0);
    assert_int_equal(prefetch_train(f, 0, 0x1000, out), 0);
    assert_int_equal(prefetch_train(f, 0, 0x1040, out), 2);       // up: 3 ahead, 2 a time
    assert_int_equal(out[0], 0x1080);
    assert_int_equal(out[1], 0x10c0);
    assert_int_equal(prefetch_train(f, 0, 0x1080, out), 2);
    assert_int_equal(out[0], 0x1100);
    assert_int_equal(out[1], 0x1140);
    assert_int_equal(prefetch_train(f, 0, 0x10c0, out), 1);       // 3 ahead again
    assert_int_equal(out[0], 0x1180);
}

static void streams_up_and_down_do_not_disturb_each_other(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_stream, 1, 1, 0);
    prefetch_train(f, 0, 0x1000, out);
    prefetch_train(f, 0, 0x3000, out);
    assert_int_equal(prefetch_train(f, 0, 0x1040, out), 1);
    assert_int_equal(out[0], 0x1080);
    assert_int_equal(prefetch_train(f, 0, 0x2fc0, out), 1);
    assert_int_equal(out[0], 0x2f80);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(none_wants_nothing),
        T(next_wants_the_lines_after_it_in_the_page),
        T(stride_wants_to_see_the_same_step_twice),
        T(stride_goes_down_too),
        T(a_stream_runs_ahead_and_stays_there),
        T(streams_up_and_down_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests_name("prefetch", tests, NULL, NULL);
}
