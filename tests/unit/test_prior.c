// How sure parameters are: the table, the section of core files, draws.
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "config/draw.h"

enum { DRAWS = 10000 };

static bool reads(struct config *c, struct arena *a, const char *text, struct err *e)
{
    char parent[CONFIG_NAME_MAX];
    e->text[0] = 0;
    *c = (struct config){ .core = core_defaults, .instructions = "", .fit.fitted_with = "" };
    return config_read(c, a, "x.yaml", text, strlen(text), parent, e) && prior_finish(c, a, e);
}

static void each_row_is_a_number_and_says_something(void **state)
{
    static const enum core_param rows[] = {
#define PRIOR(field, ...) PARAM_##field,
#include "config/prior.def"
#undef PRIOR
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct param *r = &core_table[rows[i]];
        struct core_params p = core_defaults;
        assert_true(r->kind == PARAM_COUNTED || r->kind == PARAM_REAL);
        param_set_number(&p, rows[i], fmin(r->max, fmax(r->min, 40)));
        struct prior at = prior_generic(&p, rows[i]);
        double v = param_number(&p, rows[i]);
        assert_true(at.sd > 0 && at.low <= v && v <= at.high && at.low < at.high);
        assert_true(at.low >= r->min && at.high <= r->max);
        assert_true(at.sd <= fmax(v - at.low, at.high - v));   // or draws would not end
    }
}

static void what_is_known_or_not_there_is_not_varied(void **state)
{
    struct core_params p = core_defaults;
    assert_true(prior_generic(&p, PARAM_clock_mhz).sd == 0);
    assert_true(prior_generic(&p, PARAM_l1d_line).sd == 0);
    assert_true(prior_generic(&p, PARAM_bp_kind).sd == 0);
    p.sched_u7 = 0;
    assert_true(prior_generic(&p, PARAM_sched_u7).sd == 0);
    p.rob_groups = 300;
    struct prior at = prior_generic(&p, PARAM_rob_groups);
    assert_true(at.low == 291 && at.high == 309 && fabs(at.sd - 3) < 1e-12);
    assert_int_equal(at.origin.kind, ORIGIN_DEFAULT);
}

static void a_line_of_a_file_holds_instead(void **state)
{
    struct arena *a = arena_new();
    struct config c;
    struct err e;
    bool ok = reads(&c, a,
                    "fit:\n"
                    "  branch: { penalty: [11, 14, 0.7] } # fitted\n"
                    "  l1d:\n"
                    "    size: [32 KiB, 128KiB, 2 KiB]\n"
                    "  discrepancy: { detailed: 0.05 }\n"
                    "  fitted_with: loops\n",
                    &e);
    assert_string_equal(e.text, "");
    assert_true(ok);
    const struct prior *p = &c.fit.of[PARAM_bp_penalty];
    assert_true(p->low == 11 && p->high == 14 && p->sd == 0.7);
    assert_string_equal(p->origin.source, "fitted");
    assert_int_equal(p->origin.line, 2);
    p = &c.fit.of[PARAM_l1d_size];
    assert_true(p->low == 32768 && p->high == 131072 && p->sd == 2048);
    assert_true(prior_discrepancy(&c.fit, "detailed") == 0.05);
    assert_true(prior_discrepancy(&c.fit, "fast") == 0);
    assert_string_equal(c.fit.fitted_with, "loops");
    arena_free(a);
}

static void a_bad_section_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text, *error;
    } bad[] = {
        { "fit: 3\n", "x.yaml:1:1: fit: is a mapping of parameters" },
        { "fit: [1]\n", "x.yaml:1:1: fit: is a mapping of parameters" },
        { "fit:\n  branch:\n    penalty: 3\n",
          "x.yaml:3:5: fit.branch.penalty: is a list of three numbers: [LOW, HIGH, SD]" },
        { "fit:\n  branch: {penalty: [1, 2]}\n",
          "x.yaml:2:12: fit.branch.penalty: is a list of three numbers: [LOW, HIGH, SD]" },
        { "fit:\n  branch: {penalty: {low: 2}}\n",
          "x.yaml:2:12: fit.branch.penalty: is a list of three numbers: [LOW, HIGH, SD]" },
        { "fit:\n  branch: {penalty: [11, 99, 1]}\n",
          "x.yaml:2:26: fit.branch.penalty: '99' is not a whole number from 1 to 64 cycles" },
        { "fit:\n  branch: {penalty: [[1], 20, 1]}\n",
          "x.yaml:2:12: fit.branch.penalty: a bound is a number" },
        { "fit:\n  branch: {penalty: [14, 11, 1]}\n",
          "x.yaml:2:12: fit.branch.penalty: the first bound is above the second" },
        { "fit:\n  branch: {penalty: [11, 14, -1]}\n",
          "x.yaml:2:30: fit.branch.penalty: the standard deviation is a number from 0 to HIGH - "
          "LOW" },
        { "fit:\n  branch: {penalty: [11, 14, .nan]}\n",
          "x.yaml:2:30: fit.branch.penalty: the standard deviation is a number from 0 to HIGH - "
          "LOW" },
        { "fit:\n  branch: {penalty: [11, 14, 4]}\n",
          "x.yaml:2:30: fit.branch.penalty: the standard deviation is a number from 0 to HIGH - "
          "LOW" },
        { "fit:\n  branch: {penalty: [13, 15, 1]}\n",
          "x.yaml:2:22: fit.branch.penalty: the value, 12, is not from 13 to 15" },
        { "fit:\n  branch: {penalti: [13, 15, 1]}\n",
          "x.yaml:2:12: fit.branch.penalti: no such parameter; is 'branch.penalty' meant?" },
        { "fit:\n  branch: {predictor: [1, 2, 1]}\n",
          "x.yaml:2:12: fit.branch.predictor: is no number, and cannot be fitted" },
        { "fit:\n  branch: 3\n", "x.yaml:2:3: fit.branch: holds further keys" },
        { "fit:\n  ? [a]\n  : b\n", "x.yaml: fit: a key must be a name" },
        { "fit:\n  discrepancy: x\n",
          "x.yaml:2:3: fit.discrepancy: is a number from 0 to 3, or {fast: NUMBER, detailed: "
          "NUMBER}" },
        { "fit:\n  discrepancy: {slow: 1}\n",
          "x.yaml:2:17: fit.discrepancy: is a number from 0 to 3, or {fast: NUMBER, detailed: "
          "NUMBER}" },
        { "fit:\n  discrepancy: {fast: -1}\n",
          "x.yaml:2:17: fit.discrepancy: is a number from 0 to 3, or {fast: NUMBER, detailed: "
          "NUMBER}" },
        { "fit:\n  fitted_with: \"a\\nb\"\n",
          "x.yaml:2:3: fit.fitted_with: is one line of at most 399 characters" },
        { "fit:\n  correlations: 3\n",
          "x.yaml:2:3: fit.correlations: is a list of at most 1024 lists [PARAMETER, PARAMETER, "
          "NUMBER]" },
        { "fit:\n  correlations:\n    - [branch.penalty, 0.1]\n",
          "x.yaml:2:3: fit.correlations: each is a list of three: [PARAMETER, PARAMETER, NUMBER]" },
        { "fit:\n  correlations:\n    - [branch.penalty, colour, 0.1]\n",
          "x.yaml:3:24: fit.correlations: no such parameter" },
        { "fit:\n  correlations:\n    - [branch.penalty, name, 0.1]\n",
          "x.yaml:3:24: fit.correlations: the parameter is no number" },
        { "fit:\n  correlations:\n    - [branch.penalty, branch.penalty, 0.1]\n",
          "x.yaml:3:8: fit.correlations: a parameter and itself" },
        { "fit:\n  correlations:\n    - [branch.penalty, branch.override, 1.5]\n",
          "x.yaml:3:41: fit.correlations: a correlation is a number between -1 and 1" },
        { "fit:\n  correlations:\n    - [branch.penalty, branch.override, 1]\n",
          "x.yaml:3:41: fit.correlations: a correlation is a number between -1 and 1" },
        { "fit:\n  correlations:\n    - [l1d.misses, l2.misses, .1]\n    - [l2.misses, l1d.misses, "
          ".1]\n",
          "x.yaml:4:8: fit.correlations: the pair stands there twice" },
        { "fit:\n  correlations:\n    - [l1d.misses, l2.misses, .9]\n    - [l2.misses, "
          "l1i.misses, .9]\n    - [l1d.misses, l1i.misses, -.9]\n",
          "x.yaml:2:3: fit.correlations: their matrix is not positive definite: no numbers "
          "correlate so" },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct arena *a = arena_new();
        struct config c;
        struct err e;
        assert_false(reads(&c, a, bad[i].text, &e));
        assert_string_equal(e.text, bad[i].error);
        arena_free(a);
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

// A folder with a core file that another extends.
struct two {
    char folder[32], parent[64], child[64];
    struct arena *a;
    struct config c;
};

static void load_two(struct two *t, const char *child, const char *const *sets, size_t count)
{
    struct err e = { "" };
    strcpy(t->folder, "/tmp/prior-XXXXXX");
    assert_non_null(mkdtemp(t->folder));
    snprintf(t->parent, sizeof(t->parent), "%s/parent.yaml", t->folder);
    snprintf(t->child, sizeof(t->child), "%s/child.yaml", t->folder);
    write_file(t->parent, "branch: { penalty: 12, override: 2 }\n"
                          "fit:\n"
                          "  branch: { penalty: [11, 14, 0.7], override: [1, 4, 0.5] }\n"
                          "  l1d: { misses: [12, 20, 2] }\n"
                          "  correlations: [[branch.penalty, branch.override, -0.4],\n"
                          "                 [l1d.misses, branch.override, 0.2]]\n"
                          "  discrepancy: 0.1\n");
    write_file(t->child, child);
    t->a = arena_new();
    bool ok = config_load(&t->c, t->a, t->child, sets, count, &e);
    assert_string_equal(e.text, "");
    assert_true(ok);
}

static void unload_two(struct two *t)
{
    arena_free(t->a);
    unlink(t->parent);
    unlink(t->child);
    rmdir(t->folder);
}

static void a_file_inherits_the_section_but_for_values_of_its_own(void **state)
{
    struct two t;
    load_two(&t, "extends: parent\nbranch: { penalty: 20 }\n", NULL, 0);
    const struct config_fit *f = &t.c.fit;
    assert_int_equal(f->of[PARAM_bp_penalty].origin.kind, ORIGIN_DEFAULT);
    assert_true(f->of[PARAM_bp_penalty].low == 16);
    assert_true(f->of[PARAM_bp_override].sd == 0.5);
    assert_int_equal(f->correlations, 1);
    assert_int_equal(f->correlation[0].a, PARAM_l1d_misses);
    assert_true(prior_discrepancy(f, "fast") == 0.1);
    unload_two(&t);
}

static void what_set_gives_is_not_varied(void **state)
{
    static const char *const sets[] = { "core.branch.penalty=30", "core.rob.groups=100" };
    struct two t;
    struct config draw;
    load_two(&t, "extends: parent\n", sets, 2);
    assert_true(t.c.fit.of[PARAM_bp_penalty].sd == 0);
    for (u32 k = 0; k < 20; k++) {
        assert_true(config_draw(&draw, &t.c, 1, k));
        assert_int_equal(draw.core.bp_penalty, 30);
        assert_int_equal(draw.core.rob_groups, 100);
    }
    unload_two(&t);
}

static void what_is_written_is_read_to_the_same_draws(void **state)
{
    static const char *const sets[] = { "core.rob.groups=100" };
    struct two t;
    struct config again, x, y;
    struct err e = { "" };
    load_two(&t, "extends: parent\nfit: { fitted_with: 'a \"quoted\" \\ one' }\n", sets, 1);
    FILE *f = fopen(t.child, "w");
    config_write(&t.c, f);
    fclose(f);
    bool ok = config_load(&again, t.a, t.child, NULL, 0, &e);
    assert_string_equal(e.text, "");
    assert_true(ok);
    assert_string_equal(again.digest, t.c.digest);
    assert_string_equal(again.fit.fitted_with, "a \"quoted\" \\ one");
    assert_true(prior_discrepancy(&again.fit, "detailed") == 0.1);
    assert_int_equal(again.fit.correlations, 2);
    for (u32 k = 0; k < 5; k++) {
        assert_true(config_draw(&x, &t.c, 7, k) && config_draw(&y, &again, 7, k));
        assert_memory_equal(&x.core, &y.core, sizeof(x.core));
    }
    unload_two(&t);
}

static void the_section_is_not_part_of_the_digest(void **state)
{
    struct two with, without;
    load_two(&with, "extends: parent\nfit: { discrepancy: 0.2 }\n", NULL, 0);
    load_two(&without, "extends: parent\n", NULL, 0);
    assert_string_equal(with.c.digest, without.c.digest);
    unload_two(&with);
    unload_two(&without);
}

// What 10 000 draws of two parameters are like.
struct moments {
    double mean[2], sd[2], r, low[2], high[2];
};

static struct moments moments_of(const struct config *c, enum core_param a, enum core_param b)
{
    struct moments m = { .low = { INFINITY, INFINITY }, .high = { -INFINITY, -INFINITY } };
    double square[2] = { 0 }, product = 0;
    struct config draw;
    for (u32 k = 0; k < DRAWS; k++) {
        assert_true(config_draw(&draw, c, 42, k));
        double v[2] = { param_number(&draw.core, a), param_number(&draw.core, b) };
        product += v[0] * v[1] / DRAWS;
        for (int i = 0; i < 2; i++) {
            m.mean[i] += v[i] / DRAWS;
            square[i] += v[i] * v[i] / DRAWS;
            m.low[i] = fmin(m.low[i], v[i]);
            m.high[i] = fmax(m.high[i], v[i]);
        }
    }
    for (int i = 0; i < 2; i++)
        m.sd[i] = sqrt(square[i] - m.mean[i] * m.mean[i]);
    m.r = (product - m.mean[0] * m.mean[1]) / (m.sd[0] * m.sd[1]);
    return m;
}

static void assert_near(double v, double wanted, double by)
{
    if (!(fabs(v - wanted) <= by))
        fail_msg("%g is not %g within %g", v, wanted, by);
}

// Standard errors of 10 000 draws are 0.01 of a mean in standard deviations, 0.007 of a standard
// deviation and 0.01 of a correlation; allowed is four times that.
static void draws_have_the_moments_of_the_section(void **state)
{
    struct arena *a = arena_new();
    struct config c;
    struct err e;
    assert_true(reads(&c, a,
                      "clock: { mhz: 3000 }\n"
                      "dram: { latency: 100, core: 50 }\n"
                      "l2: { latency: 20 }\n"
                      "fit:\n"
                      "  dram: { latency: [80, 120, 5], core: [42, 58, 2] }\n"
                      "  l2: { latency: [20, 24, 2] }\n"
                      "  l1d: { misses: [12, 20, 2] }\n"
                      "  correlations:\n"
                      "    - [dram.latency, dram.core, -0.6]\n",
                      &e));
    struct moments m = moments_of(&c, PARAM_dram_latency_ns, PARAM_dram_core_gbs);
    assert_near(m.mean[0], 100, 0.2);
    assert_near(m.sd[0], 5, 0.14);
    assert_near(m.mean[1], 50, 0.08);
    assert_near(m.sd[1], 2, 0.056);
    assert_near(m.r, -0.6, 0.04);
    assert_true(m.low[0] >= 80 && m.high[0] <= 120 && m.low[1] >= 42 && m.high[1] <= 58);
    // The mean of half a normal cut at two sd's is (0.3989 - 0.0540) / 0.4772 of them.
    m = moments_of(&c, PARAM_l2_latency, PARAM_l1d_misses);
    assert_near(m.mean[0], 21.446, 0.05);
    assert_true(m.low[0] >= 20 && m.high[0] <= 24);
    assert_near(m.mean[1], 16, 0.08);
    assert_true(m.low[1] == 12 && m.high[1] == 20);
    assert_near(m.r, 0, 0.04);
    arena_free(a);
}

static void numbers_are_normal_and_named(void **state)
{
    double sum[5] = { 0 };
    u32 beyond = 0;
    for (u32 i = 0; i < 100000; i++) {
        double z = draw_normal(1, i, 2, 3);
        for (int k = 1; k < 5; k++)
            sum[k] += pow(z, k) / 100000;
        beyond += fabs(z) > 1.96;
    }
    assert_near(sum[1], 0, 0.013);
    assert_near(sum[2], 1, 0.018);
    assert_near(sum[3], 0, 0.05);
    assert_near(sum[4], 2.9, 0.12);
    assert_near(beyond / 100000.0, 0.05, 0.004);
    assert_true(draw_normal(1, 2, 3, 4) == draw_normal(1, 2, 3, 4));
    assert_true(draw_normal(1, 2, 3, 4) != draw_normal(2, 1, 3, 4));
    assert_true(draw_normal(1, 2, 3, 4) != draw_normal(1, 2, 4, 3));
}

static void a_draw_does_not_change_when_others_vary(void **state)
{
    struct arena *a = arena_new();
    struct config c, x, y;
    struct err e;
    assert_true(reads(&c, a, "l2: { latency: 20 }\n", &e));
    assert_true(config_draw(&x, &c, 5, 3));
    c.fit.of[PARAM_dram_latency_ns].sd = 0;
    assert_true(config_draw(&y, &c, 5, 3));
    assert_true(x.core.l2_latency == y.core.l2_latency && x.core.l2_latency != c.core.l2_latency);
    assert_true(x.core.dram_latency_ns != y.core.dram_latency_ns);
    assert_true(y.core.dram_latency_ns == c.core.dram_latency_ns);
    assert_true(config_draw(&y, &c, 6, 3));
    assert_true(x.core.l2_latency != y.core.l2_latency);
    arena_free(a);
}

static void every_draw_of_a_known_core_can_be_made(void **state)
{
    static const char *const cores[] = { "m2-avalanche", "m2-blizzard", "m1-firestorm",
                                         "m1-icestorm" };
    for (size_t i = 0; i < COUNT(cores); i++) {
        struct arena *a = arena_new();
        struct config c, draw;
        struct err e = { "" };
        bool ok = config_load(&c, a, cores[i], NULL, 0, &e);
        assert_string_equal(e.text, "");
        assert_true(ok);
        for (u32 k = 0; k < 100; k++)
            assert_true(config_draw(&draw, &c, 0, k) && core_check(&draw.core, &e));
        arena_free(a);
    }
}

static void a_core_that_cannot_be_drawn_stays(void **state)
{
    struct arena *a = arena_new();
    struct config c, draw;
    struct err e;
    assert_true(reads(&c, a,
                      "l1d: { size: 64KiB, ways: 4 }\n"
                      "fit: { l1d: { size: [65500, 65540, 0.5] } }\n",
                      &e));
    u32 stayed = 0;
    for (u32 k = 0; k < 20; k++)
        if (!config_draw(&draw, &c, 0, k)) {
            assert_memory_equal(&draw.core, &c.core, sizeof(c.core));
            stayed++;
        } else {
            assert_int_equal(draw.core.l1d_size, 65536);
        }
    assert_int_equal(stayed, 0);   // one in three draws of the size rounds to what it was
    c.fit.of[PARAM_l1d_size].low = 65537;
    assert_false(config_draw(&draw, &c, 0, 0));
    assert_memory_equal(&draw.core, &c.core, sizeof(c.core));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_a_number_and_says_something),
        cmocka_unit_test(what_is_known_or_not_there_is_not_varied),
        cmocka_unit_test(a_line_of_a_file_holds_instead),
        cmocka_unit_test(a_bad_section_is_refused_with_its_place),
        cmocka_unit_test(a_file_inherits_the_section_but_for_values_of_its_own),
        cmocka_unit_test(what_set_gives_is_not_varied),
        cmocka_unit_test(what_is_written_is_read_to_the_same_draws),
        cmocka_unit_test(the_section_is_not_part_of_the_digest),
        cmocka_unit_test(draws_have_the_moments_of_the_section),
        cmocka_unit_test(numbers_are_normal_and_named),
        cmocka_unit_test(a_draw_does_not_change_when_others_vary),
        cmocka_unit_test(every_draw_of_a_known_core_can_be_made),
        cmocka_unit_test(a_core_that_cannot_be_drawn_stays),
    };
    return cmocka_run_group_tests_name("prior", tests, NULL, NULL);
}
