// stacks.h: a profile as a tree of function names, inlined functions among them.
//
// A node is a function called or inlined on the way to it; the same name at the same place is one.
#ifndef PROFILE_STACKS_H
#define PROFILE_STACKS_H

#include "profile/measures.h"
#include "profile/names.h"

#define STACKS_NONE (~0u)

struct stack_node {
    u32 parent, first, last, next;   // next: of the same parent, in the order of their first calls
    u32 name;   // of `names`
    u64 own[2], all[2];   // cycles and instructions: of itself, and with all below
};

struct stacks {
    const struct profile *p;
    struct names names;
    struct pairs children;   // number of a node: of its parent and name
    struct stack_node
        *node;   // 0: above all roots, without a name; a parent comes before its children
    u32 room;
    struct arena *arena;   // for who reads it; as long as it
};

void stacks_begin(struct stacks *s, const struct profile *p);
void stacks_end(struct stacks *s);

u32 stacks_count(const struct stacks *s);

// The node after `node`, children first; 0 after the last.
u32 stacks_next(const struct stacks *s, u32 node);

#endif
