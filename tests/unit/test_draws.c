// Cores of drawn parameters: what they are shown, and by how many host threads.
#include "test.h"

#include <string.h>

#include "api/draws.h"

enum {
    START = 0x400000,
    LDR_X0 = 0xf9400020,
    B_BACK = 0x17ffffff,
    ROUNDS = 70000
};   // more records than draws take at a time

struct shown {
    void (*take)(void *ctx, const struct record *r, size_t n);
    void *ctx;
};

// ldr x0, [x1]; b back: loads from 8 MiB in no order, in runs of records of odd sizes.
static void show(struct shown to)
{
    const struct record code[2] = { { RECORD_DEF | START, LDR_X0 },
                                    { RECORD_DEF | (START + 4), B_BACK } };
    u32 seed = 1, n = 0;
    struct record run[1001];
    to.take(to.ctx, code, 2);
    for (u32 k = 0; k < ROUNDS; k++) {
        seed = seed * 1664525 + 1013904223;
        run[n++] = (struct record){ START, 0x10000000 + (seed >> 9) / 64 * 64 };
        run[n++] = (struct record){ (START + 4) | RECORD_TAKEN, START };
        if (n == 1000 || k == ROUNDS - 1) {
            to.take(to.ctx, run, n);
            n = 0;
        }
    }
}

static void take_draws(void *d, const struct record *r, size_t n)
{
    draws_feed(d, r, n);
}

static void take_core(void *core, const struct record *r, size_t n)
{
    core_feed(core, r, n);
}

static void load(struct config *c, struct arena *a)
{
    struct err e = { "" };
    bool ok = config_load(c, a, "m2-avalanche", NULL, 0, &e);
    assert_string_equal(e.text, "");
    assert_true(ok);
}

static void each_sees_what_a_core_alone_would(void **state)
{
    static const char *const models[] = { "fast", "detailed" };
    for (size_t m = 0; m < COUNT(models); m++)
        for (u32 threads = 1; threads <= 4; threads += 3) {
            struct arena *a = arena_new();
            struct config c, draw;
            struct err e = { "" };
            u32 slower = 0, faster = 0;
            struct core_stats got, wanted;
            load(&c, a);
            struct draws *d = draws_new(&c, models[m], 5, 11, threads, &e);
            assert_non_null(d);
            show((struct shown){ take_draws, d });
            draws_drain(d);
            assert_int_equal(draws_count(d), 5);
            assert_int_equal(draws_kept(d), 0);
            for (u32 k = 0; k < 5; k++) {
                assert_true(config_draw(&draw, &c, 11, k));
                assert_memory_equal(&draws_config(d, k)->core, &draw.core, sizeof(draw.core));
                struct core *alone = core_new(a, &draw, models[m], &e);
                show((struct shown){ take_core, alone });
                core_drain(alone);
                core_stats(alone, &wanted);
                core_stats(draws_core(d, k), &got);
                assert_int_equal(got.instructions, 2 * ROUNDS);
                assert_int_equal(got.cycles, wanted.cycles);
                assert_memory_equal(got.slots, wanted.slots, sizeof(got.slots));
                core_stats(draws_core(d, 0), &wanted);
                slower += got.cycles > wanted.cycles;
                faster += got.cycles < wanted.cycles;
            }
            assert_int_equal(slower + faster, 4);
            draws_free(d);
            arena_free(a);
        }
}

static void a_model_there_is_not_is_refused(void **state)
{
    struct arena *a = arena_new();
    struct config c;
    struct err e = { "" };
    load(&c, a);
    assert_null(draws_new(&c, "none", 5, 0, 2, &e));
    assert_string_equal(e.text, "no timing model 'none'");
    arena_free(a);
}

static void those_who_saw_nothing_did_nothing(void **state)
{
    struct arena *a = arena_new();
    struct config c;
    struct err e = { "" };
    struct core_stats s;
    load(&c, a);
    struct draws *d = draws_new(&c, "fast", 3, 0, 2, &e);
    draws_drain(d);
    draws_drain(d);
    core_stats(draws_core(d, 2), &s);
    assert_int_equal(s.instructions, 0);
    draws_free(d);
    draws_free(NULL);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sees_what_a_core_alone_would),
        cmocka_unit_test(a_model_there_is_not_is_refused),
        cmocka_unit_test(those_who_saw_nothing_did_nothing),
    };
    return cmocka_run_group_tests_name("draws", tests, NULL, NULL);
}
