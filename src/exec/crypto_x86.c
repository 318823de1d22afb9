// x86-64 hosts: AES-NI, SHA-NI and PCLMULQDQ where the CPU has them.
#include "exec/crypto.h"

#include <immintrin.h>

#define TARGET(features) __attribute__((target(features)))
#define HAS(feature) __builtin_expect(__builtin_cpu_supports(feature), 1)

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
        return HAS("aes") ? host_##name(x) : crypto_portable_##name(x); \
    }
CRYPTO_AES(DISPATCH_AES)

TARGET("pclmul") static u64x2 host_pmull(u64 a, u64 b)
{
    return (u64x2)_mm_clmulepi64_si128((__m128i)(u64x2){ a, 0 }, (__m128i)(u64x2){ b, 0 }, 0);
}

u64x2 crypto_pmull(u64 a, u64 b)
{
    return HAS("pclmul") ? host_pmull(a, b) : crypto_portable_pmull(a, b);
}

#define PORTABLE_3(name) \
    u64x2 crypto_##name(u64x2 x, u64x2 y, u64x2 w) \
    { \
        return crypto_portable_##name(x, y, w); \
    }
CRYPTO_SHA1(PORTABLE_3)
CRYPTO_SHA256(PORTABLE_3)

u64x2 crypto_sha256su0(u64x2 d, u64x2 n)
{
    return crypto_portable_sha256su0(d, n);
}
