// softfp.h: Arm floating point in integers: exact values, flags and NaNs.
//
// Follows the shared pseudocode of the Arm ARM (DDI 0487, J1.3: FPUnpack, FPRound,
// FPAdd …) for half, bfloat16, single and double. The executor's fast paths use the
// host's FPU and come here for what it does differently: NaNs, tininess, flushing,
// half precision, saturation. Values are bit patterns in the low bits of a u64.
#ifndef EXEC_SOFTFP_H
#define EXEC_SOFTFP_H

#include "base/types.h"

// As ftype encodes them; bfloat16 takes the reserved place.
enum fp_type { FP_S, FP_D, FP_BF, FP_H };

// Rounding modes as FPCR.RMode has them, then those only instructions ask for.
enum fp_rounding { FP_NEAREST, FP_UP, FP_DOWN, FP_ZERO, FP_AWAY, FP_ODD };

// Fields of FPCR and FPSR.
enum {
    FPCR_FZ16 = 1 << 19,
    FPCR_RMODE = 22,   // place of the two bits
    FPCR_FZ = 1 << 24,
    FPCR_DN = 1 << 25,
    FPCR_AHP = 1 << 26,
    FPCR_ODD = 1 << 30,   // ours, not the guest's: round to odd
    FPSR_IOC = 1 << 0,
    FPSR_DZC = 1 << 1,
    FPSR_OFC = 1 << 2,
    FPSR_UFC = 1 << 3,
    FPSR_IXC = 1 << 4,
    FPSR_IDC = 1 << 7,
    FPSR_QC = 1 << 27,
};

// What an operation reads and what it collects.
struct fp_env {
    u32 cr;   // FPCR
    u32 sr;   // FPSR flags, added to
};

static inline enum fp_rounding fp_mode(const struct fp_env *e)
{
    return e->cr & FPCR_ODD ? FP_ODD : (enum fp_rounding)(e->cr >> FPCR_RMODE & 3);
}

// The name is the pseudocode's. muladd: addend + a * b with one rounding.
u64 fp_add(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_sub(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_abd(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_mul(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_nmul(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_mulx(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_div(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_max(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_min(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_maxnm(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_minnm(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_recps(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_rsqrts(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_muladd(enum fp_type t, u64 addend, u64 a, u64 b, struct fp_env *e);
u64 fp_sqrt(enum fp_type t, u64 a, struct fp_env *e);
u64 fp_abs(enum fp_type t, u64 a, struct fp_env *e);
u64 fp_neg(enum fp_type t, u64 a, struct fp_env *e);

// NZCV as a number from 0 to 15.
u32 fp_compare(enum fp_type t, u64 a, u64 b, bool signal_all, struct fp_env *e);
// All ones or zero of the type's width.
u64 fp_cmeq(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_cmge(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_cmgt(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_cmle(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_cmlt(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_acge(enum fp_type t, u64 a, u64 b, struct fp_env *e);
u64 fp_acgt(enum fp_type t, u64 a, u64 b, struct fp_env *e);

// Integers of `width` bits scaled by 2^fbits. to_int saturates; the result is truncated to
// `width` bits.
u64 fp_to_int(enum fp_type t, u64 a, int fbits, bool is_unsigned, int width, enum fp_rounding r,
              struct fp_env *e);
u64 fp_from_int(enum fp_type t, u64 value, int fbits, bool is_unsigned, int width,
                struct fp_env *e);
// FJCVTZS: `*exact` is what NZCV.Z becomes.
u32 fp_to_js(u64 a, bool *exact, struct fp_env *e);

u64 fp_convert(enum fp_type to, enum fp_type from, u64 a, struct fp_env *e);
u64 fp_convert_as(enum fp_type to, enum fp_type from, u64 a, enum fp_rounding r, struct fp_env *e);
u64 fp_round_int(enum fp_type t, u64 a, enum fp_rounding r, bool exact, struct fp_env *e);
u64 fp_round_int_n(enum fp_type t, u64 a, int width, enum fp_rounding r, struct fp_env *e);

u64 fp_recpe(enum fp_type t, u64 a, struct fp_env *e);
u64 fp_rsqrte(enum fp_type t, u64 a, struct fp_env *e);
u64 fp_recpx(enum fp_type t, u64 a, struct fp_env *e);
u32 fp_urecpe(u32 a);
u32 fp_ursqrte(u32 a);

// addend (single) + a * b (halves), FMLAL.
u64 fp_muladd_h(u64 addend, u64 a, u64 b, struct fp_env *e);
// addend + a0 * b0 + a1 * b1 in the way of BFDOT: singles and pairs of bfloat16.
u32 fp_bfdot(u32 addend, u32 a, u32 b);

#endif
