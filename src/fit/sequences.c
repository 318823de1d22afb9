// sequences.c: rows of copies of several instructions, and what one copy costs.
//
// measured/sequences.csv has what was measured and the code, both as text and as words. What is
// measured is a loop of as many copies as the measurement had: how many stores and loads a loop has
// decides what a table of them can learn.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fit.h"
#include "fit/loop.h"

enum column {
#define SEQUENCES(id, ...) id,
#include "fit/tables.def"
};

enum {
    WORDS = 64,   // of a copy or before the loop, at most
    MOST_COPIES = 8192,
    MOST_WORDS = 1 << 17,   // of the loop: half of what its last branch reaches
    MOST_OFFSET = 1 << 20,   // of START
    ROUND = 8640,   // copies that warm up, and that are measured, at least
    LINE = 128,   // bytes: the loop begins one
    HELD = 256,   // 64-bit words of memory that hold the value of START
    MOVI_1 = 0x4f00e420,   // movi v0.16b, #1
};
#define DATA (LAB_DATA + 65536)

struct words {
    u32 count, word[WORDS], step[WORDS];
};

struct sequence {
    struct words before, code, after;
    u32 copies, turn;
    u64 seed, constant, memory;
    u64 data;   // the first address of them, or 0
    struct result r;
};

struct sequences {
    const struct fit *f;
    bool small;   // the E core's rows
    struct sequence **at;
    size_t count, room, rows;
};

// -- The table --

static bool read_hex(const char **text, u32 *value)
{
    size_t digits = strspn(*text, "0123456789abcdefABCDEF");
    *value = (u32)strtoul(*text, NULL, 16);
    *text += digits;
    return digits && digits <= 8;
}

static bool read_words(const char *text, struct words *w)
{
    for (w->count = 0; *text; w->count++) {
        if (w->count == WORDS || !read_hex(&text, &w->word[w->count]))
            return false;
        w->step[w->count] = 0;
        if (*text == '+' && (text++, !read_hex(&text, &w->step[w->count])))
            return false;
        if (*text && *text++ != ' ')
            return false;
    }
    return true;
}

// A number, or @ or @+N: an address of the data, which *data becomes.
static bool read_value(const char **text, u64 *value, u64 *data)
{
    const char *s = *text;
    bool address = *s == '@', offset = address && s[1] == '+';
    char *end = (char *)s + 1;
    u64 n = address && !offset ? 0 : strtoull(s + (offset ? 2 : 0), &end, 0);
    if (end == s || (address && n > MOST_OFFSET))
        return false;
    *value = address ? DATA + n : n;
    if (address && !*data)
        *data = *value;
    *text = *end == ' ' ? end + 1 : end;
    return true;
}

static bool read_start(const char *text, struct sequence *q)
{
    return read_value(&text, &q->seed, &q->data) && read_value(&text, &q->constant, &q->data) &&
           read_value(&text, &q->memory, &q->data) && !*text;
}

static const char *read_sequence(char *const *at, struct sequence *q)
{
    u64 copies = strtoull(at[COPIES], NULL, 10), turn = strtoull(at[TURN], NULL, 10);
    if (!copies || copies > MOST_COPIES || !turn || turn > copies)
        return "copies must be above 0 and at most 8192, turn at most copies";
    if (!read_start(at[START], q))
        return "start must be three of @, @+N or a number, N at most 1048576";
    if (!read_words(at[BEFORE], &q->before) || !read_words(at[CODE], &q->code) ||
        !read_words(at[AFTER], &q->after) || !q->code.count)
        return "before, code and after must be words in hexadecimal, 64 at most";
    q->copies = (u32)copies;
    q->turn = (u32)turn;
    if (q->copies * q->code.count > MOST_WORDS)
        return "the loop is longer than 131072 words";
    return NULL;
}

static bool take_row(void *ctx, char **at, struct err *e)
{
    struct sequences *s = ctx;
    struct arena *arena = s->f->results->arena;
    struct sequence *q = ARENA_NEW(arena, struct sequence);
    const char *why = read_sequence(at, q);
    if (why)
        return fit_bad_row(at[NAME], why, e);
    bool small = strcmp(at[CORE], "m1-icestorm") == 0;
    if (small != s->small || s->rows++ % s->f->every != 0)
        return true;
    q->r = (struct result){ .set = "sequences",
                            .core = s->f->core,
                            .family = at[FAMILY],
                            .name = at[NAME],
                            .unit = "cycles",
                            .x = NAN,
                            .sim = NAN,
                            .hw = strtod(at[MEASURED], NULL),
                            .unseen = fit_is_unseen(at[NAME]) };
    if (s->count == s->room) {
        struct sequence **more = ARENA_ARRAY(arena, s->room ? 2 * s->room : 256, struct sequence *);
        if (s->count)
            memcpy(more, s->at, s->count * sizeof(*more));
        s->at = more;
        s->room = s->room ? 2 * s->room : 256;
    }
    s->at[s->count++] = q;
    return true;
}

// -- Runs --

static void write_words(struct loop *c, const struct words *w, u32 turn)
{
    for (u32 k = 0; k < w->count; k++)
        loop_emit(c, w->word[k] + w->step[k] * turn);
}

static void start(struct lab *lab, const struct sequence *q, struct loop *c)
{
    for (u32 k = 0; k < 28; k++)
        c->run.x[k] = q->seed;
    c->run.x[28] = q->constant;
    for (u32 k = 0; q->data && k < HELD; k++)
        lab_data(lab, q->data + sizeof(u64) * k, q->memory);
}

// Closed by two instructions that leave the flags alone, which are a way from copy to copy too. The
// measured loops had two: pairs stay where they were in groups of eight.
static double run(struct lab *lab, struct loop *c, u32 times)
{
    enum { COUNTER = 29 };
    loop_emit(c, a64_sub_imm(COUNTER, COUNTER, 1));
    loop_emit(c, a64_cbnz(COUNTER, loop_distance(c, c->head)));
    c->run.x[COUNTER] = ~0ull;
    c->run.head = c->head;
    c->run.warm = c->run.count = times;
    return lab_run(lab, &c->run);
}

static void time_sequence(void *ctx, struct lab *lab, size_t k)
{
    struct sequences *s = ctx;
    struct sequence *q = s->at[k];
    if (!fit_wants(s->f, &q->r))
        return;
    struct loop c = loop_begin(lab, LINE);
    for (u32 v = 0; v < 32; v++)
        loop_emit(&c, MOVI_1 | v);
    write_words(&c, &q->before, 0);
    while (c.at % LINE)
        loop_emit(&c, A64_NOP);
    c.head = c.at;
    for (u32 n = 0; n < q->copies; n++)
        write_words(&c, &q->code, n % q->turn);
    write_words(&c, &q->after, 0);
    start(lab, q, &c);
    q->r.sim = run(lab, &c, (ROUND + q->copies - 1) / q->copies) / q->copies;
    if (isnan(q->r.sim))
        q->r.note = "its loop does not come round";
}

bool fit_sequences(const struct fit *f, struct err *e)
{
    struct sequences s = { .f = f };
    s.small = strstr(f->core, "icestorm") || strstr(f->core, "blizzard");
    if (!fit_rows(f, TABLE_SEQUENCES, take_row, &s, e) ||
        !fit_jobs(f, "sequences", s.count, time_sequence, &s, e))
        return false;
    for (size_t k = 0; k < s.count; k++)
        *results_add(f->results) = s.at[k]->r;
    return true;
}
