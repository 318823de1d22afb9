// Permutes, tables, and moves of elements.
#ifndef EXEC_SEM_SIMD_PERM_H
#define EXEC_SEM_SIMD_PERM_H

#include "exec/sem_lanes.h"

// -- Zip, unzip, transpose: result lane pairs made of n and m --

#define PERMUTE(name, ...) \
    SEM(name) \
    { \
        union vreg r = { 0 }; \
        SIZED(v & 3, \
            const U *pn = (const U *)&V(n); \
            const U *pm = (const U *)&V(m); \
            U *pr = (U *)&r; \
            for (unsigned k = 0; k < ALL / 2; k++) { \
                __VA_ARGS__ \
            } \
        ) \
        V(d) = r; \
    }
PERMUTE(zip1, pr[2 * k] = pn[k]; pr[2 * k + 1] = pm[k];)
PERMUTE(zip2, pr[2 * k] = pn[ALL / 2 + k]; pr[2 * k + 1] = pm[ALL / 2 + k];)
PERMUTE(uzp1, pr[k] = pn[2 * k]; pr[ALL / 2 + k] = pm[2 * k];)
PERMUTE(uzp2, pr[k] = pn[2 * k + 1]; pr[ALL / 2 + k] = pm[2 * k + 1];)
PERMUTE(trn1, pr[2 * k] = pn[2 * k]; pr[2 * k + 1] = pm[2 * k];)
PERMUTE(trn2, pr[2 * k] = pn[2 * k + 1]; pr[2 * k + 1] = pm[2 * k + 1];)

// Bytes IMM to IMM + 15 of m:n (or to IMM + 7 of their low halves).
SEM(ext)
{
    u64 w[5] = { V(n).d[0], v ? V(n).d[1] : V(m).d[0], V(m).d[0], V(m).d[1], 0 };
    const u64 *p = w + (IMM >> 3);
    unsigned s = (unsigned)(IMM & 7) * 8;
    u64 low = p[0] >> s | p[1] << 1 << (63 - s);
    u64 high = p[1] >> s | p[2] << 1 << (63 - s);
    V(d).vd = (u64x2){ low, v ? high : 0 };
}

// -- Reversal of the lanes in each double, single or half --

INLINE u64 swap_singles(u64 x)
{
    return x >> 32 | x << 32;
}

INLINE u64 swap_halves(u64 x)
{
    return (x >> 16 & 0x0000ffff0000ffff) | (x & 0x0000ffff0000ffff) << 16;
}

INLINE u64 swap_bytes(u64 x)
{
    return (x >> 8 & 0x00ff00ff00ff00ff) | (x & 0x00ff00ff00ff00ff) << 8;
}

#define REVERSE(name, q, expr) \
    SEM(name) \
    { \
        union vreg r = { 0 }; \
        for (unsigned k = 0; k <= (q); k++) { \
            u64 x = V(n).d[k]; \
            r.d[k] = (expr); \
        } \
        V(d) = r; \
    }
REVERSE(rev64, v >> 2, (v & 3) == 0   ? __builtin_bswap64(x)
                       : (v & 3) == 1 ? swap_halves(swap_singles(x))
                                      : swap_singles(x))
REVERSE(rev32_b, v, swap_halves(swap_bytes(x)))
REVERSE(rev32_h, v, swap_halves(x))
REVERSE(rev16, v, swap_bytes(x))

// -- Tables: bytes of n, n+1 … picked by m --

#define TABLE_LOOKUP(name, regs, missing) \
    SEM(name) \
    { \
        u8 table[16 * regs]; \
        union vreg r = { 0 }; \
        for (unsigned k = 0; k < regs; k++) \
            memcpy(table + 16 * k, &c->v[(SLOT(n) + k) & 31], 16); \
        for (unsigned k = 0; k < 8u << v; k++) { \
            u8 at = V(m).b[k]; \
            r.b[k] = at < 16 * regs ? table[at] : (missing); \
        } \
        V(d) = r; \
    }
TABLE_LOOKUP(tbl1, 1, 0)
TABLE_LOOKUP(tbl2, 2, 0)
TABLE_LOOKUP(tbl3, 3, 0)
TABLE_LOOKUP(tbl4, 4, 0)
TABLE_LOOKUP(tbx1, 1, V(d).b[k])
TABLE_LOOKUP(tbx2, 2, V(d).b[k])
TABLE_LOOKUP(tbx3, 3, V(d).b[k])
TABLE_LOOKUP(tbx4, 4, V(d).b[k])

// -- Elements --

#define DUPLICATE(name, lane, count, value) \
    SEM(name) \
    { \
        union vreg r = { 0 }; \
        const u##lane x = (u##lane)(value); \
        for (unsigned k = 0; k < (count); k++) \
            ((u##lane *)&r)[k] = x; \
        V(d) = r; \
    }
DUPLICATE(dup_b, 8, 8u << v, V(n).b[IMM])
DUPLICATE(dup_h, 16, 4u << v, V(n).h[IMM])
DUPLICATE(dup_s, 32, 2u << v, V(n).s[IMM])
DUPLICATE(dup_d, 64, 2, V(n).d[IMM])
DUPLICATE(dup_gen_b, 8, 8u << v, Wr(n))
DUPLICATE(dup_gen_h, 16, 4u << v, Wr(n))
DUPLICATE(dup_gen_s, 32, 2u << v, Wr(n))
DUPLICATE(dup_gen_d, 64, 2, Xr(n))

#define ELEMENTS(letter, gpr_value) \
    SEM(dup_lane_##letter##1) \
    { \
        V(d).vd = (u64x2){ V(n).letter[IMM], 0 }; \
    } \
    SEM(umov_##letter) \
    { \
        Xw(d, V(n).letter[IMM]); \
    } \
    SEM(ins_##letter) \
    { \
        V(d).letter[IMM] = V(n).letter[AUX]; \
    } \
    SEM(ins_gen_##letter) \
    { \
        V(d).letter[IMM] = gpr_value; \
    }
ELEMENTS(b, (u8)Wr(n))
ELEMENTS(h, (u16)Wr(n))
ELEMENTS(s, Wr(n))
ELEMENTS(d, Xr(n))

SEM(smov_w_b)
{
    Ww(d, V(n).sb[IMM]);
}

SEM(smov_w_h)
{
    Ww(d, V(n).sh[IMM]);
}

SEM(smov_x_b)
{
    Xw(d, (u64)(i64)V(n).sb[IMM]);
}

SEM(smov_x_h)
{
    Xw(d, (u64)(i64)V(n).sh[IMM]);
}

SEM(smov_x_s)
{
    Xw(d, (u64)(i64)V(n).ss[IMM]);
}

#endif
