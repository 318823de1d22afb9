// See words.h.
#include "words.h"

#include <assert.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

u64 next(struct gen *g)
{
    u64 x = g->random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    g->random = x;
    return x * 0x2545f4914f6cdd1d;
}

u32 below(struct gen *g, u32 n)
{
    return (u32)((next(g) >> 32) * n >> 32);
}

void emit(struct gen *g, u32 word)
{
    if (g->words == g->room) {
        g->room = g->room ? 2 * g->room : 1 << 16;
        g->code = realloc(g->code, g->room * 4);
        assert(g->code);
    }
    g->code[g->words++] = word;
}

// -- The few instructions the frame of a block is made of --

void emit_constant(struct gen *g, u32 reg, u64 value)
{
    emit(g, 0xd2800000 | (u32)(value & 0xffff) << 5 | reg);                       // movz
    for (u32 k = 1; k < 4; k++)
        if (value >> 16 * k & 0xffff)
            emit(g, 0xf2800000 | k << 21 | (u32)(value >> 16 * k & 0xffff) << 5 | reg);   // movk
}

static void emit_ldr(struct gen *g, u32 reg, u32 at)
{
    emit(g, 0xf9400000 | at / 8 << 10 | POINTER << 5 | reg);
}
static void emit_str(struct gen *g, u32 reg, u32 at)
{
    emit(g, 0xf9000000 | at / 8 << 10 | POINTER << 5 | reg);
}
static void emit_ldr_q(struct gen *g, u32 reg, u32 at)
{
    emit(g, 0x3dc00000 | at / 16 << 10 | POINTER << 5 | reg);
}
static void emit_str_q(struct gen *g, u32 reg, u32 at)
{
    emit(g, 0x3d800000 | at / 16 << 10 | POINTER << 5 | reg);
}
static void emit_mov_sp(struct gen *g, u32 reg)
{
    emit(g, 0x9100001f | reg << 5);
}

void emit_msr(struct gen *g, u32 sys, u32 reg)
{
    emit(g, MSR | (sys & 0xfffff) | reg);
}
static void emit_mrs(struct gen *g, u32 sys, u32 reg)
{
    emit(g, MRS | (sys & 0xfffff) | reg);
}

void emit_load_state(struct gen *g, u64 state)
{
    emit(g, 0xd5033f5f);   // clrex
    emit_constant(g, POINTER, state);
    static const struct {
        u32 sys, at;
    } special[] = { { SYS_NZCV, AT_cpsr }, { SYS_FPCR, AT_fpcr }, { SYS_FPSR, AT_fpsr } };
    for (size_t k = 0; k < COUNT(special); k++) {
        emit_ldr(g, 0, special[k].at);
        emit_msr(g, special[k].sys, 0);
    }
    emit_ldr(g, 0, AT_sp);
    emit_mov_sp(g, 0);
    for (u32 k = 0; k < 32; k++)
        emit_ldr_q(g, k, AT_v + 16 * k);
    for (u32 k = 0; k < 31; k++)
        if (k != POINTER)
            emit_ldr(g, k, AT_x + 8 * k);
}

// Stores the state and writes it; x0 to x2 and x8 come back from the store.
void emit_dump_state(struct gen *g)
{
    emit_constant(g, POINTER, OUT);
    for (u32 k = 0; k < 31; k++)
        if (k != POINTER)
            emit_str(g, k, AT_x + 8 * k);
    emit(g, 0x910003e0);   // mov x0, sp
    emit_str(g, 0, AT_sp);
    static const struct {
        u32 sys, at;
    } special[] = { { SYS_NZCV, AT_cpsr }, { SYS_FPCR, AT_fpcr }, { SYS_FPSR, AT_fpsr } };
    for (size_t k = 0; k < COUNT(special); k++) {
        emit_mrs(g, special[k].sys, 0);
        emit_str(g, 0, special[k].at);
    }
    for (u32 k = 0; k < 32; k++)
        emit_str_q(g, k, AT_v + 16 * k);
    emit_constant(g, 0, 1);
    emit_constant(g, 1, OUT);
    emit_constant(g, 2, WINDOW + WINDOW_BYTES - OUT);
    emit_constant(g, 8, 64);
    emit(g, 0xd4000001);   // svc: write(1, …)
    static const u32 used[] = { 0, 1, 2, 8 };
    for (size_t k = 0; k < COUNT(used); k++)
        emit_ldr(g, used[k], AT_x + 8 * used[k]);
}

void print_fields(void)
{
    struct reg reg;
    u32 at = 0;
    for (u32 k = 0; at < STATE_BYTES && reg_of(k, &reg); k++) {
        u32 bytes = reg.bytes < 8 ? 8 : reg.bytes;
        char number[12] = "";
        if (reg.index >= 0)
            snprintf(number, sizeof(number), "%d", reg.index);
        if (at != AT_pc && !(reg.index == POINTER && reg.bytes == 8))   // lost, see emit_dump_state
            printf("%s%s %u %u\n", reg.name, number, at, bytes);
        at += bytes;
    }
}

// -- Hostile values --

static u64 hostile(struct gen *g)
{
    static const u64 values[] = {
        0,
        1,
        2,
        0x7f,
        0x80,
        0xff,
        0x7fff,
        0x8000,
        0xffff,
        0x7fffffff,
        0x80000000,
        0xffffffff,
        0x7fffffffffffffff,
        0x8000000000000000,
        0xffffffffffffffff,
        0x5555555555555555,
        0xaaaaaaaaaaaaaaaa,
        // double: 1, smallest denormal, largest denormal, smallest normal, largest, inf, quiet, signalling NaN
        0x3ff0000000000000,
        0x0000000000000001,
        0x000fffffffffffff,
        0x0010000000000000,
        0x7fefffffffffffff,
        0x7ff0000000000000,
        0x7ff8000000000001,
        0x7ff0000000000001,
        0xfff4dead0000beef,
        0x43e0000000000000,
        0x41dfffffffc00000,
        0xc1e0000000000000,
        0x3fe0000000000000,
        0x3fefffffffffffff,
        0x4330000000000001,
        // two singles
        0x3f80000000000001,
        0x007fffff00800000,
        0x7f7fffff7f800000,
        0x7fc000017f800001,
        0xffa0beefff800000,
        0x4f0000005f000000,
        0x3f000000bf000000,
        0x4effffffcf000000,
        0x33800000b3800001,
        // four halves, bfloats
        0x3c00000103ff0400,
        0x7bff7c007e017c01,
        0xfd00fc0080000000,
        0x3f8000017f807fc1,
        0x38007bff04000001,
    };
    switch (below(g, 8)) {
    case 0:
    case 1:
    case 2: return values[below(g, COUNT(values))];
    case 3: return values[below(g, COUNT(values))] ^ 1ull << below(g, 64);
    case 4: return below(g, 256);
    case 5:   // a number near one in both float sizes
        return 0x3ff0000000000000 + (next(g) & 0x8000ffffffffffff) + ((u64)below(g, 64) << 52);
    case 6: return 0x3f8000003f800000 + (next(g) & 0x81ffffff81ffffff);
    default: return next(g);
    }
}

void make_state(struct gen *g, u8 *state)
{
    u64 *w = (u64 *)state;
    for (u32 k = 0; k < STATE_BYTES / 8; k++)
        w[k] = hostile(g);
    w[AT_sp / 8] &= ~15ull;
    w[AT_cpsr / 8] = (u64)below(g, 16) << 28;
    w[AT_fpcr / 8] = 0;
    if (below(g, 2))   // AHP, DN, FZ, RMode, FZ16
        w[AT_fpcr / 8] = (u64)below(g, 32) << 22 | (u64)below(g, 2) << 19;
    w[AT_fpsr / 8] = below(g, 4) ? 0 : (u64)below(g, 2) << 27 | below(g, 32) | below(g, 2) << 7;
}

// -- Random instructions --

bool starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

u32 slot(u32 w, int k)
{
    static const int low[4] = { 0, 5, 16, 10 };
    return w >> low[k] & 31;
}

u32 with_slot(u32 w, int k, u32 reg)
{
    static const int low[4] = { 0, 5, 16, 10 };
    return (w & ~(31u << low[k])) | reg << low[k];
}

bool general(const struct row *r, int k)
{
    return r->file[k] == FILE_GPR || r->file[k] == FILE_GPR_SP;
}

// Constrained unpredictable register choices, and the frame's pointer.
bool allowed(const struct row *r, u32 w)
{
    u32 d = slot(w, 0), n = slot(w, 1), m = slot(w, 2), a = slot(w, 3);
    for (int k = 0; k < 4; k++)
        if (general(r, k)) {
            u32 s = slot(w, k);
            bool pair = (k == 0 && r->flags & D_PAIR) || (k == 2 && r->flags & M_PAIR);
            if (s == POINTER || (pair && (s >= 26 || s & 1)))
                return false;
        }
    bool memory = r->flags & (LOADS | STORES);
    if (!memory)
        return true;
    bool pair = general(r, 3) || r->file[3] == FILE_VEC;
    if (r->flags & N_RW && general(r, 0) && d == n)
        return false;
    if (r->flags & N_RW && pair && general(r, 3) && a == n)
        return false;
    if (pair && r->flags & (LOADS | A_W) && d == a)
        return false;
    if (r->flags & M_W && (m == d || m == n || (pair && m == a)))
        return false;
    if (n == 31 && (starts(r->name, "LDAPUR") || starts(r->name, "STLUR")) && isa_decode(w).imm & 7)
        return false;   // would not be aligned, which the reference does not allow
    if (n == 31 && general(r, 2) && m == HELPER)   // the set-up of SP uses it
        return false;
    if (general(r, 2) && m == n)   // the set-up gives base and index their own values
        return false;
    return true;
}

static bool has_operand(const struct row *r, const char *text)
{
    return strstr(r->syntax, text) != NULL;
}

// Points the base register into the scratch window, whatever offset the instruction adds.
void emit_address(struct gen *g, const struct row *r, const struct insn *i, u32 w)
{
    static const u32 align[] = { 1, 1, 2, 4, 8, 16, 16, 16 };
    bool atomic = r->class == CLASS_ATOMIC || has_operand(r, "x") == false;
    u64 target = WINDOW + 64 + below(g, WINDOW_BYTES - 192);
    target &=
        ~(u64)(atomic || starts(r->name, "LDX") || starts(r->name, "STX") ||
                       starts(r->name, "LDA") || starts(r->name, "STL") || starts(r->name, "CAS")
                   ? 31
                   : align[below(g, COUNT(align))] - 1);
    u32 n = slot(w, 1), m = slot(w, 2);
    bool post = strstr(r->syntax, "],") != NULL;
    u64 base = target;
    if (general(r, 2) && !post && !(r->flags & (M_W | M_RW)) && r->class != CLASS_ATOMIC) {
        bool unsigned_index = (w >> 13 & 7) == 2;   // uxtw
        u64 index = below(g, 3) || unsigned_index ? below(g, 8) : (u64) - (i64)below(g, 8);
        if (m != 31)
            emit_constant(g, m, index);
    } else if (!post && !general(r, 2)) {
        base = target - (u64)i->imm;
    }
    if (n == 31) {
        emit_constant(g, HELPER, base & ~15ull);
        emit_mov_sp(g, HELPER);
    } else {
        if (below(g, 4) == 0 && r->class != CLASS_ATOMIC)
            base |= (u64)below(g, 256) << 56;   // a tag
        emit_constant(g, n, base);
    }
    g->base = (u8)n;
    g->base_value = base;
    if (starts(r->name, "ST") && r->flags & M_W)
        emit(g, 0xd5033f5f);   // clrex: a store-exclusive of its own fails
}

// Gives a jump a target 8 bytes on; what it skips changes a register when it is run.
static u32 retarget(struct gen *g, const struct row *r, u32 w)
{
    if (has_operand(r, "rel26"))
        return (w & 0xfc000000) | 2;
    if (has_operand(r, "rel19"))
        return (w & 0xff00001f) | 2 << 5;
    if (has_operand(r, "rel14"))
        return (w & 0xfff8001f) | 2 << 5;
    u32 n = slot(w, 1) == 31 ? 1 : slot(w, 1);
    emit(g, 0x10000060 | n);   // adr xn, .+12
    return with_slot(w, 1, n);
}

// Words that qemu 7.2 gets wrong; tests/fp/compare checks them, and says which section of the
// manual decides.
bool reference_is_wrong(u32 w)
{
    static const struct {
        u32 mask, bits;
    } wrong[] = {
        { 0xdff0fc00, 0x5f10fc00 },   // fcvtzs, fcvtzu hD, hN, #fbits: writes 32 bits instead of 16
        { 0xfffffc00, 0x1e7e0000 },   // fjcvtzs of a denormal under FZ: Z is set
    };
    for (size_t k = 0; k < COUNT(wrong); k++)
        if ((w & wrong[k].mask) == wrong[k].bits)
            return true;
    return false;
}

// Sets the fields that pick the variant: the first letter is highest.
static u32 with_variant(const struct row *r, u32 w, u32 variant)
{
    int left = r->variant_bits;
    for (const char *letter = r->variants; left && *letter; letter++) {
        int place = 31;
        for (const char *p = r->encoding; *p; p++) {
            if (*p == ' ')
                continue;
            if (*p == *letter && left--)
                w = (w & ~(1u << place)) | (variant >> left & 1) << place;
            place--;
        }
    }
    return w;
}

u32 random_word(struct gen *g, enum op op, u32 variant)
{
    const struct row *r = isa_row(op);
    for (int tries = 0; tries < 1000; tries++) {
        u32 w = (u32)next(g);
        if (below(g, 4) == 0)   // aliased registers
            w = with_slot(w, 2, slot(w, 1));
        w = with_variant(r, (w & ~r->mask) | r->bits, variant);
        if (r->flags & (LOADS | STORES) && has_operand(r, "rel19"))
            w = (w & 0xff00001f) | below(g, 8) << 5;   // a literal: some word of the code
        if (isa_match(w) == op && isa_decode(w).run == r->run + variant && allowed(r, w) &&
            !reference_is_wrong(w))
            return w;
    }
    return 0;
}

bool chosen(const struct gen *g, enum op op)
{
    const struct row *r = isa_row(op);
    return starts(r->name, g->prefix) && !strcmp(isa_tested_by(op), "random");
}

// The next variant of the row that has a legal word; each is made in turn.
u32 next_word(struct gen *g, enum op op)
{
    const struct row *r = isa_row(op);
    u32 variants = 1u << r->variant_bits;
    for (u32 k = 0; k < variants; k++) {
        u32 v = g->variant[op]++ % variants;
        if (g->hit[r->run + v] == IMPOSSIBLE)
            continue;
        u32 w = random_word(g, op, v);
        if (w)
            return w;
        g->hit[r->run + v] = IMPOSSIBLE;
    }
    return 0;
}

u32 emit_random(struct gen *g, enum op op)
{
    const struct row *r = isa_row(op);
    u32 w = next_word(g, op);
    if (!w)
        return 0;
    struct insn i = isa_decode(w);
    if (r->flags & (LOADS | STORES) && r->file[1] == FILE_GPR_SP)
        emit_address(g, r, &i, w);
    else if (r->class == CLASS_PREFETCH && r->file[1] == FILE_GPR_SP)
        emit_address(g, r, &i, w);
    if (r->kind == ROW_JUMP)
        w = retarget(g, r, w);
    emit(g, w);
    if (r->kind == ROW_JUMP)
        emit(g, 0xd2400400 | HELPER << 5 | HELPER);   // eor x27, x27, #3
    g->hit[i.run] = MADE;
    return w;
}

// -- The program --

void write_elf(const struct gen *g, const char *path, u64 states)
{
    FILE *f = fopen(path, "wb");
    if (!f) {
        perror(path);
        exit(66);
    }
    u64 size = states + g->blocks * STATE_BYTES - CODE;
    Elf64_Ehdr h = {
        .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_entry = CODE + 0x1000,
        .e_phoff = sizeof(h),
        .e_ehsize = sizeof(h),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 2,
    };
    Elf64_Phdr p[2] = {
        { .p_type = PT_LOAD,
          .p_flags = PF_R | PF_X,
          .p_vaddr = CODE,
          .p_paddr = CODE,
          .p_filesz = size,
          .p_memsz = size,
          .p_align = 0x4000 },
        { .p_type = PT_LOAD,
          .p_flags = PF_R | PF_W,
          .p_vaddr = SCRATCH,
          .p_paddr = SCRATCH,
          .p_memsz = SCRATCH_BYTES + ALTERNATE_BYTES,
          .p_align = 0x4000 },
    };
    fwrite(&h, sizeof(h), 1, f);
    fwrite(p, sizeof(p), 1, f);
    fseek(f, 0x1000, SEEK_SET);
    fwrite(g->code, 4, g->words, f);
    fseek(f, (long)(states - CODE), SEEK_SET);
    fwrite(g->states, STATE_BYTES, g->blocks, f);
    if (fclose(f) || chmod(path, 0755)) {
        perror(path);
        exit(74);
    }
}
