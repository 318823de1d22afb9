// Stretches of a run, and what answers say of parameters.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/answers.h"
#include "calibrate/loss.h"
#include "config/prior.h"
#include "stream/stretch.h"
#include "test.h"

// -- Stretches --

enum { START = 0x1000 };

static struct record definition(u64 pc, u32 word)
{
    return (struct record){ pc | RECORD_DEF, word };
}

static void a_stretch_begins_with_what_it_needs(void **state)
{
    (void)state;
    // Ten instructions, the fourth of which changed before the stretch begins.
    struct record r[32];
    size_t n = 0;
    for (u64 k = 0; k < 10; k++) {
        r[n++] = definition(START + 4 * k, 0x100 + (u32)k);
        r[n++] = (struct record){ START + 4 * k, 0 };
        if (k == 5)
            r[n++] = definition(START + 12, 0x999);
    }
    struct stretch *s = stretch_new(7, 2);
    for (size_t k = 0; k < n; k++)   // however it is cut
        stretch_take(s, &r[k], 1);
    stretch_end(s);
    assert_true(stretch_is_full(s));
    assert_int_equal(s->count, 2);
    u64 words = 0, instructions = 0;
    for (size_t k = 0; k < s->records; k++) {
        bool is_definition = s->at[k].head & RECORD_DEF;
        if (is_definition && record_pc(&s->at[k]) == START + 12)
            assert_int_equal(s->at[k].addr, 0x999);
        words += is_definition;
        if (!is_definition)
            assert_int_equal(record_pc(&s->at[k]), START + 4 * (7 + instructions++));
    }
    assert_int_equal(words, 9);   // of the nine that were come to, each once
    assert_int_equal(instructions, 2);
    assert_int_equal(s->at[stretch_place(s, 1)].head, START + 4 * 8);
    assert_int_equal(stretch_place(s, 2), s->records);
    stretch_free(s);
}

static void a_run_that_ends_early_fills_no_stretch(void **state)
{
    (void)state;
    struct record r[] = { definition(START, 1), { START, 0 } };
    struct stretch *s = stretch_new(0, 2);
    stretch_take(s, r, 2);
    stretch_end(s);
    assert_false(stretch_is_full(s));
    assert_int_equal(s->seen, 1);
    stretch_free(s);
}

// -- Loss --

// Points of two families, two and one, whose sd is 5 %.
struct scene {
    struct calibration c;
    struct cal_point point[3];
};

static void set(struct scene *s)
{
    memset(s, 0, sizeof(*s));
    s->c.point = s->point;
    s->c.points = 3;
    s->c.families = 2;
    s->c.family[0] = (struct cal_family){ "apps", "a", 2, 0, 0 };
    s->c.family[1] = (struct cal_family){ "apps", "b", 1, 0, 1 };
    for (size_t k = 0; k < 3; k++)
        s->point[k] = (struct cal_point){ .r.hw = 1, .sd = 0.05, .family = k == 2 };
}

static void a_family_has_one_vote(void **state)
{
    (void)state;
    struct scene s;
    set(&s);
    // 5 % are one sd: 1. 20 % are beyond 10 %, where it is linear: 2 * (2 * 4 - 2) = 12.
    const double sim[] = { exp(0.05), exp(-0.05), exp(0.20) };
    assert_float_equal(cal_loss(&s.c, sim, NO_FOLD), (1 + 12) / 2.0, 1e-9);
    assert_float_equal(cal_loss(&s.c, sim, 0), 12, 1e-9);
    assert_float_equal(cal_error(&s.c, sim, NO_FOLD, false), (0.05 + 0.20) / 2, 1e-9);
    assert_float_equal(cal_error(&s.c, sim, 1, false), 0.20, 1e-9);
    assert_true(isnan(cal_error(&s.c, sim, NO_FOLD, true)));
}

static void points_kept_away_do_not_count(void **state)
{
    (void)state;
    struct scene s;
    set(&s);
    s.point[1].r.unseen = true;
    s.c.family[0].seen = s.c.family[0].unseen = 1;
    const double sim[] = { exp(0.05), 100, exp(0.05) };
    assert_float_equal(cal_loss(&s.c, sim, NO_FOLD), 1, 1e-9);
    assert_float_equal(cal_error(&s.c, sim, NO_FOLD, true), log(100), 1e-9);
}

static void what_is_no_answer_is_far(void **state)
{
    (void)state;
    struct scene s;
    set(&s);
    assert_float_equal(cal_residual(&s.point[0], NAN), log(10), 1e-9);
    assert_float_equal(cal_residual(&s.point[0], 0), log(10), 1e-9);
}

// Worked out by hand: two parameters, of which the first moves the first family by 5 % a point (an
// sd), the second the other by 10 %. J' W J is diag(1, 4), with the prior diag(2, 5).
static void the_posterior_joins_points_and_prior(void **state)
{
    (void)state;
    struct scene s;
    set(&s);
    const double jacobian[] = { 0.05, 0, 0.05, 0, 0, 0.10 }, sim[] = { 1, 1, 1 };
    double v[4];
    cal_posterior(&s.c, jacobian, 2, sim, v);
    assert_float_equal(v[0], 0.5, 1e-9);
    assert_float_equal(v[3], 0.2, 1e-9);
    assert_float_equal(v[1], 0, 1e-9);
    assert_float_equal(v[2], 0, 1e-9);
}

// Both move the second family alike: [[2, 1], [1, 2]] is to be inverted.
static void what_cannot_be_told_apart_correlates(void **state)
{
    (void)state;
    struct scene s;
    set(&s);
    const double jacobian[] = { 0, 0, 0, 0, 0.05, 0.05 }, sim[] = { 1, 1, 1 };
    double v[4];
    cal_posterior(&s.c, jacobian, 2, sim, v);
    assert_float_equal(v[0], 2 / 3.0, 1e-9);
    assert_float_equal(v[1], -1 / 3.0, 1e-9);
    assert_float_equal(v[2], -1 / 3.0, 1e-9);
    assert_float_equal(v[3], 2 / 3.0, 1e-9);
}

// The inverse of three is checked by what it is: multiplied with what it came from it is 1.
static void three_parameters(void **state)
{
    (void)state;
    struct scene s;
    set(&s);
    const double j[] = { 0.05, 0.02, -0.03, 0.01, 0.07, 0.04, -0.02, 0.05, 0.09 };
    const double sim[] = { 1, 1, 1 }, weight[] = { 200, 200, 400 };   // 1 / 0.05^2, by family
    double v[9], a[9];
    cal_posterior(&s.c, j, 3, sim, v);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            a[3 * r + c] = r == c;
            for (int k = 0; k < 3; k++)
                a[3 * r + c] += weight[k] * j[3 * k + r] * j[3 * k + c];
        }
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            double sum = 0;
            for (int k = 0; k < 3; k++)
                sum += a[3 * r + k] * v[3 * k + c];
            assert_float_equal(sum, r == c, 1e-9);
        }
}

// Residuals of four sd, where 10 % are two: a half of the weight; their spread 8 halves what is said.
static void what_nobody_explains_says_less(void **state)
{
    (void)state;
    struct scene s;
    set(&s);
    const double jacobian[] = { 0, 0, 0.05 }, sim[] = { exp(0.2), exp(0.2), exp(0.2) };
    double v;
    cal_posterior(&s.c, jacobian, 1, sim, &v);
    assert_float_equal(v, 1 / (1 + 0.5 / 8), 1e-9);
}

// -- Folds --

static void folds_have_whole_families_each_one(void **state)
{
    (void)state;
    struct calibration *c = calloc(1, sizeof(*c));
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g" };
    assert_non_null(c);
    c->o.folds = 3;
    c->families = COUNT(names);
    for (u32 k = 0; k < c->families; k++)
        c->family[k] = (struct cal_family){ "apps", names[k], k != 3, 1, 0 };
    cal_folds(c);
    u32 of[3] = { 0 };
    for (u32 k = 0; k < c->families; k++) {
        if (k == 3)   // of which nothing was seen
            assert_true(c->family[k].fold > 3);
        else
            of[c->family[k].fold]++;
    }
    for (u32 k = 0; k < 3; k++)
        assert_int_equal(of[k], 2);
    c->o.folds = 64;
    cal_folds(c);
    assert_int_equal(c->o.folds, 6);
    free(c);
}

static void the_families_of_a_fold_are_not_counted(void **state)
{
    (void)state;
    struct scene s;
    set(&s);
    assert_int_equal(cal_seen_families(&s.c, NO_FOLD), 2);
    assert_int_equal(cal_seen_families(&s.c, 1), 1);
    s.c.family[0].seen = 0;
    assert_int_equal(cal_seen_families(&s.c, 1), 0);
}

// -- The core file --

struct written {
    struct calibration *c;
    struct fit fit;
    struct config base, fitted, back;
    char *text;
    size_t size;
};

static const enum core_param fitted[] = { PARAM_forward_latency, PARAM_rob_groups, PARAM_bp_penalty,
                                          PARAM_l2_size };

// A calibration of four parameters of the defaults, all correlated with `r`.
static void make_written(struct written *w, double r)
{
    struct calibration *c = w->c = calloc(1, sizeof(*c));
    assert_non_null(c);
    c->arena = arena_new();
    w->fit = (struct fit){ .core = "some: core", .model = "fast" };
    w->base = (struct config){ .core = core_defaults, .instructions = "", .fit.fitted_with = "" };
    w->base.origin[PARAM_ldq].kind = ORIGIN_SET;
    param_set_number(&w->base.core, PARAM_ldq, 77);
    w->base.origin[PARAM_l2_first_touch].kind = ORIGIN_SET;
    c->base = &w->base;
    c->fit = &w->fit;
    c->fitted = &w->fitted;
    c->accepted = true;
    w->fitted = w->base;
    c->discrepancy = NAN;
    c->begin = c->after = c->out_of_fold = ARENA_ARRAY(c->arena, 1, double);
    c->params = c->fits = COUNT(fitted);
    c->covariance = ARENA_ARRAY(c->arena, COUNT(fitted) * COUNT(fitted), double);
    for (u32 k = 0; k < c->fits; k++) {
        double v = param_number(&core_defaults, fitted[k]);
        c->chosen[k] = k;
        c->param[k] = (struct cal_param){ fitted[k], v, v, v + 3, 3, v, 2.999, 0.5, 0 };
        for (u32 j = 0; j < c->fits; j++)
            c->covariance[k * c->fits + j] = j == k ? 1 : r;
    }
}

static void read_written(struct written *w, const char *words)
{
    struct err e = { "" };
    char parent[CONFIG_NAME_MAX];
    FILE *f = open_memstream(&w->text, &w->size);
    cal_write(w->c, words, f);
    fclose(f);
    w->back = (struct config){ .core = core_defaults, .instructions = "", .fit.fitted_with = "" };
    bool ok = config_read(&w->back, w->c->arena, "x.yaml", w->text, w->size, parent, &e) &&
              prior_finish(&w->back, w->c->arena, &e);
    assert_string_equal(e.text, "");
    assert_true(ok);
    assert_string_equal(parent, "some: core");
}

static void free_written(struct written *w)
{
    free(w->text);
    arena_free(w->c->arena);
    free(w->c);
    free(w);
}

static void a_core_file_can_be_read(void **state)
{
    (void)state;
    struct written *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    make_written(w, 0.5);
    param_set_number(&w->fitted.core, PARAM_l2_size, 12582913);   // of more than six digits
    w->c->param[3].low = w->c->param[3].value = 12582913;
    w->c->param[3].high = 12582916;
    read_written(w, "calibrate -o 'a \"b\" \\c.yaml'");
    assert_float_equal(param_number(&w->back.core, PARAM_l2_size), 12582913, 0);
    assert_float_equal(w->back.fit.of[PARAM_l2_size].high, 12582916, 0);
    assert_float_equal(param_number(&w->back.core, PARAM_ldq), 77, 0);   // what was set
    assert_string_equal(w->back.fit.fitted_with, "calibrate -o 'a \"b\" \\c.yaml'");
    assert_int_equal(w->back.fit.correlations, 6);
    assert_float_equal(w->back.fit.correlation[0].r, 0.5, 1e-9);
    assert_null(strstr(w->text, "has not seen"));   // there were no folds
    free_written(w);
}

// Rounded, these would be 1, or of no numbers at all; the command is longer than a line of it may be.
static void what_can_hardly_be_told_apart_can_be_read(void **state)
{
    (void)state;
    const double r[] = { 0.99999, 0.9996, 0.051 };
    char words[1000];
    memset(words, 'x', sizeof(words));
    words[999] = 0;
    for (size_t k = 0; k < COUNT(r); k++) {
        struct written *w = calloc(1, sizeof(*w));
        assert_non_null(w);
        make_written(w, r[k]);
        for (u32 j = 0; k == 2 && j < 2; j++)   // two of them near to 1, one left out between
            w->c->covariance[2 + j] = w->c->covariance[2 * 4 + j] = w->c->covariance[3 * 4 + j] =
                w->c->covariance[3 + 4 * j] = j ? -0.04 : 0.9985;
        read_written(w, words);
        assert_int_equal(strlen(w->back.fit.fitted_with), 399);
        free_written(w);
    }
}

// -- Answers --

static void answers_are_found_again(void **state)
{
    (void)state;
    struct err e = { "" };
    double v = 0;
    struct answers *a = answers_new(NULL, "model", &e);
    assert_non_null(a);
    for (u64 k = 0; k < 20000; k++)
        answers_keep(a, k * 0x9e3779b97f4a7c15, (double)k);
    for (u64 k = 0; k < 20000; k++) {
        assert_true(answers_find(a, k * 0x9e3779b97f4a7c15, &v));
        assert_float_equal(v, (double)k, 0);
    }
    assert_false(answers_find(a, 12345, &v));
    answers_keep(a, 0, 7);   // a digest like any other
    assert_true(answers_find(a, 0, &v));
    assert_float_equal(v, 7, 0);
    assert_true(answers_flush(a, &e));
    answers_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stretch_begins_with_what_it_needs),
        cmocka_unit_test(a_run_that_ends_early_fills_no_stretch),
        cmocka_unit_test(a_family_has_one_vote),
        cmocka_unit_test(points_kept_away_do_not_count),
        cmocka_unit_test(what_is_no_answer_is_far),
        cmocka_unit_test(the_posterior_joins_points_and_prior),
        cmocka_unit_test(what_cannot_be_told_apart_correlates),
        cmocka_unit_test(three_parameters),
        cmocka_unit_test(what_nobody_explains_says_less),
        cmocka_unit_test(folds_have_whole_families_each_one),
        cmocka_unit_test(the_families_of_a_fold_are_not_counted),
        cmocka_unit_test(a_core_file_can_be_read),
        cmocka_unit_test(what_can_hardly_be_told_apart_can_be_read),
        cmocka_unit_test(answers_are_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
