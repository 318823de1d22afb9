// A host whose cryptographic and shuffle instructions we do not use.
#include "exec/sem/crypto.h"
#include "exec/sem/table.h"

#define PORTABLE_1(name) \
    u64x2 crypto_##name(u64x2 x) \
    { \
        return crypto_portable_##name(x); \
    }
#define PORTABLE_3(name) \
    u64x2 crypto_##name(u64x2 x, u64x2 y, u64x2 w) \
    { \
        return crypto_portable_##name(x, y, w); \
    }
CRYPTO_AES(PORTABLE_1)
CRYPTO_SHA1(PORTABLE_3)
CRYPTO_SHA256(PORTABLE_3)

u64x2 crypto_sha256su0(u64x2 d, u64x2 n)
{
    return crypto_portable_sha256su0(d, n);
}

u64x2 crypto_pmull(u64 a, u64 b)
{
    return crypto_portable_pmull(a, b);
}

u64x2 table_lookup(const union vreg *t, unsigned regs, u64x2 index, u64x2 missing)
{
    return table_portable_lookup(t, regs, index, missing);
}
