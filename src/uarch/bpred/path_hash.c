#include "uarch/bpred/path_hash.h"

#include <assert.h>

_Static_assert(sizeof(hash_half) == 16, "mix() steps by 16 entries of 16 bytes");

void path_hash_add(struct path_hash *h, const struct history_params *p, u32 word, u32 bit, u32 term)
{
    assert(term >= 1 && term <= HASH_NIBBLES * 4 && word < HASH_WORDS && bit < 32);
    u32 n = term - 1;
    if (n >= HASH_PC_BITS + HASH_T_BITS ? n - HASH_PC_BITS - HASH_T_BITS >= p->phrb_bits
                                        : n >= HASH_PC_BITS && n - HASH_PC_BITS >= p->phrt_bits)
        return;
    for (u32 v = 0; v < 16; v++)
        if (v >> n % 4 & 1)
            h->part[word / 4][n / 4][v].word[word % 4] ^= 1u << bit;
    u32 *nibbles = n < HASH_PC_BITS + HASH_T_BITS ? &h->t_nibbles : &h->b_nibbles;
    u32 from = n < HASH_PC_BITS + HASH_T_BITS ? HASH_PC_BITS : HASH_PC_BITS + HASH_T_BITS;
    if (word >= 4 && n >= from && (n - from) / 4 >= *nibbles)
        *nibbles = (n - from) / 4 + 1;
}

// The XOR of `count` parts, each chosen by the next four of `bits`. Unrolled, since
// with the paths' full length this is half the time of a prediction.
static inline __attribute__((always_inline)) hash_half mix(const void *parts, u64 bits, u32 count)
{
    const char *at = parts;
    hash_half sum = { 0 };
#pragma GCC unroll 16
    for (u32 i = 0; i < count; i++) {
        u64 offset = (i ? bits >> (4 * i - 4) : bits << 4) & 0xf0;
        sum ^= *(const hash_half *)(at + i * 256 + offset);
    }
    return sum;
}

void path_hash_history(const struct path_hash *h, const struct history *from,
                       struct hash_words *out)
{
    enum { T_LO = HASH_PC_BITS / 4, T_HI = T_LO + 16, B = T_LO + HASH_T_BITS / 4 };
    out->half[0] = mix(h->part[0][T_LO], from->phrt_lo, 16) ^
                   mix(h->part[0][T_HI], from->phrt_hi, 9) ^ mix(h->part[0][B], from->phrb, 7);
    u32 lo = h->t_nibbles < 16 ? h->t_nibbles : 16;
    out->half[1] = mix(h->part[1][T_LO], from->phrt_lo, lo) ^
                   mix(h->part[1][T_HI], from->phrt_hi, h->t_nibbles - lo) ^
                   mix(h->part[1][B], from->phrb, h->b_nibbles);
}
