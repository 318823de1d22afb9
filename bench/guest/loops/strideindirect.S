// strideindirect: 8 hops along a chain of indices in the L1 cache, begun anew each iteration. 53 instructions,
// 21 cycles (19 to 23) an iteration on an M1 (virtual machine, clock taken as 3.204 GHz; suspect, its timer ticks
// every 10 ms).
// Source: sarchlab/m2sim2@0682919, benchmarks/native and benchmarks/baselines.
#include "loop.inc"
    START   40000
    mov     x7, #8
    mov     x0, #0
4:
    add     x2, x0, #5
    and     x2, x2, #15
    add     x3, x1, x0, lsl #3
    str     x2, [x3]                        // next[i] = (i + 5) % 16
    add     x0, x0, #1
    cmp     x0, #16
    b.lt    4b
    LOOP
    mov     x4, #0
    mov     x6, #0
2:
    lsl     x5, x4, #3
    add     x5, x1, x5
    ldr     x4, [x5]
    add     x6, x6, #1
    cmp     x6, x7
    b.lt    2b
    TAIL
    CHECK   x4, 8                           // 8 * 5 mod 16
