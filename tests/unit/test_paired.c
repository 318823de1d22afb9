#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fit/compare.h"
#include "fit/kept.h"
#include "fit/show.h"
#include "history/db.h"

// -- The signed-rank test --

// The nine pairs of Hollander and Wolfe that R's help of wilcox.test has: V = 40, p-value = 0.03906
// two-sided.
static void p_is_rs_for_its_example(void **state)
{
    double d[] = { 0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01 };
    assert_float_equal(paired_wilcoxon(d, 9), 20.0 / 512, 1e-12);
}

// Darwin's maize (Fisher 1935), as in SciPy's help of stats.wilcoxon: pvalue=0.041259765625.
static void p_is_scipys_for_its_example(void **state)
{
    double d[] = { 6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75 };
    assert_float_equal(paired_wilcoxon(d, 15), 0.041259765625, 1e-12);
}

static void all_on_one_side_is_the_least_p(void **state)
{
    double d[] = { 1, 2, 3, 4, 5, 6 };
    assert_float_equal(paired_wilcoxon(d, 5), 2.0 / 32, 1e-12);
    assert_float_equal(paired_wilcoxon(d, 6), 2.0 / 64, 1e-12);
    double none[] = { 0, 0, 0 };
    assert_float_equal(paired_wilcoxon(none, 3), 1, 0);
    assert_float_equal(paired_wilcoxon(none, 0), 1, 0);
}

// Ranks 2 2 2 4 5.5 5.5, of which 19 are above 0 and 2 below: of the 64 signs 8 give a sum as far from
// 10.5: 0, 2 (three times), and their opposites. The 0 is left out.
static void ties_share_their_ranks_and_nothing_is_left_out(void **state)
{
    double d[] = { 1, 1, -1, 2, 3, 3, 0 };
    assert_float_equal(paired_wilcoxon(d, 7), 8.0 / 64, 1e-12);
}

// python3: d = [k % 7 + 1 if k % 3 else -(k % 5 + 1) for k in range(60)]; mean ranks r of |d|, w of those
// above 0, var = n (n + 1) (2 n + 1) / 24 - sum(t**3 - t) / 48 over ties of t;
// 2 * statistics.NormalDist().cdf(-abs(w - n (n + 1) / 4) / var**.5)
static void many_differences_are_nearly_normal(void **state)
{
    double d[60];
    for (int k = 0; k < 60; k++)
        d[k] = k % 3 ? k % 7 + 1 : -(k % 5 + 1);
    assert_float_equal(paired_wilcoxon(d, 60), 0.0027877393498700886, 1e-12);
}

// -- Differences and verdicts --

static struct result point(const char *set, const char *family, const char *name, double hw,
                           double sim)
{
    return (struct result){ .set = set,
                            .core = "m1-firestorm",
                            .family = family,
                            .name = name,
                            .unit = "cycles",
                            .x = NAN,
                            .hw = hw,
                            .low = hw,
                            .high = hw,
                            .sim = sim };
}

static void too_slow_and_too_fast_by_a_factor_count_alike(void **state)
{
    struct result right = point("loops", "f", "a", 10, 10), slow = point("loops", "f", "a", 10, 20),
                  fast = point("loops", "f", "a", 10, 5), near = point("loops", "f", "a", 10, 11);
    assert_float_equal(paired_difference(&right, &slow), log(2), 1e-12);
    assert_float_equal(paired_difference(&right, &fast), log(2), 1e-12);
    assert_float_equal(paired_difference(&slow, &fast), 0, 0);
    assert_float_equal(paired_difference(&slow, &near), log(1.1) - log(2), 1e-12);
}

static struct paired test_of(double value, double spread, size_t n)
{
    double d[400];
    for (size_t k = 0; k < n; k++)
        d[k] = value + (k % 2 ? spread : -spread);
    return paired_test(d, n, 0.005);
}

static void the_interval_decides_between_kept_better_worse_and_unknown(void **state)
{
    assert_int_equal(test_of(0.001, 0.002, 40).verdict, PAIRED_KEPT);
    assert_int_equal(test_of(0.02, 0.002, 40).verdict, PAIRED_WORSE);
    assert_int_equal(test_of(-0.02, 0.002, 40).verdict, PAIRED_BETTER);
    assert_int_equal(test_of(0.003, 0.1, 40).verdict, PAIRED_UNKNOWN);
    struct paired p = test_of(0.02, 0.03, 40);
    assert_int_equal(p.better, 20);
    assert_int_equal(p.worse, 20);
    assert_int_equal(p.same, 0);
    assert_float_equal(p.difference.value, 0.02, 1e-12);
}

static void too_few_points_say_nothing_unless_they_are_the_same(void **state)
{
    assert_int_equal(test_of(0.5, 0.01, 5).verdict, PAIRED_UNKNOWN);
    assert_int_equal(test_of(0.001, 0.0005, 5).verdict, PAIRED_UNKNOWN);
    assert_int_equal(test_of(0.5, 0.01, 6).verdict, PAIRED_WORSE);
    assert_int_equal(test_of(0, 0, 2).verdict, PAIRED_KEPT);
    assert_int_equal(test_of(0, 0, 0).verdict, PAIRED_UNKNOWN);
}

// 400 values of +-1: the mean's standard deviation is 1/20, and 1.96 of it are 0.098.
static void the_interval_is_as_wide_as_the_normal_one(void **state)
{
    struct paired p = test_of(0, 1, 400);
    assert_float_equal(p.difference.low, -0.098, 0.012);
    assert_float_equal(p.difference.high, 0.098, 0.012);
}

// -- Pairs --

static struct results results_of(struct result *at, size_t n)
{
    struct results r = { .arena = arena_new() };
    for (size_t k = 0; k < n; k++)
        *results_add(&r) = at[k];
    results_sort(&r);
    return r;
}

static void drop(struct results *r)
{
    free(r->at);
    arena_free(r->arena);
}

static void a_pair_is_the_same_measurement_run_twice(void **state)
{
    struct result old[] = {
        point("loops", "f", "c", 3, 3),      point("loops", "f", "a", 1, 1),
        point("loops", "f", "anew", 4, 4),   point("loops", "f", "idle", 5, NAN),
        point("models", "f", "m", 1.5, 1.6), point("loops", "g", "b", 2, 2),
        point("loops", "f", "left", 1, 1)
    };
    struct result new[] = { point("loops", "f", "a", 1, 1.5),  point("loops", "f", "b", 2, 2),
                            point("loops", "f", "c", 3, 3),    point("loops", "f", "anew", 4.1, 4),
                            point("loops", "f", "idle", 5, 5), point("models", "f", "m", 1.7, 1.6),
                            point("loops", "f", "left", 1, 1) };
    new[6].shown_only = true;
    struct results before = results_of(old, COUNT(old)), now = results_of(new, COUNT(new));
    const struct result **pair = paired_points(&now, &before);
    for (size_t k = 0; k < now.count; k++) {
        bool paired = strchr("acm", now.at[k].name[0]) && strcmp(now.at[k].name, "anew") != 0;
        assert_int_equal(pair[k] != NULL, paired);
        if (paired)
            assert_string_equal(pair[k]->name, now.at[k].name);
    }
    free(pair);
    drop(&before);
    drop(&now);
}

// f: errors 10 % and 0 before, 30 % and 0 now; g: 50 % before, 0 now; "new" has no pair.
static void means_are_of_the_pairs_and_what_rose_is_named(void **state)
{
    struct result old[] = { point("loops", "f", "a", 10, 11), point("loops", "f", "b", 10, 10),
                            point("loops", "g", "c", 10, 15), point("loops", "g", "gone", 10, 10) };
    struct result new[] = { point("loops", "f", "a", 10, 13), point("loops", "f", "b", 10, 10),
                            point("loops", "g", "c", 10, 10), point("loops", "g", "new", 10, 90) };
    struct results now = results_of(new, 4);
    struct earlier before = { .points = results_of(old, 4), .file = "x" };
    struct comparison c;
    char text[600] = "";
    assert_true(comparison_make(&c, now.arena, &now, &before, 0.005));
    assert_int_equal(c.rows, 3);
    assert_int_equal(c.row[0].points, 2);
    assert_float_equal(c.row[0].before, 0.05, 1e-12);
    assert_float_equal(c.row[0].now, 0.15, 1e-12);
    assert_float_equal(c.row[1].now, 0, 1e-12);
    assert_string_equal(c.row[2].family, "all");
    assert_float_equal(c.row[2].before, 0.2, 1e-12);
    assert_float_equal(c.row[2].now, 0.1, 1e-12);
    assert_int_equal(c.set[0].lost, 1);
    assert_int_equal(c.all.better, 1);
    assert_int_equal(c.all.worse, 1);
    assert_int_equal(c.all.same, 1);
    assert_float_equal(c.all.difference.value, (log(1.3) - log(1.1) - log(1.5)) / 3, 1e-12);
    FILE *f = fmemopen(text, sizeof(text), "w");
    assert_int_equal(comparison_worse(&c, 0.09, f), 1);
    assert_int_equal(comparison_worse(&c, 0.11, f), 0);
    fclose(f);
    assert_string_equal(text,
                        "worse: loops on m1-firestorm, f: mean error 5.00 % before, 15.00 % now\n");
    drop(&before.points);
    drop(&now);
}

// What is said of eight points whose simulated value goes from `was` to `is`, where 10 was measured.
static bool says(double was, double is, const char *words)
{
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
    struct result old[8], new[8];
    char text[2000] = "";
    for (int k = 0; k < 8; k++) {
        old[k] = point("loops", "f", names[k], 10, was);
        new[k] = point("loops", "f", names[k], 10, is);
    }
    struct results now = results_of(new, 8);
    struct earlier before = { results_of(old, 8), NULL, 0, "x", "fast", "", "", "" };
    struct comparison c;
    assert_true(comparison_make(&c, now.arena, &now, &before, 0.005));
    FILE *f = fmemopen(text, sizeof(text), "w");
    comparison_show(&c, f, false);
    fclose(f);
    drop(&before.points);
    drop(&now);
    return strstr(text, words) != NULL;
}

static void one_sentence_says_whether_it_was_kept(void **state)
{
    assert_true(says(10, 10, "\nkept: all 8 points are the same\n"));
    assert_true(says(10, 10.01, "\nkept: the mean over 8 points lies within +-0.5 %\n"));
    assert_true(says(10, 11, "\nworse by 9.53 % [9.53, 9.53], over 8 points\n"));   // ln 1.1
    assert_true(says(11, 10, "\nbetter by 9.53 % [9.53, 9.53], over 8 points\n"));
    assert_true(says(10, 11, "\n  loops on m1-firestorm, f (of 8): 0.00 10.00\n"));
}

static void without_points_means_of_as_many_are_compared(void **state)
{
    struct result new[] = { point("loops", "f", "a", 10, 13), point("loops", "f", "b", 10, 10),
                            point("loops", "g", "c", 10, 10) };
    struct results now = results_of(new, 3);
    struct earlier before = { .points = { .arena = arena_new() }, .file = "x" };
    struct comparison c;
    assert_false(comparison_make(&c, now.arena, &now, &before, 0.005));
    assert_true(earlier_add(&before, "loops", "m1-firestorm", "f", 2, 0.05));
    assert_true(earlier_add(&before, "loops", "m1-firestorm", "g", 2, 0.05));   // one more point
    assert_false(earlier_add(&before, "loops", "m1-firestorm", "h", 2, NAN));
    assert_true(comparison_make(&c, now.arena, &now, &before, 0.005));
    assert_false(c.tested);
    assert_int_equal(c.row[0].points, 2);
    assert_float_equal(c.row[0].now - c.row[0].before, 0.1, 1e-12);
    assert_int_equal(c.row[1].points, 0);
    assert_int_equal(c.row[2].points, 0);
    arena_free(before.points.arena);
    drop(&now);
}

// -- Files --

static struct result two[] = { { 0 }, { 0 } };

static struct results two_results(void)
{
    two[0] = point("loops", "f", "a", 10, 1.0 / 3);
    two[1] = point("loops", "f", "b", 10, NAN);
    return results_of(two, 2);
}

static const char *write_text(char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
    return path;
}

static void json_is_read_back(void **state)
{
    char path[] = "/tmp/m2sim-test-XXXXXX";
    struct results r = two_results();
    struct earlier e = { .points = { .arena = arena_new() } };
    struct err err = { "" };
    FILE *f = fdopen(mkstemp(path), "w");
    fit_show_json(&r, &(struct fit_about){ .model = "fast", .label = "first" }, f, true);
    fclose(f);
    assert_true(earlier_load(&e, path, &err));
    assert_string_equal(e.model, "fast");
    assert_string_equal(e.label, "first");
    assert_int_equal(e.points.count, 2);
    assert_float_equal(e.points.at[0].sim, 1.0 / 3, 0);
    assert_true(isnan(e.points.at[1].sim));
    assert_int_equal(e.errors, 2);
    assert_string_equal(e.error[0].family, "all");
    assert_int_equal(e.error[1].run, 1);
    free(e.points.at);
    arena_free(e.points.arena);
    unlink(path);
    drop(&r);
}

static void other_files_are_refused_with_a_line(void **state)
{
    static const char *const bad[] = {
        "{}",
        "[]",
        "{\"kind\": \"bench\", \"modes\": []}",
        "{\"model\": \"fast\", \"sets\": []}",
        "{\"model\": \"fast\", \"sets\": [1]}",
        "{\"model\": \"fast\", \"sets\": [{\"set\": \"loops\", \"core\": \"c\", \"run\": 1}]}",
        "{\"model\": \"fast\", \"sets\": [{\"set\": \"loops\", \"core\": \"c\", \"run\": -1, "
        "\"mape\": 0}]}",
        "{\"model\": \"fast\", \"sets\": [{\"set\": \"loops\", \"core\": \"c\", \"run\": 1, "
        "\"mape\": 0.1,"
        " \"families\": [{\"family\": \"f\", \"run\": 1, \"mape\": 0.1, \"measurements\": "
        "[{}]}]}]}",
    };
    char path[] = "/tmp/m2sim-test-XXXXXX";
    close(mkstemp(path));
    for (size_t k = 0; k < COUNT(bad); k++) {
        struct earlier e = { .points = { .arena = arena_new() } };
        struct err err = { "" };
        assert_false(earlier_load(&e, write_text(path, bad[k]), &err));
        assert_non_null(strstr(err.text, "not what 'm2sim accuracy --json' writes"));
        assert_int_equal(err.kind, ERR_DATA);
        free(e.points.at);
        arena_free(e.points.arena);
    }
    struct earlier e = { .points = { .arena = arena_new() } };
    struct err err = { "" };
    assert_false(earlier_load(&e, write_text(path, "{\n \"model\": \"fa"), &err));
    assert_non_null(strstr(err.text, ":2:"));
    unlink(path);
    assert_false(earlier_load(&e, path, &err));
    assert_int_equal(err.kind, ERR_UNREADABLE);
    arena_free(e.points.arena);
}

static bool load(const char *path, const char *which, const char *model, struct earlier *e,
                 struct err *err)
{
    bool found = false;
    *e = (struct earlier){ .points = { .arena = arena_new() } };
    return kept_load(e, path, &(struct kept_wanted){ which, model, "", "" }, &found, err) && found;
}

static void forget(struct earlier *e)
{
    free(e->points.at);
    arena_free(e->points.arena);
}

// Whether it has a result of one of these suites on the core.
static bool has(const char *path, const char *suites, const char *core)
{
    struct earlier e = { .points = { .arena = arena_new() } };
    struct err err = { "" };
    bool found = false;
    assert_true(
        kept_load(&e, path, &(struct kept_wanted){ NULL, "fast", suites, core }, &found, &err));
    forget(&e);
    return found;
}

static void a_history_keeps_points_and_draws_errors(void **state)
{
    char path[] = "/tmp/m2sim-test-XXXXXX", *page;
    struct results r = two_results();
    struct kept k = { &r, "now", "<first>", "v1", "fast", "digest", "command" };
    struct earlier e;
    struct err err = { "" };
    size_t size;
    close(mkstemp(path));
    unlink(path);
    if (!kept_add(path, &k, &err)) {
        assert_non_null(strstr(err.text, "without SQLite"));
        drop(&r);
        skip();
    }
    k.model = "detailed";
    k.label = "second";
    r.at[0].sim = 9;
    assert_true(kept_prepare(path, &err));
    assert_true(kept_add(path, &k, &err));
    assert_true(load(path, NULL, "fast", &e, &err));
    assert_string_equal(e.label, "<first>");
    assert_int_equal(e.points.count, 2);
    assert_float_equal(e.points.at[0].sim, 1.0 / 3, 0);
    assert_true(isnan(e.points.at[1].sim));
    forget(&e);
    assert_true(load(path, "second", "fast", &e, &err));
    assert_string_equal(e.model, "detailed");
    assert_float_equal(e.points.at[0].sim, 9, 0);
    forget(&e);
    assert_false(load(path, "third", "fast", &e, &err));
    forget(&e);
    assert_true(has(path, "probes,loops", "m1-firestorm"));
    assert_true(has(path, "loops", ""));
    assert_false(has(path, "loop", ""));
    assert_false(has(path, "probes", ""));
    assert_false(has(path, "loops", "m1-icestorm"));
    FILE *f = open_memstream(&page, &size);
    assert_true(kept_page(path, f, &err));
    fclose(f);
    assert_non_null(strstr(page, "<h2>loops on m1-firestorm, detailed model</h2>"));
    assert_non_null(strstr(page, "&#60;first&#62;"));
    assert_null(strstr(page, "<first>"));
    assert_null(strstr(page, "http"));
    free(page);
    unlink(path);
    drop(&r);
}

// What a history says of itself is not believed.
static void damaged_histories_are_bad_input(void **state)
{
    char path[] = "/tmp/m2sim-test-XXXXXX";
    struct results r = two_results();
    struct kept k = { &r, "now", "", "v1", "fast", "digest", "command" };
    struct earlier e;
    struct err err = { "" };
    struct db d;
    close(mkstemp(path));
    if (!kept_add(path, &k, &err)) {   // an empty file is an empty history
        drop(&r);
        unlink(path);
        skip();
    }
    assert_int_equal(truncate(path, 5000), 0);
    assert_false(load(path, NULL, "fast", &e, &err));
    assert_int_equal(err.kind, ERR_DATA);
    forget(&e);
    unlink(path);
    assert_true(db_open(&d, path, DB_ADD, &err));
    db_begin(&d, "CREATE TABLE accuracy(id INTEGER PRIMARY KEY, colour TEXT)");
    db_commit(&d);
    assert_true(db_close(&d));
    assert_false(load(path, NULL, "fast", &e, &err));
    assert_int_equal(err.kind, ERR_DATA);
    forget(&e);
    err = (struct err){ "" };
    assert_false(kept_add(path, &k, &err));
    assert_int_equal(err.kind, ERR_DATA);
    assert_true(db_open(&d, path, DB_ADD, &err));
    db_run(&d, "PRAGMA user_version = 2", "");
    assert_true(db_close(&d));
    assert_false(kept_prepare(path, &err));
    assert_non_null(strstr(err.text, "version 2"));
    assert_int_equal(err.kind, ERR_DATA);
    assert_false(kept_prepare(write_text(path, "this is no history of anything"), &err));
    assert_int_equal(err.kind, ERR_DATA);
    unlink(path);
    drop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p_is_rs_for_its_example),
        cmocka_unit_test(p_is_scipys_for_its_example),
        cmocka_unit_test(all_on_one_side_is_the_least_p),
        cmocka_unit_test(ties_share_their_ranks_and_nothing_is_left_out),
        cmocka_unit_test(many_differences_are_nearly_normal),
        cmocka_unit_test(too_slow_and_too_fast_by_a_factor_count_alike),
        cmocka_unit_test(the_interval_decides_between_kept_better_worse_and_unknown),
        cmocka_unit_test(too_few_points_say_nothing_unless_they_are_the_same),
        cmocka_unit_test(the_interval_is_as_wide_as_the_normal_one),
        cmocka_unit_test(a_pair_is_the_same_measurement_run_twice),
        cmocka_unit_test(means_are_of_the_pairs_and_what_rose_is_named),
        cmocka_unit_test(one_sentence_says_whether_it_was_kept),
        cmocka_unit_test(without_points_means_of_as_many_are_compared),
        cmocka_unit_test(json_is_read_back),
        cmocka_unit_test(other_files_are_refused_with_a_line),
        cmocka_unit_test(a_history_keeps_points_and_draws_errors),
        cmocka_unit_test(damaged_histories_are_bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
