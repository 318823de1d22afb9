// benches.c: the probes: points of m2-probes.csv and what native.def adds to them.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fields.h"
#include "fit/loop.h"
#include "native.h"

extern const char table_probes[], table_probes_end[];

// -- The tables --

char ***table_rows(const char *text, size_t size, size_t columns)
{
    char *copy = malloc(size + 1), ***rows = NULL;
    size_t count = 0;
    if (!copy)
        native_fail("out of memory");
    memcpy(copy, text, size);
    copy[size] = 0;
    for (char *line; (line = strsep(&copy, "\n"));) {
        char **row = calloc(columns, sizeof(*row));
        rows = realloc(rows, (count + 1) * sizeof(*rows));
        if (!row || !rows)
            native_fail("out of memory");
        rows[count] = row;
        bool title = *line == '#' || !*line || !strncmp(line, "name,", 5);
        if (!title && fit_fields(line, row, columns) + 1 >= columns)
            count++;
        else
            free(row);
    }
    rows[count] = NULL;
    return rows;
}

struct bench *benches_add(struct benches *all)
{
    if (all->count == all->room) {
        all->room = all->room ? 2 * all->room : 256;
        all->at = realloc(all->at, all->room * sizeof(*all->at));
        if (!all->at)
            native_fail("out of memory");
    }
    return &all->at[all->count++];
}

// -- One instruction: copies of it whose registers are changed --

// Registers that are 0: nothing the words of probes.def read, nor what the system or the loop uses.
static const u8 free_registers[] = { 0,  4,  5,  8,  9,  10, 11, 12, 13,
                                     14, 15, 16, 17, 19, 20, 21, 22, 23 };
enum { COPIES = 96, CHAIN = 7, BASE = 6 };

// Whether `word` is a branch or one of the system's, which have no result in bits 4:0.
static bool names_no_register(u32 word)
{
    return (word >> 26 & 7) == 5;
}

static u32 with(u32 word, u32 operand, u32 reg)
{
    static const u8 shift[] = { 0, 5, 16, 10 };   // d, n, m, a
    u32 at = shift[operand - 1];
    return (word & ~(31u << at)) | reg << at;
}

static double run_copies(struct loop *c)
{
    c->run.x[BASE] = LAB_DATA + 4096;
    return loop_run(c, 24, 24) / COPIES;
}

double probe_latency(struct lab *lab, double x, u32 word)
{
    u32 to = (u32)x / 16, from = (u32)x % 16;
    struct loop c = loop_begin(lab, 64);
    loop_repeat(&c, with(with(word, to, CHAIN), from, CHAIN), COPIES);
    return run_copies(&c);
}

double probe_throughput(struct lab *lab, double x, u32 word)
{
    struct loop c = loop_begin(lab, 64);
    for (u32 k = 0; k < COPIES; k++)
        loop_emit(&c, names_no_register(word)
                          ? word
                          : with(word, 1, free_registers[k % COUNT(free_registers)]));
    return 1 / run_copies(&c);
}

// -- What there is --

// A family of src/fit/probes.def, or a row of native.def.
static const struct bench generators[] = {
#define PROBE(n, r, a) { .suite = PROBE, .name = n, .run = probe_##r, .x = NAN, .arg = a },
#define INSN_LATENCY(n, word, to, from) \
    { .suite = PROBE, .name = n, .run = probe_latency, .x = 16 * (to) + (from), .arg = word },
#define INSN_RATE(n, word) { .suite = PROBE, .name = n, .run = probe_throughput, .arg = word },
#define KNEE(...)
#include "fit/probes.def"
#undef PROBE
#define CLOCK(n, p, u, w) { .suite = STRUCTURE, .name = n, .unit = u, .what = w, .parameter = p },
#define VALUE(n, p, r, at, a, u, w)                                                  \
    { .suite = STRUCTURE, .name = n, .unit = u, .what = w, .parameter = p, .run = probe_##r, \
      .x = at, .arg = a },
#define FIND(n, p, r, a, how, l, from, to, u, w)                                     \
    { .suite = STRUCTURE, .name = n, .unit = u, .what = w, .parameter = p, .run = probe_##r, \
      .x = NAN, .arg = a, .rule = how, .limit = l, .low = from, .high = to },
#define PARAMETER(...)
#include "native.def"
#undef CLOCK
#undef VALUE
#undef FIND
#undef PARAMETER
};

static const struct {
    const char *name, *parameter;
} parameters[] = {
#define CLOCK(...)
#define VALUE(...)
#define FIND(...)
#define PARAMETER(name, parameter) { name, parameter },
#include "native.def"
};

enum column { NAME, WHAT, FIGURE, UNIT, CORE, PROBE_COLUMNS = 9 };

static const char *parameter_of(const char *name)
{
    for (size_t k = 0; k < COUNT(parameters); k++)
        if (!strcmp(parameters[k].name, name))
            return parameters[k].parameter;
    return NULL;
}

// Of a name "FAMILY @ AXIS=PLACE" the family's generator, or the name's own.
static const struct bench *generator(const char *name, double *x)
{
    const char *at = strstr(name, " @ "), *place = at ? strchr(at, '=') : NULL;
    size_t n = at ? (size_t)(at - name) : strlen(name);
    *x = place ? strtod(place + 1, NULL) : NAN;
    for (size_t k = 0; k < COUNT(generators); k++)
        if (strlen(generators[k].name) == n && !strncmp(generators[k].name, name, n))
            return &generators[k];
    return NULL;
}

static bool has(const struct benches *all, const char *name)
{
    for (size_t k = 0; k < all->count; k++)
        if (!strcmp(all->at[k].name, name))
            return true;
    return false;
}

// The rows of the M2's core of that kind; a structure is looked for on any core.
static void add_rows(struct benches *all, const struct host *h)
{
    const char *core = h->kind == E_CORE ? "M2 E" : "M2 P";
    size_t size = (size_t)(table_probes_end - table_probes);
    for (char ***row = table_rows(table_probes, size, PROBE_COLUMNS); *row; row++) {
        double x;
        const struct bench *g = generator((*row)[NAME], &x);
        if (!g || strcmp((*row)[CORE], core) != 0 || has(all, (*row)[NAME]))
            continue;
        struct bench *b = benches_add(all);
        *b = *g;
        b->name = (*row)[NAME];
        b->row = *row;
        b->what = (*row)[WHAT];
        b->unit = (*row)[UNIT];
        b->parameter = g->suite == STRUCTURE ? g->parameter : parameter_of(b->name);
        if (!isnan(x))
            b->x = x;
    }
}

void benches_list(struct benches *all, const struct host *h)
{
    add_rows(all, h);
    for (size_t k = 0; k < COUNT(generators); k++)
        if (generators[k].suite == STRUCTURE && !has(all, generators[k].name)) {
            struct bench *b = benches_add(all);
            *b = generators[k];
            b->what = b->what ? b->what : "see matching curve test";
        }
}

// -- One of them --

// What a unit other than the generator's own needs, as src/fit/probes.c has it.
static double in_unit(const struct bench *b, double mhz, double v)
{
    if (!strncmp(b->unit, "time (ns", 8))
        return v / (mhz / 1e3);
    if (!strcmp(b->unit, "GB/s"))
        return v * (mhz / 1e3);
    return strcmp(b->unit, "B/cycle") == 0 ? v * 16 : v;   // of 128-bit accesses a cycle
}

struct result bench_run(const struct bench *b, struct lab *l)
{
    struct result r = { .bench = b };
    enum { SCANNED = 64 << 20 };
    if (!b->run) {
        r.slope = measure_clock(native_measure(l));
        r.value = r.slope.each, r.low = r.slope.low, r.high = r.slope.high;
        return r;
    }
    lab_reset(l);
    if (b->run == probe_scan)
        native_touch(l, SCANNED);
    double v = b->rule == POINT ? b->run(l, b->x, b->arg) : find_run(b, l);
    r.slope = native_slope(l);
    r.value = r.low = r.high = b->rule == POINT ? in_unit(b, r.slope.mhz, v) : v;
    if (b->rule == POINT && r.slope.each > 0) {   // the spread of the slope behind it
        r.low *= r.slope.low / r.slope.each;
        r.high *= r.slope.high / r.slope.each;
    }
    return r;
}
