// What the instructions of a64_fp.def do, on the host's FPU. See sem.h for the language.
//
// A body returns true, or false without having changed guest registers: then fp_slow.c
// does the instruction. That happens when
//   - the result is a NaN: Arm chooses another one, and may want other flags;
//   - the result is the smallest normal number: Arm detects tininess before rounding, the
//     host after, so the underflow flag may be missing. (Sums are exact there.)
//   - FPCR.FZ is set: flushing has other rules (c->fp_soft);
//   - the element is half precision.
// The host's flags up to that point are a subset of Arm's. So that they are, no unused lane
// is computed on what it happens to hold, and nothing that raises a flag runs early.
#ifndef EXEC_SEM_FP_H
#define EXEC_SEM_FP_H

#include "exec/sem/hostvec.h"
#include "exec/sem/sem.h"
#include "exec/fp/softfp.h"

#define FAST(name) INLINE bool sem_##name(SEM_ARGS)
#define NO_FAST(name) \
    FAST(name) \
    { \
        return false; \
    }
#define DECLINE_IF(x) \
    do { \
        if (unlikely(x)) \
            return false; \
    } while (0)

// -- Scalars --

INLINE u32 bits32(float x)
{
    u32 b;
    memcpy(&b, &x, sizeof(b));
    return b;
}

INLINE u64 bits64(double x)
{
    u64 b;
    memcpy(&b, &x, sizeof(b));
    return b;
}

INLINE void put32(union vreg *d, float x)
{
    d->vf32 = (f32x4){ x, 0, 0, 0 };
}

INLINE void put64(union vreg *d, double x)
{
    d->vf64 = (f64x2){ x, 0 };
}

INLINE bool nan32(float x)
{
    return __builtin_isunordered(x, x);
}

INLINE bool nan64(double x)
{
    return __builtin_isunordered(x, x);
}

// A NaN or the smallest normal number.
INLINE bool odd32(float x)
{
    u32 twice = bits32(x) << 1;
    return twice > 0xff000000u || twice == 0x01000000u;
}

INLINE bool odd64(double x)
{
    u64 twice = bits64(x) << 1;
    return twice > 0xffe0000000000000u || twice == 0x0020000000000000u;
}

// One operation in both types; `a`, `b` are the operands, `bad` is nan or odd.
#define SCALAR(name, is_double, e32, e64, bad) \
    FAST(name) \
    { \
        DECLINE_IF(v > 1 || c->fp_soft); \
        if (is_double) { \
            double a = V(n).f64[0], b = V(m).f64[0]; \
            double r = e64; \
            DECLINE_IF(bad##64(r)); \
            put64(&V(d), r); \
        } else { \
            float a = V(n).f32[0], b = V(m).f32[0]; \
            float r = e32; \
            DECLINE_IF(bad##32(r)); \
            put32(&V(d), r); \
        } \
        (void)i->m; \
        return true; \
    }
#define SCALAR2(name, e, bad) SCALAR(name, v, e, e, bad)

SCALAR2(fadd_f, a + b, nan)
SCALAR2(fsub_f, a - b, nan)
SCALAR2(fmul_f, a *b, odd)
SCALAR2(fdiv_f, a / b, odd)
SCALAR2(fnmul_f, -(a *b), odd)
SCALAR(fabd_g, v, __builtin_fabsf(a - b), __builtin_fabs(a - b), nan)

#define UNARY(name, e32, e64, bad) \
    FAST(name) \
    { \
        DECLINE_IF(v > 1 || c->fp_soft); \
        if (v) { \
            double a = V(n).f64[0], r = e64; \
            DECLINE_IF(bad##64(r)); \
            put64(&V(d), r); \
        } else { \
            float a = V(n).f32[0], r = e32; \
            DECLINE_IF(bad##32(r)); \
            put32(&V(d), r); \
        } \
        return true; \
    }
UNARY(fsqrt_f, __builtin_sqrtf(a), __builtin_sqrt(a), nan)

#define FUSED(name, sn, sa) \
    FAST(name) \
    { \
        DECLINE_IF(!HOST_FMA || v > 1 || c->fp_soft); \
        if (v) { \
            double r = __builtin_fma(sn V(n).f64[0], V(m).f64[0], sa V(a).f64[0]); \
            DECLINE_IF(odd64(r)); \
            put64(&V(d), r); \
        } else { \
            float r = __builtin_fmaf(sn V(n).f32[0], V(m).f32[0], sa V(a).f32[0]); \
            DECLINE_IF(odd32(r)); \
            put32(&V(d), r); \
        } \
        return true; \
    }
FUSED(fmadd_f, , )
FUSED(fmsub_f, -, )
FUSED(fnmadd_f, -, -)
FUSED(fnmsub_f, , -)

// With both orders tried, equal operands are both seen: the bits of the two zeros combine.
#define EXTREME(name, op, combine) \
    FAST(name) \
    { \
        DECLINE_IF(v > 1 || c->fp_soft); \
        if (v) { \
            double a = V(n).f64[0], b = V(m).f64[0]; \
            DECLINE_IF(__builtin_isunordered(a, b)); \
            double r1 = a op b ? a : b, r2 = b op a ? b : a; \
            V(d).vd = (u64x2){ bits64(r1) combine bits64(r2), 0 }; \
        } else { \
            float a = V(n).f32[0], b = V(m).f32[0]; \
            DECLINE_IF(__builtin_isunordered(a, b)); \
            float r1 = a op b ? a : b, r2 = b op a ? b : a; \
            V(d).vs = (u32x4){ bits32(r1) combine bits32(r2), 0, 0, 0 }; \
        } \
        return true; \
    }
EXTREME(fmax_f, >, &)
EXTREME(fmin_f, <, |)
EXTREME(fmaxnm_f, >, &)
EXTREME(fminnm_f, <, |)

// -- Moves --

FAST(fmov_f)
{
    V(d).vd = (u64x2){ v == 1 ? V(n).d[0] : v == 3 ? V(n).h[0] : V(n).s[0], 0 };
    return true;
}

FAST(fabs_f)
{
    V(d).vd = (u64x2){ v == 1   ? V(n).d[0] << 1 >> 1
                       : v == 3 ? V(n).h[0] & 0x7fffu
                                : V(n).s[0] & 0x7fffffffu,
                       0 };
    return true;
}

FAST(fneg_f)
{
    V(d).vd = (u64x2){ v == 1   ? V(n).d[0] ^ 1ull << 63
                       : v == 3 ? V(n).h[0] ^ 0x8000u
                                : V(n).s[0] ^ 0x80000000u,
                       0 };
    return true;
}

FAST(fcsel)
{
    u64 n = V(n).d[0], m = V(m).d[0];
    V(d).vd = (u64x2){ (condition(c, v) ? n : m) & (u64)IMM, 0 };
    return true;
}

#define TO_GENERAL(name, e) \
    FAST(name) \
    { \
        Xw(d, e); \
        return true; \
    }
TO_GENERAL(fmov_wh, V(n).h[0])
TO_GENERAL(fmov_xh, V(n).h[0])
TO_GENERAL(fmov_ws, V(n).s[0])
TO_GENERAL(fmov_xd, V(n).d[0])
TO_GENERAL(fmov_xd1, V(n).d[1])

#define TO_VECTOR(name, e) \
    FAST(name) \
    { \
        V(d).vd = (u64x2){ e, 0 }; \
        return true; \
    }
TO_VECTOR(fmov_hw, (u16)Xr(n))
TO_VECTOR(fmov_hx, (u16)Xr(n))
TO_VECTOR(fmov_sw, (u32)Xr(n))
TO_VECTOR(fmov_dx, Xr(n))
TO_VECTOR(fmov_imm, (u64)IMM)

FAST(fmov_d1x)
{
    V(d).d[1] = Xr(n);
    return true;
}

FAST(fmov_v)
{
    V(d).vd = (u64x2){ (u64)IMM, v ? (u64)IMM : 0 };
    return true;
}

FAST(fmov_v_d)
{
    V(d).vd = (u64x2){ (u64)IMM, (u64)IMM };
    return true;
}

// -- Compares to NZCV --

// Less: N; equal: Z and C; greater: C; unordered: C and V.
INLINE void compared(struct cpu *c, bool less, bool equal, bool unordered)
{
    c->nf = (u64)less << 63;
    c->zf = !equal;
    c->cf = !less;
    c->vf = (u64)unordered << 63;
}

INLINE bool compare(struct cpu *c, unsigned v, const union vreg *n, const union vreg *m,
                    bool signal_all)
{
    DECLINE_IF(v > 1 || c->fp_soft);
    if (v) {
        double a = n->f64[0], b = m->f64[0];
        bool less = signal_all ? a < b : __builtin_isless(a, b);
        compared(c, less, a == b, __builtin_isunordered(a, b));
    } else {
        float a = n->f32[0], b = m->f32[0];
        bool less = signal_all ? a < b : __builtin_isless(a, b);
        compared(c, less, a == b, __builtin_isunordered(a, b));
    }
    return true;
}

FAST(fcmp)
{
    return compare(c, v, &V(n), &V(m), false);
}
FAST(fcmpe)
{
    return compare(c, v, &V(n), &V(m), true);
}

INLINE bool compare_zero(struct cpu *c, unsigned v, const union vreg *n, bool signal_all)
{
    union vreg zero = { 0 };
    return compare(c, v, n, &zero, signal_all);
}

FAST(fcmp_zero)
{
    return compare_zero(c, v, &V(n), false);
}
FAST(fcmpe_zero)
{
    return compare_zero(c, v, &V(n), true);
}

INLINE bool compare_if(struct cpu *c, const struct insn *i, unsigned v, bool signal_all)
{
    if (condition(c, AUX))
        return compare(c, v, &V(n), &V(m), signal_all);
    cpu_set_nzcv(c, (u32)IMM << 28);
    return true;
}

FAST(fccmp)
{
    return compare_if(c, i, v, false);
}
FAST(fccmpe)
{
    return compare_if(c, i, v, true);
}

// -- Rounding to integral --

INLINE float ties_away32(float x)
{
    float t = __builtin_truncf(x);
    return __builtin_fabsf(x - t) >= 0.5f ? t + __builtin_copysignf(1, x) : t;
}

INLINE double ties_away64(double x)
{
    double t = __builtin_trunc(x);
    return __builtin_fabs(x - t) >= 0.5 ? t + __builtin_copysign(1, x) : t;
}

// Infinite, a NaN, or so large that it has no fraction.
INLINE bool whole32(float x)
{
    return !(bits32(x) << 1 < 0x96000000u);
}

INLINE bool whole64(double x)
{
    return !(bits64(x) << 1 < 0x8660000000000000u);
}

#define ROUND(name, e32, e64) \
    FAST(name) \
    { \
        DECLINE_IF(!HOST_ROUND || v > 1 || c->fp_soft); \
        if (v) { \
            double a = V(n).f64[0]; \
            DECLINE_IF(whole64(a)); \
            put64(&V(d), e64); \
        } else { \
            float a = V(n).f32[0]; \
            DECLINE_IF(whole32(a)); \
            put32(&V(d), e32); \
        } \
        return true; \
    }
ROUND(frintn_f, __builtin_roundevenf(a), __builtin_roundeven(a))
ROUND(frintp_f, __builtin_ceilf(a), __builtin_ceil(a))
ROUND(frintm_f, __builtin_floorf(a), __builtin_floor(a))
ROUND(frintz_f, __builtin_truncf(a), __builtin_trunc(a))
ROUND(frinta_f, ties_away32(a), ties_away64(a))
ROUND(frintx_f, __builtin_rintf(a), __builtin_rint(a))
ROUND(frinti_f, __builtin_nearbyintf(a), __builtin_nearbyint(a))

// -- To and from general registers; variants fy: 64 bits, type --

// Only values that fit are converted here, and they may only be inexact.
INLINE bool to_general(struct cpu *c, const struct insn *i, unsigned v, bool is_unsigned,
                       double whole)
{
    double low = is_unsigned ? -1.0 : v & 4 ? -9223372036854775808.0 : -2147483649.0;
    double high = v & 4 ? 9223372036854775808.0 : is_unsigned ? 4294967296.0 : 2147483648.0;
    bool above = v & 4 && !is_unsigned ? whole >= low : whole > low;
    DECLINE_IF(!(above && whole < high));
    i64 r = (i64)whole;
    v & 4 ? Xw(d, (u64)r) : Ww(d, (u32)r);
    return true;
}

INLINE double scalar_value(const union vreg *n, unsigned v)
{
    return v & 1 ? n->f64[0] : (double)n->f32[0];
}

#define TO_INT_ZERO(name, is_unsigned) \
    FAST(name) \
    { \
        DECLINE_IF((v & 3) > 1 || c->fp_soft); \
        return to_general(c, i, v, is_unsigned, scalar_value(&V(n), v)); \
    }
TO_INT_ZERO(fcvtzs_f, false)
TO_INT_ZERO(fcvtzu_f, true)

// The rounding itself raises nothing: the inexact flag is set by hand.
#define TO_INT(name, is_unsigned, round) \
    FAST(name) \
    { \
        DECLINE_IF(!HOST_ROUND || (v & 3) > 1 || c->fp_soft); \
        double a = scalar_value(&V(n), v); \
        DECLINE_IF(whole64(a)); \
        double r = round(a); \
        if (!to_general(c, i, v, is_unsigned, r)) \
            return false; \
        c->fpsr |= r != a ? FPSR_IXC : 0; \
        return true; \
    }
TO_INT(fcvtns_f, false, __builtin_roundeven)
TO_INT(fcvtnu_f, true, __builtin_roundeven)
TO_INT(fcvtps_f, false, __builtin_ceil)
TO_INT(fcvtpu_f, true, __builtin_ceil)
TO_INT(fcvtms_f, false, __builtin_floor)
TO_INT(fcvtmu_f, true, __builtin_floor)
TO_INT(fcvtas_f, false, ties_away64)
TO_INT(fcvtau_f, true, ties_away64)

FAST(scvtf_f)
{
    DECLINE_IF((v & 3) > 1);
    i64 x = v & 4 ? (i64)Xr(n) : (i32)Xr(n);
    if (v & 1)
        put64(&V(d), (double)x);
    else
        put32(&V(d), (float)x);
    return true;
}

FAST(ucvtf_f)
{
    DECLINE_IF((v & 3) > 1);
    if (v == 5)
        put64(&V(d), (double)Xr(n));
    else if (v == 4)
        put32(&V(d), (float)Xr(n));
    else if (v == 1)
        put64(&V(d), (double)(i64)(u32)Xr(n));
    else
        put32(&V(d), (float)(i64)(u32)Xr(n));
    return true;
}

// -- Between formats --

FAST(fcvt_ds)
{
    DECLINE_IF(c->fp_soft);
    double r = V(n).f32[0];
    DECLINE_IF(nan64(r));
    put64(&V(d), r);
    return true;
}

FAST(fcvt_sd)
{
    DECLINE_IF(c->fp_soft);
    float r = (float)V(n).f64[0];
    DECLINE_IF(odd32(r));
    put32(&V(d), r);
    return true;
}

#include "exec/sem/sem_fp_vector.h"

#endif
