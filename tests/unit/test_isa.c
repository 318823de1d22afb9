// The instruction table: well formed, unambiguous, and right on known words.
#include "test.h"

#include <pthread.h>
#include <string.h>

#include "isa/cpu.h"
#include "isa/decode.h"
#include "isa/facts.h"

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

// -- Facts --

static const struct row *row_of(u32 word)
{
    return isa_row(isa_op_of_run(isa_decode(word).run));
}

static void what_accesses_memory_says_how_much(void **state)
{
    for (u32 op = 1; op < OP_COUNT; op++) {
        const struct row *r = isa_row((enum op)op);
        assert_int_equal(isa_access_bytes(r, r->bits) != 0, (r->flags & (LOADS | STORES)) != 0);
    }
}

// Text as llvm-mc-19 has it; bytes as the Arm ARM has them.
static void accesses_have_their_size(void **state)
{
    static const struct {
        u32 word;
        u8 bytes;
    } access[] = {
        { 0xf9400c41, 8 },    // ldr x1, [x2, #24]
        { 0x39400041, 1 },    // ldrb w1, [x2]
        { 0x3dc00041, 16 },   // ldr q1, [x2]
        { 0xa9400861, 16 },   // ldp x1, x2, [x3]
        { 0xad400861, 32 },   // ldp q1, q2, [x3]
        { 0x98000001, 4 },    // ldrsw x1, .
        { 0x4c402041, 64 },   // ld1 {v1.16b-v4.16b}, [x2]
        { 0x0c402041, 32 },   // ld1 {v1.8b-v4.8b}, [x2]
        { 0x0d608041, 8 },    // ld2 {v1.s, v2.s}[0], [x2]
        { 0x4d60c841, 8 },    // ld2r {v1.4s, v2.4s}, [x2]
        { 0xb8210062, 4 },    // ldadd w1, w2, [x3]
        { 0xc87f0861, 16 },   // ldxp x1, x2, [x3]
        { 0x08207c82, 8 },    // casp w0, w1, w2, w3, [x4]
        { 0x8b020020, 0 },    // add x0, x1, x2
    };
    for (size_t k = 0; k < COUNT(access); k++)
        assert_int_equal(isa_access_bytes(row_of(access[k].word), access[k].word), access[k].bytes);
}

static void loads_that_extend_the_sign_are_known(void **state)
{
    static const struct {
        u32 word;
        bool sign;
    } load[] = {
        { 0x39800041, true },    // ldrsb x1, [x2]
        { 0x78e36841, true },    // ldrsh w1, [x2, x3]
        { 0xb8804041, true },    // ldursw x1, [x2, #4]
        { 0x69400861, true },    // ldpsw x1, x2, [x3]
        { 0x98000001, true },    // ldrsw x1, .
        { 0xb9400041, false },   // ldr w1, [x2]
        { 0x39400041, false },   // ldrb w1, [x2]
        { 0xb8210062, false },   // ldadd w1, w2, [x3]
        { 0x38215062, false },   // ldsminb w1, w2, [x3]
        { 0x93407c41, false },   // sxtw x1, w2
    };
    for (size_t k = 0; k < COUNT(load); k++)
        assert_int_equal(isa_sign_extends(row_of(load[k].word)), load[k].sign);
}

static void branches_have_kind_and_distance(void **state)
{
    static const struct {
        u32 word;
        enum isa_branch kind;
        i64 distance;
    } branch[] = {
        { 0x14000002, ISA_DIRECT, 8 },        { 0x97ffffff, ISA_CALL, -4 },
        { 0x54ffffe1, ISA_CONDITIONAL, -4 },  { 0xb4000040, ISA_CONDITIONAL, 8 },   // cbz x0, #8
        { 0x3707ffe1, ISA_CONDITIONAL, -4 },  { 0xd61f0020, ISA_INDIRECT, 0 },   // tbnz; br x1
        { 0xd63f0020, ISA_INDIRECT_CALL, 0 }, { 0xd65f03c0, ISA_RETURN, 0 },
        { 0xd503201f, ISA_NO_BRANCH, 0 },
    };
    for (size_t k = 0; k < COUNT(branch); k++) {
        struct insn i = isa_decode(branch[k].word);
        assert_int_equal(isa_branch(isa_row(isa_op_of_run(i.run))), branch[k].kind);
        if (branch[k].distance)
            assert_int_equal(i.imm, branch[k].distance);
    }
}

static void fields_are_where_the_encoding_says(void **state)
{
    assert_int_equal(isa_field(row_of(0xb8a10062), 0xb8a10062, 'r'), 2);   // ldadda
    assert_int_equal(isa_field(row_of(0xb8610062), 0xb8610062, 'r'), 1);   // ldaddl
    assert_int_equal(isa_field(row_of(0x88e0fc41), 0x88e0fc41, 'r'), 3);   // casal
    assert_int_equal(isa_field(row_of(0xb8a10062), 0xb8a10062, 'z'), 2);
    assert_true(isa_serial(row_of(0xd5033fdf)));   // isb
    assert_false(isa_serial(row_of(0xd5033fbf)));   // dmb sy
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
        cmocka_unit_test(what_accesses_memory_says_how_much),
        cmocka_unit_test(accesses_have_their_size),
        cmocka_unit_test(loads_that_extend_the_sign_are_known),
        cmocka_unit_test(branches_have_kind_and_distance),
        cmocka_unit_test(fields_are_where_the_encoding_says),
    };
    return cmocka_run_group_tests_name("isa", tests, NULL, NULL);
}
