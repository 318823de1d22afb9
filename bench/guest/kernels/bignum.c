// bignum: numbers of many words: squares modulo 2^p - 1, which is the Lucas-Lehmer test of Mersenne
// numbers. Checked by: which of these Mersenne numbers are prime is known (exponents 61, 127 and
// 521 are; 67, 257 and 523 are not).
#include "check.h"

enum { WORDS = 10 };

// r = x * x; r has twice as many words.
static void square(uint64_t *r, const uint64_t *x, int n)
{
    memset(r, 0, 2 * (size_t)n * sizeof *r);
    for (int i = 0; i < n; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < n; j++) {
            unsigned __int128 t = (unsigned __int128)x[i] * x[j] + r[i + j] + carry;
            r[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
        r[i + n] = carry;
    }
}

// x += y + carry over n words; the carry out.
static uint64_t add(uint64_t *x, const uint64_t *y, uint64_t carry, int n)
{
    for (int i = 0; i < n; i++) {
        unsigned __int128 t = (unsigned __int128)x[i] + y[i] + carry;
        x[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
    }
    return carry;
}

// Folds x (2n words) modulo 2^p - 1 into its low n words: the high bits have weight 1.
static void fold(uint64_t *x, int p, int n)
{
    int words = p / 64, bits = p % 64;
    uint64_t high[WORDS + 1] = { 0 };
    for (int i = 0; i < n; i++) {
        uint64_t above = words + i + 1 < 2 * n ? x[words + i + 1] : 0;
        high[i] = x[words + i] >> bits | above << (64 - bits);
    }
    x[words] &= (1ull << bits) - 1;
    add(x, high, 0, n);
    while (x[words] >> bits) {   // at most twice
        uint64_t one[WORDS] = { x[words] >> bits };
        x[words] &= (1ull << bits) - 1;
        add(x, one, 0, n);
    }
}

static bool all_ones(const uint64_t *x, int p, int n)
{
    for (int i = 0; i < n - 1; i++)
        if (x[i] != UINT64_MAX)
            return false;
    return x[n - 1] == (1ull << p % 64) - 1;
}

// True if 2^p - 1 is prime; p is odd, not a multiple of 64.
static bool mersenne_is_prime(int p)
{
    int n = p / 64 + 1;
    uint64_t s[WORDS] = { 4 }, t[2 * WORDS];
    for (int i = 0; i < p - 2; i++) {
        uint64_t minus_two[WORDS];
        square(t, s, n);
        fold(t, p, n);
        for (int j = 0; j < n; j++)   // 2^p - 1 - 2: all ones but bit 1
            minus_two[j] = UINT64_MAX;
        minus_two[0] ^= 2;
        minus_two[n - 1] >>= 64 - p % 64;
        if (n == 1)
            minus_two[0] = (UINT64_MAX >> (64 - p % 64)) ^ 2;
        uint64_t sum[2 * WORDS] = { 0 };
        memcpy(sum, t, (size_t)n * sizeof *t);
        sum[n] = add(sum, minus_two, 0, n);
        fold(sum, p, n);
        memcpy(s, sum, (size_t)n * sizeof *s);
    }
    uint64_t zero[WORDS] = { 0 };
    return memcmp(s, zero, (size_t)n * sizeof *s) == 0 || all_ones(s, p, n);
}

int main(int argc, char **argv)
{
    static const int exponents[] = { 61, 67, 127, 257, 521, 523 };
    static const int primes[] = { 61, 127, 521 };
    uint64_t scale = scale_of(argc, argv, 12), found = 0, sum = 0, want = 0;

    for (uint64_t round = 0; round < scale; round++)
        for (int i = 0; i < 6; i++)
            if (mersenne_is_prime(exponents[i])) {
                found++;
                sum += (uint64_t)exponents[i];
            }
    for (int i = 0; i < 3; i++)
        want += (uint64_t)primes[i];
    int bad = expect("prime", found, 3 * scale);
    return bad | expect("exponents", sum, want * scale);
}
