// loadheavy: 20 loads of 64 bits into 20 registers. 23 instructions, 7.9 cycles (7.4 to 8.4) an iteration on an M1
// (virtual machine, clock taken as 3.204 GHz).
// Source: sarchlab/m2sim2@0682919, benchmarks/native and benchmarks/baselines.
#include "loop.inc"
    START   100000
    mov     x0, #42
    str     x0, [x1, #152]
    LOOP
    .set    offset, 0
    .irp    n, 2,3,4,5,6,7,8,9,12,13,14,15,16,17,19,20,21,22,23,24
    ldr     x\n, [x1, #offset]
    .set    offset, offset + 8
    .endr
    TAIL
    CHECK   x24, 42
