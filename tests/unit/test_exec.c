// The engines: budgets, steps, traps, records. What instructions compute is tested elsewhere. All
// of it is asked of the interpreter and, on hosts that have it, of host code.
#include "test.h"

#include <fenv.h>
#include <stdlib.h>
#include <string.h>

#include "exec/jit/jit.h"

enum { CODE = 0x400000, DATA = 0x800000, RWX = 7, FIXED_ANON = 0x32 };

struct world {
    struct space *space;
    bool host_code;
    struct jit *jit;
    bool records;   // the jit makes them
    struct cpu cpu;
};

static void put(struct world *w, const u32 *words, size_t n)
{
    assert_int_equal(space_poke(w->space, CODE, words, n * 4), 0);
    space_invalidate_code(w->space, CODE, n * 4);
    exec_init(&w->cpu, w->space);   // cmocka took the fault signals when the test began
    w->cpu.pc = CODE;
}

static int open_interpreted(void **state)
{
    struct err e;
    struct world *w = aligned_alloc(16, sizeof(*w));
    memset(w, 0, sizeof(*w));
    w->space = space_new(&e);
    assert_non_null(w->space);
    assert_int_equal(space_map(w->space, CODE, GUEST_PAGE, RWX, FIXED_ANON, -1, 0, NULL), CODE);
    assert_int_equal(space_map(w->space, DATA, GUEST_PAGE, 3, FIXED_ANON, -1, 0, NULL), DATA);
    *state = w;
    return 0;
}

static int open_host_code(void **state)
{
    open_interpreted(state);
    ((struct world *)*state)->host_code = true;
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

// Words as aarch64-linux-gnu-as makes them.
enum {
    ADD_X0_1 = 0x91000400,     // add x0, x0, #1
    SVC_0 = 0xd4000001,
    BACK_4 = 0x17ffffff,       // b .-4
    BACK_SELF = 0x14000000,    // b .
    CBNZ_BACK_8 = 0xb5ffffc1,  // cbnz x1, .-8
    SUB_X1_1 = 0xd1000421,     // sub x1, x1, #1
    LDR_X2_X3 = 0xf9400062,    // ldr x2, [x3]
    STR_X2_X3 = 0xf9000062,    // str x2, [x3]
    RET_X4 = 0xd65f0080,       // ret x4
    FDIV_D0_D1_D2 = 0x1e621820,
};

static struct trap run(struct world *w, u64 budget, struct recorder *r, u64 *n)
{
    if (w->host_code && (!w->jit || w->records != (r != NULL))) {
        jit_free(w->jit);
        w->jit = jit_new(w->space, r);
        w->records = r;
    }
    return w->jit ? jit_run(w->jit, &w->cpu, w->space, budget, r, n)
                  : exec_run(&w->cpu, w->space, budget, r, n);
}

static struct trap go(struct world *w, u64 budget, u64 *n)
{
    return run(w, budget, NULL, n);
}

static void a_system_call_stops_past_itself_and_counts(void **state)
{
    struct world *w = *state;
    const u32 code[] = { ADD_X0_1, ADD_X0_1, SVC_0 };
    put(w, code, 3);
    u64 n;
    assert_int_equal(go(w, 1000, &n).kind, TRAP_SVC);
    assert_int_equal(n, 3);
    assert_int_equal(w->cpu.x[0], 2);
    assert_int_equal(w->cpu.pc, CODE + 12);
}

static void a_loop_retires_what_it_should(void **state)
{
    struct world *w = *state;
    const u32 code[] = { ADD_X0_1, SUB_X1_1, CBNZ_BACK_8, SVC_0 };
    put(w, code, 4);
    w->cpu.x[1] = 1000;
    u64 n;
    assert_int_equal(go(w, 1 << 20, &n).kind, TRAP_SVC);
    assert_int_equal(n, 3001);
    assert_int_equal(w->cpu.x[0], 1000);
}

static void a_budget_ends_an_endless_loop(void **state)
{
    struct world *w = *state;
    const u32 code[] = { ADD_X0_1, BACK_4 };
    put(w, code, 2);
    u64 n;
    assert_int_equal(go(w, 10000, &n).kind, TRAP_BUDGET);
    assert_int_equal(n, 10000);
    assert_int_equal(w->cpu.x[0], 5000);
    assert_int_equal(w->cpu.pc, CODE);
}

static void a_step_is_one_instruction(void **state)
{
    struct world *w = *state;
    const u32 code[] = { ADD_X0_1, ADD_X0_1, BACK_SELF };
    put(w, code, 3);
    u64 n;
    for (int k = 1; k <= 2; k++) {
        assert_int_equal(exec_step(&w->cpu, w->space, NULL, &n).kind, TRAP_BUDGET);
        assert_int_equal(n, 1);
        assert_int_equal(w->cpu.x[0], k);
        assert_int_equal(w->cpu.pc, CODE + 4 * k);
    }
}

static void a_wild_access_is_a_trap_at_its_instruction(void **state)
{
    struct world *w = *state;
    const u32 load[] = { ADD_X0_1, LDR_X2_X3 }, store[] = { ADD_X0_1, STR_X2_X3 };
    static const u64 wild[] = {
        0, DATA - 8, DATA + GUEST_PAGE, 1ull << 40, 1ull << 47, ~0ull >> 8
    };
    for (size_t k = 0; k < COUNT(wild); k++) {
        u64 n;
        put(w, load, 2);
        w->cpu.x[3] = wild[k];
        struct trap t = go(w, 100, &n);
        assert_int_equal(t.kind, TRAP_MEMORY);
        assert_false(t.write);
        assert_int_equal(n, 1);
        assert_int_equal(w->cpu.pc, CODE + 4);
        put(w, store, 2);
        t = go(w, 100, &n);
        assert_int_equal(t.kind, TRAP_MEMORY);
        assert_true(t.write);
        assert_int_equal(t.addr, wild[k]);
    }
}

static void the_top_byte_of_an_address_is_ignored(void **state)
{
    struct world *w = *state;
    const u32 code[] = { STR_X2_X3, SVC_0 };
    put(w, code, 2);
    w->cpu.x[2] = 42;
    w->cpu.x[3] = DATA | 0xab00000000000000;
    u64 n, got;
    assert_int_equal(go(w, 100, &n).kind, TRAP_SVC);
    assert_int_equal(space_read(w->space, &got, DATA, 8), 0);
    assert_int_equal(got, 42);
}

static void a_jump_to_nowhere_is_a_trap_with_its_pc(void **state)
{
    struct world *w = *state;
    const u32 code[] = { RET_X4 };
    static const struct {
        u64 target;
        enum trap_kind kind;
    } to[] = { { DATA, TRAP_FETCH },
               { 0, TRAP_FETCH },
               { 1ull << 50, TRAP_FETCH },
               { CODE + 2, TRAP_ALIGN } };
    for (size_t k = 0; k < COUNT(to); k++) {
        put(w, code, 1);
        w->cpu.x[4] = to[k].target;
        u64 n;
        struct trap t = go(w, 100, &n);
        assert_int_equal(t.kind, to[k].kind);
        assert_int_equal(t.addr, to[k].target);
        assert_int_equal(w->cpu.pc, to[k].target);
        assert_int_equal(n, 1);
    }
}

static void a_branch_past_the_window_is_a_fetch_fault(void **state)
{
    struct world *w = *state;
    const u32 code[] = { 0x15ffffff };   // b .+0x7fffffc
    const vaddr top = w->space->size - GUEST_PAGE;
    assert_int_equal(space_map(w->space, top, GUEST_PAGE, RWX, FIXED_ANON, -1, 0, NULL), top);
    assert_int_equal(space_poke(w->space, top, code, 4), 0);
    exec_init(&w->cpu, w->space);
    w->cpu.pc = top;
    u64 n;
    struct trap t = go(w, 100, &n);
    assert_int_equal(t.kind, TRAP_FETCH);
    assert_int_equal(t.addr, top + 0x7fffffc);
    assert_int_equal(n, 1);
}

static void an_undefined_word_is_a_trap_that_names_it(void **state)
{
    struct world *w = *state;
    const u32 code[] = { ADD_X0_1, 0x00000000 };
    put(w, code, 2);
    u64 n;
    struct trap t = go(w, 100, &n);
    assert_int_equal(t.kind, TRAP_UNDEFINED);
    assert_int_equal(t.addr, 0);
    assert_int_equal(n, 1);
    assert_int_equal(w->cpu.pc, CODE + 4);
}

static void changed_code_runs_after_invalidation(void **state)
{
    struct world *w = *state;
    const u32 one[] = { ADD_X0_1, SVC_0 }, other[] = { SUB_X1_1, SVC_0 };
    u64 n;
    put(w, one, 2);
    go(w, 100, &n);
    put(w, other, 2);
    go(w, 100, &n);
    assert_int_equal(w->cpu.x[0], 1);
    assert_int_equal(w->cpu.x[1], (u64)-1);
}

// -- Records --

struct tape {
    struct recorder r;
    struct record *buffer, *kept;
    size_t count;
};

static struct record *keep(void *ctx, struct record *full)
{
    struct tape *t = ctx;
    t->kept = realloc(t->kept, (t->count + RECORD_BATCH) * sizeof(*t->kept));
    memcpy(t->kept + t->count, full, RECORD_BATCH * sizeof(*full));
    t->count += RECORD_BATCH;
    return full;
}

static void tape_open(struct tape *t)
{
    *t = (struct tape){ .buffer = aligned_alloc(RECORD_BATCH * 16, RECORD_BATCH * 16) };
    t->r = (struct recorder){ t->buffer, t->buffer, keep, t };
}

static void tape_close(struct tape *t)
{
    free(t->buffer);
    free(t->kept);
}

static void each_retired_instruction_has_its_record(void **state)
{
    struct world *w = *state;
    const u32 code[] = { STR_X2_X3, SUB_X1_1, CBNZ_BACK_8, SVC_0 };
    put(w, code, 4);
    w->cpu.x[1] = 2;
    w->cpu.x[3] = DATA + 8;
    struct tape t;
    tape_open(&t);
    u64 n;
    assert_int_equal(run(w, 1000, &t.r, &n).kind, TRAP_SVC);
    assert_int_equal(n, 7);
    static const struct record expected[] = {
        { CODE, DATA + 8 }, { CODE + 4, 0 }, { (CODE + 8) | RECORD_TAKEN, CODE },
        { CODE, DATA + 8 }, { CODE + 4, 0 }, { CODE + 8, 0 },
        { CODE + 12, 0 },
    };
    struct record got[16];
    bool defined[4] = { false };
    size_t count = 0;
    for (const struct record *r = t.buffer; r < t.r.at; r++) {
        size_t k = (record_pc(r) - CODE) / 4;
        if (r->head & RECORD_DEF) {
            assert_int_equal(r->addr, code[k]);
            assert_false(defined[k]);
            defined[k] = true;
        } else {
            assert_true(defined[k]);
            got[count++] = *r;
        }
    }
    assert_int_equal(count, COUNT(expected));
    assert_memory_equal(got, expected, sizeof(expected));
    tape_close(&t);
}

static void a_division_has_the_bits_of_its_quotient(void **state)
{
    struct world *w = *state;
    // udiv x0, x1, x2; udiv w0, w1, w2; sdiv x0, x1, x2; sdiv w0, w1, w2
    const u32 code[] = { 0x9ac20820, 0x1ac20820, 0x9ac20c20, 0x1ac20c20, SVC_0 };
    static const struct {
        u64 n, m, bits[4];
    } cases[] = {
        { 0, 0, { 0, 0, 0, 0 } },
        { 100, 0, { 0, 0, 0, 0 } },
        { 1, 2, { 0, 0, 0, 0 } },
        { ~0ull, 1, { 64, 32, 1, 1 } },
        { ~0ull, 3, { 63, 31, 0, 0 } },
        { 1ull << 63, ~0ull, { 0, 0, 64, 0 } },
        { 0x80000000, ~0ull, { 0, 0, 32, 32 } },
        { ~0ull << 31, 3, { 63, 30, 30, 30 } },
        { 7, ~1ull, { 0, 0, 2, 2 } },
    };
    struct tape t;
    tape_open(&t);
    put(w, code, COUNT(code));
    for (size_t k = 0; k < COUNT(cases); k++) {
        w->cpu.x[1] = cases[k].n;
        w->cpu.x[2] = cases[k].m;
        w->cpu.pc = CODE;
        const struct record *r = t.r.at;
        u64 n;
        assert_int_equal(run(w, 1000, &t.r, &n).kind, TRAP_SVC);
        size_t seen = 0;
        for (; r < t.r.at && seen < COUNT(cases[k].bits); r++)
            if (!(r->head & RECORD_DEF))
                assert_int_equal(r->addr, cases[k].bits[seen++]);
        assert_int_equal(seen, COUNT(cases[k].bits));
    }
    tape_close(&t);
}

static void records_fill_buffer_after_buffer(void **state)
{
    struct world *w = *state;
    const u32 code[] = { ADD_X0_1, SUB_X1_1, CBNZ_BACK_8, SVC_0 };
    put(w, code, 4);
    w->cpu.x[1] = 10000;
    struct tape t;
    tape_open(&t);
    u64 n;
    assert_int_equal(run(w, 1 << 20, &t.r, &n).kind, TRAP_SVC);
    assert_int_equal(n, 30001);
    assert_int_equal(t.count + (size_t)(t.r.at - t.buffer), 30001 + 4);
    assert_int_equal(t.count % RECORD_BATCH, 0);
    tape_close(&t);
}

static void a_structure_faults_at_its_lowest_byte(void **state)
{
    struct world *w = *state;
    const u32 words[] = {
        0x0c004671,   // st3 {v17.4h-v19.4h}, [x19]
        0x4c000260,   // st4 {v0.16b-v3.16b}, [x19]
        0x4c404660,   // ld3 {v0.8h-v2.8h}, [x19]
        0x4c002260,   // st1 {v0.16b-v3.16b}, [x19]
        0x4d60a660,   // ld4 {v0.d-v3.d}[1], [x19]
        0x0d200e60,   // st2 {v0.b, v1.b}[3], [x19]
    };
    for (size_t k = 0; k < COUNT(words); k++) {
        u64 n;
        put(w, &words[k], 1);
        w->cpu.x[19] = DATA + GUEST_PAGE;
        struct trap t = go(w, 1, &n);
        assert_int_equal(t.kind, TRAP_MEMORY);
        assert_int_equal(t.addr, DATA + GUEST_PAGE);
    }
}

// The fault arrives as a host signal, whose handler starts with fresh flags.
static void a_fault_keeps_the_flags_of_floating_point(void **state)
{
    struct world *w = *state;
    const u32 code[] = { FDIV_D0_D1_D2, LDR_X2_X3 };
    put(w, code, 2);
    w->cpu.v[1].f64[0] = 1;
    w->cpu.v[2].f64[0] = 3;
    w->cpu.x[3] = 0;
    u64 n;
    assert_int_equal(go(w, 1000, &n).kind, TRAP_MEMORY);
    assert_int_equal(w->cpu.fpsr, 1 << 4);   // IXC
}

static void the_guests_rounding_mode_stays_inside(void **state)
{
    struct world *w = *state;
    const u32 code[] = { FDIV_D0_D1_D2, SVC_0 };
    put(w, code, 2);
    w->cpu.v[1].f64[0] = 1;
    w->cpu.v[2].f64[0] = 3;
    w->cpu.fpcr = 1 << 22;   // up: 1/3 ends in 6 instead of 5
    feclearexcept(FE_ALL_EXCEPT);
    u64 n;
    assert_int_equal(go(w, 1000, &n).kind, TRAP_SVC);
    assert_int_equal(w->cpu.v[0].d[0], 0x3fd5555555555556);
    assert_int_equal(fegetround(), FE_TONEAREST);
    assert_int_equal(fetestexcept(FE_ALL_EXCEPT), 0);
}

static void a_run_may_stop_when_the_buffer_is_full(void **state)
{
    struct world *w = *state;
    const u32 code[] = { ADD_X0_1, BACK_4 };
    put(w, code, 2);
    struct tape t;
    tape_open(&t);
    u64 n, total = 0;
    for (int k = 0; k < 3 * RECORD_BATCH; k++) {   // every place of the buffer is a last one
        exec_step(&w->cpu, w->space, &t.r, &n);
        total += n;
        assert_true(t.r.at - t.buffer < RECORD_BATCH);
    }
    assert_int_equal(total, 3 * RECORD_BATCH);
    assert_int_equal(t.count + (size_t)(t.r.at - t.buffer), total + 2);
    tape_close(&t);
}

int main(void)
{
#define T(f) \
    cmocka_unit_test_setup_teardown(f, open_interpreted, close_world), { "host code: " #f, f, open_host_code, close_world, NULL }
    const struct CMUnitTest tests[] = {
        T(a_system_call_stops_past_itself_and_counts),
        T(a_loop_retires_what_it_should),
        T(a_budget_ends_an_endless_loop),
        T(a_step_is_one_instruction),
        T(a_wild_access_is_a_trap_at_its_instruction),
        T(the_top_byte_of_an_address_is_ignored),
        T(a_jump_to_nowhere_is_a_trap_with_its_pc),
        T(a_branch_past_the_window_is_a_fetch_fault),
        T(an_undefined_word_is_a_trap_that_names_it),
        T(changed_code_runs_after_invalidation),
        T(each_retired_instruction_has_its_record),
        T(a_division_has_the_bits_of_its_quotient),
        T(records_fill_buffer_after_buffer),
        T(a_structure_faults_at_its_lowest_byte),
        T(a_fault_keeps_the_flags_of_floating_point),
        T(the_guests_rounding_mode_stays_inside),
        T(a_run_may_stop_when_the_buffer_is_full),
    };
    return cmocka_run_group_tests_name("exec", tests, NULL, NULL);
}
