// crc32: the checksum of IEEE 802.3 by one table, by eight tables, and bit by bit.
// Checked by: the published value of "123456789", and the three ways agree.
#include "check.h"

enum { BYTES = 32768 };

static uint32_t tables[8][256];

static uint32_t one_byte(uint32_t c)
{
    for (int i = 0; i < 8; i++)
        c = c >> 1 ^ (0xedb88320u & -(c & 1));
    return c;
}

static void make_tables(void)
{
    for (uint32_t b = 0; b < 256; b++)
        tables[0][b] = one_byte(b);
    for (int t = 1; t < 8; t++)
        for (uint32_t b = 0; b < 256; b++)
            tables[t][b] = tables[t - 1][b] >> 8 ^ tables[0][tables[t - 1][b] & 255];
}

static uint32_t by_bits(uint32_t c, const uint8_t *p, size_t n)
{
    for (c = ~c; n-- > 0; p++)
        c = one_byte(c ^ *p);
    return ~c;
}

static uint32_t by_one(uint32_t c, const uint8_t *p, size_t n)
{
    for (c = ~c; n-- > 0; p++)
        c = c >> 8 ^ tables[0][(c ^ *p) & 255];
    return ~c;
}

static uint32_t by_eight(uint32_t c, const uint8_t *p, size_t n)
{
    for (c = ~c; n >= 8; p += 8, n -= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        w ^= c;
        c = 0;
        for (int i = 0; i < 8; i++, w >>= 8)
            c ^= tables[7 - i][w & 255];
    }
    return by_one(~c, p, n);
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30), agreed = 0;
    static uint8_t data[BYTES];
    uint32_t seed = 9, all = 0;

    make_tables();
    for (uint64_t round = 0; round < scale; round++) {
        for (size_t i = 0; i < BYTES; i++)
            data[i] = (uint8_t)random_next(&seed);
        size_t from = round % 8, n = BYTES - 8 - round % 13;
        uint32_t crc = by_one(0, data + from, n);
        bool eight = by_eight(0, data + from, n) == crc;
        bool bits = by_bits(0, data, 512) == by_one(0, data, 512);
        bool parts = by_one(by_one(0, data + from, 100), data + from + 100, n - 100) == crc;
        agreed += eight && bits && parts;
        all ^= crc;
    }
    printf("all %08" PRIx32 "\n", all);
    int bad = expect("agreed", agreed, scale);
    return bad | expect("123456789", by_eight(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
}
