// flow: writes a guest program of random instructions joined by random branches.
//
//   flow [--seed S] [--count N] [--only ROUTINE] [--nop K,K,...] [--list 1] [--faults 1] -o FILE
//
// As gen.c beside it, but each of the N routines is a graph of pieces: some random
// instructions, then a branch of any kind, forward or back, a call, or nothing. Going back
// costs fuel (x28), so a routine ends; then the state and the scratch memory are written out.
// --only makes one routine of these alone, with the words at the given places of its body
// made NOPs (--faults: some accesses fault, see faults.h): that is how compare_flow narrows a difference. --list prints the body's words.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"

enum {
    PIECES = 24,
    FIXES = 256,
    FUEL = POINTER,
    NOP = 0xd503201f,
    MOST_WORDS = 16384,   // of a routine
};

// How the displacement of a branch is written into its word.
enum form { REL26, REL19, REL14, REL21 };

struct fix {
    size_t at;   // index of the word
    u8 form;
    u8 piece;   // it goes to
};

struct flow {
    struct gen g;
    u8 pieces;
    bool is_leaf[PIECES + 1];   // only calls go there
    size_t start[PIECES + 1];   // of each piece; the last is the end
    u32 fixes;
    struct fix fix[FIXES];
    bool faults;   // asked for
    bool leaf;   // in a called piece: x30 is not to be touched
    bool known;   // g.base holds g.base_value
    bool dense;   // few registers are used
    u8 few[6];
    u16 flag_ops[OP_COUNT], scalar_ops[OP_COUNT], all_ops[OP_COUNT];
    u32 flag_count, scalar_count, all_count;
};

// -- Instructions --

static bool vector(const struct row *r)
{
    for (int k = 0; k < 4; k++)
        if (r->file[k] == FILE_VEC)
            return true;
    return false;
}

static void list_rows(struct flow *f)
{
    for (enum op op = 1; op < OP_COUNT; op++) {
        const struct row *r = isa_row(op);
        if (!chosen(&f->g, op) || r->kind == ROW_JUMP)
            continue;
        f->all_ops[f->all_count++] = (u16)op;
        if (!vector(r))
            f->scalar_ops[f->scalar_count++] = (u16)op;
        if (r->flags & (C_R | C_W))
            f->flag_ops[f->flag_count++] = (u16)op;
    }
}

static enum op some_row(struct flow *f)
{
    switch (below(&f->g, 8)) {
    case 0:
    case 1: return f->flag_ops[below(&f->g, f->flag_count)];
    case 2:
    case 3:
    case 4: return f->scalar_ops[below(&f->g, f->scalar_count)];
    default: return f->all_ops[below(&f->g, f->all_count)];
    }
}

static bool uses_link(const struct row *r, u32 w)
{
    for (int k = 0; k < 4; k++)
        if (general(r, k) && slot(w, k) == 30)
            return true;
    return r->flags & (X30_R | X30_W) || (r->flags & (D_PAIR | M_PAIR) && slot(w, 0) >= 28);
}

static bool same(enum op op, u32 w, u32 old)
{
    return isa_match(w) == op && isa_decode(w).run == isa_decode(old).run &&
           allowed(isa_row(op), w) && !reference_is_wrong(w);
}

// The word with registers of the few that the routine uses.
static u32 few_registers(struct flow *f, enum op op, u32 w)
{
    const struct row *r = isa_row(op);
    for (int k = 0; k < 4; k++) {
        u32 with = with_slot(w, k, f->few[below(&f->g, COUNT(f->few))]);
        bool reg = general(r, k) || r->file[k] == FILE_VEC;
        if (reg && below(&f->g, 4) && same(op, with, w))
            w = with;
    }
    return w;
}

static bool plain_access(const struct row *r)
{
    static const char *const names[] = { "LDR", "STR", "LDUR", "STUR", "LDP", "STP" };
    if (general(r, 2) || r->file[1] != FILE_GPR_SP)
        return false;
    for (size_t k = 0; k < COUNT(names); k++)
        if (starts(r->name, names[k]))
            return true;
    return false;
}

// An access with the base register of the last, if that can be.
static bool same_base(struct flow *f, enum op op, u32 *w)
{
    const struct row *r = isa_row(op);
    u32 with = with_slot(*w, 1, f->g.base);
    if (!f->known || f->g.base == 31 || !plain_access(r) || !same(op, with, *w))
        return false;
    struct insn i = isa_decode(with);
    u64 value = f->g.base_value + (u64)i.imm, at = value << 8 >> 8;
    bool post = strstr(r->syntax, "],") != NULL;
    if (at < SCRATCH + 4096 || at > SCRATCH + SCRATCH_BYTES - 4096 || !below(&f->g, 4))
        return false;
    (void)post;   // either way both the old and the new value lie in the scratch memory
    if (r->flags & N_RW)
        f->g.base_value = value;
    *w = with;
    return true;
}

static void random_instruction(struct flow *f)
{
    enum op op = some_row(f);
    const struct row *r = isa_row(op);
    u32 w = next_word(&f->g, op);
    if (w && f->dense)
        w = few_registers(f, op, w);
    if (!w || (f->leaf && uses_link(r, w)))
        return;
    bool access = r->flags & (LOADS | STORES) || r->class == CLASS_PREFETCH;
    if (access && r->file[1] == FILE_GPR_SP && !same_base(f, op, &w)) {
        struct insn i = isa_decode(w);
        f->known = !f->faults || below(&f->g, 8);
        (f->known ? emit_address : emit_wild_address)(&f->g, r, &i, w);
        if (r->flags & (N_RW | M_W | M_RW))
            f->known = false;
    }
    emit(&f->g, w);
    for (int k = 0; k < 4; k++)   // what it writes may be the base
        if (general(r, k) && slot(w, k) == f->g.base && (k != 1 || !access))
            f->known = false;
    if (general(r, 0) && r->flags & D_PAIR)
        f->known = false;
}

// -- Branches --

static void branch(struct flow *f, u32 word, enum form form, u32 piece)
{
    assert(f->fixes < FIXES);
    f->fix[f->fixes++] = (struct fix){ f->g.words, (u8)form, (u8)piece };
    emit(&f->g, word);
}

static void fix_branches(struct flow *f, const u8 *nop)
{
    size_t first = f->start[0];
    for (u32 k = 0; k < f->fixes; k++) {
        struct fix x = f->fix[k];
        u32 by = (u32)(f->start[x.piece] - x.at), *w = &f->g.code[x.at];
        switch (x.form) {
        case REL26: *w |= by & 0x3ffffff; break;
        case REL19: *w |= (by & 0x7ffff) << 5; break;
        case REL14: *w |= (by & 0x3fff) << 5; break;
        default: *w |= (by & 0x7ffff) << 5;   // adr: bytes, in units of four
        }
    }
    for (size_t k = first; k < f->start[f->pieces]; k++)
        if (nop[k - first])
            f->g.code[k] = NOP;
}

static u32 some_register(struct flow *f)
{
    for (;;) {
        u32 r = f->dense && below(&f->g, 2) ? f->few[below(&f->g, 6)] : below(&f->g, 32);
        if (r != FUEL)
            return r;
    }
}

// A conditional branch of any kind.
static void conditional(struct flow *f, u32 piece)
{
    struct gen *g = &f->g;
    u32 r = some_register(f), wide = below(g, 2) << 31;
    switch (below(g, 5)) {
    case 0: branch(f, 0x34000000 | wide | below(g, 2) << 24 | r, REL19, piece); break;
    case 1:
        branch(f, 0x36000000 | wide | below(g, 2) << 24 | below(g, 32) << 19 | r, REL14, piece);
        break;
    default: branch(f, 0x54000000 | below(g, 16), REL19, piece);
    }
}

// To an earlier piece, or to this one, while there is fuel.
static void backward(struct flow *f, u32 piece)
{
    struct gen *g = &f->g;
    emit(g, 0xd1000400 | FUEL << 5 | FUEL);   // sub x28, x28, #1
    if (below(g, 3) == 0) {
        branch(f, 0xb6f80000 | FUEL, REL14, piece);   // tbz x28, #63
        return;
    }
    emit(g, 0xb7f80000 | 2 << 5 | FUEL);   // tbnz x28, #63, .+8
    conditional(f, piece);
}

static u32 indirect_register(struct flow *f)
{
    u32 r;
    do
        r = some_register(f);
    while (r == 31 || r == 30);
    return r;
}

static void indirect(struct flow *f, u32 piece, bool link)
{
    u32 r = indirect_register(f);
    branch(f, 0x10000000 | r, REL21, piece);   // adr
    f->known = false;
    emit(&f->g, (link ? 0xd63f0000 : 0xd61f0000) | r << 5);
}

static u32 not_leaf(const struct flow *f, u32 piece)
{
    while (f->is_leaf[piece])
        piece++;
    return piece;
}

static void terminator(struct flow *f, u32 me)
{
    struct gen *g = &f->g;
    u32 ahead = not_leaf(f, me + 1 + below(g, f->pieces - me));
    u32 back = not_leaf(f, below(g, 2) ? me : below(g, me + 1));
    switch (below(g, 8)) {
    case 0: break;
    case 1:
    case 2:
    case 3: conditional(f, ahead); break;
    case 4:
    case 5: backward(f, back); break;
    case 6: branch(f, 0x14000000, REL26, ahead); break;
    default: indirect(f, ahead, false);
    }
}

static u32 length(struct flow *f)
{
    switch (below(&f->g, 12)) {
    case 0: return 0;
    case 1: return 20 + below(&f->g, 80);   // longer than the translator's blocks
    default: return 1 + below(&f->g, 8);
    }
}

// Rounding mode, DN, FZ.
static void new_fpcr(struct flow *f)
{
    u32 bits =
        below(&f->g, 4) ? below(&f->g, 4) << 22 | below(&f->g, 2) << 25 : below(&f->g, 32) << 22;
    emit_constant(&f->g, HELPER, bits);
    emit_msr(&f->g, SYS_FPCR, HELPER);
    f->known = false;
}

static void body(struct flow *f)
{
    for (u32 n = length(f); n; n--)
        random_instruction(f);
    if (below(&f->g, 24) == 0)
        new_fpcr(f);
    if (f->faults && below(&f->g, 24) == 0)
        emit_no_instruction(&f->g);
}

// A piece that is called: the code goes round it.
static void leaf(struct flow *f, u32 me)
{
    u32 over = not_leaf(f, me);
    branch(f, 0x14000000, REL26, over);
    f->start[me] = f->g.words;
    f->leaf = true;
    f->known = false;
    body(f);
    if (below(&f->g, 2))
        conditional(f, over);   // does not come back
    f->leaf = false;
    emit(&f->g, 0xd65f03c0);   // ret
}

static void pieces(struct flow *f)
{
    struct gen *g = &f->g;
    u32 last_leaf = 0;
    f->pieces = (u8)(3 + below(g, PIECES - 3));
    f->fixes = 0;
    for (u32 k = 0; k <= f->pieces; k++)
        f->is_leaf[k] = k && k + 1 < f->pieces && below(g, 6) == 0;
    for (u32 k = 0; k < f->pieces; k++) {
        f->start[k] = g->words;
        f->known = false;
        if (f->is_leaf[k]) {
            leaf(f, k);
            last_leaf = k;
            continue;
        }
        body(f);
        f->known = false;
        if (last_leaf && below(g, 3) == 0) {   // a call goes back, too
            emit(g, 0xd1000400 | FUEL << 5 | FUEL);
            emit(g, 0xb7f80000 | 3 << 5 | FUEL);   // tbnz x28, #63, .+12
            if (below(g, 2)) {
                branch(f, 0x94000000, REL26, last_leaf);
                emit(g, NOP);
            } else {
                indirect(f, last_leaf, true);
            }
        }
        terminator(f, k);
    }
    f->start[f->pieces] = g->words;
}

static void routine(struct flow *f, u64 seed, u64 number, u64 states, const u8 *nop)
{
    struct gen *g = &f->g;
    g->random = (seed * 0x9e3779b97f4a7c15 ^ (number + 1) * 0xd1342543de82ef95) | 1;
    for (int k = 0; k < 8; k++)
        next(g);
    make_state(g, g->states + g->blocks * STATE_BYTES);
    emit_load_state(g, states + g->blocks * STATE_BYTES);
    g->blocks++;
    f->dense = below(g, 2);
    for (size_t k = 0; k < COUNT(f->few); k++) {
        do
            f->few[k] = (u8)below(g, 32);
        while (f->few[k] == FUEL);
    }
    memset(g->variant, 0, sizeof(g->variant));
    for (enum op op = 1; op < OP_COUNT; op++)
        g->variant[op] = below(g, 64);
    emit_constant(g, FUEL, 4 + below(g, 40));
    pieces(f);
    assert(g->words - f->start[0] < MOST_WORDS);
    fix_branches(f, nop);
    emit_dump_state(g);
}

static void list_body(const struct flow *f)
{
    for (size_t k = f->start[0]; k < f->start[f->pieces]; k++) {
        char text[96];
        u64 pc = CODE + 0x1000 + 4 * k;
        isa_disassemble(f->g.code[k], pc, text, sizeof(text));
        printf("%zu %llx %08x %s\n", k - f->start[0], (unsigned long long)pc, f->g.code[k], text);
    }
}

static void read_places(u8 *nop, const char *list)
{
    while (*list) {
        char *end;
        unsigned long k = strtoul(list, &end, 10);
        if (k < MOST_WORDS)
            nop[k] = 1;
        list = *end ? end + 1 : end;
    }
}

int main(int argc, char **argv)
{
    static struct flow f = { .g = { .prefix = "" } };
    static u8 nop[MOST_WORDS];
    const char *out = NULL;
    u64 seed = 1, count = 100, only = ~0ull;
    bool list = false;
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
        else if (!strcmp(o, "--only"))
            only = strtoull(v, NULL, 0);
        else if (!strcmp(o, "--nop"))
            read_places(nop, v);
        else if (!strcmp(o, "--list"))
            list = true;
        else if (!strcmp(o, "--faults"))
            f.faults = true;
        else if (!strcmp(o, "-o"))
            out = v;
        else
            return fprintf(stderr, "flow: unknown option %s\n", o), 64;
    }
    if (!out)
        return fprintf(stderr, "flow: -o FILE is missing\n"), 64;
    if (only != ~0ull)
        count = 1;
    u64 states = (CODE + 0x1000 + count * 4 * MOST_WORDS + 0x3fff) & ~0x3fffull;
    f.g.states = calloc(count, STATE_BYTES);
    assert(f.g.states);
    list_rows(&f);
    if (f.faults)
        emit_fault_handler(&f.g);
    for (u64 k = 0; k < count; k++)
        routine(&f, seed, only != ~0ull ? only : k, states, nop);
    if (list)
        list_body(&f);
    emit_constant(&f.g, 0, 0);
    emit_constant(&f.g, 8, 94);
    emit(&f.g, 0xd4000001);   // exit_group(0)
    assert(CODE + 0x1000 + f.g.words * 4 < states);
    write_elf(&f.g, out, states);
    free(f.g.states);
    free(f.g.code);
    return 0;
}
