// The JSON writer: form, escapes, numbers.
#include "test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/json.h"

static char *written(void (*write)(struct jw *))
{
    char *text;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    struct jw j;
    jw_begin(&j, f);
    write(&j);
    assert_true(jw_finish(&j));
    fclose(f);
    return text;
}

static void nested(struct jw *j)
{
    jw_object(j, NULL);
    jw_u64(j, "big", UINT64_MAX);
    jw_array(j, "list");
    jw_i64(j, NULL, -1);
    jw_bool(j, NULL, true);
    jw_text(j, NULL, NULL);
    jw_close(j);
    jw_object(j, "none");
    jw_close(j);
    jw_real(j, "tenth", 0.1);
    jw_close(j);
}

static void objects_and_arrays_nest_with_two_spaces_a_level(void **state)
{
    char *text = written(nested);
    assert_string_equal(text, "{\n"
                              "  \"big\": 18446744073709551615,\n"
                              "  \"list\": [\n"
                              "    -1,\n"
                              "    true,\n"
                              "    null\n"
                              "  ],\n"
                              "  \"none\": {},\n"
                              "  \"tenth\": 0.1\n"
                              "}\n");
    free(text);
}

static void awkward(struct jw *j)
{
    jw_array(j, NULL);
    jw_text(j, NULL, "\"\\\n\t\x01\xc3\xa9");
    jw_text(j, NULL, "\xff\xc0\xaf|");
    jw_close(j);
}

static void any_bytes_become_valid_text(void **state)
{
    char *text = written(awkward);
    json_error_t why;
    json_t *root = json_loads(text, 0, &why);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_array_get(root, 0)), "\"\\\n\t\x01\xc3\xa9");
    assert_string_equal(json_string_value(json_array_get(root, 1)),
                        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|");
    json_decref(root);
    free(text);
}

static const double reals[] = { 0.1, 1.0 / 3, DBL_MAX, DBL_MIN, 5e-324, -0.0, 1e21, 3.504 };

static void numbers(struct jw *j)
{
    jw_array(j, NULL);
    for (size_t i = 0; i < COUNT(reals); i++)
        jw_real(j, NULL, reals[i]);
    jw_real(j, NULL, NAN);
    jw_real(j, NULL, INFINITY);
    jw_close(j);
}

static void reals_read_back_exactly(void **state)
{
    char *text = written(numbers);
    json_error_t why;
    json_t *root = json_loads(text, JSON_DECODE_INT_AS_REAL, &why);
    assert_non_null(root);
    for (size_t i = 0; i < COUNT(reals); i++)
        assert_true(json_real_value(json_array_get(root, i)) == reals[i]);
    assert_true(json_is_null(json_array_get(root, COUNT(reals))));
    assert_true(json_is_null(json_array_get(root, COUNT(reals) + 1)));
    json_decref(root);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_and_arrays_nest_with_two_spaces_a_level),
        cmocka_unit_test(any_bytes_become_valid_text),
        cmocka_unit_test(reals_read_back_exactly),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
