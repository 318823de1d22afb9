// bits: counting, scanning, reversing and spreading bits of words, the way codecs and bitboards do.
// Checked by: each answer against a walk over single bits, and sums over whole ranges in closed
// form.
#include "check.h"

enum { WORDS = 1024 };

static int count_by_bits(uint64_t x)
{
    int n = 0;
    for (int i = 0; i < 64; i++)
        n += x >> i & 1;
    return n;
}

static uint64_t reverse(uint64_t x)
{
    static const uint64_t masks[] = { 0x5555555555555555, 0x3333333333333333, 0x0f0f0f0f0f0f0f0f };
    for (int i = 0; i < 3; i++)
        x = (x >> (1 << i) & masks[i]) | (x & masks[i]) << (1 << i);
    return __builtin_bswap64(x);
}

// The low 32 bits go to the even places.
static uint64_t spread(uint64_t x)
{
    static const uint64_t masks[] = { 0x0000ffff0000ffff, 0x00ff00ff00ff00ff, 0x0f0f0f0f0f0f0f0f,
                                      0x3333333333333333, 0x5555555555555555 };
    x &= UINT32_MAX;
    for (int i = 0, shift = 16; i < 5; i++, shift /= 2)
        x = (x | x << shift) & masks[i];
    return x;
}

static uint64_t gather(uint64_t x)
{
    uint64_t r = 0;
    for (int i = 0; i < 32; i++)
        r |= (x >> 2 * i & 1) << i;
    return r;
}

static uint64_t wrong_answers(uint64_t x)
{
    uint64_t wrong = 0, back = 0;
    for (int i = 0; i < 64; i++)
        back |= (x >> i & 1) << (63 - i);
    wrong += reverse(x) != back;
    wrong += __builtin_popcountll(x) != count_by_bits(x);
    wrong += gather(spread(x)) != (x & UINT32_MAX);
    if (x) {
        int low = __builtin_ctzll(x), high = 63 - __builtin_clzll(x);
        wrong += (x >> low << low) != x || !(x >> low & 1) || x >> high != 1;
        wrong += low != 63 - (63 - __builtin_clzll(reverse(x)));
    }
    wrong += (int16_t)(uint16_t)x != (int16_t)(x << 48 >> 48);
    wrong += __builtin_bswap32((uint32_t)x) != (uint32_t)(__builtin_bswap64(x) >> 32);
    return wrong;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30), wrong = 0, ones = 0, range = 0;
    static uint64_t words[WORDS];
    uint32_t seed = 19;

    for (uint64_t round = 0; round < scale; round++) {
        for (int i = 0; i < WORDS; i++)
            words[i] = (uint64_t)random_next(&seed) << 32 | random_next(&seed);
        for (int i = 0; i < WORDS; i += 2)
            wrong += wrong_answers(words[i]);
        for (int i = 0; i < WORDS; i++)   // a word and its complement have 64 ones
            ones += (uint64_t)(__builtin_popcountll(words[i]) + __builtin_popcountll(~words[i]));
        for (uint64_t i = 0; i < 4096; i++)
            range += (uint64_t)__builtin_popcountll(i);
    }
    int bad = expect("wrong", wrong, 0);
    bad |= expect("ones", ones, scale * WORDS * 64);
    return bad | expect("range", range, scale * 4096 * 12 / 2);   // half of 12 bits each
}
