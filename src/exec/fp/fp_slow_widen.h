// fp_slow_widen.h: products of half precision and bfloat16, added up in single precision.
//
// A part of fp_slow.c, which includes it once: its SOFT functions are rows of the table there.
#ifndef EXEC_FP_SLOW_WIDEN_H
#define EXEC_FP_SLOW_WIDEN_H

static void fmlal(struct cpu *c, const struct insn *i, unsigned q, bool negate, bool high,
                  bool element)
{
    struct fp_env e = env_of(c);
    union vreg r = { 0 };
    int n = 2 << q;
    for (int k = 0; k < n; k++) {
        int from = k + (high ? n : 0);
        u64 a = V(n).h[from] ^ (negate ? 0x8000 : 0), b = V(m).h[element ? AUX : from];
        r.s[k] = (u32)fp_muladd_h(V(d).s[k], a, b, &e);
    }
    V(d) = r;
    c->fpsr |= e.sr;
}

// clang-format off
SOFT(fmlal_v) { fmlal(c, i, v, false, false, false); }
SOFT(fmlsl_v) { fmlal(c, i, v, true, false, false); }
SOFT(fmlal2_v) { fmlal(c, i, v, false, true, false); }
SOFT(fmlsl2_v) { fmlal(c, i, v, true, true, false); }
SOFT(fmlal_ve) { fmlal(c, i, v, false, false, true); }
SOFT(fmlsl_ve) { fmlal(c, i, v, true, false, true); }
SOFT(fmlal2_ve) { fmlal(c, i, v, false, true, true); }
SOFT(fmlsl2_ve) { fmlal(c, i, v, true, true, true); }
// clang-format on

static void bfdot(struct cpu *c, const struct insn *i, unsigned q, bool element)
{
    union vreg r = { 0 };
    for (int k = 0; k < 2 << q; k++)
        r.s[k] = fp_bfdot(V(d).s[k], V(n).s[k], V(m).s[element ? AUX : k]);
    V(d) = r;
}

SOFT(bfdot_v)
{
    bfdot(c, i, v, false);
}
SOFT(bfdot_e)
{
    bfdot(c, i, v, true);
}

SOFT(bfmmla)
{
    union vreg r;
    for (int row = 0; row < 2; row++)
        for (int column = 0; column < 2; column++) {
            u32 sum = V(d).s[2 * row + column];
            for (int k = 0; k < 2; k++)
                sum = fp_bfdot(sum, V(n).s[2 * row + k], V(m).s[2 * column + k]);
            r.s[2 * row + column] = sum;
        }
    V(d) = r;
}

// The even or the odd elements.
static void bfmlal(struct cpu *c, const struct insn *i, int odd, bool element)
{
    struct fp_env e = env_of(c);
    union vreg r;
    for (int k = 0; k < 4; k++) {
        u64 a = (u64)V(n).h[2 * k + odd] << 16, b = (u64)V(m).h[element ? AUX : 2 * k + odd] << 16;
        r.s[k] = (u32)fp_muladd(FP_S, V(d).s[k], a, b, &e);
    }
    V(d) = r;
    c->fpsr |= e.sr;
}

// clang-format off
SOFT(bfmlalb_v) { bfmlal(c, i, 0, false); }
SOFT(bfmlalt_v) { bfmlal(c, i, 1, false); }
SOFT(bfmlalb_e) { bfmlal(c, i, 0, true); }
SOFT(bfmlalt_e) { bfmlal(c, i, 1, true); }
// clang-format on

#endif
