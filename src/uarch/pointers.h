// pointers.h: which words of a line look like pointers.
//
// The data-memory dependent prefetcher of Apple's P cores, as Augury (2022) and GoFetch
// (2024) found it: it looks at the 64 bytes of a line on its way into the L1D, takes every
// aligned word that points into the same 4 GiB (the top byte does not count), and brings
// the line it points to and the next. A filter keeps it from doing so again and again.
#ifndef UARCH_POINTERS_H
#define UARCH_POINTERS_H

#include "base/types.h"

struct arena;
struct pointers;

enum { POINTERS_LINE = 64, POINTERS_WORDS = POINTERS_LINE / 8 };

struct pointers *pointers_new(struct arena *a);

// Writes the lines that the words of the line at `va` point to, each once; how many.
u32 pointers_of(struct pointers *p, vaddr va, const u64 words[POINTERS_WORDS],
                vaddr out[POINTERS_WORDS]);

#endif
