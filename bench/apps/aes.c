// AES in the mode CBC, which encrypts a block after the other, by the Arm instructions AESE and AESMC (FIPS 197,
// NIST SP 800-38A). SIZE is the key's bits; a pass encrypts a buffer of 16384 bytes, as `openssl speed` does.
#include <arm_neon.h>

#include "app.h"

enum { BUFFER = 16384, MOST_ROUNDS = 14 };

struct key {
    uint8_t round[MOST_ROUNDS + 1][16];
    int rounds;
};

// AESE of zero is SubBytes and ShiftRows; of four equal columns ShiftRows changes nothing.
static uint32_t substitute(uint32_t word)
{
    uint8x16_t v = vreinterpretq_u8_u32(vdupq_n_u32(word));
    return vgetq_lane_u32(vreinterpretq_u32_u8(vaeseq_u8(v, vdupq_n_u8(0))), 0);
}

static void expand(struct key *k, const uint8_t *from, int bits)
{
    int words = bits / 32;
    uint32_t w[4 * (MOST_ROUNDS + 1)], constant = 1;
    k->rounds = words + 6;
    memcpy(w, from, (size_t)bits / 8);
    for (int i = words; i < 4 * (k->rounds + 1); i++) {
        uint32_t t = w[i - 1];
        if (i % words == 0) {
            t = substitute(t >> 8 | t << 24) ^ constant;
            constant = constant << 1 ^ (constant >> 7) * 0x11b;
        } else if (words > 6 && i % words == 4) {
            t = substitute(t);
        }
        w[i] = w[i - words] ^ t;
    }
    memcpy(k->round, w, 16 * ((size_t)k->rounds + 1));
}

#define ROUND(k) v = vaesmcq_u8(vaeseq_u8(v, key[k]))

// As the assembly that was measured: keys in registers, and only rounds on the chain from block to block. For that `v` is
// the state before the last key, which the first round of the next block takes with its own key and the data.
#define CBC(name, rounds, middle)                                                                    \
    static __attribute__((noinline)) uint8x16_t name(const struct key *k, uint8x16_t v,              \
                                                     const uint8_t *in, uint8_t *out)                \
    {                                                                                                \
        uint8x16_t key[(rounds) + 1];                                                                \
        for (int i = 0; i <= (rounds); i++)                                                          \
            key[i] = vld1q_u8(k->round[i]);                                                          \
        uint8x16_t last = key[rounds], ends = veorq_u8(key[0], last);                                \
        v = veorq_u8(v, last);                                                                       \
        for (const uint8_t *end = in + BUFFER; in < end; in += 16, out += 16) {                      \
            key[0] = veorq_u8(vld1q_u8(in), ends);                                                   \
            ROUND(0);                                                                                \
            ROUND(1);                                                                                \
            ROUND(2);                                                                                \
            ROUND(3);                                                                                \
            ROUND(4);                                                                                \
            ROUND(5);                                                                                \
            ROUND(6);                                                                                \
            ROUND(7);                                                                                \
            ROUND(8);                                                                                \
            middle v = vaeseq_u8(v, key[(rounds) - 1]);                                              \
            vst1q_u8(out, veorq_u8(v, last));                                                        \
        }                                                                                            \
        return veorq_u8(v, last);                                                                    \
    }
CBC(cbc_128, 10, )
CBC(cbc_192, 12, ROUND(9); ROUND(10);)
CBC(cbc_256, 14, ROUND(9); ROUND(10); ROUND(11); ROUND(12);)

static uint8x16_t encrypt(const struct key *k, uint8x16_t v, const uint8_t *in, uint8_t *out)
{
    return k->rounds == 10   ? cbc_128(k, v, in, out)
           : k->rounds == 12 ? cbc_192(k, v, in, out)
                             : cbc_256(k, v, in, out);
}

// The first block of FIPS 197, appendix C.
static int wrong(const struct key *k, uint8_t *in, uint8_t *out, long bits)
{
    static const uint8_t first[3][4] = { { 0x69, 0xc4, 0xe0, 0xd8 },
                                         { 0xdd, 0xa9, 0x7c, 0xa4 },
                                         { 0x8e, 0xa2, 0xb7, 0xca } };
    for (int i = 0; i < 16; i++)
        in[i] = (uint8_t)(i * 0x11);
    encrypt(k, vdupq_n_u8(0), in, out);
    return memcmp(out, first[(bits - 128) / 64], 4) != 0;
}

static int cbc(long passes, long bits)
{
    struct key k;
    uint8_t secret[32], *in = app_room(BUFFER), *out = app_room(BUFFER);
    if (bits != 128 && bits != 192 && bits != 256)
        return 64;
    for (int i = 0; i < 32; i++)
        secret[i] = (uint8_t)i;
    memset(in, 0, BUFFER);
    expand(&k, secret, (int)bits);
    if (wrong(&k, in, out, bits))
        return 1;
    uint8x16_t v = vdupq_n_u8(0);
    for (long i = 0; i < passes; i++)
        v = encrypt(&k, v, in, out);
    return 0;
}

static const struct kernel kernels[] = { { "cbc", cbc } };

APP_MAIN(kernels)
