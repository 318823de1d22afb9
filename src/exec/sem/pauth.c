#include "exec/sem/pauth.h"

static u64 fold(u64 a, u64 b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (u64)product ^ (u64)(product >> 64);
}

u64 pauth_code(const struct cpu *c, u64 value, u64 modifier, enum pauth_key key)
{
    const u64 *k = c->pac_key[key];
    const u64 golden = 0x9e3779b97f4a7c15, other = 0xbf58476d1ce4e5b9;   // odd, bits well spread
    u64 x = fold(value ^ k[0] ^ golden, (modifier << 32 | modifier >> 32) ^ k[1] ^ other);
    return fold(x ^ k[1] ^ other, (value + modifier) ^ k[0] ^ golden) ^ x;
}
