// Templates of isa/a64_base.def: arithmetic, logic, moves. See trans.h.
#include "exec/jit/x64/trans.h"

// The second operand of an instruction: a host register, or memory.
struct operand {
    bool memory;
    u8 reg;
    struct x64_mem m;
};

static struct operand in(u8 reg)
{
    return (struct operand){ .reg = reg };
}

static struct operand operand(struct trans *t, u8 g)
{
    u8 host = jit_pinned(t, g);
    if (host != NO_REG)
        return in(host);
    if (g != REG_ZERO)
        return (struct operand){ .memory = true, .reg = NO_REG, .m = jit_x_slot(g) };
    x64_mov_imm(&t->e, RCX, 0);
    return in(RCX);
}

// opcode to, b: where the operation's form is reg, r/m.
static void apply(struct trans *t, u32 opcode, bool wide, u8 to, struct operand b)
{
    opcode |= x64_w(wide);
    if (b.memory)
        x64_rm(&t->e, opcode, to, b.m);
    else
        x64_rr(&t->e, opcode, to, b.reg);
}

static void alu(struct trans *t, enum x64_alu op, bool wide, u8 to, struct operand b)
{
    apply(t, op * 8 + 3, wide, to, b);
}

static void move(struct trans *t, bool wide, u8 to, struct operand b)
{
    if (b.memory || b.reg != to || !wide)
        apply(t, 0x8b, wide, to, b);
}

// x[d] = x[n] op b. The host's flags are those of the operation when `flags`.
static void binary(struct trans *t, enum x64_alu op, bool wide, struct operand b, bool flags)
{
    const struct insn *i = t->i;
    u8 d = jit_x_target(t, i->d, RAX);
    bool commutes = op != ALU_SUB;
    if (op == ALU_ADD && !flags && t->flags != FLAGS_CPU && t->flags_live) {
        u8 n = jit_x(t, i->n, RAX);
        if (b.memory)
            move(t, true, RCX, b);
        x64_lea(&t->e, wide, d, x64_indexed(n, b.memory ? RCX : b.reg, 0, 0));
        jit_x_done(t, i->d, d);
        return;
    }
    if (!flags)
        jit_flags_change(t);
    if (op == ALU_ADD && !flags && !b.memory && jit_pinned(t, i->n) != NO_REG &&
        jit_pinned(t, i->n) != d) {
        x64_lea(&t->e, wide, d, x64_indexed(jit_pinned(t, i->n), b.reg, 0, 0));
    } else if (!b.memory && b.reg == d && jit_pinned(t, i->n) != d && commutes) {
        alu(t, op, wide, d, operand(t, i->n));
    } else if (!b.memory && b.reg == d && jit_pinned(t, i->n) != d) {
        jit_x_to(t, i->n, RAX);
        alu(t, op, wide, RAX, b);
        d = RAX;
    } else {
        jit_x_to(t, i->n, d);
        alu(t, op, wide, d, b);
    }
    jit_x_done(t, i->d, d);
}

// What is known of where x[n] points holds for x[d] = x[n] + imm too.
static void keep_checked(struct trans *t, u64 checked, i32 moved, u8 d, i64 imm)
{
    if (!checked || jit_too_far(moved + imm))
        return;
    t->checked |= (u64)1 << d;
    t->moved[d] = (i32)(moved + imm);
}

// -- Immediates --

static bool add_constant(struct trans *t, const struct insn *i, bool wide, i64 imm)
{
    u64 checked = t->checked >> i->n & 1;
    i32 moved = t->moved[i->n];
    u8 n = jit_x(t, i->n, RAX), d = jit_x_target(t, i->d, RAX);
    if (imm == 0 && wide)
        d = n;
    else if (t->flags == FLAGS_CPU && d == n)
        x64_alu_ri(&t->e, ALU_ADD, wide, d, (i32)imm);
    else
        x64_lea(&t->e, wide, d, x64_at(n, (i32)imm));
    jit_x_done(t, i->d, d);
    keep_checked(t, wide ? checked : 0, moved, i->d, imm);
    return true;
}

static bool add_imm(struct trans *t, const struct insn *i, unsigned v)
{
    return add_constant(t, i, v, i->imm);
}

static bool sub_imm(struct trans *t, const struct insn *i, unsigned v)
{
    return add_constant(t, i, v, -i->imm);
}

static bool flags_imm(struct trans *t, const struct insn *i, bool wide, enum x64_alu op, i64 plain)
{
    if (!t->flags_live)
        return add_constant(t, i, wide, plain);
    u8 d = jit_x_target(t, i->d, RAX);
    jit_x_to(t, i->n, d);
    x64_alu_ri(&t->e, op, wide, d, (i32)i->imm);
    jit_x_done(t, i->d, d);
    jit_flags_set(t, op == ALU_SUB ? FLAGS_SUB : FLAGS_ADD);
    return true;
}

static bool adds_imm(struct trans *t, const struct insn *i, unsigned v)
{
    return flags_imm(t, i, v, ALU_ADD, i->imm);
}

static bool subs_imm(struct trans *t, const struct insn *i, unsigned v)
{
    return flags_imm(t, i, v, ALU_SUB, -i->imm);
}

static void compare_imm(struct trans *t, u8 g, bool wide, i64 imm)
{
    u8 n = jit_pinned(t, g);
    if (n == NO_REG && g != REG_ZERO) {
        x64_alu_mi(&t->e, ALU_CMP, wide, jit_x_slot(g), (i32)imm);
        return;
    }
    n = jit_x(t, g, RAX);
    if (imm == 0)
        x64_test_rr(&t->e, wide, n, n);
    else
        x64_alu_ri(&t->e, ALU_CMP, wide, n, (i32)imm);
}

static bool cmp_imm(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->flags_live)
        return true;
    compare_imm(t, i->n, v, i->imm);
    jit_flags_set(t, FLAGS_SUB);
    return true;
}

// Whether an instruction of the width can hold `imm`, sign-extended.
static bool short_imm(u64 imm, bool wide)
{
    return wide ? (i64)imm == (i32)imm : imm >> 32 == 0;
}

static void logic_ri(struct trans *t, enum x64_alu op, bool wide, u8 to, u64 imm)
{
    if (short_imm(imm, wide)) {
        x64_alu_ri(&t->e, op, wide, to, (i32)imm);
    } else {
        x64_mov_imm(&t->e, RCX, imm);
        x64_alu_rr(&t->e, op, wide, to, RCX);
    }
}

static bool logic_imm(struct trans *t, const struct insn *i, bool wide, enum x64_alu op, bool flags)
{
    u64 imm = (u64)i->imm;
    u8 d = jit_x_target(t, i->d, RAX);
    if (op == ALU_AND && imm >> 32 == 0)
        wide = flags ? wide : false;   // shorter, and the same
    if (!flags && op == ALU_OR && i->n == REG_ZERO) {
        x64_mov_imm(&t->e, d, imm);
    } else if (!flags && op == ALU_AND && (imm == 0xff || imm == 0xffff)) {
        x64_rr(&t->e, imm == 0xff ? 0xb6 | M_0F | BYTES : 0xb7 | M_0F, d, jit_x(t, i->n, RAX));
    } else if (!flags && op == ALU_AND && imm == 0xffffffff) {
        x64_mov(&t->e, false, d, jit_x(t, i->n, RAX));
    } else {
        if (!flags)
            jit_flags_change(t);
        jit_x_to(t, i->n, d);
        logic_ri(t, op, wide, d, imm);
    }
    jit_x_done(t, i->d, d);
    if (flags)
        jit_flags_set(t, FLAGS_ADD);
    return true;
}

static bool and_imm(struct trans *t, const struct insn *i, unsigned v)
{
    return logic_imm(t, i, v, ALU_AND, false);
}

static bool orr_imm(struct trans *t, const struct insn *i, unsigned v)
{
    return logic_imm(t, i, v, ALU_OR, false);
}

static bool eor_imm(struct trans *t, const struct insn *i, unsigned v)
{
    return logic_imm(t, i, v, ALU_XOR, false);
}

static bool ands_imm(struct trans *t, const struct insn *i, unsigned v)
{
    return logic_imm(t, i, v, ALU_AND, t->flags_live);
}

static bool tst_imm(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->flags_live)
        return true;
    u8 n = jit_x(t, i->n, RAX);
    if (short_imm((u64)i->imm, v)) {
        x64_rr(&t->e, 0xf7 | x64_w(v), 0, n);
        x64_u32(&t->e, (u32)i->imm);
    } else {
        x64_mov_imm(&t->e, RCX, (u64)i->imm);
        x64_test_rr(&t->e, v, n, RCX);
    }
    jit_flags_set(t, FLAGS_ADD);
    return true;
}

// -- Moves --

static bool constant(struct trans *t, u8 d, u64 value)
{
    if (jit_pinned(t, d) == NO_REG && d != REG_SINK && (i64)value == (i32)value) {
        x64_rm(&t->e, 0xc7 | W64, 0, jit_x_slot(d));
        x64_u32(&t->e, (u32)value);
        t->checked &= ~((u64)1 << d);
        return true;
    }
    u8 to = jit_x_target(t, d, RAX);
    x64_mov_imm(&t->e, to, value);
    jit_x_done(t, d, to);
    return true;
}

static bool mov_imm(struct trans *t, const struct insn *i, unsigned v)
{
    return constant(t, i->d, (u64)i->imm);
}

static bool mov_zero(struct trans *t, const struct insn *i, unsigned v)
{
    return constant(t, i->d, 0);
}

static bool adr(struct trans *t, const struct insn *i, unsigned v)
{
    return constant(t, i->d, t->pc + (u64)i->imm);
}

static bool adrp(struct trans *t, const struct insn *i, unsigned v)
{
    return constant(t, i->d, (t->pc & ~0xfffull) + (u64)i->imm);
}

static bool movk(struct trans *t, const struct insn *i, unsigned v)
{
    bool wide = v >> 2;
    u8 d = jit_x_target(t, i->d, RAX);
    jit_flags_change(t);
    jit_x_to(t, i->d, d);
    logic_ri(t, ALU_AND, wide, d, ~(0xffffull << (v & 3) * 16) & (wide ? ~0ull : 0xffffffff));
    logic_ri(t, ALU_OR, wide, d, (u64)i->imm);
    jit_x_done(t, i->d, d);
    return true;
}

static bool mov_reg(struct trans *t, const struct insn *i, unsigned v)
{
    u64 checked = t->checked >> i->m & 1;
    i32 moved = t->moved[i->m];
    if (i->m == REG_ZERO)
        return constant(t, i->d, 0);
    u8 d = jit_x_target(t, i->d, RAX);
    move(t, v, d, operand(t, i->m));
    jit_x_done(t, i->d, d);
    keep_checked(t, v ? checked : 0, moved, i->d, 0);
    return true;
}

// x[d] = the operand n through a move of kind `opcode` (movzx, movsx …).
static bool extension(struct trans *t, const struct insn *i, u32 opcode)
{
    u8 d = jit_x_target(t, i->d, RAX);
    struct operand n = operand(t, i->n);
    if (n.memory)
        x64_rm(&t->e, opcode & ~(u32)BYTES, d, n.m);
    else
        x64_rr(&t->e, opcode, d, n.reg);
    jit_x_done(t, i->d, d);
    return true;
}

static bool sxtb_w(struct trans *t, const struct insn *i, unsigned v)
{
    return extension(t, i, 0xbe | M_0F | BYTES);
}

static bool sxth_w(struct trans *t, const struct insn *i, unsigned v)
{
    return extension(t, i, 0xbf | M_0F);
}

static bool sxtb_x(struct trans *t, const struct insn *i, unsigned v)
{
    return extension(t, i, 0xbe | M_0F | BYTES | W64);
}

static bool sxth_x(struct trans *t, const struct insn *i, unsigned v)
{
    return extension(t, i, 0xbf | M_0F | W64);
}

static bool sxtw(struct trans *t, const struct insn *i, unsigned v)
{
    return extension(t, i, 0x63 | W64);
}

static bool uxtb(struct trans *t, const struct insn *i, unsigned v)
{
    return extension(t, i, 0xb6 | M_0F | BYTES);
}

static bool uxth(struct trans *t, const struct insn *i, unsigned v)
{
    return extension(t, i, 0xb7 | M_0F);
}

// -- Logic and arithmetic of registers --

static bool arith(struct trans *t, enum x64_alu op, bool wide, struct operand b, bool flags)
{
    binary(t, op, wide, b, flags);
    if (flags)
        jit_flags_set(t, op == ALU_SUB ? FLAGS_SUB : FLAGS_ADD);
    return true;
}

// n op m without a result.
static void compare(struct trans *t, u32 mr, bool wide, u8 gn, u8 gm)
{
    struct operand m = operand(t, gm);
    u8 n = jit_pinned(t, gn);
    if (n == NO_REG && gn != REG_ZERO && !m.memory) {
        x64_rm(&t->e, mr | x64_w(wide), m.reg, jit_x_slot(gn));
        return;
    }
    n = jit_x(t, gn, RAX);
    if (mr == 0x85)
        m.memory ? x64_rm(&t->e, 0x85 | x64_w(wide), n, m.m) : x64_test_rr(&t->e, wide, n, m.reg);
    else
        apply(t, mr + 2, wide, n, m);
}

#define PLAIN(name, op) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return arith(t, op, v, operand(t, i->m), false); \
    }
PLAIN(add_reg, ALU_ADD)
PLAIN(sub_reg, ALU_SUB)
PLAIN(and_reg, ALU_AND)
PLAIN(orr_reg, ALU_OR)
PLAIN(eor_reg, ALU_XOR)
#undef PLAIN

#define FLAGGED(name, op) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return arith(t, op, v, operand(t, i->m), t->flags_live); \
    }
FLAGGED(adds_reg, ALU_ADD)
FLAGGED(subs_reg, ALU_SUB)
FLAGGED(ands_reg, ALU_AND)
#undef FLAGGED

static bool cmp_reg(struct trans *t, const struct insn *i, unsigned v)
{
    if (t->flags_live) {
        compare(t, 0x39, v, i->n, i->m);
        jit_flags_set(t, FLAGS_SUB);
    }
    return true;
}

static bool tst_reg(struct trans *t, const struct insn *i, unsigned v)
{
    if (t->flags_live) {
        compare(t, 0x85, v, i->n, i->m);
        jit_flags_set(t, FLAGS_ADD);
    }
    return true;
}

// x[m] shifted, in rcx. The type of the shift is v, low two bits.
static struct operand shifted(struct trans *t, const struct insn *i, unsigned v, bool wide)
{
    static const u8 kinds[] = { SH_SHL, SH_SHR, SH_SAR, SH_ROR };
    jit_x_to(t, i->m, RCX);
    x64_shift_ri(&t->e, kinds[v & 3], wide, RCX, (u8)(i->aux & (wide ? 63 : 31)));
    return in(RCX);
}

static struct operand inverted(struct trans *t, struct operand b)
{
    if (b.memory || b.reg != RCX)
        move(t, true, RCX, b);
    x64_rr(&t->e, 0xf7 | W64, 2, RCX);   // not
    return in(RCX);
}

// Whether this instruction sets NZCV that somebody reads. Else the host's flags are free.
static bool sets(struct trans *t, bool may)
{
    bool flags = may && t->flags_live;
    if (!flags)
        jit_flags_change(t);
    return flags;
}

#define SHIFTED(name, op, flags) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        bool set = sets(t, flags); \
        return arith(t, op, v >> 2, shifted(t, i, v, v >> 2), set); \
    }
SHIFTED(sub_shift, ALU_SUB, false)
SHIFTED(and_shift, ALU_AND, false)
SHIFTED(orr_shift, ALU_OR, false)
SHIFTED(eor_shift, ALU_XOR, false)
SHIFTED(adds_shift, ALU_ADD, true)
SHIFTED(subs_shift, ALU_SUB, true)
SHIFTED(ands_shift, ALU_AND, true)
#undef SHIFTED

#define INVERTED(name, op, flags) \
    static bool name##_reg(struct trans *t, const struct insn *i, unsigned v) \
    { \
        bool set = sets(t, flags); \
        return arith(t, op, v, inverted(t, operand(t, i->m)), set); \
    } \
    static bool name##_shift(struct trans *t, const struct insn *i, unsigned v) \
    { \
        bool set = sets(t, flags); \
        return arith(t, op, v >> 2, inverted(t, shifted(t, i, v, v >> 2)), set); \
    }
INVERTED(bic, ALU_AND, false)
INVERTED(orn, ALU_OR, false)
INVERTED(eon, ALU_XOR, false)
INVERTED(bics, ALU_AND, true)
#undef INVERTED

static bool add_scaled(struct trans *t, const struct insn *i, bool wide, u8 m, u8 scale)
{
    u8 n = jit_x(t, i->n, RAX), d = jit_x_target(t, i->d, RAX);
    x64_lea(&t->e, wide, d, x64_indexed(n, m, scale, 0));
    jit_x_done(t, i->d, d);
    return true;
}

static bool add_shift(struct trans *t, const struct insn *i, unsigned v)
{
    if ((v & 3) == 0 && i->aux <= 3)
        return add_scaled(t, i, v >> 2, jit_x(t, i->m, RCX), (u8)i->aux);
    jit_flags_change(t);
    return arith(t, ALU_ADD, v >> 2, shifted(t, i, v, v >> 2), false);
}

// x[m] extended, in a register; rcx if it had to be computed.
static u8 extended_reg(struct trans *t, const struct insn *i, unsigned v)
{
    static const u32 ops[] = { 0xb6 | M_0F | BYTES,       0xb7 | M_0F,       0x8b,       0,
                               0xbe | M_0F | W64 | BYTES, 0xbf | M_0F | W64, 0x63 | W64, 0 };
    u8 m = jit_x(t, i->m, RCX);
    if (!ops[v & 7])
        return m;
    x64_rr(&t->e, ops[v & 7], RCX, m);
    return RCX;
}

static bool add_ext(struct trans *t, const struct insn *i, unsigned v)
{
    if (i->aux > 3)
        return false;
    return add_scaled(t, i, v >> 3, extended_reg(t, i, v), (u8)i->aux);
}

static struct operand extended_operand(struct trans *t, const struct insn *i, unsigned v)
{
    u8 m = extended_reg(t, i, v);
    if (!i->aux)
        return in(m);
    if (m != RCX)
        x64_mov(&t->e, true, RCX, m);
    x64_shift_ri(&t->e, SH_SHL, true, RCX, (u8)i->aux);
    return in(RCX);
}

static bool sub_ext(struct trans *t, const struct insn *i, unsigned v)
{
    jit_flags_change(t);
    return arith(t, ALU_SUB, v >> 3, extended_operand(t, i, v), false);
}

static bool adds_ext(struct trans *t, const struct insn *i, unsigned v)
{
    bool set = sets(t, true);
    return arith(t, ALU_ADD, v >> 3, extended_operand(t, i, v), set);
}

static bool subs_ext(struct trans *t, const struct insn *i, unsigned v)
{
    bool set = sets(t, true);
    return arith(t, ALU_SUB, v >> 3, extended_operand(t, i, v), set);
}

const struct jit_entry jit_int_templates[] = {
    { OP_ADD_imm, add_imm },
    { OP_SUB_imm, sub_imm },
    { OP_ADDS_imm, adds_imm },
    { OP_SUBS_imm, subs_imm },
    { OP_CMP_imm, cmp_imm },
    { OP_AND_imm, and_imm },
    { OP_ORR_imm, orr_imm },
    { OP_EOR_imm, eor_imm },
    { OP_ANDS_imm, ands_imm },
    { OP_TST_imm, tst_imm },
    { OP_MOVN, mov_imm },
    { OP_MOVZ, mov_imm },
    { OP_MOVZ_zero, mov_zero },
    { OP_MOVK, movk },
    { OP_ADR, adr },
    { OP_ADRP, adrp },
    { OP_MOV_reg, mov_reg },
    { OP_SXTB_W, sxtb_w },
    { OP_SXTH_W, sxth_w },
    { OP_SXTB_X, sxtb_x },
    { OP_SXTH_X, sxth_x },
    { OP_SXTW, sxtw },
    { OP_UXTB, uxtb },
    { OP_UXTH, uxth },
    { OP_ADD_reg, add_reg },
    { OP_SUB_reg, sub_reg },
    { OP_AND_reg, and_reg },
    { OP_ORR_reg, orr_reg },
    { OP_EOR_reg, eor_reg },
    { OP_ADDS_reg, adds_reg },
    { OP_SUBS_reg, subs_reg },
    { OP_ANDS_reg, ands_reg },
    { OP_CMP_reg, cmp_reg },
    { OP_TST_reg, tst_reg },
    { OP_ADD_shift, add_shift },
    { OP_SUB_shift, sub_shift },
    { OP_AND_shift, and_shift },
    { OP_ORR_shift, orr_shift },
    { OP_EOR_shift, eor_shift },
    { OP_ADDS_shift, adds_shift },
    { OP_SUBS_shift, subs_shift },
    { OP_ANDS_shift, ands_shift },
    { OP_BIC_reg, bic_reg },
    { OP_BIC_shift, bic_shift },
    { OP_ORN_reg, orn_reg },
    { OP_ORN_shift, orn_shift },
    { OP_EON_reg, eon_reg },
    { OP_EON_shift, eon_shift },
    { OP_BICS_reg, bics_reg },
    { OP_BICS_shift, bics_shift },
    { OP_ADD_ext0, add_ext },
    { OP_ADD_ext, add_ext },
    { OP_SUB_ext0, sub_ext },
    { OP_SUB_ext, sub_ext },
    { OP_ADDS_ext, adds_ext },
    { OP_SUBS_ext, subs_ext },
    { 0 },
};
