#include "profile/diff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "report/compare.h"

enum { MOST_FUNCTIONS = 15, MOST_LINES = 20 };

struct side {
    const struct profile *p;
    bool after;
};

struct rows {
    struct compare_row *row;
    size_t count, room;
    struct arena *arena;
};

static void add(struct rows *r, const struct side *s, const char *key, u64 slots)
{
    double cycles = (double)slots / (double)s->p->width;
    if (r->count == r->room) {
        r->room = r->room ? 2 * r->room : 256;
        r->row = realloc(r->row, r->room * sizeof(*r->row));
        if (!r->row)
            out_of_memory();
    }
    r->row[r->count++] =
        (struct compare_row){ key, s->after ? 0 : cycles, s->after ? cycles : 0, NULL };
}

static void add_functions(struct rows *r, const struct side *s)
{
    struct profile_sum *sum = profile_by_function(s->p);
    for (u32 k = 0; k < s->p->functions; k++)
        if (sum[k].all)
            add(r, s, s->p->function[k].name, sum[k].all);
    free(sum);
}

static void add_lines(struct rows *r, const struct side *s)
{
    u32 n;
    struct profile_line *line = profile_by_line(s->p, &n);
    for (u32 k = 0; k < n; k++) {
        if (!line[k].file || !line[k].line)
            continue;
        const char *slash = strrchr(line[k].file, '/');
        const char *name = slash ? slash + 1 : line[k].file;
        size_t room = strlen(name) + 16;
        char *key = ARENA_ARRAY(r->arena, room, char);
        snprintf(key, room, "%s:%u", name, line[k].line);
        add(r, s, key, line[k].sum.all);
    }
    free(line);
}

static void add_causes(struct rows *r, const struct side *s)
{
    struct profile_sum sum;
    profile_total(s->p, &sum);
    for (u32 k = 0; k < s->p->causes; k++) {
        add(r, s, s->p->cause[k].name, sum.slots[k]);
        r->row[r->count - 1].note = s->p->cause[k].doc;
    }
}

bool profile_diff(const struct profile *a, const struct profile *b, FILE *f, bool json,
                  struct err *e)
{
    static void (*const kinds[])(struct rows *, const struct side *) = { add_causes, add_functions,
                                                                         add_lines };
    static const char *const title[] = { "Cycles by cause", "Cycles of functions of their own",
                                         "Cycles of source lines" };
    static const char *const key[] = { "causes", "functions", "lines" };
    const size_t most[] = { PROFILE_MOST_CAUSES, MOST_FUNCTIONS, MOST_LINES };
    const struct side side[] = { { a, false }, { b, true } };
    struct jw j;
    if (json) {
        jw_begin(&j, f);
        jw_object(&j, NULL);
        jw_u64(&j, "before", a->cycles);
        jw_u64(&j, "after", b->cycles);
    } else {
        double by = (double)b->cycles - (double)a->cycles;
        fprintf(f, "\n  before  %" PRIu64 " cycles  # %s, %s model: %s\n", a->cycles, a->core,
                a->model, a->command);
        fprintf(f, "  after   %" PRIu64 " cycles  # %s, %s model: %s\n", b->cycles, b->core,
                b->model, b->command);
        fprintf(f, "  change  %+.0f cycles, %+.2f %%\n", by,
                a->cycles ? 100 * by / (double)a->cycles : 0);
    }
    for (size_t k = 0; k < COUNT(kinds); k++) {
        struct rows r = { .arena = arena_new() };
        kinds[k](&r, &side[0]);
        kinds[k](&r, &side[1]);
        r.count = compare_join(r.row, r.count);
        if (json)
            compare_json(r.row, r.count, key[k], &j);
        else
            compare_text(r.row, r.count, most[k], title[k], f);
        free(r.row);
        arena_free(r.arena);
    }
    if (json) {
        jw_close(&j);
        jw_finish(&j);
    } else {
        fputc('\n', f);
    }
    return (fflush(f) == 0 && !ferror(f)) || err_system(e, errno, "the comparison");
}
