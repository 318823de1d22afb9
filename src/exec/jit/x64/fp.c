// Templates of isa/a64_fp.def: arithmetic, scalar and vector, with results as Arm has them.
//
// The host computes; what it would do otherwise than Arm is declined, as in exec/sem/sem_fp.h:
// NaN results, and where tininess matters the smallest normal number. FPCR.FZ is never set
// here (the interpreter runs then), half precision has no templates.
#include "exec/jit/x64/vec.h"

static bool is_source(const struct insn *i)
{
    return i->d == i->n || i->d == i->m;
}

static void decline(struct trans *t, bool odd, bool is_double, u8 r)
{
    if (odd)
        vec_decline_odd(t, is_double, r);
    else
        vec_decline_nan(t, is_double, r);
}

// -- Scalar: v is the type --

// d = op(n, m). What lies above the scalar comes from the first source.
static bool scalar(struct trans *t, const struct insn *i, unsigned v, u32 op, bool odd)
{
    if (v > 1)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    jit_flags_change(t);
    bool commutes = op == V_ADD || op == V_MUL;
    if (commutes && !vec_narrow(t, n, v) && vec_narrow(t, m, v)) {
        u8 swap = n;
        n = m;
        m = swap;
    }
    bool clean = vec_narrow(t, n, v);
    u8 r = vec_place(t, i->d, clean && !is_source(i));
    vec3(t, op | vec_scalar(v), r, n, m);
    decline(t, odd, v, r);
    vec_write_scalar(t, i->d, v, r, clean);
    return true;
}

#define SCALAR(name, op, odd) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return scalar(t, i, v, op, odd); \
    }
SCALAR(fadd, V_ADD, false)
SCALAR(fsub, V_SUB, false)
SCALAR(fmul, V_MUL, true)
SCALAR(fdiv, V_DIV, true)

static bool fnmul(struct trans *t, const struct insn *i, unsigned v)
{
    if (v > 1)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    jit_flags_change(t);
    vec3(t, V_MUL | vec_scalar(v), XMM0, n, m);
    vec_decline_odd(t, v, XMM0);
    vec3k(t, V_XOR, XMM0, XMM0, v ? K_SIGN_D : K_SIGN_S);
    vec_write_scalar(t, i->d, v, XMM0, false);
    return true;
}

static bool fabd(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    jit_flags_change(t);
    vec3(t, V_SUB | vec_scalar(v), XMM0, n, m);
    vec_decline_nan(t, v, XMM0);
    vec3k(t, V_AND, XMM0, XMM0, v ? K_ABS_D1 : K_ABS_S1);
    vec_write_scalar(t, i->d, v, XMM0, true);
    return true;
}

// Operations of one source: above it comes from a zero.
static bool unary(struct trans *t, const struct insn *i, u32 op, bool odd, bool to_double)
{
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    vec_zero(t, XMM0);
    vec3(t, op, XMM0, XMM0, n);
    decline(t, odd, to_double, XMM0);
    vec_write_scalar(t, i->d, to_double, XMM0, true);
    return true;
}

static bool fsqrt_f(struct trans *t, const struct insn *i, unsigned v)
{
    return v <= 1 && unary(t, i, V_SQRT | vec_scalar(v), false, v);
}

static bool fcvt_ds(struct trans *t, const struct insn *i, unsigned v)
{
    return unary(t, i, 0x5a | M_0F | P_F3, false, true);
}

static bool fcvt_sd(struct trans *t, const struct insn *i, unsigned v)
{
    return unary(t, i, 0x5a | M_0F | P_F2, true, false);
}

// The 231 forms: a + n * m and the like, into a.
enum {
    V_FMADD = 0xb8 | M_0F38 | P_66,   // scalar forms are one more; W64 for double
    V_FMSUB = 0xba | M_0F38 | P_66,
    V_FNMADD = 0xbc | M_0F38 | P_66,
    V_FNMSUB = 0xbe | M_0F38 | P_66,
};

static bool fused(struct trans *t, const struct insn *i, unsigned v, u32 op)
{
    if (v > 1 || !t->v3)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m), a = jit_v(t, i->a);
    jit_flags_change(t);
    bool clean = vec_narrow(t, a, v);
    u8 r = vec_place(t, i->d, clean && !is_source(i) && i->d != i->a);
    vec_move(t, r, a);
    vec3(t, (op + 1) | x64_w(v), r, n, m);
    vec_decline_odd(t, v, r);
    vec_write_scalar(t, i->d, v, r, clean);
    return true;
}

#define FUSED(name, op) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return fused(t, i, v, op); \
    }
FUSED(fmadd, V_FMADD)
FUSED(fmsub, V_FNMADD)
FUSED(fnmadd, V_FNMSUB)
FUSED(fnmsub, V_FMSUB)

// Unordered operands declined, both orders differ for zeros of two signs only: their bits combine.
static bool extreme(struct trans *t, const struct insn *i, unsigned v, u32 op, u32 combine)
{
    if (v > 1)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    jit_flags_change(t);
    vec2(t, V_UCOMI | vec_packed(v), n, m);
    jit_else_call(t, CC_P);
    vec3(t, op | vec_scalar(v), XMM0, n, m);
    vec3(t, op | vec_scalar(v), XMM1, m, n);
    vec3(t, combine, XMM0, XMM0, XMM1);
    vec_write_scalar(t, i->d, v, XMM0, vec_narrow(t, n, v) && vec_narrow(t, m, v));
    return true;
}

static bool fmax_f(struct trans *t, const struct insn *i, unsigned v)
{
    return extreme(t, i, v, V_MAX, V_AND);
}

static bool fmin_f(struct trans *t, const struct insn *i, unsigned v)
{
    return extreme(t, i, v, V_MIN, V_OR);
}

// -- Vector: v is Q, type --

static bool vector(struct trans *t, const struct insn *i, unsigned v, u32 op, bool odd)
{
    bool q = v >> 1, is_double = v & 1;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    jit_flags_change(t);
    n = vec_lanes(t, n, q, XMM0);
    m = vec_lanes(t, m, q, XMM1);
    u8 r = vec_place(t, i->d, q && !is_source(i));
    vec3(t, op | vec_packed(is_double), r, n, m);
    if (odd)
        vec_decline_odds(t, is_double, r);
    else
        vec_decline_nans(t, is_double, r);
    vec_write(t, i->d, r, q);
    return true;
}

#define VECTOR(name, op, odd) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return vector(t, i, v, op, odd); \
    }
VECTOR(fadd_v, V_ADD, false)
VECTOR(fsub_v, V_SUB, false)
VECTOR(fmul_v, V_MUL, true)

static bool fdiv_v(struct trans *t, const struct insn *i, unsigned v)
{
    return v >> 1 && vector(t, i, v, V_DIV, true);
}

static bool fsqrt_v(struct trans *t, const struct insn *i, unsigned v)
{
    bool q = v >> 1, is_double = v & 1;
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    vec2(t, V_SQRT | vec_packed(is_double), XMM0, vec_lanes(t, n, q, XMM0));
    vec_decline_nans(t, is_double, XMM0);
    vec_write(t, i->d, XMM0, q);
    return true;
}

static bool fused_v(struct trans *t, const struct insn *i, unsigned v, u32 op)
{
    bool q = v >> 1, is_double = v & 1;
    if (!t->v3)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m), d = jit_v(t, i->d);
    jit_flags_change(t);
    n = vec_lanes(t, n, q, XMM1);
    m = vec_lanes(t, m, q, XMM2);
    vec_move(t, XMM0, vec_lanes(t, d, q, XMM0));
    vec3(t, op | x64_w(is_double), XMM0, n, m);
    vec_decline_odds(t, is_double, XMM0);
    vec_write(t, i->d, XMM0, q);
    return true;
}

static bool fmla_v(struct trans *t, const struct insn *i, unsigned v)
{
    return fused_v(t, i, v, V_FMADD);
}

static bool fmls_v(struct trans *t, const struct insn *i, unsigned v)
{
    return fused_v(t, i, v, V_FNMADD);
}

static bool extreme_v(struct trans *t, const struct insn *i, unsigned v, u32 op, u32 combine)
{
    bool q = v >> 1, is_double = v & 1;
    u32 type = vec_packed(is_double);
    if (!q)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    jit_flags_change(t);
    vec3i(t, V_CMP | type, XMM1, n, m, CMP_UNORD);
    vec2(t, V_MOVMSK | type, RAX, XMM1);
    x64_test_rr(&t->e, false, RAX, RAX);
    jit_else_call(t, CC_NZ);
    vec3(t, op | type, XMM0, n, m);
    vec3(t, op | type, XMM1, m, n);
    vec3(t, combine, XMM0, XMM0, XMM1);
    vec_write(t, i->d, XMM0, q);
    return true;
}

static bool fmax_v(struct trans *t, const struct insn *i, unsigned v)
{
    return extreme_v(t, i, v, V_MAX, V_AND);
}

static bool fmin_v(struct trans *t, const struct insn *i, unsigned v)
{
    return extreme_v(t, i, v, V_MIN, V_OR);
}

// -- By element --

// Element `aux` of m in all lanes, or in those of the lower half.
static void element(struct trans *t, const struct insn *i, bool q, bool is_double, u8 to, u8 m)
{
    static const u8 doubles[] = { 0x44, 0xee }, singles[] = { 0x00, 0x55, 0xaa, 0xff };
    vec2i(t, V_PSHUFD, to, m, is_double ? doubles[i->aux & 1] : singles[i->aux & 3]);
    if (!q)
        vec2(t, V_MOVQ, to, to);
}

static bool fmul_ve(struct trans *t, const struct insn *i, unsigned v)
{
    bool q = v >> 1, is_double = v & 1;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    jit_flags_change(t);
    element(t, i, q, is_double, XMM1, m);
    n = vec_lanes(t, n, q, XMM0);
    vec3(t, V_MUL | vec_packed(is_double), XMM0, n, XMM1);
    vec_decline_odds(t, is_double, XMM0);
    vec_write(t, i->d, XMM0, q);
    return true;
}

static bool fused_ve(struct trans *t, const struct insn *i, unsigned v, u32 op)
{
    bool q = v >> 1, is_double = v & 1;
    if (!t->v3)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m), d = jit_v(t, i->d);
    jit_flags_change(t);
    element(t, i, q, is_double, XMM1, m);
    n = vec_lanes(t, n, q, XMM2);
    vec_move(t, XMM0, vec_lanes(t, d, q, XMM0));
    vec3(t, op | x64_w(is_double), XMM0, n, XMM1);
    vec_decline_odds(t, is_double, XMM0);
    vec_write(t, i->d, XMM0, q);
    return true;
}

static bool fmla_ve(struct trans *t, const struct insn *i, unsigned v)
{
    return fused_ve(t, i, v, V_FMADD);
}

static bool fmls_ve(struct trans *t, const struct insn *i, unsigned v)
{
    return fused_ve(t, i, v, V_FNMADD);
}

// Scalars: `v` is the type. Element 0 is where the scalar operation looks.
static u8 element_scalar(struct trans *t, const struct insn *i, bool is_double, u8 m)
{
    if (!i->aux)
        return m;
    element(t, i, true, is_double, XMM1, m);
    return XMM1;
}

static bool fmul_ge(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    jit_flags_change(t);
    bool clean = vec_narrow(t, n, v);
    vec3(t, V_MUL | vec_scalar(v), XMM0, n, element_scalar(t, i, v, m));
    vec_decline_odd(t, v, XMM0);
    vec_write_scalar(t, i->d, v, XMM0, clean);
    return true;
}

static bool fused_ge(struct trans *t, const struct insn *i, unsigned v, u32 op)
{
    if (!t->v3)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m), d = jit_v(t, i->d);
    jit_flags_change(t);
    bool clean = vec_narrow(t, d, v);
    vec_move(t, XMM0, d);
    vec3(t, (op + 1) | x64_w(v), XMM0, n, element_scalar(t, i, v, m));
    vec_decline_odd(t, v, XMM0);
    vec_write_scalar(t, i->d, v, XMM0, clean);
    return true;
}

static bool fmla_ge(struct trans *t, const struct insn *i, unsigned v)
{
    return fused_ge(t, i, v, V_FMADD);
}

static bool fmls_ge(struct trans *t, const struct insn *i, unsigned v)
{
    return fused_ge(t, i, v, V_FNMADD);
}

// -- Pairs --

static bool faddp_v(struct trans *t, const struct insn *i, unsigned v)
{
    if (!(v >> 1))
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    jit_flags_change(t);
    if (v & 1) {
        vec3(t, V_UNPCKLPD, XMM0, n, m);
        vec3(t, V_UNPCKHPD, XMM1, n, m);
    } else {
        vec3i(t, V_SHUFPS, XMM0, n, m, 0x88);
        vec3i(t, V_SHUFPS, XMM1, n, m, 0xdd);
    }
    vec3(t, V_ADD | vec_packed(v & 1), XMM0, XMM0, XMM1);
    vec_decline_nans(t, v & 1, XMM0);
    vec_write(t, i->d, XMM0, true);
    return true;
}

static bool faddp_pair(struct trans *t, const struct insn *i, unsigned v)
{
    u8 n = jit_v(t, i->n);
    jit_flags_change(t);
    vec2i(t, V_PSHUFD, XMM1, n, v ? 0xee : 0x55);
    vec3(t, V_ADD | vec_scalar(v), XMM0, n, XMM1);
    vec_decline_nan(t, v, XMM0);
    vec_write_scalar(t, i->d, v, XMM0, false);
    return true;
}

const struct jit_entry jit_fp_templates[] = {
    { OP_FADD_f, fadd },
    { OP_FSUB_f, fsub },
    { OP_FMUL_f, fmul },
    { OP_FDIV_f, fdiv },
    { OP_FNMUL_f, fnmul },
    { OP_FABD_g, fabd },
    { OP_FSQRT_f, fsqrt_f },
    { OP_FCVT_DS, fcvt_ds },
    { OP_FCVT_SD, fcvt_sd },
    { OP_FMADD, fmadd },
    { OP_FMSUB, fmsub },
    { OP_FNMADD, fnmadd },
    { OP_FNMSUB, fnmsub },
    { OP_FMAX_f, fmax_f },
    { OP_FMIN_f, fmin_f },
    { OP_FMAXNM_f, fmax_f },
    { OP_FMINNM_f, fmin_f },
    { OP_FADD_v, fadd_v },
    { OP_FSUB_v, fsub_v },
    { OP_FMUL_v, fmul_v },
    { OP_FDIV_v, fdiv_v },
    { OP_FSQRT_v, fsqrt_v },
    { OP_FMLA_v, fmla_v },
    { OP_FMLS_v, fmls_v },
    { OP_FMAX_v, fmax_v },
    { OP_FMIN_v, fmin_v },
    { OP_FMAXNM_v, fmax_v },
    { OP_FMINNM_v, fmin_v },
    { OP_FMUL_ve, fmul_ve },
    { OP_FMLA_ve, fmla_ve },
    { OP_FMLS_ve, fmls_ve },
    { OP_FMUL_ge, fmul_ge },
    { OP_FMLA_ge, fmla_ge },
    { OP_FMLS_ge, fmls_ge },
    { OP_FADDP_v, faddp_v },
    { OP_FADDP_pair, faddp_pair },
    { 0 },
};
