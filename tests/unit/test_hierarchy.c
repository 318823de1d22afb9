// Latencies, misses in flight and bandwidth, on a machine of round numbers.
#include "test.h"

#include "base/arena.h"
#include "uarch/hierarchy.h"
#include "uarch/meter.h"
#include "uarch/mshr.h"

// One cycle is 1 ns. L1 3, L2 17, SLC 40, DRAM 100 cycles; no limit of bandwidth.
static const struct hierarchy_params plain = {
    .clock_mhz = 1000,
    .l1i = { .bytes = 1024, .ways = 2, .line = 64 },
    .l1d = { .bytes = 1024, .ways = 2, .line = 64 },
    .l2 = { .bytes = 8192, .ways = 2, .line = 128 },
    .slc = { .bytes = 32768, .ways = 4, .line = 128 },
    .dram = { .channels = 1, .interleave = 256, .latency_ps = 100000 },
    .l1d_latency = 3,
    .l2_latency = 17,
    .slc_latency_ps = 40000,
    .split_line = 1,
    .split_page = 28,
    .l1i_mshrs = 4,
    .l1d_mshrs = 32,
    .l2_mshrs = 64,
    .slc_exclusive = 1,
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

static struct access_result load(struct hierarchy *h, vaddr va, cycle now)
{
    return hierarchy_load(h, 0x400, va, 8, now);
}

#define assert_access(r, cycles, where) \
    do { \
        struct access_result r_ = (r); \
        assert_int_equal(r_.ready, (cycles)); \
        assert_int_equal(r_.level, (where)); \
    } while (0)

static void each_level_answers_in_its_time(void **state)
{
    struct hierarchy *h = hierarchy_new(*state, &plain, NULL);
    assert_access(load(h, 0x10000, 0), 100, LEVEL_DRAM);
    assert_access(load(h, 0x10008, 1000), 1003, LEVEL_L1);
    assert_access(load(h, 0x10040, 2000), 2017, LEVEL_L2);   // the line's other half
}

static void a_line_the_l2_pushed_out_is_in_the_slc(void **state)
{
    struct hierarchy *h = hierarchy_new(*state, &plain, NULL);
    for (vaddr n = 0; n < 3; n++)                // one set of two ways in each level
        load(h, 0x10000 + n * 4096, n * 1000);
    assert_access(load(h, 0x10000, 5000), 5040, LEVEL_SLC);
    assert_int_equal(hierarchy_stats(h).dram.reads, 3);
}

static void loads_of_one_line_merge(void **state)
{
    struct hierarchy *h = hierarchy_new(*state, &plain, NULL);
    assert_access(load(h, 0x10000, 0), 100, LEVEL_DRAM);
    assert_access(load(h, 0x10010, 10), 100, LEVEL_DRAM);
    assert_access(load(h, 0x10040, 20), 100, LEVEL_DRAM);    // merges in the L2
    assert_access(load(h, 0x10018, 99), 102, LEVEL_DRAM);    // never faster than the L1
    assert_int_equal(hierarchy_stats(h).dram.reads, 1);
    assert_int_equal(hierarchy_stats(h).l1d.merges, 2);
}

static void as_many_misses_fly_as_there_are_entries(void **state)
{
    struct hierarchy_params p = plain;
    p.l1d_mshrs = 26;
    struct hierarchy *h = hierarchy_new(*state, &p, NULL);
    for (vaddr n = 0; n < 26; n++)
        assert_int_equal(load(h, 0x10000 + n * 128, 0).ready, 100);
    assert_int_equal(load(h, 0x20000, 50).ready, 200);
    assert_int_equal(hierarchy_stats(h).mshr_wait, 50);
}

static void an_earlier_cycle_does_not_wait_for_a_later_one(void **state)
{
    struct hierarchy_params p = plain;
    p.l1d_mshrs = 1;
    struct hierarchy *h = hierarchy_new(*state, &p, NULL);
    assert_int_equal(load(h, 0x10000, 500).ready, 600);
    assert_int_equal(load(h, 0x20000, 100).ready, 200);
    assert_int_equal(load(h, 0x30000, 550).ready, 700);
}

static void memory_gives_its_bandwidth_and_no_more(void **state)
{
    struct hierarchy_params p = plain;
    p.dram.peak_mbs = 16000;                     // 16 bytes a cycle: 8 cycles a line
    struct hierarchy *h = hierarchy_new(*state, &p, NULL);
    for (vaddr n = 0; n < 20; n++)
        assert_int_equal(load(h, 0x10000 + n * 128, 0).ready, 100 + n * 8);
}

static void stores_are_written_back_level_by_level(void **state)
{
    struct hierarchy_params p = plain;
    p.slc.bytes = 0;
    struct hierarchy *h = hierarchy_new(*state, &p, NULL);
    assert_access(hierarchy_store(h, 0x400, 0x10000, 8, 0), 100, LEVEL_DRAM);
    assert_access(hierarchy_store(h, 0x400, 0x10000, 8, 200), 200, LEVEL_L1);
    for (vaddr n = 1; n < 3; n++)
        load(h, 0x10000 + n * 512, n * 1000);    // pushes it out of the L1 alone
    assert_int_equal(hierarchy_stats(h).l1d.writebacks, 1);
    assert_int_equal(hierarchy_stats(h).dram.writes, 0);
    for (vaddr n = 1; n < 3; n++)
        load(h, 0x10000 + n * 4096, n * 2000);   // and out of the L2
    assert_int_equal(hierarchy_stats(h).l2.writebacks, 1);
    assert_int_equal(hierarchy_stats(h).dram.writes, 1);
}

static void store_line(struct hierarchy *h, vaddr line, u32 bytes, cycle now)
{
    for (u32 at = 0; at < bytes; at += 8)
        hierarchy_store(h, 0x400, line + at, 8, now);
}

static void a_run_that_writes_whole_lines_reads_only_the_first(void **state)
{
    struct hierarchy_params p = plain;
    p.whole_lines = 8;
    struct hierarchy *h = hierarchy_new(*state, &p, NULL);
    for (vaddr n = 0; n < 8; n++)
        store_line(h, 0x10000 + 64 * n, 64, 1000 * n);
    assert_int_equal(hierarchy_stats(h).lines_claimed, 7);
    assert_int_equal(hierarchy_stats(h).dram.reads, 1);
    for (vaddr n = 20; n-- > 16;)                // downwards too
        store_line(h, 0x10000 + 64 * n, 64, 20000 - 100 * n);
    assert_int_equal(hierarchy_stats(h).lines_claimed, 10);
    assert_int_equal(hierarchy_stats(h).dram.reads, 2);
}

static void a_line_of_which_a_part_was_written_is_read(void **state)
{
    struct hierarchy_params p = plain;
    p.whole_lines = 8;
    struct hierarchy *h = hierarchy_new(*state, &p, NULL);
    for (vaddr n = 0; n < 8; n++)
        store_line(h, 0x10000 + 128 * n, 56, 1000 * n);
    for (vaddr n = 0; n < 8; n++)                // and one whose line before was not missed
        store_line(h, 0x20000 + 256 * n, 64, 10000 + 1000 * n);
    assert_int_equal(hierarchy_stats(h).lines_claimed, 0);
    assert_int_equal(hierarchy_stats(h).dram.reads, 16);
}

// When the last of 96 lines is there that push dirty ones out of the L2.
static cycle all_there(struct arena *a, u32 write_share)
{
    struct hierarchy_params p = plain;
    p.slc.bytes = 0;
    p.slc_bytes_per_cycle = 16;                  // 8 cycles a line of 128 bytes
    p.write_share = write_share;
    struct hierarchy *h = hierarchy_new(a, &p, NULL);
    cycle last = 0;
    for (vaddr n = 0; n < 64; n++)               // all of the L2
        hierarchy_store(h, 0x400, 0x10000 + n * 128, 8, 1000 * n);
    for (vaddr n = 64; n < 64 + 96; n++)
        last = load(h, 0x10000 + n * 128, 100000 + 8 * n).ready;
    assert_int_equal(hierarchy_stats(h).dram.writes, 64);
    return last;
}

static void what_leaves_takes_the_way_of_what_comes(void **state)
{
    cycle alone = all_there(*state, 0), shared = all_there(*state, 128);
    assert_int_equal(alone, 100000 + 8 * 159 + 100);
    assert_in_range(shared, alone + 40 * 4, alone + 64 * 4);   // four cycles a line that leaves
}

static void crossing_a_line_or_a_page_costs_more(void **state)
{
    struct hierarchy *h = hierarchy_new(*state, &plain, NULL);
    load(h, 0x13f80, 0);
    load(h, 0x13fc0, 0);
    load(h, 0x14000, 0);
    assert_access(load(h, 0x13fb8, 1000), 1003, LEVEL_L1);
    assert_access(load(h, 0x13fbc, 1000), 1004, LEVEL_L1);
    assert_access(load(h, 0x13ffc, 1000), 1031, LEVEL_L1);
    assert_int_equal(hierarchy_stats(h).split_lines, 2);
    assert_int_equal(hierarchy_stats(h).split_pages, 1);
    assert_access(load(h, 0x13ffc, 2000), 2031, LEVEL_L1);
    assert_access(load(h, 0x13ffc, 2010), 2062, LEVEL_L1);   // one at a time
    assert_access(hierarchy_store(h, 0x400, 0x13ffc, 8, 2010), 2090, LEVEL_L1);
}

static void cores_of_a_cluster_share_the_l2(void **state)
{
    struct hierarchy *h = hierarchy_new(*state, &plain, NULL);
    struct hierarchy *other = hierarchy_new(*state, &plain, h);
    load(h, 0x10000, 0);
    assert_access(load(other, 0x10000, 1000), 1017, LEVEL_L2);
}

static void the_next_line_of_code_is_prefetched(void **state)
{
    struct hierarchy_params p = plain;
    p.l1i_prefetch = (struct prefetch_params){ .kind = PREFETCH_next, .degree = 1 };
    struct hierarchy *h = hierarchy_new(*state, &p, NULL);
    assert_access(hierarchy_fetch(h, 0x10000, 0), 100, LEVEL_DRAM);
    assert_access(hierarchy_fetch(h, 0x10040, 1000), 1000, LEVEL_L1);
    assert_access(hierarchy_fetch(h, 0x10080, 1010), 1100, LEVEL_DRAM);
    assert_int_equal(hierarchy_stats(h).l1i.prefetch_useful, 2);
}

// 64 bytes at 8 a cycle: a line every 8 cycles, two ahead of the one that runs.
static void code_from_the_l2_comes_at_its_own_bandwidth(void **state)
{
    struct hierarchy_params p = plain;
    p.l1i_bytes_per_64_cycles = 512;
    p.l2 = (struct cache_params){ .bytes = 65536, .ways = 16, .line = 128 };
    p.l1i_prefetch = (struct prefetch_params){ .kind = PREFETCH_next, .degree = 2 };
    struct hierarchy *h = hierarchy_new(*state, &p, NULL);
    cycle t = 0, from = 0;
    for (u32 n = 0; n < 3 * 256; n++) {   // 16 KiB three times: all in the L2, none in the L1I
        if (n == 2 * 256)
            from = t;
        t = hierarchy_fetch(h, n % 256 * 64, t).ready + 1;
    }
    assert_in_range(t - from, 256 * 8 - 16, 256 * 8 + 16);
}

static void scrambled_pages_keep_their_lines_apart(void **state)
{
    struct hierarchy_params p = plain;
    p.page_map = 1;
    struct hierarchy *h = hierarchy_new(*state, &p, NULL);
    for (vaddr n = 0; n < 3; n++)
        assert_access(load(h, n << 32 | n * 128, n * 1000), n * 1000 + 100, LEVEL_DRAM);
    assert_int_equal(load(h, 0x8, 5000).ready, 5003);
}

static void a_walk_reads_the_table_through_the_l2(void **state)
{
    struct hierarchy *h = hierarchy_new(*state, &plain, NULL);
    assert_int_equal(hierarchy_walk(h, 5, 0), 100);
    assert_int_equal(hierarchy_walk(h, 6, 1000), 1017);      // 16 entries share a line
    assert_int_equal(hierarchy_walk(h, 16, 2000), 2100);
}

// A page of the plain machine is larger than its L2: here one is half of it.
static struct hierarchy *touched(void **state, u32 first_touch)
{
    struct hierarchy_params p = plain;
    p.first_touch = first_touch;
    p.page = 4096;
    return hierarchy_new(*state, &p, NULL);
}

static void the_first_load_of_a_page_finds_it_in_the_l2(void **state)
{
    struct hierarchy *h = touched(state, TOUCH_DATA);
    assert_access(load(h, 0x10800, 0), 17, LEVEL_L2);
    assert_access(load(h, 0x10fc0, 1000), 1017, LEVEL_L2);   // all of it
    assert_access(load(h, 0x11000, 2000), 2017, LEVEL_L2);   // the next page
    assert_int_equal(hierarchy_stats(h).pages_touched, 2);
    load(h, 0x12000, 3000);
    load(h, 0x13000, 4000);   // both pages are out of the L2, in the SLC
    assert_access(load(h, 0x10400, 5000), 5040, LEVEL_SLC);
    assert_int_equal(hierarchy_stats(h).pages_touched, 4);
    assert_access(hierarchy_fetch(h, 0x20000, 6000), 6100, LEVEL_DRAM);   // code is none
}

static void no_prefetcher_goes_to_a_page_that_is_not_there(void **state)
{
    struct hierarchy_params p = plain;
    p.l1d_prefetch =
        (struct prefetch_params){ .kind = PREFETCH_next, .degree = 1, .cross_page = 1 };
    for (p.first_touch = TOUCH_NONE; p.first_touch <= TOUCH_ALL; p.first_touch++) {
        struct hierarchy *h = hierarchy_new(*state, &p, NULL);
        load(h, 0x13fc0, 0);
        assert_int_equal(hierarchy_l1d_contains(h, 0x14000), p.first_touch == TOUCH_NONE);
    }
}

static void code_that_ran_a_moment_ago_is_in_the_l2(void **state)
{
    struct hierarchy *h = touched(state, TOUCH_ALL);
    assert_access(hierarchy_fetch(h, 0x20000, 0), 17, LEVEL_L2);
}

static void a_pipe_carries_so_many_bytes_a_cycle(void **state)
{
    struct meter *m = meter_new(*state, 32, 1);
    for (u32 n = 0; n < 100; n++)
        assert_int_equal(meter_take(m, 96, 64), 96 + 2 * n);
    assert_int_equal(meter_take(m, 0, 64), 0);               // asked later, but earlier
    assert_int_equal(meter_take(m, 1000000, 64), 1000000);
    struct meter *slow = meter_new(*state, 64, 40);          // 40 cycles a transfer
    for (u32 n = 0; n < 10; n++)
        assert_in_range(meter_take(slow, 160, 64), 160 + 40 * n, 161 + 40 * n);
}

static void entries_are_free_again_when_their_miss_ends(void **state)
{
    struct mshr *m = mshr_new(*state, 2);
    mshr_hold(m, 16, 48);
    mshr_hold(m, 24, 40);
    assert_false(mshr_full(m, 15));
    assert_false(mshr_full(m, 16));
    assert_true(mshr_full(m, 24));
    assert_true(mshr_full(m, 39));
    assert_false(mshr_full(m, 40));
    assert_int_equal(mshr_start(m, 20), 20);
    assert_int_equal(mshr_start(m, 30), 40);
    mshr_hold(m, 40, 88);
    assert_int_equal(mshr_start(m, 41), 48);
    assert_int_equal(mshr_start(m, 1000000), 1000000);
    mshr_hold(m, 1000000, 1000100);
    mshr_hold(m, 1000000, 1000100);
    assert_int_equal(mshr_start(m, 1000004), 1000100);
    assert_int_equal(mshr_start(m, 30), 30);    // too long ago to be remembered
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(each_level_answers_in_its_time),
        T(a_line_the_l2_pushed_out_is_in_the_slc),
        T(loads_of_one_line_merge),
        T(as_many_misses_fly_as_there_are_entries),
        T(an_earlier_cycle_does_not_wait_for_a_later_one),
        T(memory_gives_its_bandwidth_and_no_more),
        T(stores_are_written_back_level_by_level),
        T(a_run_that_writes_whole_lines_reads_only_the_first),
        T(a_line_of_which_a_part_was_written_is_read),
        T(what_leaves_takes_the_way_of_what_comes),
        T(crossing_a_line_or_a_page_costs_more),
        T(cores_of_a_cluster_share_the_l2),
        T(the_next_line_of_code_is_prefetched),
        T(code_from_the_l2_comes_at_its_own_bandwidth),
        T(scrambled_pages_keep_their_lines_apart),
        T(a_walk_reads_the_table_through_the_l2),
        T(the_first_load_of_a_page_finds_it_in_the_l2),
        T(no_prefetcher_goes_to_a_page_that_is_not_there),
        T(code_that_ran_a_moment_ago_is_in_the_l2),
        T(a_pipe_carries_so_many_bytes_a_cycle),
        T(entries_are_free_again_when_their_miss_ends),
    };
    return cmocka_run_group_tests_name("hierarchy", tests, NULL, NULL);
}
