#include "api/intervals.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "core/counters.h"
#include "report/tables.h"

enum {
    LINE_BITS = 6,          // the unit of the footprint
    FIRST_SLOTS = 1 << 14,  // of lines
    NO_ADDRESS = 4096,      // below: the bits of a quotient, or nothing
};

// A line that was touched, in the interval of that number.
struct touched {
    u64 line;
    u64 interval;   // from 1; 0: free
};

struct intervals {
    struct core *core;
    u64 every, fed;   // fed: instructions of the interval so far
    struct report_interval *row;
    size_t count, room;
    struct core_stats before;   // when it began
    struct misses {
        u64 l1d, l2;
    } misses;   // by then
    struct touched *touched;   // open addressing, a power of two
    size_t slots, lines;
};

struct intervals *intervals_new(struct core *core, u64 every)
{
    struct intervals *i = calloc(1, sizeof(*i));
    if (!i || !(i->touched = calloc(FIRST_SLOTS, sizeof(*i->touched))))
        out_of_memory();
    i->core = core;
    i->every = every;
    i->slots = FIRST_SLOTS;
    return i;
}

void intervals_free(struct intervals *i)
{
    if (!i)
        return;
    for (size_t k = 0; k < i->count; k++)
        free((u64 *)i->row[k].cause);
    free(i->row);
    free(i->touched);
    free(i);
}

static bool is_instruction(const struct record *r)
{
    return !(r->head & RECORD_DEF);
}

size_t intervals_cut(struct intervals *i, const struct record *r, size_t n)
{
    u64 left = i->every - i->fed;
    if (n <= left)
        return n;
    size_t k = 0;
    for (; k < n && left; k++)
        left -= is_instruction(&r[k]);
    return k;
}

// -- Footprint --

static struct touched *place_of(const struct intervals *i, u64 line, u64 interval)
{
    size_t k = (size_t)(line * 0x9e3779b97f4a7c15 >> 20) & (i->slots - 1);
    while (i->touched[k].interval == interval && i->touched[k].line != line)
        k = (k + 1) & (i->slots - 1);
    return &i->touched[k];
}

static void grow(struct intervals *i, u64 interval)
{
    struct touched *old = i->touched;
    size_t slots = i->slots;
    i->slots *= 2;
    i->touched = calloc(i->slots, sizeof(*i->touched));
    if (!i->touched)
        out_of_memory();
    for (size_t k = 0; k < slots; k++)
        if (old[k].interval == interval)
            *place_of(i, old[k].line, interval) = old[k];
    free(old);
}

static void touch(struct intervals *i, u64 line)
{
    u64 interval = i->count + 1;
    struct touched *t = place_of(i, line, interval);
    if (t->interval == interval)
        return;
    *t = (struct touched){ line, interval };
    if (++i->lines * 2 > i->slots)
        grow(i, interval);
}

// -- Ends --

// As the report's table has them.
static struct misses misses_of(const struct core_stats *s)
{
    struct stat_group groups[CORE_GROUPS];
    struct report_level level[REPORT_LEVELS];
    struct misses m = { 0, 0 };
    core_counters(s, groups);
    u32 n = report_levels(groups, level);
    for (u32 k = 0; k < n; k++) {
        m.l1d = strcmp(level[k].name, "l1d") ? m.l1d : level[k].misses;
        m.l2 = strcmp(level[k].name, "l2") ? m.l2 : level[k].misses;
    }
    return m;
}

static void end_interval(struct intervals *i)
{
    struct core_stats now;
    const struct core_stats *was = &i->before;
    core_stats(i->core, &now);
    struct misses misses = misses_of(&now);
    if (i->count == i->room) {
        i->room = i->room ? 2 * i->room : 256;
        i->row = realloc(i->row, i->room * sizeof(*i->row));
    }
    u64 *cause = calloc(STACK_COUNT, sizeof(*cause));
    if (!i->row || !cause)
        out_of_memory();
    for (u32 k = 0; k < STACK_COUNT; k++)
        cause[k] = now.stack[k] - was->stack[k];
    i->row[i->count++] = (struct report_interval){
        .instructions = now.instructions - was->instructions,
        .cycles = now.cycles - was->cycles,
        .mispredictions = now.mispredictions - was->mispredictions,
        .l1d_misses = misses.l1d - i->misses.l1d,
        .l2_misses = misses.l2 - i->misses.l2,
        .lines = i->lines,
        .cause = cause,
    };
    i->before = now;
    i->misses = misses;
    i->fed = 0;
    i->lines = 0;
}

void intervals_fed(struct intervals *i, const struct record *r, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (!is_instruction(&r[k]))
            continue;
        i->fed++;
        if (!(r[k].head & RECORD_TAKEN) && r[k].addr >= NO_ADDRESS)
            touch(i, r[k].addr >> LINE_BITS);
    }
    if (i->fed >= i->every)
        end_interval(i);
}

void intervals_end(struct intervals *i)
{
    struct core_stats now;
    core_stats(i->core, &now);
    if (i->fed || now.cycles != i->before.cycles || now.instructions != i->before.instructions)
        end_interval(i);
}

const struct report_interval *intervals_all(const struct intervals *i, size_t *count)
{
    *count = i->count;
    return i->row;
}
