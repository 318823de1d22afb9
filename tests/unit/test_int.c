// Integer, memory and system instructions: what random programs compared with an emulator
// cannot show, because it depends on the implementation or on what happened before.
#include "world.h"

// Words as aarch64-linux-gnu-as makes them.
// clang-format off
enum {
    LDXR_X1_X0 = 0xc85f7c01, STXR_W2_X3_X0 = 0xc8027c03, CLREX = 0xd5033f5f,
    STR_X4_X0 = 0xf9000004, LDXP_X1_X5_X0 = 0xc87f1401, STXP_W2_X3_X4_X0 = 0xc8221003,
    LDADD_X1_X2_X0 = 0xf8210002, CASP_X2_X4_X0 = 0x48227c04, CASP_X30_X30_X0 = 0x483e7c1e,
    LDAR_W1_X0 = 0x88dffc01, LDR_XZR_X0 = 0xf940001f, LDP_X1_X2_X0_16 = 0xa8c10801,
    LDR_X1_X0 = 0xf9400001, LDR_X1_X0_8_PRE = 0xf8408c01, DC_ZVA_X0 = 0xd50b7420,
    DC_CVAU_X0 = 0xd50b7b20, IC_IVAU_X1 = 0xd50b7521,
    PACIA_X1_X2 = 0xdac10041, AUTIA_X1_X2 = 0xdac11041, PACIB_X1_X2 = 0xdac10441,
    XPACI_X1 = 0xdac143e1, PACGA_X3_X1_X2 = 0x9ac23023, PACIASP = 0xd503233f, RETAA = 0xd65f0bff,
    MRS_X1_ISAR1 = 0xd5380621, MRS_X1_RESERVED = 0xd53807e1, MRS_X1_ID_PFR0 = 0xd5380101,
    MRS_X1_PMCCNTR = 0xd53b9d01, MRS_X1_CTR = 0xd53b0021, MRS_X1_DCZID = 0xd53b00e1,
    MRS_X1_CNTVCT = 0xd53be041, MSR_FPCR_X1 = 0xd51b4401, MRS_X2_FPCR = 0xd53b4402,
    HLT_1 = 0xd4400020, HVC_0 = 0xd4000002, SVC_0 = 0xd4000001,
};
// clang-format on

// Runs `code` to its end, where an SVC stands.
static struct trap go(struct world *w, const u32 *code, size_t n)
{
    u32 words[32] = { 0 };
    memcpy(words, code, n * 4);
    words[n] = SVC_0;
    put_code(w, words, COUNT(words));
    u64 executed;
    return exec_run(&w->cpu, w->space, 1000, NULL, &executed);
}

#define RUN(w, ...) go(w, (const u32[]){ __VA_ARGS__ }, COUNT(((const u32[]){ __VA_ARGS__ })))
#define DONE(w, ...) assert_int_equal(RUN(w, __VA_ARGS__).kind, TRAP_SVC)

static void poke(struct world *w, u64 at, u64 value)
{
    assert_int_equal(space_poke(w->space, at, &value, 8), 0);
}

static u64 peek(struct world *w, u64 at)
{
    u64 value;
    memcpy(&value, w->space->mem + at, 8);
    return value;
}

// -- Exclusives and atomics --

static void a_store_exclusive_after_its_load_succeeds_once(void **state)
{
    struct world *w = *state;
    poke(w, DATA, 5);
    w->cpu.x[0] = DATA;
    w->cpu.x[3] = 7;
    DONE(w, LDXR_X1_X0, STXR_W2_X3_X0);
    assert_int_equal(w->cpu.x[1], 5);
    assert_int_equal(w->cpu.x[2], 0);
    assert_int_equal(peek(w, DATA), 7);
    w->cpu.x[3] = 9;
    DONE(w, STXR_W2_X3_X0);
    assert_int_equal(w->cpu.x[2], 1);
    assert_int_equal(peek(w, DATA), 7);
}

static void a_store_exclusive_fails_after_clrex_or_another_store(void **state)
{
    struct world *w = *state;
    poke(w, DATA, 5);
    w->cpu.x[0] = DATA;
    w->cpu.x[3] = 7;
    w->cpu.x[4] = 6;
    DONE(w, LDXR_X1_X0, CLREX, STXR_W2_X3_X0);
    assert_int_equal(w->cpu.x[2], 1);
    DONE(w, LDXR_X1_X0, STR_X4_X0, STXR_W2_X3_X0);
    assert_int_equal(w->cpu.x[2], 1);
    assert_int_equal(peek(w, DATA), 6);
}

static void an_exclusive_pair_is_16_bytes(void **state)
{
    struct world *w = *state;
    poke(w, DATA, 5);
    poke(w, DATA + 8, 6);
    w->cpu.x[0] = DATA;
    w->cpu.x[3] = 7;
    w->cpu.x[4] = 8;
    DONE(w, LDXP_X1_X5_X0, STXP_W2_X3_X4_X0);
    assert_int_equal(w->cpu.x[1], 5);
    assert_int_equal(w->cpu.x[5], 6);
    assert_int_equal(w->cpu.x[2], 0);
    assert_int_equal(peek(w, DATA), 7);
    assert_int_equal(peek(w, DATA + 8), 8);
}

static void a_pair_that_ends_in_register_31_has_zero_there(void **state)
{
    struct world *w = *state;
    poke(w, DATA, 5);
    poke(w, DATA + 8, 0);
    w->cpu.x[0] = DATA;
    w->cpu.x[30] = 5;
    w->cpu.x[31] = 0x1230;   // SP, which must not take part
    DONE(w, CASP_X30_X30_X0);
    assert_int_equal(w->cpu.x[30], 5);
    assert_int_equal(w->cpu.x[31], 0x1230);
    assert_int_equal(peek(w, DATA + 8), 0);
}

static void atomics_may_be_unaligned_inside_16_bytes_only(void **state)
{
    struct world *w = *state;
    poke(w, DATA + 3, 10);
    w->cpu.x[0] = DATA + 3;
    w->cpu.x[1] = 4;
    DONE(w, LDADD_X1_X2_X0);
    assert_int_equal(w->cpu.x[2], 10);
    assert_int_equal(peek(w, DATA + 3), 14);

    w->cpu.x[0] = DATA + 9;
    struct trap t = RUN(w, LDADD_X1_X2_X0);
    assert_int_equal(t.kind, TRAP_ALIGN);
    assert_int_equal(t.addr, DATA + 9);
    w->cpu.x[0] = DATA + 14;
    assert_int_equal(RUN(w, LDAR_W1_X0).kind, TRAP_ALIGN);
    w->cpu.x[0] = DATA + 8;
    assert_int_equal(RUN(w, CASP_X2_X4_X0).kind, TRAP_ALIGN);
}

// -- Addresses and faults --

static void the_top_byte_of_an_address_is_ignored(void **state)
{
    struct world *w = *state;
    poke(w, DATA, 42);
    w->cpu.x[0] = 0xa500000000000000 | DATA;
    DONE(w, LDR_X1_X0);
    assert_int_equal(w->cpu.x[1], 42);
    w->cpu.x[0] = 0x0001000000000000 | DATA;
    assert_int_equal(RUN(w, LDR_X1_X0).kind, TRAP_MEMORY);
}

static void a_load_to_xzr_still_faults(void **state)
{
    struct world *w = *state;
    w->cpu.x[0] = 0x10;
    struct trap t = RUN(w, LDR_XZR_X0);
    assert_int_equal(t.kind, TRAP_MEMORY);
    assert_int_equal(t.addr, 0x10);
}

static void a_faulting_access_leaves_base_and_destinations_alone(void **state)
{
    struct world *w = *state;
    w->cpu.x[0] = DATA + GUEST_PAGE - 8;   // the second half is not mapped
    w->cpu.x[1] = 1;
    w->cpu.x[2] = 2;
    assert_int_equal(RUN(w, LDP_X1_X2_X0_16).kind, TRAP_MEMORY);
    assert_int_equal(w->cpu.x[0], DATA + GUEST_PAGE - 8);
    assert_int_equal(w->cpu.x[1], 1);
    assert_int_equal(w->cpu.x[2], 2);
    assert_int_equal(RUN(w, LDR_X1_X0_8_PRE).kind, TRAP_MEMORY);
    assert_int_equal(w->cpu.x[0], DATA + GUEST_PAGE - 8);
}

static void dc_zva_clears_the_64_aligned_bytes_around_its_address(void **state)
{
    struct world *w = *state;
    for (u64 k = 0; k < 192; k += 8)
        poke(w, DATA + k, ~0ull);
    w->cpu.x[0] = DATA + 64 + 17;
    DONE(w, DC_ZVA_X0);
    for (u64 k = 0; k < 192; k += 8)
        assert_int_equal(peek(w, DATA + k), k >= 64 && k < 128 ? 0 : ~0ull);
}

static void cache_maintenance_faults_on_what_is_not_mapped(void **state)
{
    struct world *w = *state;
    w->cpu.x[0] = DATA;
    DONE(w, DC_CVAU_X0);
    w->cpu.x[0] = 0x10;
    assert_int_equal(RUN(w, DC_CVAU_X0).kind, TRAP_MEMORY);
}

// -- Pointer authentication --

enum { FIELD = 48 };   // bits 54-48: FEAT_PAuth2 with 48-bit addresses and TBI

static void set_keys(struct world *w)
{
    for (u64 k = 0; k < 10; k++)
        w->cpu.pac_key[k / 2][k % 2] = 0x0123456789abcdef * (2 * k + 1);
}

static void a_signed_pointer_authenticates_with_its_modifier_alone(void **state)
{
    struct world *w = *state;
    set_keys(w);
    u32 changed = 0, caught = 0;
    for (u64 k = 0; k < 64; k++) {
        w->cpu.x[1] = DATA + 8 * k;
        w->cpu.x[2] = 1000 + k;
        DONE(w, PACIA_X1_X2);
        u64 with_code = w->cpu.x[1];
        assert_int_equal(with_code & ~(0x7full << FIELD), DATA + 8 * k);
        changed += with_code != DATA + 8 * k;
        DONE(w, AUTIA_X1_X2);
        assert_int_equal(w->cpu.x[1], DATA + 8 * k);

        w->cpu.x[1] = with_code;
        w->cpu.x[2] = 2000 + k;
        struct trap t = RUN(w, AUTIA_X1_X2);
        caught += t.kind == TRAP_AUTH && t.addr == with_code && w->cpu.pc == CODE;
        w->cpu.x[1] = with_code;
        DONE(w, XPACI_X1);
        assert_int_equal(w->cpu.x[1], DATA + 8 * k);
    }
    assert_true(changed > 56);   // 7 bits: one in 128 by chance
    assert_true(caught > 56);
}

static void keys_differ(void **state)
{
    struct world *w = *state;
    set_keys(w);
    u32 same = 0;
    for (u64 k = 0; k < 64; k++) {
        w->cpu.x[1] = DATA + 8 * k;
        w->cpu.x[2] = 3;
        DONE(w, PACIA_X1_X2);
        u64 a = w->cpu.x[1];
        w->cpu.x[1] = DATA + 8 * k;
        DONE(w, PACIB_X1_X2);
        same += a == w->cpu.x[1];
    }
    assert_true(same < 8);
}

static void a_return_to_a_forged_address_faults_where_it_goes(void **state)
{
    struct world *w = *state;
    set_keys(w);
    w->cpu.x[30] = CODE + 8;
    w->cpu.x[31] = DATA;
    DONE(w, PACIASP, RETAA);
    w->cpu.x[30] = (CODE + 8) ^ 0x5aull << FIELD;
    w->cpu.x[31] = DATA + 16;
    assert_int_equal(RUN(w, RETAA).kind, TRAP_FETCH);
}

static void pacga_has_its_code_in_the_upper_half(void **state)
{
    struct world *w = *state;
    set_keys(w);
    w->cpu.x[1] = 1;
    w->cpu.x[2] = 2;
    DONE(w, PACGA_X3_X1_X2);
    assert_int_equal(w->cpu.x[3] & 0xffffffff, 0);
    assert_int_not_equal(w->cpu.x[3], 0);
}

// -- System registers --

static void identification_registers_read_as_linux_shows_them(void **state)
{
    struct world *w = *state;
    DONE(w, MRS_X1_ISAR1);
    assert_int_equal(w->cpu.x[1] & 0xf, 2);         // DC CVADP
    assert_int_equal(w->cpu.x[1] >> 8 & 0xf, 4);    // API: PAuth2 with FPAC
    assert_int_equal(w->cpu.x[1] >> 52 & 0xf, 1);   // I8MM
    w->cpu.x[1] = 1;
    DONE(w, MRS_X1_RESERVED);
    assert_int_equal(w->cpu.x[1], 0);
    assert_int_equal(RUN(w, MRS_X1_ID_PFR0).kind, TRAP_UNDEFINED);
    assert_int_equal(RUN(w, MRS_X1_PMCCNTR).kind, TRAP_UNDEFINED);
    DONE(w, MRS_X1_CTR);
    assert_int_equal(w->cpu.x[1] >> 28 & 3, 0);     // DIC, IDC
    DONE(w, MRS_X1_DCZID);
    assert_int_equal(w->cpu.x[1], 4);
}

static void reading_the_counter_leaves_with_its_register(void **state)
{
    struct world *w = *state;
    struct trap t = RUN(w, MRS_X1_CNTVCT);
    assert_int_equal(t.kind, TRAP_COUNTER);
    assert_int_equal(t.addr, 1);
    assert_int_equal(w->cpu.pc, CODE + 4);
}

static void ic_ivau_leaves_with_its_address(void **state)
{
    struct world *w = *state;
    w->cpu.x[1] = CODE + 64;
    struct trap t = RUN(w, IC_IVAU_X1);
    assert_int_equal(t.kind, TRAP_ICACHE);
    assert_int_equal(t.addr, CODE + 64);
    assert_int_equal(w->cpu.pc, CODE + 4);
}

static void fpcr_keeps_the_bits_that_exist(void **state)
{
    struct world *w = *state;
    w->cpu.x[1] = ~0ull;
    DONE(w, MSR_FPCR_X1, MRS_X2_FPCR);
    assert_int_equal(w->cpu.x[2], 0x07c80000);
    w->cpu.x[1] = 0;
    DONE(w, MSR_FPCR_X1, MRS_X2_FPCR);
    assert_int_equal(w->cpu.x[2], 0);
}

static void calls_of_higher_levels_are_undefined(void **state)
{
    struct world *w = *state;
    assert_int_equal(RUN(w, HLT_1).kind, TRAP_UNDEFINED);
    struct trap t = RUN(w, HVC_0);
    assert_int_equal(t.kind, TRAP_UNDEFINED);
    assert_int_equal(t.addr, HVC_0);
    t = RUN(w, 0x1234);   // udf #0x1234
    assert_int_equal(t.kind, TRAP_UNDEFINED);
    assert_int_equal(t.addr, 0x1234);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_store_exclusive_after_its_load_succeeds_once),
        TEST(a_store_exclusive_fails_after_clrex_or_another_store),
        TEST(an_exclusive_pair_is_16_bytes),
        TEST(a_pair_that_ends_in_register_31_has_zero_there),
        TEST(atomics_may_be_unaligned_inside_16_bytes_only),
        TEST(the_top_byte_of_an_address_is_ignored),
        TEST(a_load_to_xzr_still_faults),
        TEST(a_faulting_access_leaves_base_and_destinations_alone),
        TEST(dc_zva_clears_the_64_aligned_bytes_around_its_address),
        TEST(cache_maintenance_faults_on_what_is_not_mapped),
        TEST(a_signed_pointer_authenticates_with_its_modifier_alone),
        TEST(keys_differ),
        TEST(a_return_to_a_forged_address_faults_where_it_goes),
        TEST(pacga_has_its_code_in_the_upper_half),
        TEST(identification_registers_read_as_linux_shows_them),
        TEST(reading_the_counter_leaves_with_its_register),
        TEST(ic_ivau_leaves_with_its_address),
        TEST(fpcr_keeps_the_bits_that_exist),
        TEST(calls_of_higher_levels_are_undefined),
    };
    return cmocka_run_group_tests_name("int", tests, NULL, NULL);
}
