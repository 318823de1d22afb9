// SHA-1, SHA-256 and SHA-512 steps (FIPS 180-4) and polynomial products, for every host.
#include "exec/sem/crypto.h"

static u32 rol32(u32 x, int s)
{
    return x << s | x >> (32 - s);
}

static u64 ror64(u64 x, int s)
{
    return x >> s | x << (64 - s);
}

// -- SHA-1 --

static u32 choose(u32 x, u32 y, u32 z)
{
    return ((y ^ z) & x) ^ z;
}

static u32 parity(u32 x, u32 y, u32 z)
{
    return x ^ y ^ z;
}

static u32 majority(u32 x, u32 y, u32 z)
{
    return (x & y) | ((x | y) & z);
}

static inline u64x2 sha1_rounds(u64x2 abcd, u64x2 e_in, u64x2 wk, u32 (*f)(u32, u32, u32))
{
    u32x4 x = (u32x4)abcd, w = (u32x4)wk;
    u32 e = ((u32x4)e_in)[0];
    for (u32 k = 0; k < 4; k++) {
        u32 t = e + rol32(x[0], 5) + f(x[1], x[2], x[3]) + w[k];
        e = x[3];
        x = (u32x4){ t, x[0], rol32(x[1], 30), x[2] };
    }
    return (u64x2)x;
}

u64x2 crypto_portable_sha1c(u64x2 abcd, u64x2 e, u64x2 wk)
{
    return sha1_rounds(abcd, e, wk, choose);
}

u64x2 crypto_portable_sha1p(u64x2 abcd, u64x2 e, u64x2 wk)
{
    return sha1_rounds(abcd, e, wk, parity);
}

u64x2 crypto_portable_sha1m(u64x2 abcd, u64x2 e, u64x2 wk)
{
    return sha1_rounds(abcd, e, wk, majority);
}

u64x2 crypto_sha1su0(u64x2 d, u64x2 n, u64x2 m)
{
    return (u64x2){ d[1], n[0] } ^ d ^ m;
}

u64x2 crypto_sha1su1(u64x2 d, u64x2 n)
{
    u32x4 a = (u32x4)d, b = (u32x4)n;
    u32x4 t = a ^ (u32x4) { b[1], b[2], b[3], 0 };
    u32x4 r = t << 1 | t >> 31;
    r[3] ^= rol32(t[0], 2);
    return (u64x2)r;
}

// -- SHA-256 --

static u32 ror32(u32 x, int s)
{
    return x >> s | x << (32 - s);
}

struct state256 {
    u32x4 x, y;   // abcd, efgh
};

static struct state256 sha256_rounds(u64x2 abcd, u64x2 efgh, u64x2 wk)
{
    u32x4 x = (u32x4)abcd, y = (u32x4)efgh, w = (u32x4)wk;
    for (u32 k = 0; k < 4; k++) {
        u32 t = y[3] + (ror32(y[0], 6) ^ ror32(y[0], 11) ^ ror32(y[0], 25)) +
                choose(y[0], y[1], y[2]) + w[k];
        u32 a =
            t + (ror32(x[0], 2) ^ ror32(x[0], 13) ^ ror32(x[0], 22)) + majority(x[0], x[1], x[2]);
        y = (u32x4){ x[3] + t, y[0], y[1], y[2] };
        x = (u32x4){ a, x[0], x[1], x[2] };
    }
    return (struct state256){ x, y };
}

u64x2 crypto_portable_sha256h(u64x2 abcd, u64x2 efgh, u64x2 wk)
{
    return (u64x2)sha256_rounds(abcd, efgh, wk).x;
}

u64x2 crypto_portable_sha256h2(u64x2 abcd, u64x2 efgh, u64x2 wk)
{
    return (u64x2)sha256_rounds(abcd, efgh, wk).y;
}

u64x2 crypto_portable_sha256su0(u64x2 d, u64x2 n)
{
    u32x4 a = (u32x4)d, t = { a[1], a[2], a[3], ((u32x4)n)[0] };
    return (u64x2)(a + ((t >> 7 | t << 25) ^ (t >> 18 | t << 14) ^ t >> 3));
}

u64x2 crypto_portable_sha256su1(u64x2 d, u64x2 n, u64x2 m)
{
    u32x4 a = (u32x4)d, b = (u32x4)n, w = (u32x4)m;
    u32x4 r = a + (u32x4){ b[1], b[2], b[3], w[0] };
    for (u32 k = 0; k < 4; k++) {
        u32 t = k < 2 ? w[2 + k] : r[k - 2];
        r[k] += ror32(t, 17) ^ ror32(t, 19) ^ t >> 10;
    }
    return (u64x2)r;
}

// -- SHA-512: two rounds split over two instructions, as in the Arm ARM's SHA512H --

static u64 sum1(u64 x)
{
    return ror64(x, 14) ^ ror64(x, 18) ^ ror64(x, 41);
}

static u64 sum0(u64 x)
{
    return ror64(x, 28) ^ ror64(x, 34) ^ ror64(x, 39);
}

u64x2 crypto_sha512h(u64x2 d, u64x2 n, u64x2 m)
{
    u64 high = d[1] + sum1(m[1]) + ((m[1] & n[0]) ^ (~m[1] & n[1]));
    u64 t = high + m[0];
    u64 low = d[0] + sum1(t) + ((t & m[1]) ^ (~t & n[0]));
    return (u64x2){ low, high };
}

u64x2 crypto_sha512h2(u64x2 d, u64x2 n, u64x2 m)
{
    u64 high = d[1] + sum0(m[0]) + ((n[0] & m[1]) ^ (n[0] & m[0]) ^ (m[1] & m[0]));
    u64 low = d[0] + sum0(high) + ((high & m[0]) ^ (high & m[1]) ^ (m[1] & m[0]));
    return (u64x2){ low, high };
}

u64x2 crypto_sha512su0(u64x2 d, u64x2 n)
{
    u64x2 t = { d[1], n[0] };
    return d + ((t >> 1 | t << 63) ^ (t >> 8 | t << 56) ^ t >> 7);
}

u64x2 crypto_sha512su1(u64x2 d, u64x2 n, u64x2 m)
{
    return d + m + ((n >> 19 | n << 45) ^ (n >> 61 | n << 3) ^ n >> 6);
}

// -- Polynomials --

u64x2 crypto_portable_pmull(u64 a, u64 b)
{
    u64 low = 0, high = 0;
    for (int k = 0; k < 64; k++) {
        u64 take = -(b >> k & 1);
        low ^= a << k & take;
        high ^= a >> 1 >> (63 - k) & take;
    }
    return (u64x2){ low, high };
}
