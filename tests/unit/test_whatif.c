// What-ifs do what they say, in both models, and each is made of parameters that both read.
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "core/core.h"
#include "explain/whatif.h"

enum { START = 0x10000, DATA = 0x10000000 };

static const char *const models[] = { "fast", "detailed" };

static struct config *load(struct arena *a, const char *core, const char *const *sets, size_t n)
{
    struct config *c = ARENA_NEW(a, struct config);
    struct err e = { "" };
    if (!config_load(c, a, core, sets, n, &e))
        fail_msg("%s", e.text);
    return c;
}

// A core on which one thing is better, or as it is: WHATIFS. `and` is set as well, if not NULL.
static struct core *core_with(struct arena *a, const char *model, u32 what, const char *and)
{
    const char *sets[WHATIF_SETS + 1];
    struct err e = { "" };
    struct config *c = load(a, "m2-avalanche", NULL, 0);
    size_t n = what < WHATIFS ? whatif_sets(&whatif_rows[what], c, model, a, sets) : 0;
    if (and)
        sets[n++] = and;
    struct core *core = core_new(a, load(a, "m2-avalanche", sets, n), model, &e);
    assert_string_equal(e.text, "");
    return core;
}

static void put(struct core *c, u64 head, u64 addr)
{
    struct record r = { head, addr };
    core_feed(c, &r, 1);
}

static void define(struct core *c, const u32 *word, size_t n)
{
    for (size_t k = 0; k < n; k++)
        put(c, RECORD_DEF | (START + 4 * k), word[k]);
}

static struct core_stats stats_of(struct core *c)
{
    struct core_stats s;
    core_drain(c);
    core_stats(c, &s);
    return s;
}

// ldr x0, [x0]; b back: anywhere in `bytes`; cycles a turn.
static double chase(const char *model, u32 what, const char *and, u64 bytes, struct core_stats *s)
{
    enum { CHASED = 20000 };
    static const u32 words[] = { 0xf9400000, 0x17ffffff };
    struct arena *a = arena_new();
    struct core *c = core_with(a, model, what, and);
    u64 seed = 1;
    cycle before = 0;
    define(c, words, COUNT(words));
    for (unsigned i = 0; i < 2 * CHASED; i++) {
        if (i == CHASED)
            before = core_now(c);
        seed = seed * 6364136223846793005 + 1442695040888963407;
        put(c, START, DATA + (seed >> 20) % bytes / 64 * 64);
        put(c, (START + 4) | RECORD_TAKEN, START);
    }
    double per = (double)(core_now(c) - before) / CHASED;
    *s = stats_of(c);
    arena_free(a);
    return per;
}

// m2-avalanche: 3 cycles from load to address.
static void a_chase_in_memory_takes_the_l1ds_latency_when_that_is_perfect(void **state)
{
    struct core_stats s;
    for (size_t m = 0; m < COUNT(models); m++) {
        double plain = chase(models[m], WHATIFS, NULL, 64 << 20, &s);
        assert_true(plain > 200);   // some pages are touched for the first time
        u64 walks = s.tlb.walks_data;
        double with = chase(models[m], WHATIF_l1d, "core.tlb.perfect=true", 64 << 20, &s);
        assert_true(with >= 3 && with < 3.05);
        assert_int_equal(s.memory.l1d.read_misses, 0);
        assert_int_equal(s.memory.l1d.reads, 40000);
        assert_true(s.memory.l2.reads <= 4);   // for the code
        assert_int_equal(s.tlb.l1d_misses, 0);
        assert_int_equal(s.tlb.l1d_accesses, 40000);
        with = chase(models[m], WHATIF_l1d, NULL, 64 << 20, &s);
        assert_true(with > 12 && with < 30);   // translation is as it was
        assert_int_equal(s.tlb.walks_data, walks);
    }
}

// 17 cycles from load to address.
static void a_chase_in_memory_takes_the_l2s_latency_when_that_is_perfect(void **state)
{
    struct core_stats s;
    for (size_t m = 0; m < COUNT(models); m++) {
        double with = chase(models[m], WHATIF_l2, "core.tlb.perfect=true", 64 << 20, &s);
        assert_true(with > 16.5 && with < 17.5);   // one in 512 hits the L1D
        assert_int_equal(s.memory.l2.read_misses, 0);
        assert_int_equal(s.memory.dram.reads, 0);
        assert_int_equal(s.stack[STACK_dram] + s.stack[STACK_slc], 0);
        assert_true(s.stack[STACK_l2] > 8 * s.cycles / 2);
    }
}

static void perfect_tlbs_leave_the_rest_of_a_chase(void **state)
{
    struct core_stats s;
    for (size_t m = 0; m < COUNT(models); m++) {
        double plain = chase(models[m], WHATIFS, NULL, 256 << 20, &s);
        double with = chase(models[m], WHATIF_tlb, NULL, 256 << 20, &s);
        // A miss of both TLBs is 6 + 27 cycles, of which none is left; few hit the second.
        assert_true(plain - with > 25 && plain - with < 34);
        assert_int_equal(s.stack[STACK_dtlb], 0);
        assert_int_equal(s.tlb.walks_data, 0);
    }
}

// Code of `words` of `word` in a row, again and again, and a branch back; cycles of a turn.
static double around_on(struct core *c, u32 word, u32 words, u32 turns, struct core_stats *s)
{
    cycle before = 0;
    for (u32 k = 0; k < words; k++)
        put(c, RECORD_DEF | (START + 4 * k), word);
    put(c, RECORD_DEF | (START + 4 * words), 0x14000000 | (-words & 0x3ffffff));
    for (u32 i = 0; i < 2 * turns; i++) {
        if (i == turns)
            before = core_now(c);
        for (u32 k = 0; k < words; k++)
            put(c, START + 4 * k, DATA);
        put(c, (START + 4 * words) | RECORD_TAKEN, START);
    }
    double per = (double)(core_now(c) - before) / turns;
    *s = stats_of(c);
    return per;
}

static double around(const char *model, u32 what, u32 word, u32 words, u32 turns,
                     struct core_stats *s)
{
    struct arena *a = arena_new();
    double per = around_on(core_with(a, model, what, NULL), word, words, turns, s);
    arena_free(a);
    return per;
}

// NOPs of 1 MiB come at 2 a cycle from the L2, and at 8 when the L1I has them.
static void code_beyond_the_l1i_runs_at_full_width_when_that_is_perfect(void **state)
{
    enum { WORDS = 1 << 18 };
    struct core_stats s;
    for (size_t m = 0; m < COUNT(models); m++) {
        double plain = around(models[m], WHATIFS, 0xd503201f, WORDS, 2, &s);
        double with = around(models[m], WHATIF_l1i, 0xd503201f, WORDS, 2, &s);
        assert_true(plain > WORDS / 2.2 && with < WORDS / 7.5);
        assert_int_equal(s.memory.l1i.read_misses, 0);
        assert_int_equal(s.stack[STACK_icache], 0);
    }
}

// Three loads a cycle, and four with one more port.
static void one_more_load_port_takes_one_more_load_a_cycle(void **state)
{
    struct core_stats s;
    for (size_t m = 0; m < COUNT(models); m++) {
        double plain = around(models[m], WHATIFS, 0xf9400281, 240, 300, &s);   // ldr x1, [x20]
        double with = around(models[m], WHATIF_loads, 0xf9400281, 240, 300, &s);
        assert_true(plain >= 80 && plain < 84);
        assert_true(with >= 60 && with < 64);
    }
}

// Four additions a cycle, and six with two more units.
static void two_more_fp_units_take_two_more_operations_a_cycle(void **state)
{
    struct core_stats s;
    for (size_t m = 0; m < COUNT(models); m++) {
        double plain = around(models[m], WHATIFS, 0x1e632840, 240, 300, &s);   // fadd d0, d2, d3
        double with = around(models[m], WHATIF_fp, 0x1e632840, 240, 300, &s);
        assert_true(plain >= 60 && plain < 64);
        assert_true(with >= 40 && with < 44);
    }
}

// Units 7 to 10: the fast model keeps counts of the first eight apart.
static void a_small_core_has_four_fp_units_too(void **state)
{
    static const char *const sets[] = { "core.units.int=4", "core.units.mem=2" };
    for (size_t m = 0; m < COUNT(models); m++) {
        struct arena *a = arena_new();
        struct core_stats s;
        struct err e = { "" };
        struct core *c = core_new(a, load(a, "m2-avalanche", sets, COUNT(sets)), models[m], &e);
        assert_string_equal(e.text, "");
        double per = around_on(c, 0x1e632840, 240, 300, &s);   // fadd d0, d2, d3
        assert_true(per >= 60 && per < 64);
        arena_free(a);
    }
}

// A load from memory, then a thousand additions, eight a cycle: the next load goes while the first
// waits only if the window holds them.
static double far_loads(const char *model, u32 what)
{
    enum { ADDS = 1000, TURNS = 200 };
    struct arena *a = arena_new();
    struct core *c = core_with(a, model, what, "core.l2.first_touch=none");
    put(c, RECORD_DEF | START, 0xf9400281);   // ldr x1, [x20]
    for (u32 k = 1; k <= ADDS; k++)
        put(c, RECORD_DEF | (START + 4 * k), 0x91000402);   // add x2, x0, #1
    put(c, RECORD_DEF | (START + 4 * (ADDS + 1)), 0x14000000 | (-(ADDS + 1) & 0x3ffffff));
    u64 seed = 1;
    for (u32 i = 0; i < TURNS; i++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        put(c, START, DATA + (seed >> 20) % (1u << 30) / 64 * 64);
        for (u32 k = 1; k <= ADDS; k++)
            put(c, START + 4 * k, 0);
        put(c, (START + 4 * (ADDS + 1)) | RECORD_TAKEN, START);
    }
    struct core_stats s = stats_of(c);
    arena_free(a);
    return (double)s.cycles / TURNS;
}

static void the_largest_window_sees_the_next_miss(void **state)
{
    for (size_t m = 0; m < COUNT(models); m++) {
        double plain = far_loads(models[m], WHATIFS), with = far_loads(models[m], WHATIF_window);
        assert_true(plain > 400);   // the latency of the load
        assert_true(with < 0.75 * plain);
    }
}

// As a program of one loop with a branch and an indirect branch that a coin decides.
static void nothing_is_predicted_wrong_by_a_perfect_predictor(void **state)
{
    static const u32 words[] = { 0xb4000045, 0xd503201f, 0xd61f00a0, 0x17fffffd, 0x17fffffc };
    for (size_t m = 0; m < COUNT(models); m++) {
        struct arena *a = arena_new();
        struct core *c = core_with(a, models[m], WHATIF_branches, NULL);
        u64 seed = 1;
        define(c, words, COUNT(words));
        for (unsigned i = 0; i < 10000; i++) {
            seed = seed * 6364136223846793005 + 1442695040888963407;
            bool far = seed >> 40 & 1, other = seed >> 50 & 1;
            put(c, START | (far ? RECORD_TAKEN : 0), far ? START + 8 : 0);   // cbz x5, .+8
            if (!far)
                put(c, START + 4, 0);
            u64 to = other ? START + 16 : START + 12;   // br x5
            put(c, (START + 8) | RECORD_TAKEN, to);
            put(c, to | RECORD_TAKEN, START);
        }
        struct core_stats s = stats_of(c);
        assert_int_equal(s.predictor.conditional, 10000);
        assert_int_equal(s.predictor.indirect, 10000);
        assert_int_equal(s.mispredictions, 0);
        assert_int_equal(s.slots[TOPDOWN_BAD_SPECULATION], 0);
        arena_free(a);
    }
}

// Stores to memory without end: with a perfect L2, and a perfect L1D, none goes beyond.
static void stores_stay_where_everything_is(void **state)
{
    static const u32 words[] = { 0xf9000281, 0x17ffffff };   // str x1, [x20]; b back
    static const u32 what[] = { WHATIF_l1d, WHATIF_l2 };
    for (size_t m = 0; m < COUNT(models) * COUNT(what); m++) {
        struct arena *a = arena_new();
        struct core *c = core_with(a, models[m / COUNT(what)], what[m % COUNT(what)], NULL);
        define(c, words, COUNT(words));
        for (u64 i = 0; i < 100000; i++) {
            put(c, START, DATA + 192 * i);
            put(c, (START + 4) | RECORD_TAKEN, START);
        }
        struct core_stats s = stats_of(c);
        assert_true(s.memory.dram.reads <= 4);   // for the code
        assert_int_equal(s.memory.dram.writes, 0);
        if (what[m % COUNT(what)] == WHATIF_l1d)
            assert_int_equal(s.memory.l1d.write_misses, 0);
        else
            assert_int_equal(s.memory.l2.write_misses + s.memory.l2.read_misses, 0);
        arena_free(a);
    }
}

// On every core and for each model; one that the model does not read would say nothing.
static void every_row_makes_another_core(void **state)
{
    static const char *const cores[] = { "m2-avalanche", "m2-blizzard", "m1-firestorm",
                                         "m1-icestorm" };
    for (size_t k = 0; k < COUNT(cores) * COUNT(models) * WHATIFS; k++) {
        const char *core = cores[k / WHATIFS / COUNT(models)], *sets[WHATIF_SETS];
        const char *model = models[k / WHATIFS % COUNT(models)];
        const struct whatif *w = &whatif_rows[k % WHATIFS];
        struct arena *a = arena_new();
        struct config *c = load(a, core, NULL, 0);
        size_t n = whatif_sets(w, c, model, a, sets);
        assert_true(n > 0);
        struct config *other = load(a, core, sets, n);
        assert_string_not_equal(c->digest, other->digest);
        assert_null(*config_unread(other, a, model));
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chase_in_memory_takes_the_l1ds_latency_when_that_is_perfect),
        cmocka_unit_test(a_chase_in_memory_takes_the_l2s_latency_when_that_is_perfect),
        cmocka_unit_test(perfect_tlbs_leave_the_rest_of_a_chase),
        cmocka_unit_test(code_beyond_the_l1i_runs_at_full_width_when_that_is_perfect),
        cmocka_unit_test(one_more_load_port_takes_one_more_load_a_cycle),
        cmocka_unit_test(two_more_fp_units_take_two_more_operations_a_cycle),
        cmocka_unit_test(a_small_core_has_four_fp_units_too),
        cmocka_unit_test(the_largest_window_sees_the_next_miss),
        cmocka_unit_test(nothing_is_predicted_wrong_by_a_perfect_predictor),
        cmocka_unit_test(stores_stay_where_everything_is),
        cmocka_unit_test(every_row_makes_another_core),
    };
    return cmocka_run_group_tests_name("whatif", tests, NULL, NULL);
}
