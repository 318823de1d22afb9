// sha256: the hash of FIPS 180-4 over a buffer, each result being the start of the next message.
// Checked by: the published digests of "abc" and of a longer message (FIPS 180-2, B.1 and B.2), and
// for a scale of 100 and more of a million letters 'a' (B.3).
#include "check.h"

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
static uint32_t constants[64];

static const uint32_t first_state[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

struct sha256 {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[64];
};

// The largest r with r^3 <= prime * 2^96 is 2^32 times the cube root; its low half is the constant.
static uint32_t cube_root_fraction(uint32_t prime)
{
    uint64_t r = 0;
    for (uint64_t bit = 1ull << 34; bit; bit >>= 1) {
        uint64_t t = r | bit;
        if ((unsigned __int128)t * t * t <= (unsigned __int128)prime << 96)
            r = t;
    }
    return (uint32_t)r;
}

static void make_constants(void)
{
    int n = 0;
    for (uint32_t p = 2; n < 64; p++) {
        uint32_t d = 2;
        while (d * d <= p && p % d)
            d++;
        if (d * d > p)
            constants[n++] = cube_root_fraction(p);
    }
}

static uint32_t right(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void absorb(uint32_t *state, const uint8_t *block)
{
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (right(x, 7) ^ right(x, 18) ^ x >> 3) + w[i - 7] +
               (right(y, 17) ^ right(y, 19) ^ y >> 10);
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t a = s[0], e = s[4];
        uint32_t t1 = s[7] + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) +
                      ((e & s[5]) ^ (~e & s[6])) + constants[i] + w[i];
        uint32_t t2 =
            (right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

static void begin(struct sha256 *h)
{
    memcpy(h->state, first_state, sizeof h->state);
    h->length = 0;
}

static void update(struct sha256 *h, const void *data, size_t n)
{
    const uint8_t *p = data;
    while (n > 0) {
        size_t at = h->length % 64, take = 64 - at < n ? 64 - at : n;
        memcpy(h->block + at, p, take);
        h->length += take;
        p += take;
        n -= take;
        if (h->length % 64 == 0)
            absorb(h->state, h->block);
    }
}

static void finish(struct sha256 *h, uint8_t digest[32])
{
    uint64_t bits = h->length * 8;
    update(h, "\x80", 1);
    while (h->length % 64 != 56)
        update(h, "", 1);
    uint8_t end[8];
    for (int i = 0; i < 8; i++)
        end[i] = (uint8_t)(bits >> (56 - 8 * i));
    update(h, end, 8);
    for (int i = 0; i < 32; i++)
        digest[i] = (uint8_t)(h->state[i / 4] >> (24 - i % 4 * 8));
}

static int expect_digest(const char *what, struct sha256 *h, const char *want)
{
    uint8_t digest[32];
    char text[65];
    finish(h, digest);
    for (int i = 0; i < 32; i++)
        sprintf(text + 2 * i, "%02x", digest[i]);
    bool same = strcmp(text, want) == 0;
    printf("%s %s%s\n", what, text, same ? "" : " WRONG");
    return !same;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 40);
    static uint8_t message[16384];
    struct sha256 h;

    make_constants();
    for (uint64_t i = 0; i < scale; i++) {
        begin(&h);
        update(&h, message, sizeof message);
        finish(&h, message);
    }
    printf("chain %02x%02x%02x%02x\n", message[0], message[1], message[2], message[3]);

    begin(&h);
    update(&h, "abc", 3);
    int bad = expect_digest("abc", &h,
                            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    static const char *const long_message =
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    begin(&h);
    update(&h, long_message, strlen(long_message));
    bad |= expect_digest("abcdbcde", &h,
                         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    if (scale < 100)
        return bad;
    begin(&h);
    memset(message, 'a', sizeof message);
    for (size_t left = 1000000; left > 0;) {
        size_t n = left < sizeof message ? left : sizeof message;
        update(&h, message, n);
        left -= n;
    }
    return bad | expect_digest("million a", &h,
                               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
