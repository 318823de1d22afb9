// How many identifiers a text holds, as C has them: by a table of the bytes' kinds, and by NEON, 16
// or 64 bytes at a time. A pass takes 256 kB of random bytes, in which each one that may begin an
// identifier does, with 0 to 19 more of it; the next takes others, as what was measured is too long
// to be learnt. D. Lemire, Locating identifiers quickly (ARM NEON edition), 2023; the way of 64 bytes
// is from a reader of it.
#include <arm_neon.h>

#include "app.h"

enum { BYTES = 1 << 18, PARTS = 2, MOST_MORE = 20 };

static const char starts[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
enum { LETTERS = 53, ALL = 63 };

static uint8_t kind[256];   // 0: of no identifier; 1: a digit, which may begin none; 255

struct text {
    char *at;
    size_t identifiers[PARTS];
};

// Identifiers are counted as they are made: one that follows a digit, or a word, is part of it.
static size_t fill(char *to, uint64_t *seed)
{
    size_t identifiers = 0;
    char before = ' ';
    for (size_t n = 0; n < BYTES;) {
        char c = (char)(app_random(seed) >> 32);
        identifiers += kind[(uint8_t)c] == 255 && !kind[(uint8_t)before];
        to[n++] = before = c;
        if (kind[(uint8_t)c] != 255)
            continue;
        for (uint64_t more = (app_random(seed) >> 32) % MOST_MORE; more && n < BYTES; more--)
            to[n++] = before = starts[(app_random(seed) >> 32) % ALL];
    }
    return identifiers;
}

static struct text text(void)
{
    struct text t = { .at = app_room((size_t)PARTS * BYTES) };
    uint64_t seed = 20230903;
    for (int k = 0; k < ALL; k++)
        kind[(uint8_t)starts[k]] = k < LETTERS ? 255 : 1;
    for (int k = 0; k < PARTS; k++)
        t.identifiers[k] = fill(t.at + (size_t)k * BYTES, &seed);
    return t;
}

static const char *behind_identifier(const char *p, const char *end)
{
    while (p < end && kind[(uint8_t)*p])
        p++;
    return p;
}

static size_t by_table(const char *p, size_t n)
{
    size_t found = 0;
    for (const char *end = p + n; p < end;) {
        uint8_t c = kind[(uint8_t)*p++];
        if (!c)
            continue;
        found += c == 255;
        p = behind_identifier(p, end);
    }
    return found;
}

// -- 16 bytes: a kind is a bit that the tables of both halves of a byte have. --

static inline uint16_t bits_of(uint8x16_t v)
{
    const uint8x16_t place = { 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128 };
    v = vandq_u8(v, place);
    v = vpaddq_u8(v, v);
    v = vpaddq_u8(v, v);
    v = vpaddq_u8(v, v);
    return vgetq_lane_u16(vreinterpretq_u16_u8(v), 0);
}

static size_t by_16(const char *p, size_t n)
{
    const uint8x16_t low = { 42, 62, 62, 62, 62, 62, 62, 62, 62, 62, 60, 20, 20, 20, 20, 21 };
    const uint8x16_t high = { 0, 0, 0, 2, 16, 33, 4, 8 };
    const char *end = p + n;
    size_t found = 0;
    uint16_t before = 0;
    for (; p <= end - 16; p += 16) {
        uint8x16_t c = vld1q_u8((const uint8_t *)p);
        uint8x16_t l = vqtbl1q_u8(low, vandq_u8(c, vdupq_n_u8(15))),
                   h = vqtbl1q_u8(high, vshrq_n_u8(c, 4));
        uint16_t part = bits_of(vtstq_u8(l, h)),
                 start = bits_of(vtstq_u8(l, vandq_u8(h, vdupq_n_u8(61))));
        found += (size_t)__builtin_popcount((uint16_t)(start & ~(part << 1 | before)));
        before = part >> 15;
    }
    return found;
}

// -- 64 bytes, every fourth in a register: a byte beside the threshold of its own place in a table. --

struct kinds {
    uint8x16_t part, digit;
};

static inline struct kinds kinds_of(uint8x16_t c)
{
    const uint8x16x2_t table = {
        { { 127, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64 },
          { '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 127, 127, 127, 127, 'A' } }
    };
    uint8x16_t threshold = vqtbl2q_u8(table, vandq_u8(c, vdupq_n_u8(0x9f)));
    uint8x16_t next = vaddq_u8(c, vdupq_n_u8(1));
    return (struct kinds){
        vcgtq_s8(vreinterpretq_s8_u8(next), vreinterpretq_s8_u8(threshold)),
        vceqq_u8(c, threshold),
    };
}

static inline uint64_t bits_of_four(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
    uint8x16_t ab = vbslq_u8(vdupq_n_u8(0x55), a, b), cd = vbslq_u8(vdupq_n_u8(0x55), c, d);
    uint8x16_t all = vbslq_u8(vdupq_n_u8(0x33), ab, cd);
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(all), 4)), 0);
}

static size_t by_64(const char *p, size_t n)
{
    const char *end = p + n;
    size_t found = 0;
    uint64_t before = 0;
    for (; p <= end - 64; p += 64) {
        uint8x16x4_t c = vld4q_u8((const uint8_t *)p);
        struct kinds k0 = kinds_of(c.val[0]), k1 = kinds_of(c.val[1]), k2 = kinds_of(c.val[2]),
                     k3 = kinds_of(c.val[3]);
        uint64_t digit = bits_of_four(k0.digit, k1.digit, k2.digit, k3.digit);
        uint64_t part = bits_of_four(k0.part, k1.part, k2.part, k3.part);
        found += (size_t)__builtin_popcountll(part & ~digit & ~(part << 1 | before));
        before = part >> 63;
    }
    return found;
}

#define WAY(name)                                                        \
    static int run_##name(long passes, long size)                        \
    {                                                                    \
        (void)size;                                                      \
        struct text t = text();                                          \
        for (long i = 0; i < passes; i++) {                              \
            app_fence();                                                 \
            size_t part = (size_t)i % PARTS;                             \
            if (name(t.at + part * BYTES, BYTES) != t.identifiers[part]) \
                return 1;                                                \
        }                                                                \
        return 0;                                                        \
    }
WAY(by_table)
WAY(by_16)
WAY(by_64)

static const struct kernel kernels[] = { { "table", run_by_table },
                                         { "neon-16", run_by_16 },
                                         { "neon-64", run_by_64 } };

APP_MAIN(kernels)
