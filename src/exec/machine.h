// machine.h: runs a guest process to its end.
//
// The loop around exec_run(): it hands traps to Linux (guest/) as system calls and
// signals, keeps the instruction limit, and answers the guest's reading of the clock.
#ifndef EXEC_MACHINE_H
#define EXEC_MACHINE_H

#include "exec/exec.h"
#include "guest/process.h"

enum machine_end {
    MACHINE_EXITED,    // process_status() tells how
    MACHINE_LIMIT,     // max_instructions retired; more would have run
    MACHINE_STOPPED,   // *stop was set
};

struct machine {
    struct process *process;
    struct recorder *recorder;          // or NULL
    u64 max_instructions;               // 0: no limit
    u64 (*counter)(void *ctx);          // CNTVCT_EL0: ticks of 24 MHz
    void *counter_ctx;
    const volatile int *stop;           // looked at every few milliseconds, or NULL
    u64 instructions;                   // retired so far
};

enum machine_end machine_run(struct machine *m);

#endif
