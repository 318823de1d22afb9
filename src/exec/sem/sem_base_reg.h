// Data processing from registers: the second half of sem_base.h.
#ifndef EXEC_SEM_BASE_REG_H
#define EXEC_SEM_BASE_REG_H

// -- Data processing, register --

SEM(udiv)
{
    u64 q = v ? (Xr(m) ? Xr(n) / Xr(m) : 0) : Wr(m) ? Wr(n) / Wr(m) : 0;
    Xw(d, q);
    QUOTIENT(q);
}

// MIN / -1 is MIN.
SEM(sdiv)
{
    if (v) {
        i64 a = (i64)Xr(n), b = (i64)Xr(m);
        u64 q = b == 0 ? 0 : b == -1 ? -(u64)a : (u64)(a / b);
        Xw(d, q);
        QUOTIENT((i64)q < 0 ? -q : q);
    } else {
        i32 a = (i32)Wr(n), b = (i32)Wr(m);
        u32 q = b == 0 ? 0 : b == -1 ? -(u32)a : (u32)(a / b);
        Ww(d, q);
        QUOTIENT((i32)q < 0 ? -q : q);
    }
}

SEM(lslv)
{
    v ? Xw(d, Xr(n) << (Xr(m) & 63)) : Ww(d, Wr(n) << (Xr(m) & 31));
}

SEM(lsrv)
{
    v ? Xw(d, Xr(n) >> (Xr(m) & 63)) : Ww(d, Wr(n) >> (Xr(m) & 31));
}

SEM(asrv)
{
    v ? Xw(d, (u64)((i64)Xr(n) >> (Xr(m) & 63))) : Ww(d, (i32)Wr(n) >> (Xr(m) & 31));
}

SEM(rorv)
{
    v ? Xw(d, ror64(Xr(n), (unsigned)Xr(m))) : Ww(d, ror32(Wr(n), (unsigned)Xr(m)));
}

#define CRC(name, table, operand, bytes) \
    SEM(name) \
    { \
        Ww(d, crc32_update(table, Wr(n), operand, bytes)); \
    }
CRC(crc32b, crc32_ieee, Wr(m), 1)
CRC(crc32h, crc32_ieee, Wr(m), 2)
CRC(crc32w, crc32_ieee, Wr(m), 4)
CRC(crc32x, crc32_ieee, Xr(m), 8)
CRC(crc32cb, crc32_castagnoli, Wr(m), 1)
CRC(crc32ch, crc32_castagnoli, Wr(m), 2)
CRC(crc32cw, crc32_castagnoli, Wr(m), 4)
CRC(crc32cx, crc32_castagnoli, Xr(m), 8)
#undef CRC

// Exchanges neighbouring groups of `by` bits where `mask` has the lower ones.
INLINE u64 swap_groups(u64 x, int by, u64 mask)
{
    return (x >> by & mask) | (x & mask) << by;
}

INLINE u64 reverse_bits(u64 x)
{
    x = swap_groups(x, 1, 0x5555555555555555);
    x = swap_groups(x, 2, 0x3333333333333333);
    x = swap_groups(x, 4, 0x0f0f0f0f0f0f0f0f);
    return __builtin_bswap64(x);
}

SEM(rbit)
{
    Xw(d, v ? reverse_bits(Xr(n)) : reverse_bits(Xr(n)) >> 32);
}

SEM(rev16)
{
    RESULT(v, swap_groups(Xr(n), 8, 0x00ff00ff00ff00ff));
}

SEM(rev_w)
{
    Ww(d, __builtin_bswap32(Wr(n)));
}

SEM(rev32)
{
    u64 x = __builtin_bswap64(Xr(n));
    Xw(d, x >> 32 | x << 32);
}

SEM(rev_x)
{
    Xw(d, __builtin_bswap64(Xr(n)));
}

SEM(clz)
{
    if (v)
        Xw(d, Xr(n) ? (u64)__builtin_clzll(Xr(n)) : 64);
    else
        Xw(d, Wr(n) ? (u64)__builtin_clz(Wr(n)) : 32);
}

// Sign bits below the top one: leading zeros of x ^ (x << 1), never of 0.
SEM(cls)
{
    if (v)
        Xw(d, (u64)__builtin_clzll((Xr(n) ^ Xr(n) << 1) | 1));
    else
        Xw(d, (u64)__builtin_clz((Wr(n) ^ Wr(n) << 1) | 1));
}

// Slot m shifted by AUX: the shift's type in v, low two bits, then sf.
INLINE u64 shifted(u64 x, unsigned by, unsigned v)
{
    u32 w = (u32)x;
    switch (v) {
    case 0: return w << (by & 31);
    case 1: return w >> (by & 31);
    case 2: return (u32)((i32)w >> (by & 31));
    case 3: return ror32(w, by);
    case 4: return x << (by & 63);
    case 5: return x >> (by & 63);
    case 6: return (u64)((i64)x >> (by & 63));
    default: return ror64(x, by);
    }
}
#define SHIFTED shifted(Xr(m), AUX, v)

// Slot m extended and shifted by AUX: the option in v, low three bits.
#define EXTENDED (extended(Xr(m), v) << (AUX & 7))

#define LOGIC(name, expression) \
    SEM(name##_reg) \
    { \
        u64 a = Xr(n), b = Xr(m); \
        RESULT(v, expression); \
    } \
    SEM(name##_shift) \
    { \
        u64 a = Xr(n), b = SHIFTED; \
        RESULT(v >> 2, expression); \
    }
LOGIC(and, a &b)
LOGIC(bic, a & ~b)
LOGIC(orr, a | b)
LOGIC(orn, a | ~b)
LOGIC(eor, a ^ b)
LOGIC(eon, a ^ ~b)
LOGIC(add, a + b)
LOGIC(sub, a - b)
#undef LOGIC

#define LOGIC_FLAGS(name, expression) \
    SEM(name##_reg) \
    { \
        u64 a = Xr(n), b = Xr(m), r = (expression); \
        flags_logic(c, r, v); \
        RESULT(v, r); \
    } \
    SEM(name##_shift) \
    { \
        u64 a = Xr(n), b = SHIFTED, r = (expression); \
        flags_logic(c, r, v >> 2); \
        RESULT(v >> 2, r); \
    }
LOGIC_FLAGS(ands, a &b)
LOGIC_FLAGS(bics, a & ~b)
#undef LOGIC_FLAGS

SEM(tst_reg)
{
    flags_logic(c, Xr(n) & Xr(m), v);
}

SEM(mov_reg)
{
    RESULT(v, Xr(m));
}

SEM(adds_reg)
{
    Xw(d, add_flags(c, Xr(n), Xr(m), 0, v));
}

SEM(adds_shift)
{
    Xw(d, add_flags(c, Xr(n), SHIFTED, 0, v >> 2));
}

SEM(cmp_reg)
{
    sub_flags(c, Xr(n), Xr(m), v);
}

SEM(subs_reg)
{
    Xw(d, sub_flags(c, Xr(n), Xr(m), v));
}

SEM(subs_shift)
{
    Xw(d, sub_flags(c, Xr(n), SHIFTED, v >> 2));
}

SEM(add_ext0)
{
    RESULT(v >> 3, Xr(n) + extended(Xr(m), v));
}

SEM(add_ext)
{
    RESULT(v >> 3, Xr(n) + EXTENDED);
}

SEM(adds_ext)
{
    Xw(d, add_flags(c, Xr(n), EXTENDED, 0, v >> 3));
}

SEM(sub_ext0)
{
    RESULT(v >> 3, Xr(n) - extended(Xr(m), v));
}

SEM(sub_ext)
{
    RESULT(v >> 3, Xr(n) - EXTENDED);
}

SEM(subs_ext)
{
    Xw(d, sub_flags(c, Xr(n), EXTENDED, v >> 3));
}

SEM(adc)
{
    RESULT(v, Xr(n) + Xr(m) + c->cf);
}

SEM(adcs)
{
    Xw(d, add_flags(c, Xr(n), Xr(m), c->cf, v));
}

SEM(sbc)
{
    RESULT(v, Xr(n) + ~Xr(m) + c->cf);
}

SEM(sbcs)
{
    Xw(d, add_flags(c, Xr(n), ~Xr(m), c->cf, v));
}

// -- Conditional compare and select: the condition in v, then sf --

#define CCM(name, flags) \
    SEM(name) \
    { \
        if (condition(c, v >> 1)) \
            flags; \
        else \
            cpu_set_nzcv(c, (u32)AUX << 28); \
    }
CCM(ccmn_reg, add_flags(c, Xr(n), Xr(m), 0, v & 1))
CCM(ccmp_reg, sub_flags(c, Xr(n), Xr(m), v & 1))
CCM(ccmn_imm, add_flags(c, Xr(n), (u64)IMM, 0, v & 1))
CCM(ccmp_imm, sub_flags(c, Xr(n), (u64)IMM, v & 1))
#undef CCM

#define SELECT(name, otherwise) \
    SEM(name) \
    { \
        u64 a = Xr(n), b = Xr(m); \
        b = (otherwise); \
        RESULT(v & 1, condition(c, v >> 1) ? a : b); \
    }
SELECT(csel, b)
SELECT(csinc, b + 1)
SELECT(csinv, ~b)
SELECT(csneg, -b)
#undef SELECT

SEM(cset)
{
    Xw(d, !condition(c, v >> 1));
}

// -- Multiply --

SEM(mul)
{
    RESULT(v, Xr(n) * Xr(m));
}

SEM(madd)
{
    RESULT(v, Xr(a) + Xr(n) * Xr(m));
}

SEM(msub)
{
    RESULT(v, Xr(a) - Xr(n) * Xr(m));
}

INLINE u64 smull(u32 a, u32 b)
{
    return (u64)((i64)(i32)a * (i32)b);
}

SEM(smaddl)
{
    Xw(d, Xr(a) + smull(Wr(n), Wr(m)));
}

SEM(smsubl)
{
    Xw(d, Xr(a) - smull(Wr(n), Wr(m)));
}

SEM(umaddl)
{
    Xw(d, Xr(a) + (u64)Wr(n) * Wr(m));
}

SEM(umsubl)
{
    Xw(d, Xr(a) - (u64)Wr(n) * Wr(m));
}

SEM(smulh)
{
    Xw(d, (u64)((__int128)(i64)Xr(n) * (i64)Xr(m) >> 64));
}

SEM(umulh)
{
    Xw(d, (u64)((unsigned __int128)Xr(n) * Xr(m) >> 64));
}

#endif
