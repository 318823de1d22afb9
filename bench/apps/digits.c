// Six ways to write integers below 10^16 as 16 decimal digits. A pass writes 50000 random ones.
//
// D. Lemire, Converting integers to fix-digit representations quickly, 2021, describes them: digit by
// digit from either end, by halves, by halves with a table of 2 or of 4 digits, and P. Khuong's
// multiplications of several digits at once.
#include "app.h"

enum { VALUES = 50000, DIGITS = 16 };

struct work {
    uint64_t *value;
    char *text;
};

static char two[100][2];
static char four[10000][4];

static void fill_tables(void)
{
    for (int k = 0; k < 10000; k++)
        for (int place = 3, rest = k; place >= 0; place--, rest /= 10)
            four[k][place] = (char)('0' + rest % 10);
    for (int k = 0; k < 100; k++)
        memcpy(two[k], four[k] + 2, 2);
}

// Most significant first: a division and a remainder by a falling power of ten each.
static inline void forward(uint64_t v, char *to)
{
#define PLACE(k, power)              \
    to[k] = (char)(v / (power) + '0'); \
    v %= power
    PLACE(0, 1000000000000000);
    PLACE(1, 100000000000000);
    PLACE(2, 10000000000000);
    PLACE(3, 1000000000000);
    PLACE(4, 100000000000);
    PLACE(5, 10000000000);
    PLACE(6, 1000000000);
    PLACE(7, 100000000);
    PLACE(8, 10000000);
    PLACE(9, 1000000);
    PLACE(10, 100000);
    PLACE(11, 10000);
    PLACE(12, 1000);
    PLACE(13, 100);
    PLACE(14, 10);
#undef PLACE
    to[15] = (char)(v + '0');
}

static inline void backward(uint64_t v, char *to)
{
    for (int k = DIGITS - 1; k >= 0; k--, v /= 10)
        to[k] = (char)(v % 10 + '0');
}

static inline void pair(uint64_t v, char *to)
{
    to[0] = (char)(v / 10 + '0');
    to[1] = (char)(v % 10 + '0');
}

static inline void tree(uint64_t v, char *to)
{
    uint64_t high = v / 100000000, low = v % 100000000;
    uint64_t a = high / 10000, b = high % 10000, c = low / 10000, d = low % 10000;
    pair(a / 100, to);
    pair(a % 100, to + 2);
    pair(b / 100, to + 4);
    pair(b % 100, to + 6);
    pair(c / 100, to + 8);
    pair(c % 100, to + 10);
    pair(d / 100, to + 12);
    pair(d % 100, to + 14);
}

static inline void small_table(uint64_t v, char *to)
{
    uint64_t high = v / 100000000, low = v % 100000000;
    uint64_t a = high / 10000, b = high % 10000, c = low / 10000, d = low % 10000;
    memcpy(to, two[a / 100], 2);
    memcpy(to + 2, two[a % 100], 2);
    memcpy(to + 4, two[b / 100], 2);
    memcpy(to + 6, two[b % 100], 2);
    memcpy(to + 8, two[c / 100], 2);
    memcpy(to + 10, two[c % 100], 2);
    memcpy(to + 12, two[d / 100], 2);
    memcpy(to + 14, two[d % 100], 2);
}

static inline void big_table(uint64_t v, char *to)
{
    uint64_t high = v / 100000000, low = v % 100000000;
    memcpy(to, four[high / 10000], 4);
    memcpy(to + 4, four[high % 10000], 4);
    memcpy(to + 8, four[low / 10000], 4);
    memcpy(to + 12, four[low % 10000], 4);
}

// Eight digits as the bytes of a word, the first lowest: halves by multiplication with a reciprocal,
// two by two and then four by four (P. Khuong, How to print integers really fast, 2017).
static inline uint64_t eight(uint64_t v)
{
    const uint64_t by_10k = 3518437209u, by_100 = 10486, by_10 = 103;
    uint64_t high = (v * by_10k) >> 45;
    uint64_t halves = high | (v - high * 10000) << 32;
    uint64_t tops = ((halves * by_100) >> 20) & 0x7f0000007full;
    uint64_t pairs = tops | (halves - 100 * tops) << 16;
    uint64_t tens = ((pairs * by_10) >> 10) & 0x000f000f000f000full;
    return (tens | (pairs - 10 * tens) << 8) + 0x3030303030303030ull;
}

static inline void words(uint64_t v, char *to)
{
    uint64_t high = eight(v / 100000000), low = eight(v % 100000000);
    memcpy(to, &high, 8);
    memcpy(to + 8, &low, 8);
}

static struct work work(void)
{
    struct work w = { app_room(VALUES * sizeof(uint64_t)), app_room(VALUES * DIGITS + 1) };
    uint64_t seed = 0x9e3779b97f4a7c15ull;
    for (int k = 0; k < VALUES; k++)
        w.value[k] = app_random(&seed) % 10000000000000000ull;
    fill_tables();
    return w;
}

static int wrong(const struct work *w)
{
    char last[32];
    snprintf(last, sizeof(last), "%016llu", (unsigned long long)w->value[VALUES - 1]);
    return memcmp(w->text + (size_t)(VALUES - 1) * DIGITS, last, DIGITS) != 0;
}

#define WAY(name)                                                   \
    static int run_##name(long passes, long size)                   \
    {                                                               \
        (void)size;                                                 \
        struct work w = work();                                     \
        for (long i = 0; i < passes; i++) {                         \
            const uint64_t *v = w.value;                            \
            char *to = w.text;                                      \
            app_fence();                                            \
            for (long k = 0; k < VALUES; k++, to += DIGITS)         \
                name(v[k], to);                                     \
        }                                                           \
        return passes && wrong(&w);                                 \
    }
WAY(forward)
WAY(backward)
WAY(tree)
WAY(words)
WAY(small_table)
WAY(big_table)

static const struct kernel kernels[] = {
    { "linear", run_forward }, { "backward", run_backward },       { "tree", run_tree },
    { "khuong", run_words },   { "small-table", run_small_table }, { "big-table", run_big_table },
};

APP_MAIN(kernels)
