// Registers by number: each is itself, and a saved thread goes on as if nothing had been.
#include "world.h"

#include "base/save.h"
#include "registers.h"

// A value of `reg` that no other has, of bits that can be set.
static void mark(struct regs *r, const struct reg *reg, u32 number)
{
    u64 value[2] = { 0x0101010101010101ull * (number + 1), ~(u64)number };
    reg_set(r, reg, value);
}

static void a_register_is_no_part_of_another(void **state)
{
    struct reg reg, other;
    for (u32 k = 0; reg_of(k, &reg); k++) {
        struct regs r = { 0 }, was = { 0 };
        mark(&r, &reg, k);
        for (u32 i = 0; reg_of(i, &other); i++) {
            u8 is[REG_BYTES] = { 0 }, before[REG_BYTES] = { 0 };
            reg_get(&r, &other, is);
            reg_get(&was, &other, before);
            if (i != k)
                assert_memory_equal(is, before, sizeof(is));
            else if (other.kept)
                assert_memory_not_equal(is, before, sizeof(is));
        }
    }
}

static void there_are_as_many_as_said(void **state)
{
    struct reg reg;
    assert_true(reg_of(REG_NUMBERS - 1, &reg));
    assert_false(reg_of(REG_NUMBERS, &reg));
    assert_true(reg_of(31, &reg));
    assert_string_equal(reg.name, "sp");
    assert_true(reg_of(34 + 31, &reg));   // gdb: aarch64-linux-nat.c
    assert_string_equal(reg.name, "v");
    assert_int_equal(reg.index, 31);
}

// Arm ARM DDI 0487, C5.2.8 FPCR and C5.2.10 FPSR: the others are RES0 here.
static void bits_that_cannot_be_set_are_not(void **state)
{
    const u64 ones[2] = { ~0ull, ~0ull };
    struct regs r = { 0 };
    struct reg reg;
    for (u32 k = 0; reg_of(k, &reg); k++)
        reg_set(&r, &reg, ones);
    assert_int_equal(r.fpcr, 0x07c80000);
    assert_int_equal(r.fpsr, 0x0800009f);
    assert_int_equal(regs_nzcv(&r), 0xf0000000);
    assert_int_equal(r.dit, 1);
    assert_int_equal(r.ssbs, 1);
    assert_int_equal(r.x[REG_ZERO], 0);
}

static void a_frame_has_what_it_was_given(void **state)
{
    u8 context[288] = { 0 }, fpsimd[528] = { 0 };
    struct regs r = { 0 }, back = { .monitor_size = 8 };
    struct reg reg;
    for (u32 k = 0; reg_of(k, &reg); k++)
        if (reg.frame)
            mark(&r, &reg, k);
    regs_to_frame(&r, FRAME_CONTEXT, context);
    regs_to_frame(&r, FRAME_FPSIMD, fpsimd);
    regs_from_frame(&back, FRAME_CONTEXT, context);
    regs_from_frame(&back, FRAME_FPSIMD, fpsimd);
    assert_int_equal(registers_differ(&back, &r, NULL), 0);
    assert_int_equal(back.monitor_size, 0);
}

// fmov d0, #1.5; top: fadd d0, d0, d0; add x1, x1, x0; subs x0, x0, #1; adc x2, x2, x1;
// b.ne top; brk #0
static const u32 loop[] = { 0x1e6f1000, 0x1e602800, 0x8b000021, 0xf1000400,
                            0x9a010042, 0x54ffff81, 0xd4200000 };

static void go(struct world *w, struct cpu *c, u64 budget)
{
    u64 executed;
    (void)exec_run(c, w->space, budget, NULL, &executed);
}

static void a_saved_thread_goes_on_as_if_nothing_had_been(void **state)
{
    struct world *w = *state;
    struct err e = { "" };
    struct cpu other;
    size_t size;
    put_code(w, loop, COUNT(loop));
    w->cpu.x[0] = 1000;
    w->cpu.fpcr = 0x00400000;   // towards plus infinity
    w->cpu.pac_key[4][1] = 77;
    go(w, &w->cpu, 2003);
    assert_int_not_equal(w->cpu.pc, CODE + 24);

    struct save *s = save_new();
    regs_save(&w->cpu.regs, s);
    assert_true(save_ok(s, &e));
    const void *data = save_data(s, &size);
    struct save *from = save_open(data, size, &e);
    memset(&other, 0, sizeof(other));
    exec_init(&other, w->space);
    regs_save(&other.regs, from);
    assert_true(save_ok(from, &e));
    save_free(from);
    save_free(s);
    assert_int_equal(registers_differ(&other.regs, &w->cpu.regs, NULL), 0);

    go(w, &w->cpu, 1 << 20);
    go(w, &other, 1 << 20);
    assert_int_equal(w->cpu.pc, CODE + 24);
    assert_int_equal(w->cpu.x[0], 0);
    assert_int_equal(registers_differ(&other.regs, &w->cpu.regs, NULL), 0);
}

static void a_saved_value_that_cannot_be_is_an_error(void **state)
{
    struct regs r = { .fpcr = 1 }, back = { 0 };
    struct err e = { "" };
    size_t size;
    struct save *s = save_new();
    regs_save(&r, s);
    const void *data = save_data(s, &size);
    struct save *from = save_open(data, size, &e);
    regs_save(&back, from);
    assert_false(save_ok(from, &e));
    assert_string_equal(e.text, "saved state: section regs has values that cannot be");
    save_free(from);
    save_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_register_is_no_part_of_another),
        cmocka_unit_test(there_are_as_many_as_said),
        cmocka_unit_test(bits_that_cannot_be_set_are_not),
        cmocka_unit_test(a_frame_has_what_it_was_given),
        cmocka_unit_test_setup_teardown(a_saved_thread_goes_on_as_if_nothing_had_been, open_world,
                                        close_world),
        cmocka_unit_test(a_saved_value_that_cannot_be_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
