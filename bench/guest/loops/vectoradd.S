// vectoradd: c[i] = a[i] + b[i] for 16 numbers, a loop of 10 instructions an element. 168 instructions, 45 cycles
// (42 to 48) an iteration on an M1 (virtual machine, clock taken as 3.204 GHz; suspect, its timer ticks every 10 ms).
// Source: sarchlab/m2sim2@0682919, benchmarks/native and benchmarks/baselines.
#include "loop.inc"
    START   12000
    mov     x0, #0
4:
    add     x2, x1, x0, lsl #3
    str     x0, [x2]                        // a[i] = i
    str     x0, [x2, #128]                  // b[i] = i
    add     x0, x0, #1
    cmp     x0, #16
    b.lt    4b
    LOOP
    mov     x3, x1
    add     x4, x1, #128
    add     x5, x1, #256
    mov     x6, #0
    mov     x7, #16
2:
    ldr     x8, [x3]
    ldr     x9, [x4]
    add     x8, x8, x9
    str     x8, [x5]
    add     x3, x3, #8
    add     x4, x4, #8
    add     x5, x5, #8
    add     x6, x6, #1
    cmp     x6, x7
    b.lt    2b
    TAIL
    ldr     x0, [x1, #376]                  // c[15]
    CHECK   x0, 30
