// Long, wide and narrowing arithmetic, dot and matrix products, polynomials.
#ifndef EXEC_SEM_SIMD_WIDE_H
#define EXEC_SEM_SIMD_WIDE_H

#include "exec/sem/crypto.h"
#include "exec/sem/sem_lanes.h"

// -- Long --

#define DISTANCE(difference) \
    ({ \
        XV x_ = difference, m_ = x_ < 0; \
        (WV)((x_ ^ m_) - m_); \
    })
LONG(saddl, sa + sb)
LONG(uaddl, a + b)
LONG(ssubl, sa - sb)
LONG(usubl, a - b)
LONG(sabdl, DISTANCE(sa - sb))
LONG(uabdl, DISTANCE((XV)(a - b)))
LONG(sabal, o + DISTANCE(sa - sb))
LONG(uabal, o + DISTANCE((XV)(a - b)))

// Products of sign-extended lanes are the same modulo the lane when made unsigned.
#define S_PRODUCT ((WV)sa * (WV)sb)
#define U_PRODUCT (a * b)
#define LONG_AND_E(name, expr) \
    LONG(name, expr) \
    LONG_E(name, expr)
LONG_AND_E(smull, S_PRODUCT)
LONG_AND_E(umull, U_PRODUCT)
LONG_AND_E(smlal, o + S_PRODUCT)
LONG_AND_E(umlal, o + U_PRODUCT)
LONG_AND_E(smlsl, o - S_PRODUCT)
LONG_AND_E(umlsl, o - U_PRODUCT)

// Only the square of the least number saturates when doubled.
#define X_MAX ((X)((W)~(W)0 >> 1))
#define DOUBLED \
    ({ \
        X p_ = (X)(S)a * (S)b; \
        bool q_ = p_ == (X)1 << (2 * BITS - 2); \
        qc |= q_; \
        q_ ? X_MAX : 2 * p_; \
    })
#define ACCUMULATED(op) \
    ({ \
        X o_ = (X)o, r_; \
        bool f_ = __builtin_##op##_overflow(o_, DOUBLED, &r_); \
        qc |= f_; \
        f_ ? (o_ < 0 ? ~X_MAX : X_MAX) : r_; \
    })
#define WIDE_DOUBLING(name, expr) \
    WIDE_HS(name, expr) \
    WIDE_1(name, expr) \
    WIDE_E(name, expr) \
    WIDE_E1(name, expr)
WIDE_DOUBLING(sqdmull, DOUBLED)
WIDE_DOUBLING(sqdmlal, ACCUMULATED(add))
WIDE_DOUBLING(sqdmlsl, ACCUMULATED(sub))

// -- Wide --

LONG_W(saddw, a + sb)
LONG_W(uaddw, a + b)
LONG_W(ssubw, a - sb)
LONG_W(usubw, a - b)

// -- Narrowing --

#define HALF_UNIT_W ((W)1 << (BITS - 1))
SHORT(addhn, (a + b) >> BITS)
SHORT(subhn, (a - b) >> BITS)
SHORT(raddhn, (a + b + HALF_UNIT_W) >> BITS)
SHORT(rsubhn, (a - b + HALF_UNIT_W) >> BITS)
SHORT(xtn, a)
NARROW(sqxtn, CLAMP_S((X)a))
NARROW_1(sqxtn, CLAMP_S((X)a))
NARROW(uqxtn, CLAMP_W(a))
NARROW_1(uqxtn, CLAMP_W(a))
NARROW(sqxtun, CLAMP_U((X)a))
NARROW_1(sqxtun, CLAMP_U((X)a))

// -- Dot products: four bytes to a single; variant q --

// Sums of four consecutive products of eight bytes, widened to x and y: a sum in the low half
// of each double. `s` when products are signed.
INLINE u32x4 dot_half(u16x8 x, u16x8 y, bool s)
{
    u32x4 p = (u32x4)(x * y);
    u32x4 even = s ? (u32x4)((i32x4)(p << 16) >> 16) : p & 0xffff;
    u32x4 odd = s ? (u32x4)((i32x4)p >> 16) : p >> 16;
    u64x2 pair = (u64x2)(even + odd);
    return (u32x4)(pair + (pair >> 32));
}

INLINE u64x2 widen(u64x2 x, bool s, bool high)
{
    return s ? widen_s(x, 0, high) : widen_u(x, 0, high);
}

// sn, sm: whether the bytes of n and m are signed.
INLINE u32x4 dot(u64x2 n, u64x2 m, bool sn, bool sm)
{
    u32x4 low = dot_half((u16x8)widen(n, sn, 0), (u16x8)widen(m, sm, 0), sn || sm);
    u32x4 high = dot_half((u16x8)widen(n, sn, 1), (u16x8)widen(m, sm, 1), sn || sm);
    return __builtin_shufflevector(low, high, 0, 2, 4, 6);
}

#define DOT_E(name, sn, sm) \
    SEM(name##_e) \
    { \
        u64x2 m = (u64x2)((u32x4){ 0 } + V(m).s[IMM]); \
        put(&V(d), (u64x2)(V(d).vs + dot(V(n).vd, m, sn, sm)), v); \
    }
#define DOT(name, sn, sm) \
    DOT_E(name, sn, sm) \
    SEM(name) \
    { \
        put(&V(d), (u64x2)(V(d).vs + dot(V(n).vd, V(m).vd, sn, sm)), v); \
    }
DOT(sdot, 1, 1)
DOT(udot, 0, 0)
DOT(usdot, 0, 1)
DOT_E(sudot, 1, 0)

// Two rows of eight bytes times two columns of eight.
#define MATRIX(name, sn, sm) \
    SEM(name) \
    { \
        u64x2 n = V(n).vd, m = V(m).vd; \
        u32x4 first = dot((u64x2){ n[0], n[0] }, m, sn, sm); \
        u32x4 second = dot((u64x2){ n[1], n[1] }, m, sn, sm); \
        V(d).vs += __builtin_shufflevector(first, second, 0, 2, 4, 6) + \
                   __builtin_shufflevector(first, second, 1, 3, 5, 7); \
    }
MATRIX(smmla, 1, 1)
MATRIX(ummla, 0, 0)
MATRIX(usmmla, 0, 1)

// -- Polynomials over {0, 1} --

SEM(pmul)
{
    u8x16 a = V(n).vb, b = V(m).vb, r = { 0 };
    for (unsigned k = 0; k < 8; k++) {
        r ^= a & -(b & 1);
        a += a;
        b >>= 1;
    }
    V(d).vd = v ? (u64x2)r : (u64x2){ ((u64x2)r)[0], 0 };
}

SEM(pmull_8h)
{
    u16x8 a, b, r = { 0 };
    for (unsigned k = 0; k < 8; k++) {
        a[k] = V(n).b[v * 8 + k];
        b[k] = V(m).b[v * 8 + k];
    }
    for (unsigned k = 0; k < 8; k++) {
        r ^= a & -(b & 1);
        a += a;
        b >>= 1;
    }
    V(d).vh = r;
}

SEM(pmull_1q)
{
    V(d).vd = crypto_pmull(V(n).d[v], V(m).d[v]);
}

#endif
