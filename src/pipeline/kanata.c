// Kanata 0004, the log of Onikiri 2 that Konata opens. Stages are those of pipeline.h.
#include <inttypes.h>
#include <stdlib.h>

#include "base/oom.h"
#include "pipeline/pipeline.h"

struct moment {
    cycle at;
    u32 inst;
    u32 stage;   // PIPELINE_STAGES: thrown away
};

static int in_order(const void *left, const void *right)
{
    const struct moment *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->inst != b->inst)
        return a->inst < b->inst ? -1 : 1;
    return a->stage < b->stage ? -1 : a->stage > b->stage;
}

static void begin(const struct pipeline_view *v, u32 id, FILE *f)
{
    const struct pipeline_inst *i = &v->inst[id];
    const char *wait = pipeline_wait(i);
    fprintf(f, "I\t%u\t%" PRIu64 "\t%u\n", id, i->t.seq, i->thread);
    fprintf(f, "L\t%u\t0\t%" PRIx64 ": %s\n", id, i->pc, i->text);
    if (i->function)
        fprintf(f, "L\t%u\t1\t%s+0x%" PRIx64 "\\n\n", id, i->function, i->offset);
    if (*wait)
        fprintf(f, "L\t%u\t1\twaited for: %s\\n\n", id, wait);
    if (i->t.wrong)
        fprintf(f, "L\t%u\t1\tof a wrong path\\n\n", id);
    // What had retired when it was fetched is there, and nothing to wait for.
    for (u32 k = 0; k < i->producers; k++)
        if (v->inst[i->producer[k]].t.retire > i->t.fetch)
            fprintf(f, "W\t%u\t%u\t0\n", id, i->producer[k]);
}

void pipeline_kanata(const struct pipeline_view *v, FILE *f)
{
    struct moment *e = calloc((size_t)v->count * PIPELINE_STAGES + 1, sizeof(*e));
    size_t n = 0;
    u32 retired = 0;
    if (!e)
        out_of_memory();
    for (u32 k = 0; k < v->count; k++) {
        for (u32 s = 0; s < PIPELINE_STAGES - 1; s++)
            if (!s || pipeline_at(&v->inst[k], s))
                e[n++] = (struct moment){ pipeline_at(&v->inst[k], s), k, s };
        e[n++] = (struct moment){ v->inst[k].t.retire, k, PIPELINE_STAGES };
    }
    qsort(e, n, sizeof(*e), in_order);
    cycle now = v->begin;
    fprintf(f, "Kanata\t0004\nC=\t%" PRIu64 "\n", now);
    for (size_t k = 0; k < n; k++) {
        if (e[k].at > now)
            fprintf(f, "C\t%" PRIu64 "\n", e[k].at - now);
        now = e[k].at;
        if (e[k].stage == PIPELINE_STAGES) {
            bool squashed = v->inst[e[k].inst].t.squashed;
            fprintf(f, "R\t%u\t%u\t%d\n", e[k].inst, retired, squashed);
            retired += !squashed;
            continue;
        }
        if (!e[k].stage)
            begin(v, e[k].inst, f);
        fprintf(f, "S\t%u\t0\t%c\n", e[k].inst, pipeline_stages[e[k].stage].letter);
    }
    free(e);
}
