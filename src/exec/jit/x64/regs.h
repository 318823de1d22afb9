// regs.h: which host register holds what inside generated code. The one place.
//
//   rbp        struct cpu *
//   rsp        the host's stack, 8 modulo 16: aligned in a part that is called
//   r15        host address of guest address 0
//   r14        instructions left of the budget
//   pinned     guest general registers, below: the register file is r for these and struct
//              cpu for the others, at every block's entry
//   xmm4-15    guest vector registers, given out inside a block; at a block's entry all
//              vector registers are in struct cpu
//   rax rcx rdx rsi rdi xmm0-xmm3, flags     scratch
#ifndef EXEC_JIT_REGS_H
#define EXEC_JIT_REGS_H

#include "exec/jit/x64/x64.h"
#include "isa/cpu.h"

// HOST_RECORDS holds, where records are made, the next one; then nothing is pinned to it.
#define HOST_CPU RBP
#define HOST_MEM R15
#define HOST_BUDGET R14
#define HOST_RECORDS R12

// PIN(host, guest)
#define PINNED_REGISTERS(PIN) \
    PIN(RBX, 0) \
    PIN(R8, 1) \
    PIN(R9, 2) \
    PIN(R10, 3) \
    PIN(R11, 4) \
    PIN(R12, 19) \
    PIN(R13, REG_SP)

// What each host register is pinned to: an index of cpu.x, or NO_REG. A block that is a loop
// has a map of its own (loop.c).
struct pin_map {
    u8 guest[16];
};

// Host registers that a called C function does not keep, of those that may be pinned.
#define CALLER_SAVED_PINS (1u << RSI | 1u << RDI | 1u << R8 | 1u << R9 | 1u << R10 | 1u << R11)

enum {
    XMM_FIRST = 4,    // first of those given out to guest vector registers
    XMM_COUNT = 16,
};

#endif
