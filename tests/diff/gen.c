// gen: writes a guest program of random instructions, made from the rows of isa/a64.def.
//
//   gen [--seed S] [--count N] [--rows PREFIX] [--detail BLOCK] [--list BLOCK] -o FILE
//
// The program is a static ELF without libc. It works in blocks of BLOCK_SIZE random
// instructions: a block loads every register, NZCV, FPCR and FPSR with hostile values,
// runs, and writes the state after it, with the scratch memory, to standard output. With
// --detail, the state is also written after each instruction of that block. --list prints
// a block's words. The same seed gives the same program. What the program writes under
// two emulators must be the same bytes: see compare, beside this file.
//
// The rows' coverage goes to standard error: how many (row, variant) pairs were made.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

static void make_block(struct gen *g, u64 states, enum op *op)
{
    long me = (long)g->blocks;
    make_state(g, g->states + g->blocks * STATE_BYTES);
    emit_load_state(g, states + g->blocks * STATE_BYTES);
    g->blocks++;
    for (int k = 0; k < BLOCK_SIZE; k++) {
        do
            *op = *op + 1 < OP_COUNT ? *op + 1 : 1;
        while (!chosen(g, *op));
        g->block[k] = emit_random(g, *op);
        if (g->detail == me)
            emit_dump_state(g);
    }
    if (g->detail != me)
        emit_dump_state(g);
    if (g->list == me)
        for (int k = 0; k < BLOCK_SIZE; k++) {
            char text[96];
            printf("%08x %s\n", g->block[k], isa_disassemble(g->block[k], 0, text, sizeof(text)));
        }
}

static void report_coverage(const struct gen *g)
{
    u32 made = 0, possible = 0, rows = 0;
    for (enum op op = 1; op < OP_COUNT; op++) {
        rows += chosen(g, op);
        for (u32 v = 0; chosen(g, op) && v < 1u << isa_row(op)->variant_bits; v++) {
            made += g->hit[isa_row(op)->run + v] == MADE;
            possible += g->hit[isa_row(op)->run + v] != IMPOSSIBLE;
        }
    }
    fprintf(stderr, "%u of %u variants of %u rows in %zu blocks\n", made, possible, rows,
            g->blocks);
}

int main(int argc, char **argv)
{
    struct gen g = { .prefix = "", .detail = -1, .list = -1 };
    const char *out = NULL;
    u64 seed = 1;
    size_t count = 1000;
    if (argc == 2 && !strcmp(argv[1], "--fields")) {
        print_fields();
        return 0;
    }
    for (int k = 1; k + 1 < argc; k += 2) {
        const char *o = argv[k], *v = argv[k + 1];
        if (!strcmp(o, "--seed"))
            seed = strtoull(v, NULL, 0);
        else if (!strcmp(o, "--count"))
            count = strtoull(v, NULL, 0);
        else if (!strcmp(o, "--rows"))
            g.prefix = v;
        else if (!strcmp(o, "--detail"))
            g.detail = atol(v);
        else if (!strcmp(o, "--list"))
            g.list = atol(v);
        else if (!strcmp(o, "-o"))
            out = v;
        else
            return fprintf(stderr, "gen: unknown option %s\n", o), 64;
    }
    if (!out)
        return fprintf(stderr, "gen: -o FILE is missing\n"), 64;

    size_t blocks = (count + BLOCK_SIZE - 1) / BLOCK_SIZE;
    u64 states =
        CODE + 0x1000 + (u64)blocks * BLOCK_SIZE * 4 * 24 + blocks * 4 * 256;   // room for the code
    states = (states + 0x200000 + 4095) & ~4095ull;
    g.states = calloc(blocks, STATE_BYTES);
    g.random = seed * 0x9e3779b97f4a7c15 | 1;
    for (int k = 0; k < 8; k++)
        next(&g);
    enum op op = (enum op)(1 + below(&g, OP_COUNT - 1));
    bool any = false;
    for (enum op k = 1; k < OP_COUNT; k++)
        any |= chosen(&g, k);
    if (!any || !g.states)
        return fprintf(stderr, "gen: no row starts with '%s'\n", g.prefix), 64;
    for (size_t b = 0; b < blocks; b++)
        make_block(&g, states, &op);
    emit_constant(&g, 0, 0);
    emit_constant(&g, 8, 94);
    emit(&g, 0xd4000001);   // exit_group(0)
    assert(CODE + 0x1000 + g.words * 4 < states);
    write_elf(&g, out, states);
    report_coverage(&g);
    free(g.states);
    free(g.code);
    return 0;
}
