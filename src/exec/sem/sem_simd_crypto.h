// AES and SHA.
#ifndef EXEC_SEM_SIMD_CRYPTO_H
#define EXEC_SEM_SIMD_CRYPTO_H

#include "exec/sem/crypto.h"
#include "exec/sem/sem.h"

SEM(aese)
{
    V(d).vd = crypto_aes_enc(V(d).vd ^ V(n).vd);
}

SEM(aesd)
{
    V(d).vd = crypto_aes_dec(V(d).vd ^ V(n).vd);
}

SEM(aesmc)
{
    V(d).vd = crypto_aes_mix(V(n).vd);
}

SEM(aesimc)
{
    V(d).vd = crypto_aes_unmix(V(n).vd);
}

#define HASH_3(name) \
    SEM(name) \
    { \
        V(d).vd = crypto_##name(V(d).vd, V(n).vd, V(m).vd); \
    }
#define HASH_2(name) \
    SEM(name) \
    { \
        V(d).vd = crypto_##name(V(d).vd, V(n).vd); \
    }
HASH_3(sha1c)
HASH_3(sha1p)
HASH_3(sha1m)
HASH_3(sha1su0)
HASH_2(sha1su1)
HASH_3(sha256h)
HASH_2(sha256su0)
HASH_3(sha256su1)
HASH_3(sha512h)
HASH_3(sha512h2)
HASH_2(sha512su0)
HASH_3(sha512su1)

// The destination holds efgh, slot n abcd.
SEM(sha256h2)
{
    V(d).vd = crypto_sha256h2(V(n).vd, V(d).vd, V(m).vd);
}

SEM(sha1h)
{
    u32 x = V(n).s[0];
    V(d).vd = (u64x2){ x << 30 | x >> 2, 0 };
}

#endif
