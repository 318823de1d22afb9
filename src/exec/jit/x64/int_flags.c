// Templates of isa/a64_base.def: carries and conditions. See trans.h.
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

// -- Carries --

// Brings C into CF, or its opposite.
static void carry(struct trans *t, enum flags_at as)
{
    jit_condition(t, 0);
    jit_flags_keep(t);
    if (t->flags != as)
        x64_u8(&t->e, 0xf5);   // cmc
}

static bool with_carry(struct trans *t, const struct insn *i, bool wide, bool subtract, bool flags)
{
    carry(t, subtract ? FLAGS_SUB : FLAGS_ADD);
    jit_x_to(t, i->n, RDX);
    x64_alu_rr(&t->e, subtract ? ALU_SBB : ALU_ADC, wide, RDX, source(t, i->m, RCX));
    if (flags)
        jit_flags_set(t, subtract ? FLAGS_SUB : FLAGS_ADD);
    else
        t->flags = FLAGS_CPU;
    return done(t, RDX);
}

static bool adc(struct trans *t, const struct insn *i, unsigned v)
{
    return with_carry(t, i, v, false, false);
}

static bool adcs(struct trans *t, const struct insn *i, unsigned v)
{
    return with_carry(t, i, v, false, true);
}

static bool sbc(struct trans *t, const struct insn *i, unsigned v)
{
    return with_carry(t, i, v, true, false);
}

static bool sbcs(struct trans *t, const struct insn *i, unsigned v)
{
    return with_carry(t, i, v, true, true);
}

// -- Conditions: in v, then sf --

// The host's flags become those of x[n] against y, or constants. `negative`: compared by adding.
static void compare(struct trans *t, unsigned v, bool negative, bool is_imm)
{
    struct emit *e = &t->e;
    const struct insn *i = t->i;
    enum x64_alu op = negative ? ALU_ADD : ALU_CMP;
    jit_x_to(t, i->n, RDX);
    if (is_imm)
        x64_alu_ri(e, op, v & 1, RDX, (i32)i->imm);
    else
        x64_alu_rr(e, op, v & 1, RDX, source(t, i->m, RCX));
}

// AH and AL for `lahf; seto al` to have given, C as `as` says.
static u32 packed(u32 nzcv, enum flags_at as)
{
    u32 c = (nzcv >> 1 & 1) ^ (as == FLAGS_SUB);
    return (nzcv >> 3) << 15 | (nzcv >> 2 & 1) << 14 | c << 8 | (nzcv & 1);
}

static bool conditional_compare(struct trans *t, unsigned v, bool negative, bool is_imm)
{
    struct emit *e = &t->e;
    enum flags_at as = negative ? FLAGS_ADD : FLAGS_SUB;
    if (!t->flags_live)
        return true;
    if (v >> 1 >= 14) {
        compare(t, v, negative, is_imm);
        jit_flags_set(t, as);
        return true;
    }
    enum x64_cc cc = jit_condition(t, v >> 1);
    u8 *other = x64_jcc8(e, cc ^ 1);
    compare(t, v, negative, is_imm);
    u8 *end = x64_jmp8(e);
    x64_patch8(other, e->at);
    x64_mov_imm(e, RAX, packed(t->i->aux, as));
    x64_u8(e, 0x04);   // add al, 0x7f
    x64_u8(e, 0x7f);
    x64_u8(e, 0x9e);   // sahf
    x64_patch8(end, e->at);
    jit_flags_set(t, as);
    return true;
}

static bool ccmn_reg(struct trans *t, const struct insn *i, unsigned v)
{
    return conditional_compare(t, v, true, false);
}

static bool ccmp_reg(struct trans *t, const struct insn *i, unsigned v)
{
    return conditional_compare(t, v, false, false);
}

static bool ccmn_imm(struct trans *t, const struct insn *i, unsigned v)
{
    return conditional_compare(t, v, true, true);
}

static bool ccmp_imm(struct trans *t, const struct insn *i, unsigned v)
{
    return conditional_compare(t, v, false, true);
}

static bool csel(struct trans *t, const struct insn *i, unsigned v)
{
    bool wide = v & 1;
    if (v >> 1 >= 14)
        return false;
    enum x64_cc cc = jit_condition(t, v >> 1);
    u8 d = jit_x_target(t, i->d, RAX);
    if (d == jit_pinned(t, i->n)) {
        x64_cmov(&t->e, cc ^ 1, wide, d, source(t, i->m, RCX));
        return done(t, d);
    }
    jit_x_to(t, i->m, d);
    x64_cmov(&t->e, cc, wide, d, source(t, i->n, RCX));
    return done(t, d);
}

enum otherwise { PLUS_ONE, INVERTED, NEGATED };

static bool select(struct trans *t, unsigned v, enum otherwise o)
{
    const struct insn *i = t->i;
    if (v >> 1 >= 14)
        return false;
    enum x64_cc cc = jit_condition(t, v >> 1);
    u8 n = source(t, i->n, RAX);
    jit_x_to(t, i->m, RCX);
    if (o != PLUS_ONE)
        x64_rr(&t->e, 0xf7 | W64, 2, RCX);   // not, which keeps the flags
    if (o != INVERTED)
        x64_lea(&t->e, true, RCX, x64_at(RCX, 1));
    x64_cmov(&t->e, cc, v & 1, RCX, n);
    return done(t, RCX);
}

static bool csinc(struct trans *t, const struct insn *i, unsigned v)
{
    return select(t, v, PLUS_ONE);
}

static bool csinv(struct trans *t, const struct insn *i, unsigned v)
{
    return select(t, v, INVERTED);
}

static bool csneg(struct trans *t, const struct insn *i, unsigned v)
{
    return select(t, v, NEGATED);
}

static bool cset(struct trans *t, const struct insn *i, unsigned v)
{
    if (v >> 1 >= 14)
        return false;
    enum x64_cc cc = jit_condition(t, v >> 1);
    u8 d = jit_x_target(t, i->d, RAX);
    x64_setcc(&t->e, cc ^ 1, RAX);
    x64_movzx8(&t->e, d, RAX);
    return done(t, d);
}

const struct jit_entry jit_int_flags_templates[] = {
    { OP_ADC, adc },           { OP_ADCS, adcs },
    { OP_SBC, sbc },           { OP_SBCS, sbcs },
    { OP_CCMN_reg, ccmn_reg }, { OP_CCMP_reg, ccmp_reg },
    { OP_CCMN_imm, ccmn_imm }, { OP_CCMP_imm, ccmp_imm },
    { OP_CSEL, csel },         { OP_CSINC, csinc },
    { OP_CSINV, csinv },       { OP_CSNEG, csneg },
    { OP_CSET, cset },         { 0 },
};
