#include "uarch/bpred/path_hash.h"

#include <assert.h>

void path_hash_add(struct path_hash *h, const struct history_params *p, u32 word, u32 bit,
                   u32 term)
{
    assert(term >= 1 && term <= HASH_NIBBLES * 4 && word < HASH_WORDS && bit < 32);
    u32 n = term - 1;
    if (n >= HASH_PC_BITS + HASH_T_BITS ? n - HASH_PC_BITS - HASH_T_BITS >= p->phrb_bits
                                        : n >= HASH_PC_BITS && n - HASH_PC_BITS >= p->phrt_bits)
        return;
    for (u32 v = 0; v < 16; v++)
        if (v >> n % 4 & 1)
            h->part[n / 4][v].word[word] ^= 1u << bit;
}

static void mix(const struct hash_words (*part)[16], u64 bits, u32 nibbles, struct hash_words *io)
{
    hash_half a = io->half[0], b = io->half[1];
    for (u32 i = 0; i < nibbles; i++, bits >>= 4) {
        const struct hash_words *w = &part[i][bits & 15];
        a ^= w->half[0];
        b ^= w->half[1];
    }
    io->half[0] = a;
    io->half[1] = b;
}

void path_hash_history(const struct path_hash *h, const struct history *from,
                       struct hash_words *out)
{
    *out = (struct hash_words){ 0 };
    mix(&h->part[HASH_PC_BITS / 4], from->phrt_lo, 16, out);
    mix(&h->part[HASH_PC_BITS / 4 + 16], from->phrt_hi, 9, out);
    mix(&h->part[(HASH_PC_BITS + HASH_T_BITS) / 4], from->phrb, 7, out);
}
