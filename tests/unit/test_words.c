// Numbers with suffixes, and which word a misspelt one was meant to be.
#include "test.h"

#include <string.h>

#include "base/nearest.h"
#include "base/number.h"

static u64 number(const char *text)
{
    u64 n = 4711;   // what stays when it is none
    number_read(text, &n);
    return n;
}

static void a_suffix_means_the_same_in_either_case(void **state)
{
    assert_int_equal(number("0"), 0);
    assert_int_equal(number("010"), 10);
    assert_int_equal(number("0x10"), 16);
    assert_int_equal(number("3k"), 3000);
    assert_int_equal(number("3K"), 3000);
    assert_int_equal(number("2m"), 2000000);
    assert_int_equal(number("2M"), 2000000);
    assert_int_equal(number("1g"), 1000000000);
    assert_int_equal(number("4KiB"), 4096);
    assert_int_equal(number("4 kib"), 4096);
    assert_int_equal(number("1MIB"), 1048576);
    assert_int_equal(number("1GiB"), 1073741824);
    assert_int_equal(number("18446744073709551615"), UINT64_MAX);
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const bad[] = { "",
                                       " ",
                                       "-1",
                                       "+1",
                                       "k",
                                       "1T",
                                       "1kk",
                                       "1k ",
                                       "1.5k",
                                       "0x",
                                       "0xg",
                                       "1KB",
                                       "1 2",
                                       "1e6",
                                       "18446744073709551616",
                                       "18446744073709552k" };
    for (size_t k = 0; k < COUNT(bad); k++)
        assert_int_equal(number(bad[k]), 4711);
}

static const char *nearest(const char *word)
{
    static const char *const words[] = { "run", "time", "disasm", "accuracy", "max-instructions" };
    struct nearest n = { .word = word };
    for (size_t k = 0; k < COUNT(words); k++)
        nearest_try(&n, words[k]);
    return n.best;
}

static void a_slip_of_the_hand_is_near(void **state)
{
    assert_string_equal(nearest("tmie"), "time");
    assert_string_equal(nearest("runn"), "run");
    assert_string_equal(nearest("diasasm"), "disasm");
    assert_string_equal(nearest("max-instuctoins"), "max-instructions");
}

static void another_word_is_not_near(void **state)
{
    assert_null(nearest(""));
    assert_null(nearest("x"));
    assert_null(nearest("walk"));
    assert_null(nearest("frobnicate"));
    assert_null(
        nearest("a word that is longer than any that the search will look at, as this one"));
    char longest[300];
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = 0;
    assert_null(nearest(longest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_suffix_means_the_same_in_either_case),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(a_slip_of_the_hand_is_near),
        cmocka_unit_test(another_word_is_not_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
