// crypto.h: AES, SHA and 64-bit polynomial products, out of line.
//
// crypto_NAME() uses the host's instructions when it has them, else crypto_portable_NAME(),
// which gives the same on every host. Arguments are whole vector registers.
#ifndef EXEC_CRYPTO_H
#define EXEC_CRYPTO_H

#include "isa/cpu.h"

// The rounds' steps (Arm ARM J1.1.3): ShiftRows and SubBytes of x; their inverses; MixColumns;
// its inverse.
#define CRYPTO_AES(M) M(aes_enc) M(aes_dec) M(aes_mix) M(aes_unmix)
// Four rounds on (abcd, e, w + k): choose, parity, majority.
#define CRYPTO_SHA1(M) M(sha1c) M(sha1p) M(sha1m)
// Four rounds on (x = abcd, y = efgh, w + k): the new abcd, efgh; and the schedule updates.
#define CRYPTO_SHA256(M) M(sha256h) M(sha256h2) M(sha256su1)

#define CRYPTO_1(name) u64x2 crypto_##name(u64x2 x); u64x2 crypto_portable_##name(u64x2 x);
#define CRYPTO_3(name) \
    u64x2 crypto_##name(u64x2 x, u64x2 y, u64x2 w); \
    u64x2 crypto_portable_##name(u64x2 x, u64x2 y, u64x2 w);
CRYPTO_AES(CRYPTO_1)
CRYPTO_SHA1(CRYPTO_3)
CRYPTO_SHA256(CRYPTO_3)
#undef CRYPTO_1
#undef CRYPTO_3

u64x2 crypto_sha256su0(u64x2 d, u64x2 n);
u64x2 crypto_portable_sha256su0(u64x2 d, u64x2 n);
// The 128-bit product of two polynomials over {0, 1}.
u64x2 crypto_pmull(u64 a, u64 b);
u64x2 crypto_portable_pmull(u64 a, u64 b);

// For every host.
u64x2 crypto_sha1su0(u64x2 d, u64x2 n, u64x2 m);
u64x2 crypto_sha1su1(u64x2 d, u64x2 n);
u64x2 crypto_sha512h(u64x2 d, u64x2 n, u64x2 m);
u64x2 crypto_sha512h2(u64x2 d, u64x2 n, u64x2 m);
u64x2 crypto_sha512su0(u64x2 d, u64x2 n);
u64x2 crypto_sha512su1(u64x2 d, u64x2 n, u64x2 m);

#endif
