// enter.S: the way into code that was written at run time, and the chain that finds the clock.
#ifdef __APPLE__
#define NAME(x) _##x
#else
#define NAME(x) x
    .section .note.GNU-stack, "", %progbits
    .text
#endif

// void native_enter(const void *code, const uint64_t x[28], uint64_t n)
// Runs `code` with x0 to x27 as given (but x18, which is the system's), x28 = n, all vector registers 1.0 and the
// flags those of "not equal". It returns by x29 and may change any register but x18 and sp.
    .globl NAME(native_enter)
    .p2align 6
NAME(native_enter):
    stp x29, x30, [sp, #-160]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x30, x0
    mov x28, x2
    mov x27, x1
    adr x29, 1f
    .irp v, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fmov v\v\().2d, #1.0
    .endr
    ldp x0, x1, [x27]
    ldp x2, x3, [x27, #16]
    ldp x4, x5, [x27, #32]
    ldp x6, x7, [x27, #48]
    ldp x8, x9, [x27, #64]
    ldp x10, x11, [x27, #80]
    ldp x12, x13, [x27, #96]
    ldp x14, x15, [x27, #112]
    ldp x16, x17, [x27, #128]
    ldp x19, x20, [x27, #152]
    ldp x21, x22, [x27, #168]
    ldp x23, x24, [x27, #184]
    ldp x25, x26, [x27, #200]
    ldr x27, [x27, #216]
    cmp sp, #0
    br x30
1:
    ldp d14, d15, [sp, #144]
    ldp d12, d13, [sp, #128]
    ldp d10, d11, [sp, #112]
    ldp d8, d9, [sp, #96]
    ldp x27, x28, [sp, #80]
    ldp x25, x26, [sp, #64]
    ldp x23, x24, [sp, #48]
    ldp x21, x22, [sp, #32]
    ldp x19, x20, [sp, #16]
    ldp x29, x30, [sp], #160
    ret

// void native_chain(uint64_t n): n times 64 additions, each of which waits for the one before. Of registers, since
// those of a small number may be folded.
    .globl NAME(native_chain)
    .p2align 6
NAME(native_chain):
    mov x1, #1
    mov x2, #0
    .p2align 6
2:
    .rept 64
    add x2, x2, x1
    .endr
    subs x0, x0, #1
    b.ne 2b
    ret
