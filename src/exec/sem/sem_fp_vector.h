// The vector half of sem_fp.h, and the list of what only fp_slow.c does.
#ifndef EXEC_SEM_FP_VECTOR_H
#define EXEC_SEM_FP_VECTOR_H

// Operands of vectors of 64 bits are read with their upper lanes zero: what a register
// holds there must raise no flag. Variants qe: Q, sz.
INLINE f32x4 in32(const union vreg *r, unsigned q)
{
    return q ? r->vf32 : (f32x4)(u64x2){ r->d[0], 0 };
}

INLINE f64x2 in64(const union vreg *r)
{
    return r->vf64;
}

// A result of 64 bits: what came out of the unused lanes (-0 when rounding down) is dropped.
INLINE void out32(union vreg *d, f32x4 r, unsigned q)
{
    d->vf32 = q ? r : (f32x4)(u64x2){ ((u64x2)r)[0], 0 };
}

INLINE bool any_nan32(f32x4 r)
{
    return hv_any((u64x2)(r != r));
}

INLINE bool any_nan64(f64x2 r)
{
    return hv_any((u64x2)(r != r));
}

// As odd32(): a NaN or the smallest normal number.
INLINE bool any_odd32(f32x4 r)
{
    u32x4 twice = (u32x4)r + (u32x4)r;
    return hv_any((u64x2)((r != r) | (i32x4)(twice == 0x01000000u)));
}

INLINE bool any_odd64(f64x2 r)
{
    u64x2 twice = (u64x2)r + (u64x2)r;
    return hv_any((u64x2)((r != r) | (i64x2)(twice == 0x0020000000000000u)));
}

INLINE f32x4 abs32(f32x4 a)
{
    return (f32x4)((u32x4)a & 0x7fffffffu);
}

INLINE f64x2 abs64(f64x2 a)
{
    return (f64x2)((u64x2)a & 0x7fffffffffffffffu);
}

#define VECTOR(name, e32, e64, bad) \
    FAST(name) \
    { \
        DECLINE_IF(c->fp_soft); \
        if (v & 1) { \
            f64x2 a = in64(&V(n)), b = in64(&V(m)); \
            f64x2 r = e64; \
            DECLINE_IF(any_##bad##64(r)); \
            V(d).vf64 = r; \
        } else { \
            f32x4 a = in32(&V(n), v >> 1), b = in32(&V(m), v >> 1); \
            f32x4 r = e32; \
            DECLINE_IF(any_##bad##32(r)); \
            out32(&V(d), r, v >> 1); \
        } \
        return true; \
    }

// Unused lanes divide by one.
INLINE f32x4 divisor(f32x4 b, unsigned v)
{
    return v >> 1 ? b : (f32x4)((u32x4)b | (u32x4){ 0, 0, 0x3f800000, 0x3f800000 });
}

VECTOR(fadd_v, a + b, a + b, nan)
VECTOR(fsub_v, a - b, a - b, nan)
VECTOR(fmul_v, a *b, a *b, odd)
VECTOR(fdiv_v, a / divisor(b, v), a / b, odd)
VECTOR(fabd_v, abs32(a - b), abs64(a - b), nan)

FAST(fsqrt_v)
{
    DECLINE_IF(c->fp_soft);
    if (v & 1) {
        f64x2 r = hv_sqrt2(in64(&V(n)));
        DECLINE_IF(any_nan64(r));
        V(d).vf64 = r;
    } else {
        f32x4 r = hv_sqrt4(in32(&V(n), v >> 1));
        DECLINE_IF(any_nan32(r));
        V(d).vf32 = r;
    }
    return true;
}

#define VECTOR_FUSED(name, sign) \
    FAST(name) \
    { \
        DECLINE_IF(!HOST_FMA || c->fp_soft); \
        if (v & 1) { \
            f64x2 r = hv_fma2(sign in64(&V(n)), in64(&V(m)), in64(&V(d))); \
            DECLINE_IF(any_odd64(r)); \
            V(d).vf64 = r; \
        } else { \
            unsigned q = v >> 1; \
            f32x4 r = hv_fma4(sign in32(&V(n), q), in32(&V(m), q), in32(&V(d), q)); \
            DECLINE_IF(any_odd32(r)); \
            out32(&V(d), r, q); \
        } \
        return true; \
    }
VECTOR_FUSED(fmla_v, )
VECTOR_FUSED(fmls_v, -)

// As EXTREME.
#define VECTOR_EXTREME(name, op, combine) \
    INLINE f32x4 name##32(f32x4 a, f32x4 b) \
    { \
        i32x4 first = a op b, second = b op a; \
        i32x4 r1 = ((i32x4)a & first) | ((i32x4)b & ~first); \
        i32x4 r2 = ((i32x4)b & second) | ((i32x4)a & ~second); \
        return (f32x4)(r1 combine r2); \
    } \
    INLINE f64x2 name##64(f64x2 a, f64x2 b) \
    { \
        i64x2 first = a op b, second = b op a; \
        i64x2 r1 = ((i64x2)a & first) | ((i64x2)b & ~first); \
        i64x2 r2 = ((i64x2)b & second) | ((i64x2)a & ~second); \
        return (f64x2)(r1 combine r2); \
    }
VECTOR_EXTREME(larger, >, &)
VECTOR_EXTREME(smaller, <, |)

INLINE bool unordered32(f32x4 a, f32x4 b)
{
    return hv_any((u64x2)((a != a) | (b != b)));
}

INLINE bool unordered64(f64x2 a, f64x2 b)
{
    return hv_any((u64x2)((a != a) | (b != b)));
}

#define VECTOR_MINMAX(name, pick) \
    FAST(name) \
    { \
        DECLINE_IF(c->fp_soft); \
        if (v & 1) { \
            f64x2 a = in64(&V(n)), b = in64(&V(m)); \
            DECLINE_IF(unordered64(a, b)); \
            V(d).vf64 = pick##64(a, b); \
        } else { \
            f32x4 a = in32(&V(n), v >> 1), b = in32(&V(m), v >> 1); \
            DECLINE_IF(unordered32(a, b)); \
            V(d).vf32 = pick##32(a, b); \
        } \
        return true; \
    }
VECTOR_MINMAX(fmax_v, larger)
VECTOR_MINMAX(fmin_v, smaller)
VECTOR_MINMAX(fmaxnm_v, larger)
VECTOR_MINMAX(fminnm_v, smaller)

#define ACROSS(name, pick) \
    FAST(name) \
    { \
        DECLINE_IF(c->fp_soft); \
        f32x4 a = in32(&V(n), 1); \
        DECLINE_IF(any_nan32(a)); \
        f32x4 b = pick##32(a, (f32x4){ a[2], a[3], a[0], a[1] }); \
        put32(&V(d), pick##32(b, (f32x4){ b[1], b[0], b[3], b[2] })[0]); \
        return true; \
    }
ACROSS(fmaxv_s, larger)
ACROSS(fminv_s, smaller)
ACROSS(fmaxnmv_s, larger)
ACROSS(fminnmv_s, smaller)

// -- Pairs --

FAST(faddp_v)
{
    DECLINE_IF(c->fp_soft);
    if (v & 1) {
        f64x2 a = in64(&V(n)), b = in64(&V(m));
        f64x2 r = (f64x2){ a[0], b[0] } + (f64x2){ a[1], b[1] };
        DECLINE_IF(any_nan64(r));
        V(d).vf64 = r;
    } else {
        f32x4 a = in32(&V(n), v >> 1), b = in32(&V(m), v >> 1);
        f32x4 r = v >> 1 ? (f32x4){ a[0], a[2], b[0], b[2] } + (f32x4){ a[1], a[3], b[1], b[3] }
                         : (f32x4){ a[0], b[0], 0, 0 } + (f32x4){ a[1], b[1], 0, 0 };
        DECLINE_IF(any_nan32(r));
        V(d).vf32 = r;
    }
    return true;
}

FAST(faddp_pair)
{
    DECLINE_IF(c->fp_soft);
    if (v) {
        double r = V(n).f64[0] + V(n).f64[1];
        DECLINE_IF(nan64(r));
        put64(&V(d), r);
    } else {
        float r = V(n).f32[0] + V(n).f32[1];
        DECLINE_IF(nan32(r));
        put32(&V(d), r);
    }
    return true;
}

// -- By element --

// The element in every lane in use.
INLINE f32x4 element32(float x, unsigned q)
{
    return q ? (f32x4){ x, x, x, x } : (f32x4){ x, x, 0, 0 };
}

#define BY_ELEMENT(name, is_vector, e32, e64, ok) \
    FAST(name) \
    { \
        DECLINE_IF(!(ok) || c->fp_soft); \
        if (v & 1) { \
            double x = V(m).f64[AUX]; \
            f64x2 b = { x, is_vector ? x : 0 }, \
                  a = is_vector ? in64(&V(n)) : (f64x2){ V(n).f64[0], 0 }; \
            f64x2 z = is_vector ? in64(&V(d)) : (f64x2){ V(d).f64[0], 0 }, r = e64; \
            (void)z; \
            DECLINE_IF(any_odd64(r)); \
            V(d).vf64 = is_vector ? r : (f64x2){ r[0], 0 }; \
        } else { \
            unsigned q = v >> 1; \
            float x = V(m).f32[AUX]; \
            f32x4 b = is_vector ? element32(x, q) : (f32x4){ x, 0, 0, 0 }; \
            f32x4 a = is_vector ? in32(&V(n), q) : (f32x4){ V(n).f32[0], 0, 0, 0 }; \
            f32x4 z = is_vector ? in32(&V(d), q) : (f32x4){ V(d).f32[0], 0, 0, 0 }, r = e32; \
            (void)z; \
            DECLINE_IF(any_odd32(r)); \
            out32(&V(d), is_vector ? r : (f32x4){ r[0], 0, 0, 0 }, is_vector ? q : 1); \
        } \
        return true; \
    }
BY_ELEMENT(fmul_ve, true, a *b, a *b, true)
BY_ELEMENT(fmla_ve, true, hv_fma4(a, b, z), hv_fma2(a, b, z), HOST_FMA)
BY_ELEMENT(fmls_ve, true, hv_fma4(-a, b, z), hv_fma2(-a, b, z), HOST_FMA)
BY_ELEMENT(fmul_ge, false, a *b, a *b, true)
BY_ELEMENT(fmla_ge, false, hv_fma4(a, b, z), hv_fma2(a, b, z), HOST_FMA)
BY_ELEMENT(fmls_ge, false, hv_fma4(-a, b, z), hv_fma2(-a, b, z), HOST_FMA)

// -- Sign --

FAST(fabs_v)
{
    u64 mask = v & 1 ? ~(1ull << 63) : 0x7fffffff7fffffffu;
    V(d).vd = (u64x2){ V(n).d[0] & mask, v >> 1 ? V(n).d[1] & mask : 0 };
    return true;
}

FAST(fneg_v)
{
    u64 mask = v & 1 ? 1ull << 63 : 0x8000000080000000u;
    V(d).vd = (u64x2){ V(n).d[0] ^ mask, v >> 1 ? V(n).d[1] ^ mask : 0 };
    return true;
}

FAST(fabs_vh)
{
    u64 mask = 0x7fff7fff7fff7fffu;
    V(d).vd = (u64x2){ V(n).d[0] & mask, v ? V(n).d[1] & mask : 0 };
    return true;
}

FAST(fneg_vh)
{
    u64 mask = 0x8000800080008000u;
    V(d).vd = (u64x2){ V(n).d[0] ^ mask, v ? V(n).d[1] ^ mask : 0 };
    return true;
}

// -- Compares to masks: the host's comparisons signal as Arm's do --

#define COMPARE(name, e32, e64) \
    FAST(name##_v) \
    { \
        DECLINE_IF(c->fp_soft); \
        if (v & 1) { \
            f64x2 a = in64(&V(n)), b = in64(&V(m)); \
            V(d).vsd = (i64x2)(e64); \
        } else { \
            f32x4 a = in32(&V(n), v >> 1), b = in32(&V(m), v >> 1); \
            i64x2 r = (i64x2)(e32); \
            V(d).vsd = v >> 1 ? r : (i64x2){ r[0], 0 }; \
        } \
        return true; \
    } \
    FAST(name##_g) \
    { \
        DECLINE_IF(c->fp_soft); \
        if (v & 1) { \
            f64x2 a = { V(n).f64[0], 0 }, b = { V(m).f64[0], 0 }; \
            i64x2 r = (i64x2)(e64); \
            V(d).vsd = (i64x2){ r[0], 0 }; \
        } else { \
            f32x4 a = { V(n).f32[0], 0, 0, 0 }, b = { V(m).f32[0], 0, 0, 0 }; \
            i32x4 r = (i32x4)(e32); \
            V(d).vss = (i32x4){ r[0], 0, 0, 0 }; \
        } \
        return true; \
    }
COMPARE(fcmeq, a == b, a == b)
COMPARE(fcmge, a >= b, a >= b)
COMPARE(fcmgt, a > b, a > b)
COMPARE(facge, abs32(a) >= abs32(b), abs64(a) >= abs64(b))
COMPARE(facgt, abs32(a) > abs32(b), abs64(a) > abs64(b))

#define COMPARE_ZERO(name, op) \
    FAST(name##_v) \
    { \
        DECLINE_IF(c->fp_soft); \
        if (v & 1) { \
            V(d).vsd = in64(&V(n)) op(f64x2){ 0, 0 }; \
        } else { \
            i64x2 r = (i64x2)(in32(&V(n), v >> 1) op(f32x4){ 0, 0, 0, 0 }); \
            V(d).vsd = v >> 1 ? r : (i64x2){ r[0], 0 }; \
        } \
        return true; \
    }
COMPARE_ZERO(fcmeq_zero, ==)
COMPARE_ZERO(fcmge_zero, >=)
COMPARE_ZERO(fcmgt_zero, >)
COMPARE_ZERO(fcmle_zero, <=)
COMPARE_ZERO(fcmlt_zero, <)

// -- Rounding, lane by lane --

#define EACH_LANE(value, e32, e64) \
    if (v & 1) { \
        f64x2 x = in64(&V(n)), r = x; \
        for (int k = 0; k < 2; k++) { \
            double a = x[k]; \
            DECLINE_IF(whole64(a)); \
            r[k] = e64; \
        } \
        V(d).vf64 = r; \
    } else { \
        f32x4 x = in32(&V(n), v >> 1), r = x; \
        for (int k = 0; k < 2 << (v >> 1); k++) { \
            float a = x[k]; \
            DECLINE_IF(whole32(a)); \
            r[k] = e32; \
        } \
        V(d).vf32 = r; \
    }
#define VECTOR_ROUND(name, e32, e64) \
    FAST(name) \
    { \
        DECLINE_IF(!HOST_ROUND || c->fp_soft); \
        EACH_LANE(a, e32, e64) \
        return true; \
    }
VECTOR_ROUND(frintn_v, __builtin_roundevenf(a), __builtin_roundeven(a))
VECTOR_ROUND(frintp_v, __builtin_ceilf(a), __builtin_ceil(a))
VECTOR_ROUND(frintm_v, __builtin_floorf(a), __builtin_floor(a))
VECTOR_ROUND(frintz_v, __builtin_truncf(a), __builtin_trunc(a))
VECTOR_ROUND(frinta_v, ties_away32(a), ties_away64(a))
VECTOR_ROUND(frintx_v, __builtin_rintf(a), __builtin_rint(a))
VECTOR_ROUND(frinti_v, __builtin_nearbyintf(a), __builtin_nearbyint(a))

// -- To and from integers --

// Only values that fit are converted; all are looked at first.
FAST(fcvtzs_v)
{
    DECLINE_IF(c->fp_soft);
    if (v & 1) {
        f64x2 a = in64(&V(n));
        DECLINE_IF(hv_any((u64x2) ~(abs64(a) < 9223372036854775808.0)));
        V(d).vsd = (i64x2){ (i64)a[0], (i64)a[1] };
    } else {
        f32x4 a = in32(&V(n), v >> 1);
        DECLINE_IF(hv_any((u64x2) ~(abs32(a) < 2147483648.0f)));
        V(d).vss = __builtin_convertvector(a, i32x4);
    }
    return true;
}

FAST(fcvtzs_g)
{
    DECLINE_IF(c->fp_soft);
    if (v) {
        double a = V(n).f64[0];
        DECLINE_IF(!(__builtin_fabs(a) < 9223372036854775808.0));
        V(d).vsd = (i64x2){ (i64)a, 0 };
    } else {
        float a = V(n).f32[0];
        DECLINE_IF(!(__builtin_fabsf(a) < 2147483648.0f));
        V(d).vss = (i32x4){ (i32)a, 0, 0, 0 };
    }
    return true;
}

FAST(fcvtzu_g)
{
    DECLINE_IF(c->fp_soft);
    double a = scalar_value(&V(n), v);
    DECLINE_IF(!(a > -1.0 && a < (v ? 9223372036854775808.0 : 4294967296.0)));
    V(d).vsd = (i64x2){ (i64)a, 0 };
    return true;
}

FAST(scvtf_v)
{
    if (v & 1)
        V(d).vf64 = (f64x2){ (double)V(n).sd[0], (double)V(n).sd[1] };
    else
        V(d).vf32 = __builtin_convertvector((i32x4)in32(&V(n), v >> 1), f32x4);
    return true;
}

FAST(ucvtf_v)
{
    if (v & 1) {
        V(d).vf64 = (f64x2){ (double)V(n).d[0], (double)V(n).d[1] };
        return true;
    }
    u32x4 a = (u32x4)in32(&V(n), v >> 1);
    V(d).vf32 = (f32x4){ (float)(i64)a[0], (float)(i64)a[1], (float)(i64)a[2], (float)(i64)a[3] };
    return true;
}

FAST(scvtf_g)
{
    if (v)
        put64(&V(d), (double)V(n).sd[0]);
    else
        put32(&V(d), (float)V(n).ss[0]);
    return true;
}

FAST(ucvtf_g)
{
    if (v)
        put64(&V(d), (double)V(n).d[0]);
    else
        put32(&V(d), (float)(i64)V(n).s[0]);
    return true;
}

// -- Between formats --

INLINE bool widen(struct cpu *c, const struct insn *i, int from)
{
    DECLINE_IF(c->fp_soft);
    f64x2 r = { V(n).f32[from], V(n).f32[from + 1] };
    DECLINE_IF(any_nan64(r));
    V(d).vf64 = r;
    return true;
}

FAST(fcvtl_s)
{
    return widen(c, i, 0);
}
FAST(fcvtl2_s)
{
    return widen(c, i, 2);
}

FAST(fcvtn_s)
{
    DECLINE_IF(c->fp_soft);
    f32x4 r = { (float)V(n).f64[0], (float)V(n).f64[1], 0, 0 };
    DECLINE_IF(any_odd32(r));
    V(d).vf32 = r;
    return true;
}

FAST(fcvtn2_s)
{
    DECLINE_IF(c->fp_soft);
    f32x4 r = { (float)V(n).f64[0], (float)V(n).f64[1], 0, 0 };
    DECLINE_IF(any_odd32(r));
    V(d).d[1] = ((u64x2)r)[0];
    return true;
}

#include "exec/sem/sem_fp_none.h"

#endif
