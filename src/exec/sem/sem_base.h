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

EXI(mark)
{
    LEAVE(TRAP_MARK, (u64)i->imm, true);
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

#include "exec/sem/sem_base_reg.h"

#endif
