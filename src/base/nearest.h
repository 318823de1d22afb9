// nearest.h: which known word a misspelt one was meant to be.
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include "base/types.h"

// The search for the nearest of some words. Begin with { .word = WORD }.
struct nearest {
    const char *word;
    const char *best;   // of those tried, or NULL while none is near
    unsigned distance;  // of best, in letters put in, left out, changed or swapped
};

// Takes `candidate` for the best when it is nearer than all before it, and near: at most a
// third of its letters differ, or one in words of up to five. `candidate` is kept.
void nearest_try(struct nearest *n, const char *candidate);

#endif
