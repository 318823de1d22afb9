// instr.c: the reader of measured forms, and the search for the nearest.
#include "core/instr/instr.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cpu.h"
#include "isa/decode.h"
#include "isa/facts.h"
#include "isa/operands.h"

// What beside row and variant changes the timing of an instruction.
enum {
    SHAPE_N_ZERO = 1,    // n is XZR: mov, neg, cset
    SHAPE_A_ZERO = 2,    // a is XZR: mul, mneg
    SHAPE_SAME = 4,      // n and m are one register: ror, vector mov
    SHAPE_IMM = 8,       // the immediate (a shift amount, often) is not 0
    SHAPE_FROM_SP = 16,  // n is SP
    SHAPE_ACQUIRE = 32,  // of atomics
    SHAPE_RELEASE = 64,
    SHAPE_NO_RESULT = 128,   // d is XZR: cmn, tst
};

struct form {
    u32 word;   // for class stand-ins
    u16 run;
    u8 shape;
    struct instr_timing timing;
};

struct instr_table {
    struct form *form;   // sorted by run, else in the order of the file
    u32 count;
    u32 first[RUN_COUNT + 1];   // forms of run r: first[r] to first[r + 1] - 1
    const struct instr_timing *like[CLASS_COUNT];
    struct instr_units units;
    unsigned conflicts;
};

// Of an atomic: field r is acquire, then release.
static u8 ordering_shape(const struct row *r, u32 word)
{
    u32 field = isa_field(r, word, 'r');
    return (u8)((field & 2 ? SHAPE_ACQUIRE : 0) | (field & 1 ? SHAPE_RELEASE : 0));
}

static u8 shape_of(const struct insn *i, u32 word)
{
    const struct row *r = isa_row(isa_op_of_run(i->run));
    bool general = r->file[SLOT_N] == FILE_GPR || r->file[SLOT_N] == FILE_GPR_SP;
    u8 s = i->imm != 0 ? SHAPE_IMM : 0;
    if (general && i->n == REG_ZERO)
        s |= SHAPE_N_ZERO;
    if (general && i->n == REG_SP)
        s |= SHAPE_FROM_SP;
    if (r->file[SLOT_A] == FILE_GPR && i->a == REG_ZERO)
        s |= SHAPE_A_ZERO;
    if (r->file[SLOT_N] && r->file[SLOT_N] == r->file[SLOT_M] && i->n == i->m)
        s |= SHAPE_SAME;
    if (r->file[SLOT_D] == FILE_GPR && i->d == REG_SINK)
        s |= SHAPE_NO_RESULT;
    if (r->class == CLASS_ATOMIC)
        s |= ordering_shape(r, word);
    return s;
}

// -- Reading --

struct reader {
    const char *file;
    unsigned line;
    u32 table_units[3], core_units[3];   // integer, memory, FP
    struct err *e;
};

static bool refuse(struct reader *r, const char *what)
{
    return err_set(r->e, "%.150s:%u: %s", r->file, r->line, what);
}

// Cuts the next comma-separated field off, undoing quotes; NULL at the end.
static char *field(char **at)
{
    char *s = *at;
    if (!s)
        return NULL;
    char *end = NULL;
    if (*s == '"') {
        s++;
        end = strchr(s, '"');
        if (!end)
            return NULL;
        *end++ = 0;
        end = *end == ',' ? end : NULL;
    } else {
        end = strchr(s, ',');
    }
    if (end)
        *end++ = 0;
    *at = end;
    return s;
}

// Units of the table are those of the core it was measured on. A mask of all of a
// cluster becomes all of this core's cluster, others keep their places in theirs; where
// this core has more, several of the table's units to its last one become all from there on.
static u16 map_units(const struct reader *r, u32 low, u32 high)
{
    u32 from = 1, to = 1;
    for (int k = 0; k < 3; k++) {
        u32 n = r->table_units[k], m = r->core_units[k];
        if (low >= from && high < from + n) {
            assert(m);
            bool all = low == from && high == from + n - 1;
            bool more = low < high && high == from + n - 1 && m > n;
            high = all || more ? to + m - 1 : high - from + to;
            low = low - from + to;
            if (low > to + m - 1)
                low = to + m - 1;
            if (high > to + m - 1)
                high = to + m - 1;
            return (u16)((1u << high) - (1u << (low - 1)));
        }
        from += n;
        to += m;
    }
    return 0;
}

// "2*u8-10+5*3!" at *text, to the next space.
static bool read_issue(struct reader *r, const char **text, struct issue_timing *is)
{
    char *s = (char *)*text;
    u32 count = 1, low, high, delay = 0, busy = 1;
    if (*s != 'u') {
        count = (u32)strtoul(s, &s, 10);
        if (*s++ != '*')
            return false;
    }
    if (*s++ != 'u')
        return false;
    low = high = (u32)strtoul(s, &s, 10);
    if (*s == '-')
        high = (u32)strtoul(s + 1, &s, 10);
    if (*s == '+')
        delay = (u32)strtoul(s + 1, &s, 10);
    if (*s == '*')
        busy = (u32)strtoul(s + 1, &s, 10);
    bool base = *s == '!';
    s += base;
    u16 units = low && low <= high ? map_units(r, low, high) : 0;
    if (!units || count - 1 > 14 || delay > 15 || busy - 1 > 254 || (*s && *s != ' '))
        return false;
    *is = (struct issue_timing){ units, (u8)count, (u8)delay, (u8)busy, base };
    while (*s == ' ')
        s++;
    *text = s;
    return true;
}

u32 instr_operands(const struct insn *i, u8 slots[SLOTS])
{
    const struct row *r = isa_row(isa_op_of_run(i->run));
    u8 reg[4] = { i->d, i->n, i->m, i->a };
    u32 n = 0, seen = 0;
    u32 list = r->flags & LIST4 ? 4 : r->flags & LIST3 ? 3 : r->flags & LIST2 ? 2 : 1;
    u32 list_slot = r->file[SLOT_N] == FILE_VEC ? SLOT_N : SLOT_D;
    for (u32 k = 0; k < r->operand_count; k++) {
        const char *at = strchr("dnma", isa_operands[r->operand[k]].slot);
        if (!at || !*at || seen >> (at - "dnma") & 1)
            continue;
        u32 slot = (u32)(at - "dnma");
        bool vector = isa_operands[r->operand[k]].file == FILE_VEC;
        if (!vector && (reg[slot] == REG_ZERO || reg[slot] == REG_SINK))
            continue;
        seen |= 1u << slot;
        slots[n++] = (u8)slot;
        for (u32 more = 1; vector && slot == list_slot && more < list && n < SLOTS; more++)
            slots[n++] = (u8)(SLOT_NEXT + more - 1);
        if (n >= SLOTS - 1)
            break;
    }
    if (r->flags & (C_R | C_W))
        slots[n++] = SLOT_FLAGS;
    return n;
}

// "2:3 3:3 4:1": operand numbers from 1, and their latencies.
static bool read_operands(const char *text, const struct insn *i, struct instr_timing *t)
{
    u8 slots[SLOTS];
    u32 n = instr_operands(i, slots);
    while (*text) {
        char *s;
        u32 operand = (u32)strtoul(text, &s, 10);
        if (!operand || *s++ != ':')
            return false;
        u32 latency = (u32)strtoul(s, &s, 10);
        if (latency > t->latency || (*s && *s != ' '))
            return false;
        if (operand <= n)
            t->late[slots[operand - 1]] = (u8)(t->latency - latency);
        for (text = s; *text == ' '; text++)
            ;
    }
    return true;
}

// One line: word, form, uops, latency, operands, issues, reciprocal throughput.
static bool read_form(struct reader *r, char *line, struct form *f)
{
    char *column[7];
    for (size_t k = 0; k < COUNT(column); k++)
        if (!(column[k] = field(&line)))
            return refuse(r, "want 7 columns");
    char *end;
    f->word = (u32)strtoul(column[0], &end, 16);
    u32 uops = (u32)strtoul(column[2], NULL, 10), latency = (u32)strtoul(column[3], NULL, 10);
    if (*end || uops - 1 > 14 || latency > 200)
        return refuse(r, "want a word in hexadecimal, 1 to 15 micro-ops, a latency up to 200");
    struct insn i = isa_decode(f->word);
    f->run = i.run;
    f->shape = shape_of(&i, f->word);
    f->timing = (struct instr_timing){ .uops = (u8)uops, .latency = (u8)latency };
    if (!read_operands(column[4], &i, &f->timing))
        return refuse(r, "operands: want OPERAND:LATENCY, no latency above that of the form");
    for (const char *s = column[5]; *s;) {
        if (f->timing.issue_count == ISSUES_MAX ||
            !read_issue(r, &s, &f->timing.issue[f->timing.issue_count++]))
            return refuse(r, "issues: want up to four [N*]uA[-B][+DELAY][*BUSY][!]");
    }
    return true;
}

static void index_forms(struct instr_table *t, struct arena *a)
{
    // Counting sort keeps the order of the file within a run.
    u32 *next = ARENA_ARRAY(a, RUN_COUNT + 1, u32);
    struct form *sorted = ARENA_ARRAY(a, t->count, struct form);
    for (u32 k = 0; k < t->count; k++)
        t->first[t->form[k].run + 1]++;
    for (u32 r = 0; r < RUN_COUNT; r++)
        t->first[r + 1] += t->first[r];
    memcpy(next, t->first, sizeof(t->first));
    for (u32 k = 0; k < t->count; k++)
        sorted[next[t->form[k].run]++] = t->form[k];
    t->form = sorted;
}

static bool same_timing(const struct instr_timing *a, const struct instr_timing *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static void count_conflicts(struct instr_table *t)
{
    for (u32 k = t->first[RUN_UNDEFINED + 1]; k < t->count; k++)
        for (u32 j = t->first[t->form[k].run]; j < k; j++)
            if (t->form[j].shape == t->form[k].shape) {
                t->conflicts += !same_timing(&t->form[j].timing, &t->form[k].timing);
                break;
            }
}

// The core's own masks follow from the forms every table has.
static bool find_likes(struct instr_table *t, struct arena *a, struct reader *r)
{
    static const u32 words[CLASS_COUNT] = {
#define LIKE(class, word, text) [CLASS_##class] = word,
#include "core/instr/instr_class.def"
#undef LIKE
    };
    for (u32 c = 0; c < CLASS_COUNT; c++) {
        for (u32 k = 0; k < t->count && !t->like[c]; k++)
            if (t->form[k].word == words[c]) {
                struct instr_timing *like = ARENA_NEW(a, struct instr_timing);
                *like = t->form[k].timing;
                like->assumed = true;
                t->like[c] = like;
            }
        if (!t->like[c])
            return err_set(r->e, "%.150s: the form %08x, which stands for class %s, is missing",
                           r->file, words[c], isa_class_name(c));
    }
    t->units = (struct instr_units){
        .integer = t->like[CLASS_INT]->issue[0].units,
        .flags = t->like[CLASS_FLAG]->issue[0].units,
        .branch = t->like[CLASS_BCOND]->issue[0].units,
        .load = t->like[CLASS_LOAD]->issue[0].units,
        .store = t->like[CLASS_STORE]->issue[0].units,
        .fp = t->like[CLASS_FP_ADD]->issue[0].units,
    };
    return true;
}

static bool read_lines(struct instr_table *t, struct reader *r, FILE *f)
{
    char line[512];
    bool titles = true;
    while (fgets(line, sizeof(line), f)) {
        r->line++;
        line[strcspn(line, "\r\n")] = 0;
        u32 *u = r->table_units;
        if (*line == '#')
            sscanf(line, "# Units: %u %u %u", &u[0], &u[1], &u[2]);
        if (*line == '#' || !*line)
            continue;
        if (titles) {
            titles = false;
            continue;
        }
        if (t->count == 8192)
            return refuse(r, "more than 8192 forms");
        struct form *form = &t->form[t->count];
        if (!read_form(r, line, form))
            return false;
        t->count++;
    }
    return true;
}

struct instr_table *instr_table_new(struct arena *a, const struct config *c, struct err *e)
{
    struct reader r = { .file = c->instructions,
                        .e = e,
                        .core_units = { (u32)c->core.units_int, (u32)c->core.units_mem,
                                        (u32)c->core.units_fp } };
    struct instr_table *t = ARENA_NEW(a, struct instr_table);
    t->form = ARENA_ARRAY(a, 8192, struct form);
    FILE *f = *r.file ? fopen(r.file, "r") : NULL;
    if (!f) {
        if (*r.file && err_is_host(errno))
            err_system(e, errno, "%.150s", r.file);
        else
            err_set(e, "core.instructions: cannot open '%.150s'", r.file);
        return NULL;
    }
    bool ok = read_lines(t, &r, f);
    if (ok && ferror(f))
        ok = err_system(e, errno, "%.150s", r.file);
    fclose(f);
    if (!ok)
        return NULL;
    index_forms(t, a);
    count_conflicts(t);
    return find_likes(t, a, &r) ? t : NULL;
}

// -- Searching --

static const struct instr_timing *nearest_shape(const struct instr_table *t, u16 run, u8 shape,
                                                int *distance)
{
    const struct form *best = NULL;
    for (u32 k = t->first[run]; k < t->first[run + 1]; k++) {
        int d = __builtin_popcount(t->form[k].shape ^ shape);
        if (!best || d < *distance) {
            best = &t->form[k];
            *distance = d;
        }
    }
    return best ? &best->timing : NULL;
}

static const u16 sibling_of[OP_COUNT] = {
#define SIBLING(row, measured) [OP_##row] = OP_##measured,
#define ZEROES(row, measured)
#define ASSUMED(row, why)
#include "core/instr/sibling.def"
#undef SIBLING
#undef ZEROES
};

static const u16 zeroes_as[OP_COUNT] = {
#define SIBLING(row, measured)
#define ZEROES(row, measured) [OP_##row] = OP_##measured,
#include "core/instr/sibling.def"
#undef SIBLING
#undef ZEROES
#undef ASSUMED
};

static const char *const why_assumed[OP_COUNT] = {
#define SIBLING(row, measured)
#define ZEROES(row, measured)
#define ASSUMED(row, why) [OP_##row] = why,
#include "core/instr/sibling.def"
#undef SIBLING
#undef ZEROES
#undef ASSUMED
};

// The form of `r` that is nearest to the variant and the shape; NULL: the row has none.
static const struct instr_timing *nearest_form(const struct instr_table *t, const struct row *r,
                                               u32 variant, u8 shape)
{
    const struct instr_timing *best = NULL;
    int distance = 0, least = 0;
    if (variant >> r->variant_bits == 0)
        best = nearest_shape(t, (u16)(r->run + variant), shape, &distance);
    if (best)
        return best;
    for (u32 v = 0; v < 1u << r->variant_bits; v++) {
        int d = 0;
        const struct instr_timing *other = nearest_shape(t, (u16)(r->run + v), shape, &d);
        d = d * 8 + __builtin_popcount(v ^ variant);
        if (other && (!best || d < least)) {
            best = other;
            least = d;
        }
    }
    return best;
}

const struct instr_timing *instr_timing(const struct instr_table *t, const struct insn *i, u32 word)
{
    if (i->run <= RUN_UNDEFINED)
        return t->like[CLASS_NOP];
    enum op op = isa_op_of_run(i->run);
    const struct row *r = isa_row(op);
    u8 shape = shape_of(i, word);
    u32 variant = (u32)(i->run - r->run);
    const struct instr_timing *found = NULL;
    if (zeroes_as[op] && !i->imm)
        found = nearest_form(t, isa_row(zeroes_as[op]), variant, shape);
    if (!found)
        found = nearest_form(t, r, variant, shape);
    if (!found && sibling_of[op])
        found = nearest_form(t, isa_row(sibling_of[op]), variant, shape);
    return found ? found : t->like[r->class];
}

struct instr_origin instr_origin(const struct instr_table *t, enum op op)
{
    const struct row *r = isa_row(op), *other = isa_row(sibling_of[op]);
    if (nearest_form(t, r, 0, 0))
        return (struct instr_origin){ INSTR_MEASURED, op, NULL };
    if (sibling_of[op] && nearest_form(t, other, 0, 0))
        return (struct instr_origin){ INSTR_SIBLING, sibling_of[op], NULL };
    const char *why = why_assumed[op] ? why_assumed[op] : "the table has no form of it";
    return (struct instr_origin){ INSTR_ASSUMED, OP_UNDEFINED, why };
}

struct instr_units instr_units(const struct instr_table *t)
{
    return t->units;
}

unsigned instr_undecoded(const struct instr_table *t)
{
    return t->first[RUN_UNDEFINED + 1] - t->first[RUN_UNDEFINED];
}

unsigned instr_conflicts(const struct instr_table *t)
{
    return t->conflicts;
}
