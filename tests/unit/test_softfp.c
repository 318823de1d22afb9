// Arm floating point in integers: known values and flags, and the host's FPU as a witness.
#include "test.h"

#include <fenv.h>
#include <string.h>

#include "exec/fp/softfp.h"

#define INF32 0x7f800000u
#define NAN32 0x7fc00000u

enum { UP = 1 << FPCR_RMODE, DOWN = 2 << FPCR_RMODE, ZERO = 3 << FPCR_RMODE };

// Checks value and flags; `e` starts from FPCR `control`.
#define CHECK(control, call, value, flags) \
    do { \
        struct fp_env e = { control, 0 }; \
        u64 got = call; \
        if (got != (u64)(value) || e.sr != (u32)(flags)) \
            fail_msg("%s: %#llx flags %#x, not %#llx flags %#x", #call, (unsigned long long)got, \
                     e.sr, (unsigned long long)(value), (u32)(flags)); \
    } while (0)

static void exact_sums_raise_nothing(void **state)
{
    CHECK(0, fp_add(FP_S, 0x3f800000, 0x3f800000, &e), 0x40000000, 0);
    CHECK(0, fp_sub(FP_D, 0x4008000000000000, 0x3ff0000000000000, &e), 0x4000000000000000, 0);
    CHECK(0, fp_add(FP_H, 0x3c00, 0x0001, &e), 0x3c00, FPSR_IXC);
    CHECK(UP, fp_add(FP_H, 0x3c00, 0x0001, &e), 0x3c01, FPSR_IXC);
}

static void the_sign_of_an_exact_zero_follows_the_rounding_mode(void **state)
{
    CHECK(0, fp_sub(FP_S, 0x3f800000, 0x3f800000, &e), 0, 0);
    CHECK(DOWN, fp_sub(FP_S, 0x3f800000, 0x3f800000, &e), 0x80000000, 0);
    CHECK(DOWN, fp_add(FP_S, 0, 0, &e), 0, 0);
    CHECK(0, fp_add(FP_S, 0x80000000, 0x80000000, &e), 0x80000000, 0);
    CHECK(DOWN, fp_muladd(FP_S, 0xbf800000, 0x3f800000, 0x3f800000, &e), 0x80000000, 0);
}

static void invalid_operations_give_the_default_nan(void **state)
{
    CHECK(0, fp_sub(FP_S, INF32, INF32, &e), NAN32, FPSR_IOC);
    CHECK(0, fp_mul(FP_S, 0x80000000, INF32, &e), NAN32, FPSR_IOC);
    CHECK(0, fp_div(FP_S, 0, 0, &e), NAN32, FPSR_IOC);
    CHECK(0, fp_sqrt(FP_S, 0xbf800000, &e), NAN32, FPSR_IOC);
    CHECK(0, fp_mulx(FP_S, 0x80000000, INF32, &e), 0xc0000000, 0);
    CHECK(0, fp_div(FP_S, 0x3f800000, 0x80000000, &e), 0xff800000, FPSR_DZC);
}

static void nans_propagate_signalling_ones_first(void **state)
{
    CHECK(0, fp_add(FP_S, 0x7fc00001, 0xffc00002, &e), 0x7fc00001, 0);
    CHECK(0, fp_add(FP_S, 0x7fc00001, 0xff800002, &e), 0xffc00002, FPSR_IOC);
    CHECK(FPCR_DN, fp_add(FP_S, 0x7fc00001, 0xff800002, &e), NAN32, FPSR_IOC);
    CHECK(0, fp_muladd(FP_S, 0x7fc00003, 0x7fc00001, 0x3f800000, &e), 0x7fc00003, 0);
    CHECK(0, fp_muladd(FP_S, 0x7fc00003, 0x3f800000, 0x7f800001, &e), 0x7fc00001, FPSR_IOC);
}

static void zero_times_infinity_plus_a_quiet_nan_is_invalid(void **state)
{
    CHECK(0, fp_muladd(FP_S, 0x7fc00003, 0, INF32, &e), NAN32, FPSR_IOC);
}

// (1 - 2^-24) * 2^-126 lies half-way to the smallest normal number, to which it rounds.
static void tininess_is_seen_before_rounding(void **state)
{
    CHECK(0, fp_mul(FP_S, 0x3f7fffff, 0x00800000, &e), 0x00800000, FPSR_UFC | FPSR_IXC);
    CHECK(ZERO, fp_mul(FP_S, 0x3f7fffff, 0x00800000, &e), 0x007fffff, FPSR_UFC | FPSR_IXC);
    CHECK(FPCR_FZ, fp_mul(FP_S, 0x3f7fffff, 0x00800000, &e), 0, FPSR_UFC);
}

static void flushing_marks_operands_and_results(void **state)
{
    CHECK(FPCR_FZ, fp_add(FP_S, 0x3f800000, 0x80000001, &e), 0x3f800000, FPSR_IDC);
    CHECK(FPCR_FZ, fp_sub(FP_S, 0x00800001, 0x00800000, &e), 0, FPSR_UFC);
    CHECK(FPCR_FZ, fp_max(FP_D, 0x8000000000000001, 0xbff0000000000000, &e), 0x8000000000000000,
          FPSR_IDC);
    CHECK(FPCR_FZ, fp_add(FP_H, 0x0001, 0, &e), 0x0001, 0);   // FZ is not for half precision
    CHECK(FPCR_FZ16, fp_add(FP_H, 0x0001, 0x3c00, &e), 0x3c00, 0);   // FZ16 leaves IDC alone
}

static void overflow_rounds_to_infinity_or_the_largest_number(void **state)
{
    CHECK(0, fp_add(FP_S, 0x7f7fffff, 0x7f7fffff, &e), INF32, FPSR_OFC | FPSR_IXC);
    CHECK(ZERO, fp_add(FP_S, 0x7f7fffff, 0x7f7fffff, &e), 0x7f7fffff, FPSR_OFC | FPSR_IXC);
    CHECK(UP, fp_add(FP_S, 0xff7fffff, 0xff7fffff, &e), 0xff7fffff, FPSR_OFC | FPSR_IXC);
}

static void numbers_beat_quiet_nans_in_maxnm_only(void **state)
{
    CHECK(0, fp_maxnm(FP_S, 0x7fc00001, 0xbf800000, &e), 0xbf800000, 0);
    CHECK(0, fp_max(FP_S, 0x7fc00001, 0xbf800000, &e), 0x7fc00001, 0);
    CHECK(0, fp_minnm(FP_S, 0x7f800001, 0xbf800000, &e), 0x7fc00001, FPSR_IOC);
    CHECK(0, fp_max(FP_S, 0x80000000, 0, &e), 0, 0);
    CHECK(0, fp_min(FP_S, 0, 0x80000000, &e), 0x80000000, 0);
}

static void compares_say_nzcv(void **state)
{
    CHECK(0, fp_compare(FP_S, 0x3f800000, 0x40000000, false, &e), 8, 0);
    CHECK(0, fp_compare(FP_S, 0x80000000, 0, false, &e), 6, 0);
    CHECK(0, fp_compare(FP_S, 0x40000000, 0xff800000, false, &e), 2, 0);
    CHECK(0, fp_compare(FP_S, NAN32, 0, false, &e), 3, 0);
    CHECK(0, fp_compare(FP_S, NAN32, 0, true, &e), 3, FPSR_IOC);
    CHECK(0, fp_cmeq(FP_H, 0x3c00, 0x3c00, &e), 0xffff, 0);
}

static void integers_saturate(void **state)
{
    CHECK(0, fp_to_int(FP_D, 0x41dfffffffe00000, 0, false, 32, FP_ZERO, &e), 0x7fffffff, FPSR_IXC);
    CHECK(0, fp_to_int(FP_D, 0x41e0000000000000, 0, false, 32, FP_ZERO, &e), 0x7fffffff, FPSR_IOC);
    CHECK(0, fp_to_int(FP_S, 0xdf000000, 0, false, 64, FP_ZERO, &e), 0x8000000000000000, 0);
    CHECK(0, fp_to_int(FP_S, 0xbf000000, 0, true, 64, FP_ZERO, &e), 0, FPSR_IXC);
    CHECK(0, fp_to_int(FP_S, 0xbf800000, 0, true, 64, FP_ZERO, &e), 0, FPSR_IOC);
    CHECK(0, fp_to_int(FP_S, NAN32, 0, false, 64, FP_ZERO, &e), 0, FPSR_IOC);
    CHECK(0, fp_to_int(FP_S, 0x40200000, 0, false, 64, FP_NEAREST, &e), 2, FPSR_IXC);
    CHECK(0, fp_to_int(FP_S, 0x40200000, 0, false, 64, FP_AWAY, &e), 3, FPSR_IXC);
    CHECK(0, fp_to_int(FP_S, 0x40200000, 1, false, 64, FP_ZERO, &e), 5, 0);
}

static void integers_become_the_nearest_number(void **state)
{
    CHECK(0, fp_from_int(FP_S, 0x1000001, 0, false, 64, &e), 0x4b800000, FPSR_IXC);
    CHECK(UP, fp_from_int(FP_S, 0x1000001, 0, false, 64, &e), 0x4b800001, FPSR_IXC);
    CHECK(0, fp_from_int(FP_D, ~0ull, 0, false, 64, &e), 0xbff0000000000000, 0);
    CHECK(0, fp_from_int(FP_D, ~0ull, 0, true, 64, &e), 0x43f0000000000000, FPSR_IXC);
    CHECK(0, fp_from_int(FP_S, 3, 1, false, 32, &e), 0x3fc00000, 0);
    CHECK(0, fp_from_int(FP_H, 65520, 0, true, 32, &e), 0x7c00, FPSR_OFC | FPSR_IXC);
}

static void javascript_conversion_wraps(void **state)
{
    static const struct {
        u64 a;
        u32 value, flags;
        bool exact;
    } cases[] = {
        { 0x3ff0000000000000, 1, 0, true },
        { 0x8000000000000000, 0, 0, false },
        { 0xc1e0000000000000, 0x80000000, 0, true },   // -2^31
        { 0x41e0000000000000, 0x80000000, FPSR_IOC, false },   // 2^31
        { 0x41f0000000100000, 1, FPSR_IOC, false },   // 2^32 + 1
        { 0x4340000000000001, 2, FPSR_IOC, false },   // 2^53 + 2
        { 0xbfe0000000000000, 0, FPSR_IXC, false },
        { 0x7ff0000000000000, 0, FPSR_IOC, false },
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct fp_env e = { 0, 0 };
        bool exact;
        assert_int_equal(fp_to_js(cases[k].a, &exact, &e), cases[k].value);
        assert_int_equal(e.sr, cases[k].flags);
        assert_int_equal(exact, cases[k].exact);
    }
}

static void formats_convert(void **state)
{
    CHECK(0, fp_convert(FP_H, FP_S, 0x477fefff, &e), 0x7bff, FPSR_IXC);
    CHECK(0, fp_convert(FP_H, FP_S, 0x477ff000, &e), 0x7c00, FPSR_OFC | FPSR_IXC);
    CHECK(FPCR_AHP, fp_convert(FP_H, FP_S, 0x477ff000, &e), 0x7c00, FPSR_IXC);
    CHECK(FPCR_AHP, fp_convert(FP_H, FP_S, 0x48000000, &e), 0x7fff, FPSR_IOC);
    CHECK(FPCR_AHP, fp_convert(FP_H, FP_S, 0xffc00000, &e), 0x8000, FPSR_IOC);
    CHECK(FPCR_AHP, fp_convert(FP_S, FP_H, 0x7c00, &e), 0x47800000, 0);
    CHECK(FPCR_FZ16, fp_convert(FP_S, FP_H, 0x0001, &e), 0x33800000, 0);
    CHECK(0, fp_convert(FP_S, FP_D, 0x7ff0000020000000, &e), 0x7fc00001, FPSR_IOC);
    CHECK(0, fp_convert(FP_BF, FP_S, 0x3f808000, &e), 0x3f80, FPSR_IXC);
    CHECK(0, fp_convert(FP_BF, FP_S, 0x3f818000, &e), 0x3f82, FPSR_IXC);
    CHECK(0, fp_convert_as(FP_S, FP_D, 0x3ff0000000000001, FP_ODD, &e), 0x3f800001, FPSR_IXC);
    CHECK(0, fp_convert_as(FP_S, FP_D, 0x7fefffffffffffff, FP_ODD, &e), 0x7f7fffff,
          FPSR_OFC | FPSR_IXC);
}

static void rounding_to_integral_keeps_the_sign(void **state)
{
    CHECK(0, fp_round_int(FP_S, 0xbe800000, FP_NEAREST, true, &e), 0x80000000, FPSR_IXC);
    CHECK(0, fp_round_int(FP_S, 0x40200000, FP_NEAREST, false, &e), 0x40000000, 0);
    CHECK(0, fp_round_int(FP_S, 0x40200000, FP_AWAY, false, &e), 0x40400000, 0);
    CHECK(0, fp_round_int_n(FP_D, 0x41e0000000000000, 32, FP_ZERO, &e), 0xc1e0000000000000,
          FPSR_IOC);
    CHECK(0, fp_round_int_n(FP_D, 0xc1e0000000000000, 32, FP_ZERO, &e), 0xc1e0000000000000, 0);
}

// The 8-bit estimates of 1: 511/512 both times.
static void estimates(void **state)
{
    CHECK(0, fp_recpe(FP_S, 0x3f800000, &e), 0x3f7f8000, 0);
    CHECK(0, fp_rsqrte(FP_S, 0x3f800000, &e), 0x3f7f8000, 0);
    CHECK(0, fp_recpe(FP_S, 0x80000000, &e), 0xff800000, FPSR_DZC);
    CHECK(0, fp_recpe(FP_S, 0x00000001, &e), INF32, FPSR_OFC | FPSR_IXC);
    CHECK(0, fp_recps(FP_S, 0, INF32, &e), 0x40000000, 0);
    CHECK(0, fp_rsqrts(FP_S, 0x3f800000, 0x3f800000, &e), 0x3f800000, 0);
    CHECK(0, fp_recpx(FP_S, 0x3f812345, &e), 0x40000000, 0);
    assert_int_equal(fp_urecpe(0x7fffffff), 0xffffffff);
    assert_int_equal(fp_urecpe(0x80000000), 0xff800000);
    assert_int_equal(fp_ursqrte(0x3fffffff), 0xffffffff);
}

// 1 * 2 + 3 * 4 added to 0.5: exact. An overflow goes to infinity even though odd.
static void bfloat16_dot_products(void **state)
{
    assert_int_equal(fp_bfdot(0x3f000000, 0x40403f80, 0x40804000), 0x41680000);
    assert_int_equal(fp_bfdot(0, 0x00007f00, 0x00007f00), INF32);
    assert_int_equal(fp_bfdot(0, 0x00000001, 0x00003f80), 0);   // denormals are zero
}

// -- The host's FPU as a witness, in its four rounding modes --

static u64 next_random(u64 *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    return *s ^= *s << 17;
}

static u64 flags_of_host(void)
{
    int f = fetestexcept(FE_ALL_EXCEPT);
    return (f & FE_INVALID ? FPSR_IOC : 0) | (f & FE_DIVBYZERO ? FPSR_DZC : 0) |
           (f & FE_OVERFLOW ? FPSR_OFC : 0) | (f & FE_UNDERFLOW ? FPSR_UFC : 0) |
           (f & FE_INEXACT ? FPSR_IXC : 0);
}

static volatile double host_a, host_b, host_r;

static u64 host_result(int op, u64 a, u64 b)
{
    memcpy((void *)&host_a, &a, 8);
    memcpy((void *)&host_b, &b, 8);
    feclearexcept(FE_ALL_EXCEPT);
    switch (op) {
    case 0: host_r = host_a + host_b; break;
    case 1: host_r = host_a - host_b; break;
    case 2: host_r = host_a * host_b; break;
    case 3: host_r = host_a / host_b; break;
    default: host_r = __builtin_sqrt(host_a); break;
    }
    u64 r;
    memcpy(&r, (void *)&host_r, 8);
    return r;
}

// Exponents near each other, so that sums cancel, and now and then at the ends of the range.
static u64 random_double(u64 *seed)
{
    u64 r = next_random(seed), exp = r % 16 == 0 ? r >> 8 & 2046 : 1000 + (r >> 8) % 60;
    return (next_random(seed) & 0x800fffffffffffff) | exp << 52;
}

static void doubles_agree_with_the_host(void **state)
{
    static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
    u64 seed = 88172645463325252u;
    for (u32 k = 0; k < 200000; k++) {
        u32 mode = k % 4, op = k / 4 % 5;
        u64 a = random_double(&seed), b = random_double(&seed);
        a &= op == 4 ? ~(1ull << 63) : ~0ull;
        struct fp_env e = { mode << FPCR_RMODE, 0 };
        u64 ours = op == 0   ? fp_add(FP_D, a, b, &e)
                   : op == 1 ? fp_sub(FP_D, a, b, &e)
                   : op == 2 ? fp_mul(FP_D, a, b, &e)
                   : op == 3 ? fp_div(FP_D, a, b, &e)
                             : fp_sqrt(FP_D, a, &e);
        fesetround(modes[mode]);
        u64 theirs = host_result((int)op, a, b);
        u64 flags = flags_of_host();
        fesetround(FE_TONEAREST);
        if (ours << 1 == 0x0020000000000000)   // tininess is the host's own there
            flags = e.sr;
        if (ours != theirs || e.sr != flags)
            fail_msg(
                "operation %u of %#llx and %#llx, mode %u: %#llx flags %#x, host %#llx flags %#llx",
                op, (unsigned long long)a, (unsigned long long)b, mode, (unsigned long long)ours,
                e.sr, (unsigned long long)theirs, (unsigned long long)flags);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_sums_raise_nothing),
        cmocka_unit_test(the_sign_of_an_exact_zero_follows_the_rounding_mode),
        cmocka_unit_test(invalid_operations_give_the_default_nan),
        cmocka_unit_test(nans_propagate_signalling_ones_first),
        cmocka_unit_test(zero_times_infinity_plus_a_quiet_nan_is_invalid),
        cmocka_unit_test(tininess_is_seen_before_rounding),
        cmocka_unit_test(flushing_marks_operands_and_results),
        cmocka_unit_test(overflow_rounds_to_infinity_or_the_largest_number),
        cmocka_unit_test(numbers_beat_quiet_nans_in_maxnm_only),
        cmocka_unit_test(compares_say_nzcv),
        cmocka_unit_test(integers_saturate),
        cmocka_unit_test(integers_become_the_nearest_number),
        cmocka_unit_test(javascript_conversion_wraps),
        cmocka_unit_test(formats_convert),
        cmocka_unit_test(rounding_to_integral_keeps_the_sign),
        cmocka_unit_test(estimates),
        cmocka_unit_test(bfloat16_dot_products),
        cmocka_unit_test(doubles_agree_with_the_host),
    };
    return cmocka_run_group_tests_name("softfp", tests, NULL, NULL);
}
