// x86-64 hosts: AES-NI, SHA-NI, PCLMULQDQ and SSSE3 where the CPU has them.
#include "exec/sem/crypto.h"
#include "exec/sem/hostcpu.h"
#include "exec/sem/table.h"

#include <immintrin.h>

#define TARGET(features) __attribute__((target(features)))

// -- AES: the last rounds of x86 are Arm's steps with a key of zero --

TARGET("aes") static u64x2 host_aes_enc(u64x2 x)
{
    return (u64x2)_mm_aesenclast_si128((__m128i)x, _mm_setzero_si128());
}

TARGET("aes") static u64x2 host_aes_dec(u64x2 x)
{
    return (u64x2)_mm_aesdeclast_si128((__m128i)x, _mm_setzero_si128());
}

// Undo the steps that a middle round does before MixColumns.
TARGET("aes") static u64x2 host_aes_mix(u64x2 x)
{
    __m128i zero = _mm_setzero_si128();
    return (u64x2)_mm_aesenc_si128(_mm_aesdeclast_si128((__m128i)x, zero), zero);
}

TARGET("aes") static u64x2 host_aes_unmix(u64x2 x)
{
    return (u64x2)_mm_aesimc_si128((__m128i)x);
}

#define DISPATCH_AES(name) \
    u64x2 crypto_##name(u64x2 x) \
    { \
        return HOST_HAS("aes") ? host_##name(x) : crypto_portable_##name(x); \
    }
CRYPTO_AES(DISPATCH_AES)

TARGET("pclmul") static u64x2 host_pmull(u64 a, u64 b)
{
    u64x2 x = { a, 0 }, y = { b, 0 };
    return (u64x2)_mm_clmulepi64_si128((__m128i)x, (__m128i)y, 0);
}

u64x2 crypto_pmull(u64 a, u64 b)
{
    return HOST_HAS("pclmul") ? host_pmull(a, b) : crypto_portable_pmull(a, b);
}

// -- SHA-1: x86 keeps a in the highest lane and adds the round constant itself --

static u32x4 reversed(u64x2 x)
{
    return __builtin_shufflevector((u32x4)x, (u32x4)x, 3, 2, 1, 0);
}

// `f` picks the function and the constant `k`, which Arm's wk holds already.
#define SHA1_ROUNDS(name, f, k) \
    TARGET("sha") static u64x2 host_##name(u64x2 x, u64x2 e, u64x2 wk) \
    { \
        u32x4 w = reversed(wk) - (u32)k; \
        w[3] += (u32)e[0]; \
        __m128i r = _mm_sha1rnds4_epu32((__m128i)reversed(x), (__m128i)w, f); \
        return (u64x2)reversed((u64x2)r); \
    }
SHA1_ROUNDS(sha1c, 0, 0x5a827999)
SHA1_ROUNDS(sha1p, 1, 0x6ed9eba1)
SHA1_ROUNDS(sha1m, 2, 0x8f1bbcdc)

// -- SHA-256: x86 does two rounds on (abef, cdgh), lowest lane last --

struct state {
    u32x4 abef, cdgh;
};

TARGET("sha") static struct state rounds(u64x2 x, u64x2 y, u64x2 wk)
{
    u32x4 a = (u32x4)x, e = (u32x4)y, w = (u32x4)wk;
    u32x4 abef = __builtin_shufflevector(e, a, 1, 0, 5, 4);
    u32x4 cdgh = __builtin_shufflevector(e, a, 3, 2, 7, 6);
    u32x4 w2 = __builtin_shufflevector(w, w, 2, 3, 2, 3);
    u32x4 two = (u32x4)_mm_sha256rnds2_epu32((__m128i)cdgh, (__m128i)abef, (__m128i)w);
    u32x4 four = (u32x4)_mm_sha256rnds2_epu32((__m128i)abef, (__m128i)two, (__m128i)w2);
    return (struct state){ four, two };
}

TARGET("sha") static u64x2 host_sha256h(u64x2 x, u64x2 y, u64x2 wk)
{
    struct state s = rounds(x, y, wk);
    return (u64x2)__builtin_shufflevector(s.abef, s.cdgh, 3, 2, 7, 6);
}

TARGET("sha") static u64x2 host_sha256h2(u64x2 x, u64x2 y, u64x2 wk)
{
    struct state s = rounds(x, y, wk);
    return (u64x2)__builtin_shufflevector(s.abef, s.cdgh, 1, 0, 5, 4);
}

TARGET("sha") static u64x2 host_sha256su0(u64x2 d, u64x2 n)
{
    return (u64x2)_mm_sha256msg1_epu32((__m128i)d, (__m128i)n);
}

TARGET("sha") static u64x2 host_sha256su1(u64x2 d, u64x2 n, u64x2 m)
{
    u32x4 t = __builtin_shufflevector((u32x4)n, (u32x4)m, 1, 2, 3, 4);
    return (u64x2)_mm_sha256msg2_epu32((__m128i)((u32x4)d + t), (__m128i)m);
}

#define DISPATCH_SHA(name) \
    u64x2 crypto_##name(u64x2 x, u64x2 y, u64x2 w) \
    { \
        return HOST_HAS("sha") ? host_##name(x, y, w) : crypto_portable_##name(x, y, w); \
    }
CRYPTO_SHA1(DISPATCH_SHA)
CRYPTO_SHA256(DISPATCH_SHA)

u64x2 crypto_sha256su0(u64x2 d, u64x2 n)
{
    return HOST_HAS("sha") ? host_sha256su0(d, n) : crypto_portable_sha256su0(d, n);
}

// -- Tables --

// PSHUFB picks by four bits and gives 0 where bit 7 is set: adding 0x70 with saturation sets
// it for every index past 15.
TARGET("ssse3")
static u64x2 host_lookup(const union vreg *t, unsigned regs, u64x2 index, u64x2 missing)
{
    u8x16 at = (u8x16)index, r = { 0 };
    for (unsigned k = 0; k < regs; k++) {
        __m128i in_register = (__m128i)(at - (u8)(16 * k));
        __m128i pick = _mm_adds_epu8(in_register, _mm_set1_epi8(0x70));
        r |= (u8x16)_mm_shuffle_epi8((__m128i)t[k].vd, pick);
    }
    return (u64x2)r | (missing & (u64x2)(at >= (u8)(16 * regs)));
}

u64x2 table_lookup(const union vreg *t, unsigned regs, u64x2 index, u64x2 missing)
{
    return HOST_HAS("ssse3") ? host_lookup(t, regs, index, missing)
                             : table_portable_lookup(t, regs, index, missing);
}
