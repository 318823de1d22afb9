// Templates of isa/a64_simd.def: tables, AES, SHA-256 and carry-less products, on hosts that
// have instructions for them.
#include "exec/jit/x64/vec.h"

#define OP38(code) (M_0F38 | P_66 | (code))

// -- Tables: bytes of n, n + 1 …, or the old ones (TBX), where the index is past the end --

static bool table(struct trans *t, const struct insn *i, bool q, unsigned count, bool keeps)
{
    if (!t->v3)
        return false;
    u8 m = jit_v(t, i->m), old = keeps ? jit_v(t, i->d) : 0;
    vec_move(t, XMM2, m);   // less 16 for each register
    for (unsigned k = 0; k < count; k++) {
        u8 r = k ? XMM0 : XMM1;
        vec3k(t, M_0F | P_66 | 0xdc, XMM0, XMM2, K_70);   // past the end: bit 7
        vec3(t, OP38(0x00), r, jit_v(t, (i->n + k) & 31), XMM0);
        if (k)
            vec3(t, V_POR, XMM1, XMM1, XMM0);
        vec3k(t, M_0F | P_66 | 0xf8, XMM2, XMM2, K_10);
    }
    if (keeps) {   // the index less 16 * count is not below zero
        vec3k(t, M_0F | P_66 | 0xde, XMM0, m, (enum vec_constant)(K_10 + count - 1));
        vec3(t, M_0F | P_66 | 0x74, XMM0, XMM0, m);
        vec3(t, V_PAND, XMM0, XMM0, old);
        vec3(t, V_POR, XMM1, XMM1, XMM0);
    }
    vec_write(t, i->d, XMM1, q);
    return true;
}

#define TABLE(name, count, keeps) \
    static bool name(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return table(t, i, v, count, keeps); \
    }
TABLE(tbl1, 1, false)
TABLE(tbl2, 2, false)
TABLE(tbl3, 3, false)
TABLE(tbl4, 4, false)
TABLE(tbx1, 1, true)
TABLE(tbx2, 2, true)
TABLE(tbx3, 3, true)
TABLE(tbx4, 4, true)

// -- AES: the host's last rounds are substitution, shift of rows, and the key --

enum { V_AESIMC = 0xdb, V_AESENC = 0xdc, V_AESENCLAST = 0xdd, V_AESDECLAST = 0xdf };

static bool aes_round(struct trans *t, const struct insn *i, u32 op)
{
    if (!t->aes)
        return false;
    u8 n = jit_v(t, i->n), d = jit_v(t, i->d);
    vec3(t, V_PXOR, XMM0, d, n);
    vec_zero(t, XMM1);
    vec3(t, OP38(op), XMM0, XMM0, XMM1);
    vec_write(t, i->d, XMM0, true);
    return true;
}

static bool aese(struct trans *t, const struct insn *i, unsigned v)
{
    return aes_round(t, i, V_AESENCLAST);
}

static bool aesd(struct trans *t, const struct insn *i, unsigned v)
{
    return aes_round(t, i, V_AESDECLAST);
}

// A full round after the inverse of its first half.
static bool aesmc(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->aes)
        return false;
    u8 n = jit_v(t, i->n);
    vec_zero(t, XMM1);
    vec3(t, OP38(V_AESDECLAST), XMM0, n, XMM1);
    vec3(t, OP38(V_AESENC), XMM0, XMM0, XMM1);
    vec_write(t, i->d, XMM0, true);
    return true;
}

static bool aesimc(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->aes)
        return false;
    u8 n = jit_v(t, i->n);
    vec2(t, OP38(V_AESIMC), XMM0, n);
    vec_write(t, i->d, XMM0, true);
    return true;
}

static bool pmull(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->aes)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m);
    vec3i(t, M_0F3A | P_66 | IMM8 | 0x44, XMM0, n, m, v ? 0x11 : 0x00);
    vec_write(t, i->d, XMM0, true);
    return true;
}

// -- SHA-256 --

enum { V_SHA256RNDS2 = 0xcb, V_SHA256MSG1 = 0xcc, V_SHA256MSG2 = 0xcd };

// Four rounds on a to d in `x`, e to h in `y`. The host wants {f, e, b, a} and {h, g, d, c}, the
// lowest lane first, and does two rounds, after which the first is the second.
static bool sha256_rounds(struct trans *t, const struct insn *i, u8 x, u8 y, u8 m, u8 order)
{
    struct emit *e = &t->e;
    vec3i(t, V_SHUFPS, XMM1, y, x, 0xbb);
    vec3i(t, V_SHUFPS, XMM2, y, x, 0x11);
    vec_move(t, XMM0, m);
    x64_rr(e, M_0F38 | V_SHA256RNDS2, XMM1, XMM2);
    vec2i(t, V_PSHUFD, XMM0, m, 0x0e);
    x64_rr(e, M_0F38 | V_SHA256RNDS2, XMM2, XMM1);
    vec3i(t, V_SHUFPS, XMM2, XMM2, XMM1, order);
    vec_write(t, i->d, XMM2, true);
    return true;
}

static bool sha256h(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->sha)
        return false;
    u8 d = jit_v(t, i->d), n = jit_v(t, i->n), m = jit_v(t, i->m);
    return sha256_rounds(t, i, d, n, m, 0xbb);
}

static bool sha256h2(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->sha)
        return false;
    u8 d = jit_v(t, i->d), n = jit_v(t, i->n), m = jit_v(t, i->m);
    return sha256_rounds(t, i, n, d, m, 0x11);
}

static bool sha256su0(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->sha)
        return false;
    u8 n = jit_v(t, i->n), d = jit_v(t, i->d);
    vec_move(t, XMM0, d);
    x64_rr(&t->e, M_0F38 | V_SHA256MSG1, XMM0, n);
    vec_write(t, i->d, XMM0, true);
    return true;
}

static bool sha256su1(struct trans *t, const struct insn *i, unsigned v)
{
    if (!t->sha)
        return false;
    u8 n = jit_v(t, i->n), m = jit_v(t, i->m), d = jit_v(t, i->d);
    vec3i(t, M_0F3A | P_66 | IMM8 | 0x0f, XMM0, m, n, 4);   // the words before m's last
    vec3(t, M_0F | P_66 | 0xfe, XMM0, XMM0, d);
    x64_rr(&t->e, M_0F38 | V_SHA256MSG2, XMM0, m);
    vec_write(t, i->d, XMM0, true);
    return true;
}

const struct jit_entry jit_crypt_templates[] = {
    { OP_TBL1, tbl1 },           { OP_TBL2, tbl2 },           { OP_TBL3, tbl3 },
    { OP_TBL4, tbl4 },           { OP_TBX1, tbx1 },           { OP_TBX2, tbx2 },
    { OP_TBX3, tbx3 },           { OP_TBX4, tbx4 },           { OP_AESE, aese },
    { OP_AESD, aesd },           { OP_AESMC, aesmc },         { OP_AESIMC, aesimc },
    { OP_PMULL_1q, pmull },      { OP_SHA256H, sha256h },     { OP_SHA256H2, sha256h2 },
    { OP_SHA256SU0, sha256su0 }, { OP_SHA256SU1, sha256su1 }, { 0 },
};
