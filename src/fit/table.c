#include "fit/table.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "exec/sem/crc32.h"

enum kind {   // tables.def says what each is
    TEXT,
    MUST,
    NAME,
    MACHINE,
    CORE,
    NUMBER,
    MAYBE,
    WHOLE,
    FIGURE,
    LOW,
    HIGH,
    SEEN,
    FIDELITY,
    WORD,
    LATENCIES,
};
enum { MOST_PLACE = 262144, MOST_LINE = 65536, MOST_CORES = 64 };

struct column {
    const char *title;
    enum kind kind;
    double min, max;
};

#define COLUMN(id, title, kind, min, max) { title, kind, min, max },
static const struct column columns[TABLES][TABLE_COLUMNS] = {
    [TABLE_APPS] = {
#define APPS COLUMN
#include "fit/tables.def"
    },
    [TABLE_LOOPS] = {
#define LOOPS COLUMN
#include "fit/tables.def"
    },
    [TABLE_KERNELS] = {
#define KERNELS COLUMN
#include "fit/tables.def"
    },
    [TABLE_PROBES] = {
#define PROBES COLUMN
#include "fit/tables.def"
    },
    [TABLE_SEQUENCES] = {
#define SEQUENCES COLUMN
#include "fit/tables.def"
    },
    [TABLE_FORMS] = {
#define FORMS COLUMN
#include "fit/tables.def"
    },
    [TABLE_E_FORMS] = {
#define FORMS COLUMN
#include "fit/tables.def"
    },
};

static const char *const files[TABLES] = {
#define TABLE(id, file) file,
#include "fit/tables.def"
};

const char *table_file(enum table_id t)
{
    return files[t];
}

bool fit_is_unseen(const char *name)
{
    u32 crc = ~0u;   // as zlib's crc32
    for (; *name; name++)
        crc = crc32_update(crc32_ieee, crc, (u8)*name, 1);
    return ~crc % 3 == 0;
}

static size_t count_of(enum table_id t)
{
    size_t n = 0;
    while (columns[t][n].title)
        n++;
    return n;
}

void table_titles(enum table_id t, FILE *f)
{
    for (const struct column *c = columns[t]; c->title; c++)
        fprintf(f, "%s%s", c == columns[t] ? "" : ",", c->title);
}

enum table_id table_of(const char *line)
{
    for (enum table_id t = 0; t < TABLES; t++) {
        const char *at = line;
        const struct column *c = columns[t];
        for (size_t n; c->title && (n = strlen(c->title), !strncmp(at, c->title, n)); c++) {
            at += n;
            if (c[1].title && *at++ != ',')
                break;
        }
        if (!c->title && !*at)
            return t;
    }
    return TABLES;
}

int table_core(enum table_id t)
{
    for (size_t k = 0; k < count_of(t); k++)
        if (columns[t][k].kind == CORE)
            return (int)k;
    return -1;
}

const char *table_machine(enum table_id t, char *const *field, struct arena *a)
{
    size_t size = 3;
    for (size_t k = 0; k < count_of(t); k++)
        size += strlen(field[k]) + 2;
    char *text = ARENA_ARRAY(a, size, char), *at = text;
    *at = 0;
    for (size_t k = 0; k < count_of(t); k++)
        if (columns[t][k].kind == MACHINE || columns[t][k].kind == CORE)
            at = stpcpy(stpcpy(at, at == text ? "" : ", "), field[k]);
    return text;
}

// -- A field --

static bool is_number(const char *text, double *v)
{
    char *end;
    *v = strtod(text, &end);
    // strtod reads "inf", "nan", blanks and hexadecimal numbers too.
    return end != text && !*end && !text[strspn(text, "0123456789.eE+-")] && isfinite(*v);
}

static bool is_figure(const char *text, double *v)
{
    char *end;
    text += *text == '~';
    *v = strtod(text, &end);
    return end != text && isfinite(*v) && !text[strspn(text, "0123456789.eE+-/=")];
}

static bool is_place(const char *name)
{
    const char *at = strstr(name, " @ "), *place = at ? strchr(at + 3, '=') : NULL;
    double v;
    return !at || (place && is_number(place + 1, &v) && v >= 0 && v <= MOST_PLACE);
}

static bool is_word(const char *text)
{
    size_t n = strspn(text, "0123456789abcdefABCDEF");
    return n && n <= 8 && !text[n];
}

// "1->2:3.004 1->3r:4"; a letter says how it was measured.
static bool are_latencies(const char *text, double max)
{
    while (*text) {
        char *s;
        unsigned long to = strtoul(text, &s, 10), from = 0;
        if (s == text || strncmp(s, "->", 2) != 0)
            return false;
        const char *number = s + 2;
        from = strtoul(number, &s, 10);
        if (s == number || !to || to > 15 || !from || from > 15)
            return false;
        s += *s == 'r' || *s == 'c';
        if (*s++ != ':')
            return false;
        double v = strtod(number = s, &s);
        if (s == number || !(v >= 0 && v <= max) || (*s && *s != ' '))
            return false;
        text = s + strspn(s, " ");
    }
    return true;
}

static bool fail(struct err *e, const struct column *c, const char *text, const char *want, ...)
    __attribute__((format(printf, 4, 5)));

static bool fail(struct err *e, const struct column *c, const char *text, const char *want, ...)
{
    char wanted[160];
    va_list ap;
    va_start(ap, want);
    vsnprintf(wanted, sizeof(wanted), want, ap);
    va_end(ap);
    return err_set(e, "%s: '%.60s' is not %s", c->title, text, wanted);
}

static bool check_number(const struct column *c, char *const *at, size_t k, struct err *e)
{
    double v, other;
    bool ok = c->kind == FIGURE ? is_figure(at[k], &v) : is_number(at[k], &v);
    if (!ok || !(v >= c->min && v <= c->max) || (c->kind == WHOLE && v != floor(v)))
        return fail(e, c, at[k], "a %snumber from %g to %g", c->kind == WHOLE ? "whole " : "",
                    c->min, c->max);
    if (c->kind == LOW && is_number(at[k - 1], &other) && v > other)
        return fail(e, c, at[k], "at most %s, %s", c[-1].title, at[k - 1]);
    if (c->kind == HIGH && is_number(at[k - 2], &other) && v < other)
        return fail(e, c, at[k], "at least %s, %s", c[-2].title, at[k - 2]);
    return true;
}

static bool check_field(const struct column *c, char *const *at, size_t k, struct err *e)
{
    const char *text = at[k];
    switch (c->kind) {
    case TEXT: return true;
    case MAYBE:
        if (!*text)
            return true;   // fall through
    case NUMBER:
    case WHOLE:
    case FIGURE:
    case LOW:
    case HIGH: return check_number(c, at, k, e);
    case SEEN:
        if (strcmp(text, fit_is_unseen(at[0]) ? "no" : "yes") != 0)
            return err_set(e, "'%.60s': by the rule it is %s", at[0],
                           fit_is_unseen(at[0]) ? "unseen" : "seen");
        return true;
    case FIDELITY: return !strcmp(text, "A") || !strcmp(text, "B") || fail(e, c, text, "A or B");
    case WORD: return is_word(text) || fail(e, c, text, "a word in hexadecimal");
    case LATENCIES:
        return are_latencies(text, c->max) || fail(e, c, text, "TO->FROM:CYCLES, blanks between");
    case NAME:
        if (!is_place(text))
            return fail(e, c, text, "FAMILY @ AXIS=PLACE, a place from 0 to %d",
                        MOST_PLACE);   // fall through
    default: return *text || err_set(e, "%s: it is empty", c->title);
    }
}

static bool check_row(enum table_id t, char *line, char **at, struct err *e)
{
    size_t want = count_of(t), n;
    const char *why = fit_fields_wrong(line);
    if (why) {
        err_set(e, "%s", why);
        return false;
    }
    n = fit_fields(line, at, TABLE_COLUMNS);
    if (n < want)
        return err_set(e, "'%.60s': too few columns: %zu of %zu", at[0], n, want);
    if (n > want)
        return err_set(e, "'%.60s': too many columns: more than %zu", at[0], want);
    for (size_t k = 0; k < want; k++)
        if (!check_field(&columns[t][k], at, k, e))
            return false;
    return true;
}

// -- A file --

struct key {
    const char *name, *machine;
    unsigned line;
};

struct reading {
    const char *path;
    enum table_id t;
    struct arena *a;
    const struct table_reader *r;
    struct err *e;
    struct key *keys;
    size_t count, room;
    const char *cores[MOST_CORES];   // in their order
    size_t core_count;
    bool titles, ok, stopped;
};

static void fault(struct reading *s, unsigned line, const char *text)
{
    struct err e;
    err_set(&e, "%.200s:%u: %s", s->path, line, text);
    if (s->ok) {
        *s->e = e;
        s->e->kind = ERR_DATA;
    }
    s->ok = false;
    s->stopped = s->stopped || !s->r->fault || !s->r->fault(s->r->ctx, line, e.text);
}

static void add_key(struct reading *s, char *const *field, unsigned line)
{
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 256;
        struct key *more = ARENA_ARRAY(s->a, room, struct key);
        if (s->count)
            memcpy(more, s->keys, s->count * sizeof(*more));
        s->keys = more;
        s->room = room;
    }
    bool named = columns[s->t][0].kind == NAME;   // of forms a word and its text are the name
    s->keys[s->count++] =
        (struct key){ field[0], named ? table_machine(s->t, field, s->a) : field[1], line };
}

static bool core_is_together(struct reading *s, const char *core)
{
    if (s->core_count && !strcmp(s->cores[s->core_count - 1], core))
        return true;
    for (size_t k = 0; k < s->core_count; k++)
        if (!strcmp(s->cores[k], core))
            return false;
    if (s->core_count < MOST_CORES)
        s->cores[s->core_count++] = core;
    return true;
}

static void take_row(struct reading *s, struct table_line *l, char *copy)
{
    struct err e;
    char *at[TABLE_COLUMNS] = { NULL };
    int core = table_core(s->t);
    if (!check_row(s->t, copy, at, &e)) {
        fault(s, l->number, e.text);
        return;
    }
    size_t n = count_of(s->t);
    l->table = s->t == TABLE_E_FORMS ? TABLE_FORMS : s->t;
    l->field = memcpy(ARENA_ARRAY(s->a, n, char *), at, n * sizeof(*at));
    add_key(s, l->field, l->number);
    if (core >= 0 && !core_is_together(s, at[core])) {
        err_set(&e, "'%.60s': the rows of a core are together, and %.60s's end above", at[0],
                at[core]);
        fault(s, l->number, e.text);
        return;
    }
    if (!s->r->take(s->r->ctx, l, &e))
        fault(s, l->number, e.text);
}

static void tell_titles(struct reading *s, unsigned line)
{
    char wanted[400] = "the titles of a table are missing; see measured/README.md";
    enum table_id t = s->t < TABLES ? s->t : s->r->likely;
    if (t < TABLES) {
        FILE *f = fmemopen(wanted, sizeof(wanted), "w");
        if (f) {
            fputs("the titles are missing: ", f);
            table_titles(t, f);
            fclose(f);
        }
    }
    fault(s, line, wanted);
    s->stopped = true;
}

static void take_line(struct reading *s, const char *text, size_t size, unsigned number)
{
    struct table_line l = { .number = number };
    struct err e;
    char *copy = memcpy(ARENA_ARRAY(s->a, size + 1, char), text, size + 1);
    l.text = memcpy(ARENA_ARRAY(s->a, size + 1, char), text, size + 1);
    if (strlen(text) != size || size > MOST_LINE) {
        fault(s, number,
              size > MOST_LINE ? "a line of more than 65536 bytes"
                               : "a zero byte: this is no text");
        return;
    }
    if (number == 1 && !strncmp(text, "\xef\xbb\xbf", 3)) {
        fault(s, number, "begins with a byte order mark: save it as UTF-8 without one");
        s->stopped = true;
        return;
    }
    if (*text == '#' || !*text) {
        if (!s->r->take(s->r->ctx, &l, &e))
            fault(s, number, e.text);
        return;
    }
    if (s->titles) {
        take_row(s, &l, copy);
        return;
    }
    enum table_id t = table_of(text);
    s->titles =
        t < TABLES && (s->t == TABLES || t == s->t || (t == TABLE_FORMS && s->t == TABLE_E_FORMS));
    if (!s->titles) {
        tell_titles(s, number);
        return;
    }
    s->t = s->t == TABLES ? t : s->t;
    if (!s->r->take(s->r->ctx, &l, &e))
        fault(s, number, e.text);
}

static int by_key(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int d = strcmp(x->name, y->name);
    d = d ? d : strcmp(x->machine, y->machine);
    return d ? d : (x->line > y->line) - (x->line < y->line);
}

static void check_twice(struct reading *s)
{
    struct err e;
    if (s->count)
        qsort(s->keys, s->count, sizeof(*s->keys), by_key);
    for (size_t k = 1; k < s->count && !s->stopped; k++) {
        const struct key *x = &s->keys[k - 1], *y = &s->keys[k];
        if (strcmp(x->name, y->name) != 0 || strcmp(x->machine, y->machine) != 0)
            continue;
        err_set(&e, "'%.60s' of %.60s is in line %u too", y->name, y->machine, x->line);
        fault(s, y->line, e.text);
    }
}

bool table_read(FILE *in, const char *path, enum table_id *t, struct arena *a,
                const struct table_reader *r, struct err *e)
{
    struct reading s = { .path = path, .t = *t, .a = a, .r = r, .e = e, .ok = true };
    char *line = NULL;
    size_t room = 0;
    unsigned number = 0;
    for (ssize_t n; !s.stopped && (errno = 0, n = getline(&line, &room, in)) >= 0;) {
        while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
            line[--n] = 0;
        take_line(&s, line, (size_t)n, ++number);
    }
    free(line);
    if (ferror(in))
        return err_system(e, errno, "%.200s", path);
    if (!s.titles && !s.stopped)
        tell_titles(&s, number + 1);
    if (!s.stopped)
        check_twice(&s);
    *t = s.t;
    return s.ok;
}
