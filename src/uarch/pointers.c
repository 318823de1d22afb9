#include "uarch/pointers.h"

#include "base/arena.h"

enum { FILTER = 128 };   // lines remembered; a guess

// The line last named of each hash, 0: none.
struct pointers {
    vaddr recent[FILTER];
};

struct pointers *pointers_new(struct arena *a)
{
    return ARENA_NEW(a, struct pointers);
}

u32 pointers_of(struct pointers *p, vaddr va, const u64 words[POINTERS_WORDS],
                vaddr out[POINTERS_WORDS])
{
    const vaddr address = ~0ull >> 8, region = address & ~0xffffffffull;
    u32 n = 0;
    for (u32 k = 0; k < POINTERS_WORDS; k++) {
        vaddr line = words[k] & address & ~(vaddr)(POINTERS_LINE - 1);
        if (!words[k] || (words[k] ^ va) & region || line == (va & ~(vaddr)(POINTERS_LINE - 1)))
            continue;
        vaddr *recent = &p->recent[(line >> 6 ^ line >> 14) % FILTER];
        if (*recent == line)
            continue;
        *recent = line;
        out[n++] = line;
    }
    return n;
}
