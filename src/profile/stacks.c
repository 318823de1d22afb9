#include "profile/stacks.h"

#include <stdlib.h>

#include "base/oom.h"

// -- Nodes --

static u32 child(struct stacks *s, u32 parent, const char *name)
{
    u32 id = names_id(&s->names, name), count = stacks_count(s);
    u32 node = pairs_id(&s->children, parent, id);
    if (node < count)
        return node;
    if (node >= s->room) {
        s->room = 2 * s->room + 256;
        s->node = realloc(s->node, s->room * sizeof(*s->node));
        if (!s->node)
            out_of_memory();
    }
    s->node[node] =
        (struct stack_node){ parent, STACKS_NONE, STACKS_NONE, STACKS_NONE, id, { 0 }, { 0 } };
    if (!node)
        return 0;
    struct stack_node *above = &s->node[parent];
    if (above->first == STACKS_NONE)
        above->first = node;
    else
        s->node[above->last].next = node;
    above->last = node;
    return node;
}

u32 stacks_count(const struct stacks *s)
{
    return s->children.count;
}

u32 stacks_next(const struct stacks *s, u32 node)
{
    if (s->node[node].first != STACKS_NONE)
        return s->node[node].first;
    for (; node; node = s->node[node].parent)
        if (s->node[node].next != STACKS_NONE)
            return s->node[node].next;
    return 0;
}

// The node of what is at an instruction on a path, whose own is `node`: of functions inlined, and of
// one that the path's was left for without a call.
static u32 node_at(struct stacks *s, u32 node, u32 path, u32 instruction)
{
    const struct profile *p = s->p;
    u32 function = p->instruction[instruction].function, inlined[MOST_INLINED_FRAMES];
    if (p->path[path].function != function)
        node = child(s, node, p->function[function].name);
    for (u32 n = profile_inlined_at(p, instruction, inlined, MOST_INLINED_FRAMES); n-- > 0;)
        node = child(s, node, p->inlined[inlined[n]].function);
    return node;
}

// -- The tree --

static u32 *add_paths(struct stacks *s)
{
    const struct profile *p = s->p;
    u32 *of = ARENA_ARRAY(s->arena, p->paths, u32);
    for (u32 k = 1; k < p->paths; k++) {
        u32 parent = p->path[k].parent, node = of[parent], site = profile_call_site(p, k);
        if (parent && site != PROFILE_NONE)
            node = node_at(s, node, parent, site);
        of[k] = child(s, node, p->function[p->path[k].function].name);
    }
    return of;
}

static void add_costs(struct stacks *s, const u32 *of)
{
    const struct profile *p = s->p;
    u32 executed = profile_event(p, "executed");
    struct measures m;
    measures_begin(&m, p);
    for (u32 k = 0; k < p->costs; k++) {
        const struct profile_cost *c = &p->cost[k];
        u32 node = node_at(s, of[c->path], c->path, c->instruction);   // may move s->node
        struct stack_node *to = &s->node[node];
        to->own[0] += m.cycles[k];
        to->own[1] += executed == PROFILE_NONE ? 0 : c->events[executed];
    }
    measures_end(&m);
}

void stacks_begin(struct stacks *s, const struct profile *p)
{
    *s = (struct stacks){ .p = p, .arena = arena_new() };
    child(s, 0, "");
    add_costs(s, add_paths(s));
    for (u32 k = stacks_count(s); k-- > 0;) {
        struct stack_node *n = &s->node[k];
        for (u32 v = 0; v < COUNT(n->own); v++) {
            n->all[v] += n->own[v];
            if (k)
                s->node[n->parent].all[v] += n->all[v];
        }
    }
}

void stacks_end(struct stacks *s)
{
    names_free(&s->names);
    pairs_free(&s->children);
    free(s->node);
    arena_free(s->arena);
}
