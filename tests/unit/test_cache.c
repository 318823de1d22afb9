// What cache.h promises, one promise a test.
#include "test.h"

#include <string.h>

#include "base/arena.h"
#include "uarch/cache.h"

// Four sets of 128-byte lines: addresses 512 apart share a set.
static const struct cache_params tiny = { .bytes = 1024, .ways = 2, .line = 128 };

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

static bool hits(struct cache *c, paddr pa)
{
    return cache_lookup(c, pa, ACCESS_READ, 0).hit;
}

static struct cache_victim put(struct cache *c, paddr pa)
{
    return cache_fill(c, pa, 0, 0, 0);
}

static void a_filled_line_is_found_by_all_its_bytes(void **state)
{
    struct cache *c = cache_new(*state, &tiny);
    assert_false(hits(c, 0x1000));
    put(c, 0x1000);
    assert_true(hits(c, 0x1000));
    assert_true(hits(c, 0x107f));
    assert_false(hits(c, 0x1080));
    assert_false(hits(c, 0x0fff));
}

// A guest's prefetch may name any address; empty ways hold tag 0.
static void no_address_is_found_in_an_empty_cache(void **state)
{
    struct cache *c = cache_new(*state, &tiny);
    paddr pa = (paddr)0xffffffff << 9;   // its tag would be 0
    assert_false(hits(c, pa));
    put(c, pa);
    assert_true(hits(c, pa));
}

static void lines_next_to_each_other_go_to_different_sets(void **state)
{
    struct cache *c = cache_new(*state, &tiny);
    for (paddr pa = 0; pa < 1024; pa += 128)
        assert_false(put(c, pa).valid);
    for (paddr pa = 0; pa < 1024; pa += 128)
        assert_true(cache_contains(c, pa));
    assert_true(put(c, 1024).valid);
}

static void the_least_recently_used_way_goes_first(void **state)
{
    struct cache *c = cache_new(*state, &tiny);
    put(c, 0x000);
    put(c, 0x200);
    assert_true(hits(c, 0x000));
    assert_int_equal(put(c, 0x400).line, 0x200);
    assert_true(cache_contains(c, 0x000));
    assert_false(cache_contains(c, 0x200));
}

// A list kept in order of use, for one set of six ways.
static void lru_agrees_with_a_list(void **state)
{
    struct cache_params p = { .bytes = 6 * 512, .ways = 6, .line = 512 };
    struct cache *c = cache_new(*state, &p);
    u64 list[6];
    u32 n = 0, seed = 1;
    for (u32 i = 0; i < 100000; i++) {
        seed = seed * 1664525 + 1013904223;
        u64 line = (seed >> 16) % 9;
        u32 at = 0;
        while (at < n && list[at] != line)
            at++;
        bool expect = at < n;
        assert_int_equal(hits(c, line * 512), expect);
        if (!expect) {
            struct cache_victim v = put(c, line * 512);
            assert_int_equal(v.valid, n == 6);
            if (v.valid)
                assert_int_equal(v.line, list[5] * 512);
            n += n < 6;
            at = n - 1;
        }
        memmove(list + 1, list, at * sizeof *list);
        list[0] = line;
    }
}

static void recency_bits_spare_what_was_used_since_they_were_cleared(void **state)
{
    struct cache_params p = {
        .bytes = 2048, .ways = 4, .line = 512, .replacement = { .kind = REPLACE_mru_bit }
    };
    struct cache *c = cache_new(*state, &p);
    for (paddr pa = 0; pa < 2048; pa += 512)
        put(c, pa);              // the fourth sets all bits: only its own stays
    hits(c, 0);
    assert_int_equal(put(c, 0x10000).line, 512);
    assert_int_equal(put(c, 0x20000).line, 1024);
}

static struct replace_params defaults(u32 kind)
{
    return (struct replace_params){ kind, 2, 16, 255, 32 };
}

// Hits of the last of 40 rounds through `lines` lines in turn, of a cache of 1024.
static u32 hits_in_turn(void *a, u32 replacement, u32 lines)
{
    struct cache_params p = {
        .bytes = 65536, .ways = 8, .line = 64, .replacement = defaults(replacement)
    };
    struct cache *c = cache_new(a, &p);
    u32 hits = 0;
    for (u32 round = 0; round < 40; round++)
        for (u32 n = 0; n < lines; n++) {
            bool hit = cache_lookup(c, n * 64, ACCESS_READ, 0).hit;
            if (!hit)
                cache_fill(c, n * 64, 0, 0, 0);
            hits += round == 39 && hit;
        }
    return hits;
}

static void dueling_sets_keep_part_of_what_does_not_fit(void **state)
{
    assert_int_equal(hits_in_turn(*state, REPLACE_lru, 1024), 1024);
    assert_int_equal(hits_in_turn(*state, REPLACE_dip, 1024), 1024);
    assert_int_equal(hits_in_turn(*state, REPLACE_lru, 2048), 0);
    assert_in_range(hits_in_turn(*state, REPLACE_dip, 2048), 600, 1024);
}

static void only_a_dirty_victim_must_be_written_back(void **state)
{
    struct cache *c = cache_new(*state, &tiny);
    put(c, 0x000);
    cache_lookup(c, 0x000, ACCESS_WRITE, 0);
    put(c, 0x200);
    struct cache_victim v = put(c, 0x400);
    assert_true(v.dirty);
    assert_int_equal(v.line, 0x000);
    assert_false(put(c, 0x600).dirty);
    assert_int_equal(cache_stats(c).writebacks, 1);
    assert_int_equal(cache_stats(c).evictions, 2);
}

static void a_victim_keeps_its_high_address_bits(void **state)
{
    struct cache *c = cache_new(*state, &tiny);
    put(c, 0xffffffff80);
    put(c, 0x0000000180);
    assert_int_equal(put(c, 0x380).line, 0xffffffff80);
}

static void a_hit_under_a_fill_waits_for_it(void **state)
{
    struct cache *c = cache_new(*state, &tiny);
    cache_fill(c, 0, 0, 10, 100);
    struct cache_answer r = cache_lookup(c, 8, ACCESS_READ, 50);
    assert_true(r.hit);
    assert_int_equal(r.ready, 100);
    assert_true(r.state & LINE_PENDING);
    r = cache_lookup(c, 8, ACCESS_READ, 150);
    assert_int_equal(r.ready, 150);
    assert_false(r.state & LINE_PENDING);
    r = cache_lookup(c, 8, ACCESS_READ, 60);   // later in program order, earlier in time
    assert_int_equal(r.ready, 100);
    assert_int_equal(cache_stats(c).merges, 2);
}

static void a_prefetched_line_is_useful_once_or_useless(void **state)
{
    struct cache *c = cache_new(*state, &tiny);
    cache_fill(c, 0x000, LINE_PREFETCHED, 0, 0);
    cache_fill(c, 0x200, LINE_PREFETCHED, 0, 0);
    assert_true(cache_lookup(c, 0x000, ACCESS_READ, 0).state & LINE_PREFETCHED);
    assert_false(cache_lookup(c, 0x000, ACCESS_READ, 0).state & LINE_PREFETCHED);
    put(c, 0x400);
    struct cache_stats s = cache_stats(c);
    assert_int_equal(s.prefetches, 2);
    assert_int_equal(s.prefetch_useful, 1);
    assert_int_equal(s.prefetch_useless, 1);
}

static void a_removed_line_leaves_room(void **state)
{
    struct cache *c = cache_new(*state, &tiny);
    put(c, 0x000);
    put(c, 0x200);
    assert_true(cache_mark_dirty(c, 0x000));
    assert_int_equal(cache_remove(c, 0x000), LINE_DIRTY);
    assert_int_equal(cache_remove(c, 0x000), -1);
    assert_false(put(c, 0x400).valid);
    assert_true(cache_contains(c, 0x200));
}

static void reads_and_writes_are_counted_apart(void **state)
{
    struct cache *c = cache_new(*state, &tiny);
    cache_lookup(c, 0, ACCESS_WRITE, 0);
    put(c, 0);
    cache_lookup(c, 0, ACCESS_WRITE, 0);
    cache_lookup(c, 0, ACCESS_READ, 0);
    struct cache_stats s = cache_stats(c);
    assert_int_equal(s.reads, 1);
    assert_int_equal(s.read_misses, 0);
    assert_int_equal(s.writes, 2);
    assert_int_equal(s.write_misses, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(a_filled_line_is_found_by_all_its_bytes),
        T(no_address_is_found_in_an_empty_cache),
        T(lines_next_to_each_other_go_to_different_sets),
        T(the_least_recently_used_way_goes_first),
        T(lru_agrees_with_a_list),
        T(recency_bits_spare_what_was_used_since_they_were_cleared),
        T(only_a_dirty_victim_must_be_written_back),
        T(dueling_sets_keep_part_of_what_does_not_fit),
        T(a_victim_keeps_its_high_address_bits),
        T(a_hit_under_a_fill_waits_for_it),
        T(a_prefetched_line_is_useful_once_or_useless),
        T(a_removed_line_leaves_room),
        T(reads_and_writes_are_counted_apart),
    };
    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
