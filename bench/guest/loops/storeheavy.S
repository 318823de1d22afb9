// storeheavy: 20 stores of 64 bits. 23 instructions, 11 cycles (9.5 to 12.5) an iteration on an M1 (virtual machine,
// clock taken as 3.204 GHz).
// Source: sarchlab/m2sim2@0682919, benchmarks/native and benchmarks/baselines.
#include "loop.inc"
    START   100000
    mov     x2, #42
    LOOP
    .set    offset, 0
    .rept   20
    str     x2, [x1, #offset]
    .set    offset, offset + 8
    .endr
    TAIL
    ldr     x3, [x1, #152]
    CHECK   x3, 42
