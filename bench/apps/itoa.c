// Integers to decimal characters, digit by digit from the last, each number waiting for the first
// character of the one before: what a pass of 20000 numbers of eight digits takes is latency.
// "fake" writes that first character alone. D. Lemire, Converting binary integers to ASCII
// characters: Apple M1 vs AMD Zen2, 2021.
#include "app.h"

enum { NUMBERS = 20000, FIRST = 20000000, ROOM = 11 };

static char line[ROOM];

static __attribute__((noinline)) char *write_all(char *end, uint32_t n)
{
    while (n >= 10) {
        uint32_t rest = n / 10;
        *--end = (char)('0' + n % 10);
        n = rest;
    }
    *--end = (char)('0' + n);
    return end;
}

static __attribute__((noinline)) char *write_first(char *end, uint32_t n)
{
    while (n >= 10) {
        n /= 10;
        end--;
    }
    *--end = (char)('0' + n);
    return end;
}

typedef char *write_fn(char *end, uint32_t n);

static inline __attribute__((always_inline)) uint8_t chain(write_fn *write, uint32_t from)
{
    uint8_t first = 0;
    for (uint32_t n = from; n < from + NUMBERS; n++)
        first = (uint8_t)*write(line + ROOM - 1, n + first);
    return first;
}

// By the first digit of each number, and the C library.
static int wrong(uint32_t from, uint8_t first, bool whole)
{
    char s[16];
    uint8_t before = 0, last = 0;
    for (uint32_t n = from; n < from + NUMBERS; n++) {
        snprintf(s, sizeof(s), "%u", n + last);
        before = last;
        last = (uint8_t)s[0];
    }
    snprintf(s, sizeof(s), "%u", from + NUMBERS - 1 + before);
    return first != last || (whole && memcmp(s, line + ROOM - 1 - strlen(s), strlen(s)) != 0);
}

static int real(long passes, long size)
{
    (void)size;
    uint32_t from = FIRST;
    uint8_t first = 0;
    for (long i = 0; i < passes; i++)
        first = chain(write_all, from = FIRST + (uint32_t)i * NUMBERS);
    return passes && wrong(from, first, true);
}

static int fake(long passes, long size)
{
    (void)size;
    uint32_t from = FIRST;
    uint8_t first = 0;
    for (long i = 0; i < passes; i++)
        first = chain(write_first, from = FIRST + (uint32_t)i * NUMBERS);
    return passes && wrong(from, first, false);
}

static const struct kernel kernels[] = { { "real", real }, { "fake", fake } };

APP_MAIN(kernels)
