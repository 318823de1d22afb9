// Host code beside the interpreter: what is linked, remembered or left out must not show.
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exec/jit/jit.h"

enum { CODE = 0x400000, OTHER = 0x480000, DATA = 0x800000, RWX = 7, FIXED_ANON = 0x32 };

struct world {
    struct space *space;
    struct jit *jit;
    struct cpu cpu;
};

static void map(struct world *w, vaddr a, u32 prot)
{
    assert_int_equal(space_map(w->space, a, GUEST_PAGE, prot, FIXED_ANON, -1, 0, NULL), a);
}

static int open_world(void **state)
{
    struct err e;
    struct world *w = aligned_alloc(16, sizeof(*w));
    memset(w, 0, sizeof(*w));
    w->space = space_new(&e);
    assert_non_null(w->space);
    map(w, CODE, RWX);
    map(w, OTHER, RWX);
    map(w, DATA, 3);
    w->jit = jit_new(w->space, false);
    assert_non_null(w->jit);
    *state = w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    jit_free(w->jit);
    space_free(w->space);
    free(w);
    return 0;
}

static void put(struct world *w, vaddr at, const u32 *words, size_t n)
{
    assert_int_equal(space_poke(w->space, at, words, n * 4), 0);
    space_invalidate_code(w->space, at, n * 4);
    exec_init(&w->cpu, w->space);   // cmocka took the fault signals when the test began
    w->cpu.pc = CODE;
}

static struct trap go(struct world *w, u64 *n)
{
    w->cpu.pc = CODE;
    return jit_run(w->jit, &w->cpu, w->space, 1 << 20, NULL, n);
}

// Words as aarch64-linux-gnu-as makes them.
enum {
    NOP = 0xd503201f,
    SVC_0 = 0xd4000001,
    ADD_X0_1 = 0x91000400,     // add x0, x0, #1
    ADD_X0_2 = 0x91000800,     // add x0, x0, #2
    ADD_X5_1 = 0x910004a5,     // add x5, x5, #1
    SUB_X1_1 = 0xd1000421,     // sub x1, x1, #1
    SUBS_X1_1 = 0xf1000421,    // subs x1, x1, #1
    CMP_X1_0 = 0xf100003f,     // cmp x1, #0
    TST_X2_X2 = 0xea02005f,    // tst x2, x2
    CSET_X6_EQ = 0x9a9f17e6,   // cset x6, eq
    TO_OTHER = 0x14020000,     // b .+0x80000
    B_EQ_OTHER = 0x543fffe0,   // b.eq .+0x7fffc
    B_NE_BACK_8 = 0x54ffffc1,  // b.ne .-8
    TBZ_X1_0_12 = 0x36000061,  // tbz w1, #0, .+12
    CBNZ_X1_BACK_20 = 0xb5ffff61,
    LDR_X2_X3 = 0xf9400062,    // ldr x2, [x3]
    LDR_X2_X3_8 = 0xf9400462,  // ldr x2, [x3, #8]
    LDUR_X2_X3_M16 = 0xf85f0062,   // ldur x2, [x3, #-16]
    LDR_X7_X3_X4 = 0xf8646867, // ldr x7, [x3, x4]
    BLR_X8 = 0xd63f0100,
    RET = 0xd65f03c0,
};

static void changed_code_is_run_by_those_that_were_linked_to_it(void **state)
{
    struct world *w = *state;
    const u32 code[] = { TO_OTHER }, one[] = { ADD_X0_1, SVC_0 }, two[] = { ADD_X0_2, SVC_0 };
    u64 n;
    put(w, CODE, code, COUNT(code));
    put(w, OTHER, one, COUNT(one));
    for (int k = 0; k < 3; k++)
        assert_int_equal(go(w, &n).kind, TRAP_SVC);
    assert_int_equal(w->cpu.x[0], 3);
    put(w, OTHER, two, COUNT(two));
    go(w, &n);
    assert_int_equal(w->cpu.x[0], 5);
    assert_int_equal(n, 3);
}

// Whether the flags are saved at an exit depends on code far away.
static void code_that_changes_may_begin_to_want_flags(void **state)
{
    struct world *w = *state;
    const u32 code[] = { CMP_X1_0, B_EQ_OTHER, SVC_0 }, other[] = { TST_X2_X2, CSET_X6_EQ, SVC_0 },
              wants[] = { NOP, CSET_X6_EQ, SVC_0 };
    u64 n;
    put(w, CODE, code, COUNT(code));
    put(w, OTHER, other, COUNT(other));
    w->cpu.x[2] = 1;
    go(w, &n);
    assert_int_equal(w->cpu.x[6], 0);
    put(w, OTHER, wants, COUNT(wants));
    go(w, &n);
    assert_int_equal(w->cpu.x[6], 1);
}

static void code_that_may_no_longer_be_executed_is_not(void **state)
{
    struct world *w = *state;
    const u32 code[] = { TO_OTHER }, other[] = { ADD_X0_1, SVC_0 };
    u64 n;
    put(w, CODE, code, COUNT(code));
    put(w, OTHER, other, COUNT(other));
    go(w, &n);
    assert_int_equal(space_protect(w->space, OTHER, GUEST_PAGE, 3), 0);
    struct trap t = go(w, &n);
    assert_int_equal(t.kind, TRAP_FETCH);
    assert_int_equal(t.addr, OTHER);
    assert_int_equal(n, 1);
    assert_int_equal(space_protect(w->space, OTHER, GUEST_PAGE, 5), 0);
    assert_int_equal(go(w, &n).kind, TRAP_SVC);
    space_unmap(w->space, OTHER, GUEST_PAGE);
    assert_int_equal(go(w, &n).kind, TRAP_FETCH);
    assert_int_equal(w->cpu.x[0], 2);
}

static void after_a_flush_everything_is_made_anew(void **state)
{
    struct world *w = *state;
    const u32 code[] = { ADD_X0_1, SUBS_X1_1, B_NE_BACK_8, SVC_0 };
    u64 n;
    put(w, CODE, code, COUNT(code));
    for (int k = 1; k <= 3; k++) {
        w->cpu.x[1] = 100;
        assert_int_equal(go(w, &n).kind, TRAP_SVC);
        assert_int_equal(n, 301);
        assert_int_equal(w->cpu.x[0], 100 * k);
        jit_flush(w->jit);
    }
}

// Behind the end of its file code cannot be read: no matter, unless it is executed.
static void looking_ahead_survives_code_that_cannot_be_read(void **state)
{
    struct world *w = *state;
    const u32 code[] = { CMP_X1_0, B_EQ_OTHER, SVC_0 };
    char name[] = "/tmp/m2sim-test-jit.XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, code, sizeof(code)), sizeof(code));
    unlink(name);
    u64 n, len = OTHER + GUEST_PAGE - CODE;
    assert_int_equal(space_map(w->space, CODE, len, 5, 0x12, fd, 0, NULL), CODE);
    exec_init(&w->cpu, w->space);
    w->cpu.x[1] = 1;
    assert_int_equal(go(w, &n).kind, TRAP_SVC);
    assert_int_equal(n, 3);
    w->cpu.x[1] = 0;
    struct trap t = go(w, &n);
    assert_int_equal(t.kind, TRAP_FETCH);
    assert_int_equal(t.addr, OTHER);
    assert_int_equal(n, 2);
    close(fd);
}

// Room for a few blocks only: with one thread it is made anew inside, with several the caller is asked.
static void full_code_memory_is_emptied(void **state)
{
    struct world *w = *state;
    enum { BLOCKS = 200 };
    static u32 code[2 * BLOCKS + 1];
    for (int k = 0; k < BLOCKS; k++) {
        code[2 * k] = ADD_X0_1;
        code[2 * k + 1] = 0x14000001;   // b .+4
    }
    code[2 * BLOCKS] = SVC_0;
    put(w, CODE, code, COUNT(code));
    jit_set_limit(w->jit, 54 << 10);
    u64 n, sum = 0;
    assert_int_equal(go(w, &n).kind, TRAP_SVC);
    assert_int_equal(w->cpu.x[0], BLOCKS);
    assert_int_equal(n, COUNT(code));
    jit_flush(w->jit);
    w->space->parallel = true;
    w->cpu.x[0] = 0;
    w->cpu.pc = CODE;
    int full = 0;
    struct trap t = { TRAP_CODE_FULL };
    for (; t.kind == TRAP_CODE_FULL; full++) {
        bool entered = space_enter(w->space);
        t = jit_run(w->jit, &w->cpu, w->space, 1 << 20, NULL, &n);
        space_leave(w->space, entered);
        jit_flush(w->jit);
        sum += n;
    }
    assert_int_equal(t.kind, TRAP_SVC);
    assert_true(full > 1);
    assert_int_equal(sum, COUNT(code));
    assert_int_equal(w->cpu.x[0], BLOCKS);
    w->space->parallel = false;
}

// A loop with a branch forward, a call, and memory: for every budget both engines stop at the
// same place with the same registers.
static void a_run_stops_where_the_interpreter_would(void **state)
{
    struct world *w = *state;
    const u32
        code[] = { SUB_X1_1, TBZ_X1_0_12, ADD_X0_1, LDR_X2_X3, BLR_X8, CBNZ_X1_BACK_20, SVC_0 },
        other[] = { ADD_X5_1, RET };
    put(w, CODE, code, COUNT(code));
    put(w, OTHER, other, COUNT(other));
    for (u64 budget = 1; budget < 120; budget++) {
        struct cpu end[2];
        for (int k = 0; k < 2; k++) {
            struct cpu *c = &w->cpu;
            u64 n;
            memset(c->x, 0, sizeof(c->x));
            c->pc = CODE;
            c->x[1] = 15;
            c->x[3] = DATA;
            c->x[8] = OTHER;
            if (k)
                jit_run(w->jit, c, w->space, budget, NULL, &n);
            else
                exec_run(c, w->space, budget, NULL, &n);
            end[k] = *c;
            end[k].x[REG_ZERO] = n;
        }
        assert_memory_equal(end[0].x, end[1].x, sizeof(end[0].x));
        assert_int_equal(end[0].pc, end[1].pc);
        w->cpu.x[REG_ZERO] = 0;
    }
}

static void a_fault_finds_registers_and_flags_as_they_were(void **state)
{
    struct world *w = *state;
    const u32 code[] = { ADD_X0_1, ADD_X5_1, CMP_X1_0, LDR_X2_X3, CSET_X6_EQ, SVC_0 };
    u64 n;
    put(w, CODE, code, COUNT(code));
    w->cpu.x[2] = 7;
    w->cpu.x[3] = DATA + GUEST_PAGE;
    struct trap t = go(w, &n);
    assert_int_equal(t.kind, TRAP_MEMORY);
    assert_int_equal(t.addr, DATA + GUEST_PAGE);
    assert_int_equal(n, 3);
    assert_int_equal(w->cpu.pc, CODE + 12);
    assert_int_equal(w->cpu.x[0], 1);
    assert_int_equal(w->cpu.x[5], 1);
    assert_int_equal(w->cpu.x[2], 7);
    assert_int_equal(cpu_nzcv(&w->cpu) >> 28, 6);   // Z and C
}

// A base that was checked once is not checked again, but for what was added to it.
static void a_checked_base_does_not_reach_outside_the_window(void **state)
{
    struct world *w = *state;
    const u32 low[] = { LDR_X2_X3_8, LDUR_X2_X3_M16, SVC_0 };
    const u32 indexed[] = { LDR_X2_X3, LDR_X7_X3_X4, SVC_0 };
    u64 n;
    put(w, CODE, low, COUNT(low));
    w->cpu.x[3] = DATA;   // 16 bytes before it nothing is mapped
    struct trap t = go(w, &n);
    assert_int_equal(t.kind, TRAP_MEMORY);
    assert_int_equal(t.addr, DATA - 16);
    assert_int_equal(n, 1);
    w->cpu.x[3] = 8;   // and here the address is below 0
    put(w, CODE, low + 1, COUNT(low) - 1);
    t = go(w, &n);
    assert_int_equal(t.kind, TRAP_MEMORY);
    assert_int_equal(t.addr, (u64)-8);
    put(w, CODE, indexed, COUNT(indexed));
    w->cpu.x[3] = DATA;
    w->cpu.x[4] = 1ull << 46;
    t = go(w, &n);
    assert_int_equal(t.kind, TRAP_MEMORY);
    assert_int_equal(t.addr, DATA + (1ull << 46));
    assert_int_equal(n, 1);
}

static void tagged_addresses_work_amid_others(void **state)
{
    struct world *w = *state;
    const u32 code[] = { LDR_X2_X3, LDR_X2_X3_8, LDR_X7_X3_X4, SVC_0 };
    const u64 words[] = { 11, 22, 33 };
    u64 n;
    put(w, CODE, code, COUNT(code));
    space_write(w->space, DATA, words, sizeof(words));
    w->cpu.x[3] = DATA | 0x5a00000000000000;
    w->cpu.x[4] = 16;
    assert_int_equal(go(w, &n).kind, TRAP_SVC);
    assert_int_equal(w->cpu.x[2], 22);
    assert_int_equal(w->cpu.x[7], 33);
    assert_int_equal(n, 4);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
    const struct CMUnitTest tests[] = {
        T(changed_code_is_run_by_those_that_were_linked_to_it),
        T(code_that_changes_may_begin_to_want_flags),
        T(code_that_may_no_longer_be_executed_is_not),
        T(after_a_flush_everything_is_made_anew),
        T(looking_ahead_survives_code_that_cannot_be_read),
        T(full_code_memory_is_emptied),
        T(a_run_stops_where_the_interpreter_would),
        T(a_fault_finds_registers_and_flags_as_they_were),
        T(a_checked_base_does_not_reach_outside_the_window),
        T(tagged_addresses_work_amid_others),
    };
    return cmocka_run_group_tests_name("jit", tests, NULL, NULL);
}
