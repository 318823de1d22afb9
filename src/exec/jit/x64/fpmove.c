// Templates of isa/a64_fp.def: moves, compares, conversions.
#include "exec/jit/x64/vec.h"

enum {
    V_CVTSI2S = 0x2a | M_0F,
    V_CVTTS2SI = 0x2c | M_0F,
    V_CVTDQ2PS = 0x5b | M_0F,
    V_CVTTPS2DQ = 0x5b | M_0F | P_F3,
    V_CVTPS2PD = 0x5a | M_0F,
    V_CVTPD2PS = 0x5a | M_0F | P_66,
};

// -- Moves --

static bool fmov_f(struct trans *t, const struct insn *i, unsigned v)
{
    if (v > 1)
        return false;
    u8 n = jit_v(t, i->n);
    vec_write_scalar(t, i->d, v, n, vec_narrow(t, n, v));
    return true;
}

static bool fabs_f(struct trans *t, const struct insn *i, unsigned v)
{
    if (v > 1)
        return false;
    u8 n = jit_v(t, i->n);
    u8 d = jit_v_target(t, i->d);
    vec3k(t, V_AND, d, n, v ? K_ABS_D1 : K_ABS_S1);
    t->narrow[d] = v ? NARROW_64 : NARROW_32;
    return true;
}

static bool fneg_f(struct trans *t, const struct insn *i, unsigned v)
{
    if (v > 1)
        return false;
    u8 n = jit_v(t, i->n);
    vec3k(t, V_XOR, XMM0, n, v ? K_SIGN_D : K_SIGN_S);
    vec_write_scalar(t, i->d, v, XMM0, false);
    return true;
}

static bool sign_v(struct trans *t, const struct insn *i, unsigned v, u32 op, enum vec_constant k)
{
    bool q = v >> 1;
    u8 n = jit_v(t, i->n);
    u8 r = q ? jit_v_target(t, i->d) : XMM0;
    vec3k(t, op, r, n, k);
    vec_write(t, i->d, r, q);
    return true;
}

static bool fabs_v(struct trans *t, const struct insn *i, unsigned v)
{
    return sign_v(t, i, v, V_AND, v & 1 ? K_ABS_D : K_ABS_S);
}

static bool fneg_v(struct trans *t, const struct insn *i, unsigned v)
{
    return sign_v(t, i, v, V_XOR, v & 1 ? K_SIGN_D : K_SIGN_S);
}

// A general register into the lowest lane.
static bool from_general(struct trans *t, const struct insn *i, bool wide)
{
    u8 x = jit_x(t, i->n, RCX);
    u8 d = jit_v_target(t, i->d);
    vec_from_x(t, wide, d, x);
    t->narrow[d] = wide ? NARROW_64 : NARROW_32;
    return true;
}

static bool fmov_dx(struct trans *t, const struct insn *i, unsigned v)
{
    return from_general(t, i, true);
}

static bool fmov_sw(struct trans *t, const struct insn *i, unsigned v)
{
    return from_general(t, i, false);
}

static bool to_general(struct trans *t, const struct insn *i, bool wide, u8 n)
{
    u8 x = jit_x_target(t, i->d, RCX);
    vec_to_x(t, wide, x, n);
    jit_x_done(t, i->d, x);
    return true;
}

static bool fmov_xd(struct trans *t, const struct insn *i, unsigned v)
{
    return to_general(t, i, true, jit_v(t, i->n));
}

static bool fmov_ws(struct trans *t, const struct insn *i, unsigned v)
{
    return to_general(t, i, false, jit_v(t, i->n));
}

static bool fmov_xd1(struct trans *t, const struct insn *i, unsigned v)
{
    vec2i(t, V_PSHUFD, XMM0, jit_v(t, i->n), 0xee);
    return to_general(t, i, true, XMM0);
}

static bool fmov_d1x(struct trans *t, const struct insn *i, unsigned v)
{
    vec_from_x(t, true, XMM0, jit_x(t, i->n, RCX));
    u8 d = jit_v_change(t, i->d);
    vec3(t, V_PUNPCKLQDQ, d, d, XMM0);
    t->narrow[d] = NARROW_NOT;
    return true;
}

void vec_write_constant(struct trans *t, u8 g, u64 low, u64 high)
{
    u8 d = jit_v_target(t, g);
    if (!low && !high) {
        vec_zero(t, d);
    } else if (low == ~0ull && high == ~0ull) {
        vec3(t, V_PCMPEQD, d, d, d);
    } else {
        x64_mov_imm(&t->e, RAX, low);
        vec_from_x(t, true, d, RAX);
        if (high == low)
            vec3(t, V_PUNPCKLQDQ, d, d, d);
    }
    t->narrow[d] = high ? NARROW_NOT : low >> 32 ? NARROW_64 : NARROW_32;
}

static bool fmov_imm(struct trans *t, const struct insn *i, unsigned v)
{
    vec_write_constant(t, i->d, (u64)i->imm, 0);
    return true;
}

static bool fmov_v(struct trans *t, const struct insn *i, unsigned v)
{
    vec_write_constant(t, i->d, (u64)i->imm, v ? (u64)i->imm : 0);
    return true;
}

static bool fmov_v_d(struct trans *t, const struct insn *i, unsigned v)
{
    vec_write_constant(t, i->d, (u64)i->imm, (u64)i->imm);
    return true;
}

// -- Compares --

// The condition that an instruction asks, or -1 when it reads NZCV otherwise.
static int asked(const struct insn *i, enum op op)
{
    u32 v = i->run - isa_row(op)->run;
    switch (op) {
    case OP_B_cond: return v < 14 ? (int)v : -1;
    case OP_FCSEL: return v < 14 && (u64)i->imm >= 0xffffffff ? (int)v : -1;
    case OP_FCCMP:
    case OP_FCCMPE: return i->aux < 14 && v < 2 ? i->aux : -1;
    case OP_CCMP_reg:
    case OP_CCMP_imm:
    case OP_CCMN_reg:
    case OP_CCMN_imm:
    case OP_CSEL:
    case OP_CSINC:
    case OP_CSINV:
    case OP_CSNEG: return v >> 1 < 14 && jit_has_template(op) ? (int)v >> 1 : -1;
    default: return -1;
    }
}

// The one condition that all readers of this instruction's NZCV ask, or its opposite; -1 when
// they want more. Nothing that could fault or leave the block, where NZCV is looked at, may come
// before the last of them.
static int only_condition(const struct trans *t)
{
    int cond = -1;
    for (u32 k = t->index + 1u; t->live[k - 1]; k++) {
        if (k >= t->count)
            return -1;
        const struct insn *i = &t->insn[k];
        enum op op = isa_op_of_run(i->run);
        const struct row *row = isa_row(op);
        if (row->flags & C_R) {
            int c = asked(i, op);
            if (c < 0 || (cond >= 0 && cond != (c & ~1)))
                return -1;
            cond = c & ~1;
        }
        if (row->flags & (LOADS | STORES) || row->class == CLASS_PAUTH || t->live_taken[k] ||
            (row->kind != ROW_INSN && op != OP_B_cond))
            return -1;
        if (row->flags & C_W)
            break;
    }
    return cond;
}

// NZCV as trans_save_flags keeps it.
enum { C = 0x100, N = 0x8000, Z = 0x4000, V = 1 };

// NZCV of the comparison in the host's flags, to eax.
static void all_flags(struct trans *t)
{
    static const struct {
        enum x64_cc cc;
        u32 nzcv;
    } cases[] = { { CC_B, N }, { CC_E, Z | C }, { CC_P, C | V } };
    x64_mov_imm(&t->e, RAX, C);
    for (size_t k = 0; k < COUNT(cases); k++) {
        x64_mov_imm(&t->e, RCX, cases[k].nzcv);
        x64_cmov(&t->e, cases[k].cc, false, RAX, RCX);
    }
}

// What answers an even condition: the comparison's operands in order or not, and the code.
struct answer {
    bool swapped;
    u8 cc;
};

static const struct answer answers[14] = {
    [2] = { true, CC_BE }, [4] = { true, CC_A },    [6] = { false, CC_P },
    [8] = { true, CC_B },  [10] = { false, CC_AE }, [12] = { false, CC_A },
};

static void compare(struct trans *t, u8 n, u8 m, bool is_double, bool signals)
{
    u32 op = (signals ? V_COMI : V_UCOMI) | vec_packed(is_double);
    int cond = t->flags_live ? only_condition(t) : -1;
    jit_flags_change(t);
    if (cond == 0) {
        if (signals)
            vec2(t, op, n, m);
        vec3i(t, V_CMP | vec_scalar(is_double), XMM0, n, m, CMP_EQ);
        vec_to_x(t, false, RAX, XMM0);
        x64_test_rr(&t->e, false, RAX, RAX);
        jit_flags_answer(t, CC_NZ);
    } else if (cond > 0) {
        bool swapped = answers[cond].swapped;
        vec2(t, op, swapped ? m : n, swapped ? n : m);
        jit_flags_answer(t, (enum x64_cc)answers[cond].cc);
    } else {
        vec2(t, op, n, m);
        if (t->flags_live) {
            all_flags(t);
            jit_flags_saved(t);
        }
    }
}

static bool compare_registers(struct trans *t, const struct insn *i, unsigned v, bool signals)
{
    if (v > 1)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    compare(t, n, m, v, signals);
    return true;
}

static bool compare_zero(struct trans *t, const struct insn *i, unsigned v, bool signals)
{
    if (v > 1)
        return false;
    u8 n = jit_v(t, i->n);
    vec_zero(t, XMM1);
    compare(t, n, XMM1, v, signals);
    return true;
}

static bool fcmp(struct trans *t, const struct insn *i, unsigned v)
{
    return compare_registers(t, i, v, false);
}

static bool fcmpe(struct trans *t, const struct insn *i, unsigned v)
{
    return compare_registers(t, i, v, true);
}

static bool fcmp_zero(struct trans *t, const struct insn *i, unsigned v)
{
    return compare_zero(t, i, v, false);
}

static bool fcmpe_zero(struct trans *t, const struct insn *i, unsigned v)
{
    return compare_zero(t, i, v, true);
}

static bool compare_if(struct trans *t, const struct insn *i, unsigned v, bool signals)
{
    u32 nzcv =
        (i->imm & 8 ? N : 0) | (i->imm & 4 ? Z : 0) | (i->imm & 2 ? C : 0) | (i->imm & 1 ? V : 0);
    if (v > 1)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    u8 *over = NULL;
    if (i->aux < 14) {
        enum x64_cc cc = jit_condition(t, i->aux);
        x64_mov_imm(&t->e, RAX, nzcv);
        over = x64_jcc8(&t->e, (enum x64_cc)(cc ^ 1));
    }
    vec2(t, (signals ? V_COMI : V_UCOMI) | vec_packed(v), n, m);
    all_flags(t);
    if (over)
        x64_patch8(over, t->e.at);
    jit_flags_saved(t);
    return true;
}

static bool fccmp(struct trans *t, const struct insn *i, unsigned v)
{
    return compare_if(t, i, v, false);
}

static bool fccmpe(struct trans *t, const struct insn *i, unsigned v)
{
    return compare_if(t, i, v, true);
}

// Through general registers: there is no such move of vector registers.
static bool fcsel(struct trans *t, const struct insn *i, unsigned v)
{
    bool wide = i->imm == -1;
    if (v >= 14 || (!wide && i->imm != 0xffffffff))
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    enum x64_cc cc = jit_condition(t, v);
    vec_to_x(t, wide, RCX, n);
    vec_to_x(t, wide, RDX, m);
    x64_cmov(&t->e, cc, wide, RDX, RCX);
    u8 d = jit_v_target(t, i->d);
    vec_from_x(t, wide, d, RDX);
    t->narrow[d] = wide ? NARROW_64 : NARROW_32;
    return true;
}

// -- Compares to masks: the host's signal as Arm's do --

// `n` predicate `m`; these are the operands in the host's order.
static void mask(struct trans *t, const struct insn *i, unsigned v, u8 n, u8 m, u8 predicate)
{
    bool q = v >> 1;
    u8 r = q ? jit_v_target(t, i->d) : XMM2;
    vec3i(t, V_CMP | vec_packed(v & 1), r, n, m, predicate);
    vec_write(t, i->d, r, q);
}

static bool mask_registers(struct trans *t, const struct insn *i, unsigned v, u8 predicate)
{
    u8 n = vec_lanes(t, jit_v(t, i->n), v >> 1, XMM0);
    u8 m = vec_lanes(t, jit_v(t, i->m), v >> 1, XMM1);
    mask(t, i, v, m, n, predicate);
    return true;
}

static bool fcmeq_v(struct trans *t, const struct insn *i, unsigned v)
{
    return mask_registers(t, i, v, CMP_EQ);
}

static bool fcmge_v(struct trans *t, const struct insn *i, unsigned v)
{
    return mask_registers(t, i, v, CMP_LE);
}

static bool fcmgt_v(struct trans *t, const struct insn *i, unsigned v)
{
    return mask_registers(t, i, v, CMP_LT);
}

static bool mask_zero(struct trans *t, const struct insn *i, unsigned v, u8 predicate, bool swapped)
{
    u8 n = vec_lanes(t, jit_v(t, i->n), v >> 1, XMM0);
    vec_zero(t, XMM1);
    mask(t, i, v, swapped ? XMM1 : n, swapped ? n : XMM1, predicate);
    return true;
}

static bool fcmeq_zero_v(struct trans *t, const struct insn *i, unsigned v)
{
    return mask_zero(t, i, v, CMP_EQ, false);
}

static bool fcmge_zero_v(struct trans *t, const struct insn *i, unsigned v)
{
    return mask_zero(t, i, v, CMP_LE, true);
}

static bool fcmgt_zero_v(struct trans *t, const struct insn *i, unsigned v)
{
    return mask_zero(t, i, v, CMP_LT, true);
}

static bool fcmle_zero_v(struct trans *t, const struct insn *i, unsigned v)
{
    return mask_zero(t, i, v, CMP_LE, false);
}

static bool fcmlt_zero_v(struct trans *t, const struct insn *i, unsigned v)
{
    return mask_zero(t, i, v, CMP_LT, false);
}

// -- Conversions. Variants fy: 64 bits, type --

static void convert_from(struct trans *t, u8 d, bool is_double, bool wide, u8 x)
{
    vec_zero(t, XMM0);
    vec3(t, V_CVTSI2S | vec_scalar(is_double) | x64_w(wide), XMM0, XMM0, x);
    vec_write_scalar(t, d, is_double, XMM0, true);
}

static bool scvtf(struct trans *t, const struct insn *i, unsigned v)
{
    if ((v & 3) > 1)
        return false;
    convert_from(t, i->d, v & 1, v & 4, jit_x(t, i->n, RCX));
    return true;
}

static bool ucvtf(struct trans *t, const struct insn *i, unsigned v)
{
    if ((v & 3) > 1 || v & 4)
        return false;
    x64_mov(&t->e, false, RCX, jit_x(t, i->n, RCX));
    convert_from(t, i->d, v & 1, true, RCX);
    return true;
}

// What does not fit gives the least number, which declines: less 1, it overflows.
static bool fcvtzs(struct trans *t, const struct insn *i, unsigned v)
{
    bool wide = v & 4;
    if ((v & 3) > 1)
        return false;
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    vec2(t, V_CVTTS2SI | vec_scalar(v & 1) | x64_w(wide), RCX, n);
    x64_alu_ri(&t->e, ALU_CMP, wide, RCX, 1);
    jit_else_call(t, CC_O);
    jit_x_done(t, i->d, RCX);
    return true;
}

// The same between vector registers: v is the type.
static bool scvtf_g(struct trans *t, const struct insn *i, unsigned v)
{
    vec_to_x(t, v, RCX, jit_v(t, i->n));
    convert_from(t, i->d, v, v, RCX);
    return true;
}

static bool fcvtzs_g(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    vec2(t, V_CVTTS2SI | vec_scalar(v) | x64_w(v), RCX, n);
    x64_alu_ri(&t->e, ALU_CMP, v, RCX, 1);
    jit_else_call(t, CC_O);
    u8 d = jit_v_target(t, i->d);
    vec_from_x(t, v, d, RCX);
    t->narrow[d] = v ? NARROW_64 : NARROW_32;
    return true;
}

static bool scvtf_v(struct trans *t, const struct insn *i, unsigned v)
{
    bool q = v >> 1;
    if (v & 1)
        return false;
    u8 n = vec_lanes(t, jit_v(t, i->n), q, XMM0);
    vec2(t, V_CVTDQ2PS, XMM0, n);
    vec_write(t, i->d, XMM0, q);
    return true;
}

static bool fcvtzs_v(struct trans *t, const struct insn *i, unsigned v)
{
    bool q = v >> 1;
    if (v & 1)
        return false;
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    vec2(t, V_CVTTPS2DQ, XMM0, vec_lanes(t, n, q, XMM0));
    vec3k(t, V_PCMPEQD, XMM1, XMM0, K_INDEFINITE_S);
    vec2(t, V_MOVMSK, RAX, XMM1);
    x64_test_rr(&t->e, false, RAX, RAX);
    jit_else_call(t, CC_NZ);
    vec_write(t, i->d, XMM0, q);
    return true;
}

static bool widen(struct trans *t, const struct insn *i, bool high)
{
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    if (high)
        vec2i(t, V_PSHUFD, XMM0, n, 0xee);
    vec2(t, V_CVTPS2PD, XMM0, high ? XMM0 : n);
    vec_decline_nans(t, true, XMM0);
    vec_write(t, i->d, XMM0, true);
    return true;
}

static bool fcvtl(struct trans *t, const struct insn *i, unsigned v)
{
    return widen(t, i, false);
}

static bool fcvtl2(struct trans *t, const struct insn *i, unsigned v)
{
    return widen(t, i, true);
}

static bool fcvtn(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    vec2(t, V_CVTPD2PS, XMM0, n);
    vec_decline_odds(t, false, XMM0);
    vec_write(t, i->d, XMM0, true);
    return true;
}

static bool fcvtn2(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    vec2(t, V_CVTPD2PS, XMM0, n);
    vec_decline_odds(t, false, XMM0);
    u8 d = jit_v_change(t, i->d);
    vec3(t, V_PUNPCKLQDQ, d, d, XMM0);
    t->narrow[d] = NARROW_NOT;
    return true;
}

const struct jit_entry jit_fpmove_templates[] = {
    { OP_FMOV_f, fmov_f },
    { OP_FABS_f, fabs_f },
    { OP_FNEG_f, fneg_f },
    { OP_FABS_v, fabs_v },
    { OP_FNEG_v, fneg_v },
    { OP_FMOV_DX, fmov_dx },
    { OP_FMOV_SW, fmov_sw },
    { OP_FMOV_XD, fmov_xd },
    { OP_FMOV_WS, fmov_ws },
    { OP_FMOV_XD1, fmov_xd1 },
    { OP_FMOV_D1X, fmov_d1x },
    { OP_FMOV_imm, fmov_imm },
    { OP_FMOV_v_s, fmov_v },
    { OP_FMOV_v_d, fmov_v_d },
    { OP_FCMP, fcmp },
    { OP_FCMPE, fcmpe },
    { OP_FCMP_zero, fcmp_zero },
    { OP_FCMPE_zero, fcmpe_zero },
    { OP_FCCMP, fccmp },
    { OP_FCCMPE, fccmpe },
    { OP_FCSEL, fcsel },
    { OP_FCMEQ_v, fcmeq_v },
    { OP_FCMGE_v, fcmge_v },
    { OP_FCMGT_v, fcmgt_v },
    { OP_FCMEQ_zero_v, fcmeq_zero_v },
    { OP_FCMGE_zero_v, fcmge_zero_v },
    { OP_FCMGT_zero_v, fcmgt_zero_v },
    { OP_FCMLE_zero_v, fcmle_zero_v },
    { OP_FCMLT_zero_v, fcmlt_zero_v },
    { OP_SCVTF_f, scvtf },
    { OP_UCVTF_f, ucvtf },
    { OP_FCVTZS_f, fcvtzs },
    { OP_SCVTF_g, scvtf_g },
    { OP_FCVTZS_g, fcvtzs_g },
    { OP_SCVTF_v, scvtf_v },
    { OP_FCVTZS_v, fcvtzs_v },
    { OP_FCVTL_s, fcvtl },
    { OP_FCVTL2_s, fcvtl2 },
    { OP_FCVTN_s, fcvtn },
    { OP_FCVTN2_s, fcvtn2 },
    { 0 },
};
