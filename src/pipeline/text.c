// The terminal's: a line an instruction.
#include <inttypes.h>
#include <string.h>

#include "pipeline/pipeline.h"

enum {
    COLUMNS = 100,   // cycles that a line shows
    ANEW = 32,       // an instruction fetched so much later begins a new axis
    PLACE = 24,
    TEXT = 30,
    WAIT = 11,
};

static void put_axis(FILE *f, cycle from)
{
    fprintf(f, "%-12s  %-*s  %-*s  %-*s  cycle %" PRIu64 "\n", "address", PLACE, "in", TEXT,
            "instruction", WAIT, "waited for", from);
}

static void put_place(FILE *f, const struct pipeline_inst *i)
{
    char text[64] = "";
    if (i->function && i->offset)
        snprintf(text, sizeof(text), "%.17s+0x%" PRIx64, i->function, i->offset);
    else if (i->function)
        snprintf(text, sizeof(text), "%.24s", i->function);
    fprintf(f, "%012" PRIx64 "  %-*.*s  ", i->pc, PLACE, PLACE, text);
}

// Of stages in one cycle the last is shown; > where the line goes on.
static void put_stages(FILE *f, const struct pipeline_inst *i, cycle from)
{
    char line[COLUMNS + 2];
    cycle first = i->t.fetch - from, last = i->t.retire - from;
    memset(line, ' ', sizeof(line));
    for (cycle c = first; c <= last && c < COLUMNS; c++)
        line[c] = '.';
    for (u32 k = 0; k < PIPELINE_STAGES; k++) {
        cycle at = pipeline_at(i, k);
        if (at >= from && at - from < COLUMNS && (at || k == 0))
            line[at - from] = pipeline_stages[k].letter;
    }
    if (i->t.squashed && last < COLUMNS)
        line[last] = 'x';
    if (last >= COLUMNS)
        line[COLUMNS] = '>';
    size_t n = last >= COLUMNS ? COLUMNS + 1 : last + 1;
    fprintf(f, "%.*s", (int)n, line);
    if (last >= COLUMNS)
        fprintf(f, " %s %" PRIu64 " cycles later", i->t.squashed ? "thrown away" : "retired",
                last - first);
    fputc('\n', f);
}

void pipeline_text(const struct pipeline_view *v, FILE *f)
{
    cycle from = 0;
    fprintf(f, "%s, %s model: %" PRIu32 " instructions %s\n", v->program, v->model, v->retired,
            v->what);
    fprintf(f,
            "Fetched from cycle %" PRIu64 ", retired by cycle %" PRIu64 "; %" PRIu32
            " thrown away.\n",
            v->begin, v->end, v->count - v->retired);
    for (u32 k = 0; k < PIPELINE_STAGES; k++)
        fprintf(f, "%c %s, ", pipeline_stages[k].letter, pipeline_stages[k].meaning);
    fprintf(f, ". on its way, x thrown away.\n\n");
    for (u32 k = 0; k < v->count; k++) {
        const struct pipeline_inst *i = &v->inst[k];
        if (!k || i->t.fetch < from || i->t.fetch - from >= ANEW)
            put_axis(f, from = i->t.fetch);
        put_place(f, i);
        fprintf(f, "%-*.*s  %-*s  ", TEXT, TEXT, i->text, WAIT, pipeline_wait(i));
        put_stages(f, i, from);
    }
}
