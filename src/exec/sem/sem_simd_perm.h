// Permutes, tables, and moves of elements.
#ifndef EXEC_SEM_SIMD_PERM_H
#define EXEC_SEM_SIMD_PERM_H

#include "exec/sem/sem_lanes.h"
#include "exec/sem/table.h"

// -- Zip, unzip, transpose --

// The low and high halves of n zipped with m's: half of 64 bits when Q is 0.
#define ZIP(name, high) \
    SEM(name) \
    { \
        u64x2 x = V(n).vd, y = V(m).vd; \
        if ((v & 3) == 3) \
            V(d).vd = (u64x2){ x[high], y[high] }; \
        else if (v >> 2) \
            V(d).vd = unpack(x, y, v & 3, high); \
        else \
            V(d).vd = (u64x2){ unpack(x, y, v & 3, 0)[high], 0 }; \
    }
ZIP(zip1, 0)
ZIP(zip2, 1)

// The even or odd lanes of n, then of m: the low or high half of each W.
#define UNZIP(name, odd) \
    SEM(name) \
    { \
        u64x2 x = V(n).vd, y = V(m).vd; \
        if (!(v >> 2)) \
            x = (u64x2){ x[0], y[0] }; \
        SIZED_BHS(v & 3, \
            WIDE_VECTORS \
            x = (u64x2)((WV)x >> (odd ? BITS : 0)); \
            y = (u64x2)((WV)y >> (odd ? BITS : 0)); \
        ) \
        if ((v & 3) == 3) \
            V(d).vd = (u64x2){ x[odd], y[odd] }; \
        else \
            V(d).vd = narrow(x, v >> 2 ? y : (u64x2){ 0, 0 }, v & 3); \
    }
UNZIP(uzp1, 0)
UNZIP(uzp2, 1)

#define TRANSPOSE(name, odd) \
    SEM(name) \
    { \
        u64x2 x = V(n).vd, y = V(m).vd; \
        if ((v & 3) == 3) { \
            V(d).vd = (u64x2){ x[odd], y[odd] }; \
            return; \
        } \
        SIZED_BHS(v & 3, \
            WIDE_VECTORS \
            WV a = (WV)x; \
            WV b = (WV)y; \
            x = (u64x2)(odd ? a >> BITS | (b >> BITS << BITS) : (a & (W)U_MAX) | b << BITS); \
        ) \
        put(&V(d), x, v >> 2); \
    }
TRANSPOSE(trn1, 0)
TRANSPOSE(trn2, 1)

// Bytes IMM to IMM + 15 of m:n, or to IMM + 7 of their low halves.
SEM(ext)
{
    u64x2 x = V(n).vd, y = V(m).vd;
    unsigned s = (unsigned)(IMM & 7) * 8;
    if (!v) {
        V(d).vd = (u64x2){ x[0] >> s | y[0] << 1 << (63 - s), 0 };
        return;
    }
    u64x2 middle = { x[1], y[0] };
    u64x2 low = IMM < 8 ? x : middle, high = IMM < 8 ? middle : y;
    V(d).vd = low >> s | high << 1 << (63 - s);
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
REVERSE(rev64, v >> 2,
        (v & 3) == 0   ? __builtin_bswap64(x)
        : (v & 3) == 1 ? swap_halves(swap_singles(x))
                       : swap_singles(x))
REVERSE(rev32_b, v, swap_halves(swap_bytes(x)))
REVERSE(rev32_h, v, swap_halves(x))
REVERSE(rev16, v, swap_bytes(x))

// -- Tables: bytes of n, n+1 … picked by m --

#define TABLE_LOOKUP(name, regs, missing) \
    SEM(name) \
    { \
        union vreg table[regs]; \
        for (unsigned k = 0; k < regs; k++) \
            table[k] = c->v[(SLOT(n) + k) & 31]; \
        put(&V(d), table_lookup(table, regs, V(m).vd, missing), v); \
    }
#define NOTHING ((u64x2){ 0, 0 })
TABLE_LOOKUP(tbl1, 1, NOTHING)
TABLE_LOOKUP(tbl2, 2, NOTHING)
TABLE_LOOKUP(tbl3, 3, NOTHING)
TABLE_LOOKUP(tbl4, 4, NOTHING)
TABLE_LOOKUP(tbx1, 1, V(d).vd)
TABLE_LOOKUP(tbx2, 2, V(d).vd)
TABLE_LOOKUP(tbx3, 3, V(d).vd)
TABLE_LOOKUP(tbx4, 4, V(d).vd)

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
