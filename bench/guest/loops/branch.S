// branch: 5 branches to the next instruction. 8 instructions, 6.0 cycles (5.89 to 6.0) an iteration on an M2: one
// taken branch a cycle.
// Source: sarchlab/m2sim2@0682919, benchmarks/native and benchmarks/baselines.
#include "loop.inc"
    START   250000
    LOOP
    .rept   5
    b       2f
2:
    .endr
    TAIL
    CHECK   x10, iterations
