#include "uarch/bpred/next_fetch.h"

#include <assert.h>

#include "base/arena.h"
#include "base/save.h"

// Addresses in units of instructions, cut to 32 bits.
struct entry {
    u32 key;    // of the group, plus 1; 0: empty
    u32 next;
    bool sure;  // it went there last time; if not, the time before that
};

struct next_fetch {
    struct entry *entries;
    u32 mask, width;
    struct next_fetch_state at;
};

struct next_fetch *next_fetch_new(struct arena *a, const struct next_fetch_params *p)
{
    assert(p->entries && p->width);
    u32 entries = 1u << (31 - __builtin_clz(p->entries));
    struct next_fetch *n = ARENA_NEW(a, struct next_fetch);
    n->entries = ARENA_ARRAY(a, entries, struct entry);
    n->mask = entries - 1;
    n->width = p->width;
    return n;
}

// The group ended and fetch went `to`. What goes on in sequence takes no entry.
static inline bool went(struct next_fetch *n, u32 to, bool jumped)
{
    struct entry *e = &n->entries[n->at.start & n->mask];
    bool known = e->key == n->at.start + 1, turned = known && e->next != to;
    if (turned && e->sure)
        e->sure = false;
    else if (known || jumped)
        *e = (struct entry){ n->at.start + 1, to, true };
    return turned && n->at.conditional;
}

bool next_fetch_pass(struct next_fetch *n, const struct next_fetch_branch *b)
{
    u32 pc = (u32)(b->pc >> 2), start = n->at.start;
    bool turned = false;
    if (pc - start >= n->width) {
        turned = went(n, start + n->width, false);
        n->at.start = pc - (pc - start) % n->width;
        n->at.conditional = false;
    }
    n->at.conditional |= b->conditional;
    if (b->taken) {
        u32 to = (u32)(b->target >> 2);
        turned |= went(n, to, true) && !b->told;
        n->at = (struct next_fetch_state){ .start = to };
    }
    return turned;
}

struct next_fetch_state next_fetch_at(const struct next_fetch *n)
{
    return n->at;
}

void next_fetch_turn(struct next_fetch *n, vaddr pc)
{
    n->at = (struct next_fetch_state){ .start = (u32)(pc >> 2) };
}

void next_fetch_restore(struct next_fetch *n, const struct next_fetch_state *s)
{
    n->at = *s;
}

void next_fetch_save(struct next_fetch *n, struct save *s)
{
    save_same(s, n->mask);
    save_same(s, n->width);
    save_bytes(s, n->entries, n->mask + 1, sizeof(*n->entries));
    SAVE(s, n->at);
    for (u32 i = 0; i <= n->mask; i++)
        save_check(s, save_is_bool(&n->entries[i].sure));
    save_check(s, save_is_bool(&n->at.conditional));
}
