// sem_lanes.h: the lanes of vector registers, in which exec/sem/sem_simd*.h is written.
//
// Most instructions do the same to every lane. Such a body is one expression, expanded for
// each lane size: gcc makes vector code of the loops. In an expression
//
//   U S     a lane, unsigned and signed; W X the same, twice as wide
//   a b o   lane k of slots n, m and of d's old value
//   s       IMM, the shift of shifts by immediate
//   qc      not 0 once a lane has saturated
//
// Lane sizes are as in the encoding: 0 byte, 1 half, 2 single, 3 double. A variant `qz` has
// Q in bit 2 and the size in bits 1-0; scalar forms have one lane and names that end in 1.
// What lies above the lanes written becomes zero.
#ifndef EXEC_SEM_LANES_H
#define EXEC_SEM_LANES_H

#include "exec/sem/sem.h"

#define MAYBE __attribute__((unused))
#define LANE_TYPES(u, i, wu, wi) \
    typedef u U MAYBE; typedef i S MAYBE; typedef wu W MAYBE; typedef wi X MAYBE;

// Do the statements for lane size `z`: of four, of the first three, of half and single.
#define SIZED(z, ...) \
    switch (z) { \
    case 0: { LANE_TYPES(u8, i8, u16, i16) __VA_ARGS__ break; } \
    case 1: { LANE_TYPES(u16, i16, u32, i32) __VA_ARGS__ break; } \
    case 2: { LANE_TYPES(u32, i32, u64, i64) __VA_ARGS__ break; } \
    default: { LANE_TYPES(u64, i64, unsigned __int128, __int128) __VA_ARGS__ } \
    }
#define SIZED_BHS(z, ...) \
    switch (z) { \
    case 0: { LANE_TYPES(u8, i8, u16, i16) __VA_ARGS__ break; } \
    case 1: { LANE_TYPES(u16, i16, u32, i32) __VA_ARGS__ break; } \
    case 2: { LANE_TYPES(u32, i32, u64, i64) __VA_ARGS__ break; } \
    }
#define SIZED_HS(z, ...) \
    switch (z) { \
    case 1: { LANE_TYPES(u16, i16, u32, i32) __VA_ARGS__ break; } \
    case 2: { LANE_TYPES(u32, i32, u64, i64) __VA_ARGS__ break; } \
    }

enum { FPSR_QC = 1 << 27 };

// Lanes of U in 128 bits, in the arrangement of a variant qz, and in 64 bits.
#define LANES (16 / sizeof(U))
#define ALL ((8u << (v >> 2)) / sizeof(U))
#define HALF (8 / sizeof(U))
// The first lane of the half that Q picks.
#define FIRST ((v >> 2) * HALF)
#define BITS (8 * (unsigned)sizeof(U))

// Writes a result of 128 or, without `q`, 64 bits.
INLINE void put(union vreg *d, u64x2 r, bool q)
{
    d->vd = q ? r : (u64x2){ r[0], 0 };
}

// -- Lane by lane --

// `count` lanes of size `z`; lane k of m is taken from lane `bk`. The upper half is kept when `q`.
#define MAP_AS(fn, sized, z, count, q, bk, expr) \
    SEM(fn) \
    { \
        union vreg r = { 0 }; \
        const unsigned s MAYBE = (unsigned)IMM; \
        sized(z, \
            const U *pn = (const U *)&V(n); \
            const U *pm = (const U *)&V(m); \
            const U *po = (const U *)&V(d); \
            U *pr = (U *)&r; \
            W qc MAYBE = 0; \
            for (unsigned k = 0; k < (count); k++) { \
                const U a MAYBE = pn[k]; \
                const U b MAYBE = pm[bk]; \
                const U o MAYBE = po[k]; \
                pr[k] = (U)(expr); \
            } \
            if (qc) \
                c->fpsr |= FPSR_QC; \
        ) \
        put(&V(d), r.vd, q); \
    }
// A 64-bit arrangement is computed like the 128-bit one, unless other lanes could set QC.
#define MAP(name, expr) MAP_AS(name, SIZED, v & 3, LANES, v >> 2, k, expr)
#define MAP_BHS(name, expr) MAP_AS(name, SIZED_BHS, v & 3, LANES, v >> 2, k, expr)
#define MAP_E(name, expr) MAP_AS(name##_e, SIZED_HS, v & 3, LANES, v >> 2, IMM, expr)
#define MAP_D(name, expr) MAP_AS(name##_d, SIZED, 3, 1, 0, k, expr)
// Saturating: vector and scalar.
#define MAP_SAT(name, expr) \
    MAP_AS(name, SIZED, v & 3, ALL, 1, k, expr) \
    MAP_AS(name##_1, SIZED, v & 3, 1, 1, k, expr)
#define MAP_SAT_HS(name, expr) \
    MAP_AS(name, SIZED_HS, v & 3, ALL, 1, k, expr) \
    MAP_AS(name##_1, SIZED_HS, v & 3, 1, 1, k, expr) \
    MAP_AS(name##_e, SIZED_HS, v & 3, ALL, 1, IMM, expr) \
    MAP_AS(name##_e1, SIZED_HS, v & 3, 1, 1, IMM, expr)

// -- To lanes twice as wide: o and the result are W --

#define WIDE_AS(fn, sized, z, count, first, bk, expr) \
    SEM(fn) \
    { \
        union vreg r = { 0 }; \
        const unsigned s MAYBE = (unsigned)IMM; \
        sized(z, \
            const U *pn = (const U *)&V(n) + (first); \
            const U *pm = (const U *)&V(m); \
            const W *po = (const W *)&V(d); \
            W *pr = (W *)&r; \
            W qc MAYBE = 0; \
            for (unsigned k = 0; k < (count); k++) { \
                const U a MAYBE = pn[k]; \
                const U b MAYBE = pm[bk]; \
                const W o MAYBE = po[k]; \
                pr[k] = (W)(expr); \
            } \
            if (qc) \
                c->fpsr |= FPSR_QC; \
        ) \
        V(d) = r; \
    }
#define WIDE_HS(name, expr) WIDE_AS(name, SIZED_HS, v & 3, HALF, FIRST, FIRST + k, expr)
#define WIDE_1(name, expr) WIDE_AS(name##_1, SIZED_HS, v & 3, 1, 0, k, expr)
#define WIDE_E(name, expr) WIDE_AS(name##_e, SIZED_HS, v & 3, HALF, FIRST, IMM, expr)
#define WIDE_E1(name, expr) WIDE_AS(name##_e1, SIZED_HS, v & 3, 1, 0, IMM, expr)

// -- To lanes half as wide: a and b are W, the result is U --

// The result goes to the lower half, or the upper one, leaving the lower as it was.
#define NARROW_AS(fn, z, count, upper, expr) \
    SEM(fn) \
    { \
        union vreg r = { 0 }; \
        const unsigned s MAYBE = (unsigned)IMM; \
        SIZED_BHS(z, \
            const W *pn = (const W *)&V(n); \
            const W *pm = (const W *)&V(m); \
            U *pr = (U *)&r; \
            W qc MAYBE = 0; \
            for (unsigned k = 0; k < (count); k++) { \
                const W a MAYBE = pn[k]; \
                const W b MAYBE = pm[k]; \
                pr[k] = (U)(expr); \
            } \
            if (qc) \
                c->fpsr |= FPSR_QC; \
        ) \
        V(d).vd = upper ? (u64x2){ V(d).d[0], r.d[0] } : (u64x2){ r.d[0], 0 }; \
    }
#define NARROW(name, expr) \
    NARROW_AS(name, v & 3, HALF, 0, expr) \
    NARROW_AS(name##2, v & 3, HALF, 1, expr)
#define NARROW_1(name, expr) NARROW_AS(name##_1, v & 3, 1, 0, expr)

// -- Whole vectors: what the vectoriser does not find --

// The lanes of size `z` of one half of x, each with the lane of y above it.
INLINE u64x2 unpack(u64x2 x, u64x2 y, unsigned z, bool high)
{
#define SHUFFLE(type, ...) (u64x2)__builtin_shufflevector((type)x, (type)y, __VA_ARGS__)
    switch (z) {
    case 0:
        return high ? SHUFFLE(u8x16, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
                    : SHUFFLE(u8x16, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    case 1:
        return high ? SHUFFLE(u16x8, 4, 12, 5, 13, 6, 14, 7, 15)
                    : SHUFFLE(u16x8, 0, 8, 1, 9, 2, 10, 3, 11);
    default: return high ? SHUFFLE(u32x4, 2, 6, 3, 7) : SHUFFLE(u32x4, 0, 4, 1, 5);
    }
#undef SHUFFLE
}

INLINE u64x2 widen_u(u64x2 x, unsigned z, bool high)
{
    return unpack(x, (u64x2){ 0, 0 }, z, high);
}

INLINE u64x2 widen_s(u64x2 x, unsigned z, bool high)
{
    u64x2 sign = z == 0   ? (u64x2)((i8x16)x < 0)
                 : z == 1 ? (u64x2)((i16x8)x < 0)
                          : (u64x2)((i32x4)x < 0);
    return unpack(x, sign, z, high);
}

// The lower halves of x's lanes of twice the size `z`, then of y's.
INLINE u64x2 narrow(u64x2 x, u64x2 y, unsigned z)
{
    const u64x2 both[2] = { x, y };
    union vreg r;
    for (unsigned k = 0; k < 16 && z == 0; k++)
        r.b[k] = (u8)((const u16 *)both)[k];
    for (unsigned k = 0; k < 8 && z == 1; k++)
        r.h[k] = (u16)((const u32 *)both)[k];
    if (z == 2)
        r.vs = __builtin_shufflevector((u32x4)x, (u32x4)y, 0, 2, 4, 6);
    return r.vd;
}

#define WIDE_VECTORS \
    typedef W WV MAYBE __attribute__((vector_size(16))); \
    typedef X XV MAYBE __attribute__((vector_size(16)));

// a and b are vectors of W made of the half of n and m that `high` picks; sa and sb the same
// of X; o is d's old value.
#define LONG_AS(fn, z, high, b_value, sb_value, expr) \
    SEM(fn) \
    { \
        const unsigned s MAYBE = (unsigned)IMM; \
        SIZED_BHS(z, \
            WIDE_VECTORS \
            const WV a MAYBE = (WV)widen_u(V(n).vd, z, high); \
            const XV sa MAYBE = (XV)widen_s(V(n).vd, z, high); \
            const WV b MAYBE = b_value; \
            const XV sb MAYBE = sb_value; \
            const WV o MAYBE = (WV)V(d).vd; \
            V(d).vd = (u64x2)(expr); \
        ) \
    }
#define LONG(name, expr) \
    LONG_AS(name, v & 3, v >> 2, (WV)widen_u(V(m).vd, v & 3, v >> 2), \
            (XV)widen_s(V(m).vd, v & 3, v >> 2), expr)
// b is one lane of m.
#define LONG_E(name, expr) \
    LONG_AS(name##_e, v & 3, v >> 2, (WV){ 0 } + (W)((const U *)&V(m))[IMM], \
            (XV){ 0 } + (X)((const S *)&V(m))[IMM], expr)
// a is all of n.
#define LONG_W(name, expr) \
    SEM(name) \
    { \
        SIZED_BHS(v & 3, \
            WIDE_VECTORS \
            const WV a = (WV)V(n).vd; \
            const WV b MAYBE = (WV)widen_u(V(m).vd, v & 3, v >> 2); \
            const WV sb MAYBE = (WV)widen_s(V(m).vd, v & 3, v >> 2); \
            V(d).vd = (u64x2)(expr); \
        ) \
    }

// a and b are vectors of W, sa and sb of X; the lower halves of the result's lanes are kept.
#define SHORT_AS(fn, z, upper, expr) \
    SEM(fn) \
    { \
        const unsigned s MAYBE = (unsigned)IMM; \
        SIZED_BHS(z, \
            WIDE_VECTORS \
            const WV a MAYBE = (WV)V(n).vd; \
            const WV b MAYBE = (WV)V(m).vd; \
            const u64x2 x = (u64x2)(expr); \
            const u64x2 r = narrow(x, (u64x2){ 0, 0 }, z); \
            V(d).vd = upper ? (u64x2){ V(d).d[0], r[0] } : r; \
        ) \
    }
#define SHORT(name, expr) \
    SHORT_AS(name, v & 3, 0, expr) \
    SHORT_AS(name##2, v & 3, 1, expr)

// -- Saturation --

#define S_MAX ((S)((U)~(U)0 >> 1))
#define U_MAX ((U)~(U)0)

// An X brought into the range of S, of U; a W into that of U.
#define CLAMP_S(x) \
    ({ \
        X x_ = (X)(x), y_ = x_ > S_MAX ? S_MAX : x_ < ~S_MAX ? ~S_MAX : x_; \
        qc |= (W)(x_ ^ y_); \
        (U)y_; \
    })
#define CLAMP_U(x) \
    ({ \
        X x_ = (X)(x), y_ = x_ > (X)U_MAX ? (X)U_MAX : x_ < 0 ? 0 : x_; \
        qc |= (W)(x_ ^ y_); \
        (U)y_; \
    })
#define CLAMP_W(x) \
    ({ \
        W x_ = (W)(x), y_ = x_ > U_MAX ? U_MAX : x_; \
        qc |= x_ ^ y_; \
        (U)y_; \
    })

#endif
