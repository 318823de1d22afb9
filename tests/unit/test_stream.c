// The stream: every record arrives once, in order, on one host thread or two.
#include "test.h"

#include <string.h>

#include "base/types.h"
#include "stream/stream.h"

struct seen {
    u64 count, wrong;
};

static void take(void *ctx, const struct record *r, size_t n)
{
    struct seen *s = ctx;
    for (size_t k = 0; k < n; k++)
        s->wrong += r[k].addr != s->count++;
}

static void produce(struct recorder *r, u64 from, u64 to)
{
    for (u64 k = from; k < to; k++)
        recorder_put(r, (struct record){ 0, k });
}

static void all_arrive_in_order(bool threaded)
{
    struct seen s = { 0 };
    struct stream *stream = stream_new(take, &s, threaded);
    u64 made = 0;
    static const u64 runs[] = { 1, 5,      RECORD_BATCH,    3 * RECORD_BATCH + 7,
                                0, 200000, RECORD_BATCH - 1 };
    for (size_t k = 0; k < COUNT(runs); k++) {
        produce(stream_recorder(stream), made, made + runs[k]);
        made += runs[k];
        stream_sync(stream);
        assert_int_equal(s.count, made);
    }
    produce(stream_recorder(stream), made, made + 100000);
    stream_free(stream);
    assert_int_equal(s.count, made + 100000);
    assert_int_equal(s.wrong, 0);
}

static void records_arrive_in_order_on_one_thread(void **state)
{
    all_arrive_in_order(false);
}

static void records_arrive_in_order_on_two_threads(void **state)
{
    all_arrive_in_order(true);
}

static void a_tee_gives_both_the_same(void **state)
{
    struct seen a = { 0 }, b = { 0 };
    struct stream_tee tee = { { take, take }, { &a, &b } };
    struct stream *stream = stream_new(stream_tee, &tee, true);
    produce(stream_recorder(stream), 0, 10000);
    stream_free(stream);
    assert_int_equal(a.count, 10000);
    assert_int_equal(b.count, 10000);
    assert_int_equal(a.wrong + b.wrong, 0);
}

// -- Memory --

// 64 KiB at 0x10000; the word at A holds A / 8, but the first of each line points to 0x10000.
static bool read_small(void *who, void *to, vaddr va, u32 size)
{
    u64 words[RECORD_WORDS];
    if (va < 0x10000 || va + size > 0x20000)
        return false;
    for (u32 k = 0; size == RECORD_LINE && k < RECORD_WORDS; k++)
        words[k] = k ? va / 8 + k : 0x10000;
    memcpy(to, words, size);
    return true;
}

struct told {
    u64 words, accesses, late;
    vaddr last;
    bool known[0x10000 / RECORD_LINE];
};

static void listen(void *ctx, const struct record *r, size_t n)
{
    struct told *t = ctx;
    for (; n; n--, r++) {
        vaddr va = record_pc(r);
        if (!record_is_other(r)) {
            t->accesses++;
            t->late += !t->known[(r->addr - 0x10000) / RECORD_LINE];
            continue;
        }
        u32 k = va / 8 % RECORD_WORDS;
        assert_int_equal(record_kind(r), RECORD_WORD);
        assert_int_equal(r->addr, k ? va / 8 : 0x10000);
        assert_int_equal(!!(r->head & RECORD_POINTS), k == 0);
        assert_true(k == 0 || t->last == va - 8);
        t->last = va;
        t->words++;
        if (k == RECORD_WORDS - 1)
            t->known[(va - 0x10000) / RECORD_LINE] = true;
    }
}

static void a_line_is_told_of_before_it_is_used(void **state)
{
    struct told t = { 0 };
    struct stream *stream = stream_new(listen, &t, true);
    stream_tell_lines(stream, read_small, NULL);
    struct recorder *r = stream_recorder(stream);
    for (u64 k = 0; k < 8192; k++)
        recorder_put(r, (struct record){ 0x400000, 0x10000 + 8 * k });
    stream_sync(stream);
    assert_int_equal(t.accesses, 8192);
    assert_int_equal(t.late, 0);
    assert_int_equal(t.words, 8192);   // each once
    for (u64 k = 0; k < 8192; k++)   // known all
        recorder_put(r, (struct record){ 0x400000, 0x10000 + 8 * k });
    stream_free(stream);
    assert_int_equal(t.accesses, 16384);
    assert_int_equal(t.words, 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_arrive_in_order_on_one_thread),
        cmocka_unit_test(records_arrive_in_order_on_two_threads),
        cmocka_unit_test(a_tee_gives_both_the_same),
        cmocka_unit_test(a_line_is_told_of_before_it_is_used),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
