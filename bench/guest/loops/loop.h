// loop.h: the frame of the measured loops: freestanding, one `svc` at the end, no libc.
//
//   START n         _start; x10 = 0, x11 = ITERATIONS (n unless -DITERATIONS=), x1 = 4 KiB of zeroed data
//   LOOP            the loop's first instruction, on a line of 64 bytes
//   TAIL            add, cmp, b.lt: three of the loop's instructions
//   CHECK reg, v    exit status 0 if reg holds v, else 1
//
// Instructions outside the loop: START 4, LOOP 1, CHECK 5, and what a file adds between START and LOOP or before CHECK.
.macro START usual
#ifdef ITERATIONS
    .equ    iterations, ITERATIONS
#else
    .equ    iterations, \usual
#endif
    .bss
    .p2align 6
data:
    .zero   4096
    .text
    .p2align 6
    .globl  _start
_start:
    mov     x10, #0
    ldr     x11, =iterations
    adrp    x1, data
    add     x1, x1, :lo12:data
.endm

.macro LOOP
    b       1f
    .p2align 6
1:
.endm

.macro TAIL
    add     x10, x10, #1
    cmp     x10, x11
    b.lt    1b
.endm

.macro CHECK reg, value
    ldr     x12, =(\value)
    cmp     \reg, x12
    cset    x0, ne
    mov     x8, #93
    svc     #0
    .ltorg
.endm
