#include "api/region.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/images.h"
#include "base/number.h"
#include "base/oom.h"
#include "exec/jit/jit.h"
#include "m2sim_roi.h"

enum {
    MOST_PLACES = 64,    // functions of one name
    STEPPED = 100000,   // instructions before a number that are taken one by one (exec/machine.c)
    WARM = 1000000,   // before --from-instruction, by default
    MMAP = 222,
    MPROTECT = 226,
    EXECVE = 221,
};

// Where functions of a name begin.
struct places {
    char name[REGION_NAME];   // "": none is watched for
    vaddr at[MOST_PLACES];
    size_t count;
};

struct region_watch {
    struct m2sim *sim;
    struct machine *machine;
    struct debugger hook;
    struct places from, to;
    u64 nth, times;   // of `from`: which begins the region, and how often it began so far
    u64 from_instruction, to_instruction;   // 0: none
    bool marks;
    bool began, ended, look;   // look: code was mapped since places were looked for
    bool alone;   // this is the child of a fork: nothing of it is timed or watched
    vaddr counted;   // where the thread stands and was counted already, or 0
    u64 before, warm, warmed;
    char text[700];
};

// -- What is asked for --

bool region_split_name(const char *option, const char *given, char name[REGION_NAME], u64 *nth,
                       struct m2sim_error *e)
{
    const char *colon = strrchr(given, ':');
    size_t n = strlen(given);
    *nth = 1;
    // C++ names have colons; a number behind one is the user's.
    if (colon && colon[1] >= '0' && colon[1] <= '9') {
        n = (size_t)(colon - given);
        if (!number_read(colon + 1, nth) || !*nth)
            return api_fail(e, M2SIM_EXIT_USAGE,
                            "--%s %.200s: behind ':' the number of its call, from 1", option,
                            given);
    }
    if (!n || n >= REGION_NAME)
        return api_fail(e, M2SIM_EXIT_USAGE, "'%.200s' is no name of a function", given);
    memcpy(name, given, n);
    name[n] = '\0';
    return true;
}

static bool understand(struct region_watch *w, const struct m2sim_region *r, struct m2sim_error *e)
{
    u64 ignored;
    if (!!r->from_symbol + !!r->from_instruction + r->marks > 1)
        return api_fail(
            e, M2SIM_EXIT_USAGE,
            "--from-symbol, --from-instruction and --roi: the region begins at one of them");
    if (!!r->to_symbol + !!r->to_instruction > 1 ||
        (r->marks && (r->to_symbol || r->to_instruction)))
        return api_fail(e, M2SIM_EXIT_USAGE,
                        "--to-symbol, --to-instruction and --roi: the region ends at one of them");
    if (r->to_instruction && r->to_instruction <= r->from_instruction)
        return api_fail(e, M2SIM_EXIT_USAGE, "--to-instruction %" PRIu64 " is not behind %" PRIu64,
                        r->to_instruction, r->from_instruction);
    if (w->sim->options.gdb)
        return api_fail(e, M2SIM_EXIT_USAGE,
                        "--gdb: a debugger stops the program itself; no region beside it");
    if (r->from_symbol &&
        !region_split_name("from-symbol", r->from_symbol, w->from.name, &w->nth, e))
        return false;
    if (r->to_symbol && !region_split_name("to-symbol", r->to_symbol, w->to.name, &ignored, e))
        return false;
    w->from_instruction = r->from_instruction;
    w->to_instruction = r->to_instruction;
    w->marks = r->marks;
    w->warm = r->warm_given                ? r->warm
              : !w->from_instruction       ? 0
              : w->from_instruction < WARM ? w->from_instruction
                                           : WARM;
    return true;
}

static void describe(struct region_watch *w)
{
    char from[300] = "the start", to[300] = "the end";
    if (w->from.name[0] && w->nth > 1)
        snprintf(from, sizeof(from), "call %" PRIu64 " of %s", w->nth, w->from.name);
    else if (w->from.name[0])
        snprintf(from, sizeof(from), "%s", w->from.name);
    if (w->from_instruction)
        snprintf(from, sizeof(from), "instruction %" PRIu64, w->from_instruction);
    if (w->to.name[0])
        snprintf(to, sizeof(to), "%s", w->to.name);
    if (w->to_instruction)
        snprintf(to, sizeof(to), "instruction %" PRIu64, w->to_instruction);
    if (w->marks)
        snprintf(w->text, sizeof(w->text), "between the program's marks (m2sim_roi.h)");
    else
        snprintf(w->text, sizeof(w->text), "from %s to %s", from, to);
}

// -- Where it is --

static void find_in(struct places *p, const struct image *m)
{
    const struct symbol *y = NULL;
    while (m->names && p->name[0] && (y = symbols_named(m->names, p->name, y)))
        if (p->count < MOST_PLACES)
            p->at[p->count++] = y->address + m->bias;
}

// Looks for both names in all code that is mapped.
static void find_places(struct region_watch *w)
{
    struct space *s = w->sim->process->space;
    struct images *images = images_new(w->sim);
    const struct image *seen[MOST_PLACES];
    size_t images_seen = 0;
    struct region r;
    w->from.count = w->to.count = 0;
    for (vaddr at = SPACE_LOWEST; space_region_from(s, at, &r); at = r.end) {
        const struct image *m = r.prot & SPACE_EXEC ? images_at(images, r.start) : NULL;
        bool known = !m || images_seen == MOST_PLACES;
        for (size_t k = 0; k < images_seen && !known; k++)
            known = seen[k] == m;
        if (known)
            continue;
        seen[images_seen++] = m;
        find_in(&w->from, m);
        find_in(&w->to, m);
    }
    images_free(images);
    w->look = false;
}

static bool stands_at(const struct places *p, vaddr pc)
{
    for (size_t k = 0; k < p->count; k++)
        if (p->at[k] == pc)
            return true;
    return false;
}

// What is watched for now: where it begins, or where it ends.
static const struct places *watched(const struct region_watch *w)
{
    return w->began ? &w->to : &w->from;
}

static struct insn *decoded(const struct space *s, vaddr a)
{
    return (struct insn *)s->shadow + a / 4;
}

static void take_out(struct space *s, vaddr a)
{
    if (space_range_ok(s, a, 4, SPACE_EXEC) && decoded(s, a)->run == RUN_BREAKPOINT)
        *decoded(s, a) = (struct insn){ 0 };
}

// Code that was translated before it was watched goes.
static void put_in(struct space *s, vaddr a)
{
    if (!space_range_ok(s, a, 4, SPACE_EXEC) || decoded(s, a)->run == RUN_BREAKPOINT)
        return;
    space_forget(s, a);
    *decoded(s, a) = (struct insn){ .run = RUN_BREAKPOINT };
}

// -- When it is --

// From here on there are records: all code is decoded anew, so that each instruction's definition is
// among them.
static void begin_region(struct region_watch *w)
{
    struct m2sim *s = w->sim;
    for (size_t k = 0; k < w->from.count; k++)
        take_out(s->process->space, w->from.at[k]);
    w->began = true;
    w->before = w->machine->instructions;
    w->machine->recorder = stream_recorder(s->stream);
    for (struct thread *t = s->process->threads; t; t = t->next)
        t->recorder = w->machine->recorder;
    if (w->machine->jit)
        jit_begin_recording(w->machine->jit);
    space_invalidate_code(s->process->space, 0, s->process->space->size);
}

static void end_region(struct region_watch *w)
{
    for (size_t k = 0; k < w->to.count; k++)
        take_out(w->sim->process->space, w->to.at[k]);
    w->ended = true;
    m2sim_stop(w->sim);
}

// The instruction at which it begins or ends by number; 0: none.
static u64 number_ahead(const struct region_watch *w)
{
    u64 begin = w->from_instruction > w->warm ? w->from_instruction - w->warm : 0;
    return w->began ? w->to_instruction : begin;
}

// Whether the place before the next instruction begins or ends it.
static void arrive(struct region_watch *w, struct thread *t)
{
    u64 number = number_ahead(w);
    bool here = stands_at(watched(w), t->cpu.pc);
    if (number && w->machine->instructions >= number) {
        if (w->began)
            end_region(w);
        else
            begin_region(w);
    } else if (here && w->counted != t->cpu.pc) {
        if (w->began)
            end_region(w);
        else if (++w->times == w->nth)
            begin_region(w);
    }
    w->counted = here ? t->cpu.pc : 0;
}

// -- Between the machine and the instructions --

static struct trap stretch(struct region_watch *w, struct thread *t, u64 budget, bool step,
                           u64 *executed)
{
    struct machine *m = w->machine;
    struct space *s = m->process->space;
    struct recorder *r = t->recorder;
    const struct places *p = watched(w);
    bool here = stands_at(p, t->cpu.pc);
    for (size_t k = 0; k < p->count; k++)
        if (p->at[k] == t->cpu.pc)
            take_out(s, p->at[k]);
        else
            put_in(s, p->at[k]);
    bool entered = space_enter(s);
    struct trap trap = here || step ? exec_step(&t->cpu, s, r, executed)
                       : m->jit     ? jit_run(m->jit, &t->cpu, s, budget, r, executed)
                                    : exec_run(&t->cpu, s, budget, r, executed);
    space_leave(s, entered);
    if (*executed)
        w->counted = 0;
    return trap;
}

static bool run(void *ctx, struct thread *t, struct recorder *r, u64 budget, bool step,
                struct trap *trap, u64 *executed)
{
    struct region_watch *w = ctx;
    *executed = 0;
    *trap = (struct trap){ TRAP_BUDGET };
    if (w->look)
        find_places(w);
    arrive(w, t);
    if (w->ended)
        return true;   // the machine sees that it is to stop
    u64 number = number_ahead(w), done = w->machine->instructions;
    if (number > done) {
        u64 left = number - done;
        step |= left <= STEPPED;
        budget = left > STEPPED && left - STEPPED < budget ? left - STEPPED : budget;
    }
    *trap = stretch(w, t, budget, step, executed);
    if (trap->kind == TRAP_SVC)
        w->look |= t->cpu.x[8] == MMAP || t->cpu.x[8] == MPROTECT || t->cpu.x[8] == EXECVE;
    if (trap->kind == TRAP_MARK && w->marks && trap->addr == M2SIM_ROI_BEGIN && !w->began) {
        w->machine->instructions += *executed;   // those before the region
        *executed = 0;
        begin_region(w);
    } else if (trap->kind == TRAP_MARK && w->marks && trap->addr == M2SIM_ROI_END && w->began) {
        end_region(w);
    }
    return true;
}

// -- Life --

struct region_watch *region_new(struct m2sim *s, struct m2sim_error *e)
{
    const struct m2sim_region *r = &s->options.region;
    bool any = r->from_symbol || r->to_symbol || r->from_instruction || r->to_instruction ||
               r->marks || r->warm;
    e->exit_code = 0;
    if (!any)
        return NULL;
    struct region_watch *w = calloc(1, sizeof(*w));
    if (!w)
        out_of_memory();
    w->sim = s;
    w->machine = &s->machine;
    w->hook = (struct debugger){ run, w };
    if (!understand(w, r, e)) {
        free(w);
        return NULL;
    }
    describe(w);
    find_places(w);
    bool whole = !s->process->interp_base;   // nothing more is mapped by a dynamic linker
    const struct places *lost = w->from.name[0] && !w->from.count ? &w->from
                                : w->to.name[0] && !w->to.count   ? &w->to
                                                                  : NULL;
    if (lost && whole) {
        struct images *images = images_new(s);
        const struct image *m = images_at(images, s->process->start);
        const char *like = m && m->names ? symbols_like(m->names, lost->name) : NULL;
        api_fail(e, M2SIM_EXIT_DATA, "%.200s has no function '%.100s'%s%.100s%s",
                 s->options.program, lost->name, like ? "; is '" : "", like ? like : "",
                 like ? "' meant?" : "");
        images_free(images);
        free(w);
        return NULL;
    }
    s->machine.debugger = &w->hook;
    bool at_once = !w->from.name[0] && !number_ahead(w) && !w->marks;
    if (at_once) {
        w->began = true;
    } else {
        s->machine.recorder = NULL;
        if (s->machine.jit)
            jit_end_recording(s->machine.jit);
    }
    return w;
}

void region_free(struct region_watch *w)
{
    free(w);
}

void region_forked(struct region_watch *w)
{
    const struct places *p = watched(w);
    for (size_t k = 0; k < p->count; k++)
        take_out(w->sim->process->space, p->at[k]);
    w->machine->debugger = NULL;
    if (!w->began)
        w->before = w->machine->instructions;
    w->alone = true;
}

bool region_began(const struct region_watch *w)
{
    return w->began && w->warmed == w->warm;
}

bool region_ended(const struct region_watch *w)
{
    return w->ended;
}

u64 region_before(const struct region_watch *w)
{
    return w->began || w->alone ? w->before : w->machine->instructions;
}

size_t region_warms(struct region_watch *w, const struct record *r, size_t n)
{
    size_t k = 0;
    for (; k < n && w->warmed < w->warm; k++)
        w->warmed += !(r[k].head & RECORD_DEF);
    return k;
}

u64 region_warmed(const struct region_watch *w)
{
    return w->warmed;
}

void region_never(struct region_watch *w, struct m2sim_error *e)
{
    if (w->began && !w->from_instruction)
        api_fail(e, M2SIM_EXIT_DATA,
                 "the region never began: all %" PRIu64
                 " instructions until the end of the run only warmed (--warm %" PRIu64 ")",
                 w->warmed, w->warm);
    else if (w->from.name[0] && !w->from.count)
        api_fail(e, M2SIM_EXIT_DATA,
                 "the region never began: neither the program nor a library it loaded has a "
                 "function '%.200s'",
                 w->from.name);
    else if (w->from.name[0])
        api_fail(e, M2SIM_EXIT_DATA,
                 "the region never began: '%.200s' was called %" PRIu64 " times", w->from.name,
                 w->times);
    else if (w->marks)
        api_fail(e, M2SIM_EXIT_DATA,
                 "the region never began: the program came to no m2sim_roi_begin()");
    else
        api_fail(e, M2SIM_EXIT_DATA,
                 "the region never began: the program ended after %" PRIu64 " instructions",
                 w->machine->instructions);
}

const char *region_text(const struct region_watch *w)
{
    return w->text;
}
