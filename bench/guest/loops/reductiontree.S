// reductiontree: 16 loads, then their sum as a tree of 15 additions. 34 instructions, 7 cycles (5 to 9) an iteration
// on an M1 (virtual machine, clock taken as 3.204 GHz; suspect, its timer ticks every 10 ms).
// Source: sarchlab/m2sim2@0682919, benchmarks/native and benchmarks/baselines.
#include "loop.inc"
    START   60000
    mov     x0, #0
4:
    add     x2, x1, x0, lsl #3
    str     x0, [x2]                        // a[i] = i
    add     x0, x0, #1
    cmp     x0, #16
    b.lt    4b
    LOOP
    .set    offset, 0
    .irp    n, 2,3,4,5,6,7,8,9,12,13,14,15,16,17,19,20
    ldr     x\n, [x1, #offset]
    .set    offset, offset + 8
    .endr
    add     x2, x2, x3
    add     x4, x4, x5
    add     x6, x6, x7
    add     x8, x8, x9
    add     x12, x12, x13
    add     x14, x14, x15
    add     x16, x16, x17
    add     x19, x19, x20
    add     x2, x2, x4
    add     x6, x6, x8
    add     x12, x12, x14
    add     x16, x16, x19
    add     x2, x2, x6
    add     x12, x12, x16
    add     x2, x2, x12
    TAIL
    CHECK   x2, 120                         // 0 + 1 + ... + 15
