// loop.h: writes a loop into a lab, word after word, and runs it.
#ifndef FIT_LOOP_H
#define FIT_LOOP_H

#include "fit/a64.h"
#include "fit/lab.h"

struct loop {
    struct lab *lab;
    vaddr head, at;      // first instruction of the loop; next to be written
    struct lab_run run;  // registers and iterations; loop_run() fills in the rest
};

static inline struct loop loop_begin(struct lab *lab, u64 align)
{
    struct loop c = { .lab = lab };
    c.head = c.at = c.run.start = lab_code(lab, align);
    return c;
}

static inline void loop_emit(struct loop *c, u32 word)
{
    lab_word(c->lab, c->at, word);
    c->at += 4;
}

static inline void loop_repeat(struct loop *c, u32 word, u32 n)
{
    while (n--)
        loop_emit(c, word);
}

// Instructions from the next one to `to`, as branches count.
static inline i64 loop_distance(const struct loop *c, vaddr to)
{
    return ((i64)to - (i64)c->at) / 4;
}

// Closes the loop with B and runs it: cycles an iteration.
static inline double loop_run(struct loop *c, u32 warm, u32 count)
{
    loop_emit(c, a64_b(loop_distance(c, c->head)));
    c->run.head = c->head;
    c->run.warm = warm;
    c->run.count = count;
    return lab_run(c->lab, &c->run);
}

#endif
