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

static u32 train(struct prefetch *f, vaddr pc, vaddr va, vaddr *out)
{
    struct prefetch_event e = { PREFETCH_ACCESS, pc, va, NULL };
    return prefetch_train(f, &e, out);
}

static u32 fill(struct prefetch *f, vaddr va, const u64 *words, vaddr *out)
{
    struct prefetch_event e = { PREFETCH_FILL, 0x400, va, words };
    return prefetch_train(f, &e, out);
}

static void none_wants_nothing(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_none, 4, 4, 0);
    for (vaddr va = 0; va < 4096; va += 64)
        assert_int_equal(train(f, 0, va, out), 0);
}

static void next_wants_the_lines_after_it_in_the_page(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_next, 2, 0, 0);
    assert_int_equal(train(f, 0, 0x1008, out), 2);
    assert_int_equal(out[0], 0x1040);
    assert_int_equal(out[1], 0x1080);
    assert_int_equal(train(f, 0, 0x3f80, out), 1);
    assert_int_equal(train(f, 0, 0x3fc0, out), 0);
    f = make(*state, PREFETCH_next, 2, 0, 1);
    assert_int_equal(train(f, 0, 0x3fc0, out), 2);
}

static void stride_wants_to_see_the_same_step_twice(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_stride, 2, 4, 0);
    assert_int_equal(train(f, 0x400, 0x1000, out), 0);
    assert_int_equal(train(f, 0x400, 0x1100, out), 0);
    assert_int_equal(train(f, 0x404, 0x9000, out), 0);   // another load
    assert_int_equal(train(f, 0x400, 0x1200, out), 2);
    assert_int_equal(out[0], 0x1600);
    assert_int_equal(out[1], 0x1700);
    assert_int_equal(train(f, 0x400, 0x1280, out), 0);   // another step
}

static void stride_goes_down_too(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_stride, 1, 1, 0);
    for (vaddr va = 0x2000; va > 0x1e00; va -= 0x100)
        train(f, 0x400, va, out);
    assert_int_equal(train(f, 0x400, 0x1e00, out), 1);
    assert_int_equal(out[0], 0x1d00);
}

static void a_stream_runs_ahead_and_stays_there(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_stream, 2, 3, 0);
    assert_int_equal(train(f, 0, 0x1000, out), 0);
    assert_int_equal(train(f, 0, 0x1040, out), 2);       // up: 3 ahead, 2 a time
    assert_int_equal(out[0], 0x1080);
    assert_int_equal(out[1], 0x10c0);
    assert_int_equal(train(f, 0, 0x1080, out), 2);
    assert_int_equal(out[0], 0x1100);
    assert_int_equal(out[1], 0x1140);
    assert_int_equal(train(f, 0, 0x10c0, out), 1);       // 3 ahead again
    assert_int_equal(out[0], 0x1180);
}

static void streams_up_and_down_do_not_disturb_each_other(void **state)
{
    vaddr out[PREFETCH_MAX];
    struct prefetch *f = make(*state, PREFETCH_stream, 1, 1, 0);
    train(f, 0, 0x1000, out);
    train(f, 0, 0x3000, out);
    assert_int_equal(train(f, 0, 0x1040, out), 1);
    assert_int_equal(out[0], 0x1080);
    assert_int_equal(train(f, 0, 0x2fc0, out), 1);
    assert_int_equal(out[0], 0x2f80);
}

static void words_into_the_same_4_gib_are_pointers(void **state)
{
    struct prefetch *f = make(*state, PREFETCH_pointers, 1, 1, 1);
    const u64 words[8] = {
        0x0000005512345678,   // the same 4 GiB
        0xab00005587657fc1,   // the top byte does not count; the last line of a page
        0x0000005612345678,   // another 4 GiB
        0x0000005500001010,   // the line itself
        0,
        0x0000005512345640,   // the line of the first
        12,
        ~0ull,
    };
    vaddr out[PREFETCH_MAX];
    assert_int_equal(fill(f, 0x5500001000, NULL, out), 0);   // not told of
    assert_int_equal(fill(f, 0x5500001008, words, out), 3);
    assert_int_equal(out[0], 0x5512345640);
    assert_int_equal(out[1], 0x5512345680);
    assert_int_equal(out[2], 0x5587657fc0);
    assert_int_equal(fill(f, 0x5500001008, words, out), 0);   // named last
    assert_int_equal(fill(f, 0x5500001040, words, out),
                     2);   // the line before and its next, itself
    assert_int_equal(out[0], 0x5500001000);
}

static void pointers_stay_in_the_page_without_cross_page(void **state)
{
    struct prefetch *f = make(*state, PREFETCH_pointers, 1, 1, 0);
    const u64 words[8] = { 0x5500003000, 0x5500004000 };
    vaddr out[PREFETCH_MAX];
    assert_int_equal(fill(f, 0x5500001000, words, out), 2);
    assert_int_equal(out[0], 0x5500003000);
    assert_int_equal(out[1], 0x5500003040);
}

// A row that never names a line would be no prefetcher.
static void each_row_learns_from_the_event_it_names_and_from_no_other(void **state)
{
    static const char *const names[] = {
#define PREFETCH(id, name, sees, doc) name,
#include "uarch/prefetch.def"
#undef PREFETCH
    };
    for (u32 kind = 0; kind < PREFETCH_KINDS; kind++) {
        u32 named[2] = { 0 };
        vaddr out[PREFETCH_MAX];
        for (u32 fills = 0; fills < 2; fills++) {
            struct prefetch *f = make(*state, kind, 2, 2, 1);
            for (vaddr va = 0x10000; va < 0x11000; va += 64) {
                const u64 words[8] = { va + 0x100000 };
                named[fills] += fills ? fill(f, va, words, out) : train(f, 0x400, va, out);
            }
        }
        bool some = kind != PREFETCH_none, fills = prefetch_sees_fills(kind);
        if ((named[0] > 0) != (some && !fills) || (named[1] > 0) != (some && fills))
            fail_msg("%s: %u lines by accesses, %u by fills", names[kind], named[0], named[1]);
    }
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
        T(words_into_the_same_4_gib_are_pointers),
        T(pointers_stay_in_the_page_without_cross_page),
        T(each_row_learns_from_the_event_it_names_and_from_no_other),
    };
    return cmocka_run_group_tests_name("prefetch", tests, NULL, NULL);
}
