// What looks like a pointer, and what the L1D does with it.
#include "test.h"

#include <string.h>

#include "base/arena.h"
#include "uarch/hierarchy.h"
#include "uarch/pointers.h"

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

static void tell(struct pointers *p, vaddr line, const u64 words[POINTERS_WORDS])
{
    for (u32 k = 0; k < POINTERS_WORDS; k++)
        pointers_word(p, line + 8 * k, words[k], true);
}

static void words_into_the_same_4_gib_are_pointers(void **state)
{
    struct pointers *p = pointers_new(*state, 128);
    const u64 words[POINTERS_WORDS] = {
        0x0000005512345678,   // the same 4 GiB
        0xab00005587654321,   // the top byte does not count
        0x0000005612345678,   // another 4 GiB
        0x0000005500001010,   // the line itself
        0,
        0x0000005512345640,   // the line of the first
        12,
        ~0ull,
    };
    vaddr out[POINTERS_WORDS];
    assert_int_equal(pointers_of(p, 0x5500001000, out), 0);   // not told of
    tell(p, 0x5500001000, words);
    assert_int_equal(pointers_of(p, 0x5500001008, out), 2);
    assert_int_equal(out[0], 0x5512345640);
    assert_int_equal(out[1], 0x5587654300);
    tell(p, 0x5500001040, words);
    assert_int_equal(pointers_of(p, 0x5500001040, out), 1);   // the line before, now
    assert_int_equal(out[0], 0x5500001000);
    pointers_word(p, 0x5500001080, 0x5500000000, true);   // the first of eight
    assert_int_equal(pointers_of(p, 0x5500001080, out), 0);
}

// A line of zeros but for the first word.
static void tell_hierarchy(struct hierarchy *h, vaddr line, u64 word, bool points)
{
    for (u32 k = 0; k < POINTERS_WORDS; k++)
        hierarchy_word(h, line + 8 * k, k ? 0 : word, k ? false : points);
}

static void what_a_line_points_to_comes_along_with_the_next_line(void **state)
{
    struct hierarchy_params plain = {
        .clock_mhz = 1000,
        .l1i = { .bytes = 1024, .ways = 2, .line = 64 },
        .l1d = { .bytes = 1024, .ways = 2, .line = 64 },
        .l2 = { .bytes = 8192, .ways = 2, .line = 128 },
        .dram = { .channels = 1, .interleave = 256, .latency_ps = 100000 },
        .l1d_latency = 3,
        .l2_latency = 17,
        .l1i_mshrs = 4,
        .l1d_mshrs = 32,
        .l2_mshrs = 64,
        .page = 16384,
        .pointers_filter = 128,
    };
    struct hierarchy *h = hierarchy_new(*state, &plain, NULL);
    tell_hierarchy(h, 0x10000, 0x12048, true);
    hierarchy_load(h, 0x400, 0x10000, 8, 0);
    assert_false(hierarchy_l1d_contains(h, 0x12040));
    plain.pointers = 1;
    h = hierarchy_new(*state, &plain, NULL);
    tell_hierarchy(h, 0x10000, 0x12048, true);
    hierarchy_load(h, 0x400, 0x10000, 8, 0);
    assert_true(hierarchy_l1d_contains(h, 0x12040));
    assert_true(hierarchy_l1d_contains(h, 0x12080));
    assert_int_equal(hierarchy_stats(h).pointers_followed, 2);
    tell_hierarchy(h, 0x10400, 0x24048, false);   // not memory
    hierarchy_load(h, 0x400, 0x10400, 8, 1000);
    assert_int_equal(hierarchy_stats(h).pointers_followed, 2);
    tell_hierarchy(h, 0x10800, 0x13fc8, true);   // the last line of a page
    hierarchy_load(h, 0x400, 0x10800, 8, 2000);
    assert_int_equal(hierarchy_stats(h).pointers_followed, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_into_the_same_4_gib_are_pointers, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(what_a_line_points_to_comes_along_with_the_next_line,
                                        open_arena, close_arena),
    };
    return cmocka_run_group_tests_name("pointers", tests, NULL, NULL);
}
