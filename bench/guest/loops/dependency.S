// dependency: 20 dependent additions. 23 instructions, 20.0 cycles an iteration on an M2: by definition, since one
// twentieth of its time is the cycle in which the other loops are given.
// Source: sarchlab/m2sim2@0682919, benchmarks/native and benchmarks/baselines.
#include "loop.inc"
    START   100000
    mov     x0, #0
    LOOP
    .rept   20
    add     x0, x0, #1
    .endr
    TAIL
    CHECK   x0, 20 * iterations
