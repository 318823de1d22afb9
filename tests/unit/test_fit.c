#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fit.h"
#include "fit/loop.h"
#include "fit/show.h"
#include "fit/stats.h"
#include "m2sim.h"

static struct result result(double hw, double sim)
{
    return (struct result){ .set = "probes",
                            .core = "c",
                            .family = "f",
                            .name = "n",
                            .unit = "cycles",
                            .x = NAN,
                            .hw = hw,
                            .sim = sim };
}

static void an_error_is_relative_to_the_smaller_of_the_two(void **state)
{
    struct result low = result(4, 2), high = result(2, 4), equal = result(3, 3);
    assert_float_equal(result_error(&low), 1, 1e-12);
    assert_float_equal(result_error(&high), 1, 1e-12);
    assert_float_equal(result_error(&equal), 0, 1e-12);
}

static void a_probe_is_met_within_a_tenth_or_three_tenths_of_a_cycle(void **state)
{
    struct result share = result(100, 109), cycles = result(1, 1.29), neither = result(2, 2.4),
                  missing = result(2, NAN);
    assert_true(result_hit(&share));
    assert_true(result_hit(&cycles));
    assert_false(result_hit(&neither));
    assert_false(result_hit(&missing));
    share.unit = "entries";   // a knee has no cycles to be off by
    share.hw = 2;
    share.sim = 2.29;
    assert_false(result_hit(&share));
}

static void a_range_decides_where_there_is_one(void **state)
{
    struct result r = result(7.5, 7.9);
    r.low = 7;
    r.high = 8;
    assert_true(result_hit(&r));
    r.sim = 8.01;
    assert_false(result_hit(&r));
}

static void statistics_are_those_of_a_small_sample_by_hand(void **state)
{
    // Errors 0, 1 and 0.5; mean of hw 2; residuals 0, 1, 1; total 2: R2 = 1 - 2 / 2.
    struct result r[] = { result(1, 1), result(2, 1), result(3, 2), result(9, 1) };
    r[3].shown_only = true;
    struct fit_stats s = results_stats(r, 4, NULL);
    assert_int_equal(s.points, 3);
    assert_float_equal(s.at[FIT_MEAN].value, 0.5, 1e-12);
    assert_float_equal(s.at[FIT_MEDIAN].value, 0.5, 1e-12);
    assert_float_equal(s.at[FIT_R2].value, 0, 1e-12);
    assert_float_equal(s.worst, 1, 1e-12);
    assert_float_equal(s.hit, 1.0 / 3, 1e-12);
    assert_true(s.at[FIT_MEAN].low <= 0.5 && s.at[FIT_MEAN].high >= 0.5);
}

// Measured 1 2 4 8, simulated 2 2 4 4. Logarithms to base 2: 0 1 2 3 and 1 1 2 2. Bias: equal means
// of logarithms, none. R2 of logarithms: 1 - (1 + 1) / 5. Pearson: deviations -2.75 -1.75 0.25
// 4.25 and -1 -1 1 1, so 9 / sqrt(28.75 * 4). Ranks 1 2 3 4 and 1.5 1.5 3.5 3.5: 4 / sqrt(5 * 4).
// Errors 1 0 0 1: median 0.5.
static void correlations_are_those_of_the_formulae(void **state)
{
    struct result r[] = { result(1, 2), result(2, 2), result(4, 4), result(8, 4) };
    struct fit_stats s = results_stats(r, 4, NULL);
    assert_float_equal(s.at[FIT_BIAS].value, 0, 1e-12);
    assert_float_equal(s.at[FIT_R2_LOG].value, 0.6, 1e-12);
    assert_float_equal(s.at[FIT_PEARSON].value, 9 / sqrt(28.75 * 4), 1e-12);
    assert_float_equal(s.at[FIT_SPEARMAN].value, 4 / sqrt(20), 1e-12);
    assert_float_equal(s.at[FIT_MEDIAN].value, 0.5, 1e-12);
}

// Twice as slow once and four times as fast once: sqrt(2 / 4) - 1.
static void bias_is_a_geometric_mean(void **state)
{
    struct result r[] = { result(10, 20), result(40, 10) };
    assert_float_equal(results_stats(r, 2, NULL).at[FIT_BIAS].value, sqrt(0.5) - 1, 1e-12);
}

// A draw of 40 points, half of them with error 1 and half with 0, has a mean of binomial share: its
// standard deviation is sqrt(0.25 / 40), and 95 % lie within 1.96 of it, 0.155; steps are of 1/40.
static void an_interval_is_as_wide_as_the_binomial_one(void **state)
{
    struct result r[40];
    for (int k = 0; k < 40; k++)
        r[k] = result(k + 1, k % 2 ? 2 * k + 2 : k + 1);
    struct estimate mean = results_stats(r, 40, NULL).at[FIT_MEAN];
    assert_float_equal(mean.value, 0.5, 1e-12);
    assert_float_equal(mean.low, 0.5 - 0.155, 0.03);
    assert_float_equal(mean.high, 0.5 + 0.155, 0.03);
    struct estimate again = results_stats(r, 40, NULL).at[FIT_MEAN];
    assert_float_equal(mean.low, again.low, 0);
    assert_float_equal(mean.high, again.high, 0);
}

// One point has no spread: a correlation is not defined, nor is its interval.
static void what_is_not_defined_is_not_a_number(void **state)
{
    struct result r[] = { result(3, 4) };
    struct fit_stats s = results_stats(r, 1, NULL);
    assert_true(isnan(s.at[FIT_PEARSON].value) && isnan(s.at[FIT_PEARSON].low));
    assert_true(isnan(s.at[FIT_R2_LOG].value) && isnan(s.at[FIT_SPEARMAN].value));
    assert_float_equal(s.at[FIT_MEAN].low, 1.0 / 3, 1e-12);
}

static void unseen_points_and_fidelities_are_told_apart(void **state)
{
    struct result r[] = { result(1, 1), result(1, 2), result(1, 3), result(1, 5) };
    r[1].unseen = r[3].unseen = true;
    r[0].fidelity = r[1].fidelity = 'A';
    r[2].fidelity = r[3].fidelity = 'B';
    static const double means[] = { 1.75, 1, 2.5, 0.5, 0, 1, 3 };   // in the order of fit_parts
    for (size_t k = 0; k < FIT_PARTS; k++)
        assert_float_equal(results_stats(r, 4, &fit_parts[k]).at[FIT_MEAN].value, means[k], 1e-12);
}

static void results_of_a_family_are_put_together_in_their_order(void **state)
{
    struct results r = { .arena = arena_new() };
    const char *const families[] = { "b", "a", "b", "a" };
    for (int k = 0; k < 4; k++) {
        struct result *p = results_add(&r);
        *p = result(k, k);
        p->family = families[k];
    }
    results_sort(&r);
    assert_int_equal(results_group(&r, 0, true), 2);
    assert_int_equal(results_group(&r, 0, false), 4);
    assert_float_equal(r.at[0].hw, 0, 0);
    assert_float_equal(r.at[1].hw, 2, 0);
    assert_float_equal(r.at[2].hw, 1, 0);
    free(r.at);
    arena_free(r.arena);
}

// 109 for 100 is within 10 %, 111 is not; the rest of the table does not name them.
static void knees_are_listed_by_themselves(void **state)
{
    struct results r = { .arena = arena_new() };
    for (int k = 0; k < 3; k++) {
        struct result *p = results_add(&r);
        *p = result(100, k ? 109 : 111);
        p->name = k == 0 ? "knee: near" : k == 1 ? "knee: nearer" : "no knee";
    }
    char text[4096] = "";
    FILE *f = fmemopen(text, sizeof(text), "w");
    assert_non_null(f);
    fit_show(&r, f, false);
    fclose(f);
    assert_non_null(
        strstr(text, "near                                                           100"));
    assert_non_null(strstr(text, "111     11%  no\n"));
    assert_non_null(strstr(text, "109      9%  yes\n"));
    assert_null(strstr(text, "no knee"));
    free(r.at);
    arena_free(r.arena);
}

// The plateau of the P core's L2 is in reasons.def from 224 to 288 KiB.
static void a_missed_point_gets_its_reason_and_one_that_is_met_none(void **state)
{
    struct results r = { .arena = arena_new() };
    for (int k = 0; k < 3; k++) {
        struct result *p = results_add(&r);
        *p = result(22.3, k == 1 ? 22.4 : 17);
        p->core = "m2-avalanche";
        p->name = "load latency vs footprint @ KiB=256";
        p->x = k == 2 ? 512 : 256;
    }
    fit_reasons(&r);
    assert_non_null(r.at[0].note);
    assert_null(r.at[1].note);
    assert_null(r.at[2].note);
    free(r.at);
    arena_free(r.arena);
}

static void fields_of_a_line_may_be_quoted(void **state)
{
    char line[] = "a,\"b, c\",,\"say \"\"d\"\"\",e\n", *field[6];
    assert_int_equal(fit_fields(line, field, 6), 5);
    assert_string_equal(field[1], "b, c");
    assert_string_equal(field[2], "");
    assert_string_equal(field[3], "say \"d\"");
    assert_string_equal(field[4], "e");
}

static struct lab *new_lab(struct arena *a)
{
    struct err e;
    struct config *c = ARENA_NEW(a, struct config);
    assert_true(config_load(c, a, "m2-avalanche", NULL, 0, &e));
    struct lab *l = lab_new(c, "fast", &e);
    assert_non_null(l);
    return l;
}

static void a_loop_whose_head_is_never_reached_has_no_cost(void **state)
{
    struct arena *a = arena_new();
    struct lab *l = new_lab(a);
    struct loop c = loop_begin(l, 64);
    loop_emit(&c, a64_b(0));   // to itself
    vaddr start = c.run.start;
    c.head = c.at;
    loop_emit(&c, A64_NOP);
    c.run.start = start;
    assert_true(isnan(loop_run(&c, 1, 1)));
    lab_free(l);
    arena_free(a);
}

static void a_reset_lab_gives_the_same_cost_again(void **state)
{
    struct arena *a = arena_new();
    struct lab *l = new_lab(a);
    double first = 0;
    for (int k = 0; k < 2; k++) {
        lab_reset(l);
        struct loop c = loop_begin(l, 64);
        loop_emit(&c, a64_ldr(0, 1, 0));
        loop_emit(&c, a64_add(1, 1, 0));
        c.run.x[1] = LAB_DATA;
        double cost = loop_run(&c, 0, 3);   // cold: misses are in it
        if (k)
            assert_float_equal(cost, first, 0);
        first = cost;
    }
    lab_free(l);
    arena_free(a);
}

// The bytes of a report.
static size_t report(unsigned threads, char *text, size_t size)
{
    struct m2sim_accuracy o = {
        .suite = "instructions", .core = "m1-icestorm", .every = 30, .threads = threads
    };
    struct m2sim_error e;
    FILE *f = fmemopen(text, size, "w");
    assert_non_null(f);
    assert_true(m2sim_accuracy(&o, f, M2SIM_JSON | M2SIM_LIST, &e));
    size_t n = (size_t)ftell(f);
    fclose(f);
    return n;
}

static void any_number_of_threads_gives_the_same_bytes(void **state)
{
    static char one[1 << 20], three[1 << 20];
    size_t n = report(1, one, sizeof(one));
    assert_int_equal(n, report(3, three, sizeof(three)));
    assert_memory_equal(one, three, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_relative_to_the_smaller_of_the_two),
        cmocka_unit_test(a_probe_is_met_within_a_tenth_or_three_tenths_of_a_cycle),
        cmocka_unit_test(a_range_decides_where_there_is_one),
        cmocka_unit_test(statistics_are_those_of_a_small_sample_by_hand),
        cmocka_unit_test(correlations_are_those_of_the_formulae),
        cmocka_unit_test(bias_is_a_geometric_mean),
        cmocka_unit_test(an_interval_is_as_wide_as_the_binomial_one),
        cmocka_unit_test(what_is_not_defined_is_not_a_number),
        cmocka_unit_test(unseen_points_and_fidelities_are_told_apart),
        cmocka_unit_test(results_of_a_family_are_put_together_in_their_order),
        cmocka_unit_test(knees_are_listed_by_themselves),
        cmocka_unit_test(a_missed_point_gets_its_reason_and_one_that_is_met_none),
        cmocka_unit_test(fields_of_a_line_may_be_quoted),
        cmocka_unit_test(a_loop_whose_head_is_never_reached_has_no_cost),
        cmocka_unit_test(a_reset_lab_gives_the_same_cost_again),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
