// Templates of isa/a64_simd.def: permutes, and moves of elements.
#include "exec/jit/x64/vec.h"

// An opcode of the 66 map; those of the longer maps are only for hosts with AVX2.
#define OP(code) (M_0F | P_66 | (code))
#define OP38(code) (M_0F38 | P_66 | (code))
#define OP3A(code) (M_0F3A | P_66 | IMM8 | (code))

// -- Permutes --

static bool zip(struct trans *t, const struct insn *i, unsigned v, u32 low, u32 high, bool upper)
{
    bool q = v >> 2;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    u8 r = vec_place(t, i->d, q);
    vec3(t, (upper && q ? high : low) + (v & 3), r, n, m);
    if (!q && upper)
        vec_shift(t, 0x73, 3, r, r, 8);   // bytes
    vec_write(t, i->d, r, q);
    return true;
}

// The opcodes of the double lanes stand apart.
static bool zip1(struct trans *t, const struct insn *i, unsigned v)
{
    return zip(t, i, v, (v & 3) == 3 ? OP(0x6c - 3) : OP(0x60), OP(0x68), false);
}

static bool zip2(struct trans *t, const struct insn *i, unsigned v)
{
    return zip(t, i, v, OP(0x60), (v & 3) == 3 ? OP(0x6d - 3) : OP(0x68), true);
}

// Of lanes of single and double only.
static bool uzp(struct trans *t, const struct insn *i, unsigned v, u8 singles, u32 doubles)
{
    if (v < 6)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    u8 d = jit_v_target(t, i->d);
    if (v == 7)
        vec3(t, doubles, d, n, m);
    else
        vec3i(t, V_SHUFPS, d, n, m, singles);
    t->narrow[d] = NARROW_NOT;
    return true;
}

static bool uzp1(struct trans *t, const struct insn *i, unsigned v)
{
    return uzp(t, i, v, 0x88, V_PUNPCKLQDQ);
}

static bool uzp2(struct trans *t, const struct insn *i, unsigned v)
{
    return uzp(t, i, v, 0xdd, V_PUNPCKHQDQ);
}

static bool trn_d(struct trans *t, const struct insn *i, unsigned v, u32 op)
{
    if (v != 7)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    u8 d = jit_v_target(t, i->d);
    vec3(t, op, d, n, m);
    t->narrow[d] = NARROW_NOT;
    return true;
}

static bool trn1(struct trans *t, const struct insn *i, unsigned v)
{
    return trn_d(t, i, v, V_PUNPCKLQDQ);
}

static bool trn2(struct trans *t, const struct insn *i, unsigned v)
{
    return trn_d(t, i, v, V_PUNPCKHQDQ);
}

static bool ext(struct trans *t, const struct insn *i, unsigned v)
{
    if (!v || !t->v3)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    u8 d = jit_v_target(t, i->d);
    vec3i(t, OP3A(0x0f), d, m, n, (u8)i->imm);
    t->narrow[d] = NARROW_NOT;
    return true;
}

static bool rev64(struct trans *t, const struct insn *i, unsigned v)
{
    if ((v & 3) != 2)
        return false;
    u8 n = jit_v(t, i->n);
    u8 r = vec_place(t, i->d, v >> 2);
    vec2i(t, V_PSHUFD, r, n, 0xb1);
    vec_write(t, i->d, r, v >> 2);
    return true;
}

// -- Elements --

static const u8 single_to_all[] = { 0x00, 0x55, 0xaa, 0xff };
static const u8 double_to_all[] = { 0x44, 0xee };

static bool dup_shuffled(struct trans *t, const struct insn *i, bool q, u8 from, u8 order)
{
    u8 r = vec_place(t, i->d, q);
    vec2i(t, V_PSHUFD, r, from, order);
    vec_write(t, i->d, r, q);
    return true;
}

static bool dup_s(struct trans *t, const struct insn *i, unsigned v)
{
    return dup_shuffled(t, i, v, jit_v(t, i->n), single_to_all[i->imm & 3]);
}

static bool dup_d(struct trans *t, const struct insn *i, unsigned v)
{
    return dup_shuffled(t, i, true, jit_v(t, i->n), double_to_all[i->imm & 1]);
}

static bool dup_gen_s(struct trans *t, const struct insn *i, unsigned v)
{
    vec_from_x(t, false, XMM0, jit_x(t, i->n, RCX));
    return dup_shuffled(t, i, v, XMM0, 0);
}

static bool dup_gen_d(struct trans *t, const struct insn *i, unsigned v)
{
    vec_from_x(t, true, XMM0, jit_x(t, i->n, RCX));
    return dup_shuffled(t, i, true, XMM0, 0x44);
}

// vpbroadcastb, vpbroadcastw
static bool dup_gen_small(struct trans *t, const struct insn *i, bool q, u32 op)
{
    if (!t->v3)
        return false;
    vec_from_x(t, false, XMM0, jit_x(t, i->n, RCX));
    u8 r = vec_place(t, i->d, q);
    vec2(t, op, r, XMM0);
    vec_write(t, i->d, r, q);
    return true;
}

static bool dup_gen_b(struct trans *t, const struct insn *i, unsigned v)
{
    return dup_gen_small(t, i, v, OP38(0x78));
}

static bool dup_gen_h(struct trans *t, const struct insn *i, unsigned v)
{
    return dup_gen_small(t, i, v, OP38(0x79));
}

// A lane alone, zero above.
static bool dup_lane(struct trans *t, const struct insn *i, bool is_double)
{
    u8 n = jit_v(t, i->n);
    if (i->imm) {
        u8 order = is_double ? double_to_all[i->imm & 1] : single_to_all[i->imm & 3];
        vec2i(t, V_PSHUFD, XMM0, n, order);
        n = XMM0;
    }
    vec_write_scalar(t, i->d, is_double, n, false);
    return true;
}

static bool dup_lane_s(struct trans *t, const struct insn *i, unsigned v)
{
    return dup_lane(t, i, false);
}

static bool dup_lane_d(struct trans *t, const struct insn *i, unsigned v)
{
    return dup_lane(t, i, true);
}

static bool to_general(struct trans *t, const struct insn *i, bool wide, u8 order)
{
    u8 n = jit_v(t, i->n);
    if (i->imm) {
        vec2i(t, V_PSHUFD, XMM0, n, order);
        n = XMM0;
    }
    u8 x = jit_x_target(t, i->d, RCX);
    vec_to_x(t, wide, x, n);
    jit_x_done(t, i->d, x);
    return true;
}

static bool umov_s(struct trans *t, const struct insn *i, unsigned v)
{
    return to_general(t, i, false, single_to_all[i->imm & 3]);
}

static bool umov_d(struct trans *t, const struct insn *i, unsigned v)
{
    return to_general(t, i, true, double_to_all[i->imm & 1]);
}

// pextrb, pextrw: ModRM.reg is the vector register.
static bool umov_small(struct trans *t, const struct insn *i, u32 op)
{
    if (!t->v3)
        return false;
    u8 n = jit_v(t, i->n), x = jit_x_target(t, i->d, RCX);
    vec2i(t, op, n, x, (u8)i->imm);
    jit_x_done(t, i->d, x);
    return true;
}

static bool umov_b(struct trans *t, const struct insn *i, unsigned v)
{
    return umov_small(t, i, OP3A(0x14));
}

static bool umov_h(struct trans *t, const struct insn *i, unsigned v)
{
    return umov_small(t, i, OP3A(0x15));
}

// pinsrb, pinsrw, pinsrd, pinsrq
static bool insert(struct trans *t, const struct insn *i, u32 op)
{
    if (!t->v3)
        return false;
    u8 x = jit_x(t, i->n, RCX), d = jit_v_change(t, i->d);
    vec3i(t, op, d, d, x, (u8)i->imm);
    t->narrow[d] = NARROW_NOT;
    return true;
}

static bool ins_gen_b(struct trans *t, const struct insn *i, unsigned v)
{
    return insert(t, i, OP3A(0x20));
}

static bool ins_gen_h(struct trans *t, const struct insn *i, unsigned v)
{
    return insert(t, i, OP(0xc4) | IMM8);
}

static bool ins_gen_s(struct trans *t, const struct insn *i, unsigned v)
{
    return insert(t, i, OP3A(0x22));
}

static bool ins_gen_d(struct trans *t, const struct insn *i, unsigned v)
{
    return insert(t, i, OP3A(0x22) | W64);
}

static bool ins_s(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->v3)
        return false;
    u8 n = jit_v(t, i->n), d = jit_v_change(t, i->d);
    vec3i(t, OP3A(0x21), d, d, n, (u8)((i->aux & 3) << 6 | (i->imm & 3) << 4));   // insertps
    t->narrow[d] = NARROW_NOT;
    return true;
}

// shufpd
static bool ins_d(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n), d = jit_v_change(t, i->d);
    if (i->imm)
        vec3i(t, OP(0xc6) | IMM8, d, d, n, (u8)((i->aux & 1) << 1));
    else
        vec3i(t, OP(0xc6) | IMM8, d, n, d, (u8)((i->aux & 1) | 2));
    t->narrow[d] = NARROW_NOT;
    return true;
}

const struct jit_entry jit_simdperm_templates[] = {
    { OP_ZIP1, zip1 },
    { OP_ZIP2, zip2 },
    { OP_UZP1, uzp1 },
    { OP_UZP2, uzp2 },
    { OP_TRN1, trn1 },
    { OP_TRN2, trn2 },
    { OP_EXT, ext },
    { OP_REV64_vec, rev64 },
    { OP_DUP_s_elt, dup_s },
    { OP_DUP_d_elt, dup_d },
    { OP_DUP_b_gen, dup_gen_b },
    { OP_DUP_h_gen, dup_gen_h },
    { OP_DUP_s_gen, dup_gen_s },
    { OP_DUP_d_gen, dup_gen_d },
    { OP_DUP_s_lane, dup_lane_s },
    { OP_DUP_d_lane, dup_lane_d },
    { OP_UMOV_b, umov_b },
    { OP_UMOV_h, umov_h },
    { OP_UMOV_s, umov_s },
    { OP_UMOV_d, umov_d },
    { OP_INS_b_gen, ins_gen_b },
    { OP_INS_h_gen, ins_gen_h },
    { OP_INS_s_gen, ins_gen_s },
    { OP_INS_d_gen, ins_gen_d },
    { OP_INS_s_elt, ins_s },
    { OP_INS_d_elt, ins_d },
    { 0 },
};
