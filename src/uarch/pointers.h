// pointers.h: which words of a line look like pointers.
//
// The data-memory dependent prefetcher of Apple's P cores, as Augury (2022) and GoFetch
// (2024) found it: it looks at the 64 bytes of a line on its way into the L1D, takes every
// aligned word that points into the same 4 GiB (the top byte does not count), and brings
// the line it points to and the next. A filter keeps it from doing so again and again.
// Of memory it knows what it was told of the lines met last.
#ifndef UARCH_POINTERS_H
#define UARCH_POINTERS_H

#include "base/types.h"

struct arena;
struct save;
struct pointers;

enum { POINTERS_LINE = 64, POINTERS_WORDS = POINTERS_LINE / 8 };

// Lines whose words are known at a time, by their address. No size of the hardware, which has the
// line itself before it: the teller repeats a line's words when another has taken its place
// and it is come to again, so it must have as many places.
enum { POINTERS_LINES = 1024 };

// `filter` lines are remembered to have been named.
struct pointers *pointers_new(struct arena *a, u32 filter);

// Memory holds `word` at `va`; it is an address of memory when it `points`. The words of a line
// come in order.
void pointers_word(struct pointers *p, vaddr va, u64 word, bool points);

// Writes the lines that the words of the line of `va` point to, each once; how many. 0 when
// they are not known.
u32 pointers_of(struct pointers *p, vaddr va, vaddr out[POINTERS_WORDS]);

// Writes or reads its state as part of a section.
void pointers_save(struct pointers *p, struct save *s);

#endif
