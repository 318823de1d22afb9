// The data-memory dependent prefetcher of Apple's P cores, as Augury (2022) and GoFetch
// (2024) found it: it looks at the 64 bytes of a line on its way into the cache, takes every
// aligned word that points into the same 4 GiB (the top byte does not count), and brings
// the line it points to and the next of the same page. A filter, here of `entries` lines named
// last, keeps it from doing so again and again.
#include <assert.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/prefetch_policy.h"
#include "uarch/words.h"

_Static_assert(2 * (int)WORDS <= (int)PREFETCH_MAX, "two lines a word");

struct pointers {
    u32 filter;
    vaddr page_mask;
    vaddr *recent;   // `filter` of them: the line last named of each hash, 0: none
};

void *prefetch_pointers_new(struct arena *a, const struct prefetch_params *p, u32 line, u32 page)
{
    assert(p->entries >= 1);
    struct pointers *s = ARENA_NEW(a, struct pointers);
    s->filter = p->entries;
    s->page_mask = ~(vaddr)(page - 1);
    s->recent = ARENA_ARRAY(a, p->entries, vaddr);
    return s;
}

static vaddr line_of(vaddr va)
{
    return va & ~(vaddr)(WORDS_LINE - 1);
}

u32 prefetch_pointers_train(void *state, const struct prefetch_event *e, vaddr *out)
{
    const vaddr address = ~0ull >> 8, region = address & ~0xffffffffull;
    struct pointers *s = state;
    u32 n = 0;
    for (u32 k = 0; e->words && k < WORDS; k++) {
        vaddr line = line_of(e->words[k] & address), next = line + WORDS_LINE;
        if (!e->words[k] || (e->words[k] ^ e->va) & region || line == line_of(e->va))
            continue;
        vaddr *recent = &s->recent[(line >> 6 ^ line >> 14) % s->filter];
        if (*recent == line)
            continue;
        *recent = line;
        out[n++] = line;
        if (!((line ^ next) & s->page_mask))
            out[n++] = next;
    }
    return n;
}

void prefetch_pointers_save(void *state, struct save *s)
{
    struct pointers *p = state;
    save_same(s, p->filter);
    save_bytes(s, p->recent, p->filter, sizeof(*p->recent));
}
