// UTF-8 to UTF-16, checked: byte by byte with a glance at 16 for ASCII, and by NEON in blocks of 64
// as J. Keiser and D. Lemire (Validating UTF-8 in less than one instruction per byte, 2020) and D.
// Lemire and W. Mula (Transcoding billions of Unicode characters per second with SIMD instructions,
// 2021) describe it; and the number of characters, both ways. Measured in simdutf of March 2021. A
// pass takes SIZE bytes, in which runs of ASCII and of others are as long as in the English
// Wikipedia's page on Mars.
#include <arm_neon.h>

#include "app.h"

enum { BLOCK = 64, WINDOW = 12, PIECES = 209, RUNS = 16 };

// -- Byte by byte --

static inline bool is_next(uint8_t c)
{
    return (c & 0xc0) == 0x80;
}

static inline bool are_ascii(const uint8_t *p)
{
    uint64_t a, b;
    memcpy(&a, p, 8);
    memcpy(&b, p + 8, 8);
    return !((a | b) & 0x8080808080808080);
}

// One character that is not of ASCII. Returns its bytes, or 0.
static inline __attribute__((always_inline)) size_t convert_rare(const uint8_t *p, size_t left,
                                                                 uint16_t **to)
{
    if ((*p & 0xe0) == 0xc0) {
        if (left < 2 || !is_next(p[1]))
            return 0;
        uint32_t c = (*p & 31u) << 6 | (p[1] & 63u);
        *(*to)++ = (uint16_t)c;
        return c < 0x80 ? 0 : 2;
    }
    if ((*p & 0xf0) == 0xe0) {
        if (left < 3 || !is_next(p[1]) || !is_next(p[2]))
            return 0;
        uint32_t c = (*p & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
        *(*to)++ = (uint16_t)c;
        return c < 0x800 || (c > 0xd7ff && c < 0xe000) ? 0 : 3;
    }
    if ((*p & 0xf8) != 0xf0 || left < 4 || !is_next(p[1]) || !is_next(p[2]) || !is_next(p[3]))
        return 0;
    uint32_t c = (*p & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u);
    if (c <= 0xffff || c > 0x10ffff)
        return 0;
    *(*to)++ = (uint16_t)(0xd7c0 + (c >> 10));
    *(*to)++ = (uint16_t)(0xdc00 + (c & 0x3ff));
    return 4;
}

// The words written, 0 for text that is not UTF-8.
static __attribute__((noinline)) size_t by_bytes(const uint8_t *p, size_t n, uint16_t *to)
{
    const uint16_t *start = to;
    for (size_t at = 0; at < n;) {
        if (at + 16 <= n && are_ascii(p + at)) {
            for (size_t end = at + 16; at < end; at++)
                *to++ = p[at];
        } else if (p[at] < 0x80) {
            *to++ = p[at++];
        } else {
            size_t bytes = convert_rare(p + at, n - at, &to);
            if (!bytes)
                return 0;
            at += bytes;
        }
    }
    return (size_t)(to - start);
}

// -- By blocks --

// What bytes side by side can be wrong in; the error is what both halves of one and the upper half
// of the next agree on.
enum {
    TOO_SHORT = 1,   // a lead, and no continuation
    TOO_LONG = 2,
    SMALL_3 = 4,   // three bytes where fewer would do
    LARGE = 8,   // above 10ffff
    SURROGATE = 16,
    SMALL_2 = 32,
    LARGE_OR_SMALL_4 = 64,
    TWO_NEXT = 128,   // right if three bytes or four have begun
    ANY = TOO_SHORT | TOO_LONG | TWO_NEXT
};
#define FOUR(x) x, x, x, x

static const uint8_t first_high[16] = {
    FOUR(TOO_LONG),
    FOUR(TOO_LONG),
    FOUR(TWO_NEXT),
    TOO_SHORT | SMALL_2,
    TOO_SHORT,
    TOO_SHORT | SMALL_3 | SURROGATE,
    TOO_SHORT | LARGE | LARGE_OR_SMALL_4,
};
static const uint8_t first_low[16] = {
    ANY | SMALL_3 | SMALL_2 | LARGE_OR_SMALL_4,
    ANY | SMALL_2,
    ANY,
    ANY,
    ANY | LARGE,
    ANY | LARGE | LARGE_OR_SMALL_4,
    ANY | LARGE | LARGE_OR_SMALL_4,
    ANY | LARGE | LARGE_OR_SMALL_4,
    FOUR(ANY | LARGE | LARGE_OR_SMALL_4),
    ANY | LARGE | LARGE_OR_SMALL_4,
    ANY | LARGE | LARGE_OR_SMALL_4 | SURROGATE,
    ANY | LARGE | LARGE_OR_SMALL_4,
    ANY | LARGE | LARGE_OR_SMALL_4,
};
static const uint8_t second_high[16] = {
    FOUR(TOO_SHORT),
    FOUR(TOO_SHORT),
    TOO_LONG | SMALL_2 | TWO_NEXT | SMALL_3 | LARGE_OR_SMALL_4,
    TOO_LONG | SMALL_2 | TWO_NEXT | SMALL_3 | LARGE,
    TOO_LONG | SMALL_2 | TWO_NEXT | SURROGATE | LARGE,
    TOO_LONG | SMALL_2 | TWO_NEXT | SURROGATE | LARGE,
    FOUR(TOO_SHORT),
};

// By where characters end in twelve bytes: how many bytes are taken, and which piece takes them.
// The first 64 pieces are six characters of one or two bytes, then 81 of four of up to three, then
// 64 of three of up to four.
static uint8_t piece_of[1 << WINDOW][2], piece[PIECES][16];

static inline uint8x16_t errors_of(uint8x16_t v, uint8x16_t before)
{
    const uint8x16_t low_half = vdupq_n_u8(15);
    uint8x16_t first = vextq_u8(before, v, 15), second = vextq_u8(before, v, 14),
               third = vextq_u8(before, v, 13);
    uint8x16_t pair = vandq_u8(vandq_u8(vqtbl1q_u8(vld1q_u8(first_high), vshrq_n_u8(first, 4)),
                                        vqtbl1q_u8(vld1q_u8(first_low), vandq_u8(first, low_half))),
                               vqtbl1q_u8(vld1q_u8(second_high), vshrq_n_u8(v, 4)));
    uint8x16_t owed =
        veorq_u8(vcgeq_u8(second, vdupq_n_u8(0xe0)), vcgeq_u8(third, vdupq_n_u8(0xf0)));
    return veorq_u8(vandq_u8(owed, vdupq_n_u8(0x80)), pair);
}

static inline uint64_t continuations(const uint8x16_t *v)
{
    const uint8x16_t place = { 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128 };
    uint8x16_t m[4];
#pragma clang loop unroll(full)
    for (int k = 0; k < 4; k++)
        m[k] = vandq_u8(vcltq_s8(vreinterpretq_s8_u8(v[k]), vdupq_n_s8(-64)), place);
    uint8x16_t sum = vpaddq_u8(vpaddq_u8(m[0], m[1]), vpaddq_u8(m[2], m[3]));
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

static inline void store_six(uint8x16_t v, uint16_t *to)
{
    uint16x8_t w = vreinterpretq_u16_u8(v);
    uint16x8_t high = vshrq_n_u16(vandq_u16(w, vdupq_n_u16(0x1f00)), 2);
    vst1q_u16(to, vorrq_u16(vandq_u16(w, vdupq_n_u16(0x7f)), high));
}

static inline void store_four(uint8x16_t v, uint16_t *to)
{
    uint32x4_t w = vreinterpretq_u32_u8(v);
    uint32x4_t middle = vshrq_n_u32(vandq_u32(w, vdupq_n_u32(0x3f00)), 2);
    uint32x4_t high = vshrq_n_u32(vandq_u32(w, vdupq_n_u32(0x0f0000)), 4);
    uint32x4_t all = vorrq_u32(vorrq_u32(vandq_u32(w, vdupq_n_u32(0x7f)), middle), high);
    vst1q_u16(to, vmovn_high_u32(vmovn_u32(all), all));
}

static inline void store_three(uint8x16_t v, uint16_t **to)
{
    uint32_t w[4];
    vst1q_u32(w, vreinterpretq_u32_u8(v));
    for (int k = 0; k < 3; k++) {
        uint32_t low = (w[k] & 0x7f) | (w[k] & 0x3f00) >> 2;
        uint32_t c = w[k] >> 24 ? low | (w[k] & 0x3f0000) >> 4 | (w[k] & 0x07000000) >> 6
                                : low | (w[k] & 0x0f0000) >> 4;
        if (c > 0xffff)
            *(*to)++ = (uint16_t)(0xd7c0 + (c >> 10));
        *(*to)++ = (uint16_t)(c > 0xffff ? 0xdc00 + (c & 0x3ff) : c);
    }
}

// Takes up to twelve bytes; ends has a bit for the last byte of each character.
static inline __attribute__((always_inline)) size_t convert_window(const uint8_t *p, uint64_t ends,
                                                                   uint16_t **to)
{
    const uint8_t *found = piece_of[ends & ((1 << WINDOW) - 1)];
    uint8x16_t v = vld1q_u8(p);
    if (found[0] < 64) {
        store_six(vqtbl1q_u8(v, vld1q_u8(piece[found[0]])), *to);
        *to += 6;
    } else if (found[0] < 145) {
        store_four(vqtbl1q_u8(v, vld1q_u8(piece[found[0]])), *to);
        *to += 4;
    } else if (found[0] < PIECES) {
        store_three(vqtbl1q_u8(v, vld1q_u8(piece[found[0]])), to);
    }
    return found[1];
}

static inline void store_ascii(const uint8x16_t *v, uint16_t *to)
{
#pragma clang loop unroll(full)
    for (int k = 0; k < 4; k++) {
        vst1q_u16(to + 16 * k, vmovl_u8(vget_low_u8(v[k])));
        vst1q_u16(to + 16 * k + 8, vmovl_high_u8(v[k]));
    }
}

static __attribute__((noinline)) size_t by_blocks(const uint8_t *p, size_t n, uint16_t *to)
{
    const uint16_t *start = to;
    uint8x16_t error = vdupq_n_u8(0);
    size_t at = 0;
    while (at + BLOCK <= n) {
        uint8x16_t v[4] = { vld1q_u8(p + at), vld1q_u8(p + at + 16), vld1q_u8(p + at + 32),
                            vld1q_u8(p + at + 48) };
        uint8x16_t any = vorrq_u8(vorrq_u8(v[0], v[1]), vorrq_u8(v[2], v[3]));
        if (vminvq_s8(vreinterpretq_s8_u8(any)) >= 0) {
            store_ascii(v, to);
            to += BLOCK;
            at += BLOCK;
            continue;
        }
        error = vorrq_u8(error, errors_of(v[0], vdupq_n_u8(0)));
#pragma clang loop unroll(full)
        for (int k = 1; k < 4; k++)
            error = vorrq_u8(error, errors_of(v[k], v[k - 1]));
        uint64_t ends = ~continuations(v) >> 1;
        for (size_t last = at + BLOCK - WINDOW - 1; at <= last;) {
            size_t taken = convert_window(p + at, ends, &to);
            at += taken;
            ends >>= taken;
        }
    }
    if (vmaxvq_u8(error))
        return 0;
    return (size_t)(to - start) + by_bytes(p + at, n - at, to);
}

// -- How many characters --

static __attribute__((noinline)) size_t count_by_bytes(const uint8_t *p, size_t n)
{
    const int8_t *at = (const int8_t *)p;
    size_t count = 0;
    for (size_t k = 0; k < n; k++)
        if (at[k] > -65)
            count++;
    return count;
}

static __attribute__((noinline)) size_t count_by_blocks(const uint8_t *p, size_t n)
{
    size_t at = 0, count = 0;
    for (; at + BLOCK <= n; at += BLOCK) {
        uint8x16_t v[4] = { vld1q_u8(p + at), vld1q_u8(p + at + 16), vld1q_u8(p + at + 32),
                            vld1q_u8(p + at + 48) };
        count += 64 - (size_t)__builtin_popcountll(continuations(v));
    }
    return count + count_by_bytes(p + at, n - at);
}

// -- The tables of pieces --

// The lengths of `most` characters as the piece's number has them, base `base`; 0 when the bytes
// are more than twelve.
static int lengths_of(int number, int most, int base, int *length)
{
    int sum = 0;
    for (int k = most - 1; k >= 0; k--, number /= base)
        sum += length[k] = number % base + 1;
    return sum <= WINDOW ? sum : 0;
}

static void fill_piece(uint8_t *to, int most, const int *length, int width)
{
    memset(to, 255, 16);
    for (int k = 0, at = 0; k < most; at += length[k++])
        for (int b = 0; b < length[k]; b++)
            to[k * width + b] = (uint8_t)(at + length[k] - 1 - b);
}

static void fill_pieces(void)
{
    static const struct {
        int most, base, width, first, count;
    } of[] = { { 3, 4, 4, 145, 64 }, { 4, 3, 4, 64, 81 }, { 6, 2, 2, 0, 64 } };
    memset(piece_of, 255, sizeof(piece_of));
    for (int g = 0; g < 3; g++)
        for (int k = 0; k < of[g].count; k++) {
            int length[6], sum = lengths_of(k, of[g].most, of[g].base, length);
            unsigned ends = 0, at = 0;
            for (int c = 0; c < of[g].most; c++)
                ends |= 1u << ((at += (unsigned)length[c]) - 1);
            fill_piece(piece[of[g].first + k], of[g].most, length, of[g].width);
            for (unsigned rest = 0; sum && rest < 1u << (WINDOW - sum); rest++) {
                uint8_t *entry = piece_of[rest << sum | ends];
                entry[0] = (uint8_t)(of[g].first + k);
                entry[1] = (uint8_t)sum;
            }
        }
}

// -- The text --

// How many of 1000 runs have 2^k to 2^(k + 1) - 1 characters, and how many of those that are not of
// ASCII are of two bytes each.
static const short ascii_runs[RUNS] = { 112, 77, 41, 31, 23, 23, 251, 190,
                                        43,  21, 57, 55, 40, 23, 6,   7 };
static const short other_runs[RUNS] = { 744, 47, 173, 36 };
enum { TWO_BYTES = 507 };

struct work {
    uint8_t *text;
    uint16_t *right, *to;
    size_t words;
};

static long run_length(const short *of, uint64_t *seed)
{
    long pick = (long)(app_random(seed) >> 33) % 1000;
    int k = 0;
    while (k < RUNS - 1 && pick >= of[k])
        pick -= of[k++];
    return (1l << k) + (long)((app_random(seed) >> 33) & ((1u << k) - 1));
}

static size_t put(uint8_t *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (uint8_t)c;
        return 1;
    }
    size_t bytes = c < 0x800 ? 2 : 3;
    for (size_t k = bytes - 1; k > 0; k--, c >>= 6)
        to[k] = (uint8_t)(0x80 | (c & 63));
    to[0] = (uint8_t)((bytes == 2 ? 0xc0 : 0xe0) | c);
    return bytes;
}

static struct work work(size_t size)
{
    struct work w = { app_room(size + 16), app_room(2 * size + 64), app_room(2 * size + 256), 0 };
    uint64_t seed = 1881;
    size_t n = 0;
    for (bool ascii = true; n < size; ascii = !ascii) {
        bool two = (app_random(&seed) >> 33) % 1000 < TWO_BYTES;
        for (long left = run_length(ascii ? ascii_runs : other_runs, &seed); left && n < size;
             left--) {
            uint32_t c = ' ' + (uint32_t)n % 95;
            if (!ascii && n + 3 <= size)
                c = (uint32_t)(app_random(&seed) >> 33) % 0x700 + (two ? 0xa0 : 0x4e00);
            n += put(w.text + n, c);
            w.right[w.words++] = (uint16_t)c;
        }
    }
    return w;
}

typedef size_t convert_fn(const uint8_t *p, size_t n, uint16_t *to);

static int run(convert_fn *convert, long passes, long size)
{
    struct work w = work((size_t)size);
    fill_pieces();
    for (long i = 0; i < passes; i++)
        if (convert(w.text, (size_t)size, w.to) != w.words)
            return 1;
    return passes && memcmp(w.to, w.right, w.words * sizeof(*w.to)) != 0;
}

static int run_by_bytes(long passes, long size)
{
    return run(by_bytes, passes, size);
}

static int run_by_blocks(long passes, long size)
{
    return run(by_blocks, passes, size);
}

typedef size_t count_fn(const uint8_t *p, size_t n);

static int run_count(count_fn *count, long passes, long size)
{
    struct work w = work((size_t)size);
    for (long i = 0; i < passes; i++) {
        app_fence();
        if (count(w.text, (size_t)size) != w.words)
            return 1;
    }
    return 0;
}

static int run_count_by_bytes(long passes, long size)
{
    return run_count(count_by_bytes, passes, size);
}

static int run_count_by_blocks(long passes, long size)
{
    return run_count(count_by_blocks, passes, size);
}

static const struct kernel kernels[] = {
    { "bytes", run_by_bytes },
    { "neon", run_by_blocks },
    { "count-bytes", run_count_by_bytes },
    { "count-neon", run_count_by_blocks },
};

APP_MAIN(kernels)
