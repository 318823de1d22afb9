// The table of instruction timings: reading, and finding the nearest form.
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/instr/instr.h"
#include "isa/decode.h"

static struct instr_table *table_of(struct arena *a, const char *core)
{
    struct config *c = ARENA_NEW(a, struct config);
    struct err e = { "" };
    bool ok = config_load(c, a, core, NULL, 0, &e);
    struct instr_table *t = ok ? instr_table_new(a, c, &e) : NULL;
    assert_string_equal(e.text, "");
    assert_non_null(t);
    return t;
}

static const struct instr_timing *timing(const struct instr_table *t, u32 word)
{
    struct insn i = isa_decode(word);
    return instr_timing(t, &i, word);
}

static u16 units(u32 low, u32 high)
{
    return (u16)((1u << high) - (1u << (low - 1)));
}

// Expected values: the measured tables of Firestorm (dougallj/applecpu).
static void forms_have_their_measured_units_and_latency(void **state)
{
    static const struct {
        u32 word;
        u16 units;
        u8 issues, latency, uops;
    } want[] = {
        { 0x91000400, 0x003f, 1, 1, 1 },   // add x0, x0, #1: any of six
        { 0xb1000400, 0x0007, 1, 1, 1 },   // adds x0, x0, #1: three
        { 0x14000001, 0x0000, 0, 1, 1 },   // b: never issues
        { 0xd503201f, 0x0000, 0, 1, 1 },   // nop: never issues
        { 0xb4000020, 0x0003, 1, 1, 1 },   // cbz: two
        { 0xd65f03c0, 0x0002, 1, 1, 1 },   // ret: one
        { 0xf94004c0, 0x0380, 1, 4, 1 },   // ldr x0, [x6, #8]: u8 to u10
        { 0xf90004c0, 0x00c0, 1, 1, 1 },   // str x0, [x6, #8]: u7 and u8
        { 0x9b010800, 0x0020, 1, 3, 1 },   // madd x0, x0, x1, x2: u6
        { 0x9b017c00, 0x0030, 1, 3, 1 },   // mul x0, x0, x1: u5 and u6
        { 0x9ac20820, 0x0010, 1, 7, 1 },   // udiv x0, x1, x2: u5
        { 0x8b0220e0, 0x003f, 2, 2, 1 },   // add x0, x7, x2, lsl #8: two issues
        { 0xaa0703e5, 0x0000, 0, 0, 1 },   // mov x5, x7: never issues
        { 0x2a0703e5, 0x003f, 1, 1, 1 },   // mov w5, w7: does
        { 0xa94584c0, 0x0380, 1, 4, 2 },   // ldp x0, x1, [x6, #88]: two uops, one load
        { 0xad4284c0, 0x0380, 1, 5, 2 },   // ldp q0, q1, [x6, #80]
        { 0xf8408cc0, 0x0380, 2, 4, 2 },   // ldr x0, [x6, #8]!: the base is an issue
        { 0x1f420820, 0x3c00, 1, 4, 1 },   // fmadd d0, d1, d2, d2: u11 to u14
        { 0x1e621820, 0x2000, 1, 10, 1 },  // fdiv d0, d1, d2: u14
        { 0x4ea71ce5, 0x0000, 0, 0, 1 },   // mov v5.16b, v7.16b: never issues
        { 0x4ea61ce5, 0x3c00, 1, 2, 1 },   // orr v5.16b, v7.16b, v6.16b
        { 0x9e6600e5, 0x3000, 2, 4, 1 },   // fmov x5, d7: u13 and u14, then u3 and u4
        { 0x9e6700e5, 0x0380, 1, 6, 1 },   // fmov d5, x7: the load units
        { 0x4e2848e5, 0x3c00, 1, 3, 1 },   // aese v5.16b, v7.16b
    };
    struct arena *a = arena_new();
    const struct instr_table *t = table_of(a, "m2-avalanche");
    for (size_t i = 0; i < COUNT(want); i++) {
        const struct instr_timing *m = timing(t, want[i].word);
        assert_false(m->assumed);
        assert_int_equal(m->issue_count, want[i].issues);
        assert_int_equal(m->issue[0].units, want[i].units);
        assert_int_equal(m->latency, want[i].latency);
        assert_int_equal(m->uops, want[i].uops);
    }
    arena_free(a);
}

static void operands_come_as_late_as_they_may(void **state)
{
    struct arena *a = arena_new();
    const struct instr_table *t = table_of(a, "m2-avalanche");
    const struct instr_timing *madd = timing(t, 0x9b010800), *udiv = timing(t, 0x9ac20820);
    assert_int_equal(madd->late[SLOT_N], 0);
    assert_int_equal(madd->late[SLOT_M], 0);
    assert_int_equal(madd->late[SLOT_A], 2);   // the addend: 1 cycle, not 3
    assert_int_equal(udiv->issue[0].busy, 2);
    const struct instr_timing *sha = timing(t, 0x5e024020);   // sha256h q0, q1, v2.4s
    assert_int_equal(sha->late[SLOT_D], 1);
    assert_int_equal(sha->late[SLOT_N], 0);
    arena_free(a);
}

// 3050 measured forms and 5 described; the two of register APRR are no public words.
static void nearly_every_form_is_told_from_the_others(void **state)
{
    static const char *const cores[] = { "m1-firestorm", "m1-icestorm" };
    for (size_t i = 0; i < COUNT(cores); i++) {
        struct arena *a = arena_new();
        const struct instr_table *t = table_of(a, cores[i]);
        assert_true(instr_undecoded(t) <= 3);   // one is CNTPCT_EL0, which Linux keeps from EL0
        assert_true(instr_conflicts(t) <= 2);   // prfm of streams
        arena_free(a);
    }
}

// What the hardware has one rule for: the base is written by its own issue whatever it grows by.
static void an_unmeasured_row_is_timed_as_its_sibling(void **state)
{
    static const struct {
        u32 word, like;
    } pair[] = {
        { 0x4c9f00c0, 0x4c8700c0 },   // st4 {v0.16b-v3.16b}, [x6], #64 and , x7
        { 0x4cdf74c0, 0x4cc774c0 },   // ld1 {v0.8h}, [x6], #16
        { 0x4dffe8c0, 0x4de7e8c0 },   // ld4r {v0.4s-v3.4s}, [x6], #16
        { 0x0dbf58c0, 0x0da758c0 },   // st2 {v0.h, v1.h}[3], [x6], #4
        { 0x3c4014c0, 0xbc4014c0 },   // ldr b0, [x6], #1 and ldr s0
        { 0xf84088c0, 0xf84080c0 },   // ldtr x0, [x6, #8] and ldur
    };
    struct arena *a = arena_new();
    const struct instr_table *t = table_of(a, "m2-avalanche");
    for (size_t i = 0; i < COUNT(pair); i++) {
        assert_false(timing(t, pair[i].word)->assumed);
        assert_ptr_equal(timing(t, pair[i].word), timing(t, pair[i].like));
    }
    arena_free(a);
}

// M1, P core: every way to clear a vector register is done at rename (ocxtal, 8 a cycle).
static void every_zero_is_made_at_rename(void **state)
{
    static const u32 zero[] = { 0x4f00e400, 0x0f00e400, 0x2f00e400, 0x6f00e400, 0x4f000400 };
    static const u32 other[] = { 0x4f00e460, 0x2f00e420 };   // movi v0.16b, #3; movi d0, #255
    struct arena *a = arena_new();
    const struct instr_table *t = table_of(a, "m2-avalanche");
    for (size_t i = 0; i < COUNT(zero); i++)
        assert_int_equal(timing(t, zero[i])->issue_count, 0);
    for (size_t i = 0; i < COUNT(other); i++)
        assert_int_equal(timing(t, other[i])->issue_count, 1);
    arena_free(a);
}

static void what_is_assumed_has_its_reason(void **state)
{
    struct arena *a = arena_new();
    const struct instr_table *t = table_of(a, "m2-avalanche");
    u32 assumed = 0;
    for (enum op op = 1; op < OP_COUNT; op++) {
        struct instr_origin o = instr_origin(t, op);
        assert_int_equal(o.from == INSTR_ASSUMED, o.why != NULL);
        assert_true(o.from != INSTR_ASSUMED || strcmp(o.why, "the table has no form of it") != 0);
        assumed += o.from == INSTR_ASSUMED;
    }
    assert_int_equal(assumed, 38);
    arena_free(a);
}

static void the_masks_of_the_units_follow_from_the_forms(void **state)
{
    struct arena *a = arena_new();
    struct instr_units u = instr_units(table_of(a, "m2-avalanche"));
    assert_int_equal(u.integer, units(1, 6));
    assert_int_equal(u.flags, units(1, 3));
    assert_int_equal(u.branch, units(1, 2));
    assert_int_equal(u.store, units(7, 8));
    assert_int_equal(u.load, units(8, 10));
    assert_int_equal(u.fp, units(11, 14));
    arena_free(a);
}

// Blizzard has an integer unit more than Icestorm, whose table it uses.
static void a_table_is_fitted_to_the_units_of_the_core(void **state)
{
    struct arena *a = arena_new();
    struct instr_units ice = instr_units(table_of(a, "m1-icestorm"));
    struct instr_units u = instr_units(table_of(a, "m2-blizzard"));
    assert_int_equal(ice.integer, units(1, 3));
    assert_int_equal(ice.load, units(4, 5));
    assert_int_equal(u.integer, units(1, 4));
    assert_int_equal(u.load, units(5, 6));
    assert_int_equal(u.store, units(5, 5));
    assert_int_equal(u.fp, units(7, 8));
    arena_free(a);
}

static void a_bad_table_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *line, *error;
    } bad[] = {
        { "xyz,FORM,1,1,,u1,1", ":3: want a word in hexadecimal" },
        { "91000400,FORM,0,1,,u1,1", ":3: want a word in hexadecimal" },
        { "91000400,FORM,1,1,u1,1", ":3: want 7 columns" },
        { "91000400,FORM,1,1,,v1,1", ":3: issues: want" },
        { "91000400,FORM,1,1,,u1-99,1", ":3: issues: want" },
        { "91000400,FORM,1,1,,u1 u1 u1 u1 u1,1", ":3: issues: want" },
        { "91000400,FORM,1,1,2:3,u1,1", ":3: operands: want" },
        { "91000400,\"FORM,1,1,,u1,1", ":3: want 7 columns" },
        { "91000400,FORM,1,1,,u1,1", ": the form " },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        char path[] = "/tmp/instr-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        dprintf(fd, "# Units: 6 4 4\nword,form,...\n%s\n", bad[i].line);
        close(fd);
        struct arena *a = arena_new();
        struct config c = { .core = core_defaults, .instructions = path };
        c.core.units_int = 6;
        c.core.units_mem = c.core.units_fp = 4;
        struct err e = { "" };
        assert_null(instr_table_new(a, &c, &e));
        assert_non_null(strstr(e.text, bad[i].error));
        arena_free(a);
        unlink(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_have_their_measured_units_and_latency),
        cmocka_unit_test(operands_come_as_late_as_they_may),
        cmocka_unit_test(nearly_every_form_is_told_from_the_others),
        cmocka_unit_test(an_unmeasured_row_is_timed_as_its_sibling),
        cmocka_unit_test(every_zero_is_made_at_rename),
        cmocka_unit_test(what_is_assumed_has_its_reason),
        cmocka_unit_test(the_masks_of_the_units_follow_from_the_forms),
        cmocka_unit_test(a_table_is_fitted_to_the_units_of_the_core),
        cmocka_unit_test(a_bad_table_is_refused_with_its_line),
    };
    return cmocka_run_group_tests_name("instr", tests, NULL, NULL);
}
