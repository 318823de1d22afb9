// about.h: a loss while it is put into words: its slots, and the evidence of the instruction that lost most.
#ifndef EXPLAIN_ABOUT_H
#define EXPLAIN_ABOUT_H

#include "explain/loss.h"

// Whose slots are one loss.
enum spread { ONE_LINE, FUNCTION };

enum family {
#define FAMILY(id, ...) FAMILY_##id,
#define RULE(...)
#include "explain/rules.def"
#undef FAMILY
#undef RULE
    FAMILIES
};

// The slots of a place that are lost to causes of one family.
struct group {
    enum family family;
    u64 slots, stack[STACK_COUNT];
    const struct part *lead;   // of loss.c: the instruction with most of them
};

struct about {
    const struct evidence *v;
    const struct core_params *p;
    const struct explain_cost *all;   // of the program
    size_t count;
    u64 code;   // bytes that ran
    const struct group *g;
    const struct explain_cost *cost;   // of the instruction that lost most, with
    const struct watched *w;   // what is known of it
};

double about_share(u64 part, u64 all);   // 0 of nothing

// The units that can take an instruction, a bit each; 0 when it needs none.
u16 about_units(const struct watched *w);

// How many of the function's instructions that can go to none but these units run in a cycle.
double about_uses(const struct about *x);

// Instructions of the function from one taken branch to the next.
double about_run_length(const struct about *x);

// Cycles from one result to the next on a core on which only sources are waited for.
double about_chain(const struct about *x);

// Bytes between the first and the last address.
u64 about_span(const struct about *x);

// The cause with most of the slots.
enum cause about_worst(const struct group *g);

// Enum class of isa/, which timing knows it by.
u32 about_class(const struct watched *w);

struct rule {
    const char *id;
    enum family family;
    bool (*need)(const struct about *x);
    const char *sentence, *cure;
};

// The first rule of its family whose need is met.
const struct rule *about_rule(const struct about *x);

// Writes a rule's sentence, its {FIELD}s filled in.
void about_say(FILE *f, const char *sentence, const struct about *x);

// "38 %".
void about_percent(FILE *f, double share);

#endif
