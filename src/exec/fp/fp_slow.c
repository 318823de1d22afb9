// One soft_NAME a semantics of a64_fp.def; v is the row's variant. Not for speed.
#include "exec/fp/fp_slow.h"

#include <assert.h>

#include "exec/fp/fp_quick.h"
#include "exec/sem/sem.h"
#include "exec/fp/softfp.h"

typedef u64 fn1(enum fp_type t, u64 a, struct fp_env *e);
typedef u64 fn2(enum fp_type t, u64 a, u64 b, struct fp_env *e);

// Lanes of element size of type t.
static u64 lane(const union vreg *r, enum fp_type t, int k)
{
    return t == FP_D ? r->d[k] : t == FP_S ? r->s[k] : r->h[k];
}

static void set_lane(union vreg *r, enum fp_type t, int k, u64 value)
{
    if (t == FP_D)
        r->d[k] = value;
    else if (t == FP_S)
        r->s[k] = (u32)value;
    else
        r->h[k] = (u16)value;
}

static int bits_of(enum fp_type t)
{
    return t == FP_D ? 64 : t == FP_S ? 32 : 16;
}

// How many elements a vector of 64 (q = 0) or 128 bits has.
static int lanes_of(enum fp_type t, unsigned q)
{
    return (64 << q) / bits_of(t);
}

static struct fp_env env_of(const struct cpu *c)
{
    return (struct fp_env){ c->fpcr, 0 };
}

// -- Shapes: n elements of type t, the rest of the register zero --

static void map1(struct cpu *c, const struct insn *i, enum fp_type t, int n, fn1 *f)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    for (int k = 0; k < n; k++)
        set_lane(&r, t, k, f(t, lane(&V(n), t, k), &e));
    V(d) = r;
    c->fpsr |= e.sr;
}

static void map2(struct cpu *c, const struct insn *i, enum fp_type t, int n, fn2 *f)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    for (int k = 0; k < n; k++)
        set_lane(&r, t, k, f(t, lane(&V(n), t, k), lane(&V(m), t, k), &e));
    V(d) = r;
    c->fpsr |= e.sr;
}

// The second operand is element AUX of m.
static void map2_element(struct cpu *c, const struct insn *i, enum fp_type t, int n, fn2 *f)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    u64 b = lane(&V(m), t, AUX);
    for (int k = 0; k < n; k++)
        set_lane(&r, t, k, f(t, lane(&V(n), t, k), b, &e));
    V(d) = r;
    c->fpsr |= e.sr;
}

static void map2_zero(struct cpu *c, const struct insn *i, enum fp_type t, int n, fn2 *f)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    for (int k = 0; k < n; k++)
        set_lane(&r, t, k, f(t, lane(&V(n), t, k), 0, &e));
    V(d) = r;
    c->fpsr |= e.sr;
}

// Neighbours of n:m.
static void pairs(struct cpu *c, const struct insn *i, enum fp_type t, int n, fn2 *f)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    for (int k = 0; k < n; k++) {
        const union vreg *s = k < n / 2 ? &V(n) : &V(m);
        int first = 2 * k % n;
        set_lane(&r, t, k, f(t, lane(s, t, first), lane(s, t, first + 1), &e));
    }
    V(d) = r;
    c->fpsr |= e.sr;
}

// The halves first, then their results (Reduce).
static u64 reduce(const union vreg *s, enum fp_type t, int first, int n, fn2 *f, struct fp_env *e)
{
    if (n == 1)
        return lane(s, t, first);
    u64 low = reduce(s, t, first, n / 2, f, e);
    u64 high = reduce(s, t, first + n / 2, n / 2, f, e);
    return f(t, low, high, e);
}

static void across(struct cpu *c, const struct insn *i, enum fp_type t, int n, fn2 *f)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    set_lane(&r, t, 0, reduce(&V(n), t, 0, n, f, &e));
    V(d) = r;
    c->fpsr |= e.sr;
}

// d + n * m, d - n * m; m is element AUX when `element`.
static void accumulate(struct cpu *c, const struct insn *i, enum fp_type t, int n, bool negate,
                       bool element)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    for (int k = 0; k < n; k++) {
        u64 a = lane(&V(n), t, k), b = lane(&V(m), t, element ? AUX : k);
        set_lane(&r, t, k,
                 quick_muladd(t, lane(&V(d), t, k), negate ? fp_neg(t, a, &e) : a, b, &e));
    }
    V(d) = r;
    c->fpsr |= e.sr;
}

static void fused(struct cpu *c, const struct insn *i, enum fp_type t, bool negate_n, bool negate_a)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    u64 a = lane(&V(n), t, 0), z = lane(&V(a), t, 0);
    set_lane(&r, t, 0,
             quick_muladd(t, negate_a ? fp_neg(t, z, &e) : z, negate_n ? fp_neg(t, a, &e) : a,
                          lane(&V(m), t, 0), &e));
    V(d) = r;
    c->fpsr |= e.sr;
}

static void to_ints(struct cpu *c, const struct insn *i, enum fp_type t, int n, int fbits,
                    bool is_unsigned, enum fp_rounding mode)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    for (int k = 0; k < n; k++)
        set_lane(&r, t, k,
                 fp_to_int(t, lane(&V(n), t, k), fbits, is_unsigned, bits_of(t), mode, &e));
    V(d) = r;
    c->fpsr |= e.sr;
}

static void from_ints(struct cpu *c, const struct insn *i, enum fp_type t, int n, int fbits,
                      bool is_unsigned)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    for (int k = 0; k < n; k++)
        set_lane(&r, t, k, fp_from_int(t, lane(&V(n), t, k), fbits, is_unsigned, bits_of(t), &e));
    V(d) = r;
    c->fpsr |= e.sr;
}

// Between a general register and a scalar; variants fy: width, type.
static void to_general(struct cpu *c, const struct insn *i, unsigned v, int fbits, bool is_unsigned,
                       enum fp_rounding mode)
{
    struct fp_env e = env_of(c);
    enum fp_type t = v & 3;
    Xw(d, fp_to_int(t, lane(&V(n), t, 0), fbits, is_unsigned, v & 4 ? 64 : 32, mode, &e));
    c->fpsr |= e.sr;
}

static void from_general(struct cpu *c, const struct insn *i, unsigned v, int fbits,
                         bool is_unsigned)
{
    struct fp_env e = env_of(c);
    enum fp_type t = v & 3;
    union vreg r = { 0 };
    set_lane(&r, t, 0, fp_from_int(t, Xr(n), fbits, is_unsigned, v & 4 ? 64 : 32, &e));
    V(d) = r;
    c->fpsr |= e.sr;
}

// -- The instructions --

#define SOFT(name) static inline void soft_##name(struct cpu *c, const struct insn *i, unsigned v)

// One line a form.
// clang-format off

// The forms of an operation: f scalar of any type (v: type), g scalar of single or double
// (v: sz), gh of half, v vector (v: Q, sz), vh vector of halves (v: Q), e by element.
#define QE_TYPE (v & 1 ? FP_D : FP_S)
#define QE_LANES lanes_of(QE_TYPE, v >> 1)

#define FORM_f(name, shape, ...) SOFT(name##_f) { shape(c, i, v, 1, __VA_ARGS__); }
#define FORM_g(name, shape, ...) SOFT(name##_g) { shape(c, i, v, 1, __VA_ARGS__); }
#define FORM_gh(name, shape, ...) SOFT(name##_gh) { shape(c, i, FP_H, 1, __VA_ARGS__); }
#define FORM_v(name, shape, ...) SOFT(name##_v) { shape(c, i, QE_TYPE, QE_LANES, __VA_ARGS__); }
#define FORM_vh(name, shape, ...) SOFT(name##_vh) { shape(c, i, FP_H, lanes_of(FP_H, v), __VA_ARGS__); }
#define FORM_ge(name, shape, ...) SOFT(name##_ge) { shape(c, i, v, 1, __VA_ARGS__); }
#define FORM_ghe(name, shape, ...) SOFT(name##_ghe) { shape(c, i, FP_H, 1, __VA_ARGS__); }
#define FORM_ve(name, shape, ...) SOFT(name##_ve) { shape(c, i, QE_TYPE, QE_LANES, __VA_ARGS__); }
#define FORM_vhe(name, shape, ...) SOFT(name##_vhe) { shape(c, i, FP_H, lanes_of(FP_H, v), __VA_ARGS__); }

#define F_V(name, shape, ...) \
    FORM_f(name, shape, __VA_ARGS__) FORM_v(name, shape, __VA_ARGS__) FORM_vh(name, shape, __VA_ARGS__)
#define V_VH(name, shape, ...) FORM_v(name, shape, __VA_ARGS__) FORM_vh(name, shape, __VA_ARGS__)
#define G_V(name, shape, ...) \
    FORM_g(name, shape, __VA_ARGS__) FORM_gh(name, shape, __VA_ARGS__) V_VH(name, shape, __VA_ARGS__)
#define ELEMENT(name, shape, ...) \
    FORM_ge(name, shape, __VA_ARGS__) FORM_ghe(name, shape, __VA_ARGS__) \
    FORM_ve(name, shape, __VA_ARGS__) FORM_vhe(name, shape, __VA_ARGS__)

F_V(fadd, map2, quick_add)
F_V(fsub, map2, quick_sub)
F_V(fmul, map2, quick_mul)
F_V(fdiv, map2, quick_div)
F_V(fmax, map2, fp_max)
F_V(fmin, map2, fp_min)
F_V(fmaxnm, map2, fp_maxnm)
F_V(fminnm, map2, fp_minnm)
F_V(fsqrt, map1, quick_sqrt)
FORM_f(fnmul, map2, fp_nmul)
G_V(fabd, map2, fp_abd)
G_V(fmulx, map2, fp_mulx)
G_V(frecps, map2, fp_recps)
G_V(frsqrts, map2, fp_rsqrts)
G_V(fcmeq, map2, fp_cmeq)
G_V(fcmge, map2, fp_cmge)
G_V(fcmgt, map2, fp_cmgt)
G_V(facge, map2, fp_acge)
G_V(facgt, map2, fp_acgt)
G_V(fcmeq_zero, map2_zero, fp_cmeq)
G_V(fcmge_zero, map2_zero, fp_cmge)
G_V(fcmgt_zero, map2_zero, fp_cmgt)
G_V(fcmle_zero, map2_zero, fp_cmle)
G_V(fcmlt_zero, map2_zero, fp_cmlt)
G_V(frecpe, map1, fp_recpe)
G_V(frsqrte, map1, fp_rsqrte)
FORM_g(frecpx, map1, fp_recpx)
FORM_gh(frecpx, map1, fp_recpx)
ELEMENT(fmul, map2_element, quick_mul)
ELEMENT(fmulx, map2_element, fp_mulx)
ELEMENT(fmla, accumulate, false, true)
ELEMENT(fmls, accumulate, true, true)
V_VH(fmla, accumulate, false, false)
V_VH(fmls, accumulate, true, false)

SOFT(fmadd_f) { fused(c, i, v, false, false); }
SOFT(fmsub_f) { fused(c, i, v, true, false); }
SOFT(fnmadd_f) { fused(c, i, v, true, true); }
SOFT(fnmsub_f) { fused(c, i, v, false, true); }

#define PAIRWISE(name, fn) \
    V_VH(name, pairs, fn) \
    SOFT(name##_pair) { across(c, i, v, 2, fn); } \
    SOFT(name##_pairh) { across(c, i, FP_H, 2, fn); }
PAIRWISE(faddp, quick_add)
PAIRWISE(fmaxp, fp_max)
PAIRWISE(fminp, fp_min)
PAIRWISE(fmaxnmp, fp_maxnm)
PAIRWISE(fminnmp, fp_minnm)

#define ACROSS(name, fn) \
    SOFT(name##_s) { across(c, i, FP_S, 4, fn); } \
    SOFT(name##_h) { across(c, i, FP_H, lanes_of(FP_H, v), fn); }
ACROSS(fmaxv, fp_max)
ACROSS(fminv, fp_min)
ACROSS(fmaxnmv, fp_maxnm)
ACROSS(fminnmv, fp_minnm)

// -- Rounding to integers --

#define ROUND(name, mode, exact) \
    static u64 name(enum fp_type t, u64 a, struct fp_env *e) \
    { \
        return fp_round_int(t, a, mode, exact, e); \
    } \
    F_V(name, map1, name)
ROUND(frintn, FP_NEAREST, false)
ROUND(frintp, FP_UP, false)
ROUND(frintm, FP_DOWN, false)
ROUND(frintz, FP_ZERO, false)
ROUND(frinta, FP_AWAY, false)
ROUND(frintx, fp_mode(e), true)
ROUND(frinti, fp_mode(e), false)

#define ROUND_N(name, width, mode) \
    static u64 name(enum fp_type t, u64 a, struct fp_env *e) \
    { \
        return fp_round_int_n(t, a, width, mode, e); \
    } \
    FORM_g(name, map1, name) \
    FORM_v(name, map1, name)
ROUND_N(frint32z, 32, FP_ZERO)
ROUND_N(frint32x, 32, fp_mode(e))
ROUND_N(frint64z, 64, FP_ZERO)
ROUND_N(frint64x, 64, fp_mode(e))

// -- Integers --

#define TO_INT(name, is_unsigned, mode) \
    SOFT(name##_f) { to_general(c, i, v, 0, is_unsigned, mode); } \
    G_V(name, to_ints, 0, is_unsigned, mode)
TO_INT(fcvtns, false, FP_NEAREST)
TO_INT(fcvtnu, true, FP_NEAREST)
TO_INT(fcvtps, false, FP_UP)
TO_INT(fcvtpu, true, FP_UP)
TO_INT(fcvtms, false, FP_DOWN)
TO_INT(fcvtmu, true, FP_DOWN)
TO_INT(fcvtzs, false, FP_ZERO)
TO_INT(fcvtzu, true, FP_ZERO)
TO_INT(fcvtas, false, FP_AWAY)
TO_INT(fcvtau, true, FP_AWAY)

#define FIXED(name, shape, general, ...) \
    SOFT(name##_fix) { general(c, i, v, (int)IMM, __VA_ARGS__); } \
    SOFT(name##_fix_gh) { shape(c, i, FP_H, 1, (int)IMM, __VA_ARGS__); } \
    SOFT(name##_fix_gs) { shape(c, i, FP_S, 1, (int)IMM, __VA_ARGS__); } \
    SOFT(name##_fix_gd) { shape(c, i, FP_D, 1, (int)IMM, __VA_ARGS__); } \
    SOFT(name##_fix_vh) { shape(c, i, FP_H, 4 << v, (int)IMM, __VA_ARGS__); } \
    SOFT(name##_fix_vs) { shape(c, i, FP_S, 2 << v, (int)IMM, __VA_ARGS__); } \
    SOFT(name##_fix_vd) { shape(c, i, FP_D, 2, (int)IMM, __VA_ARGS__); }
FIXED(fcvtzs, to_ints, to_general, false, FP_ZERO)
FIXED(fcvtzu, to_ints, to_general, true, FP_ZERO)
FIXED(scvtf, from_ints, from_general, false)
FIXED(ucvtf, from_ints, from_general, true)

SOFT(scvtf_f) { from_general(c, i, v, 0, false); }
SOFT(ucvtf_f) { from_general(c, i, v, 0, true); }
G_V(scvtf, from_ints, 0, false)
G_V(ucvtf, from_ints, 0, true)

// clang-format on
SOFT(fjcvtzs)
{
    struct fp_env e = env_of(c);
    bool exact;
    Ww(d, fp_to_js(V(n).d[0], &exact, &e));
    cpu_set_nzcv(c, exact ? 4u << 28 : 0);
    c->fpsr |= e.sr;
}

// -- Between formats --

// `n` elements from lane `from_lane` on of type `from`, to lane `to_lane` on; the rest of
// the register is kept when to_lane is not 0.
static void convert(struct cpu *c, const struct insn *i, enum fp_type to, enum fp_type from, int n,
                    int to_lane, int from_lane, bool odd)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    if (to_lane)
        r.d[0] = V(d).d[0];
    for (int k = 0; k < n; k++)
        set_lane(&r, to, to_lane + k,
                 fp_convert_as(to, from, lane(&V(n), from, from_lane + k),
                               odd ? FP_ODD : fp_mode(&e), &e));
    V(d) = r;
    c->fpsr |= e.sr;
}

// clang-format off
SOFT(fcvt_ds) { convert(c, i, FP_D, FP_S, 1, 0, 0, false); }
SOFT(fcvt_hs) { convert(c, i, FP_H, FP_S, 1, 0, 0, false); }
SOFT(fcvt_sd) { convert(c, i, FP_S, FP_D, 1, 0, 0, false); }
SOFT(fcvt_hd) { convert(c, i, FP_H, FP_D, 1, 0, 0, false); }
SOFT(fcvt_sh) { convert(c, i, FP_S, FP_H, 1, 0, 0, false); }
SOFT(fcvt_dh) { convert(c, i, FP_D, FP_H, 1, 0, 0, false); }
SOFT(bfcvt) { convert(c, i, FP_BF, FP_S, 1, 0, 0, false); }
SOFT(fcvtxn_g) { convert(c, i, FP_S, FP_D, 1, 0, 0, true); }
SOFT(fcvtn_h) { convert(c, i, FP_H, FP_S, 4, 0, 0, false); }
SOFT(fcvtn2_h) { convert(c, i, FP_H, FP_S, 4, 4, 0, false); }
SOFT(fcvtn_s) { convert(c, i, FP_S, FP_D, 2, 0, 0, false); }
SOFT(fcvtn2_s) { convert(c, i, FP_S, FP_D, 2, 2, 0, false); }
SOFT(fcvtxn_s) { convert(c, i, FP_S, FP_D, 2, 0, 0, true); }
SOFT(fcvtxn2_s) { convert(c, i, FP_S, FP_D, 2, 2, 0, true); }
SOFT(bfcvtn) { convert(c, i, FP_BF, FP_S, 4, 0, 0, false); }
SOFT(bfcvtn2) { convert(c, i, FP_BF, FP_S, 4, 4, 0, false); }
SOFT(fcvtl_h) { convert(c, i, FP_S, FP_H, 4, 0, 0, false); }
SOFT(fcvtl2_h) { convert(c, i, FP_S, FP_H, 4, 0, 4, false); }
SOFT(fcvtl_s) { convert(c, i, FP_D, FP_S, 2, 0, 0, false); }
SOFT(fcvtl2_s) { convert(c, i, FP_D, FP_S, 2, 0, 2, false); }

// clang-format on
// -- Compares to NZCV --

static void compare(struct cpu *c, const struct insn *i, enum fp_type t, bool zero, bool signal_all)
{
    struct fp_env e = env_of(c);
    cpu_set_nzcv(c, fp_compare(t, lane(&V(n), t, 0), zero ? 0 : lane(&V(m), t, 0), signal_all, &e)
                        << 28);
    c->fpsr |= e.sr;
}

// clang-format off
SOFT(fcmp) { compare(c, i, v, false, false); }
SOFT(fcmp_zero) { compare(c, i, v, true, false); }
SOFT(fcmpe) { compare(c, i, v, false, true); }
SOFT(fcmpe_zero) { compare(c, i, v, true, true); }
// clang-format on

static void conditional_compare(struct cpu *c, const struct insn *i, enum fp_type t,
                                bool signal_all)
{
    if (condition(c, AUX))
        compare(c, i, t, false, signal_all);
    else
        cpu_set_nzcv(c, (u32)IMM << 28);
}

SOFT(fccmp)
{
    conditional_compare(c, i, v, false);
}
SOFT(fccmpe)
{
    conditional_compare(c, i, v, true);
}

// -- Complex numbers --

// A turn of 90 or 270 degrees, then an addition.
SOFT(fcadd_v)
{
    enum fp_type t = (v & 3) == 1 ? FP_H : (v & 3) == 2 ? FP_S : FP_D;
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    for (int k = 0; k < lanes_of(t, v >> 2); k += 2) {
        u64 re = lane(&V(m), t, k + 1), im = lane(&V(m), t, k);
        if (IMM == 1)
            re = fp_neg(t, re, &e);
        else
            im = fp_neg(t, im, &e);
        set_lane(&r, t, k, fp_add(t, lane(&V(n), t, k), re, &e));
        set_lane(&r, t, k + 1, fp_add(t, lane(&V(n), t, k + 1), im, &e));
    }
    V(d) = r;
    c->fpsr |= e.sr;
}

// `n` elements; the second number is pair AUX of m when `element`.
static void fcmla(struct cpu *c, const struct insn *i, enum fp_type t, int n, bool element)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    unsigned turn = (unsigned)IMM;
    for (int k = 0; k < n; k += 2) {
        int from = element ? 2 * AUX : k;
        u64 a = lane(&V(n), t, k + (turn & 1));
        u64 re = lane(&V(m), t, from + (turn & 1)), im = lane(&V(m), t, from + !(turn & 1));
        if (turn == 1 || turn == 2)
            re = fp_neg(t, re, &e);
        if (turn & 2)
            im = fp_neg(t, im, &e);
        set_lane(&r, t, k, fp_muladd(t, lane(&V(d), t, k), a, re, &e));
        set_lane(&r, t, k + 1, fp_muladd(t, lane(&V(d), t, k + 1), a, im, &e));
    }
    V(d) = r;
    c->fpsr |= e.sr;
}

SOFT(fcmla_v)
{
    enum fp_type t = (v & 3) == 1 ? FP_H : (v & 3) == 2 ? FP_S : FP_D;
    fcmla(c, i, t, lanes_of(t, v >> 2), false);
}
SOFT(fcmla_he)
{
    fcmla(c, i, FP_H, 4 << v, true);
}
SOFT(fcmla_se)
{
    fcmla(c, i, FP_S, 4, true);
}

// -- Half precision and bfloat16 into single --

#include "exec/fp/fp_slow_widen.h"

// -- Integer estimates --

SOFT(urecpe_v)
{
    union vreg r = { 0 };
    for (int k = 0; k < 2 << v; k++)
        r.s[k] = fp_urecpe(V(n).s[k]);
    V(d) = r;
}

SOFT(ursqrte_v)
{
    union vreg r = { 0 };
    for (int k = 0; k < 2 << v; k++)
        r.s[k] = fp_ursqrte(V(n).s[k]);
    V(d) = r;
}

// Moves: sem_fp.h always does them itself.
static void never(void)
{
    assert(!"a move needs no arithmetic");
}

// clang-format off
SOFT(fmov_wh) { never(); }
SOFT(fmov_hw) { never(); }
SOFT(fmov_ws) { never(); }
SOFT(fmov_sw) { never(); }
SOFT(fmov_xh) { never(); }
SOFT(fmov_hx) { never(); }
SOFT(fmov_xd) { never(); }
SOFT(fmov_dx) { never(); }
SOFT(fmov_xd1) { never(); }
SOFT(fmov_d1x) { never(); }
SOFT(fmov_f) { never(); }
SOFT(fabs_f) { never(); }
SOFT(fneg_f) { never(); }
SOFT(fmov_imm) { never(); }
SOFT(fcsel) { never(); }
SOFT(fabs_v) { never(); }
SOFT(fneg_v) { never(); }
SOFT(fabs_vh) { never(); }
SOFT(fneg_vh) { never(); }
SOFT(fmov_v) { never(); }
SOFT(fmov_v_d) { never(); }
// clang-format on

void fp_slow(struct cpu *c, const struct insn *i)
{
    static const struct {
        void (*soft)(struct cpu *c, const struct insn *i, unsigned v);
        u16 first;   // run of variant 0
    } table[] = {
#define INSN(name, encoding, syntax, class, semantics, ...) \
    [RUN_##name - FIRST... RUN_##name##_last - FIRST] = { soft_##semantics, RUN_##name },
#define FIRST RUN_SCVTF_fix
#include "isa/a64_fp.def"
#undef INSN
    };
    u16 run = i->run;
    table[run - FIRST].soft(c, i, run - (unsigned)table[run - FIRST].first);
#undef FIRST
}
