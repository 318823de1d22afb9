// run(struct state *s, const uint32_t *code): see driver.c.
    .text
    .global run
run:
    mov x8, x0
    mov x9, x1
    mov x10, x30
    ldr x11, [x8, #200]
    msr fpcr, x11
    ldr x11, [x8, #208]
    msr fpsr, x11
    ldr x11, [x8, #192]
    msr nzcv, x11
    ldp q0, q1, [x8]
    ldp q2, q3, [x8, #32]
    ldp q4, q5, [x8, #64]
    ldp q6, q7, [x8, #96]
    ldp x0, x1, [x8, #128]
    ldp x2, x3, [x8, #144]
    ldp x4, x5, [x8, #160]
    ldp x6, x7, [x8, #176]
    blr x9
    stp q0, q1, [x8]
    stp q2, q3, [x8, #32]
    stp q4, q5, [x8, #64]
    stp q6, q7, [x8, #96]
    stp x0, x1, [x8, #128]
    stp x2, x3, [x8, #144]
    stp x4, x5, [x8, #160]
    stp x6, x7, [x8, #176]
    mrs x11, nzcv
    str x11, [x8, #192]
    mrs x11, fpsr
    str x11, [x8, #208]
    msr fpcr, xzr
    ret x10
