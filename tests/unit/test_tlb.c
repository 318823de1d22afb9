// Reach and cost of the translation buffers, with Avalanche's numbers.
#include "test.h"

#include "base/arena.h"
#include "uarch/tlb.h"

static const struct tlb_params avalanche = {
    .page = 16384,
    .l1i_entries = 192,
    .l1i_ways = 6,
    .l1d_entries = 256,
    .l1d_ways = 8,
    .l2_entries = 3072,
    .l2_ways = 12,
    .l2_fetch = 9,
    .l2_data = 6,
    .walkers = 2,
    .walk = 27,
    .reorder = 1024,
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

// Touches `pages` neighbouring pages in turn, twice; cycles added the second time.
static u64 second_pass(struct tlb *t, u32 (*access)(struct tlb *, vaddr, cycle), u32 pages)
{
    cycle now = 0;
    u64 added = 0;
    for (u32 pass = 0; pass < 2; pass++) {
        added = 0;
        for (u32 n = 0; n < pages; n++, now += 100)
            added += access(t, (vaddr)n << 14 | (n * 64 & 0x3fff), now);
    }
    return added;
}

static void loads_reach_256_pages_for_nothing(void **state)
{
    assert_int_equal(second_pass(tlb_new(*state, &avalanche, NULL, NULL), tlb_data, 256), 0);
}

static void beyond_the_first_level_a_load_waits_6_cycles(void **state)
{
    // 9 pages for each of 32 sets of 8 ways, used in turn: all are always gone.
    u64 added = second_pass(tlb_new(*state, &avalanche, NULL, NULL), tlb_data, 288);
    assert_int_equal(added, 288 * 6);
}

static void fetches_reach_192_pages_and_then_wait_9_cycles(void **state)
{
    assert_int_equal(second_pass(tlb_new(*state, &avalanche, NULL, NULL), tlb_fetch, 192), 0);
    assert_int_equal(second_pass(tlb_new(*state, &avalanche, NULL, NULL), tlb_fetch, 224), 224 * 9);
}

static void beyond_the_second_level_pages_are_walked(void **state)
{
    struct tlb *t = tlb_new(*state, &avalanche, NULL, NULL);
    assert_int_equal(second_pass(t, tlb_data, 3072), 3072 * 6);
    assert_int_equal(tlb_stats(t).l2_misses, 3072);
    t = tlb_new(*state, &avalanche, NULL, NULL);
    assert_int_equal(second_pass(t, tlb_data, 13 * 256), 13 * 256 * (6 + 27));
    assert_int_equal(tlb_stats(t).walk_cycles, 2 * 13 * 256 * 27);
}

static cycle table_in_17_cycles(void *who, u64 page, cycle now)
{
    *(u64 *)who = page;
    return now + 17;
}

static void a_walk_can_read_memory(void **state)
{
    struct tlb_params p = avalanche;
    p.walk = 10;
    u64 page = 0;
    struct tlb *t = tlb_new(*state, &p, table_in_17_cycles, &page);
    assert_int_equal(tlb_data(t, 0x12345678, 1000), 6 + 10 + 17);
    assert_int_equal(page, 0x12345678 >> 14);
}

static void accesses_to_a_page_being_walked_share_the_walk(void **state)
{
    struct tlb *t = tlb_new(*state, &avalanche, NULL, NULL);
    assert_int_equal(tlb_data(t, 0x10000, 0), 33);
    assert_int_equal(tlb_data(t, 0x10008, 3), 30);
    assert_int_equal(tlb_fetch(t, 0x10010, 10), 23);   // finds it in the second level
    assert_int_equal(tlb_stats(t).l2_misses, 1);
}

static void a_third_walk_waits_for_one_of_two_walkers(void **state)
{
    struct tlb *t = tlb_new(*state, &avalanche, NULL, NULL);
    assert_int_equal(tlb_data(t, 0x10000, 0), 33);
    assert_int_equal(tlb_data(t, 0x20000, 0), 33);
    assert_int_equal(tlb_data(t, 0x30000, 0), 60);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(loads_reach_256_pages_for_nothing),
        T(beyond_the_first_level_a_load_waits_6_cycles),
        T(fetches_reach_192_pages_and_then_wait_9_cycles),
        T(beyond_the_second_level_pages_are_walked),
        T(a_walk_can_read_memory),
        T(accesses_to_a_page_being_walked_share_the_walk),
        T(a_third_walk_waits_for_one_of_two_walkers),
    };
    return cmocka_run_group_tests_name("tlb", tests, NULL, NULL);
}
