// The second interval of a report: from hand-made reports of one run on several cores.
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "report/uncertainty.h"

static void assert_near(double v, double wanted, double by)
{
    if (!(fabs(v - wanted) <= by))
        fail_msg("%g is not %g within %g", v, wanted, by);
}

// The counters that tables.def names, of a machine that has the L1D and branches alone.
struct counts {
    u64 mispredictions, branches, reads, writes, read_misses, write_misses;
};

static const struct stat_row core_rows[] = {
    { "mispredictions", "", "", offsetof(struct counts, mispredictions) },
    { "branches", "", "", offsetof(struct counts, branches) },
    { NULL },
};
static const struct stat_row l1d_rows[] = {
    { "reads", "", "", offsetof(struct counts, reads) },
    { "writes", "", "", offsetof(struct counts, writes) },
    { "read_misses", "", "", offsetof(struct counts, read_misses) },
    { "write_misses", "", "", offsetof(struct counts, write_misses) },
    { NULL },
};

struct machine {
    struct counts counts;
    struct stat_group groups[3];
    struct report r;
};

// A run of 1 000 000 instructions; a quarter of its slots retire something.
static void make(struct machine *m, u64 cycles, u64 wrong, u64 misses)
{
    *m = (struct machine){ .counts = { wrong, 100000, 200000, 50000, misses, 0 } };
    m->groups[0] = (struct stat_group){ "core", core_rows, &m->counts };
    m->groups[1] = (struct stat_group){ "core.l1d", l1d_rows, &m->counts };
    m->r = (struct report){
        .instructions = 1000000,
        .ended = "exit",
        .timed = true,
        .cycles = cycles,
        .frequency_ghz = 2,
        .slots = { 2000000, 0, 1000000, 8 * cycles - 3000000 },
        .groups = m->groups,
        .runs = "core",
        .model = "fast",
        .core = "some",
        .config_digest = "0",
        .release = "1",
        .version = "1",
        .model_digest = "0",
        .program = "p",
        .program_digest = "0",
        .command = "time p",
        .environment_digest = "0",
    };
}

static void figures_are_those_of_the_report(void **state)
{
    static const struct {
        const char *name;
        double value;
        bool time;
    } wanted[] = {
        { "cycles", 1500000, true },
        { "cpi", 1.5, true },
        { "ipc", 1 / 1.5, true },
        { "seconds", 750e-6, true },
        { "topdown.retiring", 2.0 / 12, false },
        { "topdown.bad_speculation", 0, false },
        { "topdown.frontend_bound", 1.0 / 12, false },
        { "topdown.backend_bound", 9.0 / 12, false },
        { "branch.mpki", 3, false },
        { "l1d.mpki", 0.5, false },
    };
    struct machine m;
    struct report_figure at[REPORT_FIGURES];
    make(&m, 1500000, 3000, 500);
    assert_int_equal(report_figures(&m.r, at), COUNT(wanted));
    for (size_t k = 0; k < COUNT(wanted); k++) {
        assert_string_equal(at[k].name, wanted[k].name);
        assert_near(at[k].value, wanted[k].value, 1e-12);
        assert_int_equal(at[k].time, wanted[k].time);
    }
}

// Table of the t distribution, 97.5 %.
static void t_is_that_of_the_tables(void **state)
{
    assert_near(uncertainty_t(3), 3.182, 0.01);
    assert_near(uncertainty_t(5), 2.571, 0.003);
    assert_near(uncertainty_t(10), 2.228, 0.001);
    assert_near(uncertainty_t(20), 2.086, 0.001);
    assert_near(uncertainty_t(120), 1.980, 0.001);
}

// Four draws: one e^0.1 slower, one e^0.1 faster, two alike; 2 and 4 mispredictions in a thousand.
static void begin(struct machine *m, struct report_uncertainty *u, double discrepancy)
{
    static const double by[] = { 0.1, -0.1, 0, 0 };
    static const u64 wrong[] = { 2000, 4000, 3000, 3000 };
    make(m, 100000000, 3000, 500);
    *u = (struct report_uncertainty){ .draws = 4, .seed = 9, .discrepancy = discrepancy };
    uncertainty_begin(u, &m->r);
    for (int k = 0; k < 4; k++) {
        struct machine draw;
        make(&draw, (u64)(1e8 * exp(by[k])), wrong[k], 500);
        uncertainty_add(u, &draw.r);
    }
    uncertainty_end(u);
    m->r.uncertainty = u;
}

static void the_draws_alone_give_an_interval(void **state)
{
    struct machine m;
    struct report_uncertainty u;
    begin(&m, &u, 0);
    const struct report_range *cycles = uncertainty_of(&u, "cycles");
    assert_near(cycles->parameters_sd, sqrt(0.02 / 4), 1e-6);
    assert_near(cycles->sd, cycles->parameters_sd, 1e-12);
    assert_near(log(cycles->high / 1e8), 2.776 * sqrt(0.005), 0.001);
    assert_near(log(cycles->low / 1e8), -2.776 * sqrt(0.005), 0.001);
    const struct report_range *ipc = uncertainty_of(&u, "ipc");
    assert_near(ipc->low * cycles->high, 1e6, 1);
    const struct report_range *mpki = uncertainty_of(&u, "branch.mpki");
    assert_near(mpki->parameters_sd, sqrt(2.0 / 4), 1e-9);
    assert_near(mpki->high, 3 + 2.776 * sqrt(0.5), 0.01);
    assert_near(mpki->low, 3 - 2.776 * sqrt(0.5), 0.01);
    const struct report_range *l1d = uncertainty_of(&u, "l1d.mpki");
    assert_true(l1d->low == 0.5 && l1d->high == 0.5 && l1d->sd == 0);
    assert_null(uncertainty_of(&u, "l1i.mpki"));
    assert_null(uncertainty_of(NULL, "cycles"));
}

static void the_discrepancy_joins_times_alone(void **state)
{
    struct machine m;
    struct report_uncertainty with, without;
    begin(&m, &without, 0);
    begin(&m, &with, 0.12);
    const struct report_range *cycles = uncertainty_of(&with, "cycles");
    assert_near(cycles->sd, sqrt(0.005 + 0.12 * 0.12), 1e-6);
    assert_near(cycles->parameters_sd, sqrt(0.005), 1e-6);
    assert_near(log(cycles->high / 1e8), sqrt(2.776 * 2.776 * 0.005 + 1.96 * 1.96 * 0.0144), 0.001);
    assert_true(uncertainty_of(&with, "branch.mpki")->high ==
                uncertainty_of(&without, "branch.mpki")->high);
    const struct report_range *share = uncertainty_of(&with, "topdown.backend_bound");
    assert_true(share->high <= 1 && share->low >= 0);
}

static void the_report_says_so_or_nothing(void **state)
{
    struct machine m;
    struct report_uncertainty u;
    begin(&m, &u, 0.12);
    char *text;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    report_text(&m.r, f, false);
    fclose(f);
    assert_non_null(strstr(text, "; 100.00 ± 31.1"));   // 100 x sinh(0.30637)
    assert_non_null(strstr(text, "3.00 ± 1.96 MPKI"));
    assert_non_null(strstr(text, "from 4 draws (seed 9)"));
    assert_non_null(strstr(text, "12.0 % by which"));
    free(text);

    f = open_memstream(&text, &n);
    report_json(&m.r, f, false);
    fclose(f);
    json_error_t why;
    json_t *root = json_loads(text, 0, &why), *all = json_object_get(root, "uncertainty");
    assert_int_equal(json_integer_value(json_object_get(all, "draws")), 4);
    json_t *cycles = json_object_get(json_object_get(all, "figures"), "cycles");
    assert_near(json_real_value(json_object_get(cycles, "low")), uncertainty_of(&u, "cycles")->low,
                1e-3);
    json_decref(root);
    free(text);

    m.r.uncertainty = NULL;
    f = open_memstream(&text, &n);
    report_text(&m.r, f, false);
    report_json(&m.r, f, false);
    fclose(f);
    assert_null(strstr(text, "±"));
    assert_null(strstr(text, "uncertainty"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_those_of_the_report),
        cmocka_unit_test(t_is_that_of_the_tables),
        cmocka_unit_test(the_draws_alone_give_an_interval),
        cmocka_unit_test(the_discrepancy_joins_times_alone),
        cmocka_unit_test(the_report_says_so_or_nothing),
    };
    return cmocka_run_group_tests_name("uncertainty", tests, NULL, NULL);
}
