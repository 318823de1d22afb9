// words: random words with our disassembly, for tests/disasm/compare.
//
//   words PART PREFIX COUNT SEED
//
// Prints COUNT lines "word<TAB>row<TAB>text" for the rows of a64_PART.def (or "all") whose
// names begin with PREFIX. Half of the words match the fixed bits of a row, each row alike; a
// quarter do but for one to three of their bits; with PREFIX empty, a quarter are random
// words of the part's space. Text is "-" where we say UNDEFINED.
//
//   words fields PREFIX COUNT SEED
//
// Every value of every field that is not a register, for the rows whose names begin with
// PREFIX; registers are random. Rows with more than COUNT values have COUNT random ones.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/decode.h"

// Spaces of the encoding by bits 28-25 (Arm ARM C4.1).
static const struct part {
    const char *name;
    u32 mask, bits[3];
    u8 spaces;
} parts[] = {
    { "base", 0x1c000000, { 0x10000000, 0x14000000, 0x0a000000 }, 3 },
    { "mem", 0x0a000000, { 0x08000000 }, 1 },
    { "fp", 0x0e000000, { 0x0e000000 }, 1 },
    { "simd", 0x0e000000, { 0x0e000000 }, 1 },
    { "all", 0, { 0 }, 1 },
};

static const char *part_of(enum op op)
{
    static const char *const names[OP_COUNT] = {
#define JUMP INSN
#define EXIT INSN
#define INSN(name, ...) [OP_##name] = "base",
#include "isa/a64_base.def"
#undef INSN
#define INSN(name, ...) [OP_##name] = "mem",
#include "isa/a64_mem.def"
#undef INSN
#define INSN(name, ...) [OP_##name] = "fp",
#include "isa/a64_fp.def"
#undef INSN
#define INSN(name, ...) [OP_##name] = "simd",
#include "isa/a64_simd.def"
#undef INSN
    };
    return names[op];
}

static u32 random_word(u64 *s)
{
    *s += 0x9e3779b97f4a7c15u;   // splitmix64
    u64 z = (*s ^ *s >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (u32)(z >> 32);
}

static u32 near_row(u64 *s, const struct row *r)
{
    u32 w = (random_word(s) & ~r->mask) | r->bits;
    // Registers 31 and fields all zero or all one are where the exceptions are.
    u32 kind = random_word(s);
    for (int low = 0; low <= 16; low += 5 + (low == 5) * 6, kind >>= 3)
        if ((kind & 7) == 0)
            w |= (31u << low) & ~r->mask;
    return w;
}

static u32 pick(u64 *s, const struct part *p, const enum op *rows, u32 count, bool whole_part,
                u32 k)
{
    const struct row *r = isa_row(rows[k / 4 % count]);
    u32 w = near_row(s, r);
    switch (k % 4) {
    case 0:
        for (u32 n = 1 + random_word(s) % 3; n; n--)
            w ^= 1u << random_word(s) % 32;
        return w;
    case 1:
        if (!whole_part)
            return w;
        w = random_word(s);
        return (w & ~p->mask) | p->bits[random_word(s) % p->spaces];
    default: return w;
    }
}

static void print_word(u32 w)
{
    char buf[96];
    bool defined = isa_decode(w).run != RUN_UNDEFINED;
    printf("%08x\t%s\t%s\n", w, isa_row(isa_match(w))->name,
           defined ? isa_disassemble(w, 0, buf, sizeof(buf)) : "-");
}

// The places of the row's fields that hold no register.
static u32 field_mask(const struct row *r)
{
    u32 mask = 0;
    int place = 31;
    for (const char *p = r->encoding; *p; p++)
        if (*p != ' ') {
            if (!strchr("01xdnmat", *p))
                mask |= 1u << place;
            place--;
        }
    return mask & ~r->mask;
}

static void print_fields(const struct row *r, u64 limit, u64 *seed)
{
    u32 mask = field_mask(r);
    u64 values = 1ull << __builtin_popcount(mask);
    u32 field = 0;
    for (u64 k = 0; k < values && k < limit; k++) {
        u32 w = near_row(seed, r);
        w = (w & ~mask) | (values > limit ? random_word(seed) & mask : field);
        print_word(w);
        field = (field - mask) & mask;   // the next value of the scattered bits
    }
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return fprintf(stderr, "usage: words PART PREFIX COUNT SEED\n"), 64;
    u64 seed = strtoull(argv[4], NULL, 0);
    if (!strcmp(argv[1], "fields")) {
        for (enum op op = 1; op < OP_COUNT; op++)
            if (!strncmp(isa_row(op)->name, argv[2], strlen(argv[2])))
                print_fields(isa_row(op), strtoull(argv[3], NULL, 0), &seed);
        return 0;
    }
    const struct part *p = parts;
    while (strcmp(p->name, argv[1]))
        if (++p == parts + COUNT(parts))
            return fprintf(stderr, "words: no part '%s'\n", argv[1]), 64;
    static enum op rows[OP_COUNT];
    u32 count = 0;
    for (enum op op = 1; op < OP_COUNT; op++)
        if ((!p->mask || !strcmp(part_of(op), p->name)) &&
            !strncmp(isa_row(op)->name, argv[2], strlen(argv[2])))
            rows[count++] = op;
    if (!count)
        return fprintf(stderr, "words: no rows '%s'\n", argv[2]), 64;

    for (u32 k = 0, n = (u32)strtoul(argv[3], NULL, 0); k < n; k++)
        print_word(pick(&seed, p, rows, count, !*argv[2], k));
    return 0;
}
