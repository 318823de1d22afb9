// sieve: the primes below two million: a sieve of bytes, a sieve of bits over odd numbers, in
// segments. Checked by: the known numbers of primes below powers of ten, and a test by division.
#include "check.h"

enum { SEGMENT = 32768, ROOT = 1500 };

static bool is_prime(uint32_t n)
{
    for (uint32_t d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n > 1;
}

// Primes below n, one byte a number.
static uint64_t count_by_bytes(uint32_t n, uint8_t *composite)
{
    uint64_t count = 0;
    memset(composite, 0, n);
    for (uint32_t i = 2; i < n; i++) {
        if (composite[i])
            continue;
        count++;
        for (uint64_t j = (uint64_t)i * i; j < n; j += i)
            composite[j] = 1;
    }
    return count;
}

// Primes below n (a multiple of 2), one bit an odd number, a segment of SEGMENT numbers at a time.
static uint64_t count_by_bits(uint32_t n)
{
    static uint32_t small[300], next[300];
    uint64_t count = 1; // 2 itself
    int smalls = 0;
    for (uint32_t p = 3; p < ROOT; p += 2)
        if (is_prime(p)) {
            small[smalls] = p;
            next[smalls++] = p * p / 2;
        }
    for (uint32_t low = 0; low < n / 2; low += SEGMENT) {
        static uint64_t bits[SEGMENT / 64];
        uint32_t size = n / 2 - low < SEGMENT ? n / 2 - low : SEGMENT;
        memset(bits, 0, sizeof bits);
        for (int i = 0; i < smalls; i++)
            for (; next[i] < low + SEGMENT; next[i] += small[i])
                bits[(next[i] - low) / 64] |= 1ull << (next[i] - low) % 64;
        for (uint32_t i = low == 0; i < size; i++)
            count += !(bits[i / 64] >> i % 64 & 1);
    }
    return count;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30);
    static const uint32_t known[][2] = { { 10000, 1229 }, { 100000, 9592 }, { 1000, 168 } };
    uint64_t good = 0;
    static uint8_t composite[100000];

    for (uint64_t round = 0; round < scale; round++) {
        const uint32_t *k = known[round % 3];
        good += count_by_bytes(k[0], composite) == k[1] && count_by_bits(k[0]) == k[1];
    }
    int bad = expect("sieves", good, scale);
    if (scale >= 30)
        bad |= expect("below 2000000", count_by_bits(2000000), 148933);
    return bad | expect("last", !composite[9973], is_prime(9973));
}
