// vectorsum: the sum of 16 numbers, a loop of 6 instructions an element. 103 instructions, 28 cycles (26 to 30) an
// iteration on an M1 (virtual machine, clock taken as 3.204 GHz; suspect, its timer ticks every 10 ms).
// Source: sarchlab/m2sim2@0682919, benchmarks/native and benchmarks/baselines.
#include "loop.inc"
    START   20000
    mov     x0, #0
4:
    add     x2, x1, x0, lsl #3
    str     x0, [x2]                        // a[i] = i
    add     x0, x0, #1
    cmp     x0, #16
    b.lt    4b
    LOOP
    mov     x3, #0
    mov     x4, x1
    mov     x6, #0
    mov     x7, #16
2:
    ldr     x5, [x4]
    add     x3, x3, x5
    add     x4, x4, #8
    add     x6, x6, #1
    cmp     x6, x7
    b.lt    2b
    TAIL
    CHECK   x3, 120                         // 0 + 1 + ... + 15
