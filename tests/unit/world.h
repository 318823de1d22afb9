// world.h: a space with a page of code and one of data, and a cpu, for tests of instructions.
#ifndef WORLD_H
#define WORLD_H

#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "exec/exec.h"

enum { CODE = 0x400000, DATA = 0x800000, RWX = 7, RW = 3, FIXED_ANON = 0x32 };

struct world {
    struct space *space;
    struct cpu cpu;
};

static inline int open_world(void **state)
{
    struct err e;
    struct world *w = aligned_alloc(16, sizeof(*w));
    memset(w, 0, sizeof(*w));
    w->space = space_new(&e);
    assert_non_null(w->space);
    assert_int_equal(space_map(w->space, CODE, GUEST_PAGE, RWX, FIXED_ANON, -1, 0, NULL), CODE);
    assert_int_equal(space_map(w->space, DATA, GUEST_PAGE, RW, FIXED_ANON, -1, 0, NULL), DATA);
    *state = w;
    return 0;
}

static inline int close_world(void **state)
{
    struct world *w = *state;
    space_free(w->space);
    free(w);
    return 0;
}

// Puts `n` words at CODE, where the cpu then stands.
static inline void put_code(struct world *w, const u32 *words, size_t n)
{
    assert_int_equal(space_poke(w->space, CODE, words, n * 4), 0);
    space_invalidate_code(w->space, CODE, n * 4);
    exec_init(&w->cpu, w->space);   // cmocka took the fault signals when the test began
    w->cpu.pc = CODE;
}

#endif
