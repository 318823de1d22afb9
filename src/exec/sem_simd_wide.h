// Long, wide and narrowing arithmetic, dot and matrix products, polynomials.
#ifndef EXEC_SEM_SIMD_WIDE_H
#define EXEC_SEM_SIMD_WIDE_H

#include "exec/crypto.h"
#include "exec/sem_lanes.h"

// -- Long --

WIDE(saddl, (X)(S)a + (S)b)
WIDE(uaddl, (W)a + b)
WIDE(ssubl, (X)(S)a - (S)b)
WIDE(usubl, (W)a - b)
WIDE(sabdl, (U)((S)a > (S)b ? a - b : b - a))
WIDE(uabdl, (U)(a > b ? a - b : b - a))
WIDE(sabal, o + (U)((S)a > (S)b ? a - b : b - a))
WIDE(uabal, o + (U)(a > b ? a - b : b - a))

#define S_PRODUCT ((W)((X)(S)a * (S)b))
#define U_PRODUCT ((W)((W)a * b))
#define WIDE_AND_E(name, expr) \
    WIDE(name, expr) \
    WIDE_E(name, expr)
WIDE_AND_E(smull, S_PRODUCT)
WIDE_AND_E(umull, U_PRODUCT)
WIDE_AND_E(smlal, o + S_PRODUCT)
WIDE_AND_E(umlal, o + U_PRODUCT)
WIDE_AND_E(smlsl, o - S_PRODUCT)
WIDE_AND_E(umlsl, o - U_PRODUCT)

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

WIDE_W(saddw, a + (W)(X)(S)b)
WIDE_W(uaddw, a + b)
WIDE_W(ssubw, a - (W)(X)(S)b)
WIDE_W(usubw, a - b)

// -- Narrowing --

#define ROUND_U ((W)1 << (BITS - 1))
NARROW(addhn, (W)(a + b) >> BITS)
NARROW(subhn, (W)(a - b) >> BITS)
NARROW(raddhn, (W)(a + b + ROUND_U) >> BITS)
NARROW(rsubhn, (W)(a - b + ROUND_U) >> BITS)
NARROW(xtn, a)
NARROW(sqxtn, CLAMP_S((X)a))
NARROW_1(sqxtn, CLAMP_S((X)a))
NARROW(uqxtn, CLAMP_W(a))
NARROW_1(uqxtn, CLAMP_W(a))
NARROW(sqxtun, CLAMP_U((X)a))
NARROW_1(sqxtun, CLAMP_U((X)a))

// -- Dot products: four bytes to a single; variant q --

#define DOT_AS(name, tn, tm, bk) \
    SEM(name) \
    { \
        union vreg r = { 0 }; \
        const tn *pn = (const tn *)&V(n); \
        const tm *pm = (const tm *)&V(m); \
        for (unsigned k = 0; k < 2u << v; k++) { \
            u32 sum = V(d).s[k]; \
            for (unsigned j = 0; j < 4; j++) \
                sum += (u32)(pn[4 * k + j] * pm[4 * (bk) + j]); \
            r.s[k] = sum; \
        } \
        V(d) = r; \
    }
#define DOT(name, tn, tm) \
    DOT_AS(name, tn, tm, k) \
    DOT_AS(name##_e, tn, tm, IMM)
DOT(sdot, i8, i8)
DOT(udot, u8, u8)
DOT(usdot, u8, i8)
DOT_AS(sudot_e, i8, u8, IMM)

// Two rows of eight bytes times two columns of eight.
#define MATRIX(name, tn, tm) \
    SEM(name) \
    { \
        union vreg r; \
        const tn *pn = (const tn *)&V(n); \
        const tm *pm = (const tm *)&V(m); \
        for (unsigned k = 0; k < 4; k++) { \
            u32 sum = V(d).s[k]; \
            for (unsigned j = 0; j < 8; j++) \
                sum += (u32)(pn[(k & 2) * 4 + j] * pm[(k & 1) * 8 + j]); \
            r.s[k] = sum; \
        } \
        V(d) = r; \
    }
MATRIX(smmla, i8, i8)
MATRIX(ummla, u8, u8)
MATRIX(usmmla, u8, i8)

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
