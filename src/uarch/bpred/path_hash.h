// path_hash.h: many XOR hashes of branch address and path history at once.
//
// Every bit of an index or a tag is the XOR of some bits of PC, PHRT and PHRB, so
// the hashes are linear: their value is the XOR of one table entry for each four
// input bits. Four words of 32 bits come out of one lookup, eight in all; give
// words 4 to 7 to hashes of short histories, which need few lookups.
#ifndef UARCH_BPRED_PATH_HASH_H
#define UARCH_BPRED_PATH_HASH_H

#include "base/types.h"
#include "uarch/bpred/history.h"

enum {
    HASH_WORDS = 8,
    HASH_PC_BITS = 20,       // PC[21:2] can take part
    HASH_T_BITS = 100,
    HASH_B_BITS = 28,
    HASH_NIBBLES = (HASH_PC_BITS + HASH_T_BITS + HASH_B_BITS) / 4,
};

// A term of an equation, as a number: 0 is none.
#define HASH_PC(n) (1 + (n) - 2)
#define HASH_T(n) (1 + HASH_PC_BITS + (n))
#define HASH_B(n) (1 + HASH_PC_BITS + HASH_T_BITS + (n))

typedef u32 hash_half __attribute__((vector_size(16)));

struct hash_words {
    union {
        hash_half half[2];
        u32 word[HASH_WORDS];
    };
};

struct path_hash {
    union {
        hash_half half;
        u32 word[4];
    } part[2][HASH_NIBBLES][16];   // words 0 to 3, words 4 to 7
    u32 t_nibbles, b_nibbles;      // of PHRT and PHRB, that words 4 to 7 depend on
};

// Bit `bit` of word `word` changes with `term`. Terms at or beyond the lengths
// of `p` are left out.
void path_hash_add(struct path_hash *h, const struct history_params *p, u32 word, u32 bit,
                   u32 term);

// The share of the history, and that of the address; their XOR is the hash.
void path_hash_history(const struct path_hash *h, const struct history *from,
                       struct hash_words *out);

static inline void path_hash_pc(const struct path_hash *h, vaddr pc, struct hash_words *io)
{
    hash_half a = io->half[0], b = io->half[1];
#pragma GCC unroll 5
    for (u32 i = 0; i < HASH_PC_BITS / 4; i++) {
        u32 nibble = (u32)(pc >> (2 + 4 * i)) & 15;
        a ^= h->part[0][i][nibble].half;
        b ^= h->part[1][i][nibble].half;
    }
    io->half[0] = a;
    io->half[1] = b;
}

#endif
