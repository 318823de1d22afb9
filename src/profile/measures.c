#include "profile/measures.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

// -- Cycles --

struct order {
    u32 function, instruction, path, cost;
};

static int by_function(const void *left, const void *right)
{
    const struct order *a = left, *b = right;
    if (a->function != b->function)
        return a->function < b->function ? -1 : 1;
    if (a->instruction != b->instruction)
        return a->instruction < b->instruction ? -1 : 1;
    return a->path < b->path ? -1 : a->path > b->path;
}

// Each gets the whole cycles that are full with it and were not before.
static u64 *round_cycles(const struct profile *p)
{
    struct order *order = must_calloc(p->costs, sizeof(*order));
    u64 *cycles = must_calloc(p->costs, sizeof(*cycles)), slots = 0, given = 0;
    for (u32 k = 0; k < p->costs; k++) {
        const struct profile_cost *c = &p->cost[k];
        order[k] =
            (struct order){ p->instruction[c->instruction].function, c->instruction, c->path, k };
    }
    qsort(order, p->costs, sizeof(*order), by_function);
    for (u32 k = 0; k < p->costs; k++) {
        for (u32 n = 0; n < p->causes; n++)
            slots += p->cost[order[k].cost].slots[n];
        cycles[order[k].cost] = slots / p->width - given;
        given = slots / p->width;
    }
    free(order);
    return cycles;
}

// -- Names --

static void set_name(struct measure *m, const char *name)
{
    size_t k = 0;
    for (; name[k] && k + 1 < sizeof(m->name); k++) {
        char c = name[k];
        bool upper = c >= 'A' && c <= 'Z', other = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        m->name[k] = upper ? (char)(c + 'a' - 'A') : other ? c : '_';
    }
    m->name[k] = 0;
}

static u32 add_measure(struct measures *m, const char *name, const char *unit, const char *doc)
{
    struct measure *to = &m->measure[m->count];
    set_name(to, name);
    to->unit = unit;
    to->doc = doc;
    return m->count++;
}

static u32 class_of(struct measures *m, const char *class)
{
    struct measure wanted;
    set_name(&wanted, class);
    for (u32 k = MEASURE_CLASSES; k < m->count; k++)
        if (!strcmp(m->measure[k].name, wanted.name))
            return k;
    return add_measure(m, class, "slots", "slots of this class of top-down");
}

void measures_begin(struct measures *m, const struct profile *p)
{
    *m = (struct measures){ .p = p };
    add_measure(m, "cycles", "cycles", "slots over the width, in whole cycles");
    add_measure(m, "slots", "slots", "places in rename, as many a cycle as the core is wide");
    for (u32 k = 0; k < p->causes; k++)
        m->class_of[k] = class_of(m, p->cause[k].class);
    m->events = m->count;
    for (u32 k = 0; k < p->events; k++) {
        // Tools know this one by another name.
        bool executed = !strcmp(p->event[k].name, "executed");
        add_measure(m, executed ? "instructions" : p->event[k].name, "count", p->event[k].doc);
    }
    m->cycles = round_cycles(p);
}

void measures_end(struct measures *m)
{
    free(m->cycles);
}

void measures_add(const struct measures *m, u32 cost, u64 *sum)
{
    const struct profile_cost *c = &m->p->cost[cost];
    sum[MEASURE_CYCLES] += m->cycles[cost];
    for (u32 k = 0; k < m->p->causes; k++) {
        sum[MEASURE_SLOTS] += c->slots[k];
        sum[m->class_of[k]] += c->slots[k];
    }
    for (u32 k = 0; k < m->p->events; k++)
        sum[m->events + k] += c->events[k];
}

// -- Places --

u32 profile_instruction_at(const struct profile *p, u64 address)
{
    u32 low = 0, high = p->instruction_count;
    while (low < high) {
        u32 k = low + (high - low) / 2;
        if (p->instruction[k].address < address)
            low = k + 1;
        else
            high = k;
    }
    bool found = low < p->instruction_count && p->instruction[low].address == address;
    return found ? low : PROFILE_NONE;
}

// The path with the same parent whose function jumped from `function`.
static u32 jumped_from(const struct profile *p, u32 path, u32 function)
{
    for (u32 k = path; k-- > 1;)
        if (p->path[k].parent == p->path[path].parent && p->path[k].function == function)
            return k;
    return 0;
}

u32 profile_call_site(const struct profile *p, u32 path)
{
    while (path && p->path[path].parent) {
        const struct profile_path *q = &p->path[path];
        u32 site = q->site ? profile_instruction_at(p, q->site) : PROFILE_NONE;
        if (site == PROFILE_NONE || strcmp(q->kind, "jump") != 0)
            return site;
        path = jumped_from(p, path, p->instruction[site].function);
    }
    return PROFILE_NONE;
}

u32 profile_inlined_at(const struct profile *p, u32 instruction, u32 *inlined, u32 room)
{
    u32 n = 0;
    for (u32 k = p->instruction[instruction].inlined; k != PROFILE_NONE && n < room;
         k = p->inlined[k].next)
        inlined[n++] = k;
    return n;
}

u64 profile_file_address(const struct profile *p, u32 object, u64 address)
{
    if (address == ~0ull)
        return 0;
    return object == PROFILE_NONE ? address : address - p->object[object].bias;
}
