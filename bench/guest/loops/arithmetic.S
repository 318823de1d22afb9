// arithmetic: 20 additions in 5 chains of 4. 23 instructions, 5.43 cycles (5.3 to 5.45) an iteration on an M2.
// Six adders would do it in 4: the port is chosen at dispatch, before the loads of the queues even out.
// Source: sarchlab/m2sim2@0682919, benchmarks/native and benchmarks/baselines.
#include "loop.inc"
    START   100000
    .irp    n, 0, 1, 2, 3, 4
    mov     x\n, #0
    .endr
    LOOP
    .rept   4
    .irp    n, 0, 1, 2, 3, 4
    add     x\n, x\n, #1
    .endr
    .endr
    TAIL
    add     x0, x0, x1
    add     x2, x2, x3
    add     x0, x0, x2
    add     x0, x0, x4
    CHECK   x0, 20 * iterations
