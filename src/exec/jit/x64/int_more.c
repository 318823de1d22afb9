// Templates of isa/a64_base.def: shifts, bit fields, products. See trans.h.
#include "exec/jit/block.h"
#include "exec/jit/x64/trans.h"

// A source of an instruction, in a register.
static u8 source(struct trans *t, u8 g, u8 scratch)
{
    return jit_x(t, g, scratch);
}

static bool done(struct trans *t, u8 host)
{
    jit_x_done(t, t->i->d, host);
    return true;
}

// -- Shifts and bit fields --

// x[d] = x[n] shifted by a constant.
static bool shift_imm(struct trans *t, const struct insn *i, enum x64_shift op, bool wide, u8 by)
{
    u8 d = jit_x_target(t, i->d, RAX);
    if (by == 0) {
        x64_mov(&t->e, wide, d, source(t, i->n, RAX));
        return done(t, d);
    }
    jit_flags_change(t);
    jit_x_to(t, i->n, d);
    x64_shift_ri(&t->e, op, wide, d, by);
    return done(t, d);
}

static bool asr_w(struct trans *t, const struct insn *i, unsigned v)
{
    return shift_imm(t, i, SH_SAR, false, i->imm & 31);
}

static bool asr_x(struct trans *t, const struct insn *i, unsigned v)
{
    return shift_imm(t, i, SH_SAR, true, i->imm & 63);
}

static bool lsr_w(struct trans *t, const struct insn *i, unsigned v)
{
    return shift_imm(t, i, SH_SHR, false, i->imm & 31);
}

static bool lsr_x(struct trans *t, const struct insn *i, unsigned v)
{
    return shift_imm(t, i, SH_SHR, true, i->imm & 63);
}

// The low `width` bits of host register r, to itself.
static void keep_low(struct trans *t, u8 r, u32 width)
{
    struct emit *e = &t->e;
    if (width == 8 || width == 16)
        x64_rr(e, (width == 8 ? 0xb6 | BYTES : 0xb7) | M_0F, r, r);
    else if (width == 32)
        x64_mov(e, false, r, r);
    else if (width < 32)
        x64_alu_ri(e, ALU_AND, false, r, (i32)((1u << width) - 1));
    else {
        x64_shift_ri(e, SH_SHL, true, r, (u8)(64 - width));
        x64_shift_ri(e, SH_SHR, true, r, (u8)(64 - width));
    }
}

// Rotated right by `aux`, masked by `imm`: LSL, UBFX, UBFIZ, or a field that wraps.
static bool ubfm(struct trans *t, const struct insn *i, u32 size)
{
    struct emit *e = &t->e;
    bool wide = size == 64;
    u64 all = wide ? ~0ull : 0xffffffff, mask = (u64)i->imm & all;
    u32 right = i->aux & (size - 1), left = -right & (size - 1);
    u32 width = (u32)__builtin_popcountll(mask), low = mask ? (u32)__builtin_ctzll(mask) : 0;
    bool one_run = mask && mask >> low == (width == 64 ? ~0ull : (1ull << width) - 1);
    if (mask == ((all << left) & all))
        return shift_imm(t, i, SH_SHL, wide, (u8)left);
    u8 d = jit_x_target(t, i->d, RAX);
    jit_flags_change(t);
    jit_x_to(t, i->n, d);
    if (one_run && low == 0 && width + right <= size) {
        if (right)
            x64_shift_ri(e, SH_SHR, wide, d, (u8)right);
        keep_low(t, d, width);
    } else if (one_run && low == left) {
        keep_low(t, d, width);
        x64_shift_ri(e, SH_SHL, wide, d, (u8)left);
    } else {
        x64_shift_ri(e, SH_ROR, wide, d, (u8)right);
        x64_mov_imm(e, RCX, mask);
        x64_alu_rr(e, ALU_AND, wide, d, RCX);
    }
    return done(t, d);
}

static bool ubfm_w(struct trans *t, const struct insn *i, unsigned v)
{
    return ubfm(t, i, 32);
}

static bool ubfm_x(struct trans *t, const struct insn *i, unsigned v)
{
    return ubfm(t, i, 64);
}

static bool sbfm(struct trans *t, const struct insn *i, bool wide)
{
    u8 d = jit_x_target(t, i->d, RAX);
    u32 m = wide ? 63 : 31;
    jit_flags_change(t);
    jit_x_to(t, i->n, d);
    if (i->aux & m)
        x64_shift_ri(&t->e, SH_SHL, wide, d, (u8)(i->aux & m));
    if (i->imm & m)
        x64_shift_ri(&t->e, SH_SAR, wide, d, (u8)(i->imm & m));
    if (!wide && !(i->imm & m) && !(i->aux & m))
        x64_mov(&t->e, false, d, d);
    return done(t, d);
}

static bool sbfm_w(struct trans *t, const struct insn *i, unsigned v)
{
    return sbfm(t, i, false);
}

static bool sbfm_x(struct trans *t, const struct insn *i, unsigned v)
{
    return sbfm(t, i, true);
}

static void mask_with(struct trans *t, u8 r, bool wide, u64 mask)
{
    if (wide ? (i64)mask == (i32)mask : true) {
        x64_alu_ri(&t->e, ALU_AND, wide, r, (i32)mask);
    } else {
        x64_mov_imm(&t->e, RDX, mask);
        x64_alu_rr(&t->e, ALU_AND, true, r, RDX);
    }
}

static bool bfm(struct trans *t, const struct insn *i, bool wide)
{
    u8 d = jit_x_target(t, i->d, RAX), by = i->aux & (wide ? 63 : 31);
    u64 mask = (u64)i->imm;
    jit_flags_change(t);
    jit_x_to(t, i->n, RCX);
    if (by)
        x64_shift_ri(&t->e, SH_ROR, wide, RCX, by);
    mask_with(t, RCX, wide, mask);
    jit_x_to(t, i->d, d);
    mask_with(t, d, wide, ~mask);
    x64_alu_rr(&t->e, ALU_OR, wide, d, RCX);
    return done(t, d);
}

static bool bfm_w(struct trans *t, const struct insn *i, unsigned v)
{
    return bfm(t, i, false);
}

static bool bfm_x(struct trans *t, const struct insn *i, unsigned v)
{
    return bfm(t, i, true);
}

static bool extr(struct trans *t, const struct insn *i, bool wide)
{
    u8 by = i->imm & (wide ? 63 : 31), size = wide ? 64 : 32;
    if (i->n == i->m || by == 0) {
        u8 d = jit_x_target(t, i->d, RAX);
        jit_flags_change(t);
        x64_mov(&t->e, wide, d, source(t, i->m, RAX));
        if (by)
            x64_shift_ri(&t->e, SH_ROR, wide, d, by);
        return done(t, d);
    }
    jit_flags_change(t);
    jit_x_to(t, i->m, RAX);
    jit_x_to(t, i->n, RCX);
    x64_shift_ri(&t->e, SH_SHR, wide, RAX, by);
    x64_shift_ri(&t->e, SH_SHL, wide, RCX, size - by);
    x64_alu_rr(&t->e, ALU_OR, wide, RAX, RCX);
    return done(t, RAX);
}

static bool extr_w(struct trans *t, const struct insn *i, unsigned v)
{
    return extr(t, i, false);
}

static bool extr_x(struct trans *t, const struct insn *i, unsigned v)
{
    return extr(t, i, true);
}

// By a register. SHLX and the like keep the flags.
static bool shift_reg(struct trans *t, const struct insn *i, bool wide, enum x64_shift op,
                      u32 prefix)
{
    u8 d = jit_x_target(t, i->d, RAX);
    if (prefix && t->bmi2) {
        u8 m = source(t, i->m, RCX), n = source(t, i->n, RAX);
        x64_vrr(&t->e, 0xf7 | M_0F38 | prefix | x64_w(wide), d, m, n);
        return done(t, d);
    }
    jit_flags_change(t);
    jit_x_to(t, i->m, RCX);
    jit_x_to(t, i->n, RAX);
    x64_shift_cl(&t->e, op, wide, RAX);
    if (!wide)
        x64_mov(&t->e, false, RAX, RAX);   // a count of 0 writes nothing
    return done(t, RAX);
}

static bool lslv(struct trans *t, const struct insn *i, unsigned v)
{
    return shift_reg(t, i, v, SH_SHL, P_66);
}

static bool lsrv(struct trans *t, const struct insn *i, unsigned v)
{
    return shift_reg(t, i, v, SH_SHR, P_F2);
}

static bool asrv(struct trans *t, const struct insn *i, unsigned v)
{
    return shift_reg(t, i, v, SH_SAR, P_F3);
}

static bool rorv(struct trans *t, const struct insn *i, unsigned v)
{
    return shift_reg(t, i, v, SH_ROR, 0);
}

// -- Bits --

static void bswap(struct trans *t, bool wide, u8 r)
{
    x64_prefixes(&t->e, x64_w(wide), 0, 0, r, false);
    x64_u8(&t->e, 0x0f);
    x64_u8(&t->e, 0xc8 | (r & 7));
}

static bool rev_w(struct trans *t, const struct insn *i, unsigned v)
{
    u8 d = jit_x_target(t, i->d, RAX);
    x64_mov(&t->e, false, d, source(t, i->n, RAX));
    bswap(t, false, d);
    return done(t, d);
}

static bool rev_x(struct trans *t, const struct insn *i, unsigned v)
{
    u8 d = jit_x_target(t, i->d, RAX);
    jit_x_to(t, i->n, d);
    bswap(t, true, d);
    return done(t, d);
}

static bool rev32(struct trans *t, const struct insn *i, unsigned v)
{
    u8 d = jit_x_target(t, i->d, RAX);
    jit_flags_change(t);
    jit_x_to(t, i->n, d);
    bswap(t, true, d);
    x64_shift_ri(&t->e, SH_ROR, true, d, 32);
    return done(t, d);
}

// Exchanges neighbouring groups of `by` bits of rax where `mask` has the lower ones.
static void swap_groups(struct trans *t, bool wide, u8 by, u64 mask)
{
    struct emit *e = &t->e;
    x64_mov_imm(e, RDX, wide ? mask : (u32)mask);
    x64_mov(e, true, RCX, RAX);
    x64_shift_ri(e, SH_SHR, wide, RCX, by);
    x64_alu_rr(e, ALU_AND, wide, RAX, RDX);
    x64_alu_rr(e, ALU_AND, wide, RCX, RDX);
    x64_shift_ri(e, SH_SHL, wide, RAX, by);
    x64_alu_rr(e, ALU_OR, wide, RAX, RCX);
}

static bool rev16(struct trans *t, const struct insn *i, unsigned v)
{
    jit_flags_change(t);
    jit_x_to(t, i->n, RAX);
    swap_groups(t, v, 8, 0x00ff00ff00ff00ff);
    return done(t, RAX);
}

static bool rbit(struct trans *t, const struct insn *i, unsigned v)
{
    jit_flags_change(t);
    jit_x_to(t, i->n, RAX);
    swap_groups(t, v, 1, 0x5555555555555555);
    swap_groups(t, v, 2, 0x3333333333333333);
    swap_groups(t, v, 4, 0x0f0f0f0f0f0f0f0f);
    bswap(t, v, RAX);
    return done(t, RAX);
}

static bool clz(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->lzcnt)
        return false;
    u8 d = jit_x_target(t, i->d, RAX), n = source(t, i->n, RCX);
    jit_flags_change(t);
    x64_rr(&t->e, 0xbd | M_0F | P_F3 | x64_w(v), d, n);
    return done(t, d);
}

// The leading zeros of x ^ x << 1, with a one at the end.
static bool cls(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->lzcnt)
        return false;
    jit_flags_change(t);
    u8 n = source(t, i->n, RCX);
    x64_lea(&t->e, true, RAX, x64_indexed(n, n, 0, 0));
    x64_alu_rr(&t->e, ALU_XOR, v, RAX, n);
    x64_alu_ri(&t->e, ALU_OR, v, RAX, 1);
    x64_rr(&t->e, 0xbd | M_0F | P_F3 | x64_w(v), RAX, RAX);
    return done(t, RAX);
}

// -- Products and quotients --

static void multiply(struct trans *t, bool wide, u8 to, u8 by)
{
    x64_rr(&t->e, 0xaf | M_0F | x64_w(wide), to, by);
}

static bool mul(struct trans *t, const struct insn *i, unsigned v)
{
    u8 d = jit_x_target(t, i->d, RAX), n = i->n, m = i->m;
    jit_flags_change(t);
    if (jit_pinned(t, m) == d) {
        n = i->m;
        m = i->n;
    }
    jit_x_to(t, n, d);
    multiply(t, v, d, source(t, m, RCX));
    return done(t, d);
}

static bool madd(struct trans *t, const struct insn *i, unsigned v)
{
    jit_flags_change(t);
    jit_x_to(t, i->n, RAX);
    multiply(t, v, RAX, source(t, i->m, RCX));
    u8 d = jit_x_target(t, i->d, RAX), a = source(t, i->a, RCX);
    x64_lea(&t->e, v, d, x64_indexed(RAX, a, 0, 0));
    return done(t, d);
}

static bool msub(struct trans *t, const struct insn *i, unsigned v)
{
    jit_flags_change(t);
    jit_x_to(t, i->n, RAX);
    multiply(t, v, RAX, source(t, i->m, RCX));
    jit_x_to(t, i->a, RCX);
    x64_alu_rr(&t->e, ALU_SUB, v, RCX, RAX);
    return done(t, RCX);
}

// The product of the low halves in rax.
static void long_product(struct trans *t, bool is_signed)
{
    u32 op = is_signed ? 0x63 | W64 : 0x8b;
    const struct insn *i = t->i;
    jit_flags_change(t);
    x64_rr(&t->e, op, RAX, source(t, i->n, RAX));
    x64_rr(&t->e, op, RCX, source(t, i->m, RCX));
    multiply(t, true, RAX, RCX);
}

static bool long_add(struct trans *t, bool is_signed)
{
    const struct insn *i = t->i;
    long_product(t, is_signed);
    u8 d = jit_x_target(t, i->d, RAX);
    if (i->a == REG_ZERO)
        return done(t, RAX);
    x64_lea(&t->e, true, d, x64_indexed(RAX, source(t, i->a, RCX), 0, 0));
    return done(t, d);
}

static bool long_subtract(struct trans *t, bool is_signed)
{
    long_product(t, is_signed);
    jit_x_to(t, t->i->a, RCX);
    x64_alu_rr(&t->e, ALU_SUB, true, RCX, RAX);
    return done(t, RCX);
}

static bool smaddl(struct trans *t, const struct insn *i, unsigned v)
{
    return long_add(t, true);
}

static bool umaddl(struct trans *t, const struct insn *i, unsigned v)
{
    return long_add(t, false);
}

static bool smsubl(struct trans *t, const struct insn *i, unsigned v)
{
    return long_subtract(t, true);
}

static bool umsubl(struct trans *t, const struct insn *i, unsigned v)
{
    return long_subtract(t, false);
}

static bool high(struct trans *t, u8 extension)
{
    jit_flags_change(t);
    jit_x_to(t, t->i->n, RAX);
    x64_rr(&t->e, 0xf7 | W64, extension, source(t, t->i->m, RCX));
    return done(t, RDX);
}

static bool umulh(struct trans *t, const struct insn *i, unsigned v)
{
    return high(t, 4);
}

static bool smulh(struct trans *t, const struct insn *i, unsigned v)
{
    return high(t, 5);
}

// By 0: 0.
static bool udiv(struct trans *t, const struct insn *i, unsigned v)
{
    struct emit *e = &t->e;
    jit_flags_change(t);
    jit_x_to(t, i->m, RCX);
    x64_alu_rr(e, ALU_XOR, false, RAX, RAX);
    x64_test_rr(e, v, RCX, RCX);
    u8 *zero = x64_jcc8(e, CC_Z);
    jit_x_to(t, i->n, RAX);
    x64_alu_rr(e, ALU_XOR, false, RDX, RDX);
    x64_rr(e, 0xf7 | x64_w(v), 6, RCX);
    x64_patch8(zero, e->at);
    record_quotient(t, v, false);
    return done(t, RAX);
}

// By -1 the host would trap for MIN.
static bool sdiv(struct trans *t, const struct insn *i, unsigned v)
{
    struct emit *e = &t->e;
    jit_flags_change(t);
    jit_x_to(t, i->m, RCX);
    x64_alu_rr(e, ALU_XOR, false, RAX, RAX);
    x64_test_rr(e, v, RCX, RCX);
    u8 *zero = x64_jcc8(e, CC_Z);
    x64_mov(e, v, RAX, source(t, i->n, RAX));
    x64_alu_ri(e, ALU_CMP, v, RCX, -1);
    u8 *plain = x64_jcc8(e, CC_NE);
    x64_rr(e, 0xf7 | x64_w(v), 3, RAX);   // neg
    u8 *end = x64_jmp8(e);
    x64_patch8(plain, e->at);
    x64_prefixes(e, x64_w(v), 0, 0, 0, false);
    x64_u8(e, 0x99);   // cdq, cqo
    x64_rr(e, 0xf7 | x64_w(v), 7, RCX);
    x64_patch8(end, e->at);
    x64_patch8(zero, e->at);
    record_quotient(t, v, true);
    return done(t, RAX);
}

// -- System --

static bool nop(struct trans *t, const struct insn *i, unsigned v)
{
    return true;
}

static bool dmb(struct trans *t, const struct insn *i, unsigned v)
{
    x64_u8(&t->e, 0x0f);   // mfence
    x64_u8(&t->e, 0xae);
    x64_u8(&t->e, 0xf0);
    return true;
}

static bool mrs_const(struct trans *t, const struct insn *i, unsigned v)
{
    u8 d = jit_x_target(t, i->d, RAX);
    x64_mov_imm(&t->e, d, (u64)i->imm);
    return done(t, d);
}

static bool mrs_tpidr(struct trans *t, const struct insn *i, unsigned v)
{
    u8 d = jit_x_target(t, i->d, RAX);
    x64_load(&t->e, true, d, x64_at(HOST_CPU, offsetof(struct cpu, tpidr)));
    return done(t, d);
}

const struct jit_entry jit_int_more_templates[] = {
    { OP_ASR_W, asr_w },
    { OP_ASR_X, asr_x },
    { OP_LSR_W, lsr_w },
    { OP_LSR_X, lsr_x },
    { OP_UBFM_W, ubfm_w },
    { OP_UBFM_X, ubfm_x },
    { OP_SBFM_W, sbfm_w },
    { OP_SBFM_X, sbfm_x },
    { OP_BFM_W, bfm_w },
    { OP_BFM_X, bfm_x },
    { OP_EXTR_W, extr_w },
    { OP_EXTR_X, extr_x },
    { OP_LSLV, lslv },
    { OP_LSRV, lsrv },
    { OP_ASRV, asrv },
    { OP_RORV, rorv },
    { OP_REV_W, rev_w },
    { OP_REV_X, rev_x },
    { OP_REV32, rev32 },
    { OP_REV16, rev16 },
    { OP_RBIT, rbit },
    { OP_CLZ, clz },
    { OP_CLS, cls },
    { OP_MUL, mul },
    { OP_MADD, madd },
    { OP_MSUB, msub },
    { OP_SMADDL, smaddl },
    { OP_UMADDL, umaddl },
    { OP_SMSUBL, smsubl },
    { OP_UMSUBL, umsubl },
    { OP_SMULH, smulh },
    { OP_UMULH, umulh },
    { OP_UDIV, udiv },
    { OP_SDIV, sdiv },
    { OP_NOP, nop },
    { OP_YIELD, nop },
    { OP_BTI, nop },
    { OP_HINT, nop },
    { OP_ISB, nop },
    { OP_DMB, dmb },
    { OP_DMB_ld, nop },
    { OP_DMB_st, nop },
    { OP_DSB, dmb },
    { OP_MRS_id, mrs_const },
    { OP_MRS_CTR, mrs_const },
    { OP_MRS_DCZID, mrs_const },
    { OP_MRS_CNTFRQ, mrs_const },
    { OP_MRS_TPIDR, mrs_tpidr },
    { 0 },
};
