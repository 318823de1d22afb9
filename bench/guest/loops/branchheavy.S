// branchheavy: 10 compares and branches, in turn taken over a nop and (after the first iteration) not taken.
// 28 instructions (23 in the first iteration), 6.5 cycles (6.2 to 6.8) an iteration on an M1 (virtual machine, clock
// taken as 3.204 GHz).
// Source: sarchlab/m2sim2@0682919, benchmarks/native and benchmarks/baselines.
#include "loop.inc"
    START   80000
    LOOP
    .rept   5
    cmp     x10, #0
    b.ge    2f
    nop
2:
    cmp     xzr, x10
    b.ge    3f
    nop
3:
    .endr
    TAIL
    CHECK   x10, iterations
