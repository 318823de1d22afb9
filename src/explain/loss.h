// loss.h: where slots are lost, in plain words.
//
// Slots of static instructions are put together by place and family of causes; the rule
// (rules.def) whose need the evidence meets says why. A loss below EXPLAIN_LARGE of all slots, or
// a quarter of the largest, is not named: a program may well have none.
#ifndef EXPLAIN_LOSS_H
#define EXPLAIN_LOSS_H

#include <stdio.h>

#include "base/json.h"
#include "core/account.h"
#include "explain/evidence.h"

#define EXPLAIN_LARGE 0.10   // share of all slots

enum { EXPLAIN_LOSSES = 3 };

// The slots of a static instruction, and where it stands. The texts live as long as what is made
// of them.
struct explain_cost {
    vaddr pc;
    u64 slots[STACK_COUNT];
    u64 wrong;              // of a branch: how often it was predicted wrong
    const char *function;   // or NULL
    const char *file;       // of the source, or NULL; with
    int line;
};

struct loss {
    const char *rule, *text, *cure;   // text: the whole sentence
    const char *function, *file;
    int line;
    vaddr pc;    // that lost most
    double share;   // of all slots
    u64 stack[STACK_COUNT];
};

struct explained {
    u64 all, used;   // slots; taken by micro-ops that retired
    struct loss loss[EXPLAIN_LOSSES];
    u32 losses;
    double largest;   // share of the largest, also when it is not named
};

// What to say of `n` instructions that ran `cycles` on the core `c`; everything lives in `a`.
struct explained explain(struct arena *a, const struct explain_cost *cost, size_t n,
                         const struct evidence *v, const struct config *c, u64 cycles);

// Writes them as text, and as the members "slots", "used" and "losses" of an object.
void explain_text(const struct explained *x, FILE *f);
void explain_json(const struct explained *x, struct jw *j);

#endif
