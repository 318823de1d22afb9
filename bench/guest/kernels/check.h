// check.h: what every kernel shares: how much work was asked for, random numbers, and the verdict.
//
// A kernel prints one line a result and exits with 0 when every result is the expected one, else 1.
// The expected value never comes from the same algorithm: it is a published vector, a closed
// formula or another way to compute it.
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The first argument as a positive number, or `usual` when there is none.
static inline uint64_t scale_of(int argc, char **argv, uint64_t usual)
{
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : usual;
    if (n == 0) {
        fprintf(stderr, "usage: %s [scale], scale from 1\n", argv[0]);
        exit(2);
    }
    return n;
}

// xorshift of 32 bits (13, 17, 5); the state must not be 0.
static inline uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

// Prints a result; 1 when it is not the expected one.
static inline int expect(const char *what, uint64_t got, uint64_t want)
{
    printf("%s %" PRIu64 "%s\n", what, got, got == want ? "" : " WRONG");
    return got != want;
}

static inline int expect_true(const char *what, bool holds)
{
    printf("%s %s\n", what, holds ? "ok" : "WRONG");
    return !holds;
}

// Prints a floating-point result to its last bit; 1 when it is farther than `slack` (absolute) from
// the expected one.
static inline int expect_near(const char *what, double got, double want, double slack)
{
    bool near = fabs(got - want) <= slack;
    printf("%s %.17g%s\n", what, got, near ? "" : " WRONG");
    return !near;
}
