// The detailed model: what the fast one is tested for, and more.
//
// core_now() of this model estimates when what is in flight will retire: over a thousand
// iterations it may be out by a few cycles.
#define MODEL "detailed"
#define SLACK 0.01
#define FIVE_CHAINS 5.3, 5.45
#define MODEL_TESTS \
    cmocka_unit_test(a_load_that_met_a_store_too_early_waits_for_it_from_then_on), \
    cmocka_unit_test(younger_loads_leave_their_queue_before_they_retire), \
    cmocka_unit_test(a_wrong_address_throws_away_what_follows_the_load), \
    cmocka_unit_test(a_wrong_path_takes_slots_and_is_thrown_away), \
    cmocka_unit_test(every_cycle_is_in_each_histogram_once),
static void a_load_that_met_a_store_too_early_waits_for_it_from_then_on(void **state);
static void younger_loads_leave_their_queue_before_they_retire(void **state);
static void a_wrong_address_throws_away_what_follows_the_load(void **state);
static void a_wrong_path_takes_slots_and_is_thrown_away(void **state);
static void every_cycle_is_in_each_histogram_once(void **state);
// The tests of the fast model, once more for this one.
#include "test_fast.c"   // NOLINT(bugprone-suspicious-include)

#include "core/counters.h"

static u64 counter(const struct core_stats *s, const char *name)
{
    struct stat_group groups[CORE_GROUPS];
    char path[64];
    u64 value = 0;
    core_counters(s, groups);
    snprintf(path, sizeof(path), "core.detailed.%s", name);
    assert_true(stat_read(groups, path, &value));
    return value;
}

static struct core_stats run(struct arena *a, const struct loop *l, int times)
{
    struct core *c = core_of(a, NULL, 0);
    struct core_stats s;
    feed_defs(c, l);
    for (int i = 0; i < times; i++)
        feed_once(c, l);
    core_drain(c);
    core_stats(c, &s);
    return s;
}

// The store's address comes from a division, so that the load behind it goes first.
static void a_load_that_met_a_store_too_early_waits_for_it_from_then_on(void **state)
{
    struct arena *a = arena_new();
    struct loop l = { .count = 0 };
    add(&l, 0x9ac20825);   // udiv x5, x1, x2
    access_at(&l, str_x(3, 5, 0), 0x100000);
    access_at(&l, ldr_x(4, 6, 0), 0x100000);
    tail(&l);
    struct core_stats s = run(a, &l, 1000);
    assert_between((double)counter(&s, "violations"), 1, 5);
    assert_true(counter(&s, "told_to_wait") > 900);
    assert_true(counter(&s, "forwarded") > 900);
    assert_true(s.slots2[TOPDOWN2_clears] > 0);
    arena_free(a);
}

// 200 loads are more than the load queue has entries, and all are done before the square
// root (13 cycles) they stand behind has retired: what the queue lets in decides nothing.
static void younger_loads_leave_their_queue_before_they_retire(void **state)
{
    struct loop l = { .count = 0 };
    for (int k = 0; k < 8; k++)
        add(&l, 0x1e61c000);   // fsqrt d0, d0
    for (u32 k = 0; k < 200; k++)
        access_at(&l, ldr_x(2, 1, 8 * (k % 8)), 0x100000 + 8 * (k % 8));
    assert_between(cycles_with(&l, NULL), 8 * 13, 8 * 13 + 2);
}

// A chain of loads that stays at one address 2000 times, long enough for its address to be
// foreseen, then goes on at another: the first that does is done wrong, and learned from
// before the next is fetched again.
static void a_wrong_address_throws_away_what_follows_the_load(void **state)
{
    struct arena *a = arena_new();
    struct core *c = core_of(a, NULL, 0);
    struct loop l = { .count = 0 };
    access_at(&l, ldr_x(1, 1, 0), 0x100000);
    tail(&l);
    feed_defs(c, &l);
    for (int i = 0; i < 2100; i++) {
        l.step[0].addr = i < 2000 ? 0x100000 : 0x100040;
        feed_once(c, &l);
    }
    core_drain(c);
    struct core_stats s;
    core_stats(c, &s);
    assert_true(counter(&s, "addresses_used") > 500);
    assert_int_equal(counter(&s, "addresses_wrong"), 1);
    assert_true(s.slots2[TOPDOWN2_clears] > 0);
    arena_free(a);
}

static void a_wrong_path_takes_slots_and_is_thrown_away(void **state)
{
    struct arena *a = arena_new();
    struct core *c = core_of(a, NULL, 0);
    static const u32 words[] = { 0xb4000045, 0xd503201f, 0x17fffffe };   // cbz x5, .+8; nop; b
    for (u32 k = 0; k < COUNT(words); k++) {
        struct record r = { RECORD_DEF | (START + 4 * k), words[k] };
        core_feed(c, &r, 1);
    }
    u64 seed = 1, records = 0;
    for (int i = 0; i < 5000; i++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        bool taken = seed >> 62 & 1;
        struct record r[3] = { { START | (taken ? RECORD_TAKEN : 0), taken ? START + 8 : 0 },
                               { START + 4, 0 } };
        size_t n = taken ? 1 : 2;
        r[n++] = (struct record){ (START + 8) | RECORD_TAKEN, START };
        core_feed(c, r, n);
        records += n;
    }
    core_drain(c);
    struct core_stats s;
    core_stats(c, &s);
    assert_int_equal(s.instructions, records);
    assert_true(counter(&s, "fetched_wrong") > s.mispredictions);
    assert_int_equal(counter(&s, "fetched"), records + counter(&s, "fetched_wrong"));
    assert_true(s.stack[STACK_conditional] >= counter(&s, "renamed_wrong"));
    assert_int_equal(counter(&s, "squashes"), s.mispredictions);
    arena_free(a);
}

static void every_cycle_is_in_each_histogram_once(void **state)
{
    struct arena *a = arena_new();
    struct loop l = { .count = 0 };
    for (u32 k = 0; k < 20; k++)
        access_at(&l, k & 1 ? ldr_x(3, 1, 8 * k) : str_x(3, 1, 8 * k), 0x100000 + 8192 * k);
    tail(&l);
    struct core_stats s = run(a, &l, 300);
    for (int r = 0; r < STRUCTURE_COUNT; r++) {
        u64 sum = 0;
        for (int k = 0; k < CORE_BINS; k++)
            sum += s.structure[r].bin[k];
        assert_int_equal(sum, s.cycles);
    }
    arena_free(a);
}
