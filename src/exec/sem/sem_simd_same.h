// Lane by lane: arithmetic, compares, logic; pairs and reductions.
#ifndef EXEC_SEM_SIMD_SAME_H
#define EXEC_SEM_SIMD_SAME_H

#include "exec/sem/sem_lanes.h"

// -- Arithmetic. A product is made of unsigned ints: u16 would become int and overflow. --

MAP(add, a + b)
MAP_D(add, a + b)
MAP(sub, a - b)
MAP_D(sub, a - b)
MAP(neg, 0u - a)
MAP_D(neg, 0u - a)
MAP(abs, (S)a < 0 ? 0u - a : a)
MAP_D(abs, (S)a < 0 ? 0u - a : a)
MAP_BHS(mul, 1u * a * b)
MAP_E(mul, 1u * a * b)
MAP_BHS(mla, o + 1u * a * b)
MAP_E(mla, o + 1u * a * b)
MAP_BHS(mls, o - 1u * a * b)
MAP_E(mls, o - 1u * a * b)

MAP_BHS(smax, (S)a > (S)b ? a : b)
MAP_BHS(umax, a > b ? a : b)
MAP_BHS(smin, (S)a < (S)b ? a : b)
MAP_BHS(umin, a < b ? a : b)
MAP_BHS(sabd, (S)a > (S)b ? a - b : b - a)
MAP_BHS(uabd, a > b ? a - b : b - a)
MAP_BHS(saba, o + ((S)a > (S)b ? a - b : b - a))
MAP_BHS(uaba, o + (a > b ? a - b : b - a))

// Signed means without a wider sum: of that gcc 12 makes unsigned ones on an arm64 host.
MAP_BHS(shadd, (a & b) + ((S)(a ^ b) >> 1))
MAP_BHS(uhadd, ((W)a + b) >> 1)
MAP_BHS(srhadd, (a | b) - ((S)(a ^ b) >> 1))
MAP_BHS(urhadd, ((W)a + b + 1) >> 1)
MAP_BHS(shsub, ((X)(S)a - (S)b) >> 1)
MAP_BHS(uhsub, ((X)a - b) >> 1)

MAP_BHS(clz, a ? (unsigned)__builtin_clz(a) + BITS - 32 : BITS)
MAP_BHS(cls, (unsigned)__builtin_clz(((S)a < 0 ? (U)~a : a) << 1 | 1) + BITS - 32)

// -- Saturating arithmetic --

MAP_SAT(sqadd, CLAMP_S((X)(S)a + (S)b))
MAP_SAT(uqadd, CLAMP_U((X)a + b))
MAP_SAT(sqsub, CLAMP_S((X)(S)a - (S)b))
MAP_SAT(uqsub, CLAMP_U((X)a - b))
MAP_SAT(suqadd, CLAMP_S((X)(S)o + a))
MAP_SAT(usqadd, CLAMP_U((X)o + (S)a))
MAP_SAT(sqabs, CLAMP_S((S)a < 0 ? -(X)(S)a : (X)(S)a))
MAP_SAT(sqneg, CLAMP_S(-(X)(S)a))

// The doubled product's upper half, without the doubling that could overflow.
#define PRODUCT ((X)(S)a * (S)b)
#define HALF_UNIT ((X)1 << (BITS - 2))
#define DMULH CLAMP_S(PRODUCT >> (BITS - 1))
#define RDMULH CLAMP_S((PRODUCT + HALF_UNIT) >> (BITS - 1))
#define RDMLAH CLAMP_S(((X)(S)o * ((X)1 << (BITS - 1)) + PRODUCT + HALF_UNIT) >> (BITS - 1))
#define RDMLSH CLAMP_S(((X)(S)o * ((X)1 << (BITS - 1)) - PRODUCT + HALF_UNIT) >> (BITS - 1))
MAP_SAT_HS(sqdmulh, DMULH)
MAP_SAT_HS(sqrdmulh, RDMULH)
MAP_SAT_HS(sqrdmlah, RDMLAH)
MAP_SAT_HS(sqrdmlsh, RDMLSH)

// -- Compares --

#define MAP_CMP(name, expr) \
    MAP(name, (expr) ? -1 : 0) \
    MAP_D(name, (expr) ? -1 : 0)
MAP_CMP(cmeq, a == b)
MAP_CMP(cmgt, (S)a > (S)b)
MAP_CMP(cmge, (S)a >= (S)b)
MAP_CMP(cmhi, a > b)
MAP_CMP(cmhs, a >= b)
MAP_CMP(cmtst, (a & b) != 0)
MAP_CMP(cmeq_zero, a == 0)
MAP_CMP(cmgt_zero, (S)a > 0)
MAP_CMP(cmge_zero, (S)a >= 0)
MAP_CMP(cmlt_zero, (S)a < 0)
MAP_CMP(cmle_zero, (S)a <= 0)

// -- Logic: variant q --

#define LOGIC(name, expr) \
    SEM(name) \
    { \
        const u64x2 a = V(n).vd, b MAYBE = V(m).vd, o MAYBE = V(d).vd; \
        put(&V(d), expr, v); \
    }
LOGIC(vand, a &b)
LOGIC(vbic, a & ~b)
LOGIC(vorr, a | b)
LOGIC(vorn, a | ~b)
LOGIC(veor, a ^ b)
LOGIC(vbsl, ((a ^ b) & o) ^ b)
LOGIC(vbit, ((o ^ a) & b) ^ o)
LOGIC(vbif, ((o ^ a) & ~b) ^ o)
LOGIC(not, ~a)

#define EVERY(byte) ((byte) * 0x0101010101010101ull)

INLINE u64x2 count_bits(u64x2 x)
{
    x -= x >> 1 & EVERY(0x55);
    x = (x & EVERY(0x33)) + (x >> 2 & EVERY(0x33));
    return (x + (x >> 4)) & EVERY(0x0f);
}

INLINE u64x2 reverse_bits(u64x2 x)
{
    x = (x >> 1 & EVERY(0x55)) | (x & EVERY(0x55)) << 1;
    x = (x >> 2 & EVERY(0x33)) | (x & EVERY(0x33)) << 2;
    return (x >> 4 & EVERY(0x0f)) | (x & EVERY(0x0f)) << 4;
}

LOGIC(cnt, count_bits(a))
LOGIC(rbit_v, reverse_bits(a))

SEM(eor3)
{
    V(d).vd = V(n).vd ^ V(m).vd ^ V(a).vd;
}

SEM(bcax)
{
    V(d).vd = V(n).vd ^ (V(m).vd & ~V(a).vd);
}

// -- Modified immediate --

SEM(movi)
{
    V(d).vd = (u64x2){ (u64)IMM, v ? (u64)IMM : 0 };
}

SEM(movi_2d)
{
    V(d).vd = (u64x2){ (u64)IMM, (u64)IMM };
}

SEM(orr_imm)
{
    put(&V(d), V(d).vd | (u64)IMM, v);
}

// The operand has inverted the immediate.
SEM(bic_imm)
{
    put(&V(d), V(d).vd & (u64)IMM, v);
}

// -- Pairs of n's lanes, then of m's --

#define PAIR_AS(name, sized, expr) \
    SEM(name) \
    { \
        union vreg r = { 0 }; \
        const u64x2 both[2] = { v >> 2 ? V(n).vd : (u64x2){ V(n).d[0], V(m).d[0] }, V(m).vd }; \
        sized(v & 3, \
            const U *p = (const U *)both; \
            U *pr = (U *)&r; \
            for (unsigned k = 0; k < LANES; k++) { \
                const U a = p[2 * k]; \
                const U b = p[2 * k + 1]; \
                pr[k] = (U)(expr); \
            } \
        ) \
        put(&V(d), r.vd, v >> 2); \
    }
PAIR_AS(addp, SIZED, a + b)
PAIR_AS(smaxp, SIZED_BHS, (S)a > (S)b ? a : b)
PAIR_AS(umaxp, SIZED_BHS, a > b ? a : b)
PAIR_AS(sminp, SIZED_BHS, (S)a < (S)b ? a : b)
PAIR_AS(uminp, SIZED_BHS, a < b ? a : b)

SEM(addp_d)
{
    V(d).vd = (u64x2){ V(n).d[0] + V(n).d[1], 0 };
}

// Pairs of n's lanes to lanes twice as wide: the halves of each W.
#define PAIR_LONG(name, expr) \
    SEM(name) \
    { \
        SIZED_BHS(v & 3, \
            WIDE_VECTORS \
            const WV a MAYBE = (WV)V(n).vd; \
            const XV sa MAYBE = (XV)V(n).vd; \
            const WV o MAYBE = (WV)V(d).vd; \
            put(&V(d), (u64x2)(expr), v >> 2); \
        ) \
    }
#define S_PAIR ((WV)((XV)(a << BITS) >> BITS) + (WV)(sa >> BITS))
#define U_PAIR ((a & (W)U_MAX) + (a >> BITS))
PAIR_LONG(saddlp, S_PAIR)
PAIR_LONG(uaddlp, U_PAIR)
PAIR_LONG(sadalp, o + S_PAIR)
PAIR_LONG(uadalp, o + U_PAIR)

// -- Across lanes: `r` is folded with each lane `a` --

// Without Q, `fill` is what the upper half counts as.
#define REDUCE(name, lane, result, fill, start, expr) \
    SEM(name) \
    { \
        u64 all = 0; \
        const u64x2 x = { V(n).d[0], v >> 2 ? V(n).d[1] : (fill) }; \
        SIZED_BHS(v & 3, \
            const lane *pn = (const lane *)&x; \
            result r = (result)(start); \
            for (unsigned k = 0; k < LANES; k++) { \
                const lane a = pn[k]; \
                r = (result)(expr); \
            } \
            all = r; \
        ) \
        V(d).vd = (u64x2){ all, 0 }; \
    }
REDUCE(addv, U, U, 0, 0, r + a)
REDUCE(saddlv, S, W, 0, 0, r + (W)(X)a)
REDUCE(uaddlv, U, W, 0, 0, r + a)
REDUCE(smaxv, S, U, V(n).d[0], *pn, (S)r > a ? r : (U)a)
REDUCE(sminv, S, U, V(n).d[0], *pn, (S)r < a ? r : (U)a)
REDUCE(umaxv, U, U, V(n).d[0], *pn, r > a ? r : a)
REDUCE(uminv, U, U, V(n).d[0], *pn, r < a ? r : a)

#endif
