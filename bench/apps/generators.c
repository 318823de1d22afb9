// Two generators of random numbers, 20000 numbers into an array a pass: splitmix (G. Steele, D.
// Lea, C. Flood, Fast splittable pseudorandom number generators, 2014) and wyrng (W. Yi), the one
// with two products of 64 bits, the other with two of 128. D. Lemire, Apple's M1 processor and the
// full 128-bit integer product, 2021.
#include "app.h"

enum { NUMBERS = 20000, SEED = 12345 };

static const uint64_t splitmix_step = 0x9e3779b97f4a7c15, splitmix_first = 0xbf58476d1ce4e5b9,
                      splitmix_second = 0x94d049bb133111eb;
static const uint64_t wyrng_step = 0x60bee2bee120fc15, wyrng_first = 0xa3b195354a39b70d,
                      wyrng_second = 0x1b03738712fad5c9;

static inline uint64_t both_halves(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

static __attribute__((noinline)) void splitmix(uint64_t *to, size_t n, uint64_t state)
{
#pragma clang loop unroll(disable)
    for (size_t k = 0; k < n; k++) {
        uint64_t z = state += splitmix_step;
        z = (z ^ z >> 30) * splitmix_first;
        z = (z ^ z >> 27) * splitmix_second;
        to[k] = z ^ z >> 31;
    }
}

static __attribute__((noinline)) void wyrng(uint64_t *to, size_t n, uint64_t state)
{
#pragma clang loop unroll(disable)
    for (size_t k = 0; k < n; k++) {
        state += wyrng_step;
        to[k] = both_halves(both_halves(state, wyrng_first), wyrng_second);
    }
}

// -- The same by other means: a number from its place, products by halves of 32 bits. --

static uint64_t high_by_parts(uint64_t a, uint64_t b)
{
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t middle = ah * bl + (al * bl >> 32);
    return ah * bh + (middle >> 32) + ((al * bh + (uint32_t)middle) >> 32);
}

static uint64_t splitmix_at(uint64_t place, uint64_t seed)
{
    uint64_t z = seed + (place + 1) * splitmix_step;
    z ^= z >> 30;
    z *= splitmix_first;
    z ^= z >> 27;
    z *= splitmix_second;
    return z ^ z >> 31;
}

static uint64_t wyrng_at(uint64_t place, uint64_t seed)
{
    uint64_t z = seed + (place + 1) * wyrng_step;
    z = high_by_parts(z, wyrng_first) ^ z * wyrng_first;
    return high_by_parts(z, wyrng_second) ^ z * wyrng_second;
}

typedef void fill_fn(uint64_t *to, size_t n, uint64_t state);
typedef uint64_t number_fn(uint64_t place, uint64_t seed);

static int run(long passes, fill_fn *fill, number_fn *number)
{
    uint64_t *to = app_room(NUMBERS * sizeof(*to)), seed = SEED;
    for (long i = 0; i < passes; i++)
        fill(to, NUMBERS, seed = SEED + (uint64_t)i);
    for (uint64_t k = 0; passes && k < NUMBERS; k++)
        if (to[k] != number(k, seed))
            return 1;
    return 0;
}

static int run_splitmix(long passes, long size)
{
    (void)size;
    return run(passes, splitmix, splitmix_at);
}

static int run_wyrng(long passes, long size)
{
    (void)size;
    return run(passes, wyrng, wyrng_at);
}

static const struct kernel kernels[] = { { "splitmix", run_splitmix }, { "wyrng", run_wyrng } };

APP_MAIN(kernels)
