// exec.h: running instructions.
//
// exec_run() interprets from cpu.pc until something needs the world outside: a
// system call, a fault, the clock, or the end of its budget. It knows the guest's
// memory and registers and nothing of Linux or of time.
#ifndef EXEC_EXEC_H
#define EXEC_EXEC_H

#include "base/types.h"
#include "stream/record.h"
#include "guest/memory/space.h"
#include "isa/cpu.h"

enum trap_kind {
    TRAP_BUDGET,      // the budget is used up
    TRAP_SVC,         // pc is past the SVC
    TRAP_UNDEFINED,   // pc is at a word that is no instruction of an M2; addr: the word
    TRAP_BRK,         // pc is at the BRK; addr: its immediate
    TRAP_MEMORY,      // pc is at an access to addr that the host refused
    TRAP_FETCH,       // pc (also in addr) may not be executed
    TRAP_ALIGN,       // addr is not aligned: pc, or the data of an atomic or ordered access
    TRAP_AUTH,        // pc is at a pointer authentication that failed; addr: the pointer
    TRAP_COUNTER,     // pc is past an MRS of CNTVCT_EL0 or relative; addr: the register (REG_*)
    TRAP_USED,        // pc must be emptied by space_forget before it can be decoded
    TRAP_CODE_FULL,   // jit_flush() is needed before more can be translated
    TRAP_ICACHE,      // pc is past an IC IVAU; addr: the address
    TRAP_MARK,        // pc is past a hint that marks a place; addr: its number, 96 to 127
    TRAP_BREAKPOINT,  // pc is where a debugger put RUN_BREAKPOINT
};

struct trap {
    enum trap_kind kind;
    bool write;   // TRAP_MEMORY: the access was (or may have been) a store
    u64 addr;
};

// Ties `c` to the guest memory it runs in, and makes the process' handler of SIGSEGV and
// SIGBUS ours. Call before the first exec_run().
void exec_init(struct cpu *c, const struct space *s);

// Runs up to `budget` instructions (1 or more) and says why it stopped; `*executed`
// gets the number that retired: exactly those before cpu.pc. A run may pass its
// budget by the length of a branch-free stretch; exec_step() never does.
// With `r`, every retired instruction is recorded.
struct trap exec_run(struct cpu *c, const struct space *s, u64 budget, struct recorder *r,
                     u64 *executed);

// Runs one instruction.
struct trap exec_step(struct cpu *c, const struct space *s, struct recorder *r, u64 *executed);

#endif
