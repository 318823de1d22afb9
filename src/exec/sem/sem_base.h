// What the instructions of a64_base.def do. See sem.h for the language.
#ifndef EXEC_SEM_BASE_H
#define EXEC_SEM_BASE_H

#include "exec/sem/crc32.h"
#include "exec/sem/pauth.h"
#include "exec/sem/sem.h"
#include "exec/sem/sysreg.h"

// Writes slot d in the form's width; `wide` is constant in each copy.
#define RESULT(wide, value) ((wide) ? Xw(d, value) : Ww(d, value))

EXI(udf)
{
    LEAVE(TRAP_UNDEFINED, (u64)IMM, false);
}

// -- Data processing, immediate --

SEM(adr)
{
    Xw(d, PC + (u64)IMM);
}

SEM(adrp)
{
    Xw(d, (PC & ~0xfffull) + (u64)IMM);
}

SEM(add_imm)
{
    RESULT(v, Xr(n) + (u64)IMM);
}

SEM(adds_imm)
{
    Xw(d, add_flags(c, Xr(n), (u64)IMM, 0, v));
}

SEM(sub_imm)
{
    RESULT(v, Xr(n) - (u64)IMM);
}

SEM(cmp_imm)
{
    sub_flags(c, Xr(n), (u64)IMM, v);
}

SEM(subs_imm)
{
    Xw(d, sub_flags(c, Xr(n), (u64)IMM, v));
}

// The mask of a 32-bit form has its upper half clear.
SEM(and_imm)
{
    Xw(d, Xr(n) & (u64)IMM);
}

SEM(orr_imm)
{
    RESULT(v, Xr(n) | (u64)IMM);
}

SEM(eor_imm)
{
    RESULT(v, Xr(n) ^ (u64)IMM);
}

SEM(tst_imm)
{
    flags_logic(c, Xr(n) & (u64)IMM, v);
}

SEM(ands_imm)
{
    u64 r = Xr(n) & (u64)IMM;
    flags_logic(c, r, v);
    Xw(d, r);
}

SEM(mov_imm)
{
    Xw(d, (u64)IMM);
}

SEM(mov_zero)
{
    Xw(d, 0);
}

// v: sf, then which 16 bits.
SEM(movk)
{
    u64 r = (Xr(d) & ~(0xffffull << (v & 3) * 16)) | (u64)IMM;
    RESULT(v >> 2, r);
}

SEM(sxtb_w)
{
    Ww(d, (i8)Xr(n));
}

SEM(sxth_w)
{
    Ww(d, (i16)Xr(n));
}

SEM(sxtb_x)
{
    Xw(d, (u64)(i8)Xr(n));
}

SEM(sxth_x)
{
    Xw(d, (u64)(i16)Xr(n));
}

SEM(sxtw)
{
    Xw(d, (u64)(i32)Xr(n));
}

SEM(uxtb)
{
    Xw(d, (u8)Xr(n));
}

SEM(uxth)
{
    Xw(d, (u16)Xr(n));
}

SEM(asr_w)
{
    Ww(d, (i32)Xr(n) >> (IMM & 31));
}

SEM(asr_x)
{
    Xw(d, (u64)((i64)Xr(n) >> (IMM & 63)));
}

SEM(lsr_w)
{
    Ww(d, Wr(n) >> (IMM & 31));
}

SEM(lsr_x)
{
    Xw(d, Xr(n) >> (IMM & 63));
}

SEM(sbfm_w)
{
    Ww(d, (i32)(Wr(n) << (AUX & 31)) >> (IMM & 31));
}

SEM(sbfm_x)
{
    Xw(d, (u64)((i64)(Xr(n) << (AUX & 63)) >> (IMM & 63)));
}

INLINE u32 ror32(u32 x, unsigned by)
{
    return x >> (by & 31) | x << (-by & 31);
}

INLINE u64 ror64(u64 x, unsigned by)
{
    return x >> (by & 63) | x << (-by & 63);
}

SEM(ubfm_w)
{
    Ww(d, ror32(Wr(n), AUX) & (u32)IMM);
}

SEM(ubfm_x)
{
    Xw(d, ror64(Xr(n), AUX) & (u64)IMM);
}

SEM(bfm_w)
{
    Ww(d, (Wr(d) & ~(u32)IMM) | (ror32(Wr(n), AUX) & (u32)IMM));
}

SEM(bfm_x)
{
    Xw(d, (Xr(d) & ~(u64)IMM) | (ror64(Xr(n), AUX) & (u64)IMM));
}

SEM(extr_w)
{
    Ww(d, ((u64)Wr(n) << 32 | Wr(m)) >> (IMM & 31));
}

SEM(extr_x)
{
    Xw(d, Xr(m) >> (IMM & 63) | Xr(n) << 1 << (~IMM & 63));
}

// -- Branches --

JMP(b)
{
    TAKE(IMM);
}

JMP(bl)
{
    c->x[30] = PC + 4;
    TAKE(IMM);
}

JMP(br)
{
    TAKE_PC(Xr(n));
}

JMP(blr)
{
    u64 target = Xr(n);
    c->x[30] = PC + 4;
    TAKE_PC(target);
}

JMP(b_cond)
{
    if (condition(c, v))
        TAKE(IMM);
    FALL;
}

JMP(cbz)
{
    if ((v ? Xr(d) : Wr(d)) == 0)
        TAKE(IMM);
    FALL;
}

JMP(cbnz)
{
    if ((v ? Xr(d) : Wr(d)) != 0)
        TAKE(IMM);
    FALL;
}

JMP(tbz)
{
    if (!(Xr(d) >> (AUX & 63) & 1))
        TAKE(IMM);
    FALL;
}

JMP(tbnz)
{
    if (Xr(d) >> (AUX & 63) & 1)
        TAKE(IMM);
    FALL;
}

// -- Exceptions, hints, barriers --

EXI(svc)
{
    LEAVE(TRAP_SVC, (u64)IMM, true);
}

EXI(brk)
{
    LEAVE(TRAP_BRK, (u64)IMM, false);
}

SEM(nop)
{
}

SEM(clrex)
{
    c->monitor_size = 0;
}

SEM(dmb)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

SEM(dmb_ld)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

SEM(dmb_st)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

// -- Flags --

SEM(cfinv)
{
    c->cf ^= 1;
}

SEM(axflag)
{
    bool z = c->zf == 0, overflow = (i64)c->vf < 0;
    c->nf = c->vf = 0;
    c->zf = !(z || overflow);
    c->cf = c->cf && !overflow;
}

SEM(xaflag)
{
    bool carry = c->cf, z = c->zf == 0;
    c->nf = (u64)(!carry && !z) << 63;
    c->zf = !(z && carry);
    c->cf = carry || z;
    c->vf = (u64)(!carry && z) << 63;
}

SEM(rmif)
{
    u32 value = (u32)ror64(Xr(n), (unsigned)IMM) << 28, mask = (u32)AUX << 28;
    cpu_set_nzcv(c, (cpu_nzcv(c) & ~mask) | (value & mask));
}

SEM(setf8)
{
    u32 x = Wr(n);
    c->nf = c->zf = (u64)x << 56;
    c->vf = (u64)(x ^ x >> 1) << 56;
}

SEM(setf16)
{
    u32 x = Wr(n);
    c->nf = c->zf = (u64)x << 48;
    c->vf = (u64)(x ^ x >> 1) << 48;
}

// -- System registers --

SEM(mrs_const)
{
    Xw(d, (u64)IMM);
}

SEM(mrs_nzcv)
{
    Xw(d, cpu_nzcv(c));
}

SEM(msr_nzcv)
{
    cpu_set_nzcv(c, Wr(d));
}

SEM(mrs_dit)
{
    Xw(d, (u64)c->dit << 24);
}

SEM(msr_dit)
{
    c->dit = Xr(d) >> 24 & 1;
}

SEM(msr_dit_imm)
{
    c->dit = (u8)IMM;
}

SEM(mrs_ssbs)
{
    Xw(d, (u64)c->ssbs << 12);
}

SEM(msr_ssbs)
{
    c->ssbs = Xr(d) >> 12 & 1;
}

SEM(msr_ssbs_imm)
{
    c->ssbs = (u8)IMM;
}

SEM(mrs_fpcr)
{
    Xw(d, c->fpcr);
}

SEM(msr_fpcr)
{
    sysreg_write_fpcr(c, Wr(d));
}

SEM(mrs_fpsr)
{
    Xw(d, sysreg_read_fpsr(c));
}

SEM(msr_fpsr)
{
    sysreg_write_fpsr(c, Wr(d));
}

SEM(mrs_tpidr)
{
    Xw(d, c->tpidr);
}

SEM(msr_tpidr)
{
    c->tpidr = Xr(d);
}

SEM(mrs_tpidrro)
{
    Xw(d, c->tpidrro);
}

EXI(mrs_counter)
{
    LEAVE(TRAP_COUNTER, SLOT(d), true);
}

// -- Cache maintenance --

SEM(dc_zva)
{
    memset(HOST(Xr(d) & ~63ull), 0, 64);
    __asm__ volatile("" ::: "memory");
}

// Memory is always coherent: what remains is the fault on an address not mapped.
SEM(dc_touch)
{
    u8 x = load8(Xr(d));
    __asm__ volatile("" ::"r"(x));
}

EXI(ic_ivau)
{
    LEAVE(TRAP_ICACHE, Xr(d), true);
}

// -- Pointer authentication: v picks the key --

SEM(pac)
{
    Xw(d, pauth_add(c, Xr(d), Xr(n), v));
}

SEM(pacz)
{
    Xw(d, pauth_add(c, Xr(d), 0, v));
}

// AUT* with FEAT_FPAC: a wrong code is an exception.
#define AUTHENTICATE(reg, modifier, key) \
    do { \
        u64 ptr_ = (reg); \
        u64 plain_ = pauth_remove(c, ptr_, modifier, key); \
        if (unlikely(!pauth_good(plain_))) \
            exec_trap(c, i, TRAP_AUTH, ptr_); \
        (reg) = plain_; \
    } while (0)

SEM(aut)
{
    u64 x = Xr(d);
    AUTHENTICATE(x, Xr(n), v);
    Xw(d, x);
}

SEM(autz)
{
    u64 x = Xr(d);
    AUTHENTICATE(x, 0, v);
    Xw(d, x);
}

SEM(xpac)
{
    Xw(d, pauth_strip(Xr(d)));
}

SEM(xpaclri)
{
    c->x[30] = pauth_strip(c->x[30]);
}

SEM(paci1716)
{
    c->x[17] = pauth_add(c, c->x[17], c->x[16], v);
}

SEM(auti1716)
{
    AUTHENTICATE(c->x[17], c->x[16], v);
}

SEM(paciz)
{
    c->x[30] = pauth_add(c, c->x[30], 0, v);
}

SEM(pacisp)
{
    c->x[30] = pauth_add(c, c->x[30], c->x[REG_SP], v);
}

SEM(autiz)
{
    AUTHENTICATE(c->x[30], 0, v);
}

SEM(autisp)
{
    AUTHENTICATE(c->x[30], c->x[REG_SP], v);
}

SEM(pacga)
{
    Xw(d, pauth_code(c, Xr(n), Xr(m), PAUTH_GA) >> 32 << 32);
}

// Without FEAT_FPACCOMBINE these go where the corrupted pointer says, which faults.
JMP(braz)
{
    TAKE_PC(pauth_remove(c, Xr(n), 0, v));
}

JMP(bra)
{
    TAKE_PC(pauth_remove(c, Xr(n), Xr(d), v));
}

JMP(blraz)
{
    u64 target = pauth_remove(c, Xr(n), 0, v);
    c->x[30] = PC + 4;
    TAKE_PC(target);
}

JMP(blra)
{
    u64 target = pauth_remove(c, Xr(n), Xr(d), v);
    c->x[30] = PC + 4;
    TAKE_PC(target);
}

JMP(reta)
{
    TAKE_PC(pauth_remove(c, c->x[30], c->x[REG_SP], v));
}

// -- Data processing, register --

SEM(udiv)
{
    if (v)
        Xw(d, Xr(m) ? Xr(n) / Xr(m) : 0);
    else
        Ww(d, Wr(m) ? Wr(n) / Wr(m) : 0);
}

// MIN / -1 is MIN.
SEM(sdiv)
{
    if (v) {
        i64 a = (i64)Xr(n), b = (i64)Xr(m);
        Xw(d, b == 0 ? 0 : b == -1 ? -(u64)a : (u64)(a / b));
    } else {
        i32 a = (i32)Wr(n), b = (i32)Wr(m);
        Ww(d, b == 0 ? 0 : b == -1 ? -(u32)a : (u32)(a / b));
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
