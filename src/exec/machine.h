// machine.h: runs a guest process to its end.
//
// The loop around exec_run(), for one guest thread or all that take turns: hands traps to Linux
// (guest/) as system calls and signals, keeps the instruction limit, and answers the
// guest's reading of the clock.
#ifndef EXEC_MACHINE_H
#define EXEC_MACHINE_H

#include "exec/exec.h"
#include "exec/jit/jit.h"
#include "guest/process.h"

enum machine_end {
    MACHINE_EXITED,    // process_status() tells how
    MACHINE_LIMIT,     // max_instructions retired; more would have run
    MACHINE_STOPPED,   // *stop was set
    MACHINE_PAUSED,    // pause_at is reached: machine_run goes on when called again
};

// A debugger (gdb/) between the machine and the instructions.
struct debugger {
    // Called in place of exec_run() (of exec_step() with `step`); may stop before an
    // instruction to let the user look and change. False: the guest is to end, and
    // process_kill() has been called.
    bool (*run)(void *ctx, struct thread *t, struct recorder *r, u64 budget, bool step,
                struct trap *trap, u64 *executed);
    void *ctx;
};

struct machine {
    struct process *process;
    struct jit *jit;                    // runs the instructions, or NULL: the interpreter does
    struct recorder *recorder;   // or NULL; of threads that begin without one of their own
    bool tell_between;   // recorders are told of threads, calls, signals, marks too
    u64 max_instructions;   // 0: no limit; of all threads together
    u64 pause_at;   // 0: never; of all together, where they take turns
    u64 (*counter)(void *ctx);   // CNTVCT_EL0: ticks of 24 MHz
    void *counter_ctx;
    const volatile int *stop;   // looked at every few milliseconds, or NULL
    const struct debugger *debugger;   // or NULL
    u64 instructions;   // retired so far
    bool abandoned;   // threads did not end: the process must not be freed
    int end;   // enum machine_end, but for MACHINE_EXITED the first that came

    // Called instead of returning when a fork left only a thread that machine_run did not
    // start; does not return.
    void (*orphan_ended)(void *ctx, enum machine_end end);
    void *orphan_ctx;
};

// Runs all threads to their end: those that take turns itself, else the main one while it
// waits for the others that machine_spawn started.
enum machine_end machine_run(struct machine *m);

// process_options.spawn; `ctx` is a struct machine.
bool machine_spawn(void *ctx, struct thread *t);

#endif
