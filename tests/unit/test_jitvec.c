// Vector registers and floating-point flags in host code, across loops, budgets and faults:
// always as the interpreter has them. What single instructions compute is tested by tests/diff.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "exec/jit/jit.h"
#include "registers.h"

enum { CODE = 0x400000, DATA = 0x800000, OUT = 0x900000, RWX = 7, FIXED_ANON = 0x32 };

// More vector registers than the host has, each used in every round.
static const u32 loop[] = {
    0x3cc10420,   // ldr q0, [x1], #16
    0x6d401023,   // ldp d3, d4, [x1]
    0x4e20d421,   // fadd v1.4s, v1.4s, v0.4s
    0x4e65cc02,   // fmla v2.2d, v0.2d, v5.2d
    0x1f441866,   // fmadd d6, d3, d4, d6
    0x9e630007,   // ucvtf d7, x0
    0x1e672908,   // fadd d8, d8, d7
    0x4d408429,   // ld1 {v9.d}[1], [x1]
    0x4ea09d4a,   // mul v10.4s, v10.4s, v0.4s
    0x6e2b1d4b,   // eor v11.16b, v10.16b, v11.16b
    0x4eeb858c,   // add v12.2d, v12.2d, v11.2d
    0x6e6c85ad,   // sub v13.8h, v13.8h, v12.8h
    0x4ea91dae,   // orr v14.16b, v13.16b, v9.16b
    0x1e2009ef,   // fmul s15, s15, s0
    0x4e6d0e10,   // sqadd v16.8h, v16.8h, v13.8h
    0x6ea0f831,   // fneg v17.4s, v1.4s
    0x3c810451,   // str q17, [x2], #16
    0xf1000400,   // subs x0, x0, #1
    0x54fffdc1,   // b.ne loop
    0xd4200000,   // brk #0
};

// Few enough to stay.
static const u32 small_loop[] = {
    0x3cc10420,   // ldr q0, [x1], #16
    0x4e20d421,   // fadd v1.4s, v1.4s, v0.4s
    0x4e65cc02,   // fmla v2.2d, v0.2d, v5.2d
    0x3c810441,   // str q1, [x2], #16
    0xf1000400,   // subs x0, x0, #1
    0x54ffff61,   // b.ne loop
    0xd4200000,   // brk #0
};

// Every condition, asked by branches, selections and both.
static const u32 compares[] = {
    0x1e612000,   // fcmp d0, d1
    0x1e632842,   // fadd d2, d2, d3
    0x9a820020,   // csel x0, x1, x2, eq
    0x1e611c04,   // fcsel d4, d0, d1, ne
    0x54000040,   // b.eq 1f
    0x1e6028a5,   // fadd d5, d5, d0
    0x1e212010,   // 1: fcmpe s0, s1
    0x54000044,   // b.mi 2f
    0x1e6138a5,   // fsub d5, d5, d1
    0x1e602008,   // 2: fcmp d0, #0.0
    0x9a9fd7e3,   // cset x3, gt
    0x1e612000,   // fcmp d0, d1
    0x9a9f97e4,   // cset x4, hi
    0x9a9f87e5,   // cset x5, ls
    0x1e612000,   // fcmp d0, d1
    0x9a9f77e6,   // cset x6, vs
    0x9a9fa7e7,   // cset x7, lt
    0x9a9f37e8,   // cset x8, cs
    0xd4200000,   // brk #0
};

struct world {
    struct space *space;
    struct jit *jit;
    u64 seed;
    struct cpu interpreted, translated;
};

static u64 next_random(struct world *w)
{
    w->seed = w->seed * 6364136223846793005 + 1442695040888963407;
    return w->seed >> 33;
}

static void map(struct world *w, vaddr at, int prot)
{
    assert_int_equal(space_map(w->space, at, GUEST_PAGE, prot, FIXED_ANON, -1, 0, NULL), at);
}

static int open_with(void **state, bool plain)
{
    struct err e;
    struct world *w = aligned_alloc(16, sizeof(*w));
    memset(w, 0, sizeof(*w));
    w->seed = 7;
    w->space = space_new(&e);
    assert_non_null(w->space);
    map(w, CODE, RWX);
    map(w, DATA, 3);
    map(w, OUT, 3);
    w->jit = jit_new(w->space, false);
    assert_non_null(w->jit);
    if (plain)
        jit_set_plain(w->jit);
    *state = w;
    return 0;
}

static int open_world(void **state)
{
    return open_with(state, false);
}

static int open_plain(void **state)
{
    return open_with(state, true);
}

static int close_world(void **state)
{
    struct world *w = *state;
    jit_free(w->jit);
    space_free(w->space);
    free(w);
    return 0;
}

static void begin(struct world *w, const u32 *code, size_t words)
{
    struct cpu *c = &w->interpreted;
    assert_int_equal(space_poke(w->space, CODE, code, words * 4), 0);
    space_invalidate_code(w->space, CODE, words * 4);
    memset(c, 0, sizeof(*c));
    exec_init(c, w->space);
    c->pc = CODE;
}

static void same(const struct world *w)
{
    const struct cpu *a = &w->interpreted, *b = &w->translated;
    // Flags that nobody is going to read need not be there.
    assert_int_equal(registers_differ(&b->regs, &a->regs, "cpsr"), 0);
}

// Both to the end, in stretches. `step`: no stretch passes this.
static struct trap both(struct world *w, u64 step)
{
    struct trap t = { TRAP_BUDGET }, u = { TRAP_BUDGET };
    w->translated = w->interpreted;
    for (int k = 0; k < 10000 && t.kind == TRAP_BUDGET; k++) {
        u64 budget = 1 + next_random(w) % step, n, m;
        t = exec_run(&w->interpreted, w->space, budget, NULL, &n);
        u = jit_run(w->jit, &w->translated, w->space, budget, NULL, &m);
        assert_int_equal(n, m);
        assert_int_equal(t.kind, u.kind);
        assert_int_equal(t.addr, u.addr);
        same(w);
    }
    if (t.kind == TRAP_BRK)   // before that nobody may be going to read it
        assert_int_equal(cpu_nzcv(&w->interpreted), cpu_nzcv(&w->translated));
    return t;
}

static void fill(struct world *w, vaddr at, unsigned kind)
{
    for (u32 k = 0; k < GUEST_PAGE; k += 4) {
        u32 r = (u32)(next_random(w) << 4 ^ next_random(w));
        if (kind)   // ordinary numbers
            r = (r & 0x807fffff) | 0x3f800000 | (r >> 8 & 0x100000);
        space_poke(w->space, at + k, &r, 4);
    }
}

static void run_loop(struct world *w, const u32 *code, size_t words, u64 rounds, vaddr from)
{
    for (unsigned round = 0; round < 40; round++) {
        fill(w, DATA, round & 1);
        begin(w, code, words);
        for (u32 k = 0; k < 64; k++)
            w->interpreted.v[k / 2].d[k & 1] = 0x3ff0000000000000 | next_random(w) << 20;
        w->interpreted.x[0] = rounds;
        w->interpreted.x[1] = from;
        w->interpreted.x[2] = OUT;
        struct trap t = both(w, round & 2 ? 100 : 100000);
        assert_int_equal(t.kind, from == DATA ? TRAP_BRK : TRAP_MEMORY);
    }
}

static void a_loop_of_many_registers_agrees(void **state)
{
    run_loop(*state, loop, COUNT(loop), 200, DATA);
}

static void a_loop_that_keeps_its_registers_agrees(void **state)
{
    run_loop(*state, small_loop, COUNT(small_loop), 200, DATA);
}

static void a_fault_in_a_loop_finds_all_registers(void **state)
{
    run_loop(*state, loop, COUNT(loop), 10000, DATA + GUEST_PAGE - 1608);
    run_loop(*state, small_loop, COUNT(small_loop), 10000, DATA + GUEST_PAGE - 1608);
}

static void conditions_of_comparisons_agree(void **state)
{
    static const u64 values[] = {
        0,
        1ull << 63,
        0x3ff0000000000000,
        0xbff0000000000000,
        0x7ff8000000000000,
        0x7ff4000000000001,   // signalling
        0x3f8000007fc00000,   // singles: NaN below
        0x3f8000007fa00000,
        0x000000003f800000,
        0x00000000bf800000,
        0x7ff0000000000000,
        0x0000000000000001,
    };
    struct world *w = *state;
    for (u32 k = 0; k < COUNT(values) * COUNT(values); k++) {
        begin(w, compares, COUNT(compares));
        w->interpreted.v[0].d[0] = values[k / COUNT(values)];
        w->interpreted.v[1].d[0] = values[k % COUNT(values)];
        for (u32 r = 1; r < 9; r++)
            w->interpreted.x[r] = r * 1000;
        assert_int_equal(both(w, 1000).kind, TRAP_BRK);
    }
}

int main(void)
{
#define BOTH_HOSTS(test) \
    cmocka_unit_test_setup_teardown(test, open_world, close_world), \
        cmocka_unit_test_setup_teardown(test, open_plain, close_world)
    const struct CMUnitTest tests[] = {
        BOTH_HOSTS(a_loop_of_many_registers_agrees),
        BOTH_HOSTS(a_loop_that_keeps_its_registers_agrees),
        BOTH_HOSTS(a_fault_in_a_loop_finds_all_registers),
        BOTH_HOSTS(conditions_of_comparisons_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
