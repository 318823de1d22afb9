// printf: formatted output and input, malloc, qsort, bsearch, strtol and strtod of the C library.
// Checked by: numbers that come back from their text unchanged, order after sorting, and blocks of
// memory that keep what was written.
#include "check.h"

enum { NUMBERS = 100, BLOCKS = 60 };

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static int by_text(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

// A double of any size, from random bits; never NaN or infinite.
static double any_double(uint32_t *seed)
{
    uint64_t b = (uint64_t)random_next(seed) << 32 | random_next(seed);
    b ^= (b >> 52 & 2047) == 2047 ? 1ull << 62 : 0;
    double x;
    memcpy(&x, &b, sizeof x);
    return x;
}

static uint64_t numbers_round(uint32_t *seed)
{
    static double x[NUMBERS];
    uint64_t wrong = 0;
    char text[512];
    for (int i = 0; i < NUMBERS; i++) {
        x[i] = i % 2 ? any_double(seed) : random_next(seed) / 1000.0;
        snprintf(text, sizeof text, i % 3 ? "%.17g" : "%a", x[i]);
        wrong += strtod(text, NULL) != x[i];
        long n = (long)random_next(seed) - (1l << 31);
        snprintf(text, sizeof text, "%+ld %#lx %lo", n, (unsigned long)n, (unsigned long)n);
        char *end;
        wrong += strtol(text, &end, 0) != n;
        wrong += strtoul(end, &end, 0) != (unsigned long)n;
        wrong += strtoul(end, &end, 8) != (unsigned long)n || *end;
    }
    qsort(x, NUMBERS, sizeof *x, by_value);
    for (int i = 1; i < NUMBERS; i++)
        wrong += x[i - 1] > x[i];
    for (int i = 0; i < NUMBERS; i += 5) {
        const double *found = bsearch(&x[i], x, NUMBERS, sizeof *x, by_value);
        wrong += !found || *found != x[i];
    }
    return wrong;
}

static uint64_t memory_round(uint32_t *seed)
{
    static char *blocks[BLOCKS];
    uint64_t wrong = 0;
    for (int i = 0; i < BLOCKS; i++) {
        size_t n = 24 + random_next(seed) % (i % 30 ? 400 : 200000);
        blocks[i] = i % 2 ? malloc(n) : calloc(1, n);
        wrong += !(i % 2) && blocks[i][n - 1] != 0;
        snprintf(blocks[i], n, "block %08" PRIx32 " of %d", random_next(seed), i);
    }
    for (int i = 0; i < BLOCKS; i += 3) {
        char copy[24];
        memcpy(copy, blocks[i], 24);
        blocks[i] = realloc(blocks[i], 1000 + (size_t)i * 10);
        wrong += memcmp(copy, blocks[i], 24) != 0;
    }
    qsort(blocks, BLOCKS, sizeof *blocks, by_text);
    uint64_t sum = 0;
    for (int i = 0; i < BLOCKS; i++) {
        uint32_t value;
        int number = -1;
        wrong += sscanf(blocks[i], "block %" SCNx32 " of %d", &value, &number) != 2;
        wrong += i > 0 && strcmp(blocks[i - 1], blocks[i]) > 0;
        sum += (uint64_t)number;
    }
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    return wrong + (sum != BLOCKS * (BLOCKS - 1) / 2);
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30), wrong = 0;
    uint32_t seed = 43;

    for (uint64_t round = 0; round < scale; round++)
        wrong += numbers_round(&seed) + memory_round(&seed);
    for (int i = 0; i < 20; i++) {
        double x = any_double(&seed);
        printf("%-24.16e|%12.5g|%+.3f|%5d|%-8s|%c|%%\n", x, x, remainder(x, 1000), i * i - 99,
               &"text"[i % 4], 'a' + i);
    }
    return expect("wrong", wrong, 0);
}
