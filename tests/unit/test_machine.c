// The loop around the executor: what it tells of between instructions.
#include "test.h"

#include "exec/jit/jit.h"
#include "exec/machine.h"
#include "guest/process/sched.h"
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

// hint #96; mov x8, #94; hint #127; hint #95; svc #0.
static const u32 marked[] = { 0xd5032c1f, 0xd2800bc8, 0xd5032fff, 0xd5032bff, 0xd4000001 };

static void told_of_marks(bool translated)
{
    const vaddr start = CODE + CODE_AT;
    struct tape t = { .count = 0 };
    struct stream *s = stream_new(keep, &t, false);
    struct process *p = program_process(marked, sizeof(marked), stderr);
    struct machine m = { .process = p, .recorder = stream_recorder(s), .tell_between = true };
    m.jit = translated ? jit_new(p->space, m.recorder) : NULL;
    assert_int_equal(machine_run(&m), MACHINE_EXITED);
    stream_free(s);
    if (m.jit)
        jit_free(m.jit);
    process_free(p);
    assert_int_equal(t.count, 4);
    check(&t.record[1], RECORD_MARK, start + 4, 96);
    check(&t.record[2], RECORD_MARK, start + 12, 127);
    check(&t.record[3], RECORD_SYSCALL, start + 20, 94);
    assert_int_equal(t.instructions, 5);
}

static void a_program_marks_places_by_hints_from_96_up(void **state)
{
    told_of_marks(false);
    told_of_marks(true);
}

// Makes a thread, which puts 1 where x19 points and ends; yields until it is there, and ends.
static const u32 cloning[] = {
    0xd281e000, 0xf2a000a0, 0xd2800001, 0xd2801b88, 0xd4000001,   // clone(0x50f00, 0)
    0xb4000120,                                                   // cbz x0, child
    0xb9400261, 0x35000081,                                       // ldr w1, [x19]; cbnz w1, out
    0xd2800f88, 0xd4000001, 0x17fffffc,                           // sched_yield(); once more
    0xd2800000, 0xd2800bc8, 0xd4000001,                           // out: exit_group(0)
    0x52800021, 0xb9000261, 0xd2800000, 0xd2800ba8, 0xd4000001,   // child: 1 to [x19]; exit(0)
};

static u64 no_time(void *ctx, int clock)
{
    return 0;
}

static void a_thread_may_have_a_recorder_of_its_own(void **state)
{
    enum { CHILD = 5 };
    struct tape of_main = { .count = 0 }, of_child = of_main;
    struct stream *s = stream_new(keep, &of_main, false), *t = stream_new(keep, &of_child, false);
    struct process *p = program_process(cloning, sizeof(cloning), stderr);
    p->policy = &sched_turns;
    p->options.now_ns = no_time;
    p->main->cpu.x[19] = DATA;
    p->main->recorder = stream_recorder(s);
    int main_tid = p->main->tid;
    struct machine m = { .process = p, .recorder = stream_recorder(t), .tell_between = true };
    assert_int_equal(machine_run(&m), MACHINE_EXITED);
    stream_free(s);
    stream_free(t);
    process_free(p);
    assert_int_equal(of_main.record[0].addr, main_tid);
    assert_int_equal(of_child.count, 2);
    assert_int_not_equal(of_child.record[0].addr, main_tid);
    check(&of_child.record[1], RECORD_SYSCALL, CODE + CODE_AT + sizeof(cloning), 93);
    assert_int_equal(of_child.instructions, CHILD + 1);   // and its CBZ
    assert_int_equal(of_main.instructions + of_child.instructions, m.instructions);
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
        cmocka_unit_test(a_program_marks_places_by_hints_from_96_up),
        cmocka_unit_test(a_thread_may_have_a_recorder_of_its_own),
        cmocka_unit_test(nothing_is_told_unasked),
    };
    return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
