// Call paths of records: each shape of calls, returns and jumps.
//
// Functions are of 0x100 bytes from BASE on, named by letters: A begins at BASE, B at BASE + 0x100. What
// runs is told as "A+4" in the comments. Beyond the last one nobody knows functions.
#include "test.h"

#include <string.h>

#include "profile/paths.h"

enum { BASE = 0x400000, SIZE = 0x100, FUNCTIONS = 16 };
enum {
    BL = 0x94000000,
    BLR = 0xd63f0060,
    RET = 0xd65f03c0,
    B = 0x14000000,
    BR = 0xd61f0200,
    NOP = 0xd503201f,
    BEQ = 0x54000000
};

#define AT(letter, offset) (BASE + ((letter) - 'A') * SIZE + (offset))

static bool function(void *ctx, vaddr pc, vaddr *start, vaddr *end)
{
    if (pc < BASE || pc >= BASE + FUNCTIONS * SIZE)
        return false;
    *start = pc & ~(vaddr)(SIZE - 1);
    *end = *start + SIZE;
    return true;
}

struct told {
    struct record record[512];
    size_t count;
};

static void put(struct told *t, u64 head, u64 addr)
{
    t->record[t->count++] = (struct record){ head, addr };
}

// An instruction that does not branch.
static void step(struct told *t, vaddr pc)
{
    put(t, pc | RECORD_DEF, NOP);
    put(t, pc, 0);
}

static void go(struct told *t, vaddr pc, u32 word, vaddr to)
{
    put(t, pc | RECORD_DEF, word);
    put(t, pc | RECORD_TAKEN, to);
}

static void other(struct told *t, enum record_kind kind, vaddr pc, u64 number)
{
    t->record[t->count++] = record_other(kind, pc, number);
}

// Which path each instruction was on, by its address: the last one's.
struct seen {
    struct arena *arena;
    struct paths *paths;
    u32 path[FUNCTIONS * SIZE / 4 + 64];
    size_t records, others;
};

static u32 place(vaddr pc)
{
    return pc < BASE + FUNCTIONS * SIZE ? (u32)(pc - BASE) / 4 : FUNCTIONS * SIZE / 4;
}

static void see(void *ctx, u32 path, const struct record *r, size_t n)
{
    struct seen *s = ctx;
    s->records += n;
    for (; n; n--, r++) {
        s->others += record_is_other(r);
        if (!(r->head & RECORD_DEF))
            s->path[place(record_pc(r))] = path;
    }
}

static struct seen *feed(const struct told *t, u32 most)
{
    struct arena *a = arena_new();
    struct seen *s = ARENA_NEW(a, struct seen);
    s->arena = a;
    s->paths = paths_new(a, most, function, NULL);
    for (size_t k = 0; k < t->count; k += 3)   // in parts, as batches part them
        paths_feed(s->paths, t->record + k, t->count - k < 3 ? t->count - k : 3, see, s);
    return s;
}

static void end(struct seen *s)
{
    paths_free(s->paths);
    arena_free(s->arena);
}

// The letters of the path that the instruction at `pc` was on, root first; '?' where nobody knows a function.
static const char *path_at(const struct seen *s, vaddr pc)
{
    static char text[64];
    char *to = text + sizeof(text) - 1;
    *to = 0;
    for (u32 p = s->path[place(pc)]; p; p = paths_at(s->paths, p).parent) {
        vaddr entry = paths_at(s->paths, p).entry;
        *--to = entry < BASE + FUNCTIONS * SIZE ? (char)('A' + (entry - BASE) / SIZE) : '?';
    }
    return to;
}

static struct path last_path(const struct seen *s, vaddr pc)
{
    return paths_at(s->paths, s->path[place(pc)]);
}

static void a_call_makes_a_path_and_a_return_leaves_it(void **state)
{
    struct told t = { .count = 0 };
    go(&t, AT('A', 0), BL, AT('B', 0));
    step(&t, AT('B', 0));
    go(&t, AT('B', 4), BLR, AT('C', 0));
    go(&t, AT('C', 0), RET, AT('B', 8));
    go(&t, AT('B', 8), RET, AT('A', 4));
    step(&t, AT('A', 4));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('B', 0)), "AB");
    assert_string_equal(path_at(s, AT('C', 0)), "ABC");
    assert_string_equal(path_at(s, AT('B', 8)), "AB");
    assert_string_equal(path_at(s, AT('A', 4)), "A");
    struct path p = last_path(s, AT('C', 0));
    assert_int_equal(p.kind, PATH_CALL);
    assert_int_equal(p.site, AT('B', 4));
    assert_int_equal(p.calls, 1);
    assert_int_equal(last_path(s, AT('A', 4)).kind, PATH_ROOT);
    assert_int_equal(s->records, t.count);
    end(s);
}

static void calls_from_two_places_are_two_paths(void **state)
{
    struct told t = { .count = 0 };
    for (int k = 0; k < 3; k++) {
        go(&t, AT('A', 0), BL, AT('B', 0));
        go(&t, AT('B', 0), RET, AT('A', 4));
    }
    go(&t, AT('A', 4), BL, AT('B', 0));
    go(&t, AT('B', 0), RET, AT('A', 8));
    struct seen *s = feed(&t, 100);
    assert_int_equal(paths_count(s->paths), 4);   // none, A, B, B
    assert_int_equal(paths_at(s->paths, 2).calls, 3);
    assert_int_equal(paths_at(s->paths, 3).calls, 1);
    assert_int_equal(paths_at(s->paths, 3).site, AT('A', 4));
    end(s);
}

static void recursion_folds_into_where_the_function_stands(void **state)
{
    struct told t = { .count = 0 };
    go(&t, AT('A', 0), BL, AT('B', 0));
    go(&t, AT('B', 0), BL, AT('C', 0));
    for (int k = 0; k < 3; k++) {
        go(&t, AT('C', 0), BL, AT('B', 0));
        go(&t, AT('B', 0), BL, AT('C', 0));
    }
    go(&t, AT('C', 4), RET, AT('B', 4));
    for (int k = 0; k < 3; k++) {
        go(&t, AT('B', 4), RET, AT('C', 4));
        go(&t, AT('C', 4), RET, AT('B', 4));
    }
    go(&t, AT('B', 4), RET, AT('A', 4));
    step(&t, AT('A', 4));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('C', 4)), "ABC");
    assert_string_equal(path_at(s, AT('B', 4)), "AB");
    assert_string_equal(path_at(s, AT('A', 4)), "A");
    assert_int_equal(paths_count(s->paths), 4);
    assert_int_equal(paths_at(s->paths, 2).calls, 4);
    end(s);
}

static void a_tail_call_takes_the_place_of_its_caller(void **state)
{
    struct told t = { .count = 0 };
    go(&t, AT('A', 0), BL, AT('B', 0));
    go(&t, AT('B', 0), B, AT('C', 0));
    go(&t, AT('C', 0), BR, AT('D', 0));
    go(&t, AT('D', 0), RET, AT('A', 4));
    step(&t, AT('A', 4));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('C', 0)), "AC");
    assert_string_equal(path_at(s, AT('D', 0)), "AD");
    assert_int_equal(last_path(s, AT('C', 0)).kind, PATH_JUMP);
    assert_string_equal(path_at(s, AT('A', 4)), "A");
    end(s);
}

static void a_direct_jump_into_a_function_is_a_tail_call(void **state)
{
    struct told t = { .count = 0 };
    go(&t, AT('A', 0), BL, AT('B', 0));
    go(&t, AT('B', 0), B, AT('C', 4));   // as _setjmp goes to __sigsetjmp
    go(&t, AT('C', 4), RET, AT('A', 4));
    step(&t, AT('A', 4));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('C', 4)), "AC");
    assert_string_equal(path_at(s, AT('A', 4)), "A");
    end(s);
}

static void a_tail_call_of_recursion_stays_below_its_caller(void **state)
{
    struct told t = { .count = 0 };
    go(&t, AT('A', 0), BL, AT('B', 0));
    go(&t, AT('B', 0), BLR, AT('A', 0x40));   // a stub that lies in A
    go(&t, AT('A', 0x40), B, AT('C', 0));
    step(&t, AT('C', 0));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('C', 0)), "ABC");
    end(s);
}

static void a_part_that_lies_elsewhere_gives_back(void **state)
{
    struct told t = { .count = 0 };
    go(&t, AT('A', 0), BL, AT('B', 0));
    go(&t, AT('B', 0), B, AT('C', 0));   // its cold part
    go(&t, AT('C', 0), B, AT('B', 8));
    go(&t, AT('B', 8), RET, AT('A', 4));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('B', 8)), "AB");
    end(s);
}

static void branches_inside_a_function_change_nothing(void **state)
{
    struct told t = { .count = 0 };
    go(&t, AT('A', 0), BL, AT('B', 0));
    go(&t, AT('B', 0), B, AT('B', 16));
    go(&t, AT('B', 16), BEQ, AT('B', 4));
    go(&t, AT('B', 4), BR, AT('B', 0));
    step(&t, AT('B', 0));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('B', 0)), "AB");
    assert_int_equal(paths_count(s->paths), 3);
    end(s);
}

static void longjmp_leaves_all_below_its_target(void **state)
{
    struct told t = { .count = 0 };
    go(&t, AT('A', 0), BL, AT('B', 0));
    go(&t, AT('B', 0), BL, AT('K', 0));   // setjmp
    go(&t, AT('K', 0), RET, AT('B', 4));
    go(&t, AT('B', 4), BL, AT('C', 0));
    go(&t, AT('C', 0), BL, AT('D', 0));
    go(&t, AT('D', 0), BL, AT('E', 0));   // longjmp
    go(&t, AT('E', 0), BR, AT('B', 4));
    go(&t, AT('B', 8), BL, AT('F', 0));
    go(&t, AT('F', 0), RET, AT('B', 12));
    go(&t, AT('B', 12), RET, AT('A', 4));
    step(&t, AT('A', 4));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('E', 0)), "ABCDE");
    assert_string_equal(path_at(s, AT('F', 0)), "ABF");
    assert_string_equal(path_at(s, AT('B', 12)), "AB");
    assert_string_equal(path_at(s, AT('A', 4)), "A");
    end(s);
}

static void a_handler_is_called_where_its_signal_broke_in(void **state)
{
    struct told t = { .count = 0 };
    vaddr trampoline = 0xffffff8000;
    go(&t, AT('A', 0), BL, AT('B', 0));
    step(&t, AT('B', 0));
    other(&t, RECORD_SIGNAL, AT('H', 0), 10);
    go(&t, AT('H', 0), BL, AT('I', 0));
    go(&t, AT('I', 0), RET, AT('H', 4));
    go(&t, AT('H', 4), RET, trampoline);
    step(&t, trampoline);
    other(&t, RECORD_SYSCALL, trampoline + 4, 139);
    go(&t, AT('B', 4), RET, AT('A', 4));
    step(&t, AT('A', 4));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('I', 0)), "ABHI");
    assert_int_equal(last_path(s, AT('H', 0)).kind, PATH_SIGNAL);
    assert_string_equal(path_at(s, AT('B', 4)), "AB");
    assert_string_equal(path_at(s, AT('A', 4)), "A");
    end(s);
}

static void a_jump_out_of_a_handler_ends_it(void **state)
{
    struct told t = { .count = 0 };
    go(&t, AT('A', 0), BL, AT('B', 0));
    step(&t, AT('B', 0));
    other(&t, RECORD_SIGNAL, AT('H', 0), 10);
    go(&t, AT('H', 0), BR, AT('A', 16));
    go(&t, AT('A', 16), BL, AT('C', 0));
    step(&t, AT('C', 0));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('A', 16)), "A");
    assert_string_equal(path_at(s, AT('C', 0)), "AC");
    end(s);
}

static void each_thread_has_its_own_stack(void **state)
{
    struct told t = { .count = 0 };
    other(&t, RECORD_THREAD, 0, 1);
    go(&t, AT('A', 0), BL, AT('B', 0));
    step(&t, AT('B', 0));
    other(&t, RECORD_THREAD, 0, 2);
    go(&t, AT('C', 0), BL, AT('D', 0));
    other(&t, RECORD_THREAD, 0, 1);
    go(&t, AT('B', 4), RET, AT('A', 4));
    other(&t, RECORD_THREAD, 0, 2);
    go(&t, AT('D', 0), RET, AT('C', 4));
    step(&t, AT('C', 4));
    other(&t, RECORD_THREAD, 0, 1);
    step(&t, AT('A', 4));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('B', 4)), "AB");
    assert_string_equal(path_at(s, AT('D', 0)), "CD");
    assert_string_equal(path_at(s, AT('C', 4)), "C");
    assert_string_equal(path_at(s, AT('A', 4)), "A");
    end(s);
}

// A's coroutine is C, D does its work; G changes stacks as swapcontext does, by H, which jumps.
static void coroutines_go_on_where_they_were_left(void **state)
{
    struct told t = { .count = 0 };
    go(&t, AT('A', 0), BL, AT('G', 0));
    go(&t, AT('G', 0), BL, AT('H', 0));
    go(&t, AT('H', 0), BR, AT('C', 0));   // it begins
    go(&t, AT('C', 0), BL, AT('D', 0));
    go(&t, AT('D', 0), BL, AT('G', 0));
    go(&t, AT('G', 0), BL, AT('H', 0));
    go(&t, AT('H', 0), BR, AT('A', 4));   // back
    go(&t, AT('A', 4), BL, AT('E', 0));
    go(&t, AT('E', 0), RET, AT('A', 8));
    go(&t, AT('A', 8), BL, AT('G', 0));
    go(&t, AT('G', 0), BL, AT('H', 0));
    go(&t, AT('H', 0), BR, AT('D', 4));   // and it goes on
    go(&t, AT('D', 4), BL, AT('F', 0));
    go(&t, AT('F', 0), RET, AT('D', 8));
    go(&t, AT('D', 8), RET, AT('C', 4));
    go(&t, AT('C', 4), BL, AT('G', 0));
    go(&t, AT('G', 0), BL, AT('H', 0));
    go(&t, AT('H', 0), BR, AT('A', 12));
    step(&t, AT('A', 12));
    struct seen *s = feed(&t, 100);
    assert_string_equal(path_at(s, AT('E', 0)), "AE");
    assert_string_equal(path_at(s, AT('F', 0)), "AGCDF");
    assert_string_equal(path_at(s, AT('D', 8)), "AGCD");
    assert_string_equal(path_at(s, AT('C', 4)), "AGC");
    assert_string_equal(path_at(s, AT('A', 12)), "A");
    end(s);
}

static void when_there_are_too_many_the_caller_has_it(void **state)
{
    struct told t = { .count = 0 };
    go(&t, AT('A', 0), BL, AT('B', 0));
    go(&t, AT('B', 0), BL, AT('C', 0));
    go(&t, AT('C', 0), RET, AT('B', 4));
    step(&t, AT('B', 4));
    struct seen *s = feed(&t, 3);   // none, A, B
    assert_string_equal(path_at(s, AT('C', 0)), "AB");
    assert_string_equal(path_at(s, AT('B', 4)), "AB");
    assert_int_equal(paths_folded(s->paths), 1);
    end(s);
}

static void records_of_between_are_not_handed_on(void **state)
{
    struct told t = { .count = 0 };
    other(&t, RECORD_THREAD, 0, 1);
    step(&t, AT('A', 0));
    other(&t, RECORD_SYSCALL, AT('A', 4), 64);
    other(&t, RECORD_WORD, 0x1000, 5);   // what memory holds is the core's
    step(&t, AT('A', 4));
    other(&t, RECORD_MARK, AT('A', 8), 1);
    struct seen *s = feed(&t, 100);
    assert_int_equal(s->records, t.count - 3);
    assert_int_equal(s->others, 1);
    assert_string_equal(path_at(s, AT('A', 4)), "A");
    end(s);
}

static void the_last_word_at_an_address_is_known(void **state)
{
    struct told t = { .count = 0 };
    step(&t, AT('A', 0));
    go(&t, AT('A', 0), BL, AT('B', 0));
    step(&t, AT('B', 0));
    struct seen *s = feed(&t, 100);
    assert_int_equal(paths_word(s->paths, AT('A', 0)), BL);
    assert_int_equal(paths_word(s->paths, AT('B', 0)), NOP);
    assert_int_equal(paths_word(s->paths, AT('C', 0)), 0);
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_makes_a_path_and_a_return_leaves_it),
        cmocka_unit_test(calls_from_two_places_are_two_paths),
        cmocka_unit_test(recursion_folds_into_where_the_function_stands),
        cmocka_unit_test(a_tail_call_takes_the_place_of_its_caller),
        cmocka_unit_test(a_direct_jump_into_a_function_is_a_tail_call),
        cmocka_unit_test(a_tail_call_of_recursion_stays_below_its_caller),
        cmocka_unit_test(a_part_that_lies_elsewhere_gives_back),
        cmocka_unit_test(branches_inside_a_function_change_nothing),
        cmocka_unit_test(longjmp_leaves_all_below_its_target),
        cmocka_unit_test(a_handler_is_called_where_its_signal_broke_in),
        cmocka_unit_test(a_jump_out_of_a_handler_ends_it),
        cmocka_unit_test(each_thread_has_its_own_stack),
        cmocka_unit_test(coroutines_go_on_where_they_were_left),
        cmocka_unit_test(when_there_are_too_many_the_caller_has_it),
        cmocka_unit_test(records_of_between_are_not_handed_on),
        cmocka_unit_test(the_last_word_at_an_address_is_known),
    };
    return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
