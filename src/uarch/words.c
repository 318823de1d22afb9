#include "uarch/words.h"

#include "base/arena.h"
#include "base/save.h"

struct line {
    vaddr at;           // its address | 1 when all its words are there
    u64 word[WORDS];    // 0: does not point to memory
};

struct words {
    struct line line[WORDS_LINES];
};

struct words *words_new(struct arena *a)
{
    return ARENA_NEW(a, struct words);
}

static vaddr line_of(vaddr va)
{
    return va & ~(vaddr)(WORDS_LINE - 1);
}

static u32 place_of(vaddr line)
{
    return (u32)(line / WORDS_LINE) % WORDS_LINES;
}

void words_tell(struct words *w, vaddr va, u64 word, bool points)
{
    vaddr at = line_of(va);
    struct line *l = &w->line[place_of(at)];
    u32 k = (u32)(va - at) / 8;
    if (k == 0)
        l->at = at;
    if ((l->at & ~1ull) != at)   // of another line since
        return;
    l->word[k] = points ? word : 0;
    l->at |= k == WORDS - 1;
}

const u64 *words_of(const struct words *w, vaddr va)
{
    const struct line *l = &w->line[place_of(line_of(va))];
    return l->at == (line_of(va) | 1) ? l->word : NULL;
}

void words_save(struct words *w, struct save *s)
{
    SAVE(s, w->line);
}
