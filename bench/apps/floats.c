// Decimal numbers to doubles as fast_float does it (D. Lemire, Number parsing at a gigabyte per
// second, 2021; measured in his Counting cycles and instructions on the Apple M1 processor, 2021).
// A pass reads 10000 strings like 0.123456 and keeps the largest. All of them are exact by W.
// Clinger's short way: fewer than 2^53 units, divided by a power of ten that a double holds. What
// else a number may be is told apart and given to strtod.
#include "text.h"

enum { STRINGS = 10000, MOST_DIGITS = 19, MOST_POWER = 22 };

static const double power_of_ten[MOST_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

// What a number may look like, and what became of it.
enum { SCIENTIFIC = 1, FIXED = 4, EITHER = SCIENTIFIC | FIXED };

struct outcome {
    const char *behind;
    int error;
};

struct decimal {
    const char *behind;   // NULL: no number
    uint64_t digits;
    int64_t power;
    bool negative, many;
};

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline uint64_t eight_at(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

static inline bool are_eight_digits(uint64_t v)
{
    return !(((v + 0x4646464646464646) | (v - 0x3030303030303030)) & 0x8080808080808080);
}

// Pairs, then fours and eights, by two products that add what stands apart.
static inline uint32_t eight_digits(uint64_t v)
{
    const uint64_t every_other = 0x000000ff000000ff;
    v -= 0x3030303030303030;
    v = v * 10 + (v >> 8);
    uint64_t odd = (v & every_other) * (100 + (1000000ull << 32));
    uint64_t even = (v >> 16 & every_other) * (1 + (10000ull << 32));
    return (uint32_t)((odd + even) >> 32);
}

static inline const char *read_fraction(const char *p, const char *end, uint64_t *digits)
{
    for (int k = 0; k < 2 && p + 8 <= end && are_eight_digits(eight_at(p)); k++, p += 8)
        *digits = *digits * 100000000 + eight_digits(eight_at(p));
    for (; p != end && is_digit(*p); p++)
        *digits = *digits * 10 + (uint8_t)(*p - '0');
    return p;
}

// Behind the e. What is no exponent is not read.
static inline const char *read_power(const char *e, const char *end, int64_t *power)
{
    const char *p = e + 1;
    bool negative = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || !is_digit(*p))
        return e;
    int64_t read = 0;
    for (; p != end && is_digit(*p); p++)
        if (read < 0x10000)
            read = read * 10 + (uint8_t)(*p - '0');
    *power += negative ? -read : read;
    return p;
}

static inline struct decimal read_decimal(const char *p, const char *end, int form)
{
    struct decimal d = { .negative = *p == '-' };
    if (d.negative && (++p == end || (!is_digit(*p) && *p != '.')))
        return d;
    const char *start = p;
    for (; p != end && is_digit(*p); p++)
        d.digits = d.digits * 10 + (uint64_t)(*p - '0');
    int64_t count = p - start;
    if (p != end && *p == '.') {
        const char *point = ++p;
        p = read_fraction(p, end, &d.digits);
        d.power = point - p;
        count -= d.power;
    }
    if (count == 0)
        return d;
    const char *e = p;
    if ((form & SCIENTIFIC) && p != end && (*p == 'e' || *p == 'E'))
        p = read_power(p, end, &d.power);
    if (p == e && (form & SCIENTIFIC) && !(form & FIXED))
        return d;
    if (count > MOST_DIGITS) {
        for (; start != end && (*start == '0' || *start == '.'); start++)
            count -= *start == '0';
        d.many = count > MOST_DIGITS;
    }
    d.behind = p;
    return d;
}

static __attribute__((noinline)) double long_way(const char *p, const char **behind)
{
    char *end;
    double v = strtod(p, &end);
    *behind = end;
    return v;
}

static __attribute__((noinline)) struct outcome read_double(const char *p, const char *end,
                                                            double *v, int form)
{
    if (p == end)
        return (struct outcome){ p, 1 };
    struct decimal d = read_decimal(p, end, form);
    struct outcome o = { d.behind, 0 };
    if (!d.behind || d.power < -MOST_POWER || d.power > MOST_POWER || d.digits > 1ull << 53 ||
        d.many) {
        const char *behind;
        *v = long_way(p, &behind);
        o.behind = d.behind ? d.behind : behind;
        o.error = o.behind == p;
        return o;
    }
    *v = (double)d.digits;
    if (d.power < 0)
        *v = *v / power_of_ten[-d.power];
    else
        *v = *v * power_of_ten[d.power];
    if (d.negative)
        *v = -*v;
    return o;
}

static __attribute__((noinline)) double largest(const union text *t, size_t n)
{
    double most = 0, v = 0;
    for (size_t k = 0; k < n; k++) {
        struct outcome o =
            read_double(text_at(&t[k]), text_at(&t[k]) + text_length(&t[k]), &v, EITHER);
        if (o.behind == text_at(&t[k]))
            exit(1);
        most = most > v ? most : v;
    }
    return most;
}

static int uniform(long passes, long size)
{
    (void)size;
    union text *t = app_room(STRINGS * sizeof(*t));
    uint64_t seed = 20210324, most = 0;
    for (int k = 0; k < STRINGS; k++) {
        char s[] = "0.000000";
        uint64_t v = app_random(&seed) % 1000000;
        most = v > most ? v : most;
        for (int place = 7; v; v /= 10)
            s[place--] += (char)(v % 10);
        t[k] = text_of(s);
    }
    double found = 0;
    for (long i = 0; i < passes; i++) {
        app_fence();
        found = largest(t, STRINGS);
    }
    char s[16];
    snprintf(s, sizeof(s), "0.%06u", (unsigned)most);
    return passes && found != strtod(s, NULL);
}

static const struct kernel kernels[] = { { "uniform", uniform } };

APP_MAIN(kernels)
