// The fast model on loops whose cycles were measured on hardware.
//
// Loops are words at PC 0x10000; a loop ends in a branch back to its start. What is
// compared is the cycles of one iteration once the loop runs steadily.
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "core/core.h"

#ifndef MODEL
#define MODEL "fast"   // test_ooo.c includes these tests for its own
#define MODEL_TESTS
#define SLACK 0
#endif

enum { START = 0x10000, WARM = 600, TIMED = 1000 };

// One instruction of a loop: its word, and the address it accesses or jumps to.
struct step {
    u32 word;
    u64 addr;
    bool taken;
    u64 skip;   // instructions jumped over when taken and not the last
};

struct loop {
    struct step step[256];
    size_t count;
};

static void add(struct loop *l, u32 word)
{
    assert_true(l->count < COUNT(l->step));
    l->step[l->count++] = (struct step){ .word = word };
}

static void access_at(struct loop *l, u32 word, u64 addr)
{
    add(l, word);
    l->step[l->count - 1].addr = addr;
}

static u32 add_imm(u32 d, u32 n, u32 imm)
{
    return 0x91000000 | imm << 10 | n << 5 | d;
}

static u32 ldr_x(u32 t, u32 n, u32 offset)
{
    return 0xf9400000 | offset / 8 << 10 | n << 5 | t;
}

static u32 str_x(u32 t, u32 n, u32 offset)
{
    return 0xf9000000 | offset / 8 << 10 | n << 5 | t;
}

// add x10, x10, #1; cmp x10, x11; b.lt start
static void tail(struct loop *l)
{
    add(l, add_imm(10, 10, 1));
    add(l, 0xeb0b015f);
    i64 back = -(i64)l->count;
    add(l, 0x5400000b | (u32)(back & 0x7ffff) << 5);
    l->step[l->count - 1].taken = true;
    l->step[l->count - 1].addr = START;
}

static struct core *core_of(struct arena *a, const char *const *sets, size_t count)
{
    struct config *c = ARENA_NEW(a, struct config);
    struct err e = { "" };
    bool ok = config_load(c, a, "m2-avalanche", sets, count, &e);
    struct core *core = ok ? core_new(a, c, MODEL, &e) : NULL;
    assert_string_equal(e.text, "");
    assert_non_null(core);
    return core;
}

static void feed_defs(struct core *c, const struct loop *l)
{
    for (size_t k = 0; k < l->count; k++) {
        struct record r = { RECORD_DEF | (START + 4 * k), l->step[k].word };
        core_feed(c, &r, 1);
    }
}

static void feed_once(struct core *c, const struct loop *l)
{
    struct record r[256];
    for (size_t k = 0; k < l->count; k++)
        r[k] = (struct record){ (START + 4 * k) | (l->step[k].taken ? RECORD_TAKEN : 0),
                                l->step[k].addr };
    core_feed(c, r, l->count);
}

// Cycles of an iteration with at most one parameter changed.
static double cycles_with(const struct loop *l, const char *set)
{
    struct arena *a = arena_new();
    struct core *c = core_of(a, &set, set != NULL);
    feed_defs(c, l);
    for (int i = 0; i < WARM; i++)
        feed_once(c, l);
    cycle before = core_now(c);
    for (int i = 0; i < TIMED; i++)
        feed_once(c, l);
    double per = (double)(core_now(c) - before) / TIMED;
    core_drain(c);
    struct core_stats s;
    core_stats(c, &s);
    u64 sum = 0;
    for (int k = 0; k < TOPDOWN_COUNT; k++)
        sum += s.slots[k];
    assert_int_equal(sum, 8 * s.cycles);
    assert_int_equal(s.instructions, (WARM + TIMED) * l->count);
    arena_free(a);
    return per;
}

static double cycles(const struct loop *l)
{
    return cycles_with(l, NULL);
}

static void assert_between(double value, double low, double high)
{
    if (value < low - SLACK || value > high + SLACK)
        fail_msg("%.3f cycles, expected %.3f to %.3f", value, low, high);
}

static void dependent_adds_take_a_cycle_each(void **state)
{
    struct loop l = { .count = 0 };
    for (int k = 0; k < 20; k++)
        add(&l, add_imm(0, 0, 1));
    tail(&l);
    assert_between(cycles(&l), 20, 20.05);
}

// Measured on M2: 5.43; not 4, because units are bound at rename. The detailed model comes
// within the range of the measurement (5.3 to 5.45), this one within 5 %.
#ifndef FIVE_CHAINS
#define FIVE_CHAINS 5.16, 5.7
#endif
static void five_chains_of_adds_suffer_from_the_binding_of_units(void **state)
{
    struct loop l = { .count = 0 };
    for (u32 k = 0; k < 20; k++)
        add(&l, add_imm(k % 5, k % 5, 1));
    tail(&l);
    assert_between(cycles(&l), FIVE_CHAINS);
}

// Measured on M2: 5.89 to 6.0, one taken branch a cycle.
static void a_taken_branch_takes_a_cycle(void **state)
{
    struct loop l = { .count = 0 };
    for (u64 k = 0; k < 5; k++) {
        add(&l, 0x14000001);
        l.step[k].taken = true;
        l.step[k].addr = START + 4 * (k + 1);
    }
    tail(&l);
    assert_between(cycles(&l), 5.89, 6.0);
}

// Load to base register: 3 cycles; through an add: 4 and 1.
static void a_loaded_address_is_ready_a_cycle_before_a_loaded_value(void **state)
{
    struct loop chase = { .count = 0 }, through = { .count = 0 };
    for (int k = 0; k < 10; k++) {
        access_at(&chase, ldr_x(0, 0, 0), 0x100000);
        access_at(&through, ldr_x(0, 0, 0), 0x100000);
        add(&through, add_imm(0, 0, 1));
    }
    tail(&chase);
    tail(&through);
    assert_between(cycles_with(&chase, "core.lap.present=false"), 30, 30.05);
    assert_between(cycles_with(&through, "core.lap.present=false"), 50, 50.05);
    // M2: 1.1 cycles a load in small regular chains.
    assert_between(cycles(&chase), 10, 11.1);
}

// Three loads a cycle. Measured on M1: 7.9, 7.4 to 8.4.
static void twenty_loads_take_seven_cycles_or_so(void **state)
{
    struct loop l = { .count = 0 };
    for (u32 k = 0; k < 20; k++)
        access_at(&l, ldr_x(k < 10 ? k + 12 : k < 15 ? k + 8 : 2, 1, 8 * k), 0x100000 + 8 * k);
    tail(&l);
    assert_between(cycles(&l), 6.66, 8.4);
}

// Two stores a cycle. Measured on M1: 9.5 to 12.5.
static void twenty_stores_take_ten_cycles(void **state)
{
    struct loop l = { .count = 0 };
    for (u32 k = 0; k < 20; k++)
        access_at(&l, str_x(2, 1, 8 * k), 0x100000 + 8 * k);
    tail(&l);
    assert_between(cycles(&l), 9.5, 12.5);
}

// Measured on M1: 44 to 56 for ten pairs; on M2 a known pair takes 4.3 cycles.
static void a_value_goes_through_memory_in_four_or_five_cycles(void **state)
{
    struct loop l = { .count = 0 };
    for (u32 k = 0; k < 10; k++) {
        access_at(&l, str_x(0, 1, 32 * k), 0x100000 + 32 * k);
        access_at(&l, ldr_x(0, 1, 32 * k), 0x100000 + 32 * k);
    }
    tail(&l);
    assert_between(cycles(&l), 43, 56);
}

// The width of rename: NOPs never issue.
static void eight_nops_are_renamed_a_cycle(void **state)
{
    struct loop l = { .count = 0 };
    for (int k = 0; k < 162; k++)
        add(&l, 0xd503201f);
    tail(&l);
    assert_between(cycles(&l), (162 + 2) / 8.0, (162 + 2) / 8.0 + 1);
}

// Latencies of Firestorm (dougallj/applecpu), which M2 shares: ten dependent ones.
static void a_chain_takes_the_latency_of_its_operand(void **state)
{
    static const struct {
        u32 word;
        double latency;
    } chain[] = {
        { 0x9b020020, 1 },    // madd x0, x1, x2, x0: the addend comes late
        { 0x9b020800, 3 },    // madd x0, x0, x2, x2
        { 0x9b027c00, 3 },    // mul x0, x0, x2
        { 0x9ac20800, 7 },    // udiv x0, x0, x2
        { 0x8b021000, 2 },    // add x0, x0, x2, lsl #4
        { 0x9a820000, 1 },    // csel x0, x0, x2, eq
        { 0xaa0003e0, 0 },    // mov x0, x0: eliminated
        { 0x2a0003e0, 1 },    // mov w0, w0: not
        { 0x93c01440, 2 },    // extr x0, x2, x0, #5
        { 0x93c21400, 1 },    // extr x0, x0, x2, #5
        { 0xdac00c00, 1 },    // rev x0, x0
    };
    for (size_t i = 0; i < COUNT(chain); i++) {
        struct loop l = { .count = 0 };
        for (int k = 0; k < 10; k++)
            add(&l, chain[i].word);
        tail(&l);
        double least = (10 + 2) / 8.0, want = 10 * chain[i].latency;
        double got = cycles(&l);
        if (got < (want > least ? want : least) - SLACK || got > (want > 1.7 ? want + 0.05 : 1.75))
            fail_msg("%08x: %.3f cycles, expected %.0f", chain[i].word, got, want);
    }
}

// Reciprocal throughputs of the same source: twenty independent ones.
static void independent_ones_take_what_their_units_allow(void **state)
{
    static const struct {
        u32 word;
        double each;
    } many[] = {
        { 0x9b027c20, 0.5 },     // mul x0, x1, x2: two units
        { 0x9b020820, 1 },       // madd x0, x1, x2, x2: one
        { 0x9ac20820, 2 },       // udiv x0, x1, x2: one, two cycles each
        { 0xab020020, 0.333 },   // adds x0, x1, x2: three
        { 0x8b021020, 0.333 },   // add x0, x1, x2, lsl #4: two issues each on six
        { 0x10000000, 0.5 },     // adr x0, .
    };
    for (size_t i = 0; i < COUNT(many); i++) {
        struct loop l = { .count = 0 };
        for (int k = 0; k < 60; k++)
            add(&l, many[i].word);
        tail(&l);
        double got = cycles(&l), want = 60 * many[i].each;
        if (got < want - 0.1 || got > want * 1.08 + 0.5)
            fail_msg("%08x: %.3f cycles, expected %.1f", many[i].word, got, want);
    }
}

// Rounds of a branch that a coin decides: `words` at START are a conditional or indirect
// branch to START + 4 or + 8, and what leads back from there.
static struct core_stats flip(struct arena *a, const u32 words[3], const char *set)
{
    struct core *c = core_of(a, &set, set != NULL);
    bool indirect = words[0] >> 24 == 0xd6;
    for (u32 k = 0; k < 3; k++) {
        struct record r = { RECORD_DEF | (START + 4 * k), words[k] };
        core_feed(c, &r, 1);
    }
    u64 seed = 1;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        bool far = seed >> 62 & 1, nop = words[1] == 0xd503201f;
        struct record r[3] = { { START, 0 } };
        size_t n = 1;
        if (far || indirect)
            r[0] = (struct record){ START | RECORD_TAKEN, far ? START + 8 : START + 4 };
        if (!far)
            r[n++] = nop ? (struct record){ START + 4, 0 }
                         : (struct record){ (START + 4) | RECORD_TAKEN, START };
        if (far || nop)
            r[n++] = (struct record){ (START + 8) | RECORD_TAKEN, START };
        core_feed(c, r, n);
    }
    core_drain(c);
    struct core_stats s;
    core_stats(c, &s);
    return s;
}

static const u32 flip_cbz[] = { 0xb4000045, 0xd503201f, 0x17fffffe };   // cbz x5, .+8; nop; b
static const u32 flip_br[] = { 0xd61f00a0, 0x17ffffff, 0x17fffffe };    // br x5; b; b

// OX: about 6.9 to 7.0 cycles for a branch that is random half of the time.
static void a_random_branch_costs_half_its_penalty(void **state)
{
    struct arena *a = arena_new();
    struct core_stats s = flip(a, flip_cbz, NULL);
    assert_between((double)s.mispredictions / 20000, 0.45, 0.55);
    assert_between((double)s.cycles / 20000, 6.9, 8.5);
    u64 sum = 0;
    for (int k = 0; k < STACK_COUNT; k++)
        sum += s.stack[k];
    assert_int_equal(sum, 8 * s.cycles);
    assert_true(s.stack[STACK_conditional] > sum / 2);
    assert_true(s.slots2[TOPDOWN2_branches] > sum / 2);
    assert_true(s.slots[TOPDOWN_BAD_SPECULATION] > sum / 2);
    assert_int_equal(s.predictor.conditional_wrong, s.mispredictions);
    arena_free(a);
}

static void a_perfect_predictor_is_never_wrong(void **state)
{
    struct arena *a = arena_new();
    assert_true(flip(a, flip_br, NULL).mispredictions > 9000);
    const char *set = "core.branch.predictor=perfect";
    struct core_stats s = flip(a, flip_cbz, set);
    assert_int_equal(s.mispredictions, 0);
    assert_int_equal(s.slots[TOPDOWN_BAD_SPECULATION], 0);
    assert_true(s.cycles < 20000 * 2.1);
    s = flip(a, flip_br, set);
    assert_int_equal(s.mispredictions, 0);
    assert_int_equal(s.slots[TOPDOWN_BAD_SPECULATION], 0);
    arena_free(a);
}

// Half of what a coin decides is lost to any of them; an endless loop's branch to none.
static void simple_predictors_learn_what_is_simple(void **state)
{
    static const char *const sets[] = { "core.branch.predictor=bimodal",
                                        "core.branch.predictor=gshare" };
    for (u32 k = 0; k < COUNT(sets); k++) {
        struct arena *a = arena_new();
        struct core_stats s = flip(a, flip_cbz, sets[k]);
        assert_between((double)s.mispredictions / 20000, 0.45, 0.55);
        struct loop l = { .count = 0 };
        tail(&l);
        struct core *c = core_of(a, &sets[k], 1);
        feed_defs(c, &l);
        for (int i = 0; i < 1000; i++)
            feed_once(c, &l);
        core_drain(c);
        core_stats(c, &s);
        assert_in_range(s.mispredictions, 1, 16);   // at most one for each history it has seen
        arena_free(a);
    }
}

// A load whose address is the value of the one before, anywhere in `bytes`. `s` gets the
// counters.
static double random_chase(u64 bytes, unsigned loads, struct core_stats *s)
{
    struct arena *a = arena_new();
    struct core *c = core_of(a, NULL, 0);
    struct record r = { RECORD_DEF | START, ldr_x(0, 0, 0) };
    u64 seed = 1;
    core_feed(c, &r, 1);
    r = (struct record){ RECORD_DEF | (START + 4), 0x17ffffff };   // b back
    core_feed(c, &r, 1);
    cycle before = 0;
    for (unsigned i = 0; i < 2 * loads; i++) {
        if (i == loads)
            before = core_now(c);
        seed = seed * 6364136223846793005 + 1442695040888963407;
        struct record two[2] = { { START, 0x10000000 + (seed >> 20) % bytes / 64 * 64 },
                                 { (START + 4) | RECORD_TAKEN, START } };
        core_feed(c, two, 2);
    }
    double per = (double)(core_now(c) - before) / loads;
    core_drain(c);
    core_stats(c, s);
    arena_free(a);
    return per;
}

// M2: 17.3 cycles from 352 KiB to 4 MiB; 102.1 ns in 256 MiB, TLB misses included.
static void a_chase_takes_the_latency_of_its_level(void **state)
{
    struct core_stats s;
    assert_between(random_chase(64 << 10, 10000, &s), 3, 3.1);
    assert_between(random_chase(2 << 20, 100000, &s), 16.1, 18.2);   // one in 16 hits the L1D
    assert_between(random_chase(256 << 20, 100000, &s) / 3.504, 97, 107);
}

static void a_chase_is_bound_by_its_level(void **state)
{
    static const struct {
        u64 bytes;
        enum cause cause;
    } row[] = { { 16 << 10, STACK_l1d }, { 512 << 10, STACK_l2 }, { 128 << 20, STACK_dram } };
    for (size_t k = 0; k < COUNT(row); k++) {
        struct core_stats s;
        random_chase(row[k].bytes, 100000, &s);
        u64 all = s.width * s.cycles;
        assert_true(s.stack[row[k].cause] > all / 2);
        assert_true(s.slots2[TOPDOWN2_memory] > all / 2);
    }
}

static void the_same_records_in_other_batches_give_the_same_cycles(void **state)
{
    struct loop l = { .count = 0 };
    for (u32 k = 0; k < 20; k++)
        access_at(&l, k & 1 ? ldr_x(3, 1, 8 * k) : str_x(3, 1, 8 * k), 0x100000 + 4096 * k);
    tail(&l);
    cycle total[2];
    for (int way = 0; way < 2; way++) {
        struct arena *a = arena_new();
        struct core *c = core_of(a, NULL, 0);
        feed_defs(c, &l);
        for (int i = 0; i < 100; i++) {
            if (way == 0) {
                feed_once(c, &l);
                continue;
            }
            for (size_t k = 0; k < l.count; k++) {
                struct record r = { (START + 4 * k) | (l.step[k].taken ? RECORD_TAKEN : 0),
                                    l.step[k].addr };
                core_feed(c, &r, 1);
            }
        }
        core_drain(c);
        struct core_stats s;
        core_stats(c, &s);
        total[way] = s.cycles;
        arena_free(a);
    }
    assert_int_equal(total[0], total[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dependent_adds_take_a_cycle_each),
        cmocka_unit_test(five_chains_of_adds_suffer_from_the_binding_of_units),
        cmocka_unit_test(a_taken_branch_takes_a_cycle),
        cmocka_unit_test(a_loaded_address_is_ready_a_cycle_before_a_loaded_value),
        cmocka_unit_test(twenty_loads_take_seven_cycles_or_so),
        cmocka_unit_test(twenty_stores_take_ten_cycles),
        cmocka_unit_test(a_value_goes_through_memory_in_four_or_five_cycles),
        cmocka_unit_test(eight_nops_are_renamed_a_cycle),
        cmocka_unit_test(a_chain_takes_the_latency_of_its_operand),
        cmocka_unit_test(independent_ones_take_what_their_units_allow),
        cmocka_unit_test(a_random_branch_costs_half_its_penalty),
        cmocka_unit_test(a_perfect_predictor_is_never_wrong),
        cmocka_unit_test(simple_predictors_learn_what_is_simple),
        cmocka_unit_test(a_chase_takes_the_latency_of_its_level),
        cmocka_unit_test(a_chase_is_bound_by_its_level),
        cmocka_unit_test(the_same_records_in_other_batches_give_the_same_cycles),
        MODEL_TESTS
    };
    return cmocka_run_group_tests_name(MODEL, tests, NULL, NULL);
}
