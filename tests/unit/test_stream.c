// The stream: every record arrives once, in order, on one host thread or two.
#include "test.h"

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
    for (u64 k = from; k < to; k++) {
        *r->at++ = (struct record){ 0, k };
        if (((u64)r->at & (RECORD_BATCH * sizeof(*r->at) - 1)) == 0)
            r->at = r->buffer = r->next(r->ctx, r->buffer);
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_arrive_in_order_on_one_thread),
        cmocka_unit_test(records_arrive_in_order_on_two_threads),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
