#include "uarch/pointers.h"

#include "base/arena.h"
#include "base/save.h"

struct line {
    vaddr at;    // its address | 1 when all its words are there
    u64 word[POINTERS_WORDS];   // 0: does not point to memory
};

struct pointers {
    u32 filter;
    vaddr *recent;   // `filter` of them: the line last named of each hash, 0: none
    struct line line[POINTERS_LINES];
};

struct pointers *pointers_new(struct arena *a, u32 filter)
{
    struct pointers *p = ARENA_NEW(a, struct pointers);
    p->filter = filter;
    p->recent = ARENA_ARRAY(a, filter, vaddr);
    return p;
}

static vaddr line_of(vaddr va)
{
    return va & ~(vaddr)(POINTERS_LINE - 1);
}

static struct line *place_of(struct pointers *p, vaddr line)
{
    return &p->line[line / POINTERS_LINE % POINTERS_LINES];
}

void pointers_word(struct pointers *p, vaddr va, u64 word, bool points)
{
    vaddr at = line_of(va);
    struct line *l = place_of(p, at);
    u32 k = (u32)(va - at) / 8;
    if (k == 0)
        l->at = at;
    if ((l->at & ~1ull) != at)   // of another line since
        return;
    l->word[k] = points ? word : 0;
    l->at |= k == POINTERS_WORDS - 1;
}

u32 pointers_of(struct pointers *p, vaddr va, vaddr out[POINTERS_WORDS])
{
    const vaddr address = ~0ull >> 8, region = address & ~0xffffffffull;
    const struct line *l = place_of(p, line_of(va));
    u32 n = 0;
    if (l->at != (line_of(va) | 1))
        return 0;
    for (u32 k = 0; k < POINTERS_WORDS; k++) {
        vaddr line = line_of(l->word[k] & address);
        if (!l->word[k] || (l->word[k] ^ va) & region || line == line_of(va))
            continue;
        vaddr *recent = &p->recent[(line >> 6 ^ line >> 14) % p->filter];
        if (*recent == line)
            continue;
        *recent = line;
        out[n++] = line;
    }
    return n;
}

void pointers_save(struct pointers *p, struct save *s)
{
    save_bytes(s, p->recent, p->filter, sizeof(*p->recent));
    SAVE(s, p->line);
}
