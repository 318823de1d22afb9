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

static void words_into_the_same_4_gib_are_pointers(void **state)
{
    struct pointers *p = pointers_new(*state);
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
    assert_int_equal(pointers_of(p, 0x5500001000, words, out), 2);
    assert_int_equal(out[0], 0x5512345640);
    assert_int_equal(out[1], 0x5587654300);
    assert_int_equal(pointers_of(p, 0x5500001040, words, out), 1);   // the line before, now
    assert_int_equal(out[0], 0x5500001000);
}

// Memory of a page at 0x10000, all zero but for a pointer in the first word.
static bool read_page(void *who, void *to, vaddr va, u32 size)
{
    u64 page[2048] = { *(u64 *)who };
    if (va < 0x10000 || va + size > 0x14000)
        return false;
    memcpy(to, (char *)page + (va - 0x10000), size);
    return true;
}

static void what_a_line_points_to_comes_along_with_the_next_line(void **state)
{
    const struct hierarchy_params plain = {
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
    u64 pointer = 0x12048;
    struct hierarchy *h = hierarchy_new(*state, &plain, NULL);
    hierarchy_load(h, 0x400, 0x10000, 8, 0);
    assert_false(hierarchy_l1d_contains(h, 0x12040));
    h = hierarchy_new(*state, &plain, NULL);
    hierarchy_follow_pointers(h, *state, read_page, &pointer);
    hierarchy_load(h, 0x400, 0x10000, 8, 0);
    assert_true(hierarchy_l1d_contains(h, 0x12040));
    assert_true(hierarchy_l1d_contains(h, 0x12080));
    assert_int_equal(hierarchy_stats(h).pointers_followed, 2);
    pointer = 0x24048;   // not there
    hierarchy_load(h, 0x400, 0x10400, 8, 1000);
    assert_int_equal(hierarchy_stats(h).pointers_followed, 2);
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
