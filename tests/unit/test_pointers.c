// What is known of memory, and what caches do with what looks like a pointer.
#include "test.h"

#include <string.h>

#include "base/arena.h"
#include "uarch/hierarchy.h"
#include "uarch/words.h"

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

static void a_line_is_known_when_all_its_words_are_there(void **state)
{
    struct words *w = words_new(*state);
    for (u32 k = 0; k < WORDS; k++) {
        assert_null(words_of(w, 0x5500001008));
        words_tell(w, 0x5500001000 + 8 * k, 0x5500002000 + k, k != 3);
    }
    const u64 *word = words_of(w, 0x5500001008);
    assert_non_null(word);
    assert_int_equal(word[2], 0x5500002002);
    assert_int_equal(word[3], 0);   // does not point to memory
    assert_null(words_of(w, 0x5500001040));
    words_tell(w, 0x5500001000 + WORDS_LINE * WORDS_LINES, 1, true);   // takes its place
    assert_null(words_of(w, 0x5500001008));
}

// A line of zeros but for the first word.
static void tell_hierarchy(struct hierarchy *h, vaddr line, u64 word, bool points)
{
    for (u32 k = 0; k < WORDS; k++)
        hierarchy_word(h, line + 8 * k, k ? 0 : word, k ? false : points);
}

// Of which no prefetcher looks at memory.
static const struct hierarchy_params plain = {
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
};
static const struct prefetch_params pointers = { .kind = PREFETCH_pointers,
                                                 .entries = 128,
                                                 .cross_page = 1 };

static void follows(void *a, const struct hierarchy_params *p)
{
    struct hierarchy *h = hierarchy_new(a, p, NULL);
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

static void what_a_line_points_to_comes_along_with_the_next_line(void **state)
{
    struct hierarchy *h = hierarchy_new(*state, &plain, NULL);
    assert_false(hierarchy_wants_words(&plain));
    tell_hierarchy(h, 0x10000, 0x12048, true);
    hierarchy_load(h, 0x400, 0x10000, 8, 0);
    assert_false(hierarchy_l1d_contains(h, 0x12040));
    struct hierarchy_params alone = plain, beside = plain;
    alone.l1d_prefetch = pointers;
    beside.l1d_second = pointers;
    assert_true(hierarchy_wants_words(&alone));
    assert_true(hierarchy_wants_words(&beside));
    follows(*state, &alone);
    follows(*state, &beside);
}

static void the_l2_follows_what_its_lines_point_to(void **state)
{
    struct hierarchy_params p = plain;
    p.l2_prefetch = pointers;
    assert_true(hierarchy_wants_words(&p));
    struct hierarchy *h = hierarchy_new(*state, &p, NULL);
    tell_hierarchy(h, 0x10000, 0x12088, true);
    hierarchy_load(h, 0x400, 0x10000, 8, 0);
    assert_false(hierarchy_l1d_contains(h, 0x12080));
    assert_int_equal(hierarchy_stats(h).pointers_followed, 1);   // two lines, one of the L2
    assert_int_equal(hierarchy_load(h, 0x400, 0x12080, 8, 5000).level, LEVEL_L2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_is_known_when_all_its_words_are_there, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(what_a_line_points_to_comes_along_with_the_next_line,
                                        open_arena, close_arena),
        cmocka_unit_test_setup_teardown(the_l2_follows_what_its_lines_point_to, open_arena,
                                        close_arena),
    };
    return cmocka_run_group_tests_name("pointers", tests, NULL, NULL);
}
