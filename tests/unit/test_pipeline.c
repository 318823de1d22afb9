// What a pipeline keeps, told by hand as a core would.
#include "test.h"

#include <string.h>

#include "pipeline/pipeline.h"

struct teller {
    struct pipeline *p;
    u64 seq;
    cycle now;
};

static const struct plan plain = { .src_count = 1, .src = { 1 }, .dst_count = 1, .dst = { 1 } };
static const struct plan branch = { .branch = 1 + BRANCH_CONDITIONAL };

static bool at_100(void *ctx, vaddr pc)
{
    return pc == 0x100;
}

static struct teller teller(enum pipeline_what what, u32 count)
{
    return (struct teller){ pipeline_new(what, count, at_100, NULL), 0, 100 };
}

static void tell(const struct teller *t, vaddr pc, const struct plan *p, const struct times *at)
{
    const struct observer *o = pipeline_observer(t->p);
    o->inst(o->ctx, pc, p, at);
}

// Retires in `cycles` more.
static void retire(struct teller *t, vaddr pc, const struct plan *p, cycle cycles)
{
    t->now += cycles;
    struct times at = {
        t->seq++, t->now - 5, t->now - 4, t->now - 3, t->now - 2, t->now - 1, t->now
    };
    tell(t, pc, p, &at);
}

static struct pipeline_view read_all(const struct teller *t, struct arena *a)
{
    struct pipeline_view v;
    assert_true(pipeline_read(t->p, a, &v));
    return v;
}

static void end(struct teller *t, struct arena *a)
{
    pipeline_free(t->p);
    arena_free(a);
}

static void the_first_are_kept_and_no_more(void **state)
{
    struct arena *a = arena_new();
    struct teller t = teller(PIPELINE_FIRST, 3);
    for (vaddr pc = 0x10; pc < 0x20; pc += 4) {
        assert_int_equal(pipeline_done(t.p), pc == 0x1c);
        retire(&t, pc, &plain, 1);
    }
    struct pipeline_view v = read_all(&t, a);
    assert_int_equal(v.count, 3);
    assert_int_equal(v.inst[2].pc, 0x18);
    assert_int_equal(v.begin, 96);
    assert_int_equal(v.end, 103);
    end(&t, a);
}

static void half_of_them_come_before_the_place(void **state)
{
    struct arena *a = arena_new();
    struct teller t = teller(PIPELINE_AROUND, 4);
    for (vaddr pc = 0xe0; pc < 0x120; pc += 4)
        retire(&t, pc, &plain, 1);
    struct pipeline_view v = read_all(&t, a);
    assert_true(pipeline_done(t.p));
    assert_int_equal(v.count, 4);
    assert_int_equal(v.inst[0].pc, 0xf8);
    assert_int_equal(v.inst[2].pc, 0x100);
    assert_int_equal(v.before, 6);
    end(&t, a);
}

static void a_place_that_never_comes_gives_nothing(void **state)
{
    struct arena *a = arena_new();
    struct pipeline_view v;
    struct teller t = teller(PIPELINE_AROUND, 4);
    retire(&t, 0x104, &plain, 1);
    assert_false(pipeline_read(t.p, a, &v));
    end(&t, a);
}

static void loop(struct teller *t, vaddr head, u32 times, cycle cycles)
{
    for (u32 k = 0; k < times; k++) {
        retire(t, head, &plain, cycles);
        retire(t, head + 4, &branch, 0);
    }
}

// The second runs a tenth as often, and takes more.
static void the_loop_of_most_cycles_is_shown_from_its_head(void **state)
{
    struct arena *a = arena_new();
    struct teller t = teller(PIPELINE_LOOP, 4);
    loop(&t, 0x200, 1000, 1);
    loop(&t, 0x300, 100, 100);
    loop(&t, 0x400, 1000, 1);
    struct pipeline_view v = read_all(&t, a);
    assert_false(pipeline_done(t.p));
    assert_int_equal(v.loop, 0x300);
    assert_int_equal(v.count, 4);
    assert_int_equal(v.inst[0].pc, 0x300);
    assert_int_equal(v.inst[3].pc, 0x304);
    assert_true(v.share > 0.8 && v.share < 0.9);
    assert_true(v.before > 2000 + 100);   // of its later half
    end(&t, a);
}

static void a_run_without_loops_is_shown_from_its_start(void **state)
{
    struct arena *a = arena_new();
    struct teller t = teller(PIPELINE_LOOP, 4);
    for (vaddr pc = 0x10; pc < 0x100; pc += 4)
        retire(&t, pc, pc & 4 ? &branch : &plain, 1);
    struct pipeline_view v = read_all(&t, a);
    assert_int_equal(v.loop, 0);
    assert_int_equal(v.count, 4);
    assert_int_equal(v.inst[0].pc, 0x10);
    end(&t, a);
}

// Told when they are thrown away, before what retires; not counted.
static void what_is_thrown_away_stands_in_fetch_order(void **state)
{
    struct arena *a = arena_new();
    struct teller t = teller(PIPELINE_FIRST, 2);
    struct times lost = { .seq = 1,
                          .fetch = 10,
                          .rename = 12,
                          .issue = 14,
                          .done = 30,
                          .retire = 20,
                          .squashed = true,
                          .wrong = true };
    tell(&t, 0x44, &plain, &lost);
    struct times first = { 0, 9, 11, 12, 13, 14, 21 }, second = { 2, 22, 23, 24, 25, 26, 27 };
    tell(&t, 0x40, &plain, &first);
    tell(&t, 0x48, &plain, &second);
    struct pipeline_view v = read_all(&t, a);
    assert_int_equal(v.count, 3);
    assert_int_equal(v.retired, 2);
    assert_int_equal(v.inst[1].pc, 0x44);
    assert_int_equal(pipeline_at(&v.inst[1], 3), 14);
    assert_int_equal(pipeline_at(&v.inst[1], 4), 0);   // it was not done by then
    assert_int_equal(pipeline_at(&v.inst[1], 5), 0);
    // It reads what the first wrote, and is nobody's producer.
    assert_int_equal(v.inst[1].producers, 1);
    assert_int_equal(v.inst[1].producer[0], 0);
    assert_int_equal(v.inst[2].producers, 1);
    assert_int_equal(v.inst[2].producer[0], 0);
    end(&t, a);
}

static void a_fused_tail_is_not_renamed_behind_its_other_stages(void **state)
{
    struct arena *a = arena_new();
    struct teller t = teller(PIPELINE_FIRST, 1);
    struct times tail = { 0, 10, 21, 18, 19, 20, 20 };
    tell(&t, 0x40, &plain, &tail);
    struct pipeline_view v = read_all(&t, a);
    for (u32 k = 1; k < PIPELINE_STAGES; k++)
        assert_true(pipeline_at(&v.inst[0], k) >= pipeline_at(&v.inst[0], k - 1));
    assert_int_equal(pipeline_at(&v.inst[0], 2), 18);
    end(&t, a);
}

static void a_source_made_by_another_thread_has_no_producer(void **state)
{
    struct arena *a = arena_new();
    struct teller t = teller(PIPELINE_FIRST, 4);
    const struct record r[] = { record_other(RECORD_THREAD, 0, 1), { 0x10 }, { 0x14 },
                                record_other(RECORD_THREAD, 0, 2), { 0x10 }, { 0x14 } };
    pipeline_feed(t.p, r, COUNT(r));
    for (u32 k = 0; k < 4; k++)
        retire(&t, k & 1 ? 0x14 : 0x10, &plain, 1);
    struct pipeline_view v = read_all(&t, a);
    for (u32 k = 0; k < 4; k++) {
        assert_int_equal(v.inst[k].thread, 1 + k / 2);
        assert_int_equal(v.inst[k].producers, k & 1);
    }
    end(&t, a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_are_kept_and_no_more),
        cmocka_unit_test(half_of_them_come_before_the_place),
        cmocka_unit_test(a_place_that_never_comes_gives_nothing),
        cmocka_unit_test(the_loop_of_most_cycles_is_shown_from_its_head),
        cmocka_unit_test(a_run_without_loops_is_shown_from_its_start),
        cmocka_unit_test(what_is_thrown_away_stands_in_fetch_order),
        cmocka_unit_test(a_fused_tail_is_not_renamed_behind_its_other_stages),
        cmocka_unit_test(a_source_made_by_another_thread_has_no_producer),
    };
    return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
