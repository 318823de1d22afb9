// What explain knows of instructions from their records, and which losses it names.
#include "test.h"

#include <string.h>

#include "explain/evidence.h"
#include "explain/loss.h"

enum { START = 0x10000, DATA = 0x10000000, WIDTH = 8 };

static struct config config;

static struct evidence *watch(struct arena *a)
{
    struct err e = { "" };
    assert_true(config_load(&config, a, "m2-avalanche", NULL, 0, &e));
    struct evidence *v = evidence_new(a, &config, &e);
    assert_string_equal(e.text, "");
    return v;
}

static void put(struct evidence *v, u64 head, u64 addr)
{
    struct record r = { head, addr };
    evidence_feed(v, &r, 1);
}

static void define(struct evidence *v, u32 place, u32 word)
{
    put(v, RECORD_DEF | (START + 4 * place), word);
}

// Place 0 runs `times` with addresses `stride` apart.
static void strided(struct evidence *v, u32 word, u64 stride, u32 times)
{
    define(v, 0, word);
    for (u64 k = 0; k < times; k++)
        put(v, START, DATA + k * stride);
}

static void strides_and_pages_are_known(void **state)
{
    struct evidence *v = watch(*state);
    double share;
    strided(v, 0xf9400281, 16384, 1000);   // ldr x1, [x20]
    const struct watched *w = evidence_at(v, START);
    assert_int_equal(w->runs, 1000);
    assert_int_equal(evidence_stride(w, &share), 16384);
    assert_true(share == 1);
    assert_in_range(evidence_pages(w->memory), 950, 1050);
    assert_int_equal(w->memory->low, DATA);
    assert_int_equal(w->memory->high, DATA + 999 * 16384 + 8);
    assert_null(evidence_at(v, START + 4));
}

// Every third access is elsewhere.
static void the_usual_stride_is_found_among_others(void **state)
{
    struct evidence *v = watch(*state);
    double share;
    u64 at = DATA, seed = 1;
    define(v, 0, 0xf9400281);
    for (u32 k = 0; k < 3000; k++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        at = k % 3 == 2 ? DATA + (seed >> 40) : at + 40;
        put(v, START, at);
    }
    assert_int_equal(evidence_stride(evidence_at(v, START), &share), 40);
    assert_true(share > 0.2 && share <= 0.67);
}

static void an_address_that_the_load_itself_made_is_chased(void **state)
{
    struct evidence *v = watch(*state);
    define(v, 0, 0xf9400000);   // ldr x0, [x0]
    define(v, 1, 0xf9400281);   // ldr x1, [x20]
    for (u32 k = 0; k < 100; k++) {
        put(v, START, DATA + 64 * k);
        put(v, START + 4, DATA + 64 * k);
    }
    assert_int_equal(evidence_at(v, START)->memory->chased, 99);
    assert_int_equal(evidence_at(v, START + 4)->memory->chased, 0);
}

static void lines_and_pages_are_crossed(void **state)
{
    struct evidence *v = watch(*state);
    strided(v, 0xf9400281, 4096 + 60, 1);
    put(v, START, DATA + 60);
    put(v, START, DATA + 16384 - 4);
    put(v, START, DATA + 56);
    assert_int_equal(evidence_at(v, START)->memory->cross_line, 2);
    assert_int_equal(evidence_at(v, START)->memory->cross_page, 1);
}

// stp d1, d2, [x20]; ldr q0, [x20]; ldr d3, [x20], and one far behind.
static void loads_of_what_was_just_stored_are_known(void **state)
{
    struct evidence *v = watch(*state);
    define(v, 0, 0x6d000a81);
    define(v, 1, 0x3dc00280);
    define(v, 2, 0xfd400283);
    define(v, 3, 0xd503201f);
    for (u32 k = 0; k < 10; k++) {
        put(v, START, DATA);
        put(v, START + 4, DATA);
        put(v, START + 8, DATA + 64);
    }
    const struct evidence_memory *wide = evidence_at(v, START + 4)->memory;
    assert_int_equal(wide->forwarded, 10);
    assert_int_equal(wide->narrower, 10);
    assert_int_equal(wide->moved, 0);
    assert_int_equal(wide->store[0], START);
    assert_int_equal(evidence_at(v, START + 8)->memory->forwarded, 0);
    for (u32 k = 0; k < 1000; k++)
        put(v, START + 12, 0);
    put(v, START + 4, DATA);
    assert_int_equal(wide->forwarded, 10);
}

// fadd d0, d0, d1 takes three cycles from one to the next; fadd d2, d3, d3 waits for none.
static void a_chain_has_its_latency(void **state)
{
    struct evidence *v = watch(*state);
    define(v, 0, 0x1e612800);
    define(v, 1, 0x1e632862);
    for (u32 k = 0; k < 101; k++) {
        put(v, START, 0);
        put(v, START + 4, 0);
    }
    const struct watched *chain = evidence_at(v, START), *free = evidence_at(v, START + 4);
    assert_int_equal(chain->advanced, 300);
    assert_int_equal(free->advanced, 0);
    define(v, 2, 0x9e6703e0);   // fmov d0, xzr: the chain begins anew
    put(v, START + 8, 0);
    put(v, START, 0);
    put(v, START, 0);
    assert_int_equal(chain->advanced, 303);
}

static void targets_are_told_apart(void **state)
{
    struct evidence *v = watch(*state);
    define(v, 0, 0xd61f00a0);   // br x5
    for (u64 k = 0; k < 30; k++)
        put(v, START | RECORD_TAKEN, START + 64 * (k % 3 + 1));
    const struct evidence_branch *b = evidence_at(v, START)->branch;
    assert_int_equal(b->taken, 30);
    assert_int_equal(b->target[2], START + 64 * 3);
    assert_int_equal(b->target[3], 0);
}

// -- Losses --

static struct explain_cost cost(u32 place, const char *function, int line)
{
    return (struct explain_cost){
        .pc = START + 4 * place, .function = function, .file = "dir/x.c", .line = line
    };
}

static void slots_of_a_line_are_one_loss(void **state)
{
    struct evidence *v = watch(*state);
    define(v, 1, 0xf9400282);   // ldr x2, [x20]
    strided(v, 0xf9400281, 8192, 100);
    put(v, START + 4, DATA);
    struct explain_cost c[2] = { cost(0, "f", 7), cost(1, "f", 7) };
    c[0].slots[STACK_base] = 100;
    c[0].slots[STACK_dram] = 400;
    c[1].slots[STACK_l2] = 300;
    struct explained x = explain(*state, c, 2, v, &config, 1000 / WIDTH);
    assert_int_equal(x.all, 1000);
    assert_int_equal(x.used, 100);
    assert_int_equal(x.losses, 1);
    assert_string_equal(x.loss[0].rule, "stride");
    assert_int_equal(x.loss[0].line, 7);
    assert_true(x.loss[0].share == 0.7);
    assert_int_equal(x.loss[0].stack[STACK_l2], 300);
    assert_string_equal(
        x.loss[0].text,
        "70 % of slots wait for loads that miss the L2 in `f` (x.c:7): stride 8 KiB, one "
        "line an access, main memory answers");
}

static void what_is_small_is_not_named(void **state)
{
    struct evidence *v = watch(*state);
    strided(v, 0xf9400281, 8192, 100);
    struct explain_cost c = cost(0, "f", 7);
    c.slots[STACK_dram] = 99;
    struct explained x = explain(*state, &c, 1, v, &config, 1000 / WIDTH);
    assert_int_equal(x.losses, 0);
    assert_true(x.largest == 0.099);
    c.slots[STACK_dram] = 100;
    assert_int_equal(explain(*state, &c, 1, v, &config, 1000 / WIDTH).losses, 1);
}

// A line is named for what it loses most to; another one, a fifth as large, not beside it.
static void each_line_is_named_once(void **state)
{
    struct evidence *v = watch(*state);
    define(v, 1, 0x1e612800);
    strided(v, 0xf9400281, 8192, 100);
    put(v, START + 4, 0);
    struct explain_cost c[3] = { cost(0, "f", 7), cost(1, "f", 7), cost(1, "f", 9) };
    c[0].slots[STACK_dram] = 500;
    c[1].slots[STACK_dependences] = 300;
    c[2].slots[STACK_dependences] = 120;
    struct explained x = explain(*state, c, 3, v, &config, 1000 / WIDTH);
    assert_int_equal(x.losses, 1);
    assert_int_equal(x.loss[0].line, 7);
    c[2].slots[STACK_dependences] = 125;
    x = explain(*state, c, 3, v, &config, 1000 / WIDTH);
    assert_int_equal(x.losses, 2);
    assert_int_equal(x.loss[1].line, 9);
}

static int open_arena(void **state)
{
    *state = arena_new();
    return 0;
}

static int close_arena(void **state)
{
    arena_free(*state);
    return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(strides_and_pages_are_known),
        T(the_usual_stride_is_found_among_others),
        T(an_address_that_the_load_itself_made_is_chased),
        T(lines_and_pages_are_crossed),
        T(loads_of_what_was_just_stored_are_known),
        T(a_chain_has_its_latency),
        T(targets_are_told_apart),
        T(slots_of_a_line_are_one_loss),
        T(what_is_small_is_not_named),
        T(each_line_is_named_once),
    };
    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
