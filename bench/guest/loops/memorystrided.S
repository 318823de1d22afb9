// memorystrided: 10 times a store and the load of what it stored, 32 bytes apart; the value passes through all of
// them. 23 instructions, 44 to 56 cycles an iteration on an M1 (virtual machine, clock taken as 3.204 GHz; noisy).
// Source: sarchlab/m2sim2@0682919, benchmarks/native and benchmarks/baselines.
#include "loop.inc"
    START   100000
    mov     x0, #42
    LOOP
    .set    offset, 0
    .rept   10
    str     x0, [x1, #offset]
    ldr     x0, [x1, #offset]
    .set    offset, offset + 32
    .endr
    TAIL
    CHECK   x0, 42
