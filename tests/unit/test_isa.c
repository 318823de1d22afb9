// The instruction table: well formed, unambiguous, and right on known words.
#include "test.h"

#include <pthread.h>
#include <string.h>

#include "isa/cpu.h"
#include "isa/decode.h"

static bool overlap(const struct row *a, const struct row *b)
{
    return ((a->bits ^ b->bits) & a->mask & b->mask) == 0;
}

static bool special_case_of(const struct row *a, const struct row *b)
{
    return (a->mask & b->mask) == b->mask && a->mask != b->mask;
}

static void rows_overlap_only_as_special_cases(void **state)
{
    for (enum op i = 1; i < OP_COUNT; i++)
        for (enum op j = i + 1; j < OP_COUNT; j++)
            if (overlap(isa_row(i), isa_row(j)) && !special_case_of(isa_row(i), isa_row(j)))
                fail_msg("%s and %s overlap", isa_row(i)->name, isa_row(j)->name);
}

static void every_variant_letter_is_in_the_encoding_with_the_right_width(void **state)
{
    for (enum op op = 1; op < OP_COUNT; op++) {
        const struct row *r = isa_row(op);
        int width = 0;
        for (const char *v = r->variants; *v && *v != '_'; v++)
            for (const char *p = r->encoding; *p; p++)
                width += *p == *v;
        if (width != r->variant_bits)
            fail_msg("%s: variants %s have %d bits", r->name, r->variants, width);
    }
}

// Whoever looks up the row of a word may ask it for any of its texts.
static void no_row_lacks_a_text(void **state)
{
    for (enum op op = 0; op < OP_COUNT; op++) {
        const struct row *r = isa_row(op);
        assert_true(r->name && r->encoding && r->syntax && r->variants && r->semantics);
        assert_true(isa_class_name(r->class) && isa_feature_name(r->feature) && isa_tested_by(op));
    }
}

static u32 next_random(u64 *s)
{
    *s = *s * 6364136223846793005u + 1442695040888963407u;
    return (u32)(*s >> 32);
}

// Random words, and for each row words that match its fixed bits.
static bool agree(u64 seed)
{
    bool alike = true;
    for (enum op op = 0; op < OP_COUNT; op++)
        for (int k = 0; k < 1000; k++) {
            u32 w = next_random(&seed);
            if (op)
                w = (w & ~isa_row(op)->mask) | isa_row(op)->bits;
            struct insn a = isa_decode(w), b = isa_decode_linear(w);
            if (memcmp(&a, &b, sizeof(a)) == 0)
                continue;
            print_error("%#x: tree says run %d, rows say run %d\n", w, a.run, b.run);
            alike = false;
        }
    return alike;
}

static void *agree_apart(void *seed)
{
    return agree(*(u64 *)seed) ? seed : NULL;
}

// Together, so that they meet the parts of the tree that are not there yet at the same time. This
// is the first test that decodes.
static void threads_find_the_tree_to_agree_with_the_linear_search(void **state)
{
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    u64 seed[THREADS];
    bool alike = true;
    for (u64 k = 0; k < THREADS; k++) {
        seed[k] = k + 1;
        assert_int_equal(pthread_create(&thread[k], NULL, agree_apart, &seed[k]), 0);
    }
    for (int k = 0; k < THREADS; k++) {
        void *result;
        pthread_join(thread[k], &result);
        alike &= result != NULL;
    }
    assert_true(alike);
}

// Words and text as llvm-mc-19 has them.
static const struct {
    u32 word;
    const char *text;
} known[] = {
    { 0x91000420, "add x0, x1, #1" },    { 0x910003fd, "mov x29, sp" },
    { 0x31001c41, "adds w1, w2, #7" },   { 0x14000002, "b #8" },
    { 0x54ffffe1, "b.ne #-4" },          { 0xd65f03c0, "ret" },
    { 0xf9400c41, "ldr x1, [x2, #24]" }, { 0x00000000, "udf #0" },
    { 0xffffffff, ".inst 0xffffffff" },
};

static void known_words_disassemble(void **state)
{
    char buf[96];
    for (size_t i = 0; i < COUNT(known); i++)
        assert_string_equal(isa_disassemble(known[i].word, 0, buf, sizeof(buf)), known[i].text);
}

static void register_31_is_resolved(void **state)
{
    assert_int_equal(isa_decode(0x910003fd).n, REG_SP);     // mov x29, sp
    assert_int_equal(isa_decode(0x8b01001f).d, REG_SINK);   // add xzr, x0, x1
    assert_int_equal(isa_decode(0xf900003f).d, REG_ZERO);   // str xzr, [x1]
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_overlap_only_as_special_cases),
        cmocka_unit_test(no_row_lacks_a_text),
        cmocka_unit_test(every_variant_letter_is_in_the_encoding_with_the_right_width),
        cmocka_unit_test(threads_find_the_tree_to_agree_with_the_linear_search),
        cmocka_unit_test(known_words_disassemble),
        cmocka_unit_test(register_31_is_resolved),
    };
    return cmocka_run_group_tests_name("isa", tests, NULL, NULL);
}
