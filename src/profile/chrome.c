// A profile as Chrome's trace events: the tree of calls laid out by cycles, a thread for each root.
//
// What is drawn is how long each function took on each path, not when: calls of the same function from
// the same place are one event. Perfetto keeps whole nanoseconds, so that begins and ends are rounded
// to them, and lengths are of these: what is inside stays inside. Cycles stand in the arguments.
#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "base/json.h"
#include "profile/stacks.h"

enum { PROCESS = 1 };

static void write_name(struct jw *j, const char *what, u32 thread, const char *name)
{
    jw_object(j, NULL);
    jw_text(j, "ph", "M");
    jw_text(j, "name", what);
    jw_u64(j, "pid", PROCESS);
    jw_u64(j, "tid", thread);
    jw_object(j, "args");
    jw_text(j, "name", name);
    jw_close(j);
    jw_close(j);
}

static u64 nanoseconds(const struct profile *p, u64 cycles)
{
    return (u64)llround((double)cycles / p->frequency_ghz);
}

static void write_event(struct jw *j, const struct stacks *s, u32 node, u32 thread, u64 begin)
{
    const struct stack_node *n = &s->node[node];
    u64 from = nanoseconds(s->p, begin), to = nanoseconds(s->p, begin + n->all[0]);
    jw_object(j, NULL);
    jw_text(j, "ph", "X");
    jw_text(j, "name", s->names.text[n->name]);
    jw_text(j, "cat", "function");
    jw_u64(j, "pid", PROCESS);
    jw_u64(j, "tid", thread);
    jw_real(j, "ts", (double)from / 1000);   // microseconds
    jw_real(j, "dur", (double)(to - from) / 1000);
    jw_object(j, "args");
    jw_u64(j, "cycles", n->all[0]);
    jw_u64(j, "own_cycles", n->own[0]);
    jw_u64(j, "instructions", n->all[1]);
    jw_u64(j, "own_instructions", n->own[1]);
    jw_close(j);
    jw_close(j);
}

static void write_events(struct jw *j, const struct stacks *s)
{
    u32 thread = 0;
    u64 *begin = ARENA_ARRAY(s->arena, stacks_count(s), u64);
    u64 *used = ARENA_ARRAY(s->arena, stacks_count(s), u64);   // by children that were written
    for (u32 k = stacks_next(s, 0); k; k = stacks_next(s, k)) {
        u32 parent = s->node[k].parent;
        if (!parent && s->node[k].all[0])
            write_name(j, "thread_name", ++thread, s->names.text[s->node[k].name]);
        begin[k] = parent ? begin[parent] + used[parent] : 0;
        used[parent] += s->node[k].all[0];
        if (s->node[k].all[0])
            write_event(j, s, k, thread, begin[k]);
    }
}

static void write_about(struct jw *j, const struct profile *p)
{
    jw_object(j, "otherData");
    jw_text(j, "command", p->command);
    jw_text(j, "m2sim", p->version);
    jw_text(j, "core", p->core);
    jw_text(j, "model", p->model);
    jw_real(j, "frequency_ghz", p->frequency_ghz);
    jw_u64(j, "cycles", p->cycles);
    jw_u64(j, "instructions", p->instructions);
    jw_text(j, "time", "of the simulated core; functions by what they took, not by when");
    jw_close(j);
}

bool profile_chrome(const struct profile *p, FILE *f, struct err *e)
{
    struct stacks s;
    struct jw j;
    stacks_begin(&s, p);
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_text(&j, "displayTimeUnit", "ns");
    write_about(&j, p);
    jw_array(&j, "traceEvents");
    write_name(&j, "process_name", 0, p->program);
    write_events(&j, &s);
    jw_close(&j);
    jw_close(&j);
    stacks_end(&s);
    return jw_finish(&j) || err_system(e, errno, "the profile");
}
