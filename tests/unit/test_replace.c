// What replacement policies give up, by their published definitions, one set at a time.
#include "test.h"

#include <string.h>

#include "base/arena.h"
#include "uarch/cache.h"

enum { LINE = 64 };

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

static struct cache *one_set(void *a, u32 kind, u32 ways)
{
    struct cache_params p = {
        .bytes = ways * LINE, .ways = ways, .line = LINE, .replacement = { kind, 2, 16, 255, 32 }
    };
    return cache_new(a, &p);
}

// Reads lines one after another; each that misses is put in. `out` gets, a line read, which
// line went: its letter, '+' on a hit, '-' where there was room.
static void read(struct cache *c, const char *lines, char *out)
{
    for (; *lines; lines++) {
        paddr pa = (paddr)(*lines - 'a') * LINE;
        if (cache_lookup(c, pa, ACCESS_READ, 0).hit) {
            *out++ = '+';
            continue;
        }
        struct cache_victim v = cache_fill(c, pa, 0, 0, 0);
        *out++ = v.valid ? (char)('a' + v.line / LINE) : '-';
    }
    *out = 0;
}

static void assert_gone(struct cache *c, const char *lines, const char *expected)
{
    char gone[64];
    read(c, lines, gone);
    assert_string_equal(gone, expected);
}

// a b c d in ways 0 to 3; the use of a turns the root right, where c is older.
static void tree_plru_follows_its_bits(void **state)
{
    struct cache *c = one_set(*state, REPLACE_plru, 4);
    assert_gone(c, "abcd", "----");
    assert_gone(c, "a", "+");
    assert_gone(c, "efgh", "cbda");
}

// Six of eight leaves: where the tree points to the two missing ones, it goes left.
static void tree_plru_goes_round_leaves_that_are_not_there(void **state)
{
    struct cache *c = one_set(*state, REPLACE_plru, 6);
    assert_gone(c, "abcdef", "------");
    assert_gone(c, "ghijklm", "aecfbhd");
}

static void tree_plru_of_one_and_two_ways_is_lru(void **state)
{
    assert_gone(one_set(*state, REPLACE_plru, 1), "abca", "-abc");
    assert_gone(one_set(*state, REPLACE_plru, 2), "abacda", "--+bac");
}

static void tree_plru_has_room_for_the_bits_of_64_ways(void **state)
{
    struct cache *c = one_set(*state, REPLACE_plru, 64);
    for (paddr n = 0; n < 64; n++)
        cache_fill(c, n * LINE, 0, 0, 0);
    // Each half, quarter, ... in turn: the bits of the way's number, reversed.
    static const paddr order[] = { 0, 32, 16, 48, 8, 40, 24, 56, 4 };
    for (paddr n = 0; n < COUNT(order); n++)
        assert_int_equal(cache_fill(c, (64 + n) * LINE, 0, 0, 0).line, order[n] * LINE);
}

// Marsaglia's generator from 1: 270369, 67634689, 2647435461, 307599695; modulo 4 they are
// 1, 1, 1, 3.
static void random_is_the_same_in_every_run(void **state)
{
    struct cache *c = one_set(*state, REPLACE_random, 4);
    assert_gone(c, "abcd", "----");
    assert_gone(c, "efgh", "befd");
}

// d sets the last bit of a b c d, so that only its own stays.
static void recency_bits_are_cleared_when_all_are_set(void **state)
{
    struct cache *c = one_set(*state, REPLACE_mru_bit, 4);
    assert_gone(c, "abcd", "----");
    assert_gone(c, "efg", "abc");   // the third sets the last bit: g's alone stays
    assert_gone(c, "eh", "+f");     // of e f g d, the first without its bit
    assert_gone(c, "i", "d");       // which sets all again: i's alone stays
    assert_gone(c, "j", "e");
}

static void recency_bits_of_one_way_and_of_64(void **state)
{
    assert_gone(one_set(*state, REPLACE_mru_bit, 1), "abca", "-abc");
    struct cache *c = one_set(*state, REPLACE_mru_bit, 64);
    for (paddr n = 0; n < 64; n++)
        cache_fill(c, n * LINE, 0, 0, 0);
    assert_int_equal(cache_fill(c, 64 * LINE, 0, 0, 0).line, 0);
    assert_int_equal(cache_fill(c, 65 * LINE, 0, 0, 0).line, LINE);
}

// The mixed pattern of the paper's figure 3: a1 a2 a2 a1 b1 b2 b3 b4 a1 a2 in four ways. What
// was used again outlives the scan, which it does not under lru.
static void srrip_keeps_what_was_used_again_through_a_scan(void **state)
{
    assert_gone(one_set(*state, REPLACE_srrip, 4), "abbacdefab", "--++--cd++");
    assert_gone(one_set(*state, REPLACE_lru, 4), "abbacdefab", "--++--bacd");
}

static void srrip_intervals_are_those_of_the_paper(void **state)
{
    u32 word[4] = { 0 };
    struct replace r = { .word = word, .ways = 4, .sets = 1, .p = { .srrip_bits = 2 } };
    replace_srrip_new(&r);
    for (u32 w = 0; w < 4; w++)
        replace_srrip_fill(&r, 0, w);
    assert_memory_equal(word, ((u32[]){ 2, 2, 2, 2 }), sizeof(word));   // long
    replace_srrip_use(&r, 0, 1);
    assert_memory_equal(word, ((u32[]){ 2, 0, 2, 2 }), sizeof(word));   // near-immediate
    assert_int_equal(replace_srrip_victim(&r, 0), 0);                   // all move on to 3
    assert_memory_equal(word, ((u32[]){ 3, 1, 3, 3 }), sizeof(word));
    replace_srrip_fill(&r, 0, 0);
    assert_int_equal(replace_srrip_victim(&r, 0), 2);
    assert_memory_equal(word, ((u32[]){ 2, 1, 3, 3 }), sizeof(word));
    for (u32 w = 0; w < 4; w++)
        replace_srrip_use(&r, 0, w);
    assert_int_equal(replace_srrip_victim(&r, 0), 0);                   // three steps
    assert_memory_equal(word, ((u32[]){ 3, 3, 3, 3 }), sizeof(word));
}

static void every_policy_fills_empty_ways_first(void **state)
{
    for (u32 kind = 0; kind < REPLACE_KINDS; kind++) {
        struct cache *c = one_set(*state, kind, 4);
        assert_gone(c, "abcd", "----");
        assert_int_equal(cache_remove(c, 2 * LINE), 0);
        assert_gone(c, "e", "-");
        assert_gone(c, "abde", "++++");
    }
}

static void no_policy_gives_up_a_line_of_another_set(void **state)
{
    for (u32 kind = 0; kind < REPLACE_KINDS; kind++) {
        struct cache_params p = {
            .bytes = 3 * 4 * LINE, .ways = 3, .line = LINE, .replacement = { kind, 2, 2, 255, 32 }
        };
        struct cache *c = cache_new(*state, &p);
        u32 seed = 1;
        for (u32 k = 0; k < 4000; k++) {
            seed = seed * 1664525 + 1013904223;
            paddr line = (seed >> 20) % 40;
            if (cache_lookup(c, line * LINE, ACCESS_READ, 0).hit)
                continue;
            struct cache_victim v = cache_fill(c, line * LINE, 0, 0, 0);
            assert_true(cache_contains(c, line * LINE));
            assert_true(!v.valid || (v.line / LINE % 4 == line % 4 && v.line / LINE != line));
        }
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(tree_plru_follows_its_bits),
        T(tree_plru_goes_round_leaves_that_are_not_there),
        T(tree_plru_of_one_and_two_ways_is_lru),
        T(tree_plru_has_room_for_the_bits_of_64_ways),
        T(random_is_the_same_in_every_run),
        T(recency_bits_are_cleared_when_all_are_set),
        T(recency_bits_of_one_way_and_of_64),
        T(srrip_keeps_what_was_used_again_through_a_scan),
        T(srrip_intervals_are_those_of_the_paper),
        T(every_policy_fills_empty_ways_first),
        T(no_policy_gives_up_a_line_of_another_set),
    };
    return cmocka_run_group_tests_name("replace", tests, NULL, NULL);
}
