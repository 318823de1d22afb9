// The loop around the executor: what it tells of between instructions.
#include "test.h"

#include "exec/machine.h"
#include "program.h"
#include "stream/stream.h"

enum { KEPT = 64 };

struct tape {
    struct record record[KEPT];
    size_t count, instructions;
};

static void keep(void *ctx, const struct record *r, size_t n)
{
    struct tape *t = ctx;
    for (; n; n--, r++)
        if (!(r->head & RECORD_DEF))
            t->instructions++;
        else if (record_is_other(r) && t->count < KEPT)
            t->record[t->count++] = *r;
}

// getpid, kill(self, SIGUSR1), and a handler that is exit_group(0).
static const u32 program[] = {
    0xd2801588, 0xd4000001,               // mov x8, #172; svc #0
    0xd2800141, 0xd2801028, 0xd4000001,   // mov x1, #10; mov x8, #129; svc #0
    0xd503201f,                           // nop
    0xd2800000, 0xd2800bc8, 0xd4000001,   // handler: mov x0, #0; mov x8, #94; svc #0
};

static struct tape run(bool tell)
{
    struct tape tape = { .count = 0 };
    struct stream *s = stream_new(keep, &tape, false);
    struct process *p = program_process(program, sizeof(program), stderr);
    p->actions[10].handler = CODE + CODE_AT + 6 * 4;
    struct machine m = { .process = p, .recorder = stream_recorder(s), .tell_between = tell };
    assert_int_equal(machine_run(&m), MACHINE_EXITED);
    assert_int_equal(process_status(p), 0);
    stream_free(s);
    process_free(p);
    return tape;
}

static void check(const struct record *r, enum record_kind kind, vaddr pc, u64 addr)
{
    assert_int_equal(record_kind(r), kind);
    assert_int_equal(record_pc(r), pc);
    assert_int_equal(r->addr, addr);
}

static void threads_calls_and_signals_are_told_of(void **state)
{
    const vaddr start = CODE + CODE_AT;
    struct tape t = run(true);
    assert_int_equal(t.count, 5);
    assert_int_equal(record_kind(&t.record[0]), RECORD_THREAD);
    assert_true(t.record[0].addr > 0);
    check(&t.record[1], RECORD_SYSCALL, start + 8, 172);
    check(&t.record[2], RECORD_SYSCALL, start + 20, 129);
    check(&t.record[3], RECORD_SIGNAL, start + 24, 10);
    check(&t.record[4], RECORD_SYSCALL, start + 36, 94);
    assert_int_equal(t.instructions, 8);
}

static void nothing_is_told_unasked(void **state)
{
    struct tape t = run(false);
    assert_int_equal(t.count, 0);
    assert_int_equal(t.instructions, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_calls_and_signals_are_told_of),
        cmocka_unit_test(nothing_is_told_unasked),
    };
    return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
