// Integers below 256 from one to three decimal digits, in six ways. A pass reads 20000 random ones,
// each by a call; the bytes behind a string's end may be read. D. Lemire, Parsing 8-bit integers
// quickly, 2023, and its discussion.
#include "text.h"

enum { STRINGS = 20000, KEYS = 1 << 24 };

static uint16_t
    *table;   // by the digits as bytes: the value, and its length above it; 0: no digits

static inline uint32_t word_at(const char *s)
{
    uint32_t v;
    memcpy(&v, s, sizeof(v));
    return v;
}

static __attribute__((noinline)) int by_cases(const char *s, size_t n, uint8_t *to)
{
    uint8_t a = (uint8_t)(s[0] - '0'), b, c;
    switch (n) {
    case 1: *to = a; return a < 10;
    case 2:
        b = (uint8_t)(s[1] - '0');
        *to = (uint8_t)(a * 10 + b);
        return a < 10 && b < 10;
    case 3:
        b = (uint8_t)(s[1] - '0');
        c = (uint8_t)(s[2] - '0');
        *to = (uint8_t)(a * 100 + b * 10 + c);
        return a < 10 && b < 10 && c < 10;
    default: return 0;
    }
}

static __attribute__((noinline)) int by_digits(const char *s, size_t n, uint8_t *to)
{
    uint32_t v = 0;
    for (size_t k = 0, most = n & 3; k < most; k++) {
        uint8_t digit = (uint8_t)(s[k] - '0');
        if (digit > 9)
            return 0;
        v = v * 10 + digit;
    }
    *to = (uint8_t)v;
    return v < 256 && n && n < 4;
}

// The digits are moved to the top of a word, and added by hand.
static __attribute__((noinline)) int by_bytes(const char *s, size_t n, uint8_t *to)
{
    uint32_t v = (word_at(s) ^ 0x30303030) << (4 - (n & 3)) * 8;
    uint32_t sum = (uint8_t)(v >> 8) * 10 + (uint8_t)(v >> 16);
    sum = sum * 10 + (v >> 24);
    *to = (uint8_t)sum;
    return (v & 0xf0f0f0f0) == 0 && sum < 256 && n != 0 && n < 4;
}

// One product adds them; 255 at most is 2, 5, 5 at most with the first digit highest.
static __attribute__((noinline)) int by_product(const char *s, size_t n, uint8_t *to)
{
    if (n == 0 || n > 3)
        return 0;
    uint32_t v = (word_at(s) ^ 0x30303030) << (4 - n) * 8;
    uint32_t digits = ((v | (v + 0x06060606)) & 0xf0f0f0f0) == 0;
    *to = (uint8_t)(v * 0x640a01 >> 24);
    return digits & (__builtin_bswap32(v) <= 0x020505);
}

static __attribute__((noinline)) int by_short_product(const char *s, size_t n, uint8_t *to)
{
    uint32_t v = (uint32_t)((word_at(s) ^ 0x303030) << (n ^ 3) * 8);
    *to = (uint8_t)(v * 0x640a01 >> 16);
    return (((v + 0x767676) | v) & 0x808080) == 0 && (n ^ 3) < 3 &&
           __builtin_bswap32(v) <= 0x020505ff;
}

static __attribute__((noinline)) int by_table(const char *s, size_t n, uint8_t *to)
{
    if (n > 3)
        return 0;
    uint16_t v = table[word_at(s) & (0xffffffff >> (4 - n) * 8)];
    *to = (uint8_t)v;
    return v >> 8 == (int)n;
}

static void fill_table(void)
{
    table = calloc(KEYS, sizeof(*table));
    if (!table)
        exit(70);
    for (unsigned v = 0; v < 256; v++)
        for (int width = 1; width <= 3; width++) {
            char s[8] = "";
            int n = snprintf(s, sizeof(s), "%0*u", width, v);
            table[word_at(s)] = (uint16_t)((unsigned)n << 8 | v);
        }
}

struct work {
    union text *text;
    uint64_t sum;
};

static struct work work(void)
{
    struct work w = { .text = app_room(STRINGS * sizeof(union text)) };
    uint64_t seed = 1234;
    for (int k = 0; k < STRINGS; k++) {
        unsigned v = app_random(&seed) >> 32 & 255;
        char s[] = { (char)('0' + v / 100), (char)('0' + v / 10 % 10), (char)('0' + v % 10), 0 };
        w.text[k] = text_of(s + (v < 100) + (v < 10));
        w.sum += v;
    }
    return w;
}

#define WAY(name)                                                                  \
    static int run_##name(long passes, long size)                                  \
    {                                                                              \
        (void)size;                                                                \
        struct work w = work();                                                    \
        uint64_t sum = 0;                                                          \
        for (long i = 0; i < passes; i++)                                          \
            for (const union text *t = w.text; t < w.text + STRINGS; t++) {        \
                uint8_t v;                                                         \
                if (!name(text_at(t), text_length(t), &v))                         \
                    return 1;                                                      \
                sum += v;                                                          \
            }                                                                      \
        return sum != (uint64_t)passes * w.sum;                                    \
    }
WAY(by_cases)
WAY(by_digits)
WAY(by_bytes)
WAY(by_product)
WAY(by_short_product)
WAY(by_table)

static int run_filled_table(long passes, long size)
{
    fill_table();
    return run_by_table(passes, size);
}

static const struct kernel kernels[] = {
    { "cases", run_by_cases },
    { "digits", run_by_digits },
    { "bytes", run_by_bytes },
    { "product", run_by_product },
    { "short-product", run_by_short_product },
    { "table", run_filled_table },
};

APP_MAIN(kernels)
