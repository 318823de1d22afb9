// gem5's O3PipeView: 1000 ticks a cycle, and tick 0 means never, so that cycle 0 is tick 1000. There is
// no stage of decoding of its own: its tick is that of fetch.
#include <inttypes.h>

#include "pipeline/pipeline.h"

enum { TICKS = 1000 };

static u64 tick(cycle at)
{
    return (at + 1) * TICKS;
}

static u64 stage(const struct pipeline_inst *i, u32 k)
{
    cycle at = pipeline_at(i, k);
    return at || !k ? tick(at) : 0;
}

void pipeline_o3pipeview(const struct pipeline_view *v, FILE *f)
{
    static const char *const name[PIPELINE_STAGES] = { "fetch", "rename",   "dispatch",
                                                       "issue", "complete", "retire" };
    for (u32 n = 0; n < v->count; n++) {
        const struct pipeline_inst *i = &v->inst[n];
        fprintf(f, "O3PipeView:fetch:%" PRIu64 ":0x%08" PRIx64 ":0:%" PRIu64 ":  ", stage(i, 0),
                i->pc, i->t.seq + 1);
        for (const char *c = i->text; *c; c++)   // lines are split at colons
            fputc(*c == ':' ? ' ' : *c, f);
        fprintf(f, "\nO3PipeView:decode:%" PRIu64 "\n", stage(i, 0));
        for (u32 k = 1; k < PIPELINE_STAGES - 1; k++)
            fprintf(f, "O3PipeView:%s:%" PRIu64 "\n", name[k], stage(i, k));
        fprintf(f, "O3PipeView:retire:%" PRIu64 ":store:0\n", stage(i, PIPELINE_STAGES - 1));
    }
}
