// Advanced SIMD: the corners of saturation, shifts and permutes, and cryptography.
#include "world.h"

#include "exec/sem/crypto.h"
#include "exec/sem/table.h"

enum { QC = 1 << 27 };

static void step(struct world *w, u32 word)
{
    put_code(w, &word, 1);
    u64 executed;
    exec_step(&w->cpu, w->space, NULL, &executed);
    assert_int_equal(executed, 1);
}

// v0 before, v1, v2; v0 and FPSR.QC after, as qemu-aarch64 7.2 has them.
// clang-format off
static const struct corner {
    u32 word;
    const char *text;
    u64 d[2], n[2], m[2], result[2];
    bool qc;
} corners[] = {
    { 0x4e620c20, "sqadd v0.8h, v1.8h, v2.8h",
      { 0, 0 },
      { 0x7fff80000001ffff, 0 },
      { 0x0001ffff00010001, 0 },
      { 0x7fff800000020000, 0 }, true },   // sums saturate lane by lane
    { 0x2e222c20, "uqsub v0.8b, v1.8b, v2.8b",
      { ~0ull, ~0ull },
      { 0x0102030405060708, ~0ull },
      { 0x0201020304050607, ~0ull },
      { 0x0001010101010101, 0 }, true },   // differences saturate at zero, above is cleared
    { 0x4e207820, "sqabs v0.16b, v1.16b",
      { 0, 0 },
      { 0x80ff7f0001020304, 0 },
      { 0, 0 },
      { 0x7f017f0001020304, 0 }, true },   // the least number has no absolute value
    { 0x7ee07820, "sqneg d0, d1",
      { 0, ~0ull },
      { 0x8000000000000000, ~0ull },
      { 0, 0 },
      { 0x7fffffffffffffff, 0 }, true },   // nor a negative
    { 0x4ea03820, "suqadd v0.4s, v1.4s",
      { 0x7fffffff80000000, 0xfffffffe00000001 },
      { 0x00000001ffffffff, 0x0000000100000002 },
      { 0, 0 },
      { 0x7fffffff7fffffff, 0xffffffff00000003 }, true },   // signed plus unsigned
    { 0x6e203820, "usqadd v0.16b, v1.16b",
      { 0x00ff10f0007f80ff, 0 },
      { 0xff01f01080808080, 0 },
      { 0, 0 },
      { 0x00ff00ff0000007f, 0 }, true },   // unsigned plus signed
    { 0x0e62b420, "sqdmulh v0.4h, v1.4h, v2.4h",
      { 0, 0 },
      { 0x800080007fff4000, ~0ull },
      { 0x80007fff7fff4000, ~0ull },
      { 0x7fff80017ffe2000, 0 }, true },   // only the least number squared saturates
    { 0x5f72d820, "sqrdmulh h0, h1, v2.h[7]",
      { ~0ull, ~0ull },
      { 0x8000, 0 },
      { 0, 0x8000000000000000 },
      { 0x7fff, 0 }, true },   // by an element, scalar
    { 0x6e828420, "sqrdmlah v0.4s, v1.4s, v2.4s",
      { 0x7fffffff80000000, 0x0000000100000000 },
      { 0x8000000040000000, 0x4000000000010000 },
      { 0x8000000080000000, 0x0000000100008000 },
      { 0x7fffffff80000000, 0x0000000200000001 }, true },   // accumulates before rounding
    { 0x7e828c20, "sqrdmlsh s0, s1, s2",
      { 0x0000000080000000, ~0ull },
      { 0x000000007fffffff, 0 },
      { 0x000000007fffffff, 0 },
      { 0x0000000080000000, 0 }, true },   // subtracts likewise
    { 0x0ea2d020, "sqdmull v0.2d, v1.2s, v2.2s",
      { 0, 0 },
      { 0x8000000080000000, 0 },
      { 0x800000007fffffff, 0 },
      { 0x8000000100000000, 0x7fffffffffffffff }, true },   // doubles with saturation
    { 0x0e629020, "sqdmlal v0.4s, v1.4h, v2.4h",
      { 0x7fffffff80000000, 0x7fffffffffffffff },
      { 0x8000800000010001, 0 },
      { 0x8000000000010001, 0 },
      { 0x7fffffff80000002, 0x7fffffffffffffff }, true },   // saturates the product, then the sum
    { 0x4fa27820, "sqdmlsl2 v0.2d, v1.4s, v2.s[3]",
      { 0x8000000000000000, 0x7fffffffffffffff },
      { 0, 0x8000000000000001 },
      { 0, 0x8000000000000000 },
      { 0x8000000100000000, 0 }, true },   // of the upper half
    { 0x4ea24c20, "sqshl v0.4s, v1.4s, v2.4s",
      { 0, 0 },
      { 0x0000000180000000, 0xffffffff40000000 },
      { 0x0000001f00000020, 0x000000e0000000ff },
      { 0x7fffffff80000000, 0xffffffff20000000 }, true },   // by register: left saturates, right does not
    { 0x6ee25c20, "uqrshl v0.2d, v1.2d, v2.2d",
      { 0, 0 },
      { ~0ull, 0x3 },
      { 0xc0, 0xff },
      { 0x1, 0x2 }, false },   // rounds up from a half
    { 0x4e225420, "srshl v0.16b, v1.16b, v2.16b",
      { 0, 0 },
      { 0x80ff7f4080ff7f40, 0x0102030405060708 },
      { 0xf8f8f8f8f7f7f7f7, 0x8080808040404040 },
      { 0, 0 }, false },   // all bits out rounds to zero
    { 0x5ee24420, "sshl d0, d1, d2",
      { ~0ull, ~0ull },
      { 0x8000000000000000, 0 },
      { 0x180, 0 },
      { ~0ull, 0 }, false },   // only the low byte counts: minus 128 leaves the sign
    { 0x2ea24420, "ushl v0.2s, v1.2s, v2.2s",
      { ~0ull, ~0ull },
      { ~0ull, 0 },
      { 0x00000020000000e0, 0 },
      { 0, 0 }, false },   // by the width gives zero
    { 0x7f0b6420, "sqshlu b0, b1, #3",
      { ~0ull, ~0ull },
      { 0xff, 0 },
      { 0, 0 },
      { 0, 0 }, true },   // a negative number becomes zero
    { 0x6f146420, "sqshlu v0.8h, v1.8h, #4",
      { 0, 0 },
      { 0x1000ffff0fff8000, 0 },
      { 0, 0 },
      { 0xffff0000fff00000, 0 }, true },   // and a large one the greatest
    { 0x7f400420, "ushr d0, d1, #64",
      { ~0ull, ~0ull },
      { ~0ull, 0 },
      { 0, 0 },
      { 0, 0 }, false },   // by all bits
    { 0x4f080420, "sshr v0.16b, v1.16b, #8",
      { 0, 0 },
      { 0x807f0180ff00fe01, ~0ull },
      { 0, 0 },
      { 0xff0000ffff00ff00, ~0ull }, false },   // leaves the sign
    { 0x6f403420, "ursra v0.2d, v1.2d, #64",
      { 0x1, 0x2 },
      { 0x8000000000000000, 0x7fffffffffffffff },
      { 0, 0 },
      { 0x2, 0x2 }, false },   // adds only the rounding
    { 0x6f104420, "sri v0.8h, v1.8h, #16",
      { 0x1234567812345678, 0x9abcdef09abcdef0 },
      { ~0ull, ~0ull },
      { 0, 0 },
      { 0x1234567812345678, 0x9abcdef09abcdef0 }, false },   // inserts nothing
    { 0x6f3f5420, "sli v0.4s, v1.4s, #31",
      { 0x123456789abcdef0, 0 },
      { 0x0000000100000002, ~0ull },
      { 0, 0 },
      { 0x923456781abcdef0, 0x8000000080000000 }, false },   // inserts the top bit
    { 0x2e212820, "sqxtun v0.8b, v1.8h",
      { ~0ull, ~0ull },
      { 0x00ff0100ffff8000, 0x7fff00000001007f },
      { 0, 0 },
      { 0xff00017fffff0000, 0 }, true },   // negative to zero
    { 0x6ea14820, "uqxtn2 v0.4s, v1.2d",
      { 0x1111111122222222, ~0ull },
      { 0x0000000100000000, 0x00000000ffffffff },
      { 0, 0 },
      { 0x1111111122222222, ~0ull }, true },   // the lower half stays
    { 0x5f109c20, "sqrshrn h0, s1, #16",
      { ~0ull, ~0ull },
      { 0x000000007fffffff, 0 },
      { 0, 0 },
      { 0x7fff, 0 }, true },   // rounding saturates
    { 0x6f088c20, "sqrshrun2 v0.16b, v1.8h, #8",
      { 0x1122334455667788, ~0ull },
      { 0x7f807f7f80000080, 0xff80007f0180fe7f },
      { 0, 0 },
      { 0x1122334455667788, 0x00000200807f0001 }, true },   // rounds, then saturates
    { 0x0f208c20, "rshrn v0.2s, v1.2d, #32",
      { ~0ull, ~0ull },
      { 0xffffffff80000000, 0x000000007fffffff },
      { 0, 0 },
      { 0, 0 }, false },   // wraps where it rounds up
    { 0x2e624020, "raddhn v0.4h, v1.4s, v2.4s",
      { ~0ull, ~0ull },
      { 0x0000800000007fff, 0xffffffff00017fff },
      { 0, 0x000000008000ffff },
      { 0x0000800200010000, 0 }, false },   // keeps the upper halves
    { 0x0e625020, "sabal v0.4s, v1.4h, v2.4h",
      { 0xffffffff00000000, 0 },
      { 0x80007fff00018000, 0 },
      { 0x7fff8000ffff8000, 0 },
      { 0x0000000100000000, 0x0000ffff0000ffff }, false },   // distances reach 65535
    { 0x6ea27020, "uabdl2 v0.2d, v1.4s, v2.4s",
      { 0, 0 },
      { 0, 0xffffffff00000000 },
      { 0, 0x00000000ffffffff },
      { 0x00000000ffffffff, 0x00000000ffffffff }, false },   // of unsigned lanes
    { 0x4ea21420, "srhadd v0.4s, v1.4s, v2.4s",
      { 0, 0 },
      { 0x7fffffffffffffff, 0x8000000000000001 },
      { 0x7ffffffffffffffe, 0x80000000fffffffe },
      { 0x7fffffffffffffff, 0x8000000000000000 }, false },   // halves without overflow
    { 0x6eb03820, "uaddlv d0, v1.4s",
      { ~0ull, ~0ull },
      { ~0ull, ~0ull },
      { 0, 0 },
      { 0x00000003fffffffc, 0 }, false },   // sums in twice the width
    { 0x0e30a820, "smaxv b0, v1.8b",
      { ~0ull, ~0ull },
      { 0x80ff818283848586, 0x7f7f7f7f7f7f7f7f },
      { 0, 0 },
      { 0xff, 0 }, false },   // only eight lanes
    { 0x0e22bc20, "addp v0.8b, v1.8b, v2.8b",
      { ~0ull, ~0ull },
      { 0x0102030405060708, ~0ull },
      { 0x1020304050607080, ~0ull },
      { 0x3070b0f003070b0f, 0 }, false },   // pairs of n, then of m
    { 0x2ea06820, "uadalp v0.1d, v1.2s",
      { ~0ull, ~0ull },
      { 0xffffffff00000002, ~0ull },
      { 0, 0 },
      { 0x0000000100000000, 0 }, false },   // wraps
    { 0x0e604820, "cls v0.4h, v1.4h",
      { ~0ull, ~0ull },
      { 0x00007fffc000ffff, ~0ull },
      { 0, 0 },
      { 0x000f00000001000f, 0 }, false },   // does not count the sign
    { 0x6ea04820, "clz v0.4s, v1.4s",
      { 0, 0 },
      { 0x1, 0x8000000000008000 },
      { 0, 0 },
      { 0x000000200000001f, 0x10 }, false },   // of zero is the width
    { 0x2e023820, "ext v0.8b, v1.8b, v2.8b, #7",
      { ~0ull, ~0ull },
      { 0x0706050403020100, ~0ull },
      { 0x0f0e0d0c0b0a0908, ~0ull },
      { 0x0e0d0c0b0a090807, 0 }, false },   // takes low halves only
    { 0x6e024020, "ext v0.16b, v1.16b, v2.16b, #8",
      { 0, 0 },
      { 0x1, 0x2 },
      { 0x3, 0x4 },
      { 0x2, 0x3 }, false },   // by half
    { 0x6e026820, "ext v0.16b, v1.16b, v2.16b, #13",
      { 0, 0 },
      { 0x0706050403020100, 0x0f0e0d0c0b0a0908 },
      { 0x1716151413121110, 0x1f1e1d1c1b1a1918 },
      { 0x14131211100f0e0d, 0x1c1b1a1918171615 }, false },   // by 13
    { 0x0e027820, "zip2 v0.8b, v1.8b, v2.8b",
      { ~0ull, ~0ull },
      { 0x0706050403020100, ~0ull },
      { 0x1716151413121110, ~0ull },
      { 0x1707160615051404, 0 }, false },   // of low halves
    { 0x0e425820, "uzp2 v0.4h, v1.4h, v2.4h",
      { ~0ull, ~0ull },
      { 0x0003000200010000, ~0ull },
      { 0x0013001200110010, ~0ull },
      { 0x0013001100030001, 0 }, false },   // of low halves
    { 0x4ec26820, "trn2 v0.2d, v1.2d, v2.2d",
      { 0, 0 },
      { 0x1, 0x2 },
      { 0x3, 0x4 },
      { 0x2, 0x4 }, false },   // of doubles
    { 0x6e1f4c20, "mov v0.b[15], v1.b[9]",
      { 0x5, 0x6 },
      { ~0ull, 0x1234 },
      { 0, 0 },
      { 0x5, 0x1200000000000006 }, false },   // leaves the other lanes
    { 0x6e600820, "rev32 v0.8h, v1.8h",
      { 0, 0 },
      { 0x0003000200010000, 0x0007000600050004 },
      { 0, 0 },
      { 0x0002000300000001, 0x0006000700040005 }, false },   // swaps halves
    { 0x2e229c20, "pmul v0.8b, v1.8b, v2.8b",
      { ~0ull, ~0ull },
      { 0x0102030405060788, ~0ull },
      { 0xff03030303030303, ~0ull },
      { 0xff06050c0f0a0998, 0 }, false },   // keeps eight bits
    { 0x4e22e020, "pmull2 v0.8h, v1.16b, v2.16b",
      { 0, 0 },
      { 0, 0xff80ff0302010100 },
      { 0, 0xff80010303020100 },
      { 0x0006000200010000, 0x5555400000ff0005 }, false },   // keeps fifteen
    { 0x0fa2e820, "sdot v0.2s, v1.8b, v2.4b[3]",
      { 0xffffffff00000001, ~0ull },
      { 0x8080808001020304, 0 },
      { 0, 0x80808080ffffffff },
      { 0x0000fffffffffb01, 0 }, false },   // signed
    { 0x4e829c20, "usdot v0.4s, v1.16b, v2.16b",
      { 0, 0x1 },
      { ~0ull, 0x80808080ff000000 },
      { 0x7f7f7f7f80808080, 0x0101010180000000 },
      { 0x0001fa04fffe0200, 0x00000200ffff8081 }, false },   // mixed
    { 0x6e82a420, "ummla v0.4s, v1.16b, v2.16b",
      { 0, 0x7fffffff00000000 },
      { ~0ull, 0x0101010101010101 },
      { ~0ull, 0x0202020202020202 },
      { 0x00000ff00007f008, 0x8000000f000007f8 }, false },   // rows times columns
    { 0x0f00d420, "movi v0.2s, #1, msl #16",
      { ~0ull, ~0ull },
      { 0, 0 },
      { 0, 0 },
      { 0x0001ffff0001ffff, 0 }, false },   // fills with ones
    { 0x6f07a7e0, "mvni v0.8h, #0xff, lsl #8",
      { 0, 0 },
      { 0, 0 },
      { 0, 0 },
      { 0x00ff00ff00ff00ff, 0x00ff00ff00ff00ff }, false },   // inverted
    { 0xce820020, "xar v0.2d, v1.2d, v2.2d, #0",
      { 0, 0 },
      { 0x5, 0x6 },
      { 0x3, 0xc },
      { 0x6, 0xa }, false },   // rotates by nothing
};
// clang-format on

static void corner_cases_match_the_reference(void **state)
{
    struct world *w = *state;
    for (size_t k = 0; k < COUNT(corners); k++) {
        const struct corner *x = &corners[k];
        memcpy(&w->cpu.v[0], x->d, 16);
        memcpy(&w->cpu.v[1], x->n, 16);
        memcpy(&w->cpu.v[2], x->m, 16);
        w->cpu.fpsr = 0;
        step(w, x->word);
        if (memcmp(w->cpu.v[0].d, x->result, 16) || w->cpu.fpsr != (x->qc ? QC : 0))
            fail_msg("%s: %016lx %016lx, fpsr %#x", x->text, w->cpu.v[0].d[0], w->cpu.v[0].d[1],
                     w->cpu.fpsr);
    }
}

static void saturation_is_remembered(void **state)
{
    struct world *w = *state;
    w->cpu.fpsr = QC;
    memset(&w->cpu.v[0], 0, 3 * sizeof(union vreg));
    step(w, 0x4e620c20);   // sqadd v0.8h, v1.8h, v2.8h
    assert_int_equal(w->cpu.fpsr, QC);
}

static void table_registers_wrap_from_31_to_0(void **state)
{
    struct world *w = *state;
    for (u32 k = 0; k < 16; k++) {
        w->cpu.v[31].b[k] = (u8)k;
        w->cpu.v[0].b[k] = (u8)(16 + k);
        w->cpu.v[2].b[k] = (u8)(3 * k);
    }
    step(w, 0x4e0223e1);   // tbl v1.16b, { v31.16b, v0.16b }, v2.16b
    for (u32 k = 0; k < 16; k++)
        assert_int_equal(w->cpu.v[1].b[k], 3 * k < 32 ? 3 * k : 0);
}

// -- Cryptography: the host's instructions, then the portable functions --

struct functions {
    u64x2 (*aes_enc)(u64x2), (*aes_dec)(u64x2), (*aes_mix)(u64x2), (*aes_unmix)(u64x2);
    u64x2 (*sha1[3])(u64x2, u64x2, u64x2);
    u64x2 (*sha256h)(u64x2, u64x2, u64x2), (*sha256h2)(u64x2, u64x2, u64x2);
    u64x2 (*sha256su0)(u64x2, u64x2), (*sha256su1)(u64x2, u64x2, u64x2);
};

#define FUNCTIONS(p) \
    { \
        p##aes_enc, p##aes_dec, p##aes_mix, p##aes_unmix, { p##sha1c, p##sha1p, p##sha1m }, \
            p##sha256h, p##sha256h2, p##sha256su0, p##sha256su1 \
    }
static const struct functions both[] = { FUNCTIONS(crypto_), FUNCTIONS(crypto_portable_) };

static void assert_vectors_equal(u64x2 a, u64x2 b)
{
    assert_memory_equal(&a, &b, 16);
}

// FIPS 197, appendices A.1 and B.
static const u64x2 plain = { 0x8d305a88a8f64332, 0x340737e0a2983131 };
static const u64x2 cipher = { 0xfb09dc021d842539, 0x320b6a19978511dc };
static const u64x2 round_keys[11] = {
    { 0xa6d2ae2816157e2b, 0x3c4fcf098815f7ab }, { 0xb12c548817fefaa0, 0x05766c2a3939a323 },
    { 0x43b9967af295c2f2, 0x7ff659737a803559 }, { 0x3efe16477d47803d, 0x3b887a6d447e231e },
    { 0x7f5b52a841a544ef, 0x00ad0bdb3b2571b6 }, { 0x879d837cf8c6d1d4, 0xbc15f911bcb8f2ca },
    { 0xfd3e0b117aa3886d, 0xfd9300ca4186f9db }, { 0xf3c95f5f0ef7544e, 0x4fdca64eb24fa684 },
    { 0xd2ba8db52173d2ea, 0x2f298d7f60f52b31 }, { 0x21dcfa19f36677ac, 0x6e005c574129d128 },
    { 0x8925eec9a8f914d0, 0xa60c63b6c80c3fe1 },
};

static void aes_128_encrypts_and_decrypts_the_example_of_fips_197(void **state)
{
    for (size_t f = 0; f < COUNT(both); f++) {
        u64x2 x = plain;
        for (int k = 0; k < 9; k++)
            x = both[f].aes_mix(both[f].aes_enc(x ^ round_keys[k]));
        x = both[f].aes_enc(x ^ round_keys[9]) ^ round_keys[10];
        assert_vectors_equal(x, cipher);

        x = both[f].aes_dec(x ^ round_keys[10]);
        for (int k = 9; k > 0; k--)
            x = both[f].aes_dec(both[f].aes_unmix(x ^ round_keys[k]));
        assert_vectors_equal(x ^ round_keys[0], plain);
    }
}

// The padded block of "abc", in words of the host.
static const u32 abc32[16] = { 0x61626380, [15] = 24 };
static const u64 abc64[16] = { 0x6162638000000000, [15] = 24 };

static void sha_1_of_abc_is_that_of_fips_180(void **state)
{
    static const u32 k1[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
    static const u32 order[4] = { 0, 1, 2, 1 };
    const u32x4 start = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
    for (size_t f = 0; f < COUNT(both); f++) {
        u32x4 w[20], x = start, e = { 0xc3d2e1f0 };
        memcpy(w, abc32, sizeof(abc32));
        for (int g = 4; g < 20; g++)
            w[g] = (u32x4)crypto_sha1su1(
                crypto_sha1su0((u64x2)w[g - 4], (u64x2)w[g - 3], (u64x2)w[g - 2]), (u64x2)w[g - 1]);
        for (int g = 0; g < 20; g++) {
            u32 a = x[0];
            x = (u32x4)both[f].sha1[order[g / 5]]((u64x2)x, (u64x2)e, (u64x2)(w[g] + k1[g / 5]));
            e[0] = a << 30 | a >> 2;
        }
        x += start;
        const u32x4 digest = { 0xa9993e36, 0x4706816a, 0xba3e2571, 0x7850c26c };
        assert_vectors_equal((u64x2)x, (u64x2)digest);
        assert_int_equal(e[0] + 0xc3d2e1f0, 0x9cd0d89d);
    }
}

// Fractions of the cube roots of the first primes (FIPS 180-4, 4.2.3); SHA-256 has the high
// halves of the first 64.
static const u64 k512[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static void sha_256_of_abc_is_that_of_fips_180(void **state)
{
    const u32x4 start[2] = { { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a },
                             { 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } };
    for (size_t f = 0; f < COUNT(both); f++) {
        u64x2 w[16], x = (u64x2)start[0], y = (u64x2)start[1];
        memcpy(w, abc32, sizeof(abc32));
        for (int g = 4; g < 16; g++)
            w[g] = both[f].sha256su1(both[f].sha256su0(w[g - 4], w[g - 3]), w[g - 2], w[g - 1]);
        for (int g = 0; g < 16; g++) {
            u32x4 k;
            for (int j = 0; j < 4; j++)
                k[j] = (u32)(k512[4 * g + j] >> 32);
            u64x2 wk = (u64x2)((u32x4)w[g] + k), old = x;
            x = both[f].sha256h(old, y, wk);
            y = both[f].sha256h2(old, y, wk);
        }
        const u32x4 digest[2] = { { 0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223 },
                                  { 0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad } };
        assert_vectors_equal((u64x2)((u32x4)x + start[0]), (u64x2)digest[0]);
        assert_vectors_equal((u64x2)((u32x4)y + start[1]), (u64x2)digest[1]);
    }
}

static u64x2 straddle(u64x2 low, u64x2 high)
{
    return (u64x2){ low[1], high[0] };
}

static void sha_512_of_abc_is_that_of_fips_180(void **state)
{
    const u64x2 start[4] = { { 0x6a09e667f3bcc908, 0xbb67ae8584caa73b },
                             { 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1 },
                             { 0x510e527fade682d1, 0x9b05688c2b3e6c1f },
                             { 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179 } };
    u64x2 w[40], ab = start[0], cd = start[1], ef = start[2], gh = start[3];
    memcpy(w, abc64, sizeof(abc64));
    for (int g = 8; g < 40; g++)
        w[g] = crypto_sha512su1(crypto_sha512su0(w[g - 8], w[g - 7]), w[g - 1],
                                straddle(w[g - 4], w[g - 3]));
    for (int g = 0; g < 40; g++) {
        u64x2 wk = w[g] + (u64x2){ k512[2 * g], k512[2 * g + 1] };
        u64x2 t = crypto_sha512h(gh + straddle(wk, wk), straddle(ef, gh), straddle(cd, ef));
        gh = ef;
        ef = cd + t;
        t = crypto_sha512h2(t, cd, ab);
        cd = ab;
        ab = t;
    }
    const u64x2 digest[4] = { { 0xddaf35a193617aba, 0xcc417349ae204131 },
                              { 0x12e6fa4e89a97ea2, 0x0a9eeee64b55d39a },
                              { 0x2192992a274fc1a8, 0x36ba3c23a3feebbd },
                              { 0x454d4423643ce80e, 0x2a9ac94fa54ca49f } };
    assert_vectors_equal(ab + start[0], digest[0]);
    assert_vectors_equal(cd + start[1], digest[1]);
    assert_vectors_equal(ef + start[2], digest[2]);
    assert_vectors_equal(gh + start[3], digest[3]);
}

static u64 next_random(u64 *s)
{
    *s = *s * 6364136223846793005u + 1442695040888963407u;
    return *s ^ *s >> 29;
}

static u64x2 random_vector(u64 *s)
{
    u64 low = next_random(s);
    return (u64x2){ low, next_random(s) };
}

static void the_hosts_instructions_agree_with_the_portable_functions(void **state)
{
    u64 seed = 1;
    for (int k = 0; k < 10000; k++) {
        u64x2 x = random_vector(&seed), y = random_vector(&seed), z = random_vector(&seed);
#define SAME_1(name) assert_vectors_equal(crypto_##name(x), crypto_portable_##name(x));
#define SAME_3(name) assert_vectors_equal(crypto_##name(x, y, z), crypto_portable_##name(x, y, z));
        CRYPTO_AES(SAME_1)
        CRYPTO_SHA1(SAME_3)
        CRYPTO_SHA256(SAME_3)
        assert_vectors_equal(crypto_sha256su0(x, y), crypto_portable_sha256su0(x, y));
        assert_vectors_equal(crypto_pmull(x[0], y[0]), crypto_portable_pmull(x[0], y[0]));
        const union vreg table[4] = { { .vd = x }, { .vd = y }, { .vd = z }, { .vd = x ^ y } };
        for (unsigned regs = 1; regs <= 4; regs++) {
            const u64 reach = k % 2 ? ~0ull : 0x4f4f4f4f4f4f4f4f;
            u64x2 index = random_vector(&seed) & (u64x2){ reach, reach };
            assert_vectors_equal(table_lookup(table, regs, index, z),
                                 table_portable_lookup(table, regs, index, z));
        }
    }
}

static void polynomial_products_do_not_carry(void **state)
{
    assert_vectors_equal(crypto_portable_pmull(3, 3), (u64x2){ 5, 0 });
    assert_vectors_equal(crypto_portable_pmull(~0ull, ~0ull),
                         (u64x2){ 0x5555555555555555, 0x5555555555555555 });
    assert_vectors_equal(crypto_portable_pmull(1ull << 63, 1ull << 63), (u64x2){ 0, 1ull << 62 });
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(corner_cases_match_the_reference),
        TEST(saturation_is_remembered),
        TEST(table_registers_wrap_from_31_to_0),
        cmocka_unit_test(aes_128_encrypts_and_decrypts_the_example_of_fips_197),
        cmocka_unit_test(sha_1_of_abc_is_that_of_fips_180),
        cmocka_unit_test(sha_256_of_abc_is_that_of_fips_180),
        cmocka_unit_test(sha_512_of_abc_is_that_of_fips_180),
        cmocka_unit_test(the_hosts_instructions_agree_with_the_portable_functions),
        cmocka_unit_test(polynomial_products_do_not_carry),
    };
    return cmocka_run_group_tests_name("simd", tests, NULL, NULL);
}
