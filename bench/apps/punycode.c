// UTF-8 to punycode (RFC 3492): the 26 strings of Wikipedia's article on it are a pass.
// D. Lemire, Emojis in domain names, punycode and performance, 2023.
#include "app.h"

enum {
    BASE = 36,
    LEAST = 1,
    MOST = 26,
    SKEW = 38,
    DAMP = 700,
    FIRST_BIAS = 72,
    FIRST = 128,
    ROOM = 63
};

static const char *const strings[] = {
    "a",
    "A",
    "3",
    "-",
    "--",
    "London",
    "Lloyd-Atkinson",
    "This has spaces",
    "-> $1.00 <-",
    "а",
    "ü",
    "α",
    "例",
    "😉",
    "αβγ",
    "München",
    "Mnchen-3ya",
    "München-Ost",
    "Bahnhof München-Ost",
    "abæcdöef",
    "правда",
    "ยจฆฟคฏข",
    "도메인",
    "ドメイン名例",
    "MajiでKoiする5秒前",
    "「bücher」",
};
enum { STRINGS = sizeof(strings) / sizeof(*strings) };

// As Python's codec "punycode" writes them, behind "xn--" where a string is not of ASCII alone.
static const char *const right[STRINGS] = {
    "a-",
    "A-",
    "3-",
    "--",
    "---",
    "London-",
    "Lloyd-Atkinson-",
    "This has spaces-",
    "-> $1.00 <--",
    "xn--80a",
    "xn--tda",
    "xn--mxa",
    "xn--fsq",
    "xn--n28h",
    "xn--mxacd",
    "xn--Mnchen-3ya",
    "Mnchen-3ya-",
    "xn--Mnchen-Ost-9db",
    "xn--Bahnhof Mnchen-Ost-u6b",
    "xn--abcdef-qua4k",
    "xn--80aafi6cg",
    "xn--22cdfh1b8fsa",
    "xn--hq1bm8jm9l",
    "xn--eckwd4c7cu47r2wf",
    "xn--MajiKoi5-783gue6qz075azm5e",
    "xn--bcher-kva8445foa",
};

static bool is_ascii(const unsigned char *p, size_t n)
{
    size_t at = 0;
    for (; at + 9 < n; at += 8) {
        uint64_t v;
        memcpy(&v, p + at, sizeof(v));
        if (v & 0x8080808080808080)
            return false;
    }
    for (; at < n; at++)
        if (p[at] >= 0x80)
            return false;
    return true;
}

static inline bool is_continued(const unsigned char *p, int n)
{
    for (int k = 1; k < n; k++)
        if ((p[k] & 0xc0) != 0x80)
            return false;
    return true;
}

// A character of more than one byte; its length, or 0.
static inline __attribute__((always_inline)) int read_character(const unsigned char *p, uint32_t *c)
{
    if ((*p & 0xe0) == 0xc0) {
        *c = (*p & 31u) << 6 | (p[1] & 63u);
        return is_continued(p, 2) && *c >= 0x80 ? 2 : 0;
    }
    if ((*p & 0xf0) == 0xe0) {
        *c = (*p & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
        return is_continued(p, 3) && *c >= 0x800 && !(*c > 0xd7ff && *c < 0xe000) ? 3 : 0;
    }
    if ((*p & 0xf8) == 0xf0) {
        *c = (*p & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u);
        return is_continued(p, 4) && *c > 0xffff && *c <= 0x10ffff ? 4 : 0;
    }
    return 0;
}

// By insertion; a value that is there already goes.
static inline void sort_once_each(uint32_t *at, size_t n)
{
    size_t gone = 0;
    for (size_t k = 1; k < n; k++) {
        size_t end = k - gone, to = end;
        uint32_t v = at[k];
        while (to >= 1 && at[to - 1] >= v)
            to--;
        if (to == end) {
            at[to] = v;
        } else if (at[to] > v) {
            memmove(at + to + 1, at + to, (end - to) * sizeof(*at));
            at[to] = v;
        } else {
            gone++;
        }
    }
}

static inline uint32_t next_bias(uint32_t delta, uint32_t points, bool first)
{
    delta /= first ? DAMP : 2;
    delta += delta / points;
    uint32_t k = 0;
    for (; delta > (BASE - LEAST) * MOST / 2; k += BASE)
        delta /= BASE - LEAST;
    return k + BASE * delta / (delta + SKEW);
}

static inline char letter(uint32_t v)
{
    return (char)(v < 26 ? v + 'a' : v + '0' - 26);
}

static inline char *write_delta(uint32_t q, uint32_t bias, char *to, const char *end)
{
    for (uint32_t k = BASE;; k += BASE) {
        if (to >= end)
            return NULL;
        uint32_t t = k <= bias ? LEAST : k >= bias + MOST ? MOST : k - bias;
        if (q < t) {
            *to++ = letter(q);
            return to;
        }
        *to++ = letter(t + (q - t) % (BASE - t));
        q = (q - t) / (BASE - t);
    }
}

struct characters {
    uint32_t all[64], rare[64];   // rare: not of ASCII
    size_t count, rares;
};

static inline char *write_rare(struct characters *c, size_t done, char *to, const char *end)
{
    size_t basic = done;
    uint32_t n = FIRST, bias = FIRST_BIAS, delta = 0;
    sort_once_each(c->rare, c->rares);
    for (const uint32_t *next = c->rare; done < c->count; n++, delta++) {
        delta += (*next - n) * (uint32_t)(done + 1);
        n = *next++;
        for (size_t k = 0; k < c->count; k++) {
            if (c->all[k] < n && ++delta == 0)
                return NULL;
            if (c->all[k] != n)
                continue;
            if (!(to = write_delta(delta, bias, to, end)))
                return NULL;
            bias = next_bias(delta, (uint32_t)done + 1, done == basic);
            delta = 0;
            done++;
        }
    }
    return to;
}

// The bytes written, at most 63 + 4, or -1.
static __attribute__((noinline)) int punycode(const char *s, size_t n, char *to)
{
    const unsigned char *p = (const unsigned char *)s, *behind = p + n;
    if (n > ROOM - 1)
        return -1;
    if (is_ascii(p, n)) {
        memcpy(to, s, n);
        to[n] = '-';
        return (int)n + 1;
    }
    memcpy(to, "xn--", 4);
    char *start = to += 4;
    struct characters c;
    c.count = c.rares = 0;
    while (p < behind) {
        if (*p < 0x80) {
            *to++ = (char)*p;
            c.all[c.count++] = *p++;
            continue;
        }
        uint32_t v;
        int bytes = read_character(p, &v);
        if (!bytes)
            return -1;
        c.rare[c.rares++] = c.all[c.count++] = v;
        p += bytes;
    }
    size_t basic = (size_t)(to - start);
    if (basic > 0)
        *to++ = '-';
    to = write_rare(&c, basic, to, start + ROOM);
    return to ? (int)(to - start) + 4 : -1;
}

static int run(long passes, long size)
{
    (void)size;
    char to[128];
    size_t length[STRINGS];
    volatile size_t written = 0;
    for (int k = 0; k < STRINGS; k++) {
        length[k] = strlen(strings[k]);
        int n = punycode(strings[k], length[k], to);
        if (n != (int)strlen(right[k]) || memcmp(to, right[k], (size_t)n) != 0)
            return 1;
    }
    for (long i = 0; i < passes; i++)
        for (int k = 0; k < STRINGS; k++)
            written += (size_t)punycode(strings[k], length[k], to);
    size_t all = 0;
    for (int k = 0; k < STRINGS; k++)
        all += strlen(right[k]);
    return written != (size_t)passes * all;
}

static const struct kernel kernels[] = { { "encode", run } };

APP_MAIN(kernels)
