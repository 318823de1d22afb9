// Counting executions per instruction.
#include "test.h"

#include "profile/count.h"

struct total {
    u64 count[2], words;
};

static void add(void *ctx, vaddr pc, u32 word, u64 count)
{
    struct total *t = ctx;
    t->count[word == 0x2222] += count;
    t->words++;
}

static void executions_are_counted_per_word(void **state)
{
    static const struct record r[] = {
        { 0x400000 | RECORD_DEF, 0x1111 },
        { 0x400000, 0 },
        { 0x400000 | RECORD_TAKEN, 0x400000 },
        { 0x400000 | RECORD_DEF, 0x1111 },
        { 0x400000, 0 },
        { 0x400000 | RECORD_DEF, 0x2222 },
        { 0x400000, 0 },
        { 0x7000000000 | RECORD_DEF, 0x1111 },
        { 0x7000000000, 64 },
    };
    struct arena *a = arena_new();
    struct counts *c = counts_new(a);
    counts_feed(c, r, 4);
    counts_feed(c, r + 4, COUNT(r) - 4);
    struct total t = { { 0 } };
    counts_each(c, add, &t);
    assert_int_equal(t.count[0], 4);
    assert_int_equal(t.count[1], 1);
    assert_int_equal(t.words, 3);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(executions_are_counted_per_word) };
    return cmocka_run_group_tests_name("count", tests, NULL, NULL);
}
