#include "test.h"

#include <link.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/child.h"
#include "bench/history.h"
#include "bench/suite.h"
#include "history/db.h"

// -- Statistics. Expected values are by hand, or by enumerating every case in another language. --

static void the_median_of_an_even_number_is_the_mean_of_two(void **state)
{
    double v[] = { 9, 1, 4, 2 };
    assert_float_equal(stats_median(v, 3), 4, 0);
    assert_float_equal(stats_median(v, 4), 3, 0);
    assert_true(isnan(stats_median(v, 0)));
}

static void the_interval_of_the_median_has_binomial_coverage(void **state)
{
    double v[20];
    for (int k = 0; k < 20; k++)
        v[k] = 20 - k;
    struct interval i = stats_median_interval(v + 14, 6, 0.95);   // 1 - 2 / 64
    assert_float_equal(i.low, 1, 0);
    assert_float_equal(i.high, 6, 0);
    assert_float_equal(i.coverage, 0.96875, 1e-12);
    i = stats_median_interval(v + 10, 10, 0.95);   // 1 - 2 (1 + 10) / 1024
    assert_float_equal(i.low, 2, 0);
    assert_float_equal(i.high, 9, 0);
    assert_float_equal(i.coverage, 0.978515625, 1e-12);
    i = stats_median_interval(v, 20, 0.95);   // 1 - 2 * 21700 / 2^20
    assert_float_equal(i.low, 6, 0);
    assert_float_equal(i.high, 15, 0);
    assert_float_equal(i.coverage, 0.95861053, 1e-8);
}

static void too_few_values_give_their_range_and_say_what_it_covers(void **state)
{
    double v[] = { 3, 1, 2, 5, 4 };
    struct interval i = stats_median_interval(v, 5, 0.95);
    assert_float_equal(i.low, 1, 0);
    assert_float_equal(i.high, 5, 0);
    assert_float_equal(i.coverage, 0.9375, 1e-12);
    i = stats_median_interval(v, 1, 0.95);
    assert_float_equal(i.high, 3, 0);
    assert_float_equal(i.coverage, 0, 1e-12);
}

static void samples_apart_have_the_least_p_there_is(void **state)
{
    double a[] = { 1, 2, 3, 4, 5 }, b[] = { 6, 7, 8, 9, 10 };
    assert_float_equal(stats_mann_whitney(a, 4, b, 4), 2.0 / 70, 1e-12);
    assert_float_equal(stats_mann_whitney(b, 5, a, 5), 2.0 / 252, 1e-12);
    assert_float_equal(stats_mann_whitney(a, 5, a, 5), 1, 1e-12);
    assert_float_equal(stats_mann_whitney(a, 0, b, 5), 1, 0);
}

static void mixed_and_tied_samples_have_the_p_of_all_permutations(void **state)
{
    double a[] = { 1.1, 2.5, 3.9 }, b[] = { 2, 3, 4, 5 };
    assert_float_equal(stats_mann_whitney(a, 3, b, 4), 14.0 / 35, 1e-12);
    double c[] = { 1, 2, 2, 3, 5 }, d[] = { 2, 4, 5, 5, 6, 7 };
    assert_float_equal(stats_mann_whitney(c, 5, d, 6), 41.0 / 462, 1e-12);
}

static void holm_multiplies_the_smallest_by_all_and_never_goes_down(void **state)
{
    double p[] = { 0.01, 0.04, 0.03, 0.005 };
    stats_holm(p, 4);
    double want[] = { 0.03, 0.06, 0.06, 0.02 };
    for (int k = 0; k < 4; k++)
        assert_float_equal(p[k], want[k], 1e-12);
}

static void the_mean_of_ratios_is_geometric(void **state)
{
    double two[] = { 2 }, eight[] = { 8 }, one[] = { 1 };
    struct stats_pair p[] = { { two, one, 1, 1, false }, { eight, one, 1, 1, true } };
    struct estimate e = stats_geomean(p, 2);
    assert_float_equal(e.value, 4, 1e-12);
    assert_float_equal(e.low, 4, 1e-12);
    assert_float_equal(e.high, 4, 1e-12);
}

static void what_was_measured_together_is_drawn_together(void **state)
{
    // The machine slows down by half and both with it: the ratio of the pairs is always 2.
    double a[] = { 2, 3, 4, 2.5, 3.5 }, b[] = { 1, 1.5, 2, 1.25, 1.75 };
    struct stats_pair p = { a, b, 5, 5, true };
    struct estimate together = stats_geomean(&p, 1);
    p.paired = false;
    struct estimate apart = stats_geomean(&p, 1);
    assert_float_equal(together.low, 2, 1e-12);
    assert_float_equal(together.high, 2, 1e-12);
    assert_true(apart.low < 1.9 && apart.high > 2.1);
}

// -- Running programs --

static struct usage run(const char *script, u32 seconds, bool *ok, struct err *e)
{
    char *argv[] = { "sh", "-c", (char *)script, NULL };
    struct child c = { argv, NULL, "/dev/null", NULL, -1, seconds };
    struct usage u = { 0 };
    *ok = child_run(&c, &u, e);
    return u;
}

static void a_child_gives_its_status_time_and_memory(void **state)
{
    struct err e;
    bool ok;
    struct usage u = run("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exit 3", 60, &ok, &e);
    assert_true(ok);
    assert_int_equal(u.status, 3);
    assert_true(u.cpu > 1e-3 && u.cpu <= 2 * u.wall + 0.02);
    assert_true(u.peak_bytes > 100000 && u.peak_bytes < 1u << 30);
    u = run("kill -TERM $$", 60, &ok, &e);
    assert_int_equal(u.status, 143);
}

static void a_program_that_is_not_there_is_the_users_error(void **state)
{
    char *argv[] = { "no-such-program-of-m2sim", NULL };
    struct child c = { argv, NULL, "/dev/null", NULL, -1, 10 };
    struct usage u;
    struct err e;
    assert_false(child_run(&c, &u, &e));
    assert_non_null(strstr(e.text, "no-such-program-of-m2sim: No such file"));
}

static void a_child_without_end_is_ended(void **state)
{
    struct err e;
    bool ok;
    run("exec sleep 1000", 1, &ok, &e);
    assert_false(ok);
    assert_non_null(strstr(e.text, "no end after 1 s"));
}

// -- Which programs --

static const char *make_guests(char *folder)
{
    char path[128];
    strcpy(folder, "/tmp/m2sim-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "mkdir %s/O2; cp /bin/true %s/O2/sort; cp /bin/true %s/O2/nbody",
             folder, folder, folder);
    assert_int_equal(system(path), 0);
    snprintf(path, sizeof(path), "%s/programs.txt", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("# name group full quick source\nsort int 20 1 a.c\nnbody fp 30 2 b.c -flag\n"
          "loop loop - - c.S\ngone libc 5 5 d.c\n",
          f);
    fclose(f);
    return folder;
}

static void remove_guests(const char *folder)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static void patterns_choose_programs_by_name_or_group(void **state)
{
    char folder[64];
    struct arena *a = arena_new();
    struct suite s;
    struct err e;
    make_guests(folder);
    assert_true(suite_read(&s, a, folder, NULL, false, &e));
    assert_int_equal(s.count, 2);
    assert_string_equal(s.at[1].name, "nbody");
    assert_int_equal(s.at[1].full, 30);
    assert_true(suite_read(&s, a, folder, "so*", false, &e));
    assert_int_equal(s.count, 1);
    assert_true(suite_read(&s, a, folder, "fp,sort", false, &e));
    assert_int_equal(s.count, 2);
    assert_false(suite_read(&s, a, folder, "sort,nothing", false, &e));
    assert_non_null(strstr(e.text, "no program or group 'nothing'"));
    assert_false(suite_read(&s, a, folder, "loop", false, &e));   // has no argument
    assert_false(suite_read(&s, a, folder, "libc", false, &e));
    assert_non_null(strstr(e.text, "O2/gone: No such file"));
    remove_guests(folder);
    arena_free(a);
}

// -- Results --

static struct bench_series series(const char *mode, const char *program, double seconds,
                                  double step)
{
    struct bench_series s = { .mode = mode,
                              .program = program,
                              .group = "int",
                              .instructions = 1000000,
                              .host_instructions = NAN,
                              .allocations = -1,
                              .allocated_bytes = -1,
                              .own.n = 7 };
    for (int k = 0; k < 7; k++) {
        s.own.cpu[k] = seconds + step * (double)(k * 3 % 7 - 3);
        s.own.wall[k] = 2 * s.own.cpu[k];
    }
    return s;
}

static struct bench result(struct bench_series *s, size_t n)
{
    return (struct bench){ arena_new(), s,     n,     NULL,     false,     7, "v",
                           "label",     "now", "cpu", "kernel", "command", 2 };
}

static void speed_is_work_over_the_median(void **state)
{
    struct bench_series s[] = { series("run", "a", 0.5, 0.01), series("run", "b", 2, 0.01) };
    struct bench b = result(s, 2);
    struct bench_verdict v = bench_verdict(&b, &s[0], BENCH_CPU);
    assert_float_equal(v.seconds, 0.5, 1e-12);
    assert_float_equal(v.speed, 2, 1e-9);
    assert_float_equal(bench_verdict(&b, &s[0], BENCH_WALL).speed, 1, 1e-9);
    size_t n;
    assert_float_equal(bench_speed(s, 2, NULL, BENCH_CPU, &n).value, 1, 1e-9);   // of 2 and 0.5
    assert_int_equal(n, 2);
    bench_speed(s, 2, "fp", BENCH_CPU, &n);
    assert_int_equal(n, 0);
    arena_free(b.arena);
}

static size_t slower_by(double factor, double step, double share)
{
    struct bench_series old[] = { series("run", "a", 1, step), series("run", "b", 2, step) };
    struct bench_series new[] = { series("run", "a", factor, step),
                                  series("run", "b", 2 * factor, step) };
    struct bench b = result(new, 2), before = result(old, 2);
    char *text;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    assert_int_equal(bench_compare(&b, &before, "before"), 2);
    size_t n = bench_slower(&b, share, BENCH_CPU, f);
    fclose(f);
    free(text);
    arena_free(b.arena);
    arena_free(before.arena);
    return n;
}

static void slower_beyond_doubt_fails_and_noise_does_not(void **state)
{
    assert_int_equal(slower_by(1.1, 0.001, 0.03), 3);    // both programs and the mode
    assert_int_equal(slower_by(1.1, 0.001, 0.2), 0);     // but not by a fifth
    assert_int_equal(slower_by(1.02, 0.001, 0.03), 0);
    assert_int_equal(slower_by(1.04, 0.2, 0.03), 0);     // lost in noise
    assert_int_equal(slower_by(0.8, 0.001, 0.03), 0);    // faster
}

static void other_work_is_not_compared(void **state)
{
    struct bench_series old[] = { series("run", "a", 1, 0), series("fast", "a", 1, 0) };
    struct bench_series new[] = { series("run", "a", 1, 0), series("fast", "a", 1, 0) };
    old[0].instructions *= 2;
    struct bench b = result(new, 2), before = result(old, 2);
    assert_int_equal(bench_compare(&b, &before, "before"), 1);
    assert_int_equal(new[0].other.n, 0);
    assert_int_equal(new[1].other.n, 7);
    arena_free(b.arena);
    arena_free(before.arena);
}

static void json_reads_back(void **state)
{
    char path[] = "/tmp/m2sim-test-XXXXXX";
    struct bench_series s[] = { series("run", "a", 0.5, 0.01), series("fast", "a", 2, 0.01) };
    struct bench b = result(s, 2), read = { .arena = arena_new() };
    struct err e;
    FILE *f = fdopen(mkstemp(path), "w");
    bench_show_json(&b, BENCH_CPU, f);
    fclose(f);
    assert_true(bench_load(&read, path, &e));
    assert_int_equal(read.count, 2);
    assert_string_equal(read.at[1].mode, "fast");
    assert_string_equal(read.label, "label");
    assert_memory_equal(read.at[1].own.cpu, s[1].own.cpu, sizeof(double) * 7);
    f = fopen(path, "w");
    fputs("{\"schema\": 1}", f);
    fclose(f);
    assert_false(bench_load(&read, path, &e));
    assert_non_null(strstr(e.text, "not what 'm2sim bench --json' writes"));
    f = fopen(path, "w");
    fputs("{\n [", f);
    fclose(f);
    assert_false(bench_load(&read, path, &e));
    assert_non_null(strstr(e.text, ":2:"));
    unlink(path);
    arena_free(b.arena);
    arena_free(read.arena);
}

static void a_history_keeps_and_draws_runs(void **state)
{
    char path[] = "/tmp/m2sim-test-XXXXXX";
    struct bench_series s[] = { series("run", "a", 0.5, 0.01), series("run", "b", 2, 0.01) };
    struct bench b = result(s, 2), read = { .arena = arena_new() };
    struct err e;
    close(mkstemp(path));
    unlink(path);
    if (!history_add(path, &b, &e)) {
        assert_non_null(strstr(e.text, "without SQLite"));
        skip();
    }
    b.label = "<second>";
    s[0].own.cpu[0] = 0.25;
    assert_true(history_add(path, &b, &e));
    assert_true(db_is(path));
    assert_true(history_load(&read, path, NULL, "cpu", &e));
    assert_string_equal(read.label, "<second>");
    assert_int_equal(read.count, 2);
    assert_float_equal(read.at[0].own.cpu[0], 0.25, 0);
    assert_int_equal(read.at[1].own.n, 7);
    struct bench first = { .arena = arena_new() };
    assert_true(history_load(&first, path, "label", "cpu", &e));
    assert_float_equal(first.at[0].own.cpu[0], s[0].own.wall[0] / 2, 1e-12);
    assert_false(history_load(&first, path, "third", "cpu", &e));
    assert_false(history_load(&first, path, NULL, "another processor", &e));

    char *page;
    size_t size;
    FILE *f = open_memstream(&page, &size);
    assert_true(history_page(path, BENCH_CPU, f, &e));
    fclose(f);
    assert_non_null(strstr(page, "<svg"));
    assert_non_null(strstr(page, "&#60;second&#62;"));   // and nothing of the label as HTML
    assert_null(strstr(page, "<second>"));
    assert_null(strstr(page, "http"));   // nothing from outside
    free(page);
    unlink(path);
    arena_free(b.arena);
    arena_free(read.arena);
    arena_free(first.arena);
}

// -- Profiles --

static void files_belong_to_parts(void **state)
{
    assert_string_equal(profile_part("../src/uarch/bpred/tage.c"), "branch predictor");
    assert_string_equal(profile_part("/src/m2sim/src/uarch/cache.c"), "caches");   // the last src/
    assert_string_equal(profile_part("../src/isa/a64_base.def"), "execute");
    assert_string_equal(profile_part("../src/isa/decode.c"), "decode");
    assert_string_equal(profile_part("../src/api/sim.c"), "rest of m2sim");
    assert_null(profile_part("../sysdeps/x86_64/multiarch/memset.S"));
    assert_null(profile_part("/usr/notsrc/string.h"));
    assert_null(profile_part(NULL));
}

static void a_tally_sums_by_name_and_sorts_by_weight(void **state)
{
    struct arena *a = arena_new();
    struct tally t;
    char name[16];
    tally_init(&t, a);
    for (int round = 0; round < 2; round++)
        for (u64 k = 0; k < 1000; k++) {
            snprintf(name, sizeof(name), "n%d", (int)k);
            tally_add(&t, name, round ? "note" : NULL, k);
        }
    tally_sort(&t);
    assert_int_equal(t.count, 1000);
    assert_int_equal(t.weight, 999000);
    assert_string_equal(t.at[0].name, "n999");
    assert_int_equal(t.at[0].weight, 1998);
    assert_int_equal(t.at[0].count, 2);
    assert_string_equal(t.at[0].note, "note");
    tally_free(&t);
    arena_free(a);
}

static int find_program(struct dl_phdr_info *i, size_t size, void *ctx)
{
    struct probe_module *m = ctx;
    *m = (struct probe_module){ .base = i->dlpi_addr, .low = 0, .high = UINT64_MAX };
    return 1;   // the first is the program
}

// Three samples of this very program, as its probe would have left them.
static void samples_become_functions_parts_and_stacks(void **state)
{
    struct arena *a = arena_new();
    struct probe_head *h = calloc(1, sizeof(*h) + 3 * sizeof(struct probe_sample));
    struct bench_profile p = { .arena = a };
    char self[256] = "", *text;
    size_t size;
    assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
    h->modules = 1;
    h->room = h->taken = 3;
    dl_iterate_phdr(find_program, &h->module[0]);
    u64 median = (u64)(uintptr_t)stats_median, holm = (u64)(uintptr_t)stats_holm;
    h->sample[0] = (struct probe_sample){ PROBE_CPU, 2, 5, { median, holm + 1 } };
    h->sample[1] = (struct probe_sample){ PROBE_CPU, 1, 2, { holm } };
    h->sample[2] = (struct probe_sample){ PROBE_ALLOCATION, 1, 100, { holm + 1 } };
    if (!profile_add(&p, "run", h, self, 1000, 0.5)) {
        free(h);
        arena_free(a);
        skip();
    }
    profile_finish(&p);
    const struct profile_mode *m = &p.mode[0];
    assert_int_equal(m->part.weight, 7);
    assert_string_equal(m->function.at[0].name, "stats_median");
    assert_int_equal(m->function.at[0].weight, 5);
    assert_string_equal(m->function.at[0].note, "bench/stats.c");
    assert_string_equal(m->from_function.at[0].name, "stats_holm");
    assert_int_equal(m->from_function.at[0].weight, 100);
    FILE *f = open_memstream(&text, &size);
    profile_show_folded(&p, f);
    fclose(f);
    assert_string_equal(text, "run;[rest of m2sim];stats_holm;stats_median 5\n"
                              "run;[rest of m2sim];stats_holm 2\n");
    free(text);
    free(h);
    profile_free(&p);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_of_an_even_number_is_the_mean_of_two),
        cmocka_unit_test(the_interval_of_the_median_has_binomial_coverage),
        cmocka_unit_test(too_few_values_give_their_range_and_say_what_it_covers),
        cmocka_unit_test(samples_apart_have_the_least_p_there_is),
        cmocka_unit_test(mixed_and_tied_samples_have_the_p_of_all_permutations),
        cmocka_unit_test(holm_multiplies_the_smallest_by_all_and_never_goes_down),
        cmocka_unit_test(the_mean_of_ratios_is_geometric),
        cmocka_unit_test(what_was_measured_together_is_drawn_together),
        cmocka_unit_test(a_child_gives_its_status_time_and_memory),
        cmocka_unit_test(a_program_that_is_not_there_is_the_users_error),
        cmocka_unit_test(a_child_without_end_is_ended),
        cmocka_unit_test(patterns_choose_programs_by_name_or_group),
        cmocka_unit_test(speed_is_work_over_the_median),
        cmocka_unit_test(slower_beyond_doubt_fails_and_noise_does_not),
        cmocka_unit_test(other_work_is_not_compared),
        cmocka_unit_test(json_reads_back),
        cmocka_unit_test(a_history_keeps_and_draws_runs),
        cmocka_unit_test(files_belong_to_parts),
        cmocka_unit_test(a_tally_sums_by_name_and_sorts_by_weight),
        cmocka_unit_test(samples_become_functions_parts_and_stacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
