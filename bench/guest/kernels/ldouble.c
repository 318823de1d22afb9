// ldouble: long double, which is 128 bits wide on AArch64 and computed in software; printed and
// read back. Checked by: series whose sums are known to more places than a double has, and text
// that reads back unchanged.
#include "check.h"

// e as the sum of 1/n!.
static long double series_e(void)
{
    long double sum = 1, term = 1;
    for (int n = 1; n < 35; n++) {
        term /= n;
        sum += term;
    }
    return sum;
}

// pi = 16 atan(1/5) - 4 atan(1/239) (Machin).
static long double series_atan(int inverse)
{
    long double sum = 0, power = 1.0L / inverse;
    for (int n = 1; n < 60; n += 2) {
        sum += (n & 2 ? -1 : 1) * power / n;
        power /= (long double)inverse * inverse;
    }
    return sum;
}

// The square root of 2 by Newton's steps.
static long double newton_root(void)
{
    long double x = 1.5L;
    for (int i = 0; i < 7; i++)
        x = (x + 2 / x) / 2;
    return x;
}

static int expect_digits(const char *what, long double got, const char *want)
{
    char text[64];
    snprintf(text, sizeof text, "%.30Lf", got);
    bool same = strcmp(text, want) == 0;
    printf("%s %.33Lg %La%s\n", what, got, got, same ? "" : " WRONG");
    return !same;
}

static uint64_t round_trip(uint32_t *seed)
{
    char text[128];
    long double x = (long double)random_next(seed) / random_next(seed) * random_next(seed);
    snprintf(text, sizeof text, "%.36Lg", x);
    return strtold(text, NULL) != x || (double)x - x > fabsl(x) / 4503599627370496.0L ||
           (long double)(int64_t)floorl(x) > x || sqrtl(x) * sqrtl(x) - x > x * 1e-33L;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30), wrong = 0;
    long double e = 0, pi = 0, root = 0;
    uint32_t seed = 47;

    for (uint64_t round = 0; round < scale; round++) {
        e = series_e();
        pi = 16 * series_atan(5) - 4 * series_atan(239);
        root = newton_root();
        for (int i = 0; i < 50; i++)
            wrong += round_trip(&seed);
    }
    int bad = expect_digits("e", e, "2.718281828459045235360287471353");
    bad |= expect_digits("pi", pi, "3.141592653589793238462643383280");
    bad |= expect_digits("root", root, "1.414213562373095048801688724210");
    return bad | expect("wrong", wrong, 0);
}
