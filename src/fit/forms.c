// forms.c: latency and throughput of every measured instruction form.
//
// A latency loop is a chain of copies of the form whose register fields are rewritten
// so that the output in question feeds the input in question. Where they are of
// different kinds, instructions of known latency link them: LINKS says which. A
// throughput loop is a row of copies that need nothing of each other.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "core/instr/instr.h"
#include "fit/fit.h"
#include "fit/forms.h"
#include "fit/loop.h"
#include "isa/cpu.h"
#include "isa/decode.h"

enum {
    CHUNK = 48,           // forms a job
    CHAIN = 24,
    COPIES = 96,   // copies in a loop
    WARM = 24,
    TIMES = 24,     // iterations
    PAIRS = 16,           // measured pairs a form, at most
};

// Registers: what each is for.
enum {
    X_BASE = 6,
    X_INDEX = 7,
    X_START = 9,   // X_START holds the address of the data
    X_CHAIN = 4,
    V_CHAIN = 4,
    X_D = 20,
    X_N = 21,
    X_M = 10,
    X_A = 22,
    V_D = 16,
    V_N = 28,
    V_M = 10,
    V_A = 27,
    ANDS_XZR = 0xea1f03ff,   // ands xzr, xzr, xzr: new flags from nothing
};
static const u8 base_pool[] = { 6, 27, 28, 29, 30, 8 };
static const u8 gpr_pool[] = { 0, 2, 4, 12, 14, 16, 24, 11, 13, 15, 17, 19, 23, 25 };
static const u8 second_pool[] = { 1, 3, 5, 18 };   // of LDP
static const u8 vector_pool[] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  11, 12,
                                  13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 25, 26 };
enum { PAIR_POOL = 7 };   // of gpr_pool: even registers

// Divisions whose quotient has some bits, and what was divided by 3 when they were measured
// (dougallj/applecpu, measurements/). All others divide 0 by 0, as was measured too.
struct dividend {
    const char *form;
    u64 value;
};
static const struct dividend dividends[] = {
    { "SDIV (slow, 32-bit)", 0x7fffffff },   { "SDIV (medium, 64-bit)", 0xffffffff },
    { "SDIV (slow, 64-bit)", ~0ull >> 1 },   { "UDIV (slow, 32-bit)", 0xffffffff },
    { "UDIV (medium, 64-bit)", 0xffffffff }, { "UDIV (slow, 64-bit)", ~0ull },
};

struct pair {
    u8 to, from;   // operands
    char how;      // 'r' with a move back, 'c' with a link taken off, 0
    size_t result;
};

struct form {
    u32 word;
    const char *name, *note;
    struct pair pair[PAIRS];
    u32 pairs;
    size_t throughput;   // result
};

struct forms {
    const struct fit *fit;
    const struct instr_table *table;
    struct form *form;
    size_t count, rows;
};

// A form taken apart.
struct parts {
    u32 word;
    struct insn i;
    const struct row *row;
    u8 slot[SLOTS];
    u32 operands;
    u32 mask[4];     // bits of the word that hold each register slot
    u32 listed;      // bit s: register slot s is an operand
    bool memory, same;   // n and m are one register
    u64 dividend;        // of a division by 3, or 0
};

static u32 slot_mask(const struct row *r, u32 slot)
{
    u32 mask = 0, bit = 32;
    for (const char *s = r->encoding; *s; s++)
        if (*s != ' ' && (bit--, *s == "dnma"[slot]))
            mask |= 1u << bit;
    return mask;
}

static struct parts take_apart(u32 word)
{
    struct parts p = { .word = word, .i = isa_decode(word) };
    p.row = isa_row(isa_op_of_run(p.i.run));
    if (p.i.run == RUN_UNDEFINED)
        return p;
    p.operands = instr_operands(&p.i, p.slot);
    for (u32 s = 0; s < 4; s++)
        p.mask[s] = slot_mask(p.row, s);
    for (u32 k = 0; k < p.operands; k++)
        if (p.slot[k] <= SLOT_A)
            p.listed |= 1u << p.slot[k];
    p.memory = p.row->flags & (LOADS | STORES) ||
               (p.row->class == CLASS_LOAD || p.row->class == CLASS_STORE);
    p.same = p.row->file[SLOT_N] && p.row->file[SLOT_N] == p.row->file[SLOT_M] && p.i.n == p.i.m &&
             p.listed >> SLOT_M & 1;
    return p;
}

static bool is_vector(const struct parts *p, u32 slot)
{
    return p->row->file[slot] == FILE_VEC;
}

// Register 31 of the general file is SP or XZR and stays.
static bool put(const struct parts *p, u32 *word, u32 slot, u32 reg)
{
    u32 mask = p->mask[slot];
    if (!mask || (!is_vector(p, slot) && (*word & mask) == mask && __builtin_popcount(mask) == 5))
        return false;
    *word = (*word & ~mask) | (reg << __builtin_ctz(mask) & mask);
    return true;
}

static void put_sources(const struct parts *p, u32 *word)
{
    static const u8 x[4] = { X_D, X_N, X_M, X_A }, v[4] = { V_D, V_N, V_M, V_A };
    for (u32 s = 0; s < 4; s++) {
        u32 reg = is_vector(p, s) ? v[s] : x[s];
        if (p->memory && s == SLOT_N)
            reg = X_BASE;
        if (p->memory && s == SLOT_M && !(p->row->flags & (M_W | M_RW)))
            reg = X_INDEX;
        if (p->same && s == SLOT_M)
            reg = is_vector(p, s) ? V_N : X_N;
        if (p->listed >> s & 1)
            put(p, word, s, reg);
    }
}

static u64 dividend_of(const char *name)
{
    for (u32 k = 0; k < COUNT(dividends); k++)
        if (strcmp(dividends[k].form, name) == 0)
            return dividends[k].value;
    return 0;
}

static double finish(struct loop *c, u64 value)
{
    for (u32 k = 0; k < sizeof(base_pool); k++)
        c->run.x[base_pool[k]] = LAB_DATA + 4096 + 64 * k;
    c->run.x[X_START] = LAB_DATA + 4096;
    c->run.x[X_D] = value;
    return loop_run(c, WARM, TIMES);
}

// -- Latency --

enum kind { GENERAL, VECTOR, FLAGS };

// The instructions that carry a result of one kind to an operand of another, and their own
// latency, which is taken off. Round trips ('r') are measured whole. All are measured forms
// themselves: fmov, fcmp, fcsel, csinc, subs, add.
enum {
    FMOV_TO_X = 0x9e660000,
    FMOV_TO_D = 0x9e670000,
    CSINC = 0x9a800400,
    SUBS_ZR = 0xf100001f,
    FCMP = 0x1e602000,
    FCSEL = 0x1e600c00,
    ADD_4S = 0x4ea08400,
    EOR = 0xca000000
};

// From the register that was written (chain register) to the one that is read.
static u32 add_links(struct loop *c, enum kind from, enum kind to, bool address, u32 to_reg)
{
    if (from == VECTOR && to == GENERAL) {
        loop_emit(c, FMOV_TO_X | V_CHAIN << 5 | X_CHAIN);
        from = GENERAL;
        if (!address)
            return 0;
    }
    if (from == GENERAL && to == GENERAL) {   // only addresses get here otherwise
        loop_emit(c, to_reg == X_INDEX ? a64_add(X_INDEX, X_CHAIN, A64_ZR)
                                       : a64_add(X_BASE, X_START, X_CHAIN));
        return 1;
    }
    if (from == GENERAL && to == VECTOR)
        return loop_emit(c, FMOV_TO_D | X_CHAIN << 5 | V_CHAIN), 0;
    if (from == FLAGS && to == GENERAL)
        return loop_emit(c, CSINC | A64_ZR << 16 | A64_EQ << 12 | A64_ZR << 5 | X_CHAIN), 1;
    if (from == GENERAL && to == FLAGS)
        return loop_emit(c, SUBS_ZR | X_CHAIN << 5), 1;
    if (from == VECTOR && to == FLAGS)
        return loop_emit(c, FCMP | V_CHAIN << 16 | V_CHAIN << 5), 2;
    if (from == FLAGS && to == VECTOR)
        return loop_emit(c, FCSEL | V_D << 16 | V_N << 5 | V_CHAIN), 2;
    return 0;
}

static enum kind kind_of(const struct parts *p, u32 slot)
{
    if (slot == SLOT_FLAGS)
        return FLAGS;
    return slot > SLOT_A || is_vector(p, slot) ? VECTOR : GENERAL;
}

// Registers of a chain through one operand of an instruction that also reads what it overwrites:
// each copy writes another, so that its old value is ready long before. Multiples of 4, so that
// a list holds only one of them; the first three fit where only v0 to v15 can be named.
static const u8 turns[] = { 4, 8, 12, 20, 24 };

// Puts the chain's register, in vectors `v`, where `slot` is; lists begin lower when it is a later member.
static bool put_chain(const struct parts *p, u32 *word, u32 slot, bool output, u32 v)
{
    if (slot == SLOT_FLAGS)
        return true;
    u32 place = slot, reg = kind_of(p, slot) == VECTOR ? v : X_CHAIN;
    if (slot > SLOT_A) {
        place = p->row->file[SLOT_N] == FILE_VEC && !output ? SLOT_N : SLOT_D;
        reg -= slot - SLOT_NEXT + 1;
    }
    if (p->memory && !output && (place == SLOT_N || place == SLOT_M))
        return true;   // an address: put_sources() has placed it
    if (p->same && place == SLOT_N)
        put(p, word, SLOT_M, reg);
    return put(p, word, place, reg);
}

// How many registers take turns.
static u32 turns_of(const struct parts *p, u32 to, u32 from)
{
    bool rotate = p->row->flags & D_RW && to == SLOT_D && from != SLOT_D &&
                  kind_of(p, to) == VECTOR && kind_of(p, from) == VECTOR;
    bool narrow = from == SLOT_M && __builtin_popcount(p->mask[SLOT_M]) < 5;
    return !rotate ? 1 : narrow ? 3 : COUNT(turns);
}

static bool chained(const struct parts *p, u32 *word, u32 to, u32 from, u32 k)
{
    u32 n = turns_of(p, to, from);
    *word = p->word;
    put_sources(p, word);
    bool base = p->memory && to == SLOT_N;   // write-back of the base: it is its own chain
    return base || (put_chain(p, word, to, true, turns[k % n]) &&
                    put_chain(p, word, from, false, turns[(k + n - 1) % n]));
}

static void set_operands(struct loop *c, u64 dividend)
{
    c->run.x[X_N] = dividend;
    c->run.x[X_M] = 3;
}

// Of a division: its operand becomes the same again by two EORs of the quotient.
static double division_latency(struct lab *lab, const struct parts *p, u32 from)
{
    struct loop c = loop_begin(lab, 64);
    u32 word = p->word, reg = from == SLOT_M ? X_M : X_N;
    put_sources(p, &word);
    set_operands(&c, p->dividend);
    for (u32 k = 0; k < CHAIN; k++) {
        loop_emit(&c, word);
        loop_emit(&c, a64_rrr(EOR, reg, reg, X_D));
        loop_emit(&c, a64_rrr(EOR, reg, reg, X_D));
    }
    return finish(&c, 0) / CHAIN - 2;
}

static double latency(struct lab *lab, const struct parts *p, const struct pair *given, double hw)
{
    struct pair base_pair = *given, *pair = &base_pair;
    if (p->memory && pair->to == pair->from && pair->to == p->operands + 1u)
        pair->to = pair->from =
            (u8)p->operands;   // of STR with one register: the base counts as third
    if (pair->to > p->operands || pair->from > p->operands)
        return NAN;
    u32 to = p->slot[pair->to - 1], from = p->slot[pair->from - 1], word;
    if (p->dividend)
        return division_latency(lab, p, from);
    bool address = p->memory && (from == SLOT_N || from == SLOT_M),
         base = p->memory && to == SLOT_N;
    enum kind a = kind_of(p, to), b = kind_of(p, from);
    u32 copies = CHAIN / turns_of(p, to, from) * turns_of(p, to, from), taken_off = 0;
    if (!chained(p, &word, to, from, 0))
        return NAN;
    struct loop c = loop_begin(lab, 64);
    for (u32 k = 0; k < copies; k++) {
        chained(p, &word, to, from, k);
        loop_emit(&c, word);
        taken_off = 0;
        if (!base && (a != b || address))
            taken_off = add_links(&c, a, b, address, from == SLOT_M ? X_INDEX : X_BASE);
        else if (hw < 0.5 && a == VECTOR)   // an eliminated move: something must take time
            loop_emit(&c, a64_rrr(ADD_4S, V_CHAIN, V_CHAIN, V_M)), taken_off = 2;
        else if (hw < 0.5 && a == GENERAL)
            loop_emit(&c, a64_add_imm(X_CHAIN, X_CHAIN, 0)), taken_off = 1;
    }
    return finish(&c, 0) / copies - taken_off;
}

// -- Throughput --

// Copy k writes registers of its own.
static void put_results(const struct parts *p, u32 *word, u32 k)
{
    u32 f = p->row->flags;
    bool even = f & (D_PAIR | M_PAIR);
    u32 x = gpr_pool[k % (even ? PAIR_POOL : sizeof(gpr_pool))];
    u32 list = f & LIST4             ? 4
               : f & (LIST2 | LIST3) ? 3
                                     : 1,
        v = vector_pool[k % sizeof(vector_pool)];
    if (list > 1)
        v = k % 4 * 4;
    if (p->row->file[SLOT_D] && !(f & D_R) && p->listed & 1)
        put(p, word, SLOT_D, is_vector(p, SLOT_D) ? v : x);
    if (f & A_W)
        put(p, word, SLOT_A,
            is_vector(p, SLOT_A) ? vector_pool[(k + 12) % 24] : second_pool[k % 4]);
    if (f & (M_W | M_RW))
        put(p, word, SLOT_M, x);
    if (f & N_RW || p->row->class == CLASS_ATOMIC)   // which wait for those at the same address
        put(p, word, SLOT_N, base_pool[k % sizeof(base_pool)]);
}

static double row_of(struct lab *lab, const struct parts *p, bool fresh_flags, u64 value)
{
    struct loop c = loop_begin(lab, 64);
    if (p && p->dividend)
        set_operands(&c, p->dividend);
    if (p && p->row->flags & N_RW)
        for (u32 k = 0; k < sizeof(base_pool); k++)
            loop_emit(&c, a64_mov(base_pool[k], X_START));
    for (u32 k = 0; k < COPIES; k++) {
        if (fresh_flags)
            loop_emit(&c, ANDS_XZR);
        if (!p)
            continue;
        u32 word = p->word;
        put_sources(p, &word);
        put_results(p, &word, k);
        loop_emit(&c, word);
    }
    return finish(&c, value) / COPIES;
}

static double throughput(struct lab *lab, const struct parts *p, const char *name)
{
    bool flags = (p->row->flags & (C_R | C_W)) == (C_R | C_W);
    bool taken = strstr(name, "(taken)") != NULL, not_zero = name[1] == 'B' && name[2] == 'N';
    double t = row_of(lab, p, flags, (u64) - (i64)(taken == (name[2] == 'N' && not_zero)));
    if (flags && !is_vector(p, SLOT_N))   // FCCMP has units of its own
        t -= row_of(lab, NULL, true, 0);
    return t;
}

double form_latency(struct lab *lab, u32 word, u32 to, u32 from)
{
    struct parts p = take_apart(word);
    struct pair pair = { .to = (u8)to, .from = (u8)from };
    return p.i.run == RUN_UNDEFINED ? NAN : latency(lab, &p, &pair, 1);
}

double form_throughput(struct lab *lab, u32 word)
{
    struct parts p = take_apart(word);
    return p.i.run == RUN_UNDEFINED ? NAN : throughput(lab, &p, "   ");
}

// -- All of them --

// What the units alone allow: cycles an instruction.
static double table_throughput(const struct instr_timing *t)
{
    double most = 0;
    for (u32 k = 0; k < t->issue_count; k++) {
        double sum = 0;
        for (u32 j = 0; j < t->issue_count; j++)
            if (!(t->issue[j].units & ~t->issue[k].units))
                sum += t->issue[j].count * t->issue[j].busy;
        most = fmax(most, sum / __builtin_popcount(t->issue[k].units));
    }
    return most;
}

static double table_latency(const struct parts *p, const struct instr_timing *t,
                            const struct pair *pair)
{
    if (pair->to > p->operands || pair->from > p->operands)
        return NAN;
    u32 to = p->slot[pair->to - 1], from = p->slot[pair->from - 1];
    bool plain = !p->memory && kind_of(p, to) == kind_of(p, from);
    return plain ? (double)t->latency - t->late[from] : NAN;
}

// Why a result is off, given what the core's table says of it.
static void explain(struct result *r, const struct instr_timing *t, double table)
{
    if (r->note || result_hit(r))
        return;
    if (isnan(r->sim))
        r->note = "no chain of this form could be made";
    else if (t->assumed)
        r->note = "no measured form in the core's table";
    else if (fabs(r->sim - r->hw) <= 0.1 * r->hw && !isnan(table) && table < r->hw)
        r->note = "measured between what whole issues on whole units make";
    else if (!isnan(table) && fabs(table - r->hw) > 0.05 * r->hw)
        r->note = "the core's table has another value: one row for what differs, or rounded";
    else
        r->note = isnan(table) ? "way through memory or another register file"
                               : "the model, not its table";
}

static void run_form(const struct forms *all, struct lab *lab, const struct form *f)
{
    struct results *r = all->fit->results;
    struct parts p = take_apart(f->word);
    p.dividend = dividend_of(f->name);
    const char *why = p.i.run == RUN_UNDEFINED ? "not an instruction of this simulator" : f->note;
    const struct instr_timing *t = why ? NULL : instr_timing(all->table, &p.i, p.word);
    for (u32 k = 0; k < f->pairs; k++) {
        struct result *at = &r->at[f->pair[k].result];
        at->note = why;
        if (why)
            continue;
        at->sim = latency(lab, &p, &f->pair[k], at->hw);
        explain(at, t, table_latency(&p, t, &f->pair[k]));
    }
    struct result *at = &r->at[f->throughput];
    at->note = why;
    if (why)
        return;
    at->sim = throughput(lab, &p, f->name);
    explain(at, t, table_throughput(t));
}

static void job(void *ctx, struct lab *lab, size_t chunk)
{
    struct forms *all = ctx;
    for (size_t k = chunk * CHUNK; k < (chunk + 1) * CHUNK && k < all->count; k++)
        run_form(all, lab, &all->form[k]);
}

static struct result *add_result(const struct fit *f, const char *family, const char *name,
                                 double hw)
{
    struct result *r = results_add(f->results);
    *r = (struct result){ .set = "instructions",
                          .core = f->core,
                          .family = family,
                          .name = name,
                          .unit = "cycles",
                          .x = NAN,
                          .sim = NAN,
                          .hw = hw };
    return r;
}

static void read_pairs(const struct fit *f, struct form *form, const char *text)
{
    while (*text && form->pairs < PAIRS) {
        char *s;
        struct pair p = { .to = (u8)strtoul(text, &s, 10) };
        p.from = (u8)strtoul(s + 2, &s, 10);   // past "->"
        if (*s != ':')
            p.how = *s++;
        double hw = strtod(s + 1, &s);
        const char *name = results_text(f->results, "%s %d->%d", form->name, p.to, p.from);
        add_result(f, "latency", name, hw);
        p.result = f->results->count - 1;
        form->pair[form->pairs++] = p;
        for (text = s; *text == ' '; text++)
            ;
    }
}

enum column {
#define FORMS(id, ...) id,
#include "fit/tables.def"
};

static bool read_form(void *ctx, char **field, struct err *e)
{
    (void)e;
    struct forms *all = ctx;
    if (all->rows++ % all->fit->every != 0)
        return true;
    const struct fit *f = all->fit;
    struct form form = { .word = (u32)strtoul(field[WORD], NULL, 16) };
    form.name = results_text(f->results, "%s", field[FORM]);
    form.note = *field[NOTE] ? results_text(f->results, "%s", field[NOTE]) : NULL;
    read_pairs(f, &form, field[LATENCY]);
    add_result(f, "throughput", form.name, strtod(field[THROUGHPUT], NULL));
    form.throughput = f->results->count - 1;
    if (all->count % 512 == 0) {
        all->form = realloc(all->form, (all->count + 512) * sizeof(*all->form));
        if (!all->form)
            out_of_memory();
    }
    all->form[all->count++] = form;
    return true;
}

bool fit_forms(const struct fit *f, struct err *e)
{
    bool small = strstr(f->core, "icestorm") || strstr(f->core, "blizzard");
    struct forms all = { .fit = f, .table = instr_table_new(f->results->arena, f->config, e) };
    if (!all.table)
        return false;
    bool ok = fit_rows(f, small ? TABLE_E_FORMS : TABLE_FORMS, read_form, &all, e) &&
              fit_jobs(f, "instructions", (all.count + CHUNK - 1) / CHUNK, job, &all, e);
    free(all.form);
    return ok;
}
