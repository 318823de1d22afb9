// lz: a compressor of the Lempel-Ziv kind (hashed 4-byte matches, byte-aligned output) and its
// decompressor. Checked by: what comes back is what went in, and repetitive text shrinks.
//
// Output: a byte c < 128 means c + 1 literal bytes follow; c >= 128 a match of c - 124 bytes at a
// distance of two bytes, low byte first.
#include "check.h"

enum { INPUT = 32768, HASHES = 4096, LONGEST = 131 };

static uint32_t four(const uint8_t *p)
{
    uint32_t w;
    memcpy(&w, p, 4);
    return w;
}

static uint8_t *put_literals(uint8_t *out, const uint8_t *from, size_t n)
{
    while (n > 0) {
        size_t take = n < 128 ? n : 128;
        *out++ = (uint8_t)(take - 1);
        memcpy(out, from, take);
        out += take;
        from += take;
        n -= take;
    }
    return out;
}

static size_t compress(const uint8_t *in, size_t n, uint8_t *out)
{
    static uint32_t last[HASHES]; // position + 1 of the last four bytes with this hash
    uint8_t *const start = out;
    size_t at = 0, literals = 0;
    memset(last, 0, sizeof last);
    while (at + 4 <= n) {
        uint32_t h = four(in + at) * 2654435761u >> 20;
        size_t before = last[h], length = 0;
        last[h] = (uint32_t)at + 1;
        if (before && at - (before - 1) < 65536 && four(in + before - 1) == four(in + at)) {
            const uint8_t *old = in + before - 1;
            size_t most = n - at < LONGEST ? n - at : LONGEST;
            for (length = 4; length < most && old[length] == in[at + length];)
                length++;
        }
        if (!length) {
            at++;
            continue;
        }
        size_t distance = at - (before - 1);
        out = put_literals(out, in + literals, at - literals);
        *out++ = (uint8_t)(length + 124);
        *out++ = (uint8_t)distance;
        *out++ = (uint8_t)(distance >> 8);
        at += length;
        literals = at;
    }
    return (size_t)(put_literals(out, in + literals, n - literals) - start);
}

static size_t decompress(const uint8_t *in, size_t n, uint8_t *out)
{
    uint8_t *const start = out;
    const uint8_t *const end = in + n;
    while (in < end) {
        size_t c = *in++;
        if (c < 128) {
            memcpy(out, in, c + 1);
            in += c + 1;
            out += c + 1;
            continue;
        }
        const uint8_t *from = out - (in[0] | in[1] << 8);
        in += 2;
        for (size_t left = c - 124; left > 0; left--)
            *out++ = *from++;
    }
    return (size_t)(out - start);
}

// Text made of a small vocabulary, so that it repeats itself.
static void write_text(uint8_t *text, uint32_t *seed)
{
    static const char *const vocabulary[] = {
        "load ", "store ", "branch ", "of the ", "cache ",     "miss\n", "retire ", "and ",
        "port ", "queue ", "is ",     "a ",      "predictor ", "line ",  "cycle, ", "0x1000 ",
    };
    for (size_t at = 0; at < INPUT;) {
        const char *word = vocabulary[random_next(seed) >> 11 & 15];
        for (; *word && at < INPUT; word++)
            text[at++] = (uint8_t)*word;
    }
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30), same = 0, small = 0, total = 0;
    static uint8_t text[INPUT], packed[2 * INPUT], back[INPUT];
    uint32_t seed = 17;

    for (uint64_t round = 0; round < scale; round++) {
        write_text(text, &seed);
        size_t n = compress(text, INPUT, packed);
        same += decompress(packed, n, back) == INPUT && memcmp(text, back, INPUT) == 0;
        small += n < INPUT * 3 / 4;
        total += n;
    }
    printf("packed %" PRIu64 "\n", total);
    int bad = expect("same", same, scale);
    return bad | expect("smaller", small, scale);
}
