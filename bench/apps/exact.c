// Doubles to integers of 64 bits where that is exact: by converting there and back, and by taking
// the number's bits apart. A pass asks it of 50000 numbers, of which every other is an integer; the
// next is one addition away. D. Lemire, Converting binary floating-point numbers to integers, 2021.
#include "app.h"

enum { NUMBERS = 50000, FRACTION = 52, BIAS = 1023 };

static inline bool there_and_back(double v, int64_t *to)
{
    *to = (int64_t)v;
    return v == (double)*to;
}

static inline bool by_bits(double v, int64_t *to)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    int shift = (int)(bits >> FRACTION & 0x7ff) - BIAS - FRACTION;
    if (shift > 0)
        return false;
    if (shift <= -64) {
        *to = v == 0 ? 0 : *to;
        return v == 0;
    }
    uint64_t whole = (bits & ((1ull << FRACTION) - 1)) | 1ull << FRACTION;
    if (whole << (64 + shift))
        return false;
    whole >>= -shift;
    *to = (int64_t)(bits >> 63 ? -whole : whole);
    return true;
}

// The sum of the integers from `from` on among n numbers half an integer apart: of a row, its ends
// times its middle.
static int64_t right_sum(int64_t from, long n)
{
    int64_t count = (n + 1) / 2;
    return from * count + count * (count - 1) / 2;
}

#define WAY(name)                                                              \
    static int run_##name(long passes, long size)                              \
    {                                                                          \
        (void)size;                                                            \
        int64_t sum = 0, v;                                                    \
        for (double x = 1; x < 1 + passes * (NUMBERS / 2.0); x += 0.5)         \
            if (name(x, &v))                                                   \
                sum += v;                                                      \
        return sum != right_sum(1, passes * NUMBERS);                          \
    }
WAY(there_and_back)
WAY(by_bits)

static const struct kernel kernels[] = { { "there-and-back", run_there_and_back },
                                         { "bits", run_by_bits } };

APP_MAIN(kernels)
