// Which instructions m2sim has, a program contains, or a run executed.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/sim.h"
#include "base/json.h"
#include "core/instr/instr.h"
#include "isa/decode.h"

struct tally {
    const struct instr_table *timing;
    u64 count[OP_COUNT];      // words or executions; OP_UNDEFINED: no instruction
    u64 half[OP_COUNT];       // of those, the half-precision forms of a row that has others too
};

// Whether the row leaves the floating-point type to a field (yy) that says half here.
static bool is_half(enum op op, u32 word)
{
    const struct row *r = isa_row(op);
    return r->feature == FEAT_FP && strchr(r->variants, 'y') && (word >> 22 & 3) == 3;
}

static const char *feature_of(const struct tally *t, enum op op)
{
    return !t->half[op]                  ? isa_feature_name(isa_row(op)->feature)
           : t->half[op] == t->count[op] ? "FP16"
                                         : "FP,FP16";
}

static void add(struct tally *t, u32 word, u64 count)
{
    struct insn i = isa_decode(word);
    enum op op = i.run == RUN_UNDEFINED ? OP_UNDEFINED : isa_op_of_run(i.run);
    t->count[op] += count;
    if (is_half(op, word))
        t->half[op] += count;
}

static void add_executed(void *ctx, vaddr pc, u32 word, u64 count)
{
    add(ctx, word, count);
}

// Every instruction of a file's code; what mapping symbols say is data is left out.
static bool add_file(struct tally *t, const char *path, struct m2sim_error *e)
{
    struct symbols *s = api_code_of(path, e);
    const struct symbols_code *code;
    size_t count = s ? symbols_code(s, &code) : 0;
    for (size_t k = 0; k < count; k++)
        for (u64 at = 0, until; at + 4 <= code[k].size; at += 4) {
            u32 word;
            memcpy(&word, code[k].bytes + at, sizeof(word));
            if (!symbols_is_data(s, code[k].section, code[k].address + at, &until))
                add(t, word, 1);
        }
    symbols_free(s);
    return s;
}

// One word of each variant of each row.
static void add_rows(struct tally *t)
{
    for (enum op op = 1; op < OP_COUNT; op++) {
        const struct row *r = isa_row(op);
        u64 seed = op;
        bool seen[256] = { false };
        for (u32 tries = 0, left = 1u << r->variant_bits; left && tries < 4000; tries++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            u32 word = ((u32)(seed >> 32) & ~r->mask) | r->bits;
            struct insn i = isa_decode(word);
            if (i.run == RUN_UNDEFINED || isa_op_of_run(i.run) != op || seen[i.run - r->run])
                continue;
            seen[i.run - r->run] = true;
            left--;
            add(t, word, 1);
        }
    }
}

static const char *timing_of(const struct tally *t, enum op op)
{
    static const char *const name[] = {
        [INSTR_MEASURED] = "measured", [INSTR_SIBLING] = "sibling", [INSTR_ASSUMED] = "assumed"
    };
    return name[instr_origin(t->timing, op).from];
}

static int by_count(const void *a, const void *b, void *tally)
{
    const struct tally *t = tally;
    u64 x = t->count[*(const u16 *)a], y = t->count[*(const u16 *)b];
    return x != y ? (x < y ? 1 : -1) : *(const u16 *)a - *(const u16 *)b;
}

static size_t used_rows(const struct tally *t, u16 op[OP_COUNT], bool sorted)
{
    size_t n = 0;
    for (u16 k = 1; k < OP_COUNT; k++)
        if (t->count[k])
            op[n++] = k;
    if (sorted)
        qsort_r(op, n, sizeof(*op), by_count, (void *)t);
    return n;
}

// What the timing of each assumed row waits for, one reason a line.
static void print_reasons(const struct tally *t, FILE *f, const u16 *op, size_t n)
{
    bool said[OP_COUNT] = { false };
    for (size_t k = 0; k < n; k++) {
        struct instr_origin o = instr_origin(t->timing, op[k]);
        if (o.from != INSTR_ASSUMED || said[op[k]])
            continue;
        fprintf(f, "assumed, %s:", o.why);
        for (size_t j = k; j < n; j++) {
            struct instr_origin other = instr_origin(t->timing, op[j]);
            if (other.from != INSTR_ASSUMED || strcmp(other.why, o.why) != 0)
                continue;
            said[op[j]] = true;
            fprintf(f, " %s", isa_row(op[j])->name);
        }
        fprintf(f, "\n");
    }
}

static void print_text(const struct tally *t, FILE *f, bool counted)
{
    u16 op[OP_COUNT];
    size_t n = used_rows(t, op, counted);
    u64 all = t->count[OP_UNDEFINED];
    for (size_t k = 0; k < n; k++)
        all += t->count[op[k]];
    if (counted)
        fprintf(f, "%14s %7s  ", "count", "share");
    fprintf(f, "%-22s %-9s %-10s %-9s %-12s %s\n", "instruction", "feature", "class", "timing",
            "tested by", "syntax");
    for (size_t k = 0; k < n; k++) {
        const struct row *r = isa_row(op[k]);
        if (counted)
            fprintf(f, "%14" PRIu64 " %6.2f%%  ", t->count[op[k]],
                    100.0 * (double)t->count[op[k]] / (double)all);
        fprintf(f, "%-22s %-9s %-10s %-9s %-12s %s\n", r->name, feature_of(t, op[k]),
                isa_class_name(r->class), timing_of(t, op[k]), isa_tested_by(op[k]), r->syntax);
    }
    if (t->count[OP_UNDEFINED])
        fprintf(f, "%14" PRIu64 " %6.2f%%  no instruction of an M2 (data among the code?)\n",
                t->count[OP_UNDEFINED], 100.0 * (double)t->count[OP_UNDEFINED] / (double)all);
    fprintf(f, "%zu instructions\n", n);
    if (!counted)
        print_reasons(t, f, op, n);
}

static void print_json(const struct tally *t, FILE *f, bool counted)
{
    u16 op[OP_COUNT];
    size_t n = used_rows(t, op, counted);
    struct jw j;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_u64(&j, "schema", 1);
    jw_array(&j, "instructions");
    for (size_t k = 0; k < n; k++) {
        const struct row *r = isa_row(op[k]);
        jw_object(&j, NULL);
        jw_text(&j, "name", r->name);
        if (counted)
            jw_u64(&j, "count", t->count[op[k]]);
        jw_text(&j, "syntax", r->syntax);
        jw_text(&j, "encoding", r->encoding);
        jw_text(&j, "feature", feature_of(t, op[k]));
        jw_text(&j, "class", isa_class_name(r->class));
        struct instr_origin o = instr_origin(t->timing, op[k]);
        jw_text(&j, "timing", timing_of(t, op[k]));
        if (o.from == INSTR_SIBLING)
            jw_text(&j, "timed_as", isa_row(o.row)->name);
        if (o.why)
            jw_text(&j, "why", o.why);
        jw_text(&j, "tested_by", isa_tested_by(op[k]));
        jw_close(&j);
    }
    jw_close(&j);
    if (counted)
        jw_u64(&j, "undefined", t->count[OP_UNDEFINED]);
    jw_close(&j);
    jw_finish(&j);
}

bool m2sim_isa(const char *path, const struct m2sim *run, const char *core, FILE *f, unsigned flags,
               struct m2sim_error *e)
{
    struct arena *a = arena_new();
    struct tally *t = ARENA_NEW(a, struct tally);
    struct config config;
    struct err err = { "" };
    bool ok = config_load(&config, a, core ? core : "m2-avalanche", NULL, 0, &err) &&
              (t->timing = instr_table_new(a, &config, &err));
    if (!ok)
        api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
    else if (path)
        ok = add_file(t, path, e);
    else if (run)
        counts_each(run->counts, add_executed, t);
    else
        add_rows(t);
    if (ok && flags & M2SIM_JSON)
        print_json(t, f, path || run);
    else if (ok)
        print_text(t, f, path || run);
    arena_free(a);
    return ok;
}
