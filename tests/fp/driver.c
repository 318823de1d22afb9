// driver: runs each word of `words` on hostile operands under many settings of FPCR.
//
// Without arguments it prints, for each word, a hash of every result. With an index it prints
// what that word does each time: operands, results, flags. tests/fp/compare runs it under
// qemu-aarch64 and under m2sim and compares.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state {
    uint64_t v[8][2];
    uint64_t x[8];
    uint64_t nzcv, fpcr, fpsr;
};

void run(struct state *s, const uint32_t *code);
extern const uint32_t words[];   // word, RET, word, RET …
extern const uint32_t word_count;

static uint64_t seed = 88172645463325252u;

static uint64_t next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static const uint64_t doubles[] = {
    0x0000000000000000, 0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000,
    0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000001,
    0x7ff0000000000001, 0xfff4000000000123, 0x7fefffffffffffff, 0xffefffffffffffff,
    0x0010000000000000, 0x8010000000000000, 0x000fffffffffffff, 0x0000000000000001,
    0x8000000000000001, 0x0008000000000000, 0x3fe0000000000000, 0x4000000000000000,
    0x43e0000000000000, 0xc3e0000000000000, 0x43efffffffffffff, 0x43dfffffffffffff,
    0x41e0000000000000, 0xc1e0000000200000, 0x41dfffffffe00000, 0x3ff8000000000000,
    0x4004000000000000, 0xbfe0000000000001, 0x47efffffe0000000, 0x47efffffefffffff,
    0x3810000000000000, 0x380fffffffffffff, 0x380fffffc0000000, 0x36a0000000000000,
    0x3690000000000000, 0x40efffc000000000, 0x40effe0000000000, 0x3f10000000000000,
    0x433fffffffffffff, 0x4330000000000001, 0x1ff0000000000000, 0x1ffffffffffffffe,
    0x3fefffffffffffff, 0x20b0000000000000,
};
static const uint32_t singles[] = {
    0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00123,
    0x7f800001, 0xffa00000, 0x7f7fffff, 0xff7fffff, 0x00800000, 0x80800000, 0x007fffff, 0x00000001,
    0x80000001, 0x00400000, 0x3f000000, 0x40000000, 0x5f000000, 0xdf000000, 0x5f7fffff, 0x4f000000,
    0xcf000000, 0x4effffff, 0x3fc00000, 0x40200000, 0xbf000001, 0x477fe000, 0x477fefff, 0x477ff000,
    0x38800000, 0x387fffff, 0x33800000, 0x33000000, 0x4b000001, 0x4affffff, 0x1fffffff, 0x20000000,
    0x3f7fffff, 0x7e800000, 0x3fb504f3, 0x7f7f8000, 0x7f7f7fff, 0x00ffffff,
};
static const uint16_t halves[] = {
    0x0000, 0x8000, 0x3c00, 0xbc00, 0x7c00, 0xfc00, 0x7e00, 0xfe01, 0x7c01, 0xfd00, 0x7bff, 0xfbff,
    0x0400, 0x8400, 0x03ff, 0x0001, 0x8001, 0x0200, 0x3800, 0x4000, 0x7800, 0x77ff, 0x3e00, 0x4100,
    0xb801, 0x6400, 0x6401, 0x63ff, 0x0fff, 0x1000, 0x3bff, 0x7400, 0x5fff, 0x0100, 0x2e66, 0xd640,
};

#define PICK(table) table[next() % (sizeof(table) / sizeof(table[0]))]

static uint64_t operand(unsigned kind)
{
    uint64_t r = next();
    switch (kind % 8) {
    case 0: return r;
    case 1: return PICK(doubles);
    case 2: return PICK(doubles) ^ (r & 0x800000000000000f);
    case 3: return PICK(singles) | (uint64_t)PICK(singles) << 32;
    case 4: return (PICK(singles) | (uint64_t)PICK(singles) << 32) ^ (r & 0x8000000780000007);
    case 5:
        return PICK(halves) | (uint64_t)PICK(halves) << 16 | (uint64_t)PICK(halves) << 32 |
               (uint64_t)PICK(halves) << 48;
    case 6: return (r & 0x800fffffffffffff) | (uint64_t)(1023 - 30 + next() % 60) << 52;
    default:
        return (r & 0x807fffff807fffff) | (uint64_t)(127 - 12 + next() % 24) << 55 |
               (127 - 12 + next() % 24) << 23;
    }
}

static const uint32_t settings[] = {
    0,       0,       0,       1 << 22,    2 << 22,    3 << 22,    1 << 24,
    1 << 25, 1 << 26, 1 << 19, 0x01480000, 0x03c80000, 0x06800000,
};

static void fill(struct state *s, unsigned round)
{
    unsigned kind = (unsigned)next();
    for (int k = 0; k < 8; k++) {
        unsigned use = round % 3 ? kind : (unsigned)next();   // mostly one kind, so that types meet
        s->v[k][0] = operand(use);
        s->v[k][1] = operand(use);
        s->x[k] = next() % 4 ? next() >> next() % 64 : -(uint64_t)(next() >> next() % 64);
        if (k && next() % 8 == 0)
            memcpy(s->v[k], s->v[k - 1], sizeof(s->v[k]));
    }
    s->nzcv = (next() & 15) << 28;
    s->fpcr = PICK(settings);
    s->fpsr = 0;
}

static void print(const char *what, const struct state *s)
{
    printf("%s", what);
    for (int k = 0; k < 8; k++)
        printf(" v%d %016lx%016lx", k, s->v[k][1], s->v[k][0]);
    for (int k = 0; k < 8; k++)
        printf(" x%d %lx", k, s->x[k]);
    printf(" nzcv %lx fpcr %lx fpsr %lx\n", s->nzcv >> 28, s->fpcr, s->fpsr);
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 64;
    unsigned only = argc > 2 ? (unsigned)atoi(argv[2]) : ~0u;
    for (unsigned k = 0; k < word_count; k++) {
        uint64_t hash = 14695981039346656037u;
        seed = 88172645463325252u + k * 7919;
        next();
        next();
        if (only != ~0u && k != only)
            continue;
        for (unsigned r = 0; r < rounds; r++) {
            struct state s;
            fill(&s, r);
            if (k == only)
                print("in ", &s);
            run(&s, &words[2 * k]);
            if (k == only)
                print("out", &s);
            for (size_t b = 0; b < sizeof(s) / 8; b++)
                hash = (hash ^ ((uint64_t *)&s)[b]) * 1099511628211u;
        }
        if (only == ~0u)
            printf("%u %08x %016lx\n", k, words[2 * k], hash);
    }
    return 0;
}
