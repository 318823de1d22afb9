// Threads that take turns on one host thread: nothing of them is on its stack, so that the
// simulator can be forked while they run and wait, and both go on with all of them.
#include "test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exec/machine.h"
#include "guest/process/sched.h"
#include "program.h"

// Words as aarch64-linux-gnu-as makes them. The main thread makes a pipe and two threads, of
// which one sleeps in a futex and one in a read; it counts for a while, wakes both, yields
// until both have said so, and ends with status 7.
static const u32 program[] = {
    0xd2a01013,   // mov x19, #0x800000
    0xaa1303e0,   // mov x0, x19
    0xd2800001,   // mov x1, #0x0
    0xd2800768,   // mov x8, #0x3b
    0xd4000001,   // svc #0x0
    0xd281e016,   // mov x22, #0xf00
    0xf2a000b6,   // movk x22, #0x5, lsl #16
    0xaa1603e0,   // mov x0, x22
    0xd2800001,   // mov x1, #0x0
    0xd2801b88,   // mov x8, #0xdc
    0xd4000001,   // svc #0x0
    0xb4000320,   // cbz x0, 90 <futex>
    0xaa1603e0,   // mov x0, x22
    0xd2800001,   // mov x1, #0x0
    0xd4000001,   // svc #0x0
    0xb40003a0,   // cbz x0, b0 <reader>
    0xd2a00054,   // mov x20, #0x20000
    0xd1000694,   // sub x20, x20, #0x1
    0xb5fffff4,   // cbnz x20, 44 <futex-0x4c>
    0xb9400660,   // ldr w0, [x19, #4]
    0x91010261,   // add x1, x19, #0x40
    0xd2800022,   // mov x2, #0x1
    0xd2800808,   // mov x8, #0x40
    0xd4000001,   // svc #0x0
    0x91004260,   // add x0, x19, #0x10
    0xd2800021,   // mov x1, #0x1
    0xd2800c48,   // mov x8, #0x62
    0xd4000001,   // svc #0x0
    0xd2800f88,   // mov x8, #0x7c
    0xd4000001,   // svc #0x0
    0xb9402260,   // ldr w0, [x19, #32]
    0x7100081f,   // cmp w0, #0x2
    0x54ffff81,   // b.ne 70 <futex-0x20>
    0xd28000e0,   // mov x0, #0x7
    0xd2800bc8,   // mov x8, #0x5e
    0xd4000001,   // svc #0x0
    0x91004260,   // add x0, x19, #0x10
    0xd2800001,   // mov x1, #0x0
    0xd2800002,   // mov x2, #0x0
    0xd2800003,   // mov x3, #0x0
    0xd2800c48,   // mov x8, #0x62
    0xd4000001,   // svc #0x0
    0xb4000180,   // cbz x0, d8 <done>
    0x14000008,   // b cc <bad>
    0xb9400260,   // ldr w0, [x19]
    0x91014261,   // add x1, x19, #0x50
    0xd2800022,   // mov x2, #0x1
    0xd28007e8,   // mov x8, #0x3f
    0xd4000001,   // svc #0x0
    0xf100041f,   // cmp x0, #0x1
    0x54000080,   // b.eq d8 <done>
    0xd2800020,   // mov x0, #0x1
    0xd2800bc8,   // mov x8, #0x5e
    0xd4000001,   // svc #0x0
    0xb9402260,   // ldr w0, [x19, #32]
    0x11000400,   // add w0, w0, #0x1
    0xb9002260,   // str w0, [x19, #32]
    0xd2800000,   // mov x0, #0x0
    0xd2800ba8,   // mov x8, #0x5d
    0xd4000001,   // svc #0x0
};

enum { PAUSE = 100000 };

static u64 no_time(void *ctx, int clock)
{
    return 0;
}

static u64 no_counter(void *ctx)
{
    return 0;
}

// Where the threads are when the main one counts: it runs, the others wait.
static void all_three_are_there(struct process *p)
{
    struct thread *sleeper = p->main->next, *reader = sleeper->next;
    assert_int_equal(p->thread_count, 3);
    assert_ptr_equal(p->holder, p->main);
    assert_false(p->main->call.waits);
    assert_true(sleeper->call.waits && reader->call.waits);
    assert_int_equal(sleeper->call.wait.futex, DATA + 16);
    assert_int_equal(reader->call.wait.n, 1);
}

static bool ends_well(struct machine *m)
{
    m->pause_at = 0;
    return machine_run(m) == MACHINE_EXITED && process_status(m->process) == 7 &&
           m->process->thread_count == 0;
}

static void fork_and_go_on(bool translated)
{
    struct process *p = program_process(program, sizeof(program), NULL);
    p->policy = &sched_turns;
    p->options.now_ns = no_time;
    struct machine m = { .process = p, .counter = no_counter, .pause_at = PAUSE };
    m.jit = translated ? jit_new(p->space, NULL) : NULL;
    assert_int_equal(machine_run(&m), MACHINE_PAUSED);
    assert_true(m.instructions >= PAUSE);
    all_three_are_there(p);

    int ends[2], status;
    u64 count = 0;
    assert_int_equal(pipe(ends), 0);
    space_before_fork(p->space);
    pid_t child = fork();
    space_after_fork(p->space, child == 0);
    if (!child) {
        bool well = ends_well(&m);
        _exit(!well || write(ends[1], &m.instructions, 8) != 8);
    }
    assert_int_equal(waitpid(child, &status, 0), child);   // first: they share the guest's pipe
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], &count, 8), 8);
    assert_true(ends_well(&m));
    assert_int_equal(count, m.instructions);
    close(ends[0]);
    close(ends[1]);
    jit_free(m.jit);
    process_free(p);
}

static void a_fork_goes_on_with_three_threads_interpreted(void **state)
{
    fork_and_go_on(false);
}

static void a_fork_goes_on_with_three_threads_translated(void **state)
{
    fork_and_go_on(true);
}

// Pauses change nothing, wherever they are.
static void a_run_with_pauses_is_the_run_without(void **state)
{
    u64 count[2];
    for (int pauses = 0; pauses < 2; pauses++) {
        struct process *p = program_process(program, sizeof(program), NULL);
        p->policy = &sched_turns;
        p->options.now_ns = no_time;
        struct machine m = { .process = p, .counter = no_counter };
        for (u64 at = 1; pauses && at < 200; at += 7) {
            m.pause_at = at;
            assert_int_equal(machine_run(&m), MACHINE_PAUSED);
        }
        assert_true(ends_well(&m));
        count[pauses] = m.instructions;
        process_free(p);
    }
    assert_int_equal(count[0], count[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fork_goes_on_with_three_threads_interpreted),
        cmocka_unit_test(a_fork_goes_on_with_three_threads_translated),
        cmocka_unit_test(a_run_with_pauses_is_the_run_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
