// words.h: what memory holds, as far as a prefetcher that looks at data has to know.
//
// Hardware has the line itself before it. A simulated cache holds no values, so the words of
// the lines that the program comes to are told ahead, and those of the lines met last are kept.
#ifndef UARCH_WORDS_H
#define UARCH_WORDS_H

#include "base/types.h"

struct arena;
struct save;
struct words;

enum { WORDS_LINE = 64, WORDS = WORDS_LINE / 8 };

// Lines whose words are known at a time, by their address. The teller repeats a line's words when
// another has taken its place and it is come to again, so it must have as many places.
enum { WORDS_LINES = 1024 };

struct words *words_new(struct arena *a);

// Memory holds `word` at `va`; it is an address of memory when it `points`. The words of a line
// come in order.
void words_tell(struct words *w, vaddr va, u64 word, bool points);

// The WORDS words of the line of `va`, those that do not point to memory being 0. NULL when they
// are not known.
const u64 *words_of(const struct words *w, vaddr va);

// Writes or reads its state as part of a section.
void words_save(struct words *w, struct save *s);

#endif
